"""A teacher's own gradebook, students × dates or works, laid flat: a row a cell."""

import re
from dataclasses import replace
from datetime import date, datetime

from journal.domain.words import listed
from journal.exchange.fields.lessons import HEAD
from journal.exchange.matching import normal
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.reading.text import as_text
from journal.exchange.reading.workbook import Sheet, column_letter

NAMES = {"фио", "фио студента", "студент", "студенты", "фио обучающегося", "ученик"}
HEAD_WITHIN = 15
MOST_COLUMNS = 200
MOST_CELLS = 20_000
DATED = re.compile(r"\d{1,2}[.,/]\d{1,2}(?:[.,/]\d{2,4})?")
# What a cell of a journal looks like; other columns are averages, groups, telephones.
ENTRY = re.compile(r"[2-5зхнбуо/,; +.-]{1,8}|(не)?зач[её]?т?\.?|нб|нп|уп|оп|\d{1,2}")
# Columns that no lesson stands behind.
ASIDE = ("номер", "группа", "средн", "итог", "сумма", "почта", "посещаем", "вариант")
SHOWN = 8


def lay_flat(workbook: Workbook) -> Workbook:
    """Every sheet with a column of names and others of marks as rows of `HEAD`.

    Done again it changes nothing. Raises Refusal where a spreadsheet turned marks into
    dates, with the cells named: what stood there nobody can know.
    """
    if any(
        sheet.rows and sheet.rows[0][: len(HEAD)] == HEAD for sheet in workbook.sheets
    ):
        return workbook
    flat, spoilt, named = [], [], []
    for sheet in workbook.sheets:
        if not sheet.hidden and (found := _name_cell(sheet)):
            named.append(f"«{sheet.name}»")
            rows, dates = _rows(sheet, *found)
            spoilt += [f"{sheet.name}!{place}" for place in dates]
            if rows:
                flat.append(replace(sheet, rows=[HEAD, *rows], merged=(), spaced=()))
    if spoilt:
        raise Refusal(
            "таблица превратила отметки в даты, что там стояло, узнать нельзя: "
            f"{listed(spoilt, SHOWN)}. Задайте этим столбцам формат "
            "«Текстовый», впишите отметки заново и загрузите файл ещё раз."
        )
    if named and not flat:
        raise Refusal(
            "под столбцами с датами занятий или названиями работ нет ни одной отметки: "
            f"{', '.join(named[:SHOWN])}."
        )
    if not flat:
        raise Refusal(
            "не найдена таблица отметок: нужен столбец «ФИО» и справа от него столбцы "
            "с датами занятий или названиями работ."
        )
    if sum(len(sheet.rows) for sheet in flat) > MOST_CELLS:
        raise Refusal(f"отметок больше {MOST_CELLS}. Разделите файл по группам.")
    return replace(workbook, sheets=flat)


def _name_cell(sheet: Sheet) -> tuple[int, int] | None:
    """(row, column) of the head over the students' names."""
    for row, cells in enumerate(sheet.rows[:HEAD_WITHIN]):
        for column, cell in enumerate(cells[:MOST_COLUMNS]):
            if isinstance(cell, str) and normal(cell) in NAMES:
                return row, column
    return None


def _rows(sheet: Sheet, head: int, names: int) -> tuple[list[list], list[str]]:
    """The cells that say something as rows, and those that became dates."""
    body = [
        (number, cells)
        for number, cells in enumerate(sheet.rows[head + 1 :], head + 2)
        if isinstance(cells[names], str) and cells[names].strip()
    ]
    rows, dates = [], []
    width = min(sheet.width, MOST_COLUMNS)
    for column in range(names + 1, width):
        title, day = _head(sheet, head, column)
        if not _is_taken(title, day, [cells[column] for _, cells in body]):
            continue
        for number, cells in body:
            place = f"{column_letter(column)}{number}"
            if isinstance(cells[column], date | datetime):
                dates.append(place)
            elif said := as_text(cells[column]).strip():
                said = said[:60]
                rows.append([cells[names].strip(), title, day, said, place])
    return rows, dates


def _head(sheet: Sheet, head: int, column: int) -> tuple[str, str]:
    """(title, date as it is written) over a column, from its head upwards."""
    title = ""
    for row in range(head, -1, -1):
        cell = sheet.value(row, column)
        if cell is None:
            continue
        if isinstance(cell, date | datetime):
            return f"{cell:%d.%m.%Y} {title}".strip(), f"{cell:%d.%m.%Y}"
        said = as_text(cell).strip()
        if DATED.fullmatch(said):
            return f"{said} {title}".strip(), re.sub("[,/]", ".", said)
        title = title or said[:250]
    return title, ""


def _is_taken(title: str, day: str, cells: list) -> bool:
    """Is it a column of marks: under a date, or under words with marks below?"""
    said = [as_text(cell).strip().casefold() for cell in cells if cell is not None]
    if day or not said:
        return bool(day and said)
    if not title or normal(title).startswith(ASIDE):
        return False
    like = sum(bool(ENTRY.fullmatch(one)) for one in said)
    dated = sum(isinstance(cell, date | datetime) for cell in cells)
    return 2 * (like + dated) > len(said)
