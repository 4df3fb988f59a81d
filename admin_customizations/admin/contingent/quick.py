"""Orders about one student, straight from the card: drawn up and carried out at once."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy

from admin_customizations.admin.contingent.lines import MOST_TICKED
from admin_customizations.admin.contingent.reasons import reasons_for
from admin_customizations.toolkit.pages import AskForm, Choice, Day, Line, confirmed
from journal.domain.contingent.orders import carry_out, may_move
from journal.models import Group, Membership, Order, OrderKind, OrderReason, Student
from journal.models.words import worded, worded_lazily

TEXT = (
    "Приказ из одной строки будет составлен и сразу проведён. Его можно отменить на "
    "странице приказа."
)


def _sits(student: Student) -> bool:
    return Membership.objects.on(timezone.localdate()).filter(student=student).exists()


def may_seat(by, student) -> bool:
    return may_move(by, student) and not _sits(student)


def may_reseat(by, student) -> bool:
    return may_move(by, student) and _sits(student)


class OrderForm(AskForm):
    """What every order says; a subclass names its kinds."""

    kinds: tuple[str, ...] = ()

    kind = forms.ChoiceField(label="Вид приказа", widget=Choice)
    number = forms.CharField(label="Номер приказа", max_length=40, widget=Line)
    date = forms.DateField(label="Дата приказа", widget=Day)
    effective_on = forms.DateField(label="Действует с", widget=Day)
    reason = forms.ModelChoiceField(
        OrderReason.objects.none(), label="Основание", required=False, widget=Choice
    )

    def prepare(self):
        self.fields["kind"].choices = [
            (one, OrderKind(one).label.capitalize()) for one in self.kinds
        ]
        if len(self.kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.initial["kind"] = self.kinds[0]
        self.initial["date"] = self.initial["effective_on"] = timezone.localdate()
        reasons = OrderReason.objects.none()
        for kind in self.kinds:
            reasons = reasons | reasons_for(kind)
        self.fields["reason"].queryset = reasons.order_by("side", "position", "name")


class ToGroupForm(OrderForm):
    group = forms.ModelChoiceField(
        Group.objects.none(), label=worded_lazily("Группа"), widget=Choice
    )

    def prepare(self):
        super().prepare()
        groups = Group.objects.filter(closed_on__isnull=True)
        self.fields["group"].queryset = groups.visible_to(self.user)
        self.order_fields(["kind", "group"])


class EnrolForm(ToGroupForm):
    kinds = (OrderKind.ENROL, OrderKind.REINSTATE, OrderKind.RETURN)


class TransferForm(ToGroupForm):
    kinds = (OrderKind.TRANSFER,)


class LeaveForm(OrderForm):
    kinds = (OrderKind.EXPEL, OrderKind.LEAVE, OrderKind.GRADUATE)


class RenameForm(OrderForm):
    kinds = (OrderKind.RENAME,)

    last_name = forms.CharField(label="Фамилия", max_length=80, widget=Line)
    first_name = forms.CharField(label="Имя", max_length=80, widget=Line)
    middle_name = forms.CharField(
        label="Отчество", max_length=80, required=False, widget=Line
    )

    def prepare(self):
        super().prepare()
        names = ["last_name", "first_name", "middle_name"]
        self.initial |= {name: getattr(self.obj, name) for name in names}
        self.order_fields(names)


def quick_order(by, student: Student, data: dict) -> str:
    """An order of one line, carried out; returns what it did, in words.

    Raises ValidationError where the number is taken or the line cannot be carried out.
    """
    data = dict(data)
    head = {name: data.pop(name) for name in ("number", "date", "kind", "effective_on")}
    order = Order(**head, reason=data.pop("reason"))
    order.validate_constraints()
    order.save()
    order.lines.create(student=student, **data)
    (effect,) = carry_out(order, by).lines
    return f"Приказ № {order.number} проведён. {student}: {effect.words}."


class QuickOrders:
    """Buttons of a student's card, each of them an order; an order about the ticked."""

    actions = ["to_order"]

    def has_to_order_permission(self, request):
        return request.user.has_perm("journal.add_order")

    @admin.action(description="Приказ о выбранных", permissions=["to_order"])
    def to_order(self, request, queryset):
        """A draft about all of the ticked; its kind is asked next."""
        keys = list(queryset.values_list("pk", flat=True)[: MOST_TICKED + 1])
        if len(keys) > MOST_TICKED:
            words = (
                f"В один приказ — не больше {MOST_TICKED} {worded('студентов')} за раз."
            )
            self.message_user(request, words, messages.ERROR)
            return None
        at = reverse("admin:journal_order_add")
        return HttpResponseRedirect(f"{at}?students={','.join(map(str, keys))}")

    @confirmed("Зачислить", may=may_seat, form=EnrolForm, icon="group_add", text=TEXT)
    def enrol(self, request, student, data):
        return quick_order(request.user, student, data)

    @confirmed(
        worded_lazily("Перевести в другую группу", "Перевести в другой класс"),
        may=may_reseat,
        form=TransferForm,
        icon="swap_horiz",
        text=format_lazy(
            "{}{}",
            worded_lazily(
                "Прежняя группа закончится в тот же день, отметки в ней сохранятся. ",
                "Прежний класс закончится в тот же день, отметки в нём сохранятся. ",
            ),
            TEXT,
        ),
    )
    def transfer(self, request, student, data):
        return quick_order(request.user, student, data)

    @confirmed(
        "Отчислить, отпустить, выпустить",
        may=may_reseat,
        form=LeaveForm,
        icon="group_remove",
        danger=True,
        text=format_lazy(
            "{}{}",
            worded_lazily(
                "С этого дня студента нет в списках группы. При отчислении и выпуске"
                " вход закрывается, и родителям тоже, если больше никто из их детей не"
                " учится. ",
                "С этого дня ученика нет в списках класса. При отчислении и выпуске"
                " вход закрывается, и родителям тоже, если больше никто из их детей не"
                " учится. ",
            ),
            TEXT,
        ),
    )
    def leave(self, request, student, data):
        return quick_order(request.user, student, data)

    @confirmed(
        "Сменить фамилию, имя, отчество",
        may=may_move,
        form=RenameForm,
        icon="badge",
        text="Имя сменится в карточке и в учётной записи; выданные документы сохранят "
        "прежнее. " + TEXT,
    )
    def rename(self, request, student, data):
        return quick_order(request.user, student, data)
