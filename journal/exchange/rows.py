"""Rows of clean values out of a found table, once its columns are agreed on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from journal.exchange.matching import BY_HEADER, Field
from journal.exchange.reading import text
from journal.exchange.reading.groups import group_in_title, group_name
from journal.exchange.reading.names import split_full_name
from journal.exchange.reading.workbook import Cell, column_letter
from journal.exchange.tables import BodyRow, FoundTable, is_entry
from journal.exchange.values import CONVERT, SEMESTER

TOTAL = re.compile(
    r"(итог|итого|всего|сумма|средн\w+ балл|количество (обучающихся|студентов))\b",
    re.IGNORECASE,
)
SECTION = re.compile(
    r"(раздел|модуль|глава|блок|часть)\b\s*(№|\d|[ivx])?", re.IGNORECASE
)
# What tools for coded columns write for "nothing".
BLANK = ("нет статуса", "Нет статуса", "не указано", "Не указано", "-", "—")
WIDE = 3  # a merged range of so many columns is a heading between rows
NAME_PARTS = ("last_name", "first_name", "middle_name")


@dataclass(frozen=True)
class Issue:
    """Something about one cell: `column` is its letter, "" where none is meant."""

    column: str
    title: str
    message: str

    def __str__(self) -> str:
        return f"{self.title}: {self.message}" if self.title else self.message


@dataclass
class Row:
    """One entry of the table, by its number in the spreadsheet.

    `errors` forbid the import of the row, `warnings` want a look, `repairs`
    were made silently and are told; `raw` are the cells that they changed,
    and the whole name as it stood.
    """

    sheet: str
    number: int
    values: dict[str, object] = field(default_factory=dict)
    section: str = ""
    errors: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)
    repairs: list[Issue] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Skipped:
    """A row of the sheet that is no entry, and why."""

    number: int
    text: str
    reason: str


@dataclass
class MappedRows:
    """What `apply` gives: the entries, and the rows that are none."""

    rows: list[Row]
    skipped: list[Skipped]


class Reader:
    """Walks down a table and remembers the headings above the row at hand."""

    def __init__(
        self,
        found: FoundTable,
        fields: Sequence[Field],
        columns: Mapping[str, int],
        context: Mapping[str, Cell],
    ) -> None:
        self.found, self.fields, self.columns = found, fields, columns
        self.titles = {c.index: c.title.casefold() for c in found.columns if c.title}
        self.wide = {
            merge.top + 1
            for merge in found.sheet.merged
            if merge.right - merge.left + 1 >= WIDE
        }
        self.rows: list[Row] = []
        self.skipped: list[Skipped] = []
        self.section = ""
        self.below: dict[str, Cell] = dict(context)
        self.carried: dict[str, Cell] = {}

    def read_all(self) -> MappedRows:
        """Every row of the table, in order."""
        body = self.found.body
        entries = [is_entry(row.cells, self.columns, self.fields) for row in body]
        first = entries.index(True) if True in entries else len(entries)
        last = max((i for i, entry in enumerate(entries) if entry), default=-1)
        for index, (row, entry) in enumerate(zip(body, entries, strict=True)):
            reason = self._no_entry(row, entry, after=index > last)
            if not reason and index < first:
                reason = "до первой записи"
            if reason:
                filled = next(cell for cell in row.cells if cell is not None)
                shown = text.as_text(filled)[:80]
                self.skipped.append(Skipped(row.number, shown, reason))
            else:
                self.rows.append(self._row(row))
        self._point_at_doubles()
        return MappedRows(self.rows, self.skipped)

    def _no_entry(self, row: BodyRow, entry: bool, after: bool) -> str:
        """Why the row is no entry; "" when it is one."""
        filled = [text.as_text(cell) for cell in row.cells if cell is not None]
        if TOTAL.match(filled[0]):
            return "итоговая строка"
        if self._repeats_header(row, len(filled)):
            return "повторный заголовок"
        if after:
            return "после последней записи"
        texts = {cell for cell in row.cells if isinstance(cell, str)}
        alone = len(filled) == 1
        if len(texts) == 1 and (
            (alone and not entry)
            or (alone and row.number in self.wide)
            or self._names_section(filled[0], alone)
        ):
            self._remember(texts.pop())
            return "заголовок раздела"
        if all(row.cells[index] is None for index in self.columns.values()):
            return "нет данных в нужных столбцах"
        return ""

    def _repeats_header(self, row: BodyRow, filled: int) -> bool:
        """Most cells say their own column's title («Фамилия», «Имя», …, «ж»)."""
        same = sum(
            cell is not None and text.as_text(cell).casefold() == self.titles.get(index)
            for index, cell in enumerate(row.cells)
        )
        return same > 1 and same * 2 > filled

    def _names_section(self, first: str, alone: bool) -> bool:
        known = {wanted.key for wanted in self.fields}
        if alone and "semester" in known and SEMESTER.search(first):
            return len(first) < 40
        if "section" not in known or "section" in self.columns:
            return False
        return bool(SECTION.match(first))

    def _remember(self, heading: str) -> None:
        if group := group_in_title(heading) or group_name(heading):
            self.below["group"] = group
        elif SEMESTER.search(heading) and len(heading) < 40:
            self.below["semester"] = heading
        else:
            self.section = self.below["section"] = heading

    def _row(self, source: BodyRow) -> Row:
        row = Row(self.found.name, source.number, section=self.section)
        for wanted in self.fields:
            index = self.columns.get(wanted.key)
            cell = source.cells[index] if index is not None else None
            if cell is not None:
                self.carried[wanted.key] = cell
            elif wanted.carried:
                cell = self.carried.get(wanted.key)
            if cell is None and wanted.from_context:
                cell = self.below.get(wanted.key)
            if cell is None and index is None:
                continue
            _fill(row, wanted, cell, "" if index is None else column_letter(index))
        return row

    def _point_at_doubles(self) -> None:
        keys: list[str] = []
        for wanted in self.fields:
            if wanted.unique:
                full = wanted.kind == "full_name"
                keys += NAME_PARTS if full else (wanted.key,)
        first: dict[tuple, int] = {}
        for row in self.rows if keys else ():
            same = tuple(row.values.get(key) for key in keys)
            number = first.setdefault(same, row.number)
            if number != row.number and any(same):
                message = f"то же, что в строке {number}: проверьте, не повтор ли это."
                row.warnings.append(Issue("", "", message))


def _fill(row: Row, wanted: Field, cell: Cell, column: str) -> None:
    if cell is None or (wanted.least > BY_HEADER and cell in BLANK):
        row.values[wanted.key] = None
        if wanted.required:
            row.errors.append(Issue(column, wanted.said, "не заполнено."))
        return
    try:
        if wanted.kind == "full_name":
            _fill_full_name(row, wanted, cell, column)
            return
        value, repaired = CONVERT[wanted.kind](cell, wanted)
    except ValueError as error:
        row.errors.append(Issue(column, wanted.said, str(error)))
        return
    row.values[wanted.key] = value
    if repaired:
        shown = wanted.choices[value][0] if wanted.choices else text.as_text(value)
        _tell_repair(row, wanted, column, cell, shown)


def _fill_full_name(row: Row, wanted: Field, cell: Cell, column: str) -> None:
    name = split_full_name(cell)
    parts = (name.last_name, name.first_name, name.middle_name)
    row.values.update(zip(NAME_PARTS, parts, strict=True))
    row.raw[wanted.key] = text.as_text(cell)
    for warning in name.warnings:
        row.warnings.append(Issue(column, wanted.said, warning))
    if name.repaired:
        _tell_repair(row, wanted, column, cell, " ".join(filter(None, parts)))


def _tell_repair(row: Row, wanted: Field, column: str, cell: Cell, value: str) -> None:
    """Say what was repaired, and keep the cell as it was; what reads the same is none."""
    said = text.as_text(cell)
    if said == value:
        return
    row.raw[wanted.key] = said
    message = f"«{said[:60]}» → «{value[:60]}»"
    row.repairs.append(Issue(column, wanted.said, message))


def merge_repeats(tables: Sequence[Sequence[Row]], keys: Sequence[str]) -> list[Row]:
    """Rows of several sheets, each entry once: the sheets of one gradebook repeat
    the same list.

    `keys` say what makes an entry the same (a roster: group and the parts of the
    name). Two namesakes on one sheet stay two.
    """
    seen: dict[tuple, int] = {}
    result: list[Row] = []
    for rows in tables:
        here: dict[tuple, int] = {}
        for row in rows:
            same = tuple(row.values.get(key) for key in keys)
            here[same] = here.get(same, 0) + 1
            if here[same] > seen.get(same, 0) or not any(same):
                seen[same] = here[same]
                result.append(row)
    return result
