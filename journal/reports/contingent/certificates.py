"""Certificates of study on paper (R31)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from journal.domain.words import day_of
from journal.models import Certificate
from journal.models.words import worded, worded_lazily
from journal.reports.writers.letter import Letter

COLUMNS = (
    (worded_lazily("Дисциплина (модуль), практика", "Предмет"), 9, "left"),
    ("Учебный период", 5, "left"),
    ("Часов по плану", 2, "center"),
    ("Отметка", 6, "center"),
)
CURRENT = "тек. — рассчитано по текущим отметкам и отметкой за период не является."
NOT_WHOLE = "* — период пройден не целиком или не закончен, часы указаны по плану."


def in_words(day: date) -> str:
    """«26 ноября 2026 г.»"""
    return f"{day_of(day)} {day.year} г."


def letter_of(certificate: Certificate) -> Letter:
    """The paper of a certificate as it was given out, whenever it is printed."""
    mark = ""
    if certificate.cancelled_on:
        mark = (
            f"АННУЛИРОВАНА {certificate.cancelled_on:%d.%m.%Y}:"
            f" {certificate.cancel_reason}"
        )
    return letter(
        certificate.content, str(certificate.number), certificate.issued_on, mark=mark
    )


def letter(content: dict[str, Any], number: str, day: date, mark: str = "") -> Letter:
    """The paper with what is frozen in `content` (see `draft_certificate`)."""
    results = content.get("results", ())
    rows, notes = [], []
    for discipline, period, hours, result, is_current, is_whole in results:
        rows.append(
            (
                discipline,
                period if is_whole else f"{period} *",
                hours or "—",
                f"{result}, тек." if is_current else result or "—",
            )
        )
    if any(line[4] for line in results):
        notes.append(CURRENT)
    if not all(line[5] for line in results):
        notes.append(NOT_WHOLE)
    if content.get("has_results") and not results:
        notes.append(worded("Дисциплин за это время в журнале нет."))
    return Letter(
        title=content["title"],
        line=f"№ {number} от {in_words(day)}",
        paragraphs=content["paragraphs"],
        issuer=content["issuer"],
        columns=COLUMNS if rows else (),
        rows=rows,
        notes=notes,
        post=content["post"],
        name=content["name"],
        mark=mark,
        foot=f"Напечатано {timezone.localtime():%d.%m.%Y %H:%M}",
        author=content["issuer"][-1] if content["issuer"] else "",
        created_at=timezone.now(),
    )
