"""Closing of periods, and files of many reports at once."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from journal.models.base import Model, history, unique
from journal.models.organisation import Period
from journal.models.people import User
from journal.models.reach import Everyone, Reach, ReachQuerySet


class ClosingQuerySet(ReachQuerySet):
    def in_force(self):
        """Closings that hold now: what is open again for a while is left out."""
        return self.filter(Q(reopened_until__isnull=True) | Q(reopened_until__lt=Now()))


class PeriodClosing(Model):
    """An aspect of a period that is closed; reopened only for a limited time."""

    class Aspect(models.TextChoices):
        LESSONS = "lessons", "занятия"
        MARKS = "marks", "отметки и посещаемость"
        RESULTS = "results", "итоги"

    reach = Everyone()

    period = models.ForeignKey(
        Period, models.PROTECT, related_name="closings", verbose_name="учебный период"
    )
    aspect = models.CharField("что закрыто", max_length=10, choices=Aspect.choices)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="кто закрыл"
    )
    closed_at = models.DateTimeField("закрыто", default=timezone.now)
    reopened_until = models.DateTimeField("открыто снова до", null=True, blank=True)
    reopened_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто открыл",
    )
    reopen_reason = models.CharField("причина открытия", max_length=300, blank=True)

    objects = ClosingQuerySet.as_manager()
    history = history()

    class Meta:
        verbose_name = "закрытие периода"
        verbose_name_plural = "закрытые периоды"
        ordering = ["-closed_at"]
        permissions = [("reopen_periodclosing", "Открытие закрытого периода")]
        constraints = [
            unique(
                "periodclosing_once",
                "period",
                "aspect",
                message="Этот период уже закрыт.",
            )
        ]

    def __str__(self):
        return f"{self.period}: {self.get_aspect_display()}"


class ReportBatch(Model):
    """Reports of several groups in one archive that somebody asked for.

    `answers` holds groups, period, day and reports, by their keys. Only who asked has
    the file, until it expires; then row and file go. No record of the institution: who
    took the file out is written down as any export.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "ждёт очереди"
        RUNNING = "running", "готовится"
        DONE = "done", "готов"
        FAILED = "failed", "не собран"

    reach = Reach(user="by")

    by = models.ForeignKey(
        User, models.PROTECT, related_name="report_batches", verbose_name="кто заказал"
    )
    title = models.CharField("что в архиве", max_length=300)
    answers = models.JSONField("ответы")
    state = models.CharField(
        "состояние", max_length=8, choices=State.choices, default=State.WAITING
    )
    done = models.PositiveIntegerField("готово отчётов", default=0)
    total = models.PositiveIntegerField("всего отчётов")
    problem = models.CharField("что не удалось", max_length=300, blank=True)
    file = models.FileField("архив", upload_to="batches/", blank=True)
    created_at = models.DateTimeField("заказан", auto_now_add=True)
    moved_at = models.DateTimeField("последнее движение", auto_now=True)
    expires_at = models.DateTimeField("хранится до")

    class Meta:
        verbose_name = "архив отчётов"
        verbose_name_plural = "архивы отчётов"
        ordering = ["-created_at"]

    def __str__(self):
        return self.title
