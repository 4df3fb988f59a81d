"""What the tests of imports share: workbooks made in place, and taking them in."""

import io

import xlsxwriter

from journal.exchange.options import Options
from journal.exchange.reading import read_workbook
from journal.exchange.registry import IMPORTERS

HEAD = ["ФИО", "Дата рождения", "СНИЛС", "Телефон"]


def book(sheets) -> bytes:
    """A workbook of {sheet: rows}; rows alone are one sheet «Список»."""
    if not isinstance(sheets, dict):
        sheets = {"Список": sheets}
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return file.getvalue()


def take(slug, data, by=None, expected="", **options):
    """Load the file; `data` bytes, or what `book` takes."""
    if not isinstance(data, bytes):
        data = book(data)
    importer = IMPORTERS[slug](by, Options(**options))
    return importer.load(read_workbook(data, "список.xlsx"), expected)


def look(slug, data, by=None, **options):
    """What loading would do."""
    importer = IMPORTERS[slug](by, Options(**options))
    return importer.collect(read_workbook(book(data), "список.xlsx"))


def said(notes) -> str:
    return "\n".join(f"{n.sheet}|{n.row}|{n.column}|{n.reason}" for n in notes)


def counts(outcome) -> tuple[int, int, int]:
    return outcome.added, outcome.changed, outcome.skipped


def latest(row):
    """The last record of a row's history."""
    return row.history.order_by("history_id").last()
