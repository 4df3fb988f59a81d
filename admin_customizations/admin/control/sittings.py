"""A look at many corrections of one person at once (F10, safety A16)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.filters import ChoiceFilter
from journal.models import SittingReview


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
