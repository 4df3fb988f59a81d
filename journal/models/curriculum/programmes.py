"""Work programmes (рабочие программы): what a discipline is to give."""

from django.db import models

from journal.models.base import Lookup, Model, history, unique
from journal.models.curriculum.curricula import Discipline
from journal.models.organisation import Specialty
from journal.models.people import Employee
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


class HoursKind(models.TextChoices):
    """The columns of `PlanHours` that lessons fill."""

    THEORY = "theory", "теория"
    PRACTICAL = "practical", "практические"
    LABORATORY = "laboratory", "лабораторные"
    COURSEWORK = "coursework", "курсовая работа"
    CONSULTATION = "consultation", "консультации"
    ATTESTATION = "attestation", "аттестация"
    SELF_STUDY = "self_study", "самостоятельная работа"
    PRACTICE = "practice", "практика"


class LessonKind(Lookup):
    """A kind of lesson: lecture, practice … (domain §1)."""

    reach = Everyone()
    short_name = models.CharField("сокращение", max_length=20, blank=True)
    is_numbered = models.BooleanField(
        "работы нумеруются",
        default=False,
        help_text="Для практических, лабораторных, контрольных нужны тема и номер.",
    )

    is_control = models.BooleanField(
        "контрольная работа",
        default=False,
        help_text=worded_lazily(
            "У группы в один день не больше одной.",
            "У класса в один день не больше одной.",
        ),
    )
    hours_kind = models.CharField(
        "часы учебного плана",
        max_length=12,
        choices=HoursKind.choices,
        default=HoursKind.THEORY,
        help_text="В какой столбец плана идут часы таких занятий.",
    )

    class Meta(Lookup.Meta):
        verbose_name = "вид занятия"
        verbose_name_plural = "виды занятий"


class WorkProgramme(Model):
    """A work programme; a change during the year is a new version (U 4.3, 4.7)."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        SUBMITTED = "submitted", "на утверждении"
        APPROVED = "approved", "утверждена"
        RETURNED = "returned", "возвращена"
        REPLACED = "replaced", "заменена"

    reach = Reach(
        group="plans__courses__group", course="plans__courses", employee="author"
    )

    name = models.CharField("название", max_length=250)
    discipline = models.ForeignKey(
        Discipline,
        models.PROTECT,
        related_name="programmes",
        verbose_name=worded_lazily("дисциплина"),
    )
    specialty = models.ForeignKey(
        Specialty, models.PROTECT, null=True, blank=True, verbose_name="специальность"
    )
    author = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="programmes",
        verbose_name="автор",
    )
    version = models.PositiveSmallIntegerField("версия", default=1)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="заменяет версию",
    )
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.DRAFT
    )
    requirements = models.TextField("знать и уметь", blank=True)
    file = models.FileField("файл", upload_to="programmes/", blank=True)
    remark = models.TextField("замечание", blank=True)
    submitted_at = models.DateTimeField("представлена", null=True, blank=True)
    approved_at = models.DateTimeField("утверждена", null=True, blank=True)
    approved_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="approved_programmes",
        verbose_name="кто утвердил",
    )

    history = history()

    class Meta:
        verbose_name = "рабочая программа"
        verbose_name_plural = "рабочие программы"
        ordering = ["name", "-version"]
        permissions = [("approve_workprogramme", "Утверждение рабочих программ")]

    def __str__(self):
        return f"{self.name}, версия {self.version}" if self.version > 1 else self.name


class ProgrammeTopic(Model):
    """A topic of a work programme, with its section and academic hours."""

    reach = Reach(
        group="programme__plans__courses__group",
        course="programme__plans__courses",
        employee="programme__author",
    )

    programme = models.ForeignKey(
        WorkProgramme, models.PROTECT, related_name="topics", verbose_name="программа"
    )
    number = models.PositiveSmallIntegerField("№")
    section = models.CharField("раздел", max_length=300, blank=True)
    topic = models.TextField("тема")
    kind = models.ForeignKey(
        LessonKind, models.PROTECT, null=True, blank=True, verbose_name="вид занятия"
    )
    hours = models.PositiveSmallIntegerField("часов", default=2)
    self_study = models.PositiveSmallIntegerField("самостоятельно", default=0)
    requirements = models.TextField("требования", blank=True)

    history = history()

    class Meta:
        verbose_name = "тема программы"
        verbose_name_plural = "темы программы"
        ordering = ["programme", "number"]
        constraints = [
            unique(
                "programmetopic_number_once",
                "programme",
                "number",
                message="Тема с таким номером в программе уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.topic}"
