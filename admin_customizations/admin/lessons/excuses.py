"""Documents that excuse absences (F3)."""

from django.contrib import admin

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from journal.models import Excuse


@admin.register(Excuse)
class ExcuseAdmin(Personal, ModelAdmin):
    """Certificates and applications over a range of days."""

    card_name = "Документ об отсутствии"
    list_display = ["student", "reason", "document", "start", "end", "by"]
    list_filter = [("reason", ScopedRelatedFilter)]
    list_select_related = ["student", "reason", "by"]
    search_fields = ["student__last_name", "document"]
    autocomplete_fields = ["student"]
    date_hierarchy = "start"
    fields = [("student", "reason"), "document", ("start", "end")]
    empty_hint = "Документов об отсутствии пока нет. Добавьте справку или заявление."

    def save_model(self, request, obj, form, change):
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)
