"""What every report is: a table with a frame, as plain data.

Nothing here knows of marks, models or formats. Values stay what they are (numbers,
dates, text) until a writer shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import mul
from typing import Any, Literal

Kind = Literal["text", "number", "percent", "date", "hours"]
Align = Literal["", "left", "center", "right"]
Style = Literal["", "bold", "muted", "bad"]

STYLES = ("", "bold", "muted", "bad")
KINDS = ("text", "number", "percent", "date", "hours")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `group` holds the headings above the title from the top down, of any depth;
    neighbours with equal headings share them. A title may have lines ("\\n": the
    discipline, its teacher). `width` counts characters, 0 leaves it to the writer.
    `percent` values run from 0 to 100. `decimals` None shows a number as it is, with
    two digits after the comma at most and a Decimal with just those it has («4,00»);
    text in a number column ("н/а") stays text.
    `row_header` marks the column that names the row; without one it is the first
    text column.
    """

    key: str
    title: str
    group: tuple[str, ...] = ()
    width: float = 0
    vertical: bool = False
    align: Align = ""
    kind: Kind = "text"
    decimals: int | None = None
    row_header: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: unknown kind {self.kind!r}")
        if not isinstance(self.group, tuple):
            raise ValueError(f"column {self.key}: group must be a tuple of headings")

    def worded(self) -> Column:
        """The column as a table of now says it: its words may have been lazy."""
        return replace(self, title=str(self.title), group=tuple(map(str, self.group)))


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that looks different from its row: a failing mark, a running average."""

    value: Any
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with a style; plain dicts and sequences stand for rows without one."""

    cells: Mapping[str, Any] | Sequence[Any]
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading across the whole table, above the rows that follow it."""

    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the writers read it: one value for each column, or one heading."""

    values: Sequence[Any]
    style: Style = ""
    section: str | None = None


@dataclass(slots=True)
class Table:
    """A report ready to be written.

    From top to bottom: `issuer` (ministry, institution), `title`, `lines` (group,
    period, «по состоянию на»), `warnings` (the journal behind it is not complete),
    the table itself, `notes` («Условные обозначения»), `signatures` as pairs
    (post, name), `stamp` at the foot of every page. `created_at` is an aware moment
    and the only clock a writer reads: the same table gives the same bytes.
    `empty` is said in place of missing rows: why there are none, and what to do.
    `author` is the only name that goes into the properties of a file. `parts` are tables
    that follow, on pages of their own and on the same paper; those have no parts.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row | Section | Mapping[str, Any] | Sequence[Any]] = ()
    issuer: Sequence[str] = ()
    lines: Sequence[str] = ()
    warnings: Sequence[str] = ()
    totals: Sequence[Row | Mapping[str, Any] | Sequence[Any]] = ()
    notes: Sequence[str] = ()
    signatures: Sequence[tuple[str, str]] = ()
    orientation: Literal["portrait", "landscape"] = "portrait"
    paper: Literal["A4", "A3"] = "A4"
    empty: str = "Нет данных: за выбранный период ничего не записано."
    author: str = ""
    stamp: str = ""
    parts: Sequence[Table] = ()
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if not keys:
            raise ValueError(f"{self.title}: a table needs columns")
        if len(set(keys)) != len(keys):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"{self.title}: column keys repeat: {', '.join(twice)}")
        if self.orientation not in ("portrait", "landscape"):
            raise ValueError(f"unknown orientation {self.orientation!r}")
        if self.paper not in ("A4", "A3"):
            raise ValueError(f"unknown paper {self.paper!r}")
        if self.created_at.tzinfo is None:
            raise ValueError("created_at must be an aware moment")
        self.title, self.empty = str(self.title), str(self.empty)
        self.columns = [column.worded() for column in self.columns]
        self.notes = [str(note) for note in self.notes]

    @property
    def sheets(self) -> list[Table]:
        """This table and its parts, in order."""
        return [self, *self.parts]

    @property
    def size(self) -> tuple[int, int]:
        """How many rows there are in all its sheets, and how many cells."""
        rows = [len(one.rows) + len(one.totals) for one in self.sheets]
        columns = [len(one.columns) for one in self.sheets]
        return sum(rows), sum(map(mul, rows, columns))

    @property
    def name_column(self) -> int:
        """Index of the column that names the row."""
        for index, column in enumerate(self.columns):
            if column.row_header:
                return index
        for index, column in enumerate(self.columns):
            if column.kind == "text" and not column.vertical:
                return index
        return 0

    def body(self) -> Iterator[Line]:
        """Rows and sections in order.

        Raises ValueError when a row does not match the columns.
        """
        return self._read(self.rows)

    def foot(self) -> Iterator[Line]:
        """Totals in order; raises ValueError as `body` does."""
        return self._read(self.totals)

    def _read(self, rows: Sequence[Any]) -> Iterator[Line]:
        keys = [column.key for column in self.columns]
        known = set(keys)
        for number, row in enumerate(rows, 1):
            if isinstance(row, Section):
                yield Line((), section=row.title)
                continue
            style: Style = ""
            if isinstance(row, Row):
                style, row = row.style, row.cells
                if style not in STYLES:
                    raise ValueError(f"{self.title}: row {number}: style {style!r}")
            if isinstance(row, Mapping):
                if not known.issuperset(row):
                    stray = ", ".join(sorted(set(row) - known))
                    raise ValueError(f"{self.title}: row {number}: no column {stray}")
                yield Line([row.get(key) for key in keys], style)
            elif len(row) == len(keys) and not isinstance(row, str):
                yield Line(row, style)
            else:
                raise ValueError(
                    f"{self.title}: row {number} has {len(row)} values"
                    f" for {len(keys)} columns"
                )


@dataclass(frozen=True, slots=True)
class Heading:
    """One cell of the header; `column` is None for a heading over several."""

    text: str
    x: int
    y: int
    colspan: int
    rowspan: int
    column: Column | None = None


def header(columns: Sequence[Column]) -> list[list[Heading]]:
    """Rows of the header from the top down, neighbours' equal headings merged.

    A title without headings above it reaches down through all rows.
    """
    depth = 1 + max((len(column.group) for column in columns), default=0)
    rows: list[list[Heading]] = [[] for _ in range(depth)]
    for y in range(depth):
        x = 0
        while x < len(columns):
            column = columns[x]
            end = x + 1
            if y < len(column.group):
                above = column.group[: y + 1]
                while end < len(columns) and columns[end].group[: y + 1] == above:
                    end += 1
                rows[y].append(Heading(above[-1], x, y, end - x, 1))
            elif y == len(column.group):
                rows[y].append(Heading(column.title, x, y, 1, depth - y, column))
            x = end
    return rows
