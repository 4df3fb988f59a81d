"""Values that a gradebook has and a journal has not: what each means is asked once.

«+», «9» of ten points, «осв»: nobody but its owner knows, so nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from journal.domain.words import listed
from journal.exchange.importer import SKIP
from journal.exchange.lessons.entries import read_entry
from journal.exchange.mapping import Row
from journal.exchange.outcome import Question
from journal.exchange.reading.text import as_text

FIRST = 10_000  # the number under which the first value of a sheet is asked
MOST_ASKED = 30
SHOWN = 3
# A slip of the pen is no other scale.
SLIPS = 10
ANSWERS = [
    *((mark, f"отметка {mark}") for mark in "5432"),
    ("з", "зачёт"),
    ("х", "незачёт"),
    ("н", "отсутствие без причины (н)"),
    ("б", "по болезни (б)"),
    ("у", "по уважительной причине (у)"),
    ("о", "опоздание (о)"),
    (SKIP, "не загружать эти клетки"),
]


def unread(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Values that are no entries of a journal → their cells, as they stand in the file.

    Where a tenth of the numbers are none, the scale is another: then all of them.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        said = as_text(row.values["said"]).strip()
        places[said].append(as_text(row.values["place"]))
    numbers = {said for said in places if re.fullmatch(r"\d+([.,]0+)?", said)}
    unknown = {said for said in places if read_entry(said) is None}
    strange = sum(len(places[said]) for said in numbers & unknown)
    if strange * SLIPS > sum(len(places[said]) for said in numbers):
        unknown |= numbers
    return {said: cells for said, cells in places.items() if said in unknown}


def cells_words(cells: list[str]) -> str:
    """«C3, D5, D7 и ещё 4»."""
    return listed(cells, SHOWN)


def questions_of(
    sheet: str, values: Mapping[str, list[str]], answers: Mapping
) -> list[Question]:
    """A question a value, at most MOST_ASKED; `answers` by sheet and number."""
    found = []
    for number, (said, cells) in enumerate(list(values.items())[:MOST_ASKED], FIRST):
        title = f"«{said[:40]}» в {cells_words(cells)}"
        answer = answers.get((sheet, number), "")
        answer = answer if answer in dict(ANSWERS) else ""
        asked = (sheet, number, title, "что это?", ANSWERS, answer, "значение")
        found.append(Question(*asked))
    return found


def meanings_of(importer, sheet: str, rows: Iterable[Row]) -> dict[str, str]:
    """Value that no journal has → what it means: "" nothing, SKIP not loaded.

    Named by hand, or asked where cells that are not understood are not to be left out.
    """
    values = unread(rows)
    by_hand = {said: importer.by_hand.get(f"«{said.casefold()}»") for said in values}
    asked = {said: cells for said, cells in values.items() if by_hand[said] is None}
    found = dict.fromkeys(asked, "")
    found |= {said: by_hand[said] or SKIP for said in values.keys() - asked}
    questions = questions_of(sheet, asked, importer.options.answers)
    is_asked = not importer.options.attach
    importer.outcome.questions += [one for one in questions if is_asked or one.answer]
    for said, question in zip(asked, questions, strict=False):
        found[said] = question.answer or (SKIP if is_asked else "")
    return found
