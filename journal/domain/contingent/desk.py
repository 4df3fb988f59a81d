"""An order on the desk: the rows it touches read once, what it changes written once.

Kinds of orders work on these rows in memory; each change is noted with the line that
made it. Nothing is written before `Changes.write`, so a plan is the same work unsaved.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.utils import (
    bulk_create_with_history,
    bulk_update_with_history,
)

from journal.domain.people import shut, still_studying
from journal.domain.spans import covers
from journal.models import (
    Group,
    Guardian,
    Guardianship,
    Membership,
    Order,
    OrderKind,
    OrderLine,
    SubgroupMember,
    User,
)
from journal.models.words import worded

BATCH = 200
# Orders after which a student sits elsewhere than before, or not at all.
SEAT_KINDS = (
    OrderKind.ENROL,
    OrderKind.TRANSFER,
    OrderKind.TERMS,
    OrderKind.LEAVE,
    OrderKind.RETURN,
    OrderKind.EXPEL,
    OrderKind.REINSTATE,
    OrderKind.GRADUATE,
)
CLOSING_KINDS = (OrderKind.EXPEL, OrderKind.GRADUATE)


class LineError(ValidationError):
    """Why a line cannot be carried out, in words for the office."""


def values_of(row: models.Model) -> dict[str, Any]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


@dataclass
class Touch:
    """One change of one row: `before` None is a new row, `is_gone` a removed one."""

    line: OrderLine
    row: models.Model
    before: dict[str, Any] | None
    is_gone: bool = False

    def as_trace(self) -> dict[str, Any]:
        after = None
        if not self.is_gone:
            names = self.before or values_of(self.row)
            after = {name: getattr(self.row, name) for name in names}
        return {
            "model": self.row._meta.model_name,
            "pk": self.row.pk,
            "before": self.before,
            "after": after,
        }


@dataclass
class Changes:
    """What the lines of an order change, in their order."""

    by: User | None
    reason: str
    at: datetime | None = None  # of the history, now if nobody says
    touches: list[Touch] = field(default_factory=list)

    def change(self, line: OrderLine, row: models.Model, **values: Any) -> None:
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        self.touches.append(Touch(line, row, before))

    def add(self, line: OrderLine, row: models.Model) -> None:
        self.touches.append(Touch(line, row, None))

    def remove(self, line: OrderLine, row: models.Model) -> None:
        self.touches.append(Touch(line, row, values_of(row), is_gone=True))

    def write(self) -> None:
        """Write all changes with history, closings before openings.

        The trigger against overlaps looks at every row alone, so a span ends before the
        next one begins.
        """
        gone, changed, fresh = defaultdict(list), defaultdict(dict), defaultdict(list)
        for touch in self.touches:
            model = type(touch.row)
            if touch.is_gone:
                gone[model].append(touch.row)
            elif touch.before is None:
                fresh[model].append(touch.row)
            else:
                names = changed[model].setdefault(id(touch.row), (touch.row, set()))[1]
                names.update(touch.before)
        new = {id(row) for rows in fresh.values() for row in rows}
        users = gone.pop(User, [])  # only once nobody has the account any more
        for rows in gone.values():
            self.delete(rows)
        for model, rows in changed.items():
            kept = [one for key, one in rows.items() if key not in new]
            self.update(model, kept)
        for model, rows in fresh.items():
            self.insert(model, rows)
        self.delete(users)

    def delete(self, rows: list[models.Model]) -> None:
        pks = [row.pk for row in rows]
        for start in range(0, len(pks), BATCH):
            type(rows[0]).objects.filter(pk__in=pks[start : start + BATCH]).delete()

    def update(self, model: type, rows: list[tuple[models.Model, set]]) -> None:
        if model is Group:
            for row, _ in names_made_free(rows):
                row._history_user, row._change_reason = self.by, self.reason
                row._history_date = self.at or timezone.now()
                row.save()
            return
        alike = defaultdict(list)
        for row, names in rows:
            alike[tuple(sorted(names))].append(row)
        for names, ones in alike.items():
            bulk_update_with_history(
                ones,
                model,
                [model._meta.get_field(name).name for name in names],
                batch_size=BATCH,
                default_user=self.by,
                default_change_reason=self.reason,
                default_date=self.at,
                manager=model._default_manager,
            )

    def insert(self, model: type, rows: list[models.Model]) -> None:
        bulk_create_with_history(
            rows,
            model,
            batch_size=BATCH,
            default_user=self.by,
            default_change_reason=self.reason,
            default_date=self.at,
        )


def names_made_free(rows: list[tuple[Group, set]]) -> list[tuple[Group, set]]:
    """Groups in an order in which none takes a name that the next one still has.

    41-АВ becomes 42-АВ only after 42-АВ has become 43-АВ.
    """
    pks = [row.pk for row, _ in rows]
    held = dict(Group.objects.filter(pk__in=pks).values_list("pk", "name"))
    waiting, found = list(rows), []
    while waiting:
        free = [
            one
            for one in waiting
            if all(held[pk] != one[0].name for pk in held if pk != one[0].pk)
        ]
        if not free:
            raise ValidationError(
                worded("Названия групп меняются по кругу: измените образец.")
            )
        for one in free:
            waiting.remove(one)
            held.pop(one[0].pk)
        found += free
    return found


@dataclass
class Desk:
    """An order with everything that its lines may meet; a few queries in all."""

    order: Order
    by: User | None
    lines: list[OrderLine]
    changes: Changes
    line: OrderLine | None = None
    warnings: list[str] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    claimed: dict[str, int] = field(default_factory=dict)  # names that groups take
    to_open: list[tuple[OrderLine, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, order: Order, by: User | None) -> "Desk":
        lines = order.lines.order_by("pk").select_related(
            "student__user__employee",
            "employee__user__guardian",
            "group__specialty",
            "subgroup__course__group",
            "subgroup__course__discipline",
        )
        reason = f"Приказ № {order.number} от {order.date:%d.%m.%Y}"[:100]
        return cls(order, by, list(lines), Changes(by, reason))

    @property
    def day(self) -> date:
        return self.order.effective_on

    @property
    def _students(self):
        lines = OrderLine.objects.filter(order=self.order, student__isnull=False)
        return lines.order_by().values("student")

    @cached_property
    def spans(self) -> dict[int, list[Membership]]:
        """Spans of the order's students, the earliest first."""
        found = defaultdict(list)
        rows = Membership.objects.filter(student__in=self._students)
        for span in rows.select_related("group").order_by("start"):
            found[span.student_id].append(span)
        return found

    @cached_property
    def parts(self) -> dict[int, list[SubgroupMember]]:
        """Spans in subgroups that are not over on the day."""
        found = defaultdict(list)
        rows = SubgroupMember.objects.filter(
            Q(end__isnull=True) | Q(end__gt=self.day), student__in=self._students
        )
        for part in rows.select_related("subgroup__course").order_by("start"):
            found[part.student_id].append(part)
        return found

    @cached_property
    def last_orders(self) -> dict[int, Order]:
        """The order by which a student last came, went or moved."""
        return last_orders(self._students)

    @cached_property
    def ties(self) -> dict[int, list[Guardianship]]:
        """Who represents or represented the order's students."""
        found = defaultdict(list)
        rows = Guardianship.objects.filter(student__in=self._students)
        for tie in rows.select_related("guardian__user__employee").order_by("pk"):
            found[tie.student_id].append(tie)
        return found

    def guardians(self, student: int) -> list[Guardian]:
        """Those who represent a student on the day."""
        return [
            tie.guardian
            for tie in self.ties[student]
            if covers(tie.start, tie.end, self.day)
        ]

    @cached_property
    def leaving(self) -> set[int]:
        """Students whose study ends by this order."""
        if self.order.kind not in CLOSING_KINDS:
            return set()
        return {line.student_id for line in self.lines}

    @cached_property
    def staying(self) -> set[int]:
        """Guardians who need their account: a ward beside the order's, or they
        themselves, go on studying. On academic leave one is a student still.
        """
        ties = Guardianship.objects.filter(student__in=self._students).order_by()
        studying = still_studying(self.day).order_by().values("pk")
        wards = Guardianship.objects.on(self.day).filter(
            guardian__in=ties.values("guardian"), student__in=studying
        )
        found = {
            guardian
            for guardian, student in wards.values_list("guardian", "student")
            if student not in self.leaving
        }
        themselves = Guardian.objects.filter(
            pk__in=ties.values("guardian"), user__student__in=studying
        )
        return found | set(themselves.values_list("pk", flat=True))

    @cached_property
    def raised(self) -> set[int]:
        """Groups that the order itself is about, without a student."""
        return {line.group_id for line in self.lines if line.student_id is None}

    @cached_property
    def names(self) -> dict[str, Group]:
        """The group that has a name now."""
        rows = Group.objects.select_related("specialty")
        return {group.name: group for group in rows}

    def user_of(self, person) -> User | None:
        """The account of a person: one object for the whole order."""
        if person.user_id is None:
            return None
        return self._users.setdefault(person.user_id, person.user)

    @cached_property
    def _users(self) -> dict[int, User]:
        return {}

    # What a line does

    def change(self, row: models.Model, **values: Any) -> None:
        self.changes.change(self.line, row, **values)

    def add(self, row: models.Model) -> None:
        self.changes.add(self.line, row)

    def remove(self, row: models.Model) -> None:
        self.changes.remove(self.line, row)

    def warn(self, words: str) -> None:
        self.warnings.append(words)


def last_orders(students: Iterable) -> dict[int, Order]:
    """Student: the last order carried out that is about where the student sits."""
    rows = OrderLine.objects.filter(
        student__in=students, order__state=Order.State.DONE, order__kind__in=SEAT_KINDS
    )
    rows = rows.select_related("order").order_by("order__sequence")
    return {line.student_id: line.order for line in rows.defer("trace")}


def end_closed_sessions(users: Iterable[int]) -> None:
    """Sign out everywhere whose account is closed as of today."""
    pks = sorted(users)
    for start in range(0, len(pks), BATCH):
        rows = User.objects.filter(pk__in=pks[start : start + BATCH])
        shut(*(user for user in rows if not user.is_open()))
