"""The week of a group, a teacher or a room, and what of their load is not placed yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from journal.domain.organisation.calendar import Calendars, is_taught
from journal.domain.spans import covers
from journal.domain.timetable.clashes import Slot, clashes_with, slots
from journal.domain.timetable.days import parity_of, taught_days
from journal.domain.timetable.drafts import PRACTICE_DAY_HOURS
from journal.models import (
    Bell,
    CalendarGroup,
    CalendarSpan,
    Course,
    Employee,
    Group,
    Institution,
    Order,
    OrderKind,
    Period,
    Room,
    TimetableEntry,
    User,
)
from journal.models.people.persons import short_name

DAY = timedelta(days=1)
WORKDAYS = range(1, 7)
LEAST_NUMBERS = 6  # rows of a college without bells
LINES_OF = {"group": "course__group", "teacher": "teacher", "room": "room"}


@dataclass
class Need:
    """A course, or a part of its group, with its hours planned and placed in a term."""

    course: int
    subgroup: int | None
    part: int | None
    name: str
    group_name: str
    teacher: int | None
    teacher_name: str
    planned: int
    placed: int = 0

    @property
    def left(self) -> int:
        return self.planned - self.placed


@dataclass
class Week:
    """A weekly timetable from `day` on, within the period of that day or the next."""

    kind: str
    day: date
    period: Period | None
    slots: list[Slot] = field(default_factory=list)
    bells: dict[int, tuple[time, time]] = field(default_factory=dict)
    needs: list[Need] = field(default_factory=list)
    # of a group: day → what it does instead of study
    doing: dict[date, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.end > self.day]

    @property
    def numbers(self) -> list[int]:
        used = {slot.number for slot in self.slots if slot.number}
        return sorted(used | (set(self.bells) or set(range(1, LEAST_NUMBERS + 1))))

    @property
    def weekdays(self) -> list[int]:
        """Sunday only where somebody is taught on it."""
        return sorted({*WORKDAYS} | {slot.weekday for slot in self.shown})


def read_week(user: User, kind: str, owner: Group | Employee | Room, day: date) -> Week:
    """The week of one group, teacher or room as this person sees it.

    Six queries for a group, at most eleven for a teacher.
    """
    period = period_at(day)
    if period is None:
        return Week(kind, day, None)
    seen = TimetableEntry.objects.visible_to(user).filter(course__period=period)
    week = Week(kind, day, period, bells=_bells(max(day, period.first_day)))
    week.slots = slots(seen.filter(**{LINES_OF[kind]: owner}))
    if kind != "room":
        week.needs = _needs(user, kind, owner, period, max(day, period.first_day))
        if kind == "group":
            week.doing = _days_of(owner, period)
            days = {owner.pk: week.doing}
        else:
            calendars = Calendars([period.year])
            groups = Group.objects.in_bulk({slot.group for slot in week.slots})
            days = {
                key: calendars.days_of(group, period.year)
                for key, group in groups.items()
            }
        _count_hours(week, days)
    return week


def _days_of(group: Group, period: Period) -> dict[date, str]:
    """What `Calendars.days_of` says of one group of the present, by one query."""
    year = period.year
    own = CalendarGroup.objects.filter(group=group, calendar=OuterRef("calendar"))
    moved = Order.objects.filter(kind=OrderKind.NEXT_YEAR, state=Order.State.DONE)
    spans = CalendarSpan.objects.filter(calendar__year=year).annotate(
        own=Exists(own),
        moved=Subquery(moved.order_by("-effective_on").values("effective_on")[:1]),
    )
    spans = list(
        spans.filter(Q(own=True) | Q(calendar__is_main=True)).order_by("first_day")
    )
    if any(span.own for span in spans):
        spans = [span for span in spans if span.own]
    today = timezone.localdate()
    now = max(today, spans[0].moved or today) if spans else today
    level = group.course_year + (1 if now < year.start else 0)
    return {
        span.first_day + DAY * offset: span.kind
        for span in spans
        if span.course_year in (None, level)
        for offset in range((span.last_day - span.first_day).days + 1)
    }


def period_at(day: date) -> Period | None:
    """The period of a day; between two periods the one ahead; the shorter of several."""
    ahead = Period.objects.filter(last_day__gte=day).select_related("year")
    found = sorted(ahead, key=lambda one: (one.first_day, one.last_day))
    running = [one for one in found if one.first_day <= day]
    return min(running or found[:1], key=lambda one: one.last_day, default=None)


def _bells(day: date) -> dict[int, tuple[time, time]]:
    rows = Bell.objects.filter(
        Q(schedule__end=None) | Q(schedule__end__gt=day),
        schedule__is_short=False,
        schedule__start__lte=day,
    ).order_by("schedule__start", "schedule", "number")
    found: dict[int, dict] = {}
    for schedule, number, *times in rows.values_list(
        "schedule", "number", "starts_at", "ends_at"
    ):
        found.setdefault(schedule, {})[number] = tuple(times)
    return list(found.values())[-1] if found else {}


def _needs(user: User, kind: str, owner, period: Period, on: date) -> list[Need]:
    """What is to be taught; a course without teachers stands there all the same."""
    mine = {"group": owner} if kind == "group" else {"teachers__employee": owner}
    rows = Course.objects.visible_to(user).filter(period=period, **mine)
    rows = rows.order_by(
        "discipline__name", "group__name", "teachers__subgroup__number"
    )
    found: dict[tuple, Need] = {}
    for row in rows.values_list(
        *("pk", "hours", "discipline__short_name", "discipline__name", "group__name"),
        *("teachers__subgroup", "teachers__subgroup__number", "teachers__hours"),
        *("teachers__start", "teachers__end", "teachers__employee"),
        *("teachers__employee__last_name", "teachers__employee__first_name"),
        "teachers__employee__middle_name",
    ):
        course, hours, short, name, group, subgroup, part, own, *rest = row
        start, end, teacher, last, first, middle = rest
        now = start is not None and covers(start, end, on)
        if (course, subgroup) in found and not now:
            continue
        found[course, subgroup] = Need(
            *(course, subgroup, part, short or name, group, teacher),
            short_name(last, first, middle) if teacher else "",
            own or hours,
        )
    return list(found.values())


def _count_hours(week: Week, doing: dict[int, dict[date, str]]) -> None:
    """Hours that the lines give over the whole period: no holidays, no session."""
    period = week.period
    hours = Institution.current().lesson_hours
    counts: dict[tuple, list[date]] = {}
    for day, taught_as in taught_days(period.first_day, period.last_day + DAY).items():
        parity = int(parity_of(taught_as, period.year))
        for kind in (0, parity):
            counts.setdefault((taught_as.isoweekday(), kind), []).append(day)
    for slot in week.slots:
        days = counts.get((slot.weekday, slot.parity), ())
        away = doing.get(slot.group, {})
        taught = sum(
            slot.start <= day < slot.end
            and is_taught(away.get(day), slot.number is not None)
            for day in days
        )
        given = taught * (hours if slot.number else PRACTICE_DAY_HOURS)
        for need in week.needs:
            if need.course == slot.course and slot.subgroup in (None, need.subgroup):
                need.placed += given


def free_cells(
    slot: Slot, weekdays: Iterable[int], numbers: Iterable[int | None]
) -> dict[tuple[int, int | None], str]:
    """(weekday, number) → why this line cannot stand there, "" where it can; a query."""
    near = TimetableEntry.objects.filter(
        Q(teacher=slot.teacher)
        | Q(course__group=slot.group)
        | Q(room=slot.room, room__isnull=False)
    )
    others = [one for one in slots(near) if one.pk != slot.pk]
    if slot.stream:  # the stream moves as one
        hour = (slot.stream, slot.weekday, slot.number, slot.parity)
        others = [
            one
            for one in others
            if (one.stream, one.weekday, one.number, one.parity) != hour
        ]
    numbers = list(numbers)
    found = {}
    for weekday in weekdays:
        for number in numbers:
            there = slot.at(weekday, number)
            clashes = clashes_with(there, others)
            found[weekday, number] = clashes[0].words if clashes else ""
    return found
