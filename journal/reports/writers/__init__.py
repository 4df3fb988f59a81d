"""The three formats of a Table: `render(table, "html" | "xlsx" | "pdf")`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from journal.models.words import worded_lazily
from journal.reports.table import Table

from . import html, pdf, xlsx
from .layout import local


class Writer(NamedTuple):
    """A format, which is the ending of its files too, and how much it bears.

    `cells` bounds time and memory: a PDF of that many takes some seconds.
    """

    write: Callable[[Table], str | bytes]
    cells: int
    advice: str


WRITERS = {
    "html": Writer(
        html.write,
        200_000,
        worded_lazily("Сузьте период или выберите меньше групп."),
    ),
    "xlsx": Writer(
        xlsx.write,
        1_000_000,
        worded_lazily("Сузьте период или выберите меньше групп."),
    ),
    "pdf": Writer(
        pdf.write,
        30_000,
        "Сузьте период или скачайте отчёт в Excel.",
    ),
}


class ReportTooLargeError(ValueError):
    """More cells than a format bears; the message tells the user what to do."""


def render(table: Table, format: str) -> str | bytes:
    """The table in that format: str for HTML, bytes for files.

    Raises KeyError for an unknown format, ReportTooLargeError, and ValueError when rows
    do not match the columns.
    """
    writer = WRITERS[format]
    rows, cells = table.size
    if cells > writer.cells:
        limit = writer.cells * rows // cells
        raise ReportTooLargeError(
            f"Отчёт слишком велик: строк — {rows}, а в этом виде помещается"
            f" не больше {limit}. {writer.advice}"
        )
    return writer.write(table)


LATIN = {
    **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)),
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def file_name(title: str, extension: str, on: date | None = None) -> str:
    """A name any system takes: "Ведомость ИС-21" → "vedomost-is-21_2025-11-22.xlsx".

    Only small latin letters, digits and hyphens come through; the day is optional.
    """
    letters = "".join(LATIN.get(sign, sign) for sign in title.lower())
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:80].strip("-") or "report"
    if DEVICES.fullmatch(stem):
        stem = f"report-{stem}"
    day = f"_{on:%Y-%m-%d}" if on else ""
    return f"{stem}{day}.{extension}"


def file_name_of(table: Table, format: str) -> str:
    """Name of the file with that table: its title and the day it was made."""
    day = local(table.created_at).date()
    return file_name(table.title, format, day)
