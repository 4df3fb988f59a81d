"""Finding the table on a sheet: its header, its rows, and what stands around it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from journal.exchange import matching
from journal.exchange.matching import Field, Guess, Headers
from journal.exchange.reading.groups import group_in_title, group_name
from journal.exchange.reading.names import looks_like_full_name, looks_like_name_word
from journal.exchange.reading.text import as_text
from journal.exchange.reading.workbook import (
    Cell,
    Refusal,
    Sheet,
    Workbook,
    column_letter,
)

HEADER_WITHIN = 40  # rows from the top
HEADER_COLUMNS = 60  # and from the left: what matters stands there
CONTENT_ROWS = 300  # enough to tell what a column holds
SAMPLES = 5
EMPTY = "лист пустой."
HIDDEN = "скрытый лист не читается."


@dataclass(frozen=True)
class Column:
    """A column of the table; `samples` are its first values as text."""

    index: int
    title: str
    samples: tuple[str, ...] = ()
    filled: int = 0

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True)
class BodyRow:
    """`number` is the row number that the spreadsheet program shows."""

    number: int
    cells: tuple[Cell, ...]


@dataclass
class Context:
    """What a table does not say in its columns: title lines, «Дисциплина: …»."""

    sheet: str
    titles: list[str] = field(default_factory=list)
    values: dict[str, Cell] = field(default_factory=dict)

    @property
    def group(self) -> str | None:
        """The group named beside the table, in its title, or by the sheet's name."""
        beside = self.values.get("group")
        if beside is not None:
            return as_text(beside)
        for title in self.titles:
            if found := group_in_title(title):
                return found
        return group_in_title(self.sheet) or group_name(self.sheet)


@dataclass
class FoundTable:
    """A table on a sheet. `header_row` counts from 1; None means no header.

    `body` are the non-empty rows under it, headings and totals among them still:
    `mapping.apply` tells them from people once the columns are agreed on.
    """

    sheet: Sheet
    header_row: int | None
    columns: list[Column]
    body: list[BodyRow]
    guesses: dict[int, Guess] = field(default_factory=dict)
    doubles: dict[int, str] = field(default_factory=dict)
    context: Context = field(default_factory=lambda: Context(""))

    @property
    def name(self) -> str:
        return self.sheet.name


def find_tables(
    workbook: Workbook, fields: Sequence[Field]
) -> tuple[list[FoundTable], list[Refusal]]:
    """The tables of all visible sheets, and why the other sheets were left out.

    Raises Refusal where no sheet has one.
    """
    found, refused = [], []
    for sheet in workbook.sheets:
        if sheet.hidden:
            refused.append(Refusal(HIDDEN, sheet.name))
            continue
        try:
            found.append(find_table(sheet, fields))
        except Refusal as refusal:
            refused.append(refusal)
    if not found:
        raise _nothing(workbook, refused)
    return found, refused


def find_table(
    sheet: Sheet,
    fields: Sequence[Field],
    header_row: int | None = None,
    *,
    strict: bool = True,
) -> FoundTable:
    """The table for these fields on one sheet.

    `header_row` given by a person (from 1; 0: there is no header) is believed.
    With `strict=False` a sheet without the required columns still comes back,
    for a person to name them. Raises Refusal (Russian, says what to do).
    """
    if not any(cell is not None for row in sheet.rows for cell in row):
        raise Refusal(EMPTY, sheet.name)
    headers = matching.headers_of(tuple(fields))
    heads = _headers(sheet, headers) if header_row is None else []
    if header_row:
        heads = [(header_row - 1, 1)]
    best: FoundTable | None = None
    # Names are known without a header; other lists only where none is in sight.
    if not heads or any(wanted.kind == "full_name" for wanted in fields):
        heads = [*heads, (-1, 0)]
    for top, depth in heads:
        found = _table(sheet, headers, top, depth)
        if not _missing(found, fields) and _has_rows(found, fields):
            return found
        best = best or found
    assert best is not None  # noqa: S101 - there is always one to try
    if strict:
        raise Refusal(_what_is_missing(best, fields), sheet.name)
    return best


def _headers(sheet: Sheet, headers: Headers) -> list[tuple[int, int]]:
    """(row index, how many rows) of likely headers, the likeliest first."""
    within = range(min(HEADER_WITHIN, len(sheet.rows)))
    single = [_header_score(_titles(sheet, top), headers) for top in within]
    scored = [(score, -top, 1) for top, score in zip(within, single, strict=True)]
    for top in within[:-1]:
        if single[top] or single[top + 1]:
            titles = _two_row_titles(sheet, top, headers, HEADER_COLUMNS)
            double = _header_score(titles, headers)
            if double > max(single[top : top + 2]) + 0.3:
                scored.append((double, -top, 2))
    scored = [one for one in scored if one[0]]
    return [(-top, depth) for _, top, depth in sorted(scored, reverse=True)[:5]]


def _header_score(titles: Sequence[str], headers: Headers) -> float:
    best: dict[int, float] = {}
    titles = titles[:HEADER_COLUMNS]
    for index, title in enumerate(titles):
        # «Преподаватель: Иванов» is a line about the table, not its header.
        if not title or (title.endswith(":") and index + 1 < len(titles)):
            continue
        for place, score in headers.scores(title).items():
            weight = 2.0 if headers.fields[place].required else 1.0
            best[place] = max(best.get(place, 0.0), score * weight)
    return sum(best.values())


def _titles(sheet: Sheet, top: int) -> list[str]:
    return [as_text(cell) for cell in sheet.rows[top]]


def _two_row_titles(sheet: Sheet, top: int, headers: Headers, width: int) -> list[str]:
    """Under a common heading the wording that a field knows: both rows or one."""
    titles = []
    for column in range(min(width, sheet.width)):
        upper = as_text(sheet.spread_value(top, column))
        lower = as_text(sheet.spread_value(top + 1, column))
        both = lower if upper in ("", lower) else f"{upper} {lower}".strip()
        wordings = (both, lower, upper)
        best = max(
            wordings, key=lambda said: max(headers.scores(said).values(), default=0)
        )
        titles.append(best)
    return titles


def _table(sheet: Sheet, headers: Headers, top: int, depth: int) -> FoundTable:
    match depth:
        case 0:
            titles = [""] * sheet.width
        case 1:
            titles = _titles(sheet, top)
        case _:
            titles = _two_row_titles(sheet, top, headers, sheet.width)
    body = list(_body(sheet, top + depth if depth else 0))
    values = [
        [row.cells[i] for row in body if row.cells[i] is not None]
        for i in range(sheet.width)
    ]
    first = [
        cells[:CONTENT_ROWS] if index < HEADER_COLUMNS else []
        for index, cells in enumerate(values)
    ]
    guesses, doubles = matching.assign(titles, first, headers)
    columns = [
        Column(i, title, tuple(as_text(c) for c in values[i][:SAMPLES]), len(values[i]))
        for i, title in enumerate(titles)
        if title or values[i]
    ]
    header = top + 1 if depth else None
    found = FoundTable(sheet, header, columns, body, guesses, doubles)
    found.context = _context(found, headers)
    return found


def _body(sheet: Sheet, start: int) -> Iterator[BodyRow]:
    for index in range(start, len(sheet.rows)):
        if all(cell is None for cell in sheet.rows[index]):
            continue
        cells = tuple(
            sheet.spread_value(index, column, down_only=True)
            for column in range(sheet.width)
        )
        yield BodyRow(index + 1, cells)


def _context(found: FoundTable, headers: Headers) -> Context:
    context = Context(found.name)
    fields = headers.fields
    top = (found.header_row or _first_entry(found, fields)) - 1
    for index, row in enumerate(found.sheet.rows[: top + HEADER_WITHIN]):
        filled = [(c, v) for c, v in enumerate(row) if v is not None]
        if index < top and len(filled) == 1 and isinstance(filled[0][1], str):
            context.titles.append(filled[0][1])
        if index == top:
            continue
        for (column, cell), following in zip_longest(filled, filled[1:]):
            beside = index > top and column in found.guesses
            if not isinstance(cell, str) or beside:
                continue
            label, colon, said = cell.partition(":")
            value = said.strip() or (following[1] if following else None)
            if value is None or not (index < top or colon):
                continue
            for place, score in headers.scores(label).items():
                if fields[place].from_context and score >= 0.8:
                    context.values.setdefault(fields[place].key, value)
    return context


def _first_entry(found: FoundTable, fields: Sequence[Field]) -> int:
    keys = {guess.key: index for index, guess in found.guesses.items()}
    return next((r.number for r in found.body if is_entry(r.cells, keys, fields)), 1)


def _missing(found: FoundTable, fields: Sequence[Field]) -> list[Field]:
    keys = {guess.key for guess in found.guesses.values()}
    keys |= {f.key for f in fields if f.from_context and f.key in found.context.values}
    return matching.missing_fields(keys, fields)


def _has_rows(found: FoundTable, fields: Sequence[Field]) -> bool:
    keys = {guess.key: index for index, guess in found.guesses.items()}
    if found.header_row is None and not {"full_name", "last_name"} & set(keys):
        # Nothing above may look like a header of something else.
        first = found.body[0].cells
        return all(
            matching.content_share([first[keys[f.key]]] * 3, f)
            for f in fields
            if f.required and f.content and f.key in keys
        )
    return any(is_entry(row.cells, keys, fields) for row in found.body)


def is_entry(
    cells: Sequence[Cell], columns: Mapping[str, int], fields: Sequence[Field]
) -> bool:
    """Whether the row can be an entry: it has a name, or the first required cell."""
    if "full_name" in columns:
        return looks_like_full_name(cells[columns["full_name"]])
    if "last_name" in columns and "first_name" in columns:
        return all(
            looks_like_name_word(cells[columns[key]])
            for key in ("last_name", "first_name")
        )
    needed = [columns[f.key] for f in fields if f.required and f.key in columns]
    return bool(needed) and cells[needed[0]] is not None


def _what_is_missing(found: FoundTable, fields: Sequence[Field]) -> str:
    missing = _missing(found, fields)
    if not missing and found.header_row is None:
        missing = [wanted for wanted in fields if wanted.required]
    if not missing:
        if any(wanted.kind == "full_name" for wanted in fields):
            return "под заголовком нет ни одной строки с фамилией и именем."
        return "под заголовком нет ни одной строки с данными."
    wanted = missing[0]
    if wanted.kind in ("name", "full_name"):
        return (
            "нет столбца с фамилиями и именами. Назовите его «ФИО» "
            "(или «Фамилия», «Имя», «Отчество») и загрузите файл ещё раз."
        )
    return (
        f"нет столбца «{wanted.said}». Добавьте его или назовите так "
        "подходящий столбец и загрузите файл ещё раз."
    )


def _nothing(workbook: Workbook, refused: Sequence[Refusal]) -> Refusal:
    told = [r for r in refused if r.message not in (EMPTY, HIDDEN)] or list(refused)
    if not told:
        return Refusal("в файле нет листов.")
    message = told[0].message
    if len(told) > 1:
        message = f"ни на одном листе: {message}"
    if workbook.warnings:
        message = f"{message} {workbook.warnings[0]}"
    return Refusal(message, told[0].sheet if len(told) == 1 else None)
