"""Calendar-thematic plans (КТП)."""

from django.db import models

from journal.models.base import Lookup, Model, history, unique
from journal.models.curriculum.curricula import Discipline
from journal.models.curriculum.programmes import LessonKind, WorkProgramme
from journal.models.organisation import AcademicYear
from journal.models.people import Employee
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


class ThematicPlan(Model):
    """A calendar-thematic plan (КТП); several courses may follow one."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        SUBMITTED = "submitted", "на утверждении"
        APPROVED = "approved", "утверждён"
        RETURNED = "returned", "возвращён"

    reach = Reach(group="courses__group", course="courses", employee="author")

    name = models.CharField("название", max_length=250)
    discipline = models.ForeignKey(
        Discipline,
        models.PROTECT,
        related_name="thematic_plans",
        verbose_name=worded_lazily("дисциплина"),
    )
    year = models.ForeignKey(
        AcademicYear, models.PROTECT, null=True, blank=True, verbose_name="учебный год"
    )
    author = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, verbose_name="автор"
    )
    programme = models.ForeignKey(
        WorkProgramme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name="рабочая программа",
    )
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name="списан с плана",
    )
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.DRAFT
    )
    remark = models.TextField("замечание", blank=True)
    submitted_at = models.DateTimeField("представлен", null=True, blank=True)
    approved_at = models.DateTimeField("утверждён", null=True, blank=True)
    approved_by = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="approved_plans",
        verbose_name="кто утвердил",
    )

    history = history()

    class Meta:
        verbose_name = "тематический план"
        verbose_name_plural = "тематические планы (КТП)"
        ordering = ["name"]
        permissions = [
            ("import_thematicplan", "Импорт КТП"),
            ("export_thematicplan", "Выгрузка КТП"),
            ("approve_thematicplan", "Утверждение КТП"),
        ]

    def __str__(self):
        return self.name


class PlannedLesson(Model):
    """A line of a thematic plan."""

    reach = Reach(
        group="plan__courses__group", course="plan__courses", employee="plan__author"
    )

    plan = models.ForeignKey(
        ThematicPlan, models.PROTECT, related_name="lessons", verbose_name="КТП"
    )
    number = models.PositiveSmallIntegerField("№")
    section = models.CharField("раздел", max_length=300, blank=True)
    topic = models.TextField("тема")
    content = models.TextField("содержание", blank=True)
    kind = models.ForeignKey(
        LessonKind, models.PROTECT, null=True, blank=True, verbose_name="вид занятия"
    )
    hours = models.PositiveSmallIntegerField("часов", default=2)
    practical_hours = models.PositiveSmallIntegerField(
        "из них практической подготовки", default=0
    )
    self_study = models.PositiveSmallIntegerField("самостоятельно", default=0)
    work_number = models.PositiveSmallIntegerField(
        "№ работы",
        null=True,
        blank=True,
        help_text="Для практических, лабораторных, контрольных, самостоятельных работ.",
    )
    homework = models.TextField("домашнее задание", blank=True)
    equipment = models.CharField("оснащение", max_length=300, blank=True)

    history = history()

    class Meta:
        verbose_name = "строка КТП"
        verbose_name_plural = "строки КТП"
        ordering = ["plan", "number"]
        constraints = [
            unique(
                "plannedlesson_number_once",
                "plan",
                "number",
                message="Строка с таким номером в плане уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    @property
    def title(self) -> str:
        """The topic as the journal has it: «Практическая работа № 3. Ряды» (K 3.9)."""
        if not self.work_number or self.kind is None or not self.kind.is_numbered:
            return self.topic
        name = f"{self.kind.name} № {self.work_number}"
        return self.topic if self.topic.startswith(name) else f"{name}. {self.topic}"


class Abbreviation(Lookup):
    """An abbreviation that topics may hold (K 3.9); all others are refused."""

    reach = Everyone()

    class Meta(Lookup.Meta):
        verbose_name = "разрешённое сокращение"
        verbose_name_plural = "разрешённые сокращения"
