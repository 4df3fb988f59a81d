"""The year by weeks and groups: what happens when, in the codes of the plans (B1)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from journal.domain.organisation.calendar import Calendars, Levels
from journal.models import AcademicYear, CalendarSpan, Group

Kind = CalendarSpan.Kind
DAY, WEEK = timedelta(days=1), timedelta(days=7)
# The signs of a calendar graph (domain §4); a week of study by the timetable is empty.
CODES = {
    Kind.SESSION: "::",
    Kind.STUDY_PRACTICE: "0",
    Kind.WORK_PRACTICE: "8",
    Kind.DIPLOMA_PRACTICE: "X",
    Kind.FINAL: "III",
    Kind.VACATION: "=",
}
STUDY = "обучение"
TITLES = dict(Kind.choices)
# A week is called by what fills at least half of its six study days.
HALF = 3


@dataclass
class Week:
    """A week from Monday to Sunday, both days included."""

    first: date
    is_now: bool = False

    @property
    def last(self) -> date:
        return self.first + 6 * DAY

    @property
    def days(self) -> list[date]:
        """The six days of study."""
        return [self.first + DAY * offset for offset in range(6)]


@dataclass
class Square:
    """What a group does in a week: the kind that fills it ("" for study), in words."""

    kind: str = ""
    words: str = STUDY
    is_outside: bool = False

    @property
    def code(self) -> str:
        return "" if self.is_outside else CODES.get(self.kind, "")


@dataclass
class GroupYear:
    group: Group
    level: int
    calendar: str
    squares: list[Square] = field(default_factory=list)

    def weeks_of(self, kind: str) -> int:
        return sum(one.kind == kind and not one.is_outside for one in self.squares)


@dataclass
class Picture:
    year: AcademicYear
    weeks: list[Week]
    rows: list[GroupYear]


def weeks_of(year: AcademicYear, today: date) -> list[Week]:
    """The weeks of a year; one that has no end yet has fifty-two."""
    first = year.start - timedelta(days=year.start.weekday())
    end = year.end or year.start + 52 * WEEK
    return [
        Week(day, day <= today <= day + 6 * DAY)
        for day in (first + WEEK * number for number in range(54))
        if day < end
    ]


def draw(year: AcademicYear, groups, today: date) -> Picture:
    """The year of these groups, those that study in it; seven queries at most."""
    weeks = weeks_of(year, today)
    levels, calendars = Levels(), Calendars([year])
    names = dict(year.calendars.values_list("pk", "name"))
    rows = []
    for group in groups.select_related("specialty").order_by("course_year", "name"):
        level = levels.of(group, year)
        if level < 1 or _has_left(group, level, year):
            continue
        doing = calendars.days_of(group, year)
        end = _end_of(calendars.spans_of(group, year), year)
        squares = [_square(week, doing, year.start, end) for week in weeks]
        calendar = names.get(calendars.calendar_of(group, year), "")
        rows.append(GroupYear(group, level, calendar, squares))
    rows.sort(key=lambda one: (one.level, one.group.name))
    return Picture(year, weeks, rows)


def _has_left(group: Group, level: int, year: AcademicYear) -> bool:
    """Is the group closed before the year, or past its last course in it?"""
    if group.closed_on:
        return group.closed_on <= year.start
    total = group.years or (group.specialty.years if group.specialty else None)
    return bool(total) and level > total


def _end_of(spans: list[CalendarSpan], year: AcademicYear) -> date | None:
    """The first day on which a group is done: after its ГИА, or with the year."""
    final = [span.last_day + DAY for span in spans if span.kind == Kind.FINAL]
    return max(final) if final else year.end


def _square(
    week: Week, doing: dict[date, str], start: date, end: date | None
) -> Square:
    inside = [day for day in week.days if day >= start and (end is None or day < end)]
    if not inside:
        return Square(is_outside=True, words="не учится")
    counts: Counter = Counter(doing[day] for day in inside if day in doing)
    if not counts:
        return Square()
    kind, days = counts.most_common(1)[0]
    words = ", ".join(
        f"{TITLES[one]}: {number} дн." for one, number in counts.most_common()
    )
    most = len(inside) < HALF or days >= HALF
    return Square(
        kind if most else "",
        words if len(counts) > 1 or days < len(inside) else TITLES[kind],
    )
