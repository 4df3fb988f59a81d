"""Who came, left and moved between two days (R18, R21; S 5.8, S 9.4; domain §2.2).

Spans decide and orders explain: a span that continues another is no movement, one in
another group is a transfer and counts neither as an arrival nor as a departure. What no
order explains, as after a first import, has no reason given.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from journal.domain.contingent.occupancy import names_on
from journal.domain.spans import covers
from journal.models import Group, Membership, Order, OrderKind, OrderLine

DAY = timedelta(days=1)
COMES = (OrderKind.ENROL, OrderKind.RETURN, OrderKind.REINSTATE)
GOES = (OrderKind.LEAVE, OrderKind.EXPEL, OrderKind.GRADUATE)
UNEXPLAINED = "не указано"


@dataclass(frozen=True)
class Move:
    """One student came to a group or left it; `other` is where from or to, if a group."""

    student: int
    group: int
    day: date
    is_in: bool
    reason: str
    order: str = ""
    other: int | None = None

    @property
    def is_transfer(self) -> bool:
        return self.other is not None


@dataclass
class GroupMovement:
    """A group between two days: start + arrived + moved in − left − moved out = end.

    `start` counts the eve of the first day, `end` the last day; reasons count people.
    """

    pk: int
    name: str
    course_year: int
    department: str
    start: int = 0
    end: int = 0
    arrived: Counter = field(default_factory=Counter)
    left: Counter = field(default_factory=Counter)
    moved_in: int = 0
    moved_out: int = 0


@dataclass
class Movement:
    groups: list[GroupMovement]
    moves: list[Move]


Span = tuple[date, date | None, int]


def read_movement(groups: QuerySet[Group], first: date, last: date) -> Movement:
    """What moved in these groups from `first` to `last`, both included; five queries.

    Groups without anybody in all that time are left out.
    """
    found = _groups(groups, last)
    spans = _spans(list(found), first, last)
    papers = _papers(first, last)
    moves: list[Move] = []
    for student, own in spans.items():
        for one in own:
            if one[2] in found:
                _count(found[one[2]], one, first, last)
        known = papers.get(student, {})
        moves += [
            move
            for move in _moves_of(student, own, known)
            if move.group in found and first <= move.day <= last
        ]
    for move in moves:
        _add(found[move.group], move)
    lines = [
        line
        for line in found.values()
        if line.start or line.end or line.arrived or line.moved_in
    ]
    lines.sort(
        key=lambda one: (not one.department, one.department, one.course_year, one.name)
    )
    return Movement(lines, sorted(moves, key=lambda one: (one.day, one.is_in)))


def _groups(groups: QuerySet[Group], day: date) -> dict[int, GroupMovement]:
    rows = list(groups.select_related("department"))
    names = names_on([group.pk for group in rows], day)
    return {
        group.pk: GroupMovement(
            group.pk,
            *names.get(group.pk, (group.name, group.course_year)),
            str(group.department or ""),
        )
        for group in rows
    }


def _spans(groups: list[int], first: date, last: date) -> dict[int, list[Span]]:
    """All spans of whoever sat in these groups, those elsewhere too, by student."""
    near = Membership.objects.overlapping(first - DAY, last + DAY)
    there = Q(end=first, group__in=groups) | Q(
        pk__in=near.filter(group__in=groups).values("pk")
    )
    students = Membership.objects.filter(there).order_by().values("student")
    rows = Membership.objects.filter(student__in=students).order_by("student", "start")
    found = defaultdict(list)
    for student, start, end, group in rows.values_list(
        "student", "start", "end", "group"
    ):
        found[student].append((start, end, group))
    return found


@dataclass
class Paper:
    """An order about one student on one day."""

    kind: str
    reason: str
    title: str


def _papers(first: date, last: date) -> dict[int, dict]:
    """student: {day: orders that work from that day, the latest last}."""
    rows = OrderLine.objects.filter(
        order__state=Order.State.DONE,
        order__kind__in=(*COMES, *GOES, OrderKind.TRANSFER),
        order__effective_on__range=(first, last),
        student__isnull=False,
    ).order_by("order__sequence", "pk")
    found: dict[int, dict] = {}
    for student, day, kind, own, common, number, signed in rows.values_list(
        "student",
        "order__effective_on",
        "order__kind",
        "reason__name",
        "order__reason__name",
        "order__number",
        "order__date",
    ):
        paper = Paper(
            kind, _reason(kind, own or common or ""), f"№ {number} от {signed:%d.%m.%Y}"
        )
        found.setdefault(student, {}).setdefault(day, []).append(paper)
    return found


def _reason(kind: str, given: str) -> str:
    """The reason as the order gives it; a leave of absence is always named as such."""
    title = OrderKind(kind).label
    if kind in (OrderKind.LEAVE, OrderKind.RETURN) and "кадемическ" not in given:
        return f"{title}: {given}" if given else title
    return given or title


def _moves_of(student: int, spans: list[Span], papers: dict) -> list[Move]:
    found = []
    for place, (start, end, group) in enumerate(spans):
        before = spans[place - 1] if place else None
        after = spans[place + 1] if place + 1 < len(spans) else None
        come, gone = _paper(papers, start, COMES), _paper(papers, start, GOES)
        joined = before is not None and before[1] == start and not (come and gone)
        if not joined:
            found.append(_move(student, group, start, True, come))
        elif before[2] != group:
            paper = _paper(papers, start, (OrderKind.TRANSFER,))
            found.append(_move(student, group, start, True, paper, before[2]))
        if end is None:
            continue
        come, gone = _paper(papers, end, COMES), _paper(papers, end, GOES)
        goes_on = after is not None and after[0] == end and not (come and gone)
        if not goes_on:
            found.append(_move(student, group, end, False, gone))
        elif after[2] != group:
            paper = _paper(papers, end, (OrderKind.TRANSFER,))
            found.append(_move(student, group, end, False, paper, after[2]))
    return found


def _paper(papers: dict, day: date, kinds: tuple) -> Paper | None:
    fitting = [paper for paper in papers.get(day, ()) if paper.kind in kinds]
    return fitting[-1] if fitting else None


def _move(student, group, day, is_in, paper, other=None) -> Move:
    reason = paper.reason if paper else UNEXPLAINED
    title = paper.title if paper else ""
    return Move(student, group, day, is_in, reason, title, other)


def _count(line: GroupMovement, span: Span, first: date, last: date) -> None:
    start, end, _ = span
    line.start += start < first and (end is None or end >= first)
    line.end += covers(start, end, last)


def _add(line: GroupMovement, move: Move) -> None:
    if move.is_transfer:
        line.moved_in += move.is_in
        line.moved_out += not move.is_in
    else:
        (line.arrived if move.is_in else line.left)[move.reason] += 1


# The results of a year


@dataclass
class YearResult:
    """What became of the students of a group in an academic year."""

    pk: int
    name: str
    course_year: int
    department: str
    raised: int = 0
    conditionally: int = 0
    kept: int = 0
    graduated: int = 0
    expelled: int = 0
    on_leave: int = 0


def read_results(groups: QuerySet[Group], start: date, after: date) -> list[YearResult]:
    """R23: what the orders say of the year from `start` until the next one, `after`.

    An order to the next course works from the first day of the next year, so that day
    belongs to it. A student is counted once, by the last order.
    """
    found = {
        line.pk: YearResult(line.pk, line.name, line.course_year, line.department)
        for line in _groups(groups, after - DAY).values()
    }
    rows = _result_lines(start, after)
    last = {}
    for student, group, kind, own, common in rows.order_by(
        "order__sequence", "pk"
    ).values_list(
        "student", "group", "order__kind", "reason__name", "order__reason__name"
    ):
        reason = (own or common or "").casefold()
        if kind == OrderKind.TRANSFER and "повторн" not in reason:
            continue
        last[student] = (group, kind, reason)
    for group, kind, reason in last.values():
        if group in found:
            name = _result(kind, reason)
            setattr(found[group], name, getattr(found[group], name) + 1)
    lines = [
        line
        for line in found.values()
        if line.raised
        or line.conditionally
        or line.kept
        or line.graduated
        or line.expelled
        or line.on_leave
    ]
    return sorted(
        lines,
        key=lambda one: (not one.department, one.department, one.course_year, one.name),
    )


def _result_lines(start: date, after: date) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(
        order__state=Order.State.DONE, student__isnull=False
    ).filter(
        Q(
            order__kind=OrderKind.NEXT_YEAR,
            order__effective_on__gt=start,
            order__effective_on__lte=after,
        )
        | Q(
            order__kind__in=(*GOES, OrderKind.TRANSFER),
            order__effective_on__gte=start,
            order__effective_on__lt=after,
        )
        | Q(order__kind=OrderKind.TRANSFER, order__effective_on=after)
    )


def _result(kind: str, reason: str) -> str:
    if kind in (OrderKind.NEXT_YEAR, OrderKind.TRANSFER):
        if "повторн" in reason:
            return "kept"
        return "conditionally" if "условн" in reason else "raised"
    return {
        OrderKind.GRADUATE: "graduated",
        OrderKind.EXPEL: "expelled",
        OrderKind.LEAVE: "on_leave",
    }[kind]
