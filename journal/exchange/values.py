"""One cell turned into the value of its field, or a Russian reason why not."""

import re
from collections.abc import Callable
from functools import lru_cache

from journal.domain.curriculum.forms import NOTHING, form_of
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
    said = text.as_text(cell)
    key = chosen(said, wanted)
    if key is None:
        allowed = ", ".join(f"«{words[0]}»" for words in wanted.choices.values())
        raise ValueError(f"«{said[:40]}» не подходит. Можно: {allowed}.")
    return key, normal(said) in map(normal, wanted.assumed)


@lru_cache(4096)
def chosen(said: str, wanted: Field) -> str | None:
    """The key of the choice that a text names, by a whole word or its beginning."""
    words = normal(said).split()
    for least in (1.0, 0.9):  # the word itself first, then «лаб. работа»
        for key, known in wanted.choices.items():
            if any(compare(words, normal(word).split()) >= least for word in known):
                return key
    return None


YES = {"да", "состоит", "есть", "имеется", "является", "получает", "1", "+"}
NO = {"нет", "не состоит", "не имеется", "не является", "не получает", "0", "-"}


def _yes_no(cell: Cell, _: Field) -> tuple[bool, bool]:
    said = text.as_text(cell)
    word = " ".join(said.casefold().split())
    if word not in YES | NO:
        raise ValueError(
            f"«{said[:40]}» не подходит. Можно: «да», «состоит», «нет» или пусто."
        )
    return word in YES, False


def _passport(digits: int) -> Callable[[Cell, Field], tuple[str, bool]]:
    """Series (four digits) or number (six): zeros at the head come back.

    What has letters belongs to another document and stays as it is.
    """

    def convert(cell: Cell, wanted: Field) -> tuple[str, bool]:
        said = text.as_text(cell)
        bare = re.sub(r"[\s№-]", "", said)
        if not (bare.isascii() and bare.isdigit()):
            return _text(cell, wanted)
        if len(bare) > digits:
            raise ValueError(f"«{said[:40]}»: в паспорте здесь {digits} цифр(ы).")
        return bare.zfill(digits), bare.zfill(digits) != said

    return convert


def _inn(cell: Cell, _: Field) -> tuple[str, bool]:
    said = text.as_text(cell)
    bare = re.sub(r"[\s-]", "", said)
    if not (bare.isascii() and bare.isdigit() and 10 < len(bare) <= 12):
        raise ValueError(f"ИНН человека — 12 цифр, а здесь «{said[:40]}».")
    return bare.zfill(12), bare.zfill(12) != said


def _semester(cell: Cell, _: Field) -> tuple[int, bool]:
    said = text.as_text(cell)
    match = SEMESTER.search(said) or re.fullmatch(r"(\d{1,2}|[IVX]{1,4})", said.strip())
    word = next((group for group in match.groups() if group), "") if match else ""
    number = int(word) if word.isdigit() else ROMAN.get(word, 0)
    if not 1 <= number <= 12:
        raise ValueError(f"«{said[:40]}» не похоже на номер семестра (1…12).")
    return number, False


WEEKS = re.compile(r"\S{1,3}\s?нед\.?")


def _as_is(cell: Cell, wanted: Field) -> tuple[str, bool]:
    """The text with every space of it: an index is kept as the file spells it."""
    said = text.as_text(cell)
    if len(said) > wanted.limit:
        raise ValueError(f"«{said[:40]}…» длиннее {wanted.limit} знаков.")
    return said, False


def _hours(cell: Cell, wanted: Field) -> tuple[int, bool]:
    """Academic hours of a plan, 0…10,000; a dash says none.

    Old tables write the weeks of a practice («5 нед.») where hours of practical lessons
    stand: these are no hours, which is told.
    """
    if text.as_text(cell).strip() in NOTHING:
        return 0, False
    if wanted.key == "practical" and WEEKS.fullmatch(text.as_text(cell).strip()):
        return 0, True
    number = cell if isinstance(cell, int) and not isinstance(cell, bool) else None
    if number is None and re.fullmatch(r"\d{1,5}", text.as_text(cell).strip()):
        number = int(text.as_text(cell))
    if number is None or not 0 <= number <= 10_000:
        raise ValueError(f"«{text.as_text(cell)[:40]}» — не часы: нужно целое число.")
    return number, False


def _attestation(cell: Cell, _: Field) -> tuple[str, bool]:
    """A form of attestation, however it is shortened; a dash says none."""
    said = text.as_text(cell)
    form = form_of(text.repair_letters(said)[0])
    if form is None:
        raise ValueError(
            f"форма контроля «{said[:40]}» непонятна. Напишите «Э», «ДЗ», «З», «Др», "
            "«КР», «Э(к)» или оставьте пусто."
        )
    return form, False


# field kind → (value, whether it was repaired); each raises ValueError.
CONVERT: dict[str, Callable[[Cell, Field], tuple[object, bool]]] = {
    "text": _text,
    "name": _name,
    "choice": _choice,
    "yes_no": _yes_no,
    "passport_series": _passport(4),
    "passport_number": _passport(6),
    "inn": _inn,
    "as_is": _as_is,
    "hours": _hours,
    "attestation": _attestation,
    "semester": _semester,
    "int": lambda cell, _: text.whole_number(cell),
    "date": lambda cell, _: text.parse_date(cell),
    "snils": lambda cell, _: text.repair_snils(cell),
    "phone": lambda cell, _: text.repair_phone(cell),
    "email": lambda cell, _: text.repair_email(cell),
}
