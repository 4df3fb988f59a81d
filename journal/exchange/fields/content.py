"""What a nameless column holds, told from its cells: 0 no … 1 surely."""

import re
from collections.abc import Sequence
from datetime import date

from journal.exchange.matching import passes, share_of
from journal.exchange.reading.groups import group_name
from journal.exchange.reading.names import looks_like_full_name
from journal.exchange.reading.text import as_text, parse_date, whole_number
from journal.exchange.reading.workbook import Cell

groups_once = share_of(group_name)


def repeated_groups(cells: Sequence[Cell]) -> float:
    """A column of groups: names of groups that repeat from row to row."""
    known = {name for name in map(group_name, cells) if name}
    return groups_once(cells) if len(known) * 2 <= len(cells) else 0.0


def different_numbers(cells: Sequence[Cell]) -> float:
    """A column of personal numbers: long, and never twice the same."""
    if len(set(cells)) < len(cells):
        return 0.0
    return share_of(lambda cell: re.fullmatch(r"\d{5,20}", as_text(cell)))(cells)


def birth_dates(cells: Sequence[Cell]) -> float:
    """A column of dates that can be birthdays of students or staff."""
    latest = date.today().year - 5

    def born(cell: Cell) -> bool:
        if isinstance(cell, int) or not passes(parse_date)(cell):
            return False
        return 1930 <= parse_date(cell)[0].year <= latest

    return share_of(born)(cells)


def counting(cells: Sequence[Cell]) -> float:
    """A column 1, 2, 3 … (gaps allowed)."""
    numbers = [whole_number(c)[0] for c in cells if passes(whole_number)(c)]
    if len(numbers) < 3 or numbers != sorted(set(numbers)) or numbers[-1] > 5000:
        return 0.0
    return len(numbers) / len(cells)


def lesson_numbers(cells: Sequence[Cell]) -> float:
    """A column of numbers of lessons: 1 to 15."""
    return share_of(lambda cell: re.fullmatch(r"[1-9]|1[0-5]", as_text(cell)))(cells)


def sentences(cells: Sequence[Cell]) -> float:
    """A column of topics: texts of several letters, most of them in words."""
    long = share_of(lambda cell: isinstance(cell, str) and len(cell) > 9)(cells)
    words = share_of(lambda cell: " " in as_text(cell).strip())(cells)
    people = share_of(looks_like_full_name)(cells)
    return long if words >= 0.5 > people and len(cells) > 2 else 0.0
