"""Series of marks of terms that are over, from a table, to judge forecasts on (F12)."""

import csv
from collections import OrderedDict
from pathlib import Path

from journal.domain.results.experience import Entry, Place, Series
from journal.domain.results.forecast import MARKS

COLUMNS = ("series", "course", "group", "planned", "position", "known_from", "mark")
MOST_BYTES = 64 * 2**20
MOST_PLANNED = 400


class SeriesError(ValueError):
    """What is wrong with a file, in Russian, with its line."""


def read_series(path: Path) -> list[list[Series]]:
    """Groups of series of a CSV file (UTF-8), a line a work of a student.

    Columns `series, course, group, planned, position, known_from, mark`; an empty mark
    is a work left undone, further columns are passed over. Raises SeriesError.
    """
    if not path.is_file():
        raise SeriesError(f"Файла {path.name} нет.")
    if path.stat().st_size > MOST_BYTES:
        raise SeriesError(f"Файл больше {MOST_BYTES >> 20} МБ.")
    found: OrderedDict[str, OrderedDict[str, list[Entry]]] = OrderedDict()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            lacking = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if lacking:
                raise SeriesError(f"В файле нет столбцов: {', '.join(lacking)}.")
            for row in rows:
                group = found.setdefault(str(row["group"]), OrderedDict())
                entry = _entry(row, rows.line_num)
                group.setdefault(str(row["series"]), []).append(entry)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SeriesError("Это не таблица CSV в кодировке UTF-8.") from error
    if not found:
        raise SeriesError("В файле нет ни одной строки.")
    return [list(group.values()) for group in found.values()]


def _entry(row: dict, line: int) -> Entry:
    planned = _number(row, "planned", line, 1, MOST_PLANNED)
    position = _number(row, "position", line, 1, planned)
    known_from = _number(row, "known_from", line, 1, MOST_PLANNED)
    mark = None
    if (row["mark"] or "").strip():
        mark = _number(row, "mark", line, MARKS[0], MARKS[-1])
    return Entry(Place(str(row["course"]), planned, position), mark, known_from)


def _number(row: dict, name: str, line: int, least: int, most: int) -> int:
    said = (row[name] or "").strip()
    if not said.isascii() or not said.isdigit() or not least <= int(said[:9]) <= most:
        raise SeriesError(
            f"Строка {line}, столбец {name}: «{said[:20]}». "
            f"Нужно целое число от {least} до {most}."
        )
    return int(said)
