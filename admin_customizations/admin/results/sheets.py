"""Sheets of attestation (F6, F7)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.admin.results.correcting import StandingSheet
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.models import Result, Sheet, SheetMember, SheetPart


class SheetPartInline(TabularInline):
    model = SheetPart
    fields = ["course"]
    autocomplete_fields = ["course"]


class SheetMemberInline(TabularInline):
    model = SheetMember
    fields = ["employee", "name", "post"]
    autocomplete_fields = ["employee"]


class ResultInline(TabularInline):
    model = Result
    fields = ["student", "mark", "status", "note"]
    autocomplete_fields = ["student"]


@admin.register(Sheet)
class SheetAdmin(StandingSheet, ModelAdmin):
    """Sheets of all kinds; a signed one is only looked at."""

    list_display = ["date", "kind", "number", "group", "teacher", "state"]
    list_display_links = ["date", "kind"]
    list_filter = [
        ("period", ScopedRelatedFilter),
        ("group", ScopedRelatedFilter),
        ("kind", ChoiceFilter),
        ("state", ChoiceFilter),
    ]
    list_select_related = ["group", "period__year", "teacher"]
    search_fields = ["number", "group__name", "parts__course__discipline__name"]
    autocomplete_fields = ["group", "teacher"]
    date_hierarchy = "date"
    fields = [
        ("kind", "number", "date"),
        ("group", "period"),
        ("teacher", "attempt"),
        ("title", "note"),
    ]
    inlines = [SheetPartInline, SheetMemberInline, ResultInline]
    actions_detail = ["ask", "past"]
    empty_hint = "Ведомостей пока нет. Добавьте ведомость для аттестации."

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.state != Sheet.State.DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        if obj is not None and obj.state != Sheet.State.DRAFT:
            return False
        return super().has_delete_permission(request, obj)
