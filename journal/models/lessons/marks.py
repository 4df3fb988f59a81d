"""Works and the marks for them.

A cell of the journal is one absence and several marks, one a task. Marks and absences
are written only by `journal.domain.lessons.write_cells`.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from journal.models.base import Lookup, Model, check, history, unique
from journal.models.lessons.lesson import Lesson
from journal.models.people import Student
from journal.models.reach import Everyone, Reach
from journal.models.words import worded_lazily


class WorkKind(Lookup):
    """A kind of work with its weight in the average (domain §1)."""

    reach = Everyone()
    code = models.CharField("код", max_length=4, unique=True)
    weight = models.PositiveSmallIntegerField(
        "вес", default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    is_control = models.BooleanField(
        "контрольная работа",
        default=False,
        help_text="Результаты выставляют в срок из настроек учреждения.",
    )

    class Meta(Lookup.Meta):
        verbose_name = "вид работы"
        verbose_name_plural = "виды работ"


class Task(Model):
    """A piece of work done in a lesson; marks belong to it."""

    reach = Reach(
        group="lesson__course__group", course="lesson__course", lesson="lesson"
    )

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="tasks", verbose_name="занятие"
    )
    number = models.PositiveSmallIntegerField(
        "№", validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    kind = models.ForeignKey(WorkKind, models.PROTECT, verbose_name="вид работы")
    topic = models.CharField("тема работы", max_length=250, blank=True)
    is_required = models.BooleanField(
        "обязательная",
        default=False,
        help_text=worded_lazily(
            "Без отметки за неё в журнале стоит «•»: студент её должен."
        ),
    )

    history = history()

    class Meta:
        verbose_name = "работа"
        verbose_name_plural = "работы"
        ordering = ["lesson", "number"]
        constraints = [
            unique(
                "task_number_once",
                "lesson",
                "number",
                message="Работа с таким номером в занятии уже есть.",
            ),
            check(
                "task_number_is_1_to_6",
                Q(number__gte=1, number__lte=6),
                "В занятии не больше шести работ.",
            ),
        ]

    def __str__(self):
        return self.topic or str(self.kind)


class Scale(models.TextChoices):
    """What a mark may be (domain §1: no «1», no «н/а» among current marks)."""

    FIVE = "5", "5 (отлично)"
    FOUR = "4", "4 (хорошо)"
    THREE = "3", "3 (удовлетворительно)"
    TWO = "2", "2 (неудовлетворительно)"
    PASS = "з", "зачёт"
    FAIL = "х", "незачёт"


class Mark(Model):
    """A mark of one student for one task."""

    reach = Reach(
        student="student",
        group="task__lesson__course__group",
        course="task__lesson__course",
        lesson="task__lesson",
    )

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="marks", verbose_name="работа"
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="marks",
        verbose_name=worded_lazily("студент"),
    )
    value = models.CharField("отметка", max_length=1, choices=Scale.choices)

    history = history()

    class Meta:
        verbose_name = "отметка"
        verbose_name_plural = "отметки"
        constraints = [
            unique(
                "mark_once_per_task",
                "task",
                "student",
                message="Отметка за эту работу уже стоит.",
            ),
            check(
                "mark_in_scale",
                Q(value__in=Scale.values),
                "Допустимые отметки: 5, 4, 3, 2, з (зачёт), х (незачёт).",
            ),
        ]

    def __str__(self):
        return self.get_value_display()
