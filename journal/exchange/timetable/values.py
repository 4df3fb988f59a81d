"""Cells of a flat timetable as values of a line; ValueError says what is wrong."""

import re

from journal.models.timetable import TimetableEntry, Weekday

WHOLE_DAY = "весь день"
# Two lessons one above the other in a cell, as wide sheets are laid flat.
UPPER_ROW, LOWER_ROW = "верхняя строка клетки", "нижняя строка клетки"
SHORT = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
PARITIES = {
    0: ("", "каждую неделю", "каждая", "все", "еженедельно", "0"),
    1: ("числитель", "числ", "числ.", "нечётная", "нечет", "1 неделя", "1-я неделя",
        "1 н", "1", "верхняя"),
    2: ("знаменатель", "знам", "знам.", "чётная", "чет", "2 неделя", "2-я неделя",
        "2 н", "2", "нижняя"),
}  # fmt: skip
LETTERS = re.compile(r"[^а-яё]")
DAYS = {
    LETTERS.sub("", day.label): day.value for day in Weekday
}  # letters alone: «П О Н Е Д Е Л Ь Н И К»


def plain(said: str) -> str:
    return " ".join(said.casefold().replace("ё", "е").split())


def weekday_in(said: str) -> int | None:
    """The weekday that a text names, however it is spaced: «06.04 ПОНЕДЕЛЬНИК»."""
    if len(said) > 60:
        return None
    return DAYS.get(LETTERS.sub("", said.casefold()))


def weekday(said: str) -> int:
    word = plain(said).strip(" .")
    if found := weekday_in(said):
        return found
    if word in SHORT:
        return SHORT.index(word) + 1
    if word in set("1234567"):
        return int(word)
    raise ValueError(f"«{said[:40]}» — не день недели. Напишите «понедельник».")


def number(said: str) -> int | None:
    word = plain(said)
    if word == WHOLE_DAY:
        return None
    match = re.fullmatch(r"(\d{1,2})(?:[- ]?[яй])?(?: (?:пара|урок|занятие))?", word)
    if match and 1 <= int(match[1]) <= 15:
        return int(match[1])
    raise ValueError(f"«{said[:40]}» — не номер занятия: от 1 до 15 или «{WHOLE_DAY}».")


def parity(said: str) -> int:
    word = plain(said)
    for value, words in PARITIES.items():
        if word in map(plain, words):
            return value
    label = dict(TimetableEntry.Parity.choices)
    for value, words in label.items():
        if word == plain(words):
            return value
    raise ValueError(f"«{said[:40]}» — не «числитель» и не «знаменатель».")


def part(said: str) -> int | None:
    """The number of a subgroup, None for the whole group."""
    word = plain(said)
    if word in ("", "вся группа"):
        return None
    match = re.fullmatch(r"(?:подгруппа )?(\d)(?: ?(?:п/?г|подгруппа))?", word)
    if match and match[1] != "0":
        return int(match[1])
    raise ValueError(f"«{said[:40]}» — не номер подгруппы.")
