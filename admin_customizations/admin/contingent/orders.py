"""Orders: drawn up, shown before they act, carried out, taken back."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin, labelled
from admin_customizations.admin.contingent.lines import (
    DRAFT,
    GroupForm,
    OrderLineInline,
    add_group,
    takes_groups,
    ticked,
)
from admin_customizations.admin.contingent.reasons import reasons_for
from admin_customizations.admin.contingent.rollover import Rollover
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import change_url, confirmed
from journal.domain.contingent.kinds import STAFF_KINDS
from journal.domain.contingent.orders import (
    carry_out,
    kinds_for,
    may_carry,
    may_undo,
    obstacles,
    plan_order,
    undo,
)
from journal.models import Order, OrderKind, OrderLine
from journal.models.words import worded, worded_lazily

SHOWN = 100
OF_GROUPS = (OrderKind.NEXT_YEAR, OrderKind.DISBAND, OrderKind.SUBGROUP)


def what_will_be(by, order) -> dict:
    """The plan of an order for the page that asks."""
    plan = plan_order(order, by)
    possible = [one for one in plan.lines if not one.error]
    return {
        "problems": plan.problems,
        "doubts": plan.doubts,
        "refused": plan.refused[:SHOWN],
        "refused_total": len(plan.refused),
        "warned": [one for one in possible if one.warnings][:SHOWN],
        "effects": possible[:SHOWN],
        "total": len(possible),
        "more": max(len(possible) - SHOWN, 0),
        "blocked": not plan.is_possible,
    }


def what_stands_in_the_way(by, order) -> dict:
    found = obstacles(order)
    return {"problems": found, "blocked": bool(found)}


def may_edit(by, order) -> bool:
    return order.state == DRAFT and order.is_editable_by(by)


def may_add_group(by, order) -> bool:
    return takes_groups(order.kind) and may_edit(by, order)


@admin.register(Order)
class OrderAdmin(Personal, Rollover, ModelAdmin):
    """A draft is edited; an order that was carried out stands still."""

    card_name = "Приказ"
    list_display = ["title", "kind", "effective_on", "who", "shown_state"]
    list_filter = [
        ("kind", ChoiceFilter),
        ("state", ChoiceFilter),
        ("reason", ScopedRelatedFilter),
    ]
    list_select_related = ["reason"]
    search_fields = ["number", "note"]
    search_help_text = worded_lazily(
        "Номер, примечание или фамилия студента или сотрудника"
    )
    date_hierarchy = "date"
    ordering = ["-date", "-pk"]
    fields = [("number", "date"), ("kind", "effective_on"), "reason", "note"]
    inlines = [OrderLineInline]
    actions_detail = ["carry", "take_back", "whole_group", "drop"]
    empty_hint = (
        "Приказов пока нет. Составьте первый: выберите вид, дату и о ком он, "
        "затем проведите."
    )

    # Who sees and edits what

    def get_queryset(self, request):
        lines = OrderLine.objects.visible_to(request.user).filter(order=OuterRef("pk"))
        who = Case(
            When(student__isnull=False, then=_name("student")),
            When(employee__isnull=False, then=_name("employee")),
            default="group__name",
        )
        first = lines.order_by("pk").annotate(who=who).values("who")[:1]
        counted = lines.order_by().values("order").annotate(count=Count("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                lines_seen=Subquery(counted.values("count")),
                first_seen=Subquery(first),
            )
        )

    def get_search_results(self, request, queryset, search_term):
        """People are found among the lines that the person sees, and no others."""
        found, twice = super().get_search_results(request, queryset, search_term)
        words = search_term[:100].split()[:5]
        if not words:
            return found, twice
        lines = OrderLine.objects.visible_to(request.user)
        for word in words:
            lines = lines.filter(
                Q(student__last_name__icontains=word)
                | Q(student__first_name__icontains=word)
                | Q(employee__last_name__icontains=word)
                | Q(group__name__icontains=word)
            )
        named = queryset.filter(pk__in=lines.order_by().values("order"))
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=named)), twice

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.pk is not None and obj.state != DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """A draft is dropped by its button; what was carried out stays on record."""
        return False

    # The form

    def add_view(self, request, form_url="", extra_context=None):
        offered = kinds_for(request.user)
        asked = request.GET.get("kind") or request.POST.get("kind", "")
        if asked in offered or not self.has_add_permission(request):
            request.order_kind = asked or OrderKind.ENROL
            return super().add_view(request, form_url, extra_context)
        sections = (
            (
                worded("Студенты"),
                [*(kind for kind in OrderKind if _is_of_students(kind))],
            ),
            (worded("Группы", "Классы"), OF_GROUPS),
            ("Сотрудники", STAFF_KINDS),
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Новый приказ",
            "students": ",".join(map(str, ticked(request))),
            "sections": [
                (title, shown)
                for title, kinds in sections
                if (
                    shown := [
                        (kind.value, kind.label) for kind in kinds if kind in offered
                    ]
                )
            ],
        }
        return TemplateResponse(request, "admin/contingent/kinds.html", context)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """Lines about the students ticked in their list wait to be saved."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and obj.pk is None:
            kwargs["initial"] = [{"student": pk} for pk in ticked(request)]
        return kwargs

    def get_readonly_fields(self, request, obj=None):
        state = ["shown_state", "carried", "undone"]
        return state if obj is None else ["kind", *state]

    def get_fields(self, request, obj=None):
        if obj is None or obj.state == DRAFT:
            return self.fields
        return [*self.fields, ("shown_state", "carried", "undone")]

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        if db_field.name == "kind":
            asked = getattr(request, "order_kind", None)
            kinds = [one for one in kinds_for(request.user) if asked in (None, one)]
            field.choices = [(one, OrderKind(one).label) for one in kinds]
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        kind = obj.kind if obj else getattr(request, "order_kind", None)
        if kind and "reason" in form.base_fields:
            form.base_fields["reason"].queryset = reasons_for(kind)
        return form

    def save_model(self, request, obj, form, change):
        """Nobody edits what somebody else has carried out meanwhile."""
        if change:
            now = Order.objects.select_for_update().get(pk=obj.pk)
            if now.state != DRAFT:
                raise ValidationError("Приказ уже проведён. Откройте его заново.")
        super().save_model(request, obj, form, change)

    def response_add(self, request, obj, post_url_continue=None):
        """After the draft comes its page, where it is carried out."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, "Проект приказа сохранён. Проверьте и проведите.")
        return HttpResponseRedirect(change_url(self, obj))

    # Columns

    @admin.display(description="приказ", ordering="date")
    def title(self, order):
        return f"№ {order.number} от {order.date:%d.%m.%Y}"

    @admin.display(description="о ком")
    def who(self, order):
        if not order.lines_seen:
            return "строк нет"
        more = order.lines_seen - 1
        return f"{order.first_seen} и ещё {more}" if more else order.first_seen

    @labelled(
        description="состояние",
        ordering="state",
        label={"проект": "warning", "проведён": "success", "отменён": "danger"},
    )
    def shown_state(self, order):
        return order.get_state_display()

    @admin.display(description="проведён")
    def carried(self, order):
        return _when(order.carried_out_at, order.carried_out_by)

    @admin.display(description="отменён")
    def undone(self, order):
        return _when(order.undone_at, order.undone_by)

    # Buttons

    @confirmed(
        "Провести",
        may=may_carry,
        icon="task_alt",
        template="admin/contingent/effects.html",
        shows=what_will_be,
    )
    def carry(self, request, order, data):
        done = carry_out(order, request.user)
        return f"Приказ проведён, строк: {len(done.lines)}."

    @confirmed(
        "Отменить проведение",
        may=may_undo,
        icon="undo",
        danger=True,
        text="Всё, что сделал этот приказ, вернётся как было. Приказ останется в списке "
        "отменённым.",
        template="admin/contingent/effects.html",
        shows=what_stands_in_the_way,
    )
    def take_back(self, request, order, data):
        undo(order, request.user)
        return "Проведение отменено: всё вернулось как было до приказа."

    @confirmed(
        worded_lazily("Добавить группу целиком"),
        may=may_add_group,
        form=GroupForm,
        icon="group_add",
        text=worded_lazily(
            "В приказ войдут все, кто числится в группе в день его действия; лишних"
            " потом можно убрать.",
            "В приказ войдут все, кто числится в классе в день его действия; лишних"
            " потом можно убрать.",
        ),
    )
    def whole_group(self, request, order, data):
        made = add_group(order, data["group"], data.get("target"))
        return f"Добавлено строк о {worded('студентах')}: {made}."

    @confirmed(
        "Удалить проект",
        may=may_edit,
        icon="delete",
        danger=True,
        text="Проект {} удалится со всеми строками. Он ещё ничего не изменил.",
    )
    def drop(self, request, order, data):
        order.lines.all().delete()
        order.delete()
        self.message_user(request, "Проект приказа удалён.")
        return HttpResponseRedirect(reverse("admin:journal_order_changelist"))


def _is_of_students(kind: str) -> bool:
    return kind not in STAFF_KINDS and kind not in OF_GROUPS


def _name(person: str):
    return Concat(F(f"{person}__last_name"), Value(" "), F(f"{person}__first_name"))


def _when(at, by) -> str:
    if at is None:
        return "нет"
    return f"{timezone.localtime(at):%d.%m.%Y %H:%M}, {by}"
