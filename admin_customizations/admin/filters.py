"""Filters over our models that several areas use."""

from admin_customizations.toolkit.filters import ScopedListFilter
from journal.models import Period


class PeriodFilter(ScopedListFilter):
    """Rows of the courses of one study period."""

    title = "учебный период"
    parameter_name = "period"

    def rows(self):
        return Period.objects.select_related("year").order_by("-first_day")

    def narrow(self, queryset, pk):
        return queryset.filter(course__period=pk)
