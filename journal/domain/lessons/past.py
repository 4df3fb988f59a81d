"""The past of one cell: who wrote what, when and why (M 4.2)."""

from dataclasses import dataclass
from datetime import datetime

from journal.domain.lessons.amounts import absence_value
from journal.models import Absence, Mark

NOBODY = "система"
AUTHOR = (
    "history_user__employee__last_name",
    "history_user__employee__first_name",
    "history_user__username",
)


def author_of(row: dict[str, str | None]) -> str:
    """Who made a step of a history, of a row that holds `AUTHOR`."""
    last_name, first_name, username = (row[name] for name in AUTHOR)
    return f"{last_name or ''} {first_name or ''}".strip() or username or NOBODY


@dataclass(frozen=True)
class Entry:
    """One step of a cell's history; `field` as in `Change`."""

    at: datetime
    by: str
    field: str
    what: str
    old: str
    new: str
    reason: str


def past_of_cell(lesson: int, student: int) -> list[Entry]:
    """The steps of a cell's marks and absence, newest first; two queries."""
    marks = _steps(
        Mark.history.filter(task__lesson=lesson, student=student),
        ("value",),
        "task__number",
    )
    absences = _steps(
        Absence.history.filter(lesson=lesson, student=student),
        ("reason_id", "hours", "minutes", "lesson__hours"),
        None,
    )
    # Sorting is stable: steps of one moment stay newest first.
    steps = (marks + absences)[::-1]
    return sorted(steps, key=lambda entry: entry.at, reverse=True)


def _steps(rows, value_names: tuple, number_name: str | None) -> list[Entry]:
    names = [
        "history_date",
        *AUTHOR,
        "history_type",
        "history_change_reason",
        *value_names,
    ]
    if number_name:
        names.append(number_name)
    entries: list[Entry] = []
    before: dict[str, str] = {}
    for row in rows.order_by("history_date", "history_id").values(*names):
        field = str(row[number_name]) if number_name else "absence"
        value = [row[name] for name in value_names]
        new = value[0] if number_name else absence_value(*value)
        if row["history_type"] == "-":
            new = ""
        entries.append(
            Entry(
                at=row["history_date"],
                by=author_of(row),
                field=field,
                what=f"Отметка {field}" if number_name else "Отсутствие",
                old=before.get(field, ""),
                new=new,
                reason=row["history_change_reason"] or "",
            )
        )
        before[field] = new
    return entries
