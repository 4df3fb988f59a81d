"""xlsx, xls and ods: parsed by calamine in a child with bounded memory and time."""

import json
import logging
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path

from journal.exchange.reading import workbook as limits
from journal.exchange.reading.container import DAMAGED, LOCKED
from journal.exchange.reading.text import clean_cell, has_extra_spaces
from journal.exchange.reading.workbook import (
    Cell,
    Merge,
    Refusal,
    Sheet,
    column_letter,
)

logger = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("calamine_child.py")
CHILD_MEMORY = 224 * 1024 * 1024

TOO_LARGE = (
    "таблица слишком велика. Чаще всего далеко внизу или справа осталась случайная "
    "ячейка: скопируйте нужный список в новую книгу и загрузите её, "
    "длинный список разделите на несколько файлов."
)
NO_SHEETS = (
    "в книге нет ни одного листа с таблицей. Откройте её в Excel, перенесите "
    "список на обычный лист и сохраните."
)
LIMITS = {
    "rows": f"здесь что-то записано ниже строки {limits.MAX_ROWS}. "
    "Удалите лишние строки или разделите список на несколько файлов.",
    "columns": f"столбцов больше {limits.MAX_COLUMNS}. Удалите лишние.",
    "length": f"в ячейке больше {limits.MAX_CELL_LENGTH} знаков. Сократите текст.",
    "cells": TOO_LARGE,
}


def read_spreadsheet(data: bytes) -> list[Sheet]:
    """Sheets of a workbook that has passed the container's checks.

    Chart and macro sheets are left out. Raises Refusal for what is protected,
    damaged, without sheets, over the limits, or over time.
    """
    answer = _ask_child(data)
    match answer.get("error"):
        case None:
            pass
        case "password":
            raise Refusal(LOCKED)
        case "memory":
            raise Refusal(TOO_LARGE)
        case "limit":
            kind, sheet, row, column = answer["place"]
            raise Refusal(LIMITS[kind], sheet, row, column_letter(column))
        case _:
            logger.info("calamine: %s", answer.get("detail"))
            raise Refusal(DAMAGED)
    sheets = answer["sheets"]
    if not sheets:
        raise Refusal(NO_SHEETS)
    if len(sheets) > limits.MAX_SHEETS:
        raise Refusal(f"листов больше {limits.MAX_SHEETS}. Разделите книгу на части.")
    return [_sheet(sheet) for sheet in sheets]


def _ask_child(data: bytes) -> dict:
    library = find_spec("python_calamine")
    if library is None or library.origin is None:
        raise Refusal(
            "на сервере нет библиотеки для чтения Excel. Сохраните таблицу как CSV "
            "или сообщите администратору."
        )
    arguments = [
        str(Path(library.origin).parent.parent),
        str(CHILD_MEMORY),
        str(int(limits.SECONDS)),
        str(limits.MAX_ROWS),
        str(limits.MAX_COLUMNS),
        str(limits.MAX_CELLS),
        str(limits.MAX_CELL_LENGTH),
        str(limits.MAX_TEXT),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, nothing of the user's
            [sys.executable, "-I", "-S", str(CHILD), *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal(TOO_LARGE) from error
    if done.returncode:
        # The library aborts when it is refused memory or runs out of its seconds.
        logger.warning("a workbook stopped its reader: exit %s", done.returncode)
        raise Refusal(TOO_LARGE)
    return json.loads(done.stdout, object_hook=_decode)


def _decode(value: dict) -> dict | date | time | timedelta:
    if len(value) != 1:
        return value
    ((kind, content),) = value.items()
    match kind:
        case "date":
            return date.fromisoformat(content)
        case "datetime":
            moment = datetime.fromisoformat(content)
            return moment.date() if moment.time() == time() else moment
        case "time":
            return time.fromisoformat(content)
        case "timedelta":
            return timedelta(seconds=content)
    return value


def _sheet(answer: dict) -> Sheet:
    known: dict[str, Cell] = {}
    dirty: set[str] = set()
    spaced = []
    rows = []
    for number, row in enumerate(answer["rows"]):
        cells: list[Cell] = []
        for value in row:
            if isinstance(value, str):
                if value not in known:
                    known[value] = clean_cell(value)
                    if value.strip() and has_extra_spaces(value):
                        dirty.add(value)
                if value in dirty:
                    spaced.append((number, len(cells)))
                cells.append(known[value])
            else:
                cells.append(clean_cell(value))
        while cells and cells[-1] is None:
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(
        name=str(clean_cell(answer["name"]) or answer["name"]),
        rows=rectangle(rows),
        merged=[Merge(*start, *end) for start, end in answer["merged"]],
        hidden=answer["hidden"],
        spaced=spaced,
    )


def rectangle(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The rows, padded with None to the widest.

    Raises Refusal where padding would make too many cells of few.
    """
    width = max(map(len, rows), default=0)
    if width * len(rows) > limits.MAX_CELLS * 3:
        raise Refusal(TOO_LARGE)
    return [row + [None] * (width - len(row)) for row in rows]
