"""Why people come and go: the institution's own list."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.toolkit.filters import ChoiceFilter
from journal.models import OrderKind, OrderReason

COMES = (OrderKind.ENROL, OrderKind.RETURN, OrderKind.REINSTATE)
GOES = (OrderKind.EXPEL, OrderKind.GRADUATE)


def reasons_for(kind: str):
    """Reasons that an order of this kind may give."""
    sides = ["other"]
    if kind in COMES:
        sides = ["in"]
    elif kind in GOES:
        sides = ["out"]
    elif kind == OrderKind.LEAVE:
        sides = ["out", "other"]
    return OrderReason.objects.filter(side__in=sides).order_by("position", "name")


@admin.register(OrderReason)
class OrderReasonAdmin(ModelAdmin):
    list_display = ["name", "side", "position"]
    list_filter = [("side", ChoiceFilter)]
    search_fields = ["name"]
    fields = ["name", ("side", "position")]
    ordering = ["side", "position", "name"]
    empty_hint = "Оснований пока нет. Добавьте те, что стоят в приказах учреждения."
