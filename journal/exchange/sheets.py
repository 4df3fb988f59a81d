"""The first half of every importer: which tables, which columns, which rows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from journal.domain.words import listed
from journal.exchange.fields import TABLES
from journal.exchange.mapping import (
    ColumnMapping,
    Field,
    Row,
    apply,
    merge_repeats,
    propose,
)
from journal.exchange.matching import normal
from journal.exchange.options import Options, SheetOptions
from journal.exchange.outcome import Note, Outcome
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.reading.text import as_text
from journal.exchange.reading.workbook import Sheet, column_letter
from journal.exchange.tables import (
    HEADER_WITHIN,
    FoundTable,
    find_table,
    find_tables,
)

PLAN = (
    "это файл XML: учебный план (.plx), а не таблица. Загрузите его в «Учебные планы»."
)


class TableReader:
    """Rows of a file, with the columns that were proposed, or that a person chose.

    `columns` says which columns of the table go into which field of the model; other
    known columns are left out.
    """

    do_not_call_in_templates: ClassVar[bool] = True

    slug: ClassVar[str]
    title: ClassVar[str]
    columns: ClassVar[Mapping[str, tuple[str, ...]]]
    besides: ClassVar[tuple[str, ...]] = ()  # columns that `take` reads itself
    as_text: ClassVar[tuple[str, ...]] = ()  # columns that `take` converts itself
    given: ClassVar[Mapping[str, str]] = {}  # what may be told of a sheet by hand
    reads_also: ClassVar[tuple[str, ...]] = ()  # endings of names beside spreadsheets
    same: ClassVar[tuple[str, ...]] = ()  # what makes rows of several sheets the same

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.outcome = Outcome(self.slug, "")
        # (sheet, key or letter of a column) → «B «Дата рождения»»
        self.places: dict[tuple[str, str], str] = {}

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        return TABLES[cls.slug]

    @classmethod
    def takes(cls) -> set[str]:
        """Keys of the columns that are not left out."""
        return {key for keys in cls.columns.values() for key in keys} | {*cls.besides}

    wants: ClassVar[str] = ""  # in words: a file that is no table of these columns
    columns_beside: ClassVar[str] = ""  # in words: columns known by their own titles

    @classmethod
    def read_by_title(cls, found: FoundTable) -> Mapping[int, str]:
        """Columns (by index) that are no field and are read all the same, in words."""
        return {}

    def complete(self, found: FoundTable, rows: list[Row]) -> None:
        """Add to the rows of one table what its columns of their own say."""

    @classmethod
    def opened(cls, workbook: Workbook) -> Workbook:
        """The file as flat tables, where it is laid out otherwise; raises Refusal.

        Done again it changes nothing.
        """
        return workbook

    def note(self, kind: str, sheet: str, row, column: str, reason: str) -> None:
        getattr(self.outcome, kind).append(Note(sheet, row, column, reason))

    def tables(self, workbook: Workbook) -> list[tuple[FoundTable, ColumnMapping]]:
        """Tables with the columns agreed on; raises Refusal."""
        workbook = self.opened(workbook)
        if workbook.kind == "plx" and ".plx" not in self.reads_also:
            raise Refusal(PLAN)
        chosen = self.options.sheets
        if chosen is None and not self.options.named:
            found, refused = find_tables(workbook, self.fields())
            for refusal in refused:
                self.note("left_out", refusal.sheet or "", None, "", refusal.message)
        else:
            if chosen is None:
                visible = [sheet for sheet in workbook.sheets if not sheet.hidden]
                chosen = {s.name: SheetOptions() for s in visible if s.rows}
            found = [
                self.table(workbook.sheet(name), options)
                for name, options in chosen.items()
            ]
        if not found:
            raise Refusal("не выбран ни один лист. Отметьте листы, которые загрузить.")
        unused = {normal(name) for name in self.options.named}
        tables = [(table, self.mapping(table, unused)) for table in found]
        if unused:
            titles = ", ".join(f"«{c.title or c.letter}»" for c in found[0].columns)
            raise Refusal(
                f"в таблице нет столбца «{min(unused)}». Есть столбцы: {titles[:500]}."
            )
        usable = [(table, mapping) for table, mapping in tables if not mapping.missing]
        if self.options.sheets is not None or not usable:
            return tables
        for table, mapping in tables:
            if mapping.missing:
                self.note("left_out", table.name, None, "", "нет нужных столбцов")
        return usable

    def table(self, sheet: Sheet, options: SheetOptions) -> FoundTable:
        """The table of one sheet; named columns tell which row is the header."""
        named = {normal(title) for title in self.options.named}
        header = options.header_row
        for number, row in enumerate(sheet.rows[:HEADER_WITHIN], 1):
            if header is None and named & {
                normal(as_text(cell)) for cell in row if cell
            }:
                header = number
        strict = not (options.chosen or named)
        return find_table(sheet, self.fields(), header, strict=strict)

    def mapping(self, found: FoundTable, unused: set[str]) -> ColumnMapping:
        """The columns of one table, without those that this importer leaves out."""
        sheet = (self.options.sheets or {}).get(found.name, SheetOptions())
        chosen = {}
        for title, key in self.options.named.items():
            for column in found.columns:
                if normal(title) in (normal(column.title), column.letter.casefold()):
                    chosen[column.letter] = key
                    unused.discard(normal(title))
        chosen |= sheet.chosen
        takes = self.takes()
        proposed = propose(found, self.fields(), chosen)
        left = {
            index: guess
            for index, guess in proposed.columns.items()
            if guess.key not in takes
        }
        beside = self.read_by_title(found)
        letters = {column_letter(index): None for index in (*left, *beside)}
        mapping = propose(found, self.fields(), {**chosen, **letters})
        mapping.unknown = [c for c in mapping.unknown if c.index not in beside]
        context = {**self.options.given, **sheet.given}
        for key, said in context.items():
            mapping.from_context.pop(key, None)
            if said:
                mapping.from_context[key] = said
        keys = set(mapping.by_key) | set(mapping.from_context)
        mapping.missing = [f for f in mapping.missing if f.key not in keys]
        mapping.fields = [
            replace(f, kind="text", choices={}) if f.key in self.as_text else f
            for f in mapping.fields
        ]
        return mapping

    def rows(self, workbook: Workbook) -> list[Row]:
        """The entries of all tables, each once."""
        tables = self.tables(workbook)
        self.share_context([mapping for _, mapping in tables])
        read = []
        for found, mapping in tables:
            self.tell_columns(found, mapping)
            applied = apply(mapping, found)
            for skipped in applied.skipped:
                reason = f"{skipped.reason}: «{skipped.text}»"
                self.note("left_out", found.name, skipped.number, "", reason)
            self.complete(found, applied.rows)
            self.tell_spaces(found, mapping, applied.rows)
            read.append(applied.rows)
        if len(read) == 1 or not self.same:
            return [row for rows in read for row in rows]
        merged = merge_repeats(read, self.same)
        self.outcome.repeats = sum(map(len, read)) - len(merged)
        return merged

    def share_context(self, mappings: list[ColumnMapping]) -> None:
        """Before the rows are read: one sheet may speak for the others."""

    def tell_columns(self, found: FoundTable, mapping: ColumnMapping) -> None:
        titles = {column.index: column.title for column in found.columns}
        for index, guess in mapping.columns.items():
            shown = titles.get(index) or self.field_title(guess.key)
            place = f"{column_letter(index)} «{shown}»"
            self.places[found.name, guess.key] = place
            self.places[found.name, column_letter(index)] = place
        for column in mapping.unknown:
            if column.title and column.index not in mapping.columns:
                if normal(column.title) in ("номер", "номер пп"):
                    continue
                place = f"{column.letter} «{column.title}»"
                self.note("ignored", found.name, None, place, "столбец не загружается")
        for column, key in mapping.doubles:
            place = f"{column.letter} «{column.title}»"
            reason = f"«{self.field_title(key)}» взято из другого столбца"
            self.note("ignored", found.name, None, place, reason)

    def tell_spaces(
        self, found: FoundTable, mapping: ColumnMapping, rows: list[Row]
    ) -> None:
        """The columns in which spaces too many were taken away: how many cells."""
        if not found.sheet.spaced:
            return
        entries = {row.number for row in rows}
        cells: dict[int, list[int]] = {}
        for row, column in found.sheet.spaced:
            if row + 1 in entries and column in mapping.columns:
                cells.setdefault(column, []).append(row + 1)
        for column, numbers in cells.items():
            place = self.places[found.name, column_letter(column)]
            rows_said = "строка" if len(numbers) == 1 else "строки"
            reason = f"убраны лишние пробелы: {rows_said} {listed(numbers, 5)}"
            self.note("repairs", found.name, None, place, reason)

    def field_title(self, key: str) -> str:
        return next((f.said for f in self.fields() if f.key == key), key)
