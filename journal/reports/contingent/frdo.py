"""The sheet of ФИС ФРДО as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from xlsxwriter import Workbook

from journal.domain.contingent.frdo import COLUMNS, Line

SHEET = "Шаблон"
FORMULA_LIKE = tuple("=+-@")


def workbook(lines: Iterable[Line]) -> bytes:
    """One sheet, a heading and a row a diploma; every cell is text, no formula."""
    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False}
    with Workbook(stream, {**options, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(SHEET)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        for x, column in enumerate(COLUMNS):
            sheet.write_string(0, x, column.title, head)
        sheet.set_column(0, len(COLUMNS) - 1, 22)
        sheet.freeze_panes(1, 0)
        for y, line in enumerate(lines, 1):
            for x, value in enumerate(line.values):
                if value:
                    look = quoted if value.startswith(FORMULA_LIKE) else text
                    sheet.write_string(y, x, value, look)
    return stream.getvalue()
