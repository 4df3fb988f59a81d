"""What forecasts have learnt, and how they came true (F12)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from journal.models import ForecastFit


@admin.register(ForecastFit)
class ForecastFitAdmin(ReadOnly, ModelAdmin):
    """Estimates of the constants, the newest first."""

    list_display = ["made_at", "made_by"]
    list_select_related = ["made_by"]
    empty_hint_reader = (
        "По своим данным прогноз ещё не настраивали: действуют общие значения."
    )
