"""Pairs of columns «Реквизит_<льгота>», «Дата_<льгота>»: benefits and their papers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from journal.exchange.reading.text import as_text, parse_date, repair_letters, tidy
from journal.exchange.reading.workbook import Cell, column_letter
from journal.exchange.rows import BLANK, Issue, Row
from journal.exchange.tables import FoundTable
from journal.models import Benefit

PAPER = re.compile(r"\s*реквизиты?[\s_]+(\S.*)", re.IGNORECASE)
UNTIL = re.compile(r"\s*дата[\s_]+(?:окончания[\s_]+)?(\S.*)", re.IGNORECASE)
ONE_DAY = timedelta(days=1)
WITHOUT_PAPER = "да"  # the benefit is there, its paper is not written down


@dataclass(frozen=True)
class Pair:
    """One benefit of the sheet: the columns of its paper and of its last day."""

    kind: str
    paper: int
    until: int | None


@dataclass(frozen=True)
class Said:
    """What one row says of one benefit; `end` is the first day without it."""

    kind: str
    document: str
    end: date | None
    column: str


def alike(kind: str) -> str:
    """«Многодетная_семья» and «многодетная семья» are one benefit."""
    words = repair_letters(kind)[0].casefold().replace("ё", "е").replace("_", " ")
    return " ".join(words.split())


def pairs(found: FoundTable) -> list[Pair]:
    """The pairs of a table. A date alone is no benefit: «Дата_рождения»."""
    papers: dict[str, tuple[str, int]] = {}
    until: dict[str, int] = {}
    for column in found.columns:
        if match := PAPER.fullmatch(column.title):
            kind = " ".join(match[1].replace("_", " ").split())
            papers.setdefault(alike(kind), (kind, column.index))
        elif match := UNTIL.fullmatch(column.title):
            until.setdefault(alike(match[1]), column.index)
    return [Pair(kind, at, until.get(key)) for key, (kind, at) in papers.items()]


def read(row: Row, cells: Sequence[Cell], known: Sequence[Pair]) -> list[Said]:
    """The benefits of one row; what is wrong with them goes among its errors."""
    return [said for pair in known if (said := _read(row, cells, pair)) is not None]


def _read(row: Row, cells: Sequence[Cell], pair: Pair) -> Said | None:
    column = column_letter(pair.paper)
    document = cells[pair.paper] if cells[pair.paper] not in BLANK else None
    until = None if pair.until is None else cells[pair.until]
    if document is None and (until is None or until in BLANK):
        return None
    end = None
    if until is not None and until not in BLANK:
        try:
            end = parse_date(until)[0] + ONE_DAY
        except ValueError as error:
            letter = column_letter(pair.until)
            row.errors.append(Issue(letter, f"Дата: {pair.kind}", str(error)))
    paper = as_text(document)
    if paper.casefold() == WITHOUT_PAPER:
        paper = ""
    limits = {"kind": pair.kind, "document": paper}
    for name, text in limits.items():
        most = Benefit._meta.get_field(name).max_length
        if len(text) > most:
            reason = f"{len(text)} знаков, а помещается {most}. Сократите текст."
            row.errors.append(Issue(column, pair.kind[:60], reason))
    return Said(pair.kind, paper, end, column)


def matching(said: Said, known: Sequence[Benefit], day: date) -> Benefit | None:
    """The benefit of the student that a row speaks of; None: a new one.

    One that says just the same; else the latest of the kind that still holds on `day`.
    """
    same = [one for one in known if alike(one.kind) == alike(said.kind)]
    for one in same:
        document = not said.document or said.document == tidy(one.document)
        if document and one.end == said.end:
            return one
    latest = max(same, key=lambda one: one.start, default=None)
    if latest is None or (latest.end is not None and latest.end <= day):
        return None
    return latest


def values(said: Said) -> Mapping[str, object]:
    """What a row says for the fields of a benefit that is there."""
    found: dict[str, object] = {}
    if said.document:
        found["document"] = said.document
    if said.end is not None:
        found["end"] = said.end
    return found
