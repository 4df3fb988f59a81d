"""The institution's own lists of the journal: kinds of work, reasons of absence."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin
from journal.models import AbsenceReason, WorkKind


@admin.register(WorkKind)
class WorkKindAdmin(ModelAdmin):
    list_display = ["name", "code", "weight", "position"]
    search_fields = ["name", "code"]
    empty_hint = "Видов работ пока нет: без них отметку поставить не за что."


@admin.register(AbsenceReason)
class AbsenceReasonAdmin(ModelAdmin):
    list_display = ["code", "name", "counts_as_absence", "is_excused", "position"]
    search_fields = ["name"]
    fields = ["code", "name", "counts_as_absence", "is_excused", "position"]

    def get_readonly_fields(self, request, obj=None):
        """The letter is what stands in the journal: it is never renamed."""
        return ["code"] if obj else []
