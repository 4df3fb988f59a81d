"""What the writers agree on: how a value is shown and how wide a column is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone

from journal.reports.table import Cell, Column, Heading, Table, header

# Controls, lone surrogates and marks that reverse the direction of text: none of
# them can be printed, some break XML, PDF/A or the eye.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SAMPLE = 300
NARROW = 2.2
WIDE = 44.0
HEADING_WORD = 12  # longer words of a heading are broken rather than given room


def clean(text: str) -> str:
    """The text without characters that cannot be printed."""
    return UNPRINTABLE.sub("", text)


def local(moment: datetime) -> datetime:
    """An aware moment in the institution's time zone."""
    if moment.tzinfo is None or not settings.configured:
        return moment
    return timezone.localtime(moment)


def rounded(value: Any, decimals: int) -> str:
    """Half up, as people and Excel round; Python's own formatting does not."""
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(value)).quantize(step, ROUND_HALF_UP))


def places(value: Any, decimals: int | None) -> int | None:
    """Digits after the comma: those of the column, else those that a Decimal has."""
    if decimals is None and type(value) is Decimal and value.is_finite():
        return min(max(-value.as_tuple().exponent, 0), 2)
    return decimals


def number(value: Any, decimals: int | None) -> str:
    """A number with a decimal comma; not-a-number and infinity are empty."""
    decimals = places(value, decimals)
    if type(value) is int:
        text = f"{value}.{'0' * decimals}" if decimals else str(value)
    elif not math.isfinite(value):
        return ""
    else:
        value = value if isinstance(value, float) else float(value)
        text = rounded(value, 2 if decimals is None else decimals)
        if decimals is None:
            text = text.rstrip("0").rstrip(".")
    text = text.replace(".", ",")
    if text[0] == "-":
        text = "−" + text[1:] if text.strip("-0,") else text[1:]
    return text


def shown(value: Any, column: Column) -> str:
    """The text of a value as HTML and PDF print it."""
    if type(value) is str:
        return UNPRINTABLE.sub("", value)
    if value is None:
        return ""
    if isinstance(value, Cell):
        return shown(value.value, column)
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, int | float | Decimal):
        if column.kind == "percent":
            text = number(value, column.decimals)
            return f"{text}\u00a0%" if text else ""
        return number(value, column.decimals)
    if isinstance(value, datetime):
        return local(value).strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return clean(str(value))


def drawn_up(table: Table) -> str:
    """The line with the day the report was made."""
    return f"Дата составления: {local(table.created_at):%d.%m.%Y}"


def signature(post: str, name: str) -> tuple[str, str]:
    """Post and the name in its slashes, with room to write where it is unknown."""
    return clean(post), f"/ {clean(name) or '_' * 18} /"


def alignment(column: Column) -> str:
    """Text to the left, all else in the middle, unless the column says otherwise."""
    if column.align:
        return column.align
    return "left" if column.kind == "text" and not column.vertical else "center"


def longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def widths(
    table: Table,
    vertical: Callable[[Heading], float] = lambda heading: NARROW,
    widest: float = WIDE,
) -> list[float]:
    """Widths of the columns in characters, wide enough for heading and content.

    `vertical` gives the width that a vertical title asks for; content longer than
    `widest` is left to wrap. Only the first rows are measured: a long report looks
    alike all the way down.
    """
    found = [column.width for column in table.columns]
    for x, (column, values) in enumerate(
        zip(table.columns, samples(table), strict=True)
    ):
        if not found[x]:
            longest = max(map(_length(column), values), default=0)
            found[x] = max(NARROW, min(longest, widest))
    for row in header(table.columns):
        for heading in row:
            _make_room(found, heading, vertical)
    return found


def samples(table: Table) -> list[set[Any]]:
    """For each column its different values in the first rows and the totals."""
    lines = [*islice(table.body(), SAMPLE), *table.foot()]
    rows = [line.values for line in lines if line.section is None]
    return [set(values) for values in zip(*rows, strict=True)] or [set()] * len(
        table.columns
    )


def _length(column: Column) -> Callable[[Any], int]:
    digits = 2 if column.decimals is None else column.decimals

    def length(value: Any) -> int:
        if type(value) is str:
            return len(value)
        if type(value) is int:
            return len(str(value))
        if type(value) is Cell:
            return length(value.value)
        if type(value) in (float, Decimal) and math.isfinite(value):
            return len(str(int(value))) + 1 + digits
        return len(shown(value, column))

    return length


def _make_room(
    found: list[float], heading: Heading, vertical: Callable[[Heading], float]
) -> None:
    column = heading.column
    if column and column.width:
        return
    if column and column.vertical:
        need = vertical(heading)
    else:
        need = min(longest_word(heading.text), HEADING_WORD) * 1.08 + 0.4
    span = range(heading.x, heading.x + heading.colspan)
    missing = need - sum(found[x] for x in span)
    if missing > 0:
        for x in span:
            found[x] += missing / heading.colspan
