"""Theses of the final attestation (F8)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.domain.results.defences import with_defence
from journal.models import Thesis


@admin.register(Thesis)
class ThesisAdmin(ModelAdmin):
    """Topics, supervisors, reviewers, protocols."""

    list_display = [
        "student",
        "group",
        "topic",
        "supervisor",
        "led",
        "is_admitted",
        "defence",
        "year",
    ]
    list_filter = [
        ("year", ScopedRelatedFilter),
        ("group", ScopedRelatedFilter),
        ("origin", ChoiceFilter),
    ]
    list_select_related = ["student", "group", "supervisor", "year"]
    search_fields = ["student__last_name", "topic", "supervisor__last_name"]
    autocomplete_fields = ["student", "supervisor", "consultant"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("student", "group", "year"),
                    ("kind", "origin", "order"),
                    "topic",
                ]
            },
        ),
        (
            "Руководство и отзывы",
            {
                "fields": [
                    ("supervisor", "consultant", "reviewer"),
                    ("supervisor_mark", "review_mark", "is_admitted"),
                ]
            },
        ),
        (
            "Протокол",
            {
                "fields": [
                    ("protocol_number", "protocol_date"),
                    ("is_for_use", "is_for_print"),
                    "questions",
                ]
            },
        ),
    ]
    empty_hint = "Выпускных работ пока нет. Добавьте тему и руководителя."

    def get_queryset(self, request):
        return with_defence(super().get_queryset(request))

    @admin.display(description="работ у руководителя", ordering="led")
    def led(self, thesis):
        return thesis.led

    @admin.display(description="защита", ordering="defence")
    def defence(self, thesis):
        return thesis.defence or "—"
