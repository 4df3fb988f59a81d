"""A table as an Excel workbook: real numbers and dates, ready to print.

Formula injection: a cell typed as a string is safe as it is, so text is written
by `write_string` alone and nothing is guessed. Text that begins like a formula also
carries Excel's own quote mark (`quotePrefix`): it stays text when somebody edits the
cell or pastes it elsewhere, and the value read back is the one that was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from math import ceil, isfinite
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from journal.reports.table import Cell, Column, Heading, Line, Table, header

from .layout import alignment, clean, drawn_up, local, places, shown, signature, widths

FORMULA_LIKE = frozenset("=+-@\t\r\n;|＝＋－＠")
MAX_TEXT = 32_767
EXCEL_EPOCH = date(1900, 3, 1)  # Excel counts the days before it wrongly

PAPER = {"A3": 8, "A4": 9}
FONT = {"font_name": "Times New Roman", "font_size": 10}
STYLE: dict[str, dict[str, Any]] = {
    "": {},
    "bold": {"bold": True},
    "muted": {"font_color": "#6B7280"},
    "bad": {"font_color": "#B42318", "bold": True},
    "section": {"bold": True, "bg_color": "#E9EDF2"},
    "total": {"bold": True, "bg_color": "#F3F4F6"},
}
VERTICAL_CHARS = 26
LINE_POINTS = 13.5
TALLEST = 409  # points, Excel's own limit
PERCENT = '"\u00a0%"'

Formats = Callable[..., Format]


def write(table: Table) -> bytes:
    """The workbook, a sheet for each of the table's; the same table, the same bytes."""
    target = BytesIO()
    book = Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties(
        {
            "title": clean(table.title),
            "author": clean(table.author),
            "created": local(table.created_at).replace(tzinfo=None),
        }
    )
    for number, one in enumerate(table.sheets, 1):
        title = f"{number} {one.title}" if table.parts else one.title
        sheet = book.add_worksheet(_sheet_name(title))
        _Sheet(one, book, sheet, table.stamp).write()
    book.close()
    return target.getvalue()


def _sheet_name(title: str) -> str:
    """A name Excel accepts: no more than 31 signs of UTF-16, none of []:*?/\\, no quote
    marks at the ends."""
    name = re.sub(r"[\[\]:*?/\\\s]+", " ", clean(title))
    name = name.encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip(" '")
    return name or "Отчёт"


def _vertical_width(heading: Heading) -> float:
    lines = sum(ceil(len(part) / VERTICAL_CHARS) for part in heading.text.split("\n"))
    return 1.2 + 2.3 * lines


class _Look(dict[str, Format]):
    """Formats of one alignment and style, made when first asked for."""

    def __init__(self, make: Callable[..., Format], align: str, style: str) -> None:
        self.make = make
        self.properties = {"border": 1, "align": align, "valign": "vcenter"}
        self.properties |= STYLE[style]

    def __missing__(self, shape: str) -> Format:
        if shape in ("", "'"):
            extra = {"text_wrap": True, "quote_prefix": shape == "'"}
        else:
            extra = {"num_format": shape}
        self[shape] = self.make(**self.properties, **extra)
        return self[shape]


class _Sheet:
    """One table on its way into one sheet, from the top down."""

    def __init__(
        self, table: Table, book: Workbook, sheet: Worksheet, stamp: str
    ) -> None:
        self.table = table
        self.stamp = stamp
        self.book = book
        self.sheet = sheet
        self.columns = list(table.columns)
        self.looks: dict[str, list[Callable[[str], Format]]] = {}
        self.last = len(self.columns) - 1
        self.widths = widths(table, _vertical_width)
        self.y = 0
        self.formats: dict[tuple, Format] = {}

    def _format(self, **properties: Any) -> Format:
        key = tuple(properties.items())
        if key not in self.formats:
            self.formats[key] = self.book.add_format(FONT | properties)
        return self.formats[key]

    def write(self) -> None:
        table = self.table
        self._page()
        self._wide(table.issuer, align="center")
        self._wide([table.title], align="center", bold=True, font_size=13)
        self._wide(table.lines, align="center")
        self._wide(table.warnings, bold=True, font_color="#B42318")
        self.y += 1
        self._header()
        self._lines(table.body(), "")
        if not table.rows:
            self._wide([table.empty], align="center", italic=True)
        self._lines(table.foot(), "total")
        self._tail()

    def _page(self) -> None:
        sheet, table = self.sheet, self.table
        if table.orientation == "landscape":
            sheet.set_landscape()
        sheet.set_paper(PAPER[table.paper])
        sheet.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        stamp = clean(self.stamp).replace("\n", " ")[:100].replace("&", "＆")
        sheet.set_footer(f"&L&8 {stamp}&R&8стр. &P из &N")
        for x, width in enumerate(self.widths):
            sheet.set_column(x, x, width + 1)

    def _wide(self, texts: Iterable[str], **properties: Any) -> None:
        """Lines across the whole table, high enough for their text."""
        room = max(sum(self.widths) + len(self.widths), 10)
        size = properties.get("font_size", 10) / 10
        for text in texts:
            text = clean(text)[:MAX_TEXT]
            rows = sum(ceil(len(part) * size / room) or 1 for part in text.split("\n"))
            if rows > 1 or size > 1:
                height = min(LINE_POINTS * size * rows, TALLEST)
                self.sheet.set_row(self.y, height)
            if rows > 1 or "align" in properties:
                properties |= {"text_wrap": True, "valign": "vcenter"}
                if self.last:
                    # merge_range would fill the line with blank cells, which are
                    # of use under a border only and cost as much as the table.
                    self.sheet.merge.append([self.y, 0, self.y, self.last])
            self.sheet.write_string(self.y, 0, text, self._format(**properties))
            self.y += 1

    def _merged(
        self, top: int, left: int, bottom: int, right: int, text: str, form: Format
    ) -> None:
        if (top, left) == (bottom, right):
            self.sheet.write_string(top, left, text, form)
            return
        self.sheet.merge_range(top, left, bottom, right, "", form)
        self.sheet.write_string(top, left, text, form)

    def _header(self) -> None:
        rows = header(self.table.columns)
        top, self.y = self.y, self.y + len(rows)
        form = self._format(
            bold=True, border=1, align="center", valign="vcenter", text_wrap=True
        )
        turned = self._format(
            bold=True,
            border=1,
            align="center",
            valign="bottom",
            text_wrap=True,
            rotation=90,
        )
        for heading in (heading for row in rows for heading in row):
            self._merged(
                top + heading.y,
                heading.x,
                top + heading.y + heading.rowspan - 1,
                heading.x + heading.colspan - 1,
                clean(heading.text)[:MAX_TEXT],
                turned if heading.column and heading.column.vertical else form,
            )
        for y, height in enumerate(self._heights(rows)):
            self.sheet.set_row(top + y, min(height, TALLEST))
        self.sheet.repeat_rows(top, self.y - 1)
        name = self.table.name_column + 1
        frozen = name if sum(self.widths[:name]) < 50 else 0
        self.sheet.freeze_panes(self.y, frozen)

    def _heights(self, rows: list[list[Heading]]) -> list[float]:
        """Heights of the header's rows: Excel fits neither turned nor merged text."""
        heights = [LINE_POINTS + 3] * len(rows)
        for heading in (heading for row in rows for heading in row):
            room = sum(self.widths[heading.x : heading.x + heading.colspan])
            parts = heading.text.split("\n")
            if heading.column and heading.column.vertical:
                need = 12 + 6.2 * min(max(map(len, parts)), VERTICAL_CHARS)
            else:
                need = 3 + LINE_POINTS * sum(ceil(len(p) / room) or 1 for p in parts)
            end = heading.y + heading.rowspan
            missing = need - sum(heights[heading.y : end])
            if missing > 0:
                heights[end - 1] += missing
        return heights

    def _lines(self, lines: Iterable[Line], style: str) -> None:
        section = self._format(border=1, **STYLE["section"])
        for line in lines:
            if line.section is not None:
                text = clean(line.section)[:MAX_TEXT]
                self._merged(self.y, 0, self.y, self.last, text, section)
            else:
                self._line(line, line.style or style)
            self.y += 1

    def _line(self, line: Line, style: str) -> None:
        y, sheet, looks = self.y, self.sheet, self._looks(style)
        for x, value in enumerate(line.values):
            look = looks[x]
            if type(value) is Cell:
                look = self._looks(value.style or style)[x]
                value = value.value
            if value is None or value == "":
                sheet.write_blank(y, x, None, look(""))
                continue
            shape = "" if type(value) is str else _shape(value, self.columns[x])
            if not shape:
                text = shown(value, self.columns[x])[:MAX_TEXT]
                like = "'" if text.lstrip(" ")[:1] in FORMULA_LIKE else ""
                sheet.write_string(y, x, text, look(like))
            elif isinstance(value, date):
                if isinstance(value, datetime):
                    value = local(value).replace(tzinfo=None)
                sheet.write_datetime(y, x, value, look(shape))
            else:
                sheet.write_number(y, x, value, look(shape))

    def _looks(self, style: str) -> list[Callable[[str], Format]]:
        """For each column: number format → format; "" text, "'" text in quotes."""
        if style not in self.looks:
            by_align = {
                align: _Look(self._format, align, style)
                for align in ("left", "center", "right")
            }
            self.looks[style] = [
                by_align[alignment(column)].__getitem__ for column in self.columns
            ]
        return self.looks[style]

    def _tail(self) -> None:
        self.y += 1
        self._wide(map(clean, self.table.notes))
        for post, name in self.table.signatures:
            self.y += 1
            post, name = signature(post, name)
            self._wide([f"{post}   ____________________   {name}"])
        self.y += 1
        self._wide([drawn_up(self.table)])


def _shape(value: Any, column: Column) -> str:
    """Excel's number format for a value; "" for what must be written as text."""
    if type(value) is int and column.kind == "number" and not column.decimals:
        return "0"
    if isinstance(value, date):
        if (value.date() if isinstance(value, datetime) else value) < EXCEL_EPOCH:
            return ""
        return "dd.mm.yyyy hh:mm" if isinstance(value, datetime) else "dd.mm.yyyy"
    if column.kind == "text" or isinstance(value, bool):
        return ""
    if not isinstance(value, int | float | Decimal) or not isfinite(value):
        return ""
    decimals = places(value, column.decimals)
    if decimals is None:
        digits = "" if value == int(value) else ".##"
    else:
        digits = "." + "0" * decimals if decimals else ""
    return f"0{digits}{PERCENT if column.kind == 'percent' else ''}"
