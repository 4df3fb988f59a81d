"""The attendance of groups by day and month, read set by set (R7, R12, R17)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from journal.domain.curriculum.trajectory import absence_is_off
from journal.domain.results import attended_percent
from journal.domain.spans import Spans, any_covers
from journal.models import Absence, Group, Lesson, Membership, SubgroupMember, User
from journal.models.people.persons import full_name
from journal.models.reach import rights_q
from journal.models.sqlite import russian_key

SICK = "б"
RIGHT = "view_absence"

Month = tuple[int, int]
Lines = dict[tuple[int, int], "RegisterLine"]  # by group and student


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
class DayCount:
    """Lessons of one student on a day; `missed` counts those missed from end to end."""

    held: int = 0
    missed: int = 0
    sick: int = 0
    late: int = 0


@dataclass
class RegisterLine:
    """A student: what stands under each day, and the totals of each month.

    `days` maps a day to letter → academic hours missed; under the letter of lateness
    stand 0 hours, and `lates` holds the minutes of each, 0 where nobody said. On the
    days in `unknown` some lesson's attendance was not taken.
    """

    pk: int
    name: str
    spans: Spans
    days: dict[date, dict[str, int]] = field(default_factory=dict)
    lates: dict[date, list[int]] = field(default_factory=dict)
    months: dict[Month, Totals] = field(default_factory=dict)
    unknown: set[date] = field(default_factory=set)
    by_day: dict[date, "DayCount"] = field(default_factory=dict)

    def sits_on(self, day: date) -> bool:
        return any_covers(self.spans, day)

    def total(self) -> Totals:
        return summed(self.months.values())

    def of(self, day: date) -> Totals:
        return self.months.setdefault((day.year, day.month), Totals())

    def on(self, day: date) -> DayCount:
        return self.by_day.setdefault(day, DayCount())


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
    """Attendance of one group; see `read_registers`."""
    return read_registers(user, [group.pk], first, last)[group.pk]


def read_registers(
    user: User, groups: Iterable[int], first: date, last: date
) -> dict[int, Register]:
    """Attendance of groups from `first` to `last`, both included, as `user` sees it.

    Held for a student is a lesson with attendance taken, on a day on which the student
    sat in the group (and its subgroup); or one for which an absence or lateness of the
    student is noted: elsewhere nobody knows who was there (domain §1). The diary counts
    the same way. On days off the common way (exemption, recredit, individual plan)
    lessons of that course are neither held for the student nor missed. Whoever sat in
    the group on some day of the span has a line. Four queries, five with subgroups,
    however many groups.
    """
    found = {group: Register([]) for group in groups}
    lessons = Lesson.objects.filter(rights_q(user, Lesson.reach, RIGHT)).held()
    lessons = lessons.filter(
        course__group__in=list(found), date__gte=first, date__lte=last
    )
    lines = _lines(list(found), first, last)
    by_group: dict[int, list[RegisterLine]] = defaultdict(list)
    for (group, _), line in lines.items():
        by_group[group].append(line)
    rows = _lessons(lessons)
    parts = _parts({part for _, _, part, *_ in rows} - {None})
    for group, day, part, hours, count, not_taken in rows:
        found[group].lessons += count
        found[group].not_taken += not_taken
        for line in by_group[group]:
            if line.sits_on(day) and (
                part is None or any_covers(parts.get((part, line.pk), ()), day)
            ):
                line.of(day).held += hours or 0
                line.on(day).held += count - not_taken
                if not_taken:
                    line.unknown.add(day)
    _leave_out(lessons, lines, parts)
    _read_absences(lessons, lines, parts)
    for group, register in found.items():
        register.lines = sorted(
            by_group[group], key=lambda line: (russian_key(line.name), line.pk)
        )
    return found


def _leave_out(lessons, lines: Lines, parts) -> None:
    """Take from the hours held those at which a student had no need to be."""
    rows = (
        lessons.filter(
            Q(course__exemptions__end__isnull=True)
            | Q(course__exemptions__end__gt=F("date")),
            course__exemptions__start__lte=F("date"),
            attendance_taken_at__isnull=False,
        )
        .order_by()
        .values("course__group", "course__exemptions__student", "date", "subgroup")
        .annotate(hours_off=Sum("hours"), lessons_off=Count("pk"))
    )
    for group, student, day, part, hours, count in rows.values_list(
        "course__group",
        "course__exemptions__student",
        "date",
        "subgroup",
        "hours_off",
        "lessons_off",
    ):
        line = lines.get((group, student))
        if line is None or not line.sits_on(day):
            continue
        if part is None or any_covers(parts.get((part, student), ()), day):
            line.of(day).held -= hours
            line.on(day).held -= count


def _lessons(lessons) -> list[tuple]:
    """(group, day, subgroup, hours with attendance, lessons, lessons without it)."""
    not_taken = Q(attendance_taken_at__isnull=True)
    rows = (
        lessons.order_by()
        .values("course__group", "date", "subgroup")
        .annotate(
            taken=Sum("hours", filter=~not_taken),
            count=Count("pk"),
            open=Count("pk", filter=not_taken),
        )
    )
    names = ("course__group", "date", "subgroup", "taken", "count", "open")
    return list(rows.values_list(*names))


def _lines(groups: list[int], first: date, last: date) -> Lines:
    rows = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=first), group__in=groups, start__lte=last
    ).order_by("start")
    lines: Lines = {}
    for group, pk, start, end, *names in rows.values_list(
        "group",
        "student",
        "start",
        "end",
        "student__last_name",
        "student__first_name",
        "student__middle_name",
    ):
        line = RegisterLine(pk, full_name(*names), [])
        line = lines.setdefault((group, pk), line)
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


ABSENCE = (
    "lesson__course__group",
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
)


def _read_absences(lessons, lines: Lines, parts) -> None:
    rows = Absence.objects.filter(
        ~absence_is_off(), lesson__in=lessons.order_by().values("pk")
    )
    for (
        group,
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
    ) in rows.order_by("lesson__date", "lesson__number", "pk").values_list(*ABSENCE):
        line = lines.get((group, student))
        if line is None:
            continue
        total, count = line.of(day), line.on(day)
        letters = line.days.setdefault(day, {})
        letters[reason] = letters.get(reason, 0) + (hours if counts else 0)
        known = line.sits_on(day) and (
            part is None or any_covers(parts.get((part, student), ()), day)
        )
        if not (taken and known):
            total.held += whole
            count.held += 1
        if counts:
            total.missed += hours
            total.excused += hours if excused else 0
            total.sick += hours if reason == SICK else 0
            count.missed += hours >= whole
            count.sick += hours >= whole and reason == SICK
        else:
            total.late += 1
            count.late += 1
            line.lates.setdefault(day, []).append(minutes or 0)
