"""The lines of an order: fields by its kind, many students at once."""

from django import forms

from admin_customizations.admin.base import TabularInline, by_alphabet
from admin_customizations.toolkit.pages import AskForm, Choice
from journal.domain.contingent import roster
from journal.domain.contingent.kinds import KINDS
from journal.models import Group, Order, OrderKind, OrderLine, Student
from journal.models.words import worded_lazily

DRAFT = Order.State.DRAFT
LISTED = 30
MOST_TICKED = 200
LONGEST_KEY = 19


class OrderLineInline(TabularInline):
    """What a draft will do; of an order carried out, what it did, in words kept then."""

    model = OrderLine
    autocomplete_fields = ["student", "employee", "group", "subgroup"]
    list_select_related = ["student", "employee", "group", "subgroup__course__group"]
    readonly_fields = ["effect"]
    ordering = ["pk"]
    per_page = LISTED
    tab = False
    hide_title = False
    verbose_name_plural = "строки приказа"

    def kind_of(self, request, obj) -> str:
        return obj.kind if obj else getattr(request, "order_kind", OrderKind.ENROL)

    def get_fields(self, request, obj=None):
        kind = KINDS[self.kind_of(request, obj)]
        if obj is None or obj.state == DRAFT:
            return [*kind.fields, "reason"]
        return [*kind.about, "effect", "reason"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None or obj.state == DRAFT else ["effect"]

    def get_extra(self, request, obj=None, **kwargs):
        if obj is not None:
            return 0
        return len(ticked(request)) or 1

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        kind = KINDS[self.kind_of(request, obj)]
        must = kind.needs if len(kind.about) > 1 else (*kind.about, *kind.needs)
        for name in must:
            if name in formset.form.base_fields:
                formset.form.base_fields[name].required = True
        return formset

    def has_add_permission(self, request, obj=None):
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return _is_open(obj) and super().has_delete_permission(request, obj)

    def effect(self, line):
        return line.trace[0]["words"] if line.trace else ""

    effect.short_description = "что сделано"


def ticked(request) -> list[int]:
    """Students ticked in their list, whom a new order is to be about; those seen."""
    asked = [one for one in request.GET.get("students", "").split(",") if one.isdigit()]
    keys = [int(one) for one in asked[:MOST_TICKED] if len(one) < LONGEST_KEY]
    if not keys:
        return []
    seen = Student.objects.visible_to(request.user).filter(pk__in=keys)
    return list(
        seen.order_by(*by_alphabet("last_name", "first_name")).values_list(
            "pk", flat=True
        )
    )


def _is_open(order) -> bool:
    return order is None or order.state == DRAFT


class GroupForm(AskForm):
    """A whole group for an order; where the kind leads to a group, that one as well."""

    group = forms.ModelChoiceField(
        Group.objects.none(), label=worded_lazily("Группа"), widget=Choice
    )
    target = forms.ModelChoiceField(
        Group.objects.none(), label="Куда", widget=Choice, required=False
    )

    def prepare(self):
        groups = Group.objects.filter(closed_on__isnull=True).visible_to(self.user)
        for name in ("group", "target"):
            self.fields[name].queryset = groups
        kind = KINDS[self.obj.kind]
        if "group" not in kind.fields or self.obj.kind == OrderKind.NEXT_YEAR:
            del self.fields["target"]
        elif "group" in kind.needs:
            self.fields["target"].required = True


def takes_groups(kind: str) -> bool:
    """Are the lines of this kind about students who sit in a group?"""
    seated = (
        OrderKind.TRANSFER,
        OrderKind.NEXT_YEAR,
        OrderKind.LEAVE,
        OrderKind.EXPEL,
        OrderKind.GRADUATE,
    )
    return kind in seated


def add_group(order: Order, group: Group, target: Group | None) -> int:
    """Lines for everybody of a group on the order's day who is not in it yet."""
    there = set(order.lines.values_list("student", flat=True))
    made = 0
    if order.kind == OrderKind.NEXT_YEAR:
        raised = order.lines.filter(student=None, group=group)
        if not raised.exists():
            OrderLine.objects.create(order=order, group=group)
        target = group
    for student in roster(group, order.effective_on):
        if student.pk not in there:
            OrderLine.objects.create(order=order, student=student, group=target)
            made += 1
    return made
