"""What a group does on a day of the year: study, session, practice, vacation (B1)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from journal.models import (
    AcademicYear,
    CalendarGroup,
    CalendarSpan,
    Group,
    Order,
    OrderKind,
    StudyCalendar,
    User,
)
from journal.models.prepared import Prepared

Kind = CalendarSpan.Kind
PRACTICE = frozenset((Kind.STUDY_PRACTICE, Kind.WORK_PRACTICE, Kind.DIPLOMA_PRACTICE))
DAY = timedelta(days=1)


class Levels:
    """In which course (class) a group is in a given academic year.

    `Group.course_year` speaks of the present: of the year that runs today, or of the
    year ahead once an order of the next year has moved the groups up already. A closed
    group stands where it was on its last day. One query.
    """

    def __init__(self, today: date | None = None):
        today = today or timezone.localdate()
        rows = _read_years()
        self.now = max([today, *(moved for _, moved in rows[:1] if moved)])
        self.starts = [start for start, _ in rows]

    def _year_of(self, day: date) -> int:
        begun = [start for start in self.starts if start <= day]
        return (begun or self.starts or [day])[-1 if begun else 0].year

    def of(self, group: Group, year: AcademicYear) -> int:
        """May be below 1: the group was not there yet."""
        return self.on(group, year.start)

    def on(self, group: Group, day: date) -> int:
        """The same on a day."""
        now = self.now
        if group.closed_on:
            now = min(now, group.closed_on - DAY)
        return group.course_year + self._year_of(day) - self._year_of(now)


@Prepared
def _read_years():
    """The first day of each year in order, each with the last day of moving up."""
    moved = Order.objects.filter(
        kind=OrderKind.NEXT_YEAR, state=Order.State.DONE
    ).order_by("-effective_on")
    return (
        AcademicYear.objects.annotate(moved=Subquery(moved.values("effective_on")[:1]))
        .order_by("start")
        .values_list("start", "moved")
    )


class Calendars:
    """The calendars of some years: what each group does on each day.

    A group follows its own calendar of the year, else the main one. Three queries, four
    where spans hold for single courses; one where nothing is kept.
    """

    def __init__(self, years: Iterable[AcademicYear]):
        rows = CalendarSpan.objects.filter(calendar__year__in={y.pk for y in years})
        self.spans: dict[int, list[CalendarSpan]] = {}
        for span in rows.select_related("calendar").order_by("first_day", "pk"):
            self.spans.setdefault(span.calendar_id, []).append(span)
        self.own: dict[tuple[int, int], int] = {}
        self.main: dict[int, int] = {}
        self.levels: Levels | None = None
        self._days: dict[tuple[int, int], dict[date, str]] = {}
        if self.spans:
            self._read_groups({year.pk for year in years})

    def _read_groups(self, years: set[int]) -> None:
        for pk, year, is_main in StudyCalendar.objects.filter(
            year__in=years
        ).values_list("pk", "year", "is_main"):
            if is_main:
                self.main[year] = pk
        own = CalendarGroup.objects.filter(year__in=years)
        for group, year, calendar in own.values_list("group", "year", "calendar"):
            self.own[group, year] = calendar
        if any(span.course_year for spans in self.spans.values() for span in spans):
            self.levels = Levels()

    def calendar_of(self, group: Group, year: AcademicYear) -> int | None:
        """The key of the calendar that a group follows; None where there is none."""
        return self.own.get((group.pk, year.pk), self.main.get(year.pk))

    def spans_of(self, group: Group, year: AcademicYear) -> list[CalendarSpan]:
        """The spans of a group in a year, by first day."""
        found = self.spans.get(self.calendar_of(group, year), [])
        level = self.levels.of(group, year) if self.levels else 0
        return [span for span in found if span.course_year in (None, level)]

    def days_of(self, group: Group, year: AcademicYear) -> dict[date, str]:
        """Day → what the group does on it; days of study are absent."""
        key = group.pk, year.pk
        if key not in self._days:
            self._days[key] = {
                span.first_day + DAY * offset: span.kind
                for span in self.spans_of(group, year)
                for offset in range((span.last_day - span.first_day).days + 1)
            }
        return self._days[key]


def is_taught(doing: str | None, has_bells: bool) -> bool:
    """Is an entry of the weekly timetable taught on a day of such a span?

    Practice leaves the entries that take whole days; session, ГИА, vacation leave none.
    """
    return doing is None or (doing in PRACTICE and not has_bells)


@transaction.atomic
def copy_spans(calendar: StudyCalendar, source: StudyCalendar, by: User) -> int:
    """Fill an empty calendar from that of another year, week by week; how many spans.

    Days of the week stay: the spans move by whole weeks. What would leave the year is
    cut at its bounds, or left out. Raises ValidationError for a calendar with spans.
    """
    calendar = StudyCalendar.objects.select_for_update().get(pk=calendar.pk)
    if calendar.spans.exists():
        raise ValidationError("В графике уже есть отрезки: списать можно в пустой.")
    year = calendar.year
    moved = monday_of(year.start) - monday_of(source.year.start)
    last = year.end - DAY if year.end else date.max
    made = []
    for span in source.spans.order_by("first_day", "pk"):
        first = max(span.first_day + moved, year.start)
        until = min(span.last_day + moved, last)
        if first <= until:
            made.append(
                CalendarSpan(
                    calendar=calendar,
                    kind=span.kind,
                    course_year=span.course_year,
                    first_day=first,
                    last_day=until,
                )
            )
    bulk_create_with_history(made, CalendarSpan, default_user=by)
    return len(made)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
