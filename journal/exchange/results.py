"""Series of marks to judge forecasts on (F12); topics of theses that were pasted (F8)."""

import csv
import io
import re
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from journal.domain.results.experience import Entry, Place, Series
from journal.domain.results.forecast import MARKS
from journal.domain.results.topics import Topic
from journal.exchange.lookups import ByName
from journal.models import Employee, Student, Thesis

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


HEADS = ("студент", "обучающийся", "фио", "ф", "фамилия")  # first words of a head
MOST_TOPIC = Thesis._meta.get_field("topic").max_length


def read_topics(
    text: str, students: Iterable[Student], employees: Iterable[Employee]
) -> tuple[list[Topic], list[str]]:
    """Lines «student, topic, supervisor», and what is wrong with them, by line.

    Cells stand apart by tabs, as a spreadsheet copies them, else by semicolons; a column
    of numbers and a head are passed over. People are known by full names or by initials.
    """
    people = {
        "студента": ByName(students, "full_name", "short_name"),
        "преподавателя": ByName(employees, "full_name", "short_name"),
    }
    found: dict[int, Topic] = {}
    wrong: list[str] = []
    for number, cells in _lines(text):
        try:
            student = _one(people, "студента", cells[0])
            topic = " ".join("".join(cells[1:2]).split())
            if not 0 < len(topic) <= MOST_TOPIC:
                raise SeriesError(f"тема — от 1 до {MOST_TOPIC} знаков")
            name = "".join(cells[2:3])
            led = _one(people, "преподавателя", name) if name else None
            if student.pk in found:
                raise SeriesError(f"{student.full_name}: строка уже была")
            found[student.pk] = Topic(student, topic, led)
        except SeriesError as error:
            wrong.append(f"Строка {number}: {error}.")
    if not found and not wrong:
        wrong.append("Вставьте строки: студент, тема, руководитель.")
    return list(found.values()), wrong


def _lines(text: str) -> Iterable[tuple[int, list[str]]]:
    mark = "\t" if "\t" in text else ";"
    rows = csv.reader(
        io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter=mark
    )
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if cells and (cells[0].rstrip(".").isdecimal() or cells[0] == "№"):
            cells = cells[1:]
        if not any(cells) or re.split(r"\W", cells[0].casefold())[0] in HEADS:
            continue
        yield number, cells


def _one(people: dict[str, ByName], who: str, said: str):
    """The person of that name."""
    found = people[who].find(said)
    if len(found) == 1:
        return found[0]
    if found:
        raise SeriesError(f"«{said[:80]}» — не один человек, напишите имя полностью")
    raise SeriesError(f"{who} «{said[:80]}» нет в списке")
