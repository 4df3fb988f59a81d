"""What a cell, a name and a head of a gradebook say."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from journal.exchange.lookups import squeezed
from journal.exchange.mapping import Row
from journal.exchange.reading.text import as_text
from journal.models import Lesson, Membership

MARKS = {
    **{mark: mark for mark in "5432зх"},
    **dict.fromkeys(("зач", "зачет", "зачёт", "зч"), "з"),
    **dict.fromkeys(("незач", "незачет", "незачёт", "нз"), "х"),
}
ABSENCES = {
    **{letter: letter for letter in "нбуо"},
    **dict.fromkeys(("нб", "нп"), "н"),
    "уп": "у",
    "оп": "о",
}
MOST_IN_CELL = 6


@dataclass
class Column:
    """A column of the file: its letter, head and day as they are written."""

    letter: str
    number: int
    head: str
    day: str
    rows: list[Row] = field(default_factory=list)
    is_aside: bool = False


def column_of(row: Row) -> Column:
    """The column that a flat row came from; `number` counts from 1."""
    letter = re.sub(r"\d", "", as_text(row.values["place"])) or "A"
    number = 0
    for sign in letter:
        number = 26 * number + ord(sign) - ord("A") + 1
    head, day = as_text(row.values.get("head")), as_text(row.values.get("date"))
    return Column(letter, number, head, day)


def read_entry(said: str) -> tuple[list[str], str] | None:
    """(marks, letter of absence) of «5», «5 4», «н», «н 4»; None where it is none."""
    marks, absence = [], ""
    if re.fullmatch(r"\d+[.,]\d+", said.strip()):
        whole, _, rest = re.split("([.,])", said.strip())
        # «4,0» is a number of a table, «4,5» an average and no two marks.
        return ([whole], "") if whole in MARKS and not rest.strip("0") else None
    for word in re.split(r"[\s,;/.]+", said.strip().casefold()):
        if word in MARKS:
            marks.append(MARKS[word])
        elif word in ABSENCES and not absence:
            absence = ABSENCES[word]
        elif word:
            return None
    if not (marks or absence) or len(marks) > MOST_IN_CELL:
        return None
    return marks, absence


def days_of(said: str, lessons: Iterable[Lesson]) -> list[Lesson]:
    """The lessons on a day as a head writes it: «15.09.2026», «15.09», «6.1» of a number.

    A number has lost its last zero: «6.1» is the sixth of October or of January,
    whichever has a lesson. «15.09.2026 2» names the second lesson of that day.
    """
    match = re.fullmatch(
        r"(\d{1,2})\.(\d{1,2})(?:\.(\d{2,4}))?(?:\s+(\d{1,2}))?", said.strip()
    )
    if not match:
        return []
    day, month, year, number = match.groups()
    months = {int(month)}
    if month == "1" and not year:
        months.add(10)
    wanted = int(year) if year else None
    wanted = wanted + 2000 if wanted is not None and wanted < 100 else wanted

    def fits(one: date) -> bool:
        return (
            one.day == int(day) and one.month in months and wanted in (None, one.year)
        )

    found = [one for one in lessons if fits(one.date)]
    return [one for one in found if number is None or one.number == int(number)]


def students_by_name(seats: Iterable[Membership]) -> dict[str, set[int]]:
    """Full names, names without patronymic, initials → students of a group."""
    found: dict[str, set[int]] = defaultdict(set)
    for seat in seats:
        one = seat.student
        first, middle = one.first_name, one.middle_name
        for said in (
            f"{one.last_name} {first} {middle}",
            f"{one.last_name} {first}",
            f"{one.last_name} {first[:1]}{middle[:1]}",
            f"{one.last_name} {first[:1]}",
        ):
            found[squeezed(said)].add(one.pk)
    return found
