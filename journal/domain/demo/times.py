"""Years, terms, holidays and bells around the demonstration's `today`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from journal.domain.demo.pouring import saved
from journal.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    CalendarDay,
    Period,
    Weekday,
)

# (number, first month and day, last month and day)
SEMESTERS = [(1, (9, 1), (12, 30)), (2, (1, 12), (6, 5))]
QUARTERS = [
    (1, (9, 1), (10, 25)),
    (2, (11, 5), (12, 29)),
    (3, (1, 12), (3, 22)),
    (4, (4, 1), (5, 26)),
]
HOLIDAYS = [(1, day) for day in range(1, 9)]
HOLIDAYS += [(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]


@dataclass
class Term:
    """A term; `year` is the calendar year in which its academic year begins."""

    year: int
    number: int
    first: date
    last: date
    period: Period = None

    @property
    def weeks(self) -> int:
        return -(-((self.last - self.first).days + 1) // 7)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def terms_around(today: date, shape: list, count: int) -> tuple[list[Term], list[Term]]:
    """The last `count` terms, the current one at the end, and those of the year ahead.

    The current term is half lived whatever the day: in holidays it lasts longer, and
    when it has just begun, it began earlier.
    """
    every = [
        Term(year, number, date(_of(year, first), *first), date(_of(year, last), *last))
        for year in range(today.year - count - 1, today.year + 2)
        for number, first, last in shape
    ]
    place = max(index for index, term in enumerate(every) if term.first <= today)
    term, before = every[place], every[place - 1]
    length = term.last - term.first
    if today - term.first < length / 5:
        term.first = monday(today - length / 2)
        term.last = term.first + length
        before.last = min(before.last, term.first - timedelta(days=1))
    term.last = max(term.last, today + timedelta(days=14))
    ahead = [one for one in every[place + 1 :] if one.year == term.year]
    for one in ahead:
        one.first = max(one.first, term.last + timedelta(days=1))
    ahead = [one for one in ahead if one.first < one.last]
    return every[place - count + 1 : place + 1], ahead


def _of(year: int, month_and_day: tuple[int, int]) -> int:
    return year if month_and_day[0] >= 9 else year + 1


def create_terms(terms: list[Term], ahead: list[Term], kind: str, at: datetime) -> None:
    """Academic years and periods of the terms."""
    every = terms + ahead
    starts = {
        year: min([date(year, 9, 1), *(t.first for t in every if t.year == year)])
        for year in dict.fromkeys(term.year for term in every)
    }
    years = {}
    for year, start in starts.items():
        last = max(term.last for term in every if term.year == year)
        end = starts.get(year + 1, max(date(year + 1, 9, 1), last + timedelta(days=1)))
        name = f"{year}–{year + 1}"
        years[year] = saved(AcademicYear(name=name, start=start, end=end), at)
    for term in every:
        term.period = Period(
            year=years[term.year],
            kind=kind,
            number=term.number,
            first_day=term.first,
            last_day=term.last,
        )
        saved(term.period, at)


def create_calendar(terms: list[Term], today: date) -> date:
    """Holidays, a moved and a shortened day; the day by which `today` is taught.

    A Sunday or a holiday is made a study day by Friday's timetable, so that there is
    always something to do.
    """
    current = terms[-1]
    years = range(terms[0].first.year, current.last.year + 1)
    holidays = [date(year, *day) for year in years for day in HOLIDAYS]
    days = {
        day: CalendarDay(date=day, kind=CalendarDay.Kind.HOLIDAY, note="Праздник")
        for day in holidays
    }
    taught_as = today
    if today.isoweekday() == Weekday.SUNDAY or today in days:
        taught_as = monday(today) - timedelta(days=3)
        if today.isoweekday() == Weekday.SUNDAY:
            taught_as = today - timedelta(days=2)
        days[today] = CalendarDay(
            date=today,
            kind=CalendarDay.Kind.WORKING,
            taught_as=taught_as,
            note="Учимся по расписанию пятницы",
        )
    for day in holidays:
        if current.first < day <= current.last and day.isoweekday() < 6:
            _move(days, day, today)
            break
    CalendarDay.objects.bulk_create(days[day] for day in sorted(days))
    return taught_as


def _move(days: dict[date, CalendarDay], holiday: date, today: date) -> None:
    """The day before a holiday is short, and Saturday makes up for the holiday."""
    eve = holiday - timedelta(days=1)
    saturday = monday(holiday) + timedelta(days=5)
    if eve.isoweekday() < 7 and eve != today and eve not in days:
        days[eve] = CalendarDay(
            date=eve, kind=CalendarDay.Kind.SHORT, note="Предпраздничный день"
        )
    if saturday != today and saturday not in days:
        days[saturday] = CalendarDay(
            date=saturday,
            kind=CalendarDay.Kind.WORKING,
            taught_as=holiday,
            note="Учебный день вместо праздника",
        )


def create_bells(
    start: date, first: time, lasts: int, breaks: list[int], at: datetime
) -> dict[int, tuple[time, time]]:
    """The bells from `start` on: lessons of `lasts` minutes with breaks between.

    Shortened days have lessons a third shorter. Gives the usual bells by number.
    """
    usual = _bells(first, lasts, breaks)
    short = _bells(first, lasts * 2 // 3, [10] * len(breaks))
    for name, is_short, bells in (
        ("Основное расписание звонков", False, usual),
        ("Сокращённый день", True, short),
    ):
        schedule = BellSchedule(name=name, is_short=is_short, start=start)
        saved(schedule, at)
        Bell.objects.bulk_create(
            Bell(schedule=schedule, number=number, starts_at=begin, ends_at=end)
            for number, (begin, end) in bells.items()
        )
    return usual


def _bells(first: time, lasts: int, breaks: list[int]) -> dict[int, tuple[time, time]]:
    bells = {}
    minute = first.hour * 60 + first.minute
    for number, pause in enumerate([*breaks, 0], 1):
        end = minute + lasts
        bells[number] = (time(*divmod(minute, 60)), time(*divmod(end, 60)))
        minute = end + pause
    return bells
