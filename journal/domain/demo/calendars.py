"""Calendars of the invented institution: sessions, practices, vacations by course."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from journal.domain.demo.college import House
from journal.domain.demo.families import Cohort
from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.times import Term, monday
from journal.models import (
    AcademicYear,
    CalendarGroup,
    CalendarSpan,
    StudyCalendar,
    User,
)

Kind = CalendarSpan.Kind
DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Whoever leaves practises before the diploma and defends it after the last term.
DIPLOMA_WEEKS, FINAL_WEEKS = 2, 3
# Weeks of a term in which a practice of two weeks may lie, the best first.
PRACTICE_FROM = (11, 10, 12, 9, 8, 7, 13, 6, 5, 4, 3)


@dataclass
class Practice:
    """Two whole weeks of practice in a term; both days are included."""

    first: date
    last: date
    levels: tuple[int, ...]


@dataclass
class Plan:
    """What the groups do in the years of the terms; `practices` by (year, number)."""

    house: House
    terms: list[Term]
    today: date
    practices: dict[tuple[int, int], Practice] = field(default_factory=dict)

    @property
    def practising(self) -> tuple[int, ...]:
        """The two last courses of a college."""
        return tuple(self.house.levels)[-2:] if self.house.specialties else ()

    def session(self, term: Term) -> date:
        """The first day of the session: the last week of the term."""
        return term.last - WEEK + DAY

    def place_practice(self, term: Term) -> None:
        """Two weeks, neither in the session nor around the day of the demonstration."""
        for week in PRACTICE_FROM if self.practising else ():
            first = monday(term.first) + week * WEEK
            last = first + 2 * WEEK - DAY
            is_near = first - WEEK <= self.today <= last + WEEK
            if first > term.first and last < self.session(term) and not is_near:
                key = term.year, term.number
                self.practices[key] = Practice(first, last, self.practising)
                return


def create_calendars(
    plan: Plan, cohorts: list[Cohort], at: datetime, by: User
) -> dict[tuple[int, int], Practice]:
    """The main calendar of each year, in a college another for those who leave.

    Gives the practices by (year, number) of the term.
    """
    by_year: dict[AcademicYear, list[Term]] = {}
    for term in plan.terms:
        by_year.setdefault(term.period.year, []).append(term)
        plan.place_practice(term)
    for year, terms in by_year.items():
        main = StudyCalendar(year=year, name="Основной", is_main=True)
        saved(main, at, by)
        spans = _spans(plan, main, terms)
        spans += _vacations(main, terms, year.end)
        if plan.house.specialties:
            spans += _leaving(plan, year, terms, cohorts, at, by)
        saved_all(spans, at, by)
    return plan.practices


def _span(calendar, kind, first: date, last: date, level=None) -> CalendarSpan:
    return CalendarSpan(
        calendar=calendar,
        kind=kind,
        course_year=level,
        first_day=first,
        last_day=last,
    )


def _spans(plan: Plan, calendar, terms: list[Term], only=None) -> list[CalendarSpan]:
    """Sessions and practices within the terms; of one level alone for its calendar."""
    found = []
    for term in terms:
        if plan.house.specialties:
            first = plan.session(term)
            found.append(_span(calendar, Kind.SESSION, first, term.last))
        practice = plan.practices.get((term.year, term.number))
        for level in practice.levels if practice else ():
            if only in (None, level):
                kind, days = Kind.STUDY_PRACTICE, (practice.first, practice.last)
                found.append(_span(calendar, kind, *days, level=level))
    return found


def _vacations(calendar, terms: list[Term], end: date) -> list[CalendarSpan]:
    """Between the terms, and from the last one to the end of the year."""
    starts = [term.first for term in terms[1:]] + [end]
    return [
        _span(calendar, Kind.VACATION, term.last + DAY, start - DAY)
        for term, start in zip(terms, starts, strict=True)
        if term.last + DAY < start
    ]


def _leaving(plan: Plan, year, terms, cohorts, at, by) -> list[CalendarSpan]:
    """The calendar of the last course: diploma practice and ГИА after the last term."""
    last_level = plan.house.levels[-1]
    groups = [
        cohort.group
        for cohort in cohorts
        if cohort.group.admission_year + len(plan.house.levels) - 1 == terms[0].year
    ]
    if not groups:
        return []
    own = StudyCalendar(year=year, name="Выпускные курсы")
    saved(own, at, by)
    saved_all(
        [CalendarGroup(calendar=own, year=year, group=one) for one in groups], at, by
    )
    found = _spans(plan, own, terms, only=last_level)
    found += _vacations(own, terms[:-1] + terms[-1:], year.end)[:-1]
    first = terms[-1].last + DAY
    diploma = first + DIPLOMA_WEEKS * WEEK
    final = min(diploma + FINAL_WEEKS * WEEK, year.end)
    if terms[-1].number == plan.house.shape[-1][0] and diploma < final:
        found.append(_span(own, Kind.DIPLOMA_PRACTICE, first, diploma - DAY))
        found.append(_span(own, Kind.FINAL, diploma, final - DAY))
    return found
