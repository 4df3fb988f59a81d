"""Finding what a cell names, however the office spells it."""

import re
from collections.abc import Iterable

from django.db.models import Model

from journal.exchange.reading.text import LOOKALIKES

SEPARATORS = re.compile(r"[\s\-‐-―_./\\«»\"'()]+")
AT_EDGES = re.compile(r"\W+$|^\W+")


def squeezed(name: str) -> str:
    """«ИС-21», «ис 21» and «ИC21» (Latin C) are one name; «1-11» and «11-1» are two."""
    text = name.strip().translate(LATIN_TO_CYRILLIC).casefold().replace("ё", "е")

    def separator(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() :][:1]
        return "-" if before.isdigit() and after.isdigit() else ""

    return SEPARATORS.sub(separator, AT_EDGES.sub("", text))


# Look-alike letters only: digits are not letters here.
LATIN_TO_CYRILLIC = {k: v for k, v in LOOKALIKES.items() if not chr(k).isdigit()}


class ByName:
    """Rows by one or more of their texts; an exact spelling goes before a likeness."""

    def __init__(self, rows: Iterable[Model], *attributes: str) -> None:
        self.exact: dict[str, list[Model]] = {}
        self.alike: dict[str, list[Model]] = {}
        self.attributes = attributes
        for row in rows:
            self.add(row)

    def add(self, row: Model) -> None:
        for attribute in self.attributes:
            if said := str(row) if attribute == "__str__" else getattr(row, attribute):
                self.exact.setdefault(said, []).append(row)
                known = self.alike.setdefault(squeezed(said), [])
                if row not in known:
                    known.append(row)

    def find(self, said: str) -> list[Model]:
        """The rows of that name: one, none, or several to choose from."""
        return self.exact.get(said) or self.alike.get(squeezed(said), [])
