"""Measures about academic debts (F9)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.results.owing import OwingPages
from admin_customizations.toolkit.filters import ChoiceFilter
from journal.models import DebtMeasure


@admin.register(DebtMeasure)
class DebtMeasureAdmin(OwingPages, ModelAdmin):
    """Talks, letters, schedules, commissions: what was done about a debt."""

    list_display = ["date", "student", "course", "kind", "due_on", "by"]
    list_display_links = ["date", "student"]
    list_filter = [("kind", ChoiceFilter)]
    list_select_related = ["student", "course__discipline", "course__group", "by"]
    search_fields = ["student__last_name", "course__discipline__name"]
    autocomplete_fields = ["student", "course"]
    date_hierarchy = "date"
    fields = [("student", "course"), ("kind", "date", "due_on"), "text"]
    actions_list = ["to_debts"]
    empty_hint = "Мер по задолженностям пока нет. Добавьте меру, когда она принята."

    def save_model(self, request, obj, form, change):
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)
