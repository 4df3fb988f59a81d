"""What forecasts have learnt from terms that are over (F12)."""

from django.db import models
from django.utils import timezone

from journal.models.base import Model
from journal.models.people import User


class ForecastFit(Model):
    """The constants of forecasts as estimated once from own closed terms.

    `experience` is `domain.results.experience.Experience` as plain numbers, `figures`
    how forecasts of the last closed term came true. The newest row is in force.
    """

    made_at = models.DateTimeField("когда", default=timezone.now)
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="кто пересчитал",
    )
    periods = models.JSONField("по каким периодам", default=list)
    experience = models.JSONField("накопленный опыт", default=dict, editable=False)
    figures = models.JSONField("как сбылись прогнозы", default=dict)

    class Meta:
        verbose_name = "настройка прогноза"
        verbose_name_plural = "настройки прогноза"
        ordering = ["-made_at"]
        permissions = [("refit_forecastfit", "Пересчёт прогноза по своим данным")]

    def __str__(self):
        return f"Прогноз, {self.made_at:%d.%m.%Y}"
