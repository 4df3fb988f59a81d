"""What was taken in from files."""

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from admin_customizations.toolkit.pages import action
from journal.exchange.registry import IMPORTERS
from journal.exchange.undo import may_undo
from journal.models import ImportBatch


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnly, ModelAdmin):
    """Batches with their outcome, to look at."""

    list_display = [
        "at",
        "what",
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
        ("what", "file_name"),
        ("at", "by"),
        ("added", "changed", "skipped"),
        ("undone_at", "undone_by"),
    ]
    readonly_fields = ["what"]
    actions_detail = ["take_back"]
    empty_hint_reader = "Из файлов ещё ничего не загружали."

    @admin.display(description="что загружено", ordering="importer")
    def what(self, batch):
        importer = IMPORTERS.get(batch.importer)
        return importer.title if importer else batch.importer

    @action(description="Отменить загрузку", icon="undo")
    def take_back(self, request, object_id):
        batch = self.seen_or_404(request, object_id)
        return HttpResponseRedirect(reverse("admin:import_undo", args=[batch.pk]))

    take_back.may = may_undo
