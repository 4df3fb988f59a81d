"""Wide timetables of offices laid flat: days down, a column or two for each group.

Days are merged cells or cells with a weekday in them, hours stand beside them as a
number, «1 пара 8.30–10.00» or a time, groups in the row above the first day. A flat
table with the place of each cell comes out; what is not understood says why.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from journal.exchange.fields.timetable import HEAD
from journal.exchange.reading import Refusal, Sheet, Workbook
from journal.exchange.reading.spreadsheet import rectangle
from journal.exchange.reading.text import as_text
from journal.exchange.reading.workbook import (
    MAX_ROWS,
    Cell,
    Merge,
    column_letter,
)
from journal.exchange.timetable.celltext import (
    AFTER,
    BEFORE,
    LOWER,
    UPPER,
    Piece,
    Reader,
)
from journal.exchange.timetable.values import (
    LOWER_ROW,
    UPPER_ROW,
    WHOLE_DAY,
    parity,
    weekday_in,
)
from journal.models.timetable import Weekday

LEAST_DAYS = 2
NOT_GROUPS = re.compile(
    r"^(№|день|дни|день недели|пара|пары|урок|уроки|занятие|время|часы|группа:?|"
    r"дисциплина|преподаватель|ауд\.?|аудитория|каб\.?|кабинет)$",
    re.IGNORECASE,
)
PAIR = re.compile(
    r"^(\d{1,2})(?:\s*[-.]?\s*(?:я|й)?\s*(?:пара|урок)\b.*)?\.?$", re.DOTALL
)
TIME = re.compile(r"^\d{1,2}[.:]\d{2}\s*[-–—]\s*\d{1,2}[.:]\d{2}$")
WEEKS = {1: "числитель", 2: "знаменатель", UPPER: UPPER_ROW, LOWER: LOWER_ROW}
FLAT = (
    {"группа", "учебная группа", "класс", "группа/класс"},
    {"дисциплина", "предмет", "учебная дисциплина", "учебный предмет", "мдк"},
)
MOST_MERGED = 3000  # ranges over several groups are looked for among so many
COUNTED = {str(number) for number in range(13)}  # the numbers of lessons, once more


@dataclass
class Block:
    """A group of the sheet: its column, and the columns of rooms beside it."""

    name: str
    column: int
    rooms: list[int] = field(default_factory=list)


@dataclass
class Hour:
    """The rows of one lesson of a day; `number` None where it is not known."""

    weekday: int
    number: int | None
    words: str
    rows: range


def is_wide(workbook: Workbook) -> bool:
    """Has a sheet several weekdays down a column, and groups above them?"""
    return any(_layout(sheet) for sheet in workbook.sheets if not sheet.hidden)


def lay_flat(workbook: Workbook) -> Workbook:
    """The same sheets as flat tables; sheets that are no timetable stay as they are."""
    sheets = []
    for sheet in workbook.sheets:
        layout = None if sheet.hidden else _layout(sheet)
        if layout is None:
            continue
        rows = [list(HEAD), *Flat(sheet, *layout).rows()]
        if len(rows) > MAX_ROWS:
            raise Refusal(
                f"занятий больше {MAX_ROWS}, недель такими не бывает. Оставьте на листе "
                "одну неделю.",
                sheet.name,
            )
        if len(rows) > 1:
            sheets.append(Sheet(sheet.name, rectangle(rows)))
    if not sheets:
        raise Refusal(
            "в сетке расписания нет ни одного занятия. Проверьте, тот ли это файл."
        )
    return Workbook(
        workbook.name, sheets, workbook.kind, warnings=list(workbook.warnings)
    )


def _layout(sheet: Sheet) -> tuple[int, int, list[Block]] | None:
    """(column of days, row of groups, the groups), or None."""
    days: dict[int, dict[int, int]] = {}
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row[:12]):
            if isinstance(cell, str) and (day := weekday_in(cell)):
                days.setdefault(column, {})[number] = day
    usable = [c for c, found in days.items() if len(set(found.values())) >= LEAST_DAYS]
    if not usable:
        return None
    column = min(usable)
    first = min(days[column])
    for row in range(first - 1, -1, -1):
        if _is_flat(sheet.rows[row]):
            return None
        if groups := _blocks(sheet, row, column):
            return column, row, groups
        if any(cell is not None for cell in sheet.rows[row]):
            return None
    return None


def _is_flat(row: list[Cell]) -> bool:
    """Is this the header of a flat table: a column of groups, and one of disciplines?"""
    said = {as_text(cell).strip().casefold() for cell in row if cell is not None}
    return all(said & words for words in FLAT)


def _blocks(sheet: Sheet, row: int, day_column: int) -> list[Block]:
    said = [
        (column, as_text(cell).strip())
        for column, cell in enumerate(sheet.rows[row])
        if cell is not None and as_text(cell).strip()
    ]
    found = []
    for place, (column, name) in enumerate(said):
        if column <= day_column or NOT_GROUPS.match(name) or not _is_name(name):
            continue
        end = said[place + 1][0] if place + 1 < len(said) else sheet.width
        found.append(Block(name, column, list(range(column + 1, end))))
    if found:  # beside the last group stands what belongs to no group
        usual = max(found, key=lambda one: sum(_gap(one) == _gap(b) for b in found))
        found[-1].rooms = found[-1].rooms[: _gap(usual)]
    return found


def _gap(block: Block) -> int:
    return len(block.rooms)


def _is_name(name: str) -> bool:
    return len(name) <= 60 and any(letter.isalpha() for letter in name)


class Flat:
    """One wide sheet, read hour by hour."""

    def __init__(self, sheet: Sheet, days: int, head: int, blocks: list[Block]):
        self.sheet, self.days, self.head, self.blocks = sheet, days, head, blocks
        self.left = range(days + 1, blocks[0].column)
        used = self._used_columns()
        for block in blocks:
            block.rooms = [column for column in block.rooms if column in used]
        self.wide: dict[int, list[Merge]] = {}
        for merge in sheet.merged[:MOST_MERGED]:
            if sum(merge.left <= b.column <= merge.right for b in blocks) > 1:
                self.wide.setdefault(merge.top, []).append(merge)
        self.parity = self._parity_column()
        self.reader = Reader(
            BEFORE if self._initials_first() else AFTER,
            any(block.rooms for block in blocks),
        )

    def _initials_first(self) -> bool:
        texts = [self._text(row, b.column) for row in self._body() for b in self.blocks]
        counts = [
            sum(bool(one.search(text)) for text in texts) for one in (BEFORE, AFTER)
        ]
        return counts[0] * 2 > counts[1]

    def _body(self) -> range:
        return range(self.head + 1, len(self.sheet.rows))

    def _used_columns(self) -> set[int]:
        """Columns in which something stands that is no number of a lesson."""
        said: dict[int, set[str]] = {}
        for row in self.sheet.rows[self.head + 1 :]:
            for column, cell in enumerate(row):
                if cell is not None:
                    said.setdefault(column, set()).add(as_text(cell).strip())
        return {column for column, words in said.items() if not words <= COUNTED}

    def _text(self, row: int, column: int) -> str:
        return as_text(self.sheet.value(row, column)).strip()

    # Days and hours

    def _spans(self) -> Iterator[tuple[int, range]]:
        """(weekday, its rows); other words in the column of days end a day."""
        day, start = None, 0
        for row in range(self.head + 1, len(self.sheet.rows)):
            said = self._text(row, self.days)
            ends = bool(said) or self._is_head(row)
            if ends and day:
                yield day, range(start, row)
                day = None
            if found := weekday_in(said) if said else None:
                day, start = found, row
        if day:
            yield day, range(start, len(self.sheet.rows))

    def _is_head(self, row: int) -> bool:
        """The groups, named again above each day."""
        same = sum(self._text(row, b.column) == b.name for b in self.blocks)
        return same * 2 > len(self.blocks)

    def _parity_column(self) -> int | None:
        for column in self.left:
            said = [
                self._text(row, column).casefold()
                for row in range(self.head + 1, len(self.sheet.rows))
            ]
            if sum(word in ("числитель", "знаменатель") for word in said) > 1:
                return column
        return None

    def hours(self) -> Iterator[Hour]:
        for day, rows in self._spans():
            marks = self._marks(rows)
            if not marks:
                yield Hour(day, None, "", rows)
                continue
            offset = marks[0][0] - rows.start
            # The number may stand beside the second row of its lesson.
            offset = offset if offset < 3 else 0
            for place, (row, number, words) in enumerate(marks):
                end = marks[place + 1][0] - offset if place + 1 < len(marks) else None
                start = rows.start if place == 0 else row - offset
                yield Hour(day, number, words, range(start, end or rows.stop))

    def _marks(self, rows: range) -> list[tuple[int, int | None, str]]:
        """(row, number, words) of each lesson; times are counted where no numbers are."""
        best: list[tuple[int, int | None, str]] = []
        for column in self.left:
            if column == self.parity:
                continue
            found: list[tuple[int, int | None, str]] = []
            for row in rows:
                said = self._text(row, column)
                if TIME.match(said):
                    found.append((row, None, said))
                elif match := PAIR.match(said):
                    found.append((row, int(match[1]), said))
            # Times are counted, unless a number further down says otherwise.
            if all(number in (None, n) for n, (_, number, _) in enumerate(found, 1)):
                found = [(row, n, said) for n, (row, _, said) in enumerate(found, 1)]
            if found and (not best or len(found) < len(best)):
                best = found
        return best

    # Cells

    def rows(self) -> list[list[Cell]]:
        days: dict[int, list[Hour]] = {}
        for hour in self.hours():
            days.setdefault(hour.weekday, []).append(hour)
        found = []
        for hours in days.values():
            for block in self.blocks:
                for hour in self._hours_of(block, hours):
                    found += self._lines(hour, block)
        return _in_streams(found)

    def _hours_of(self, block: Block, hours: list[Hour]) -> list[Hour]:
        """A cell merged over all hours of a day is a whole day of practice."""
        numbered = [hour for hour in hours if hour.number]
        if len(numbered) < 3:
            return hours
        first, last = numbered[0].rows.start, numbered[-1].rows.start
        top, left = self.sheet.origin(first, block.column)
        same = left == block.column and self.sheet.origin(last, left) == (top, left)
        if same and self._text(top, left):
            whole = Hour(hours[0].weekday, None, WHOLE_DAY, range(first, first + 1))
            return [*(one for one in hours if not one.number), whole]
        return hours

    def _lines(self, hour: Hour, block: Block):
        if self.parity is None:
            yield from self._cell(hour, block, hour.rows, 0)
            return
        for row in hour.rows:
            word = self._text(row, self.parity)
            yield from self._cell(
                hour, block, range(row, row + 1), parity(word) if word else 0
            )

    def _cell(self, hour: Hour, block: Block, rows: range, week: int):
        shared = self._shared(rows, block)
        column = shared.left if shared else block.column
        texts = self._texts(rows, column)
        beside = [] if shared else block.rooms
        rooms = " ".join(
            dict.fromkeys(
                said
                for at in beside
                for _, said in self._texts(rows, at, besides=column)
            )
        )
        place = f"{column_letter(column)}{(texts[0][0] if texts else rows.start) + 1}"
        if not texts:
            if rooms:
                problem = f"в клетке только аудитория «{rooms[:40]}»"
                yield self._row(hour, block, place, Piece(problem=problem))
            return
        known = hour.words == WHOLE_DAY or 1 <= (hour.number or 0) <= 15
        if not known:
            text, when = " ".join(said for _, said in texts), hour.words or "без номера"
            problem = f"«{text[:60]}»: занятие «{when}» не с номером от 1 до 15"
            yield self._row(hour, block, place, Piece(problem=problem))
            return
        stream = f"{hour.weekday}-{hour.number}-{place}" if shared else ""
        for piece in self.reader.pieces([said for _, said in texts], rooms, week):
            yield self._row(hour, block, place, piece, stream)

    def _texts(
        self, rows: range, column: int, besides: int | None = None
    ) -> list[tuple[int, str]]:
        """(row, text) of a cell; a merged range speaks once for all its rows.

        What a range that begins in column `besides` says is left out.
        """
        found: dict[tuple[int, int], tuple[int, str]] = {}
        for row in rows:
            origin = self.sheet.origin(row, column)
            if origin[1] != besides and (said := self._text(*origin)):
                found.setdefault(origin, (row, said))
        return list(found.values())

    def _shared(self, rows: range, block: Block):
        """The merged range over several groups that covers this cell: a stream."""
        for row in rows:
            for merge in self.wide.get(row, ()):
                if merge.left <= block.column <= merge.right:
                    return merge
        return None

    def _row(self, hour: Hour, block: Block, place: str, piece: Piece, stream=""):
        said = {
            "Группа": block.name,
            "Подгруппа": piece.part,
            # A row without its fields would be taken for the end of the table.
            "Дисциплина": "—" if piece.problem else piece.discipline,
            "Преподаватель": piece.teacher,
            "Аудитория": piece.room,
            "День недели": Weekday(hour.weekday).label,
            "Занятие": hour.number or WHOLE_DAY,
            "Недели": WEEKS.get(piece.parity),
            "Поток": stream,
            "Место в файле": place,
            "Не понято": piece.problem,
        }
        return [said.get(title) or None for title in HEAD]


def _in_streams(rows: list[list[Cell]]) -> list[list[Cell]]:
    """One discipline, teacher, room and hour in several groups: they sit together."""
    places = {title: place for place, title in enumerate(HEAD)}
    same = (
        "Дисциплина",
        "Преподаватель",
        "Аудитория",
        "День недели",
        "Занятие",
        "Недели",
    )
    found: dict[tuple, list[list[Cell]]] = {}
    for row in rows:
        key = tuple(row[places[title]] for title in same)
        if all(key[:5]) and not row[places["Поток"]]:
            found.setdefault(key, []).append(row)
    for together in found.values():
        if len({row[places["Группа"]] for row in together}) > 1:
            first = together[0][places["Место в файле"]]
            for row in together:
                row[places["Поток"]] = first
    return rows
