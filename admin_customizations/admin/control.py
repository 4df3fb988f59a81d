"""What was taken in from files."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from journal.models import ImportBatch


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnly, ModelAdmin):
    """Batches with their outcome, to look at."""

    list_display = [
        "at",
        "importer",
        "file_name",
        "by",
        "added",
        "changed",
        "skipped",
        "undone_at",
    ]
    list_filter = [("by", ScopedRelatedFilter)]
    list_select_related = ["by", "undone_by"]
    search_fields = ["file_name"]
    date_hierarchy = "at"
    fields = [
        ("importer", "file_name"),
        ("at", "by"),
        ("added", "changed", "skipped"),
        ("undone_at", "undone_by"),
    ]
    empty_hint_reader = "Из файлов ещё ничего не загружали."
