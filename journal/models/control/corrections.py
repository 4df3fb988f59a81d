"""Corrections of what is closed, by request; and a look at who corrects much (F10)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models.base import Model, check, history, unique
from journal.models.curriculum import Course
from journal.models.lessons import Lesson
from journal.models.organisation import Group
from journal.models.people import Student, User
from journal.models.reach import Reach
from journal.models.results import Result
from journal.models.words import worded_lazily


class CorrectionRequest(Model):
    """A wish to correct one cell of a closed period, or one result of a signed sheet.

    `field` names the cell as `domain.lessons.Change` does (a work's number or the
    absence), empty for a result. While it is APPROVED the guards of the database let
    just this cell or result be written; writing it makes it DONE in that transaction.
    """

    class State(models.TextChoices):
        ASKED = "asked", "ждёт решения"
        APPROVED = "approved", "разрешено"
        DONE = "done", "исправлено"
        REFUSED = "refused", "отклонено"
        WITHDRAWN = "withdrawn", "отозвано"

    reach = Reach(student="student", group="group", course="course", user="by")

    group = models.ForeignKey(
        Group, models.PROTECT, related_name="+", verbose_name=worded_lazily("группа")
    )
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="курс",
    )
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        related_name="correction_requests",
        verbose_name=worded_lazily("студент"),
    )
    lesson = models.ForeignKey(
        Lesson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="correction_requests",
        verbose_name="занятие",
    )
    field = models.CharField("клетка", max_length=10, blank=True)
    result = models.ForeignKey(
        Result,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="correction_requests",
        verbose_name="результат",
    )
    old = models.CharField("стоит", max_length=12, blank=True)
    new = models.CharField("должно быть", max_length=12, blank=True)
    reason = models.CharField("причина", max_length=300)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.ASKED
    )
    by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="кто просит"
    )
    at = models.DateTimeField("когда", default=timezone.now)
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто решил",
    )
    decided_at = models.DateTimeField("когда решено", null=True, blank=True)
    remark = models.CharField("ответ", max_length=300, blank=True)

    history = history()

    class Meta:
        verbose_name = "запрос на исправление"
        verbose_name_plural = "запросы на исправление"
        ordering = ["-at"]
        permissions = [
            ("decide_correctionrequest", "Решение о запросах на исправление"),
        ]
        constraints = [
            check(
                "correctionrequest_names_one_place",
                Q(lesson__isnull=False, result__isnull=True)
                | Q(lesson__isnull=True, result__isnull=False),
                "Запрос — об одной клетке журнала или об одном результате.",
            ),
            check(
                "correctionrequest_by_a_second_person",
                Q(decided_by__isnull=True)
                | Q(state="withdrawn")
                | ~Q(decided_by=models.F("by")),
                "О своём запросе решает другой человек.",
            ),
            unique(
                "correctionrequest_open_once",
                "lesson",
                "student",
                "field",
                condition=Q(lesson__isnull=False, state__in=["asked", "approved"]),
                message="Об этой клетке запрос уже есть.",
            ),
            unique(
                "correctionrequest_result_once",
                "result",
                condition=Q(result__isnull=False, state__in=["asked", "approved"]),
                message="Об этом результате запрос уже есть.",
            ),
        ]

    def __str__(self):
        return f"{self.student}: {self.old or '—'} → {self.new or '—'}"


class SittingReview(Model):
    """What a deputy said of one person's many corrections in one go (safety A16).

    The sitting itself is read from the history; a row says it was looked at.
    """

    class Verdict(models.TextChoices):
        FINE = "fine", "исправления верны"
        UNDONE = "undone", "исправления отменены"

    person = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="кто исправлял"
    )
    began_at = models.DateTimeField("с")
    ended_at = models.DateTimeField("по")
    count = models.PositiveIntegerField("исправлений")
    verdict = models.CharField("решение", max_length=6, choices=Verdict.choices)
    note = models.CharField("пояснение", max_length=300, blank=True)
    by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="кто проверил"
    )
    at = models.DateTimeField("когда", default=timezone.now)

    history = history()

    class Meta:
        verbose_name = "проверка исправлений"
        verbose_name_plural = "проверки исправлений"
        ordering = ["-began_at"]
        permissions = [("undo_sittingreview", "Отмена чужих исправлений")]
        constraints = [
            unique(
                "sittingreview_once",
                "person",
                "began_at",
                message="Эти исправления уже проверены.",
            )
        ]

    def __str__(self):
        return f"{self.person}, {self.began_at:%d.%m.%Y %H:%M}: {self.count}"
