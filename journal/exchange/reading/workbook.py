"""What a file becomes once it is read: sheets of plain, cleaned cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property

# A whole float is an int, a datetime at midnight is a date, nothing is None.
Cell = None | str | int | float | bool | date | time | timedelta

MAX_UPLOAD = 5 * 1024 * 1024
MAX_SHEETS = 250
MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_CELLS = 300_000
MAX_CELL_LENGTH = 10_000
MAX_TEXT = 10_000_000
SECONDS = 4.0


class Refusal(Exception):  # noqa: N818 - not a fault of the program
    """The file (or a place in it) cannot be taken; the text says what to do.

    `row` is the spreadsheet's own row number from 1, `column` its letter;
    `message` starts small, `str(refusal)` is the whole sentence with the place.
    """

    def __init__(
        self,
        message: str,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sheet = sheet
        self.row = row
        self.column = column

    @property
    def place(self) -> str:
        """«лист «1 А», строка 5, столбец C», or "" where the whole file is meant."""
        parts = []
        if self.sheet:
            parts.append(f"лист «{self.sheet}»")
        if self.row:
            parts.append(f"строка {self.row}")
        if self.column:
            parts.append(f"столбец {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        whole = f"{self.place}: {self.message}" if self.place else self.message
        return whole[:1].upper() + whole[1:]


@dataclass(frozen=True)
class Merge:
    """A merged range, indexes from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """One sheet; `rows[0][0]` is cell A1, every row has the same length.

    `spaced` are (row, column) of the cells that had spaces too many.
    """

    name: str
    rows: list[list[Cell]]
    merged: Sequence[Merge] = ()
    hidden: bool = False
    spaced: Sequence[tuple[int, int]] = ()

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def value(self, row: int, column: int) -> Cell:
        """The cell at indexes from 0; None outside the sheet."""
        if 0 <= row < len(self.rows) and 0 <= column < self.width:
            return self.rows[row][column]
        return None

    def spread_value(self, row: int, column: int, *, down_only: bool = False) -> Cell:
        """The cell, or the value of the merged range that covers it.

        `down_only` leaves ranges wider than one column alone: in the body of a
        table such a range is a heading between rows, not a value of each row.
        """
        value = self.value(row, column)
        if value is not None:
            return value
        origin = (self._down if down_only else self._spread).get((row, column))
        return self.value(*origin) if origin else None

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Where the value of a cell stands: itself, or the top of its merged range."""
        return self._spread.get((row, column), (row, column))

    @cached_property
    def _spread(self) -> dict[tuple[int, int], tuple[int, int]]:
        return self._covered(self.merged)

    @cached_property
    def _down(self) -> dict[tuple[int, int], tuple[int, int]]:
        return self._covered([m for m in self.merged if m.left == m.right])

    def _covered(
        self, merges: Sequence[Merge]
    ) -> dict[tuple[int, int], tuple[int, int]]:
        covered: dict[tuple[int, int], tuple[int, int]] = {}
        for merge in merges:
            rows = range(merge.top, min(merge.bottom + 1, len(self.rows)))
            columns = range(merge.left, min(merge.right + 1, self.width))
            # Ranges that overlap (only a forged file has them) must not multiply.
            if len(covered) + len(rows) * len(columns) > MAX_CELLS:
                break
            for row in rows:
                for column in columns:
                    covered[row, column] = (merge.top, merge.left)
        return covered


@dataclass
class Workbook:
    """A whole file. `warnings` are Russian sentences about the file as such."""

    name: str
    sheets: list[Sheet]
    kind: str
    encoding: str = ""
    delimiter: str = ""
    warnings: list[str] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name; Refusal where there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        names = ", ".join(f"«{s.name}»" for s in self.sheets[:10])
        raise Refusal(f"В файле нет листа «{name}». Есть листы: {names}.")


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26; ValueError for anything else."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise ValueError(letters)
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
