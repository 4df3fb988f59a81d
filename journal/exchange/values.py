"""One cell turned into the value of its field, or a Russian reason why not."""

import re
from collections.abc import Callable

from journal.exchange.matching import Field, compare, normal
from journal.exchange.reading import text
from journal.exchange.reading.workbook import Cell

SEMESTER = re.compile(
    r"(\d{1,2}|[IVX]{1,4})(?:-?[а-я]{1,2})?\s*сем|сем\w*\.?\s*№?\s*(\d+)"
)
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}


def _text(cell: Cell, wanted: Field) -> tuple[str, bool]:
    value = text.as_text(cell)
    repaired, changed = text.repair_letters(value)
    if len(repaired) > wanted.limit:
        raise ValueError(
            f"{len(repaired)} знаков, а помещается {wanted.limit}. Сократите текст."
        )
    return repaired, changed


def _name(cell: Cell, wanted: Field) -> tuple[str, bool]:
    value, changed = text.repair_name(cell)
    if any(sign.isdigit() for sign in value) or len(value) > wanted.limit:
        raise ValueError(f"«{value[:60]}» не похоже на имя.")
    return value, changed


def _choice(cell: Cell, wanted: Field) -> tuple[str, bool]:
    said = normal(text.as_text(cell)).split()
    for least in (1.0, 0.9):  # the word itself first, then «лаб. работа»
        for key, words in wanted.choices.items():
            if any(compare(said, normal(word).split()) >= least for word in words):
                return key, False
    allowed = ", ".join(f"«{words[0]}»" for words in wanted.choices.values())
    raise ValueError(f"«{text.as_text(cell)[:40]}» не подходит. Можно: {allowed}.")


def _semester(cell: Cell, _: Field) -> tuple[int, bool]:
    said = text.as_text(cell)
    match = SEMESTER.search(said) or re.fullmatch(r"(\d{1,2}|[IVX]{1,4})", said.strip())
    word = next((group for group in match.groups() if group), "") if match else ""
    number = int(word) if word.isdigit() else ROMAN.get(word, 0)
    if not 1 <= number <= 12:
        raise ValueError(f"«{said[:40]}» не похоже на номер семестра (1…12).")
    return number, False


# field kind → (value, whether it was repaired); each raises ValueError.
CONVERT: dict[str, Callable[[Cell, Field], tuple[object, bool]]] = {
    "text": _text,
    "name": _name,
    "choice": _choice,
    "semester": _semester,
    "int": lambda cell, _: text.whole_number(cell),
    "date": lambda cell, _: text.parse_date(cell),
    "snils": lambda cell, _: text.repair_snils(cell),
    "phone": lambda cell, _: text.repair_phone(cell),
    "email": lambda cell, _: text.repair_email(cell),
}
