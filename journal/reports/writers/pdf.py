"""A table as PDF/A-2b, made by typst out of `report.typ`.

The data goes in as JSON through `sys_inputs` and is never part of the template's
text, so a name that looks like a command is printed. Only the fonts inside the
typst package are used: the same table and `created_at` give the same bytes anywhere.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from functools import cache
from math import ceil, floor
from pathlib import Path
from typing import Any

import typst

from journal.reports.table import Cell, Heading, Line, Table, header

from .layout import (
    HEADING_WORD,
    alignment,
    clean,
    drawn_up,
    local,
    longest_word,
    samples,
    shown,
    signature,
    widths,
)

TEMPLATE = Path(__file__).with_name("report.typ")
PAPER = {"A4": (210, 297), "A3": (297, 420)}
MARGIN_X, MARGIN_Y = 25, 22  # both sides of a page together, mm; see report.typ
POINT = 0.3528  # mm
LETTER = 0.19  # mean width of a letter in mm for a point of size, some air included
MANY = 35  # columns that stand closer together
WHOLE_ROW = 600  # letters of a cell: longer ones may break between pages
TURNED = 32  # characters of a turned title to a line
LARGEST, SMALLEST = 10.0, 5.0
READABLE = 7.25
WRAPPED = 8  # points, below which long text is broken into lines first
NARROWEST, NAME, LONGEST = 6, 30, 120  # characters: of text, of names, of one line
LONG_WORD = 30
LARGE = 3_000  # cells
REMEMBERED = 10  # compilations
GROWTH = 1.25  # of columns that have what they need

# What the fonts are sure to have. PDF/A refuses a page with a missing glyph, so a
# picture in a name would leave the group without its statement.
FOREIGN = re.compile(
    "[^\n\u0020-\u007e\u00a0-\u017f\u0218-\u021b\u0300-\u0304\u0306-\u0308\u0400-\u04ff"
    "\u200b-\u200d\u2010-\u2026\u2030\u2032\u2033\u2039\u203a\u20ac\u20bd\u2116"
    "\u2190-\u2193\u2212\u221a\u221e\u2248\u2260\u2264\u2265\u25a1\u2610\u2611\u2713]"
)
MISSING = "\u25a1"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def write(table: Table) -> bytes:
    """The document. A sign the fonts lack is printed as an empty square."""
    moment = _fixed(table.created_at)
    try:
        return compiled(_template(), table.created_at, _data(table))
    finally:
        if table.size[1] > LARGE:
            _forget(moment)


def compiled(template: bytes, made: datetime, data: dict[str, Any]) -> bytes:
    """A template of ours with `data` as JSON in `sys.inputs.table`, as PDF/A-2b."""
    text, moment = json.dumps(data, ensure_ascii=False), _fixed(made)
    try:
        return _compile(template, moment, text)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compile(template, moment, FOREIGN.sub(MISSING, text))


def _forget(moment: datetime) -> None:
    """Make typst drop what it remembers of a large document.

    It keeps ten compilations, 200 MB each for a long report, and offers no other way
    to age them.
    """
    for _ in range(REMEMBERED + 1):
        _compile(b"", moment)


def _compile(template: bytes, moment: datetime, data: str = "") -> bytes:
    return typst.compile(
        input=template,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"table": data},
        pdf_standards="a-2b",
        timestamp=moment,
    )


def _fixed(moment: datetime) -> datetime:
    """The moment in local time, with its offset as a number: typst takes no names."""
    moment = local(moment)
    offset = moment.utcoffset() or timedelta()
    return moment.replace(tzinfo=timezone(offset), microsecond=0)


def _data(table: Table) -> dict[str, Any]:
    return {
        "title": clean(table.title),
        "author": clean(table.author),
        "paper": table.paper.lower(),
        "landscape": table.orientation == "landscape",
        "stamp": clean(table.stamp),
        "sheets": [_sheet(one) for one in table.sheets],
    }


def _sheet(table: Table) -> dict[str, Any]:
    chars = _widths(table)
    size, air = _size(table, chars)
    cells = _cells(table)
    return {
        "title": clean(table.title),
        "size": size,
        "inset": {"x": (_air(table) - 0.2) / 2, "y": air},
        "breakable": any(len(_plain(cell)) > WHOLE_ROW for cell in cells),
        "issuer": [_text(line) for line in table.issuer],
        "lines": [_text(line) for line in table.lines],
        "warnings": [_text(line) for line in table.warnings],
        "widths": _millimetres(table, chars, size),
        "align": [alignment(column) for column in table.columns],
        "header": _header(table),
        "cells": cells,
        "notes": [_text(note) for note in table.notes],
        "signatures": [
            [_text(part) for part in signature(*pair)] for pair in table.signatures
        ],
        "drawn": drawn_up(table),
    }


def _text(text: str) -> str:
    """Clean text in which no word is too long to be broken."""
    text = clean(text)
    if len(text) > LONG_WORD and max(map(len, text.split()), default=0) > LONG_WORD:
        return re.sub(r"(\S{12})(?=\S)", "\\1\u200b", text)
    return text


def _header(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "text": _text(heading.text),
            "x": heading.x,
            "y": heading.y,
            "colspan": heading.colspan,
            "rowspan": heading.rowspan,
            "vertical": bool(heading.column and heading.column.vertical),
            "hyphenate": longest_word(heading.text) > HEADING_WORD,
        }
        for row in header(table.columns)
        for heading in row
    ]


def _cells(table: Table) -> list[Any]:
    span = len(table.columns)
    out: list[Any] = []
    for line in table.body():
        out += _line(table, line, line.style)
    if not out:
        out.append(_styled(table.empty, "", span))
    for line in table.foot():
        out += _line(table, line, line.style or "bold")
    return out


def _line(table: Table, line: Line, style: str) -> list[Any]:
    if line.section is not None:
        return [_styled(line.section, "bold", len(table.columns))]
    out: list[Any] = []
    for value, column in zip(line.values, table.columns, strict=True):
        text = _text(shown(value, column))
        look = (value.style or style) if type(value) is Cell else style
        out.append(_styled(text, look) if look or "\n" in text else text)
    return out


def _plain(cell: Any) -> str:
    return cell if type(cell) is str else cell["text"]


def _styled(text: str, style: str, span: int = 1) -> dict[str, Any]:
    return {"text": _text(text), "style": style, "span": span}


def _widths(table: Table) -> list[float]:
    """Widths in characters, with letters that can still be read: where one line each
    is too much, long text is broken, the names last and no word ever."""
    chars = widths(table, _turned_width, LONGEST)
    room = (_page(table)[0] - _air(table) * len(chars)) / LETTER / WRAPPED
    excess = sum(chars) - room
    if excess <= 0:
        return chars
    least = list(chars)
    for x, (column, values) in enumerate(
        zip(table.columns, samples(table), strict=True)
    ):
        if column.kind == "text" and not column.vertical and not column.width:
            words = (longest_word(_text(shown(value, column))) for value in values)
            title = min(longest_word(column.title), HEADING_WORD)
            least[x] = min(chars[x], 1.1 * max([title, *words, NARROWEST]) + 0.5)
    name = table.name_column
    least[name] = min(chars[name], max(least[name], NAME))
    slack = sum(chars) - sum(least)
    share = min(1, excess / slack) if slack else 0
    return [
        have - (have - need) * share for have, need in zip(chars, least, strict=True)
    ]


def _page(table: Table) -> tuple[float, float]:
    """Width and height left for the text, mm."""
    short, long = PAPER[table.paper]
    if table.orientation == "landscape":
        short, long = long, short
    return short - MARGIN_X, long - MARGIN_Y


def _air(table: Table) -> float:
    """What a column spends beside its letters, mm."""
    return 1.6 if len(table.columns) <= MANY else 0.9


def _size(table: Table, chars: list[float]) -> tuple[float, float]:
    """Size of the letters in points and the air over and under them in mm.

    All columns fit the page's width; what can stand on one page without becoming
    hard to read does.
    """
    wide, high = _page(table)
    letters = (wide - _air(table) * len(chars)) / LETTER / sum(chars)
    largest = min(LARGEST, max(SMALLEST, floor(letters * 4) / 4))
    size = largest
    while size >= READABLE:
        for air in (0.9, 0.7, 0.5):
            if _height(table, chars, size, air) < high:
                return size, air
        size -= 0.25
    return largest, 0.7


def _height(table: Table, chars: list[float], size: float, air: float) -> float:
    """What the report would need on one endless page, mm; rather too much."""
    levels = header(table.columns)
    tallest = [max(_lines(heading, chars) for heading in row) for row in levels]
    rows = len(table.rows) + len(table.totals) + len(levels)
    above = [table.issuer, table.lines, table.warnings, table.notes, table.notes]
    return (
        rows * 2 * air
        + (len(table.rows) + len(table.totals)) * 0.68 * size * POINT
        + sum(tallest) * size * POINT
        + (sum(map(len, above)) + 2) * 1.2 * size * POINT
        + len(table.signatures) * (0.7 * size * POINT + 3.5)
        + 6
    )


def _lines(heading: Heading, chars: list[float]) -> float:
    """Height of a heading in lines of text; one that spans rows is left out."""
    if heading.column and heading.column.vertical:
        longest = max(map(len, heading.text.split("\n")))
        return 0.94 * min(longest, TURNED) * LETTER / POINT
    if heading.rowspan > 1:
        return 1
    room = sum(chars[heading.x : heading.x + heading.colspan])
    return sum(ceil(1.2 * len(part) / room) or 1 for part in heading.text.split("\n"))


def _turned_width(heading: Heading) -> float:
    """Characters that the lines of a turned title take, set side by side."""
    lines = sum(ceil(len(part) / TURNED) or 1 for part in heading.text.split("\n"))
    return (1.11 * min(lines, 4) - 0.35) * POINT / LETTER


def _millimetres(table: Table, chars: list[float], size: float) -> list[float]:
    """Widths that fill the page: all grow a little, text takes what is left over."""
    wide = _page(table)[0]
    found = [count * size * LETTER + _air(table) for count in chars]
    growth = wide / sum(found)
    found = [width * min(growth, GROWTH) for width in found]
    texts = [
        x
        for x, column in enumerate(table.columns)
        if column.kind == "text" and not column.vertical
    ] or range(len(found))
    spare = wide - sum(found)
    total = sum(found[x] for x in texts)
    for x in texts:
        found[x] += spare * found[x] / total
    return [round(width, 3) for width in found]
