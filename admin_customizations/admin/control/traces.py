"""What was taken in from files, and who looked at personal data."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin, ReadOnly, by_alphabet
from admin_customizations.toolkit.filters import (
    MOST_CHOICES,
    AnswerFilter,
    ChoiceFilter,
    ScopedRelatedFilter,
)
from admin_customizations.toolkit.pages import action
from journal.exchange.registry import IMPORTERS
from journal.exchange.undo import may_undo
from journal.models import DataAccess, ImportBatch, User


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


def _since(days: int):
    """The condition on looks of today and `days` days before."""
    first = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Q(at__gte=first - timedelta(days=days))


class RecentFilter(AnswerFilter):
    title = "за время"
    parameter_name = "days"
    answers = {
        "1": ("сегодня", lambda: _since(0)),
        "7": ("последние семь дней", lambda: _since(6)),
        "30": ("последние тридцать дней", lambda: _since(29)),
    }


class LookerFilter(ScopedRelatedFilter):
    """Whoever looked: staff alone, since families have no cards to open."""

    def field_choices(self, field, request, model_admin):
        staff = User.objects.visible_to(request.user).filter(employee__isnull=False)
        rows = staff.select_related("employee").order_by(
            *by_alphabet("last_name"), "username"
        )
        return [(user.pk, str(user)) for user in rows[:MOST_CHOICES]]


@admin.register(DataAccess)
class DataAccessAdmin(ReadOnly, ModelAdmin):
    """Who opened, listed, exported or printed personal data; apart from the audit."""

    list_display = ["at", "by", "kind", "subject", "student", "count", "address"]
    list_filter = [("by", LookerFilter), ("kind", ChoiceFilter), RecentFilter]
    list_select_related = ["by", "student"]
    search_fields = [
        "subject",
        "by__username",
        "by__last_name",
        "student__last_name",
        "student__first_name",
    ]
    search_help_text = "Кто смотрел, чьи данные, что именно"
    # No row of years and months: it reads the whole log, which only grows.
    fields = [("at", "by"), ("kind", "subject"), "student", ("count", "address")]
    empty_hint_reader = (
        "Карточки людей ещё никто не открывал. "
        "Каждое обращение к персональным данным появится здесь само."
    )
