"""Make-up of missed lessons and failed works (F5)."""

from django.db import models
from django.db.models import Q

from journal.models.base import Model, check, history, unique
from journal.models.lessons.lesson import Lesson
from journal.models.lessons.marks import Scale, Task
from journal.models.people import Employee, Student
from journal.models.reach import Reach
from journal.models.words import worded_lazily


class Makeup(Model):
    """That something owed was made good, with date, result and teacher (E 3.5, E 4.3).

    What is owed is stored nowhere: it follows from absences and required works. A row
    closes one of them: a missed lesson (`task` empty) or a failed or missing work.
    """

    MADE, WAIVED = "made", "waived"
    OUTCOMES = ((MADE, "отработано"), (WAIVED, "снято"))

    reach = Reach(
        student="student",
        group="lesson__course__group",
        course="lesson__course",
        lesson="lesson",
    )

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="makeups", verbose_name="занятие"
    )
    task = models.ForeignKey(
        Task,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="makeups",
        verbose_name="работа",
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="makeups",
        verbose_name=worded_lazily("студент"),
    )
    outcome = models.CharField("чем закрыто", max_length=6, choices=OUTCOMES)
    date = models.DateField("дата отработки")
    result = models.CharField(
        "результат", max_length=1, choices=Scale.choices, blank=True
    )
    teacher = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="makeups",
        verbose_name="кто принял",
    )
    note = models.CharField("пояснение", max_length=300, blank=True)

    history = history()

    class Meta:
        verbose_name = "отработка"
        verbose_name_plural = "отработки"
        ordering = ["-date", "student"]
        constraints = [
            unique(
                "makeup_once_per_lesson",
                "lesson",
                "student",
                condition=Q(task__isnull=True),
                message="Пропуск этого занятия уже закрыт.",
            ),
            unique(
                "makeup_once_per_task",
                "task",
                "student",
                condition=Q(task__isnull=False),
                message="Долг по этой работе уже закрыт.",
            ),
            check(
                "makeup_waived_for_a_reason",
                Q(outcome="made") | ~Q(note=""),
                "Напишите, почему отработка снята.",
            ),
        ]

    def __str__(self):
        return f"{self.student}: {self.lesson}"
