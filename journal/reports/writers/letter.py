"""A paper of one page or two as PDF/A: a certificate, with its number and signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from .layout import clean
from .pdf import compiled

TEMPLATE = Path(__file__).with_name("letter.typ")
BLANK = "_" * 18


@dataclass(frozen=True, slots=True)
class Letter:
    """From top to bottom: `issuer`, `line` (number and date), `title`, `paragraphs`,
    a table of `columns` and `rows` where there are any, `notes`, the signature with a
    place for the stamp, `foot` at the end of every page.

    `mark` stands across the head of a paper that is not valid. Columns are (title,
    share of the width, "left" or "center").
    """

    title: str
    line: str
    paragraphs: Sequence[str]
    issuer: Sequence[str] = ()
    columns: Sequence[tuple[str, int, str]] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
    post: str = ""
    name: str = ""
    foot: str = ""
    mark: str = ""
    author: str = ""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def write_letter(letter: Letter) -> bytes:
    """The document; the same letter gives the same bytes."""
    data = {
        "title": clean(letter.title),
        "line": clean(letter.line),
        "paragraphs": [clean(text) for text in letter.paragraphs],
        "issuer": [clean(text) for text in letter.issuer],
        "columns": [
            {"title": clean(title), "share": share, "align": align}
            for title, share, align in letter.columns
        ],
        "cells": [clean(str(value)) for row in letter.rows for value in row],
        "notes": [clean(text) for text in letter.notes],
        "post": clean(letter.post),
        "name": f"/ {clean(letter.name) or BLANK} /",
        "foot": clean(letter.foot),
        "mark": clean(letter.mark),
        "author": clean(letter.author),
    }
    return compiled(_template(), letter.created_at, data)
