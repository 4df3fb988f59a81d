"""Names of a timetable file and whom or what the journal knows by them.

What is not known for certain is asked once a name: proposals to pick from, or skip.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Model

from journal.exchange.lookups import ByName, squeezed
from journal.exchange.people.known import plain, same_part
from journal.exchange.reading.names import split_full_name
from journal.models import Discipline, Employee

MOST_OFFERED = 8
LEAST_ALIKE = 0.35


@dataclass
class Names:
    """The names of one kind in a file: `title` heads them in questions.

    `find` gives the rows that a name means beyond doubt: one is taken, several are
    offered first. `words` say of each row what the journal calls it. `near` are rows to
    offer for a name beside those alike; `without`, names that stand for nothing.
    """

    key: str
    title: str
    find: Callable[[str], Sequence[Model]]
    rows: Sequence[Model]
    words: Callable[[Model], str] = str
    found: dict[str, Model | None] = field(default_factory=dict)
    offered: dict[str, list[Model]] = field(default_factory=dict)
    near: dict[str, list[Model]] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)
    pairs: list[set[str]] = field(default_factory=list)

    def look_up(self, said: Iterable[str]) -> list[str]:
        """Find what can be found; the names that somebody must decide about."""
        unknown = []
        for name in said:
            rows = list(self.find(name))
            if len(rows) == 1:
                self.found[name] = rows[0]
            else:
                near = [*self._alike(name), *self.near.get(name, ())]
                self.offered[name] = rows or list(dict.fromkeys(near))
                unknown.append(name)
        return unknown

    def _alike(self, name: str) -> list[Model]:
        """The most alike by pairs of letters: a typo changes few of them."""
        wanted = _pairs(name)
        if not self.pairs:
            self.pairs = [_pairs(self.words(row)) for row in self.rows]
        likeness = []
        for place, pairs in enumerate(self.pairs):
            both = len(wanted & pairs) * 2 / (len(wanted) + len(pairs) or 1)
            if both >= LEAST_ALIKE:
                likeness.append((-both, place))
        return [self.rows[place] for _, place in sorted(likeness)[:MOST_OFFERED]]


def _pairs(name: str) -> set[str]:
    letters = f" {squeezed(name)} "
    return {letters[place : place + 2] for place in range(len(letters) - 1)}


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


def by_discipline(rows, taught: set[int]) -> Names:
    """By name or short name; those that somebody studies this term before others."""
    rows = sorted(rows, key=lambda one: one.pk not in taught)
    known = ByName(rows, "name", "short_name")
    bare = ByName(rows, "name")

    def find(said: str) -> list[Discipline]:
        found = bare.find(said) or known.find(said) or bare.find(without_index(said))
        now = [one for one in found if one.pk in taught]
        return now or found

    return Names("discipline", "Дисциплины", find, rows, lambda one: one.name)


INDEX = re.compile(r"^(?:[А-ЯA-Z]{1,5}[.,\s]*\d{1,2}(?:[.,]\s*\d{1,2})*[а-я]?\.?\s+)+")
ONE_INDEX = re.compile(r"(?<!\w)[А-ЯA-Z]{1,5}[.,\s]*\d{1,2}(?:[.,]\s*\d{1,2})*(?!\w)")


def without_index(said: str) -> str:
    """«МДК 01.01 Устройство автомобилей» → «Устройство автомобилей»."""
    return INDEX.sub("", said)


def index_of(said: str) -> str:
    """What is the index of a plan and nothing else: «МДК.01.01» → «мдк0101»; else ""."""
    found = ONE_INDEX.match(said.strip())
    bare = found and found[0] == said.strip()
    return squeezed(re.sub(r"[.,\s]", "", said)) if bare else ""


def names_two(said: str) -> bool:
    """Two indexes are two disciplines: «ОГСЭ.04 ФК ОГСЭ.03 ин.язык»."""
    return len(ONE_INDEX.findall(said)) > 1
