"""What a line of the start page is, and how many of one matter become one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet, Window

from journal.domain.words import plural
from journal.models.reach import grants
from journal.roles import Anchor

# How long an answer stands on the start page of whoever told.
FRESH = timedelta(days=14)
SHOWN = 5


@dataclass(frozen=True)
class Duty:
    """A line of the start page; `is_late` where somebody already waits too long.

    One that stands for several has them in `lines`, and no address of its own.
    """

    words: str
    url: str = ""
    is_late: bool = True
    lines: tuple["Duty", ...] = ()


def days(count: int) -> str:
    return plural(count, "день", "дня", "дней")


def first_of(rows: QuerySet) -> tuple[list, int]:
    """The first SHOWN rows, and how many there are; one query."""
    found = list(rows.annotate(of_all=Window(Count("pk")))[:SHOWN])
    return found, found[0].of_all if found else 0


def folded(
    words: str, lines: list[Duty], count: int | None = None, listed: str = ""
) -> list[Duty]:
    """The lines of one matter: a single one as it is, several in one that counts them.

    `words` are said of the number; `listed` is where all `count` of them stand, the
    lines being the first.
    """
    count = count or len(lines)
    if count < 2:
        return lines
    if listed and count > len(lines):
        lines = [*lines, Duty(f"Все: {count}", listed, is_late=False)]
    is_late = any(one.is_late for one in lines)
    return [Duty(words.format(count), is_late=is_late, lines=tuple(lines))]


def most_urgent(found: Sequence[Duty]) -> list[Duty]:
    """What is late first, each half in the order in which it was said."""
    return sorted(found, key=lambda one: not one.is_late)


def looks_after(user, right: str) -> bool:
    """Has the person a right over other people's groups, and not just the own ones?"""
    return user.is_superuser or any(
        grant.anchor in (Anchor.ALL, Anchor.DEPARTMENT, Anchor.SPECIALTY)
        and right in grant.permissions
        for grant in grants(user)
    )
