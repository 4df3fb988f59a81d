"""Orders carried out and taken back (C1; K 4.2.7, U 4.4, E 4.2).

A plan says line by line what will be done; carrying out does it in one transaction, all
lines or nothing; undoing restores exactly what was, unless something came to depend on
it. Orders act one after another: a lock on the institution's row lets one pass at a time.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from journal.domain.contingent.desk import (
    BATCH,
    Desk,
    LineError,
    Touch,
    end_closed_sessions,
)
from journal.domain.contingent.kinds import KINDS, STAFF_KINDS
from journal.domain.contingent.undoing import obstacles, restore
from journal.domain.people import open_account
from journal.models import Group, Institution, Order, OrderLine, Student, User
from journal.models.guards import rule_of
from journal.models.reach import NOTHING, rights_q

__all__ = [
    "Effect",
    "Effects",
    "carry_out",
    "kinds_for",
    "may_carry",
    "may_move",
    "may_undo",
    "obstacles",
    "plan_order",
    "undo",
]

MOST_NAMED = 20
FAR = 366  # days between the date of an order and its effect
RIGHT = "carry_order"


@dataclass
class Effect:
    """What one line will do: `words`, or `error` where it cannot."""

    line: OrderLine
    words: str = ""
    error: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass
class Effects:
    """What an order will do; `problems` and `doubts` are of the order as a whole."""

    order: Order
    lines: list[Effect]
    problems: list[str]
    doubts: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[Effect]:
        return [one for one in self.lines if one.error]

    @property
    def is_possible(self) -> bool:
        return not self.problems and not self.refused


# Rights


def _outside(by: User, model: type, rows: QuerySet, name: str) -> bool:
    """Does some line name a row of `model` over which `by` may carry nothing?"""
    reached = model.objects.filter(rights_q(by, model.reach, RIGHT)).order_by()
    named = rows.filter(**{f"{name}__isnull": False})
    return named.exclude(**{f"{name}__in": reached.values("pk")}).exists()


def kinds_for(by: User) -> list[str]:
    """Kinds of orders that a person may draw up and carry out."""
    if not by.is_active or not by.has_perm(f"journal.{RIGHT}"):
        return []
    students = rights_q(by, Student.reach, RIGHT) != NOTHING
    staff = by.has_perm("journal.change_employee")
    return [kind for kind in KINDS if (staff if kind in STAFF_KINDS else students)]


def may_move(by: User, student: Student) -> bool:
    """May `by` carry out orders about this student?"""
    if not by.is_active or not by.has_perm(f"journal.{RIGHT}"):
        return False
    reached = Student.objects.filter(rights_q(by, Student.reach, RIGHT))
    return reached.filter(pk=student.pk).exists()


def may_carry(by: User, order: Order) -> bool:
    """May `by` carry out this draft?

    The right, over every student and group of the lines; staff orders are for those
    alone who keep the cards of staff (K 4.2.10).
    """
    if not by.is_active or order.state != Order.State.DRAFT:
        return False
    if not by.has_perm(f"journal.{RIGHT}"):
        return False
    if order.kind in STAFF_KINDS:
        return by.has_perm("journal.change_employee")
    lines = OrderLine.objects.filter(order=order)
    return not (
        _outside(by, Student, lines, "student")
        or _outside(by, Group, lines, "group")
        or _outside(by, Group, lines, "subgroup__course__group")
    )


def may_undo(by: User, order: Order) -> bool:
    """May `by` take back this order that was carried out?

    A student who left is nobody's any more; the group that was left decides then.
    """
    if not by.is_active or order.state != Order.State.DONE:
        return False
    if not by.has_perm(f"journal.{RIGHT}"):
        return False
    if order.kind in STAFF_KINDS:
        return by.has_perm("journal.change_employee")
    lines = OrderLine.objects.filter(order=order)
    reached = OrderLine.objects.filter(rights_q(by, OrderLine.reach, RIGHT)).order_by()
    return not lines.exclude(pk__in=reached.values("pk")).exists()


# The plan


def plan_order(order: Order, by: User | None) -> Effects:
    """What carrying out would do and where it cannot, line by line; writes nothing."""
    return _plan(Desk.of(order, by))


def _plan(desk: Desk) -> Effects:
    order, kind = desk.order, KINDS[desk.order.kind]
    problems = []
    if not desk.lines:
        problems.append("В приказе нет ни одной строки. Добавьте, о ком он.")
    if order.state != Order.State.DRAFT:
        problems.append(f"Приказ уже {order.get_state_display()}.")
    found = []
    for line in desk.lines:
        desk.line, desk.warnings = line, []
        made = len(desk.changes.touches)
        effect = Effect(line, warnings=desk.warnings)
        try:
            if not any(getattr(line, f"{name}_id") for name in kind.about):
                raise LineError("не сказано, о ком строка.")
            for name in kind.needs:
                if getattr(line, f"{name}_id") is None:
                    title = line._meta.get_field(name).verbose_name
                    raise LineError(f"не заполнено поле «{title}».")
            effect.words = kind.act(desk, line)
        except LineError as error:
            effect.error = " ".join(error.messages)
            del desk.changes.touches[made:]
        found.append(effect)
    return Effects(order, found, problems, _doubts(order))


def _doubts(order: Order) -> list[str]:
    """Days that are allowed, since papers are late, yet mostly a slip of the hand."""
    words = []
    if order.date > timezone.localdate():
        words.append(f"приказ датирован будущим днём, {order.date:%d.%m.%Y}")
    apart = (order.effective_on - order.date).days
    if abs(apart) > FAR:
        side = "позже" if apart > 0 else "раньше"
        words.append(
            f"приказ от {order.date:%d.%m.%Y} действует с "
            f"{order.effective_on:%d.%m.%Y}: больше чем на год {side} своей даты"
        )
    return words


def _refuse(effects: Effects) -> None:
    words = list(effects.problems)
    refused = effects.refused
    words += [f"{one.line}: {one.error}" for one in refused[:MOST_NAMED]]
    if len(refused) > MOST_NAMED:
        words.append(f"И ещё строк с ошибками: {len(refused) - MOST_NAMED}.")
    raise ValidationError(words)


# Carrying out


@transaction.atomic
def carry_out(order: Order, by: User, at: datetime | None = None) -> Effects:
    """Do what every line says, or nothing; `at` is now unless a past is being made up.

    Raises PermissionDenied where the order is not `by`'s to carry out, ValidationError
    naming the lines that cannot be.
    """
    order = _locked(order)
    if order.state == Order.State.DRAFT and not may_carry(by, order):
        raise PermissionDenied
    desk = Desk.of(order, by)
    desk.changes.at = at
    effects = _plan(desk)
    if not effects.is_possible:
        _refuse(effects)
    with _our_words():
        desk.changes.write()
        _open_accounts(desk)
    end_closed_sessions(desk.closed)
    _keep_traces(desk, effects)
    last = Order.objects.aggregate(last=Max("sequence"))["last"] or 0
    order.state, order.sequence = Order.State.DONE, last + 1
    order.carried_out_at, order.carried_out_by = at or timezone.now(), by
    order._history_date = order.carried_out_at
    _save(order, by)
    return effects


def _locked(order: Order) -> Order:
    """The order as it is now, and nobody else carries out or undoes meanwhile."""
    list(Institution.objects.select_for_update().values_list("pk"))
    return Order.objects.select_for_update().get(pk=order.pk)


def _save(order: Order, by: User) -> None:
    order._history_user = by
    order.save()


class _our_words:  # noqa: N801 -- reads as a statement
    """A rule that only the database knows is said in Russian, and nothing is done."""

    def __enter__(self):
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def __exit__(self, kind, error, trace):
        self.savepoint.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError) and (words := rule_of(error)):
            raise ValidationError(words) from error


def _open_accounts(desk: Desk) -> None:
    for line, employee in desk.to_open:
        user = open_account(employee)
        user.valid_from = desk.order.date
        user._history_user = desk.by
        user.save()
        desk.changes.touches += [
            Touch(line, user, None),
            Touch(line, employee, {"user_id": None}),
        ]


def _keep_traces(desk: Desk, effects: Effects) -> None:
    words = {one.line.pk: one.words for one in effects.lines}
    for line in desk.lines:
        line.trace = [{"words": words[line.pk]}]
    for touch in desk.changes.touches:
        touch.line.trace.append(touch.as_trace())
    bulk_update_with_history(
        desk.lines,
        OrderLine,
        ["trace", "group"],
        batch_size=BATCH,
        default_user=desk.by,
        default_date=desk.changes.at,
    )


# Taking back


@transaction.atomic
def undo(order: Order, by: User) -> None:
    """Restore what was before the order; it stays on record as undone.

    Raises PermissionDenied where it is not `by`'s to undo, ValidationError naming the
    later order or the records that depend on it.
    """
    order = _locked(order)
    if order.state != Order.State.DONE:
        raise ValidationError("Отменить можно только проведённый приказ.")
    if not may_undo(by, order):
        raise PermissionDenied
    if found := obstacles(order):
        raise ValidationError(found)
    with _our_words():
        restore(order, by)
    order.state, order.undone_at, order.undone_by = (
        Order.State.UNDONE,
        timezone.now(),
        by,
    )
    _save(order, by)
