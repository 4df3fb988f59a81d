"""SQLite knows no Cyrillic: LIKE that folds case, and the Russian order of names."""

import functools
import re


@functools.lru_cache(maxsize=512)
def _pattern(like: str, escape: str | None) -> re.Pattern:
    parts, place = [], 0
    while place < len(like):
        letter = like[place]
        if escape and letter == escape and place + 1 < len(like):
            place += 1
            parts.append(re.escape(like[place]))
        elif letter == "%":
            parts.append(".*")
        elif letter == "_":
            parts.append(".")
        else:
            parts.append(re.escape(letter))
        place += 1
    return re.compile("".join(parts), re.DOTALL)


def _like(like, text, escape=None):
    if text is None or like is None:
        return None
    return bool(_pattern(str(like).lower(), escape).fullmatch(str(text).lower()))


def russian_key(text: str) -> tuple[str, str]:
    """A key that puts Ё after Е, as the Russian alphabet does."""
    folded = text.casefold()
    return folded.replace("ё", "е\uffff"), folded


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
