"""Measures taken about academic debts (F9; M 5.1)."""

from django.db import models
from django.utils import timezone

from journal.models.base import Model, history
from journal.models.curriculum import Course
from journal.models.people import Student, User
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class DebtMeasure(Model):
    """Something done about the debt of one student on one course.

    The debt itself is stored nowhere: it follows from signed sheets.
    """

    class Kind(models.TextChoices):
        TALK = "talk", worded_lazily("беседа со студентом")
        FAMILY = "family", "извещение родителей"
        SCHEDULE = "schedule", "график ликвидации задолженности"
        CONSULTATION = "consultation", worded_lazily("консультации преподавателя")
        COMMISSION = "commission", "пересдача комиссии"
        COUNCIL = "council", "педагогический совет"
        EXPULSION = "expulsion", "представление к отчислению"
        OTHER = "other", "другое"

    reach = Reach(student="student", group="course__group", course="course")

    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="debt_measures",
        verbose_name=worded_lazily("студент"),
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="debt_measures", verbose_name="курс"
    )
    kind = models.CharField("мера", max_length=12, choices=Kind.choices)
    date = models.DateField("дата", default=timezone.localdate)
    due_on = models.DateField("срок ликвидации", null=True, blank=True)
    text = models.CharField("что решено", max_length=400, blank=True)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто записал"
    )

    history = history()

    class Meta:
        verbose_name = "мера по задолженности"
        verbose_name_plural = "меры по задолженностям"
        ordering = ["-date", "student"]
        indexes = [models.Index(fields=["course", "student"], name="measure_of_debt")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.date:%d.%m.%Y}"
