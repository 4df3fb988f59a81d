"""Who sits in which group, by date."""

from django.contrib import admin

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin, ReadOnly, by_alphabet
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.models import Membership
from journal.models.words import worded_lazily


@admin.register(Membership)
class MembershipAdmin(Personal, ReadOnly, ModelAdmin):
    """Spans of students in groups, as the orders made them; nobody writes them here."""

    card_name = worded_lazily("Пребывание в группе", "Пребывание в классе")
    list_display = ["student", "group", "start", "end", "funding", "form"]
    list_filter = [
        ("group", ScopedRelatedFilter),
        ("funding", ChoiceFilter),
        ("form", ChoiceFilter),
    ]
    list_select_related = ["student", "group"]
    search_fields = ["student__last_name", "student__first_name", "group__name"]
    date_hierarchy = "start"
    fields = ["student", "group", ("start", "end"), ("funding", "form")]
    ordering = ["-start", *by_alphabet("student__last_name", "student__first_name")]
    list_before_template = "admin/contingent/by_order.html"
    empty_hint = "Никто ещё не зачислен. Загрузите список контингента."
