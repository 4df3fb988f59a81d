"""Which column is which: by the words of its header, or by what stands in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

from journal.exchange.reading import names, text
from journal.exchange.reading.workbook import Cell
from journal.models.words import also_said, heading

Content = Callable[[Sequence[Cell]], float]

BY_HEADER = 0.7  # the least likeness of a header that is proposed at all
BY_CONTENT = 0.7  # the least share of cells that must look right


@dataclass(frozen=True)
class Field:
    """One thing an importer wants of a table.

    `kind`: text, int, date, name (a part), full_name, snils, phone, email,
    choice, semester. `required`: every row needs it, unless the fields in
    `instead_of_it` are all there. `without`: beginnings of words that make a
    header mean somebody else («Телефон матери»). `content` tells from the cells
    of a nameless column how likely it is this field, 0…1. `stand_in`: keys whose
    column serves when no other is found. `from_context`: where there is no
    column, the value may come from above or beside the table. `carried`: an
    empty cell repeats the one above. `unique`: equal rows are pointed at. `least`:
    how alike a header must be. `assumed`: words of `choices` that say less than the
    value they are taken for, which is told.
    """

    key: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    kind: str = "text"
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    instead_of_it: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    content: Content | None = field(default=None, hash=False, compare=False)
    stand_in: tuple[str, ...] = ()
    from_context: bool = False
    carried: bool = False
    unique: bool = False
    limit: int = 250
    least: float = BY_HEADER
    assumed: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The title in the words of this institution."""
        return heading(self.title)


@dataclass(frozen=True)
class Guess:
    """A column's proposed field: `confidence` 0…1 and the reason in Russian."""

    key: str
    confidence: float
    reason: str


@lru_cache(4096)
def normal(header: str) -> str:
    """«Ф.И.О. студента» → «фио студента», «№ п/п» → «номер пп»."""
    words = text.clean_text(text.repair_letters(header)[0]).casefold().replace("ё", "е")
    words = words.replace("№", " номер ").replace("n п", " номер п")
    words = re.sub(r"\bкол[-. ]{0,2}(во|ва)\b", "количество", words)
    words = re.sub(
        r"\bе[- ]?mail\b|\be[- ]?mail\b|\bэл(ектронная)?\W*почта", "email", words
    )
    tokens = re.sub(r"[^\w]|_", " ", words).split()
    joined: list[str] = []
    for single, run in groupby(tokens, key=lambda token: len(token) == 1):
        letters = list(run)
        if single and len(letters) > 1:
            joined.append("".join(letters))
        else:
            joined += letters
    return " ".join(joined)


class Headers:
    """The headers that a set of fields is known by, ready to be compared with."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self.by_start: dict[str, list[tuple[int, list[str], float]]] = {}
        for place, wanted in enumerate(fields):
            for number, said in enumerate((wanted.title, *wanted.synonyms)):
                # Of two columns the one with the more usual name is meant.
                weight = 1 - min(number, 20) / 1000
                for header in (said, *sorted(also_said(said))):
                    words = normal(header).split()
                    for start in {word[:3] for word in words}:
                        known = self.by_start.setdefault(start, [])
                        known.append((place, words, weight))
        self.known: dict[str, dict[int, float]] = {}

    def scores(self, header: Cell) -> dict[int, float]:
        """Place of a field → how surely the header names it, 0.7…1; others absent."""
        if not isinstance(header, str) or len(header) > 80:
            return {}
        if header not in self.known:
            if len(self.known) > 20_000:
                self.known.clear()
            scores = self._scores(header, 1.0)
            if "(" in header:
                outside = self._scores(re.sub(r"\([^)]*\)", " ", header), 0.95)
                for place, score in outside.items():
                    scores[place] = max(score, scores.get(place, 0.0))
            self.known[header] = scores
        return self.known[header]

    def _scores(self, header: str, weight: float) -> dict[int, float]:
        words = normal(header).split()
        scores: dict[int, float] = {}
        if len(words) > 10:
            return scores
        for start in {word[:3] for word in words}:
            for place, known, usual in self.by_start.get(start, ()):
                score = weight * usual * compare(words, known)
                least = self.fields[place].least
                if score >= least and score > scores.get(place, 0.0):
                    scores[place] = score
        return {
            place: score
            for place, score in scores.items()
            if not any(w.startswith(self.fields[place].without) for w in words)
        }


@lru_cache(32)
def headers_of(fields: tuple[Field, ...]) -> Headers:
    """The one Headers of a table of fields."""
    return Headers(fields)


def compare(words: list[str], known: list[str]) -> float:
    """1 the same words, 0.9 shortened, 0.75 misspelt, less with words beside, 0 other."""
    if words == known:
        return 1.0
    if len(words) == len(known):
        pairs = list(zip(words, known, strict=True))
        if all(k.startswith(w) and (len(w) > 2 or w == k) for w, k in pairs):
            return 0.9
        if all(w == k or _misspelt(w, k) for w, k in pairs):
            return 0.75
        return 0.0
    extra = len(words) - len(known)
    if 0 < extra < 4 and len("".join(known)) > 2:
        for start in range(extra + 1):
            if words[start : start + len(known)] == known:
                return 0.85 - 0.05 * extra
    return 0.0


def _misspelt(word: str, known: str) -> bool:
    """«дистицплина»: the same beginning and most of the letters in order."""
    if word[:3] != known[:3] or abs(len(word) - len(known)) > 2 or len(known) < 5:
        return False
    return SequenceMatcher(None, word, known).ratio() >= 0.84


def assign(
    titles: Sequence[str], columns: Sequence[Sequence[Cell]], headers: Headers
) -> tuple[dict[int, Guess], dict[int, str]]:
    """(column → guess, column → key already taken by a likelier column).

    `columns` are (the first) cells under each title, None left out. Headers go first;
    nameless columns are then told by their content, and a column of names whatever
    its header, where names are wanted and no header promises them.
    """
    fields = headers.fields
    guesses, doubles = _by_header(titles, columns, headers)
    _stand_in(guesses, doubles, fields)
    nameless = {
        i
        for i, title in enumerate(titles)
        if columns[i] and not any(sign.isalpha() or sign == "№" for sign in title)
    }
    guesses |= _by_content(nameless - set(guesses), columns, fields, guesses)
    missing = missing_fields({g.key for g in guesses.values()}, fields)
    for wanted in missing:
        if wanted.kind != "full_name":
            continue
        # Without a header the first cell may be one that was not known as such.
        firsts = [cells[0] if cells else None for cells in columns]
        heads = [title or first for title, first in zip(titles, firsts, strict=True)]
        others = {i for i, head in enumerate(heads) if _is_other(head, wanted)}
        for index, guess in _people(columns, others | set(guesses)):
            taken = {g.key for g in guesses.values()}
            if guess.key not in taken and any(guess.key == f.key for f in fields):
                guesses[index] = guess
                doubles.pop(index, None)
    return guesses, doubles


def _is_other(head: Cell, wanted: Field) -> bool:
    """«ФИО преподавателя» is surely no student, whatever stands under it."""
    if not isinstance(head, str) or not wanted.without:
        return False
    if names.looks_like_full_name(head) or names.looks_like_name_word(head):
        return False
    return any(word.startswith(wanted.without) for word in normal(head).split())


def _by_header(
    titles: Sequence[str], columns: Sequence[Sequence[Cell]], headers: Headers
) -> tuple[dict[int, Guess], dict[int, str]]:
    pairs = [
        (score, len(columns[index]), -index, -place)
        for index, title in enumerate(titles)
        for place, score in headers.scores(title).items()
    ]
    guesses: dict[int, Guess] = {}
    doubles: dict[int, str] = {}
    taken: set[str] = set()
    for score, _, index, place in sorted(pairs, reverse=True):
        index, wanted = -index, headers.fields[-place]
        if index in guesses:
            continue
        if wanted.key in taken:
            doubles.setdefault(index, wanted.key)
            continue
        taken.add(wanted.key)
        doubles.pop(index, None)
        reason = "заголовок" if score > 0.95 else "похожий заголовок"
        guesses[index] = Guess(wanted.key, round(score, 2), reason)
    return guesses, doubles


def _stand_in(
    guesses: dict[int, Guess], doubles: dict[int, str], fields: Sequence[Field]
) -> None:
    """Let a column serve for a required field that nothing is headed as."""
    for wanted in missing_fields({g.key for g in guesses.values()}, fields):
        for index, guess in guesses.items():
            if guess.key in wanted.stand_in:
                guesses[index] = Guess(wanted.key, 0.5, "вместо недостающего столбца")
                doubles.pop(index, None)
                break


def _by_content(
    free: set[int],
    columns: Sequence[Sequence[Cell]],
    fields: Sequence[Field],
    guesses: Mapping[int, Guess],
) -> dict[int, Guess]:
    taken = {guess.key for guess in guesses.values()}
    # Notes at the side of a table fill a few rows of a column, data most of them.
    least = max(2, max(map(len, columns), default=0) // 3)
    scored = [
        (share, -place, -index)
        for index in free
        if len(columns[index]) >= least
        for place, wanted in enumerate(fields)
        if wanted.key not in taken
        and (share := content_share(columns[index], wanted)) >= BY_CONTENT
    ]
    found: dict[int, Guess] = {}
    for share, place, index in sorted(scored, reverse=True):
        key = fields[-place].key
        if -index not in found and key not in {g.key for g in found.values()}:
            found[-index] = Guess(key, round(share * 0.6, 2), "по содержимому")
    return found


def missing_fields(keys: set[str], fields: Sequence[Field]) -> list[Field]:
    """Required fields that neither a column nor their substitutes give."""
    return [
        wanted
        for wanted in fields
        if wanted.required
        and wanted.key not in keys
        and not (wanted.instead_of_it and keys.issuperset(wanted.instead_of_it))
    ]


def _people(
    columns: Sequence[Sequence[Cell]], taken: set[int]
) -> list[tuple[int, Guess]]:
    """Columns that hold names: one of full names, or surname, first, patronymic."""
    free = [i for i in range(len(columns)) if i not in taken and columns[i]]
    full = max(free, key=lambda i: full_name_share(columns[i]), default=None)
    if full is not None and full_name_share(columns[full]) >= 0.5:
        share = round(full_name_share(columns[full]) * 0.7, 2)
        return [(full, Guess("full_name", share, "по содержимому"))]
    first = max(free, key=lambda i: given_share(columns[i]), default=None)
    if first is None or given_share(columns[first]) < 0.5:
        return []
    found = [(first, Guess("first_name", 0.6, "по содержимому"))]
    for neighbour in (first - 1, first + 1):
        if neighbour in free and name_word_share(columns[neighbour]) >= BY_CONTENT:
            found.append((neighbour, Guess("last_name", 0.5, "по содержимому")))
            break
    for neighbour in free:
        if patronymic_share(columns[neighbour]) >= 0.5:
            found.append((neighbour, Guess("middle_name", 0.6, "по содержимому")))
            break
    return found if len(found) > 1 else []


def content_share(cells: Sequence[Cell], wanted: Field) -> float:
    """0…1: how likely a column of these cells is the field, by content alone."""
    if wanted.content:
        return wanted.content(cells)
    known = KINDS_BY_CONTENT.get(wanted.kind)
    if wanted.kind == "choice":
        # Codes («1», «2») tell nothing without a header.
        words = {normal(w) for said in wanted.choices.values() for w in said}
        words = {word for word in words if not word.isdigit()}
        return share_of(lambda cell: normal(text.as_text(cell)) in words)(cells)
    return known(cells) if known else 0.0


def share_of(test: Callable[[Cell], object]) -> Content:
    """A content test from a test of one cell: the share of cells that pass."""

    def share(cells: Sequence[Cell]) -> float:
        return sum(bool(test(cell)) for cell in cells) / len(cells) if cells else 0.0

    return share


def passes(repair: Callable[[Cell], object]) -> Callable[[Cell], bool]:
    """A test of one cell from a repair that raises ValueError."""

    def test(cell: Cell) -> bool:
        try:
            repair(cell)
        except ValueError:
            return False
        return True

    return test


def full_name_share(cells: Sequence[Cell]) -> float:
    """Share of full names; 0 unless at least two, a third of them beyond doubt."""
    likely = sum(names.looks_like_full_name(cell) for cell in cells)
    certain = sum(names.is_certain_name(cell) for cell in cells)
    return likely / len(cells) if certain > 1 and certain * 3 >= likely else 0.0


given_share = share_of(lambda cell: isinstance(cell, str) and names.is_given_name(cell))
name_word_share = share_of(names.looks_like_name_word)
patronymic_share = share_of(
    lambda cell: isinstance(cell, str) and names.is_patronymic(cell.split(" ")[-1])
)
# A bare number is rarely a telephone or a date: only what is written as one counts.
KINDS_BY_CONTENT: dict[str, Content] = {
    "snils": share_of(
        lambda cell: (
            len(re.sub(r"\D", "", text.as_text(cell))) > 9
            and passes(text.repair_snils)(cell)
        )
    ),
    "phone": share_of(
        lambda cell: (
            re.match(r"\+?[78][\s(-]*9", text.as_text(cell))
            and passes(text.repair_phone)(cell)
        )
    ),
    "email": share_of(passes(text.repair_email)),
    "date": share_of(
        lambda cell: (
            (isinstance(cell, date) or "." in text.as_text(cell))
            and passes(text.parse_date)(cell)
        )
    ),
}
