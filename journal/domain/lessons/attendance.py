"""The attendance of a group by day and month, read set by set (R12)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from journal.domain.curriculum.trajectory import absence_is_off
from journal.domain.results import attended_percent
from journal.models import Absence, Group, Lesson, Membership, SubgroupMember, User
from journal.models.reach import rights_q
from journal.models.sqlite import russian_key

SICK = "б"
RIGHT = "view_absence"

Month = tuple[int, int]
Spans = list[tuple[date, date | None]]


@dataclass
class Totals:
    """Academic hours; `late` counts lessons. `excused` holds those of illness too."""

    held: int = 0
    missed: int = 0
    excused: int = 0
    sick: int = 0
    late: int = 0

    @property
    def unexcused(self) -> int:
        return self.missed - self.excused

    @property
    def percent(self) -> Decimal | None:
        return attended_percent(self.missed, self.held)

    def add(self, other: "Totals") -> None:
        self.held += other.held
        self.missed += other.missed
        self.excused += other.excused
        self.sick += other.sick
        self.late += other.late


@dataclass
class RegisterLine:
    """A student: what stands under each day, and the totals of each month.

    `days` maps a day to letter → academic hours missed; under the letter of lateness
    stand 0 hours, and `lates` holds the minutes of each, 0 where nobody said. On the days in `unknown` some lesson's attendance
    was not taken.
    """

    pk: int
    name: str
    spans: Spans
    days: dict[date, dict[str, int]] = field(default_factory=dict)
    lates: dict[date, list[int]] = field(default_factory=dict)
    months: dict[Month, Totals] = field(default_factory=dict)
    unknown: set[date] = field(default_factory=set)

    def sits_on(self, day: date) -> bool:
        return _covers(self.spans, day)

    def total(self) -> Totals:
        return summed(self.months.values())

    def of(self, day: date) -> Totals:
        return self.months.setdefault((day.year, day.month), Totals())


@dataclass
class Register:
    """A group's attendance; `lessons` were to be held, `not_taken` of them are open."""

    lines: list[RegisterLine]
    lessons: int = 0
    not_taken: int = 0


def summed(parts) -> Totals:
    total = Totals()
    for part in parts:
        total.add(part)
    return total


def read_register(user: User, group: Group, first: date, last: date) -> Register:
    """Attendance of `group` from `first` to `last`, both included, as `user` sees it.

    Held for a student is a lesson with attendance taken, on a day on which the student
    sat in the group (and its subgroup); or one for which an absence or lateness of the
    student is noted: elsewhere nobody knows who was there (domain §1). The diary counts
    the same way. On days off the common way (exemption, recredit, individual plan)
    lessons of that course are neither held for the student nor missed. Whoever sat in
    the group on some day of the span has a line. Four queries, five with subgroups.
    """
    lessons = Lesson.objects.filter(rights_q(user, Lesson.reach, RIGHT)).held()
    lessons = lessons.filter(course__group=group, date__gte=first, date__lte=last)
    lines = _lines(group, first, last)
    register = Register([])
    rows = _lessons(lessons)
    parts = _parts({part for _, part, *_ in rows} - {None})
    for day, part, hours, count, not_taken in rows:
        register.lessons += count
        register.not_taken += not_taken
        for line in lines.values():
            if line.sits_on(day) and (
                part is None or _covers(parts.get((part, line.pk), ()), day)
            ):
                line.of(day).held += hours or 0
                if not_taken:
                    line.unknown.add(day)
    _leave_out(lessons, lines, parts)
    _read_absences(lessons, lines, parts)
    register.lines = sorted(
        lines.values(), key=lambda line: (russian_key(line.name), line.pk)
    )
    return register


def _leave_out(lessons, lines: dict[int, RegisterLine], parts) -> None:
    """Take from the hours held those at which a student had no need to be."""
    rows = (
        lessons.filter(
            Q(course__exemptions__end__isnull=True)
            | Q(course__exemptions__end__gt=F("date")),
            course__exemptions__start__lte=F("date"),
            attendance_taken_at__isnull=False,
        )
        .order_by()
        .values("course__exemptions__student", "date", "subgroup")
        .annotate(hours_off=Sum("hours"))
    )
    for student, day, part, hours in rows.values_list(
        "course__exemptions__student", "date", "subgroup", "hours_off"
    ):
        line = lines.get(student)
        if line is None or not line.sits_on(day):
            continue
        if part is None or _covers(parts.get((part, student), ()), day):
            line.of(day).held -= hours


def _covers(spans, day: date) -> bool:
    return any(start <= day and (end is None or day < end) for start, end in spans)


def _lessons(lessons) -> list[tuple]:
    """(day, subgroup, hours with attendance taken, lessons, lessons without it)."""
    not_taken = Q(attendance_taken_at__isnull=True)
    rows = (
        lessons.order_by()
        .values("date", "subgroup")
        .annotate(
            taken=Sum("hours", filter=~not_taken),
            count=Count("pk"),
            open=Count("pk", filter=not_taken),
        )
    )
    return list(rows.values_list("date", "subgroup", "taken", "count", "open"))


def _lines(group: Group, first: date, last: date) -> dict[int, RegisterLine]:
    rows = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=first), group=group, start__lte=last
    ).order_by("start")
    lines: dict[int, RegisterLine] = {}
    for pk, start, end, *names in rows.values_list(
        "student",
        "start",
        "end",
        "student__last_name",
        "student__first_name",
        "student__middle_name",
    ):
        line = lines.setdefault(pk, RegisterLine(pk, " ".join(filter(None, names)), []))
        line.spans.append((start, end))
    return lines


def _parts(subgroups: set[int]) -> dict[tuple[int, int], Spans]:
    """(subgroup, student) → the spans in it."""
    found: dict[tuple[int, int], Spans] = defaultdict(list)
    if subgroups:
        rows = SubgroupMember.objects.filter(subgroup__in=subgroups)
        for part, student, start, end in rows.values_list(
            "subgroup", "student", "start", "end"
        ):
            found[part, student].append((start, end))
    return found


def _read_absences(lessons, lines: dict[int, RegisterLine], parts) -> None:
    rows = Absence.objects.filter(
        ~absence_is_off(), lesson__in=lessons.order_by().values("pk")
    )
    for (
        student,
        reason,
        counts,
        excused,
        hours,
        minutes,
        day,
        whole,
        part,
        taken,
    ) in rows.order_by("lesson__date", "lesson__number", "pk").values_list(
        "student",
        "reason",
        "reason__counts_as_absence",
        "reason__is_excused",
        "hours",
        "minutes",
        "lesson__date",
        "lesson__hours",
        "lesson__subgroup",
        "lesson__attendance_taken_at",
    ):
        line = lines.get(student)
        if line is None:
            continue
        total, letters = line.of(day), line.days.setdefault(day, {})
        letters[reason] = letters.get(reason, 0) + (hours if counts else 0)
        known = line.sits_on(day) and (
            part is None or _covers(parts.get((part, student), ()), day)
        )
        if not (taken and known):
            total.held += whole
        if counts:
            total.missed += hours
            total.excused += hours if excused else 0
            total.sick += hours if reason == SICK else 0
        else:
            total.late += 1
            line.lates.setdefault(day, []).append(minutes or 0)
