"""Filters of people by what parts of their cards hold: for those alone who see these.

A filter would tell what a tab hides, so it keeps to the people whose part is seen.
"""

from django.db.models import Q
from django.utils import timezone

from admin_customizations.toolkit.filters import AnswerFilter
from journal.domain.people.consents import (
    open_to,
    with_paper,
    withdrawn_days,
    without_paper,
)
from journal.models import SocialCard


class PaperFilter(AnswerFilter):
    """Whose data is processed without a consent, or who gave no undertaking."""

    title = "согласие, обязательство"
    parameter_name = "paper"
    right = "journal.view_consent"
    answers = {
        "none": ("нет или отозвано", None),
        "withdrawn": ("отозвано", None),
        "yes": ("есть", None),
    }

    def queryset(self, request, queryset):
        value, today = self.value(), timezone.localdate()
        if value not in self.answers:
            return queryset
        rows = open_to(queryset, request.user)
        if value == "yes":
            return with_paper(rows, today)
        rows = without_paper(rows, today)
        if value == "withdrawn":
            return rows.filter(pk__in=list(withdrawn_days(rows.model, today)))
        return rows


class SocialFilter(AnswerFilter):
    """Students by their social status."""

    title = "социальный статус"
    parameter_name = "social"
    right = "journal.view_socialcard"
    answers = {
        "orphan": ("сироты и под опекой", lambda: ~Q(orphan="")),
        "disabled": (
            "инвалиды",
            lambda: ~Q(health__in=["", SocialCard.Health.HEALTHY]),
        ),
        "needs": ("с ОВЗ", lambda: ~Q(needs="")),
        "hostel": ("живут в общежитии", lambda: Q(hostel=SocialCard.Hostel.LIVES)),
        "large": ("многодетная семья", lambda: Q(is_large_family=True)),
        "serves": ("родитель — участник СВО", lambda: Q(parent_serves=True)),
        "record": (
            "на учёте",
            lambda: (
                Q(on_police_record=True)
                | Q(on_commission_record=True)
                | Q(on_internal_record=True)
            ),
        ),
    }

    def queryset(self, request, queryset):
        if self.value() not in self.answers:
            return queryset
        cards = SocialCard.objects.visible_to(request.user)
        cards = cards.filter(self.answers[self.value()][1]())
        return queryset.filter(pk__in=cards.order_by().values("student"))


class PartFilters:
    """A list with `part_filters`, each for those who hold its right; stands first."""

    part_filters: tuple[type, ...] = (PaperFilter,)

    def get_list_filter(self, request):
        may = request.user.has_perm
        parts = [one for one in self.part_filters if may(one.right)]
        return [*super().get_list_filter(request), *parts]
