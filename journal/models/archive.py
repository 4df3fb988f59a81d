"""Closing of periods."""

from django.db import models
from django.utils import timezone

from journal.models.base import Model, history, unique
from journal.models.organisation import Period
from journal.models.people import User
from journal.models.reach import Everyone


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
