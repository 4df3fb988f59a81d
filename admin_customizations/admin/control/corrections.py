"""Requests to correct what is closed, and a look at many corrections at once (F10)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.models import CorrectionRequest, SittingReview


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(ReadOnly, ModelAdmin):
    """Requests of teachers, to be decided by a second person."""

    list_display = ["at", "student", "group", "course", "old", "new", "by", "state"]
    list_filter = [("state", ChoiceFilter), ("group", ScopedRelatedFilter)]
    list_select_related = [
        "student",
        "group",
        "course__discipline",
        "course__group",
        "by",
    ]
    search_fields = ["student__last_name", "reason"]
    date_hierarchy = "at"
    empty_hint_reader = (
        "Запросов на исправление нет. Запрос подают из журнала, когда период закрыт."
    )


@admin.register(SittingReview)
class SittingReviewAdmin(ReadOnly, ModelAdmin):
    """What was looked at of many corrections in one go."""

    list_display = ["began_at", "person", "count", "verdict", "by", "at"]
    list_filter = [("verdict", ChoiceFilter)]
    list_select_related = ["person", "by"]
    date_hierarchy = "began_at"
    empty_hint_reader = (
        "Исправлений, на которые стоило бы взглянуть, пока не проверяли."
    )
