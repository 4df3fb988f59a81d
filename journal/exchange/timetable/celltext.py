"""The text of one cell of a wide timetable, taken apart; nothing is guessed."""

import re
from dataclasses import dataclass

LETTER = "[А-ЯЁ]"
NAME = rf"{LETTER}[а-яё]+(?:-{LETTER}[а-яё]+)?"
# «Иванов И.И.», «Иванов И. И», or, where a sheet writes initials first, «И.И. Иванов».
AFTER = re.compile(rf"\b{NAME}\s{LETTER}\.\s?{LETTER}(?:\.|\b)")
BEFORE = re.compile(rf"\b{LETTER}\.\s?{LETTER}\.\s?{NAME}")
PART = re.compile(r"\(?\s*(\d)\s*(?:п/?г\b|по[д]?г+р?у?п+\w*)\.?\s*\)?", re.IGNORECASE)
# «1 н. … ------ 2 н. …»
WEEK = re.compile(r"(?<![\w.])([12])\s?н(?:ед(?:еля)?)?\b\.?:?", re.IGNORECASE)
DASHES = re.compile(r"[-–—_]{3,}")
SPACES = " ,;:-–—\n\t"
EDGES = SPACES + "."  # a dot may end the initials
TWO = "в клетке два занятия, одно над другим"
UPPER, LOWER = 11, 12  # weeks named only by the place in a cell


@dataclass(frozen=True)
class Piece:
    """One line that a cell means; `problem` where it cannot be understood."""

    discipline: str = ""
    teacher: str = ""
    room: str = ""
    part: int | None = None
    parity: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Reader:
    """How the cells of a sheet are written: initials first, rooms in their column."""

    person: re.Pattern = AFTER
    has_room_column: bool = False

    def pieces(self, lines: list[str], rooms: str, parity: int = 0) -> list[Piece]:
        """The lines that a cell means: its texts, and what its columns of rooms say."""
        if len(lines) == 2 and not parity and all(map(self._is_whole, lines)):
            halves = _halves(rooms, 2)
            return [
                piece
                for line, half, week in zip(lines, halves, (UPPER, LOWER), strict=True)
                for piece in self._weeks(line, half, week)
            ]
        return self._weeks(" ".join(lines), rooms, parity)

    def _is_whole(self, line: str) -> bool:
        """Does one row of a cell name both a discipline and a teacher?"""
        person = self.person.search(line)
        return bool(person and line[: person.start()].strip(EDGES))

    def _weeks(self, text: str, rooms: str, parity: int) -> list[Piece]:
        return _weeks(self, text, rooms, parity)


def _weeks(reader: Reader, text: str, rooms: str, parity: int) -> list[Piece]:
    text = DASHES.sub(" ", text).strip(SPACES)
    if not text.strip(EDGES):
        return []
    marks = list(WEEK.finditer(text))
    if marks and parity:
        return [Piece(problem=f"«{_short(text)}»: неделя названа дважды")]
    if not marks:
        return _one(reader, text, rooms, parity)
    if text[: marks[0].start()].strip(EDGES) or len(marks) > 2:
        return [Piece(problem=f"«{_short(text)}»: непонятно, что на какой неделе")]
    found = []
    halves = _halves(rooms, len(marks))
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        half = text[mark.end() : end].strip(SPACES)
        if half:
            found += _one(reader, half, halves[place], int(mark[1]))
    return found


def _halves(rooms: str, count: int) -> list[str]:
    """Rooms of the first and of the second week, or the same for both."""
    said = [part.strip(EDGES) for part in DASHES.split(rooms)]
    if len(said) == count:
        return said
    return [rooms] * count


def _one(reader: Reader, text: str, rooms: str, parity: int) -> list[Piece]:
    people = list(reader.person.finditer(text))
    if not people:
        part = PART.search(text)
        name = PART.sub("", text).strip(EDGES + '«»"')
        return [Piece(name, "", rooms.strip(EDGES), part and int(part[1]), parity)]
    discipline = PART.sub("", text[: people[0].start()]).strip(EDGES)
    if not discipline:
        return [Piece(problem=f"«{_short(text)}»: перед преподавателем нет дисциплины")]
    parts, rest = _between(text, people)
    if rest and reader.has_room_column:
        return [Piece(problem=f"«{_short(text)}»: лишние слова «{_short(rest)}»")]
    places = split_rooms(rooms if reader.has_room_column else rest, len(people))
    if places is None:
        said = _short(rooms or rest)
        count = len(people)
        return [Piece(problem=f"«{_short(text)}»: аудитории «{said}» на {count} преп.")]
    leading = PART.search(text[: people[0].start()])
    if leading and not any(parts):
        parts[0] = int(leading[1])
    if len(people) > 1 and not all(parts):
        if any(parts):
            return [Piece(problem=f"«{_short(text)}»: подгруппа названа не у всех")]
        parts = list(range(1, len(people) + 1))  # side by side: the first is the first
    return [
        Piece(discipline, person[0].strip(), room, part, parity)
        for person, part, room in zip(people, parts, places, strict=True)
    ]


def _between(text: str, people) -> tuple[list[int | None], str]:
    """The part named after each person, and what else stands there."""
    parts: list[int | None] = []
    rest = []
    for place, person in enumerate(people):
        last = place + 1 == len(people)
        after = text[person.end() : len(text) if last else people[place + 1].start()]
        mark = PART.search(after)
        parts.append(int(mark[1]) if mark else None)
        rest.append(PART.sub("", after).strip(EDGES + "/и()"))
    return parts, " ".join(filter(None, rest))


def split_rooms(said: str, count: int) -> list[str] | None:
    """A room for each of several teachers; None where the numbers do not fit."""
    said = " ".join(DASHES.sub(" ", said).split()).strip(EDGES)
    if count == 1 or not said:
        return [said] * count
    for by in (r"\s*[/;,]\s*", r"\s+"):
        found = [room for room in re.split(by, said) if room]
        if len(found) == count:
            return found
    return None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 70 else f"{text[:69]}…"
