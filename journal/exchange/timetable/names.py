"""Names of a timetable file and whom or what the journal knows by them.

What is not known for certain is asked once a name: proposals to pick from, or skip.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.db.models import Model

from journal.exchange.lookups import ByName, squeezed
from journal.exchange.people.known import plain, same_part
from journal.exchange.reading.names import split_full_name
from journal.models import Employee

MOST_OFFERED = 8
LEAST_ALIKE = 0.45
SURE = 0.999


@dataclass
class Names:
    """The names of one kind in a file: `title` heads them in questions.

    `find` gives the rows that a name means beyond doubt: one is taken, several are
    offered first. `words` say of each row what the journal calls it.
    """

    key: str
    title: str
    find: Callable[[str], Sequence[Model]]
    rows: Sequence[Model]
    words: Callable[[Model], str] = str
    found: dict[str, Model | None] = field(default_factory=dict)
    offered: dict[str, list[Model]] = field(default_factory=dict)

    def look_up(self, said: Iterable[str]) -> list[str]:
        """Find what can be found; the names that somebody must decide about."""
        unknown = []
        for name in said:
            rows = list(self.find(name))
            if len(rows) == 1:
                self.found[name] = rows[0]
            else:
                self.offered[name] = rows or self._alike(name)
                unknown.append(name)
        return unknown

    def _alike(self, name: str) -> list[Model]:
        wanted = squeezed(name)
        matcher = SequenceMatcher(b=wanted, autojunk=False)
        likeness = []
        for place, row in enumerate(self.rows):
            matcher.set_seq1(squeezed(self.words(row)))
            if matcher.quick_ratio() < LEAST_ALIKE:
                continue
            if (ratio := matcher.ratio()) >= LEAST_ALIKE:
                likeness.append((-ratio, place))
        return [self.rows[place] for _, place in sorted(likeness)[:MOST_OFFERED]]


def by_name(key: str, title: str, rows: Iterable[Model], *attributes: str) -> Names:
    rows = list(rows)
    return Names(key, title, ByName(rows, *attributes).find, rows)


def teachers(rows: Iterable[Employee]) -> Names:
    """«Иванов И. И.», «И.И. Иванов», «Иванов Иван Иванович»."""
    rows = list(rows)

    def find(said: str) -> list[Employee]:
        name = said_name(said)
        if name is None:
            return []
        last, first, middle = name
        return [
            one
            for one in rows
            if plain(one.last_name) == plain(last)
            and same_part(one.first_name, first)
            and same_part(one.middle_name, middle)
        ]

    return Names("teacher", "Преподаватели", find, rows, lambda one: one.short_name)


def said_name(said: str) -> tuple[str, str, str] | None:
    """(last name, first name or initial, middle name or initial)"""
    words = said.replace(".", ". ").split()
    initials = [word for word in words if word.endswith(".") and len(word) == 2]
    rest = [word for word in words if word not in initials]
    if len(rest) == 1 and 1 <= len(initials) <= 2:
        return (rest[0], *[*initials, ""][:2])
    if len(rest) == 2 and len(rest[1]) == 1 and len(initials) == 1:  # «Титова Т.Н»
        return rest[0], initials[0], f"{rest[1]}."
    try:
        name = split_full_name(said)
    except ValueError:
        return None
    return name.last_name, name.first_name, name.middle_name
