"""The weekly timetable as a flat table: the columns that the importer takes in."""

from django.db.models import QuerySet

from journal.exchange.fields.timetable import HEAD
from journal.exchange.timetable.values import WHOLE_DAY
from journal.models import TimetableEntry
from journal.models.words import heading

TITLES = HEAD[:-2]  # the last two tell of cells of a wide sheet
SHEET = "Расписание"


def page(entries: QuerySet[TimetableEntry]) -> tuple[str, list[str], list[list]]:
    """(name of the sheet, headings, rows), by group, day and hour."""
    rows = entries.select_related(
        "course__group", "course__discipline", "subgroup", "teacher", "room"
    ).order_by("course__group__name", "weekday", "number", "parity", "pk")
    return SHEET, [heading(title) for title in TITLES], [_row(entry) for entry in rows]


def _row(entry: TimetableEntry) -> list:
    course, part = entry.course, entry.subgroup
    return [
        course.group.name,
        part.number if part else None,
        course.discipline.name,
        entry.teacher.full_name,
        entry.room.number if entry.room else None,
        entry.get_weekday_display(),
        entry.number or WHOLE_DAY,
        entry.get_parity_display() if entry.parity else None,
        entry.start,
        entry.end,
        entry.stream,
    ]
