"""The frame that statements of a group share (domain §2.1)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from journal.domain.archive.reopened import edition_of
from journal.models import Group, Institution
from journal.models.words import worded

from .table import Table


def department_line(name: str) -> str:
    """«Отделение: Экономика»; «Заочное отделение» says itself what it is."""
    return name if "тделение" in name else f"Отделение: {name}"


def group_lines(group: Group) -> list[str]:
    """Department and specialty of a group in one line, where it has them."""
    parts = [department_line(str(group.department))] if group.department else []
    if group.specialty:
        parts.append(f"Специальность: {group.specialty}")
    return [" · ".join(parts)] if parts else []


def group_name(group: Group) -> str:
    """«Группа 2-ИС, 2 курс», «Класс 7А»."""
    return worded(f"Группа {group}, {group.course_year} курс", f"Класс {group}")


def group_head(group: Group, day: date) -> list[str]:
    """The lines over a statement of one group that name it, as of `day`."""
    name = f"{group_name(group)} · по состоянию на {day:%d.%m.%Y}"
    return [*group_lines(group), name]


def signatures(group: Group, rules: Institution) -> list[tuple[str, str]]:
    """The deputy and the curator, with names where they are known."""
    curator = group.curator.short_name if group.curator else ""
    return [
        (rules.signatory_post, rules.signatory_name),
        (worded("Куратор"), curator),
    ]


def stay(name: str, spans: Sequence, first: date, last: date) -> str:
    """The name with «(с 05.10)», «(по 06.10)» of whoever came or left within the days.

    `spans` are half-open days in the group, in order; of whoever left and came back
    both are said: «(по 30.09 с 20.10)».
    """
    words = []
    for start, end in spans:
        if first < start <= last:
            words.append(f"с {start:%d.%m}")
        if end is not None and first < end <= last:
            words.append(f"по {end - timedelta(days=1):%d.%m}")
    return f"{name} ({' '.join(words)})" if words else name


def counted(facts: Iterable[tuple[str, int]]) -> str:
    """«занятий: 12, без темы: 3»: figures that need no grammatical case."""
    return ", ".join(f"{what}: {number}" for what, number in facts)


def say_issuer(table: Table) -> None:
    """Over every report stands who issues it: the founder and the institution."""
    rules = Institution.current()
    table.issuer = [line for line in (rules.founder, rules.name) if line]


def say_edition(table: Table, period: Any) -> None:
    """Of a period that was open again after its closing: which edition this is (A44)."""
    edition = edition_of(period.pk) if hasattr(period, "pk") else None
    if edition is None:
        return
    day = f"{timezone.localtime(edition.until):%d.%m.%Y}"
    if edition.until > timezone.now():
        words = f"Закрытый период открыт снова по {day} ({edition.words})."
        after = "После этого дня ведомость может стать другой."
        table.warnings = [*table.warnings, f"{words} {after}"]
        return
    words = f"Редакция {edition.number}: период открывали снова до {day}"
    table.lines = [*table.lines, f"{words} ({edition.words})"]


def stamp(table: Table, user: Any) -> str:
    """Put on every sheet who took the file out and when (A30); gives its number."""
    export = secrets.token_hex(4).upper()
    table.author = user.short_name
    moment = timezone.localtime(table.created_at)
    table.stamp = f"Выгрузка {export}: {table.author}, {moment:%d.%m.%Y %H:%M}"
    return export
