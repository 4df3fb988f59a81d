"""Extra-curricular activities and class hours: their plan and their journal (F14)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Dated, Model, check, history, starts_before_end, unique
from journal.models.organisation import AcademicYear, Group, Room
from journal.models.people import Employee, Student
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class Activity(Model):
    """A circle, a section, the class hours of a group … over a year (M 2, M 5.3).

    Class hours and other activities of one `group` are for all who sit in it; the others
    have members of their own.
    """

    class Kind(models.TextChoices):
        CIRCLE = "circle", "кружок"
        SECTION = "section", "спортивная секция"
        CLUB = "club", "клуб, объединение"
        ELECTIVE = "elective", "факультатив"
        CLASS_HOURS = "class_hours", "классные часы"
        EVENTS = "events", "мероприятия"

    # Not by its members: a curator writes no circle that a student of the group is in.
    reach = Reach(group="group", employee="leader")

    name = models.CharField("название", max_length=200)
    kind = models.CharField("вид", max_length=12, choices=Kind.choices)
    year = models.ForeignKey(
        AcademicYear,
        models.PROTECT,
        related_name="activities",
        verbose_name="учебный год",
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=worded_lazily("группа"),
        help_text=worded_lazily("Пусто: участники из разных групп."),
    )
    leader = models.ForeignKey(
        Employee,
        models.PROTECT,
        related_name="activities",
        verbose_name="руководитель",
    )
    hours = models.PositiveSmallIntegerField("часов по плану", default=0)
    schedule = models.CharField(
        "когда проводится", max_length=200, blank=True, help_text="Вторник, 15:30."
    )
    place = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, verbose_name="где"
    )

    history = history()

    class Meta:
        verbose_name = "внеурочная деятельность"
        verbose_name_plural = "внеурочная деятельность"
        ordering = ["-year", "name"]
        constraints = [
            unique(
                "activity_once",
                "year",
                "name",
                "leader",
                message="Такое объединение у этого руководителя в этом году уже есть.",
            ),
            check(
                "activity_class_hours_have_a_group",
                ~Q(kind="class_hours") | Q(group__isnull=False),
                worded_lazily(
                    "Укажите группу, для которой проводятся классные часы.",
                    "Укажите класс, для которого проводятся классные часы.",
                ),
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.year})"


class ActivityMember(Dated):
    """A student in an activity over a half-open span."""

    reach = Reach(
        student="student", group="activity__group", employee="activity__leader"
    )

    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="members", verbose_name="объединение"
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="activities",
        verbose_name=worded_lazily("студент"),
    )

    history = history()

    class Meta:
        verbose_name = "участник"
        verbose_name_plural = "участники"
        ordering = ["activity", "student"]
        constraints = [
            starts_before_end("activitymember_ends_after_start"),
            unique(
                "activitymember_open_once",
                "activity",
                "student",
                condition=Q(end__isnull=True),
                message=worded_lazily("Студент уже участвует."),
            ),
        ]

    def __str__(self):
        return f"{self.student}: {self.activity}"


class ActivitySession(Model):
    """A line of an activity's plan and, once held, of its journal."""

    reach = Reach(group="activity__group", employee="activity__leader")

    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="sessions", verbose_name="объединение"
    )
    number = models.PositiveSmallIntegerField("№")
    topic = models.CharField("тема", max_length=300)
    hours = models.PositiveSmallIntegerField(
        "часов",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    planned_on = models.DateField("по плану", null=True, blank=True)
    held_on = models.DateField("проведено", null=True, blank=True)
    content = models.TextField("что было", blank=True)

    history = history()

    class Meta:
        verbose_name = "занятие объединения"
        verbose_name_plural = "план и журнал"
        ordering = ["activity", "number"]
        constraints = [
            unique(
                "activitysession_number_once",
                "activity",
                "number",
                message="Занятие с таким номером уже есть.",
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.topic}"


class ActivityPresence(Model):
    """A student who took part in a held session."""

    reach = Reach(
        group="session__activity__group", employee="session__activity__leader"
    )

    session = models.ForeignKey(
        ActivitySession,
        models.PROTECT,
        related_name="presences",
        verbose_name="занятие",
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="presences",
        verbose_name=worded_lazily("студент"),
    )

    history = history()

    class Meta:
        verbose_name = "присутствие"
        verbose_name_plural = "присутствие"
        constraints = [
            unique(
                "activitypresence_once",
                "session",
                "student",
                message="Присутствие уже отмечено.",
            )
        ]

    def __str__(self):
        return f"{self.student}: {self.session}"
