"""Which sheets and columns are loaded: as proposed, and as a person corrects it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from admin_customizations.imports.pending import Pending
from journal.exchange.importer import Importer
from journal.exchange.mapping import propose
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.tables import FoundTable, find_table

MOST_COLUMNS = 60
MOST_HEADER = 200


@dataclass(frozen=True)
class SheetLine:
    """A sheet with a table; `given` are (name of the input, title, value)."""

    index: int
    name: str
    rows: int
    use: bool
    given: Sequence[tuple[str, str, str]]

    @property
    def input(self) -> str:
        return f"use-{self.index}"


@dataclass(frozen=True)
class ColumnLine:
    """A column to be agreed on; `words` where its own title says what it is."""

    input: str
    letter: str
    title: str
    samples: Sequence[str]
    key: str
    words: str = ""


@dataclass(frozen=True)
class Block:
    """Sheets with the same columns, which are agreed on once."""

    number: int
    header_row: int | None
    sheets: list[SheetLine]
    columns: list[ColumnLine]
    left: int  # columns not shown

    @property
    def header_input(self) -> str:
        return f"header-{self.number}"


def choices(importer: type[Importer]) -> list[tuple[str, str]]:
    """(key, title) of the fields that a column may be."""
    takes = importer.takes()
    return [(f.key, f.said) for f in importer.fields() if f.key in takes]


def blocks(
    importer: type[Importer], workbook: Workbook, pending: Pending
) -> tuple[list[Block], list[Refusal]]:
    """The tables of a file by their columns, and the sheets without one."""
    found: dict[tuple, list[tuple[int, FoundTable]]] = {}
    refused = []
    for index, sheet in enumerate(workbook.sheets):
        said = pending.sheets.get(sheet.name, {})
        try:
            if sheet.hidden:
                raise Refusal("скрытый лист не читается.", sheet.name)
            strict = "chosen" not in said
            fields = importer.fields()
            table = find_table(sheet, fields, said.get("header"), strict=strict)
        except Refusal as refusal:
            refused.append(refusal)
            continue
        titles = tuple((column.letter, column.title) for column in table.columns)
        found.setdefault((said.get("header"), titles), []).append((index, table))
    return [
        _block(importer, number, tables, pending)
        for number, tables in enumerate(found.values())
    ], refused


def _block(
    importer: type[Importer],
    number: int,
    tables: Sequence[tuple[int, FoundTable]],
    pending: Pending,
) -> Block:
    _, first = tables[0]
    said = pending.sheets.get(first.name, {})
    chosen = {k: key or None for k, key in said.get("chosen", {}).items()}
    guesses = propose(first, importer.fields(), chosen).columns
    takes = importer.takes()
    beside = importer.read_by_title(first)
    wanted = {*guesses, *beside}
    shown = [c for c in first.columns if c.index in wanted]
    shown += [c for c in first.columns if c.index not in wanted]
    shown = sorted(shown[:MOST_COLUMNS], key=lambda column: column.index)
    columns = []
    for column in shown:
        guess = guesses.get(column.index)
        key = guess.key if guess and guess.key in takes else ""
        name = f"col-{number}-{column.letter}"
        samples = [sample[:40] for sample in column.samples[:3]]
        words = beside.get(column.index, "")
        columns.append(
            ColumnLine(name, column.letter, column.title, samples, key, words)
        )
    return Block(
        number,
        said["header"] if said.get("header") is not None else first.header_row or 0,
        [_sheet(importer, index, table, pending) for index, table in tables],
        columns,
        len(first.columns) - len(shown),
    )


def _sheet(
    importer: type[Importer], index: int, table: FoundTable, pending: Pending
) -> SheetLine:
    said = pending.sheets.get(table.name, {})
    context = dict(table.context.values)
    if table.context.group:
        context["group"] = table.context.group
    given = [
        (
            f"{key}-{index}",
            title,
            str(said.get("given", {}).get(key, context.get(key) or "")),
        )
        for key, title in importer.given.items()
    ]
    use = said.get("use", True)
    return SheetLine(index, table.name, len(table.body), use, given)


@dataclass
class Corrections:
    """What the form says of each sheet; `moved`: a header is another row now."""

    sheets: dict[str, dict]
    moved: bool
    problem: str


def corrections(
    importer: type[Importer],
    workbook: Workbook,
    pending: Pending,
    data: Mapping[str, str],
) -> Corrections:
    """The form as it was filled in, and the first thing wrong with it.

    Only what was offered is looked at.
    """
    titles = dict(choices(importer))
    found = Corrections({}, False, "")
    for block in blocks(importer, workbook, pending)[0]:
        header, problem = _header(data.get(block.header_input, ""))
        header = None if header == block.header_row else header
        found.moved = found.moved or header is not None
        said = {c.letter: data.get(c.input, "") for c in block.columns}
        chosen = {letter: key for letter, key in said.items() if key in titles}
        found.problem = found.problem or problem or _wrong_keys(said, titles)
        for sheet in block.sheets:
            before = pending.sheets.get(sheet.name, {}).get("header")
            found.sheets[sheet.name] = {
                "use": sheet.input in data,
                "header": before if header is None else header,
                "chosen": {}
                if header is not None
                else dict.fromkeys(said, "") | chosen,
                "given": {
                    name.rpartition("-")[0]: data.get(name, "").strip()[:250]
                    for name, _, _ in sheet.given
                },
            }
    if not any(said["use"] for said in found.sheets.values()):
        found.problem = found.problem or NO_SHEET
    return found


NO_SHEET = "Не выбран ни один лист. Отметьте листы, которые загрузить."


def _wrong_keys(said: Mapping[str, str], titles: Mapping[str, str]) -> str:
    for letter, key in said.items():
        if key and key not in titles:
            return f"Для столбца {letter} выбрано неизвестное поле."
        same = [one for one, other in said.items() if key and other == key]
        if len(same) > 1:
            return f"«{titles[key]}» выбрано для столбцов {' и '.join(same)}."
    return ""


def _header(said: str) -> tuple[int | None, str]:
    """(the row, what is wrong with it)"""
    if not said.strip():
        return None, ""
    if said.strip().isdecimal() and int(said) <= MOST_HEADER:
        return int(said), ""
    return None, f"Строка заголовка — число от 0 до {MOST_HEADER}; 0 — заголовка нет."
