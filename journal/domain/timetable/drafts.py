"""What lessons a timetable means, before anything is written."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from journal.domain.organisation.calendar import Calendars, is_taught
from journal.domain.spans import covers
from journal.domain.timetable.days import parity_of, taught_days
from journal.models import (
    CourseTeacher,
    Employee,
    Institution,
    Lesson,
    TimetableEntry,
)

# A day of practice has no bells; six days of it make the 36 hours of a week.
PRACTICE_DAY_HOURS = 6


def draft_lessons(
    entries: Iterable[TimetableEntry], start: date, end: date
) -> list[Lesson]:
    """Unsaved lessons that the entries mean over a half-open span, by date and number.

    `planned_teacher` and `teacher` are whom the load names on that date, or else the
    entry. Nothing falls into a vacation, a session or the final attestation of the
    group's calendar; in a practice only entries of whole days remain. At most eight
    queries, however many entries (with `course__period__year` and `course__group`
    selected).
    """
    entries = list(entries)
    hours = Institution.current().lesson_hours
    load = _load(entries)
    lessons = []
    for entry, day in due_days(entries, start, end):
        teacher = _teacher(load, entry, day)
        lesson = Lesson(
            entry=entry,
            course=entry.course,
            subgroup_id=entry.subgroup_id,
            date=day,
            number=entry.number,
            room_id=entry.room_id,
            planned_teacher=teacher,
            teacher=teacher,
            hours=hours if entry.number else PRACTICE_DAY_HOURS,
            stream=entry.stream,
        )
        lessons.append(lesson)
    lessons.sort(key=lambda one: (one.date, one.number or 0, one.entry_id))
    return lessons


def due_days(
    entries: list[TimetableEntry], start: date, end: date
) -> Iterator[tuple[TimetableEntry, date]]:
    """Each entry with each day on which it is taught; entries need not be saved."""
    if not entries:
        return
    periods = [entry.course.period for entry in entries]
    start = max(start, min(period.first_day for period in periods))
    last = max(period.last_day for period in periods)
    end = min(end, last + timedelta(days=1))
    calendars = Calendars({period.year for period in periods})
    by_weekday: dict[int, list[TimetableEntry]] = {}
    for entry in entries:
        by_weekday.setdefault(entry.weekday, []).append(entry)
    for day, taught_as in taught_days(start, end).items():
        parities: dict[int, int] = {}
        for entry in by_weekday.get(taught_as.isoweekday(), ()):
            year = entry.course.period.year
            doing = calendars.days_of(entry.course.group, year).get(day)
            if not is_taught(doing, entry.number is not None):
                continue
            if year.pk not in parities:
                parities[year.pk] = parity_of(taught_as, year)
            if _in_force(entry, day) and entry.parity in (0, parities[year.pk]):
                yield entry, day


def _in_force(entry: TimetableEntry, day: date) -> bool:
    period, closed_on = entry.course.period, entry.course.group.closed_on
    return (
        covers(entry.start, entry.end, day)
        and period.first_day <= day <= period.last_day
        and (closed_on is None or day < closed_on)
    )


def _load(entries: list[TimetableEntry]) -> dict[tuple, list[CourseTeacher]]:
    """(course, subgroup) → who teaches it, the latest first."""
    found: dict[tuple, list[CourseTeacher]] = {}
    rows = CourseTeacher.objects.filter(course__in={e.course_id for e in entries})
    for row in rows.select_related("employee").order_by("-start", "pk"):
        found.setdefault((row.course_id, row.subgroup_id), []).append(row)
    return found


def _teacher(
    load: dict[tuple, list[CourseTeacher]], entry: TimetableEntry, day: date
) -> Employee:
    for part in (entry.subgroup_id, None):
        there = [
            row.employee
            for row in load.get((entry.course_id, part), ())
            if covers(row.start, row.end, day)
        ]
        if there:
            return entry.teacher if entry.teacher in there else there[0]
    return entry.teacher
