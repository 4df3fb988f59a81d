"""SQLite knows no Cyrillic: LIKE that folds case, and the Russian order of names."""

import functools
import re
from collections.abc import Callable

from django.db import connection, connections
from django.db.models import F
from django.db.models.functions import Collate

ANY, ONE = object(), object()
WILD = {"%": ANY, "_": ONE}


@functools.lru_cache(maxsize=512)
def _matcher(like: str, escape: str | None) -> Callable[[str], bool]:
    """Does a text in small letters match? A list of thousands asks for every row."""
    parts, place, like = [], 0, like.lower()
    while place < len(like):
        letter = like[place]
        if escape and letter == escape and place + 1 < len(like):
            place += 1
            parts.append(like[place])
        else:
            parts.append(WILD.get(letter, letter))
        place += 1
    inner = parts[1:-1]
    if len(parts) > 1 and parts[0] is parts[-1] is ANY and not set(inner) & {ANY, ONE}:
        needle = "".join(inner)
        return lambda text: needle in text
    words = {ANY: ".*", ONE: "."}
    pattern = "".join(words.get(part) or re.escape(part) for part in parts)
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def _like(like, text, escape=None):
    if text is None or like is None:
        return None
    return _matcher(str(like), escape)(str(text).lower())


@functools.lru_cache(maxsize=16_384)  # a list compares the same names many times over
def russian_key(text: str) -> tuple[str, str]:
    """A key that puts Ё after Е, as the Russian alphabet does."""
    folded = text.casefold()
    return folded.replace("ё", "е\uffff"), folded


def alphabetical(*fields: str) -> list:
    """An ordering in which Ё follows Е; PostgreSQL with the Russian rules has it."""
    if connection.vendor == "sqlite":
        return [Collate(F(field), "ru").asc() for field in fields]
    return list(fields)


def _compare(one: str, other: str) -> int:
    left, right = russian_key(one), russian_key(other)
    return (left > right) - (left < right)


def teach_russian(sender, connection, **kwargs):
    """Receiver of `connection_created`: the functions of one SQLite connection."""
    if connection.vendor != "sqlite":
        return
    base = connection.connection
    base.create_function("like", 2, _like, deterministic=True)
    base.create_function("like", 3, _like, deterministic=True)
    base.create_collation("ru", _compare)


def lift_triggers(sender=None, using="default", plan=(), **kwargs):
    """Receiver of `pre_migrate`: SQLite rebuilds no table that a trigger speaks of.

    They are installed again when the migrations are through (`install_guards`).
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
