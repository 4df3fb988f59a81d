"""The whole college into the next academic year: one plan, one transaction, one undo.

Groups in their last course are proposed for graduation and closed, all the others go up
with their students. Whoever is ticked off stays where they are, for an order of their own.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from simple_history.utils import bulk_create_with_history

from journal.domain.contingent.desk import BATCH
from journal.domain.contingent.groups import name_in, years_of
from journal.domain.contingent.orders import RIGHT, carry_out, undo
from journal.models import (
    Group,
    Membership,
    Order,
    OrderKind,
    OrderLine,
    Student,
    User,
)
from journal.models.reach import rights_q
from journal.models.sqlite import alphabetical
from journal.models.words import worded

KINDS = (OrderKind.GRADUATE, OrderKind.DISBAND, OrderKind.NEXT_YEAR)
NOTE = "Перевод на следующий учебный год"


@dataclass
class Step:
    """What is proposed for a group: up to `course_year` as `name`, or graduation."""

    group: Group
    students: list[Student] = field(default_factory=list)
    graduates: bool = False
    course_year: int = 0
    name: str = ""


def groups_to_move(by: User):
    """The groups over which a person may carry out orders."""
    if not by.is_active or not by.has_perm(f"journal.{RIGHT}"):
        return Group.objects.none()
    return Group.objects.filter(rights_q(by, Group.reach, RIGHT))


def propose(by: User, day: date) -> list[Step]:
    """A step for every open group in which somebody sits on the eve of `day`.

    The last course comes first. Two queries.
    """
    groups = groups_to_move(by).filter(closed_on__isnull=True)
    steps = {
        group.pk: _step(group)
        for group in groups.select_related("specialty").order_by("course_year", "name")
    }
    seats = Membership.objects.filter(
        group__in=list(steps), start__lt=day, end__isnull=True
    )
    names = alphabetical("student__last_name", "student__first_name")
    for seat in seats.select_related("student").order_by(*names, "student"):
        steps[seat.group_id].students.append(seat.student)
    found = [step for step in steps.values() if step.students]
    return sorted(found, key=lambda one: (not one.graduates, -one.group.course_year))


def _step(group: Group) -> Step:
    total = years_of(group)
    if total is not None and group.course_year >= total:
        return Step(group, graduates=True)
    year = group.course_year + 1
    return Step(group, course_year=year, name=name_in(group, year))


@transaction.atomic
def roll_over(
    by: User,
    number: str,
    signed: date,
    day: date,
    *,
    without: Collection[int] = (),
    stay: Collection[int] = (),
) -> list[Order]:
    """Move the college on from `day`: up to three orders of one number, carried out.

    `without` are students and `stay` groups that are left out. A group of graduates is
    closed unless somebody of it is left out. Raises PermissionDenied, or ValidationError
    naming the lines that cannot be carried out; nothing is done then.
    """
    if not by.has_perm(f"journal.{RIGHT}"):
        raise PermissionDenied
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    for step in propose(by, day):
        if step.group.pk not in stay:
            _add_lines(lines, step, set(without))
    if not lines:
        raise ValidationError(
            worded(
                "Переводить некого: ни одна группа не выбрана.",
                "Переводить некого: ни один класс не выбран.",
            )
        )
    done = []
    for kind in KINDS:
        if lines[kind]:
            order = Order(
                number=number, date=signed, kind=kind, effective_on=day, note=NOTE
            )
            order.validate_constraints()
            order.save()
            for line in lines[kind]:
                line.order = order
            bulk_create_with_history(
                lines[kind], OrderLine, batch_size=BATCH, default_user=by
            )
            carry_out(order, by)
            done.append(order)
    return done


def _add_lines(lines: dict, step: Step, without: set[int]) -> None:
    group = step.group
    going = [one for one in step.students if one.pk not in without]
    if step.graduates:
        lines[OrderKind.GRADUATE] += [OrderLine(student=one) for one in going]
        if len(going) == len(step.students):
            lines[OrderKind.DISBAND].append(OrderLine(group=group))
        return
    # Whoever is left out still sits in the group that goes up, until an own order.
    lines[OrderKind.NEXT_YEAR].append(OrderLine(group=group))
    lines[OrderKind.NEXT_YEAR] += [OrderLine(student=one, group=group) for one in going]


def last_rollover() -> list[Order]:
    """The orders of the last rollover that stands, the last carried out first."""
    rows = Order.objects.filter(
        note=NOTE, state=Order.State.DONE, kind__in=KINDS
    ).order_by("-sequence")
    last = rows.first()
    if last is None:
        return []
    return list(rows.filter(number=last.number, date=last.date))


@transaction.atomic
def roll_back(by: User) -> list[Order]:
    """Undo the last rollover whole; raises as `undo` does, and then nothing is undone."""
    orders = last_rollover()
    if not orders:
        raise ValidationError("Отменять нечего: перевода ещё не было.")
    for order in orders:
        undo(order, by)
    return orders
