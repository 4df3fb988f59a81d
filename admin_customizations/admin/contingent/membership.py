"""Who sits in which group, by date."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, by_alphabet
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from journal.models import Membership


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):
    """Spans of students in groups; the first day counts, the last does not."""

    list_display = ["student", "group", "start", "end"]
    list_filter = [("group", ScopedRelatedFilter)]
    list_select_related = ["student", "group"]
    search_fields = ["student__last_name", "student__first_name", "group__name"]
    autocomplete_fields = ["student", "group"]
    date_hierarchy = "start"
    fields = ["student", "group", ("start", "end")]
    ordering = ["-start", *by_alphabet("student__last_name", "student__first_name")]
    empty_hint = "Никто ещё не зачислен. Загрузите список контингента."
