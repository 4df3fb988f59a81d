"""The past of a sheet: who wrote which result, when and why (M 4.2)."""

from dataclasses import dataclass
from datetime import datetime

from journal.domain.lessons.past import AUTHOR, author_of
from journal.domain.results.correcting import NAMES
from journal.models import Result, Sheet
from journal.models.people.persons import full_name

PERSON = ("student__last_name", "student__first_name")
SHOWN = ("mark", "status", "topic", "ticket", "points", "excused", "note")
WORDS = dict(
    zip(SHOWN, ("", "", "тема", "билет", "баллы", "уважительная причина", "пояснение"), strict=True)
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of one student's result; empty `old` or `new`: nothing stood there."""

    at: datetime
    by: str
    student: str
    what: str
    old: str
    new: str
    reason: str


def past_of_sheet(sheet: Sheet) -> list[Step]:
    """The steps of all results of a sheet, newest first; one query.

    Signing freezes names and changes no value: it is no step.
    """
    names = ("history_date", "history_type", "history_change_reason", "id")
    rows = Result.history.filter(sheet=sheet).order_by("history_date", "history_id")
    before: dict[int, dict[str, str]] = {}
    steps: list[Step] = []
    for row in rows.values(*names, *AUTHOR, *PERSON, *SHOWN):
        now = {} if row["history_type"] == "-" else _values(row)
        was = before.get(row["id"], {})
        for what in dict.fromkeys((*was, *now)):
            if was.get(what) != now.get(what):
                steps.append(_step(row, what, was.get(what, ""), now.get(what, "")))
        before[row["id"]] = now
    return steps[::-1]


def _values(row: dict) -> dict[str, str]:
    """What the row says, by words; the mark or why there is none comes first."""
    value = row["mark"] or row["status"]
    found = {"результат": NAMES[value]} if value else {}
    for name in SHOWN[2:]:
        if row[name] not in ("", None, False):
            found[WORDS[name]] = "да" if row[name] is True else str(row[name])
    return found


def _step(row: dict, what: str, old: str, new: str) -> Step:
    return Step(
        row["history_date"],
        author_of(row),
        full_name(*map(row.get, PERSON)),
        what,
        old,
        new,
        row["history_change_reason"] or "",
    )
