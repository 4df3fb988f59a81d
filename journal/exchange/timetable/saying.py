"""What the cells of a sheet of changes say: nothing, a part of a group, one person."""

import re

from journal.exchange.timetable.settling import LeftOutError

NOTHING = re.compile(r"^[\s\-–—_.]*$")
PART = re.compile(r"([12])\s*п\s*/?\s*г\.?", re.IGNORECASE)
DASHES = re.compile(r"[-–—_]{2,}")
SEVERAL = re.compile(r"[А-ЯЁ][а-яё]+\s+[А-ЯЁ]\.\s*[А-ЯЁ]")


def is_nothing(said: str) -> bool:
    """«------» and an empty cell."""
    return bool(NOTHING.match(said))


def one_name(said: str) -> str:
    """The cell as the name of one person; "" where it names several."""
    return "" if len(SEVERAL.findall(said)) > 1 else said.strip(" ,;")


def part_of(said: str) -> tuple[str, int | None]:
    """The discipline and the part of the group that a cell names; one of them.

    «1 п/г ------ 2 п/г Физика» → («Физика», 2). Raises LeftOutError for two.
    """
    pieces = PART.split(said)
    if len(pieces) == 1:
        return said.strip(), None
    if not is_nothing(pieces[0]):
        raise LeftOutError(f"«{said[:60]}»: непонятно, о какой подгруппе речь.")
    named = [
        (DASHES.sub("", text).strip(), int(number))
        for number, text in zip(pieces[1::2], pieces[2::2], strict=True)
        if not is_nothing(text)
    ]
    if len(named) != 1:
        raise LeftOutError(f"«{said[:60]}»: в клетке две подгруппы, разделите строку.")
    return named[0]
