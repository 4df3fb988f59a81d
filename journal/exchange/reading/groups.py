"""Texts that name a study group or a class: «ИСП-110», «1 А», «407»."""

import re

from journal.exchange.reading.text import as_text, clean_text
from journal.exchange.reading.workbook import Cell

SCHOOL = re.compile(r"(?:1[01]|[1-9])\s?[-«\"]?\s?[А-Яа-я][»\"]?(?:\s?класс)?")
COLLEGE = re.compile(
    r"[А-ЯЁA-Z][А-ЯЁA-Zа-яё]{0,6}[-–. ]{0,2}\d{1,4}(?:[-–/. ]{1,2}\d{1,3}){0,2}"
    r"[-–]?[А-ЯЁа-яё]{0,3}"
    r"|\d{1,4}[-–. ]{0,2}[А-ЯЁ][А-ЯЁа-яё]{0,6}(?:[-–. ]{0,2}\d{1,4})?"
)
NUMBER = re.compile(r"[1-9]\d{2,3}")
# «Лист1», «Table 2», «Раздел 3»: a word, not a code.
A_WORD = re.compile(r"[А-ЯЁA-Z][а-яёa-z]{3,}|[Ss]heet|[Tt]able")
IN_TITLE = re.compile(
    r"(?:групп[аыеу]|гр\.|класса?|классе)\s*[:№]?\s*[«\"]?([\w][\w./ «\"-]{0,14})", re.I
)


def group_name(value: Cell) -> str | None:
    """The cell as the name of a group, or None when it does not look like one."""
    text = clean_text(as_text(value)).strip('«»" ')
    if NUMBER.fullmatch(text):
        return None if 1990 <= int(text) <= 2050 else text
    if A_WORD.match(text) or len(text) > 20:
        return None
    if SCHOOL.fullmatch(text) or COLLEGE.fullmatch(text):
        return text
    return None


def group_in_title(value: Cell) -> str | None:
    """«ИСП-110» from «Список студентов группы ИСП-110 на 01.09.2025»."""
    text = clean_text(as_text(value))
    match = IN_TITLE.search(text)
    if match:
        words = match[1].strip(' .«»"-').split(" ")
        for length in (3, 2, 1):
            found = group_name(" ".join(words[:length]))
            if found and len(words) >= length:
                return found
    before = re.search(r"\b((?:1[01]|[1-9])\s?[-«\"]?[А-Яа-я][»\"]?)\s+класс", text)
    return clean_text(before[1]) if before else None
