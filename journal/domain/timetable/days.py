"""The bells, the weeks and the days of teaching."""

from datetime import date, datetime, time, timedelta
from enum import Enum

from django.db.models import Exists, Q
from django.utils import timezone

from journal.models import AcademicYear, Bell, BellSchedule, CalendarDay, TimetableEntry

# Lesson number → (start, end).
Bells = dict[int, tuple[time, time]]


def bells_on(day: date) -> Bells:
    """Lesson number → (start, end) on `day`, by the bell schedule then in force.

    A shortened day takes the schedule for shortened days where there is one. Empty
    where no schedule is in force. One query.
    """
    shortened = CalendarDay.objects.filter(date=day, kind=CalendarDay.Kind.SHORT)
    in_force = BellSchedule.objects.on(day).filter(
        Q(is_short=False) | Exists(shortened)
    )
    newest = in_force.order_by("-is_short", "-start", "-pk").values("pk")[:1]
    bells = Bell.objects.filter(schedule=newest).order_by("number")
    return {bell.number: (bell.starts_at, bell.ends_at) for bell in bells}


def current_number(now: datetime | None = None) -> int | None:
    """The number of the lesson going on; in a break or before the bells the next one.

    After the last bell it is the last. None where the day has no bells.
    """
    now = timezone.localtime(now)
    return number_at(bells_on(now.date()), now)


def number_at(bells: Bells, now: datetime) -> int | None:
    """`current_number` by bells that are known."""
    ahead = (number for number, (_, end) in bells.items() if now.time() < end)
    return next(ahead, max(bells, default=None))


class Stage(Enum):
    """Where a lesson stands by the clock: nothing is lacking before it is over."""

    AHEAD = "впереди"
    RUNNING = "идёт сейчас"
    OVER = "прошло"


def stage_of(day: date, number: int | None, bells: Bells, now: datetime) -> Stage:
    """The stage of a lesson of `day` at local `now`; `bells` are those of the day.

    Without a bell of its own a lesson goes on until its day is over.
    """
    if day != now.date():
        return Stage.OVER if day < now.date() else Stage.AHEAD
    start, end = bells.get(number, (time.min, time.max))
    if now.time() < start:
        return Stage.AHEAD
    return Stage.RUNNING if now.time() < end else Stage.OVER


def parity_of(day: date, year: AcademicYear) -> TimetableEntry.Parity:
    """Odd or even week, counted from the first study week of the academic year."""
    first = year.start
    if first.isoweekday() == 7:  # nobody studies yet: the week begins tomorrow
        first += timedelta(days=1)
    weeks = (_monday(day) - _monday(first)).days // 7
    return TimetableEntry.Parity.EVEN if weeks % 2 else TimetableEntry.Parity.ODD


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def taught_days(start: date, end: date) -> dict[date, date]:
    """Day → the day by whose timetable it is taught, over a half-open span.

    Holidays are absent, a moved day names another. A Sunday is its own: only entries
    that say so are taught on it.
    """
    exceptions = {
        day.date: day
        for day in CalendarDay.objects.filter(date__gte=start, date__lt=end)
    }
    days = {}
    for offset in range((end - start).days):
        day = start + timedelta(days=offset)
        special = exceptions.get(day)
        if special is None or special.kind == CalendarDay.Kind.SHORT:
            days[day] = day
        elif special.kind == CalendarDay.Kind.WORKING:
            days[day] = special.taught_as or day
    return days
