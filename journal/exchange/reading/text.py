"""Cells made clean, and the typical dirt of office spreadsheets repaired.

The dirt is that which registered contingent tools repair too: extra spaces,
Latin letters inside Cyrillic words, СНИЛС as a number, dates as text.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from journal.exchange.reading.workbook import Cell

# Zero-width and direction marks, soft hyphen, byte order mark, controls.
INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
SPACES = re.compile(r"\s+")
SEVERAL = re.compile(r"\s\s")
FORMULA_START = "=+-@\t\r\n;|＝＋－＠"

LOOKALIKES = str.maketrans("ABCEHKMOPTXYaceopxyk03", "АВСЕНКМОРТХУасеорхукОЗ")
LATIN_LIKE = set("ABCEHKMOPTXYaceopxyk")
CYRILLIC = re.compile("[А-Яа-яЁё]")
SUSPECT = re.compile("[A-Za-z03]")
WORD = re.compile(r"[^\W_]+")

MONTHS = (
    "янв", "фев", "мар", "апр", "ма", "июн",
    "июл", "авг", "сен", "окт", "ноя", "дек",
)  # fmt: skip


def tidy(value: str) -> str:
    """NFC, no invisible signs, every run of spaces (NBSP, new line) one space."""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():  # no sign but a plain space is left to look for
        value = CONTROLS.sub("", INVISIBLE.sub("", value))
        value = SPACES.sub(" ", value)
    value = value.strip()
    return SPACES.sub(" ", value) if "  " in value else value


def clean_text(value: str) -> str:
    """A cell's text tidied, without the apostrophe that protected it.

    An apostrophe before a sign that would start a formula, or before a digit, is the
    escape of our own exports (and of Excel) and goes.
    """
    value = tidy(value)
    if value.startswith("'"):
        bare = value.lstrip("'").lstrip()
        if bare and (bare[0] in FORMULA_START or bare[0].isdigit()):
            value = value[1:].lstrip()
    return value


def has_extra_spaces(value: str) -> bool:
    """Are there spaces at the ends, or several in a row?"""
    return value != value.strip() or SEVERAL.search(value) is not None


def clean_cell(value: object) -> Cell:
    """Any cell of a reader → text cleaned, whole floats as int, nothing as None."""
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if value is None or isinstance(value, bool | int | date | time | timedelta):
        return value
    return clean_text(str(value)) or None


def as_text(value: Cell) -> str:
    """How the cell would be written by hand: «12», «01.09.2025», «»."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def repair_letters(value: str) -> tuple[str, bool]:
    """Latin look-alikes (and 0, 3) inside words that have Cyrillic letters.

    «Ивaнoв» with Latin a and o becomes Cyrillic; words that are wholly Latin
    or hold Latin letters without a twin («IPv4») are left alone.
    """

    if value.isascii() or not SUSPECT.search(value):
        return value, False

    def word(match: re.Match[str]) -> str:
        text = match[0]
        if text.isascii() or not CYRILLIC.search(text):
            return text
        strange = {s for s in text if s.isascii()}
        digits = {s for s in strange if s.isdigit()}
        # «ИС31» is a code of a group, «0льга» and «3ахаров» are typing errors.
        if digits and not re.fullmatch(
            r"[03]?[^\W\d_]{3,}|[^\W\d_]+[03][^\W\d]+", text
        ):
            return text
        if not strange - digits <= LATIN_LIKE:
            return text
        return text.translate(LOOKALIKES)

    repaired = WORD.sub(word, value)
    return repaired, repaired != value


def repair_name(value: Cell) -> tuple[str, bool]:
    """One part of a name (or several): letters, dashes, case.

    «иВАНОВ», «ИВАНОВ» → «Иванов»; «Петрова - Сидорова» → «Петрова-Сидорова»;
    «Мамед  Оглы» → «Мамед оглы». Returns (value, whether anything but outer
    spaces was changed).
    """
    text = clean_text(as_text(value))
    result, _ = repair_letters(text)
    result = re.sub(r"\s*[-‐-―−]\s*", "-", result).strip(" ,;*-")
    result = re.sub("[’`ʼ´]", "'", result)
    words = [_case(word) for word in result.split(" ")]
    result = " ".join(words)
    return result, result != text


# The second word of a Turkic patronymic: «Мамед оглы», «Гасан кызы».
PARTICLES = {
    "оглы", "оглу", "углы", "угли", "улы", "уулу", "заде",
    "кызы", "кизи", "гызы", "кзы",
}  # fmt: skip


def _case(word: str) -> str:
    if word.lower() in PARTICLES:
        return word.lower()
    letters = "".join(sign for sign in word if sign.isalpha())
    if "." in word:  # initials
        return word.upper() if letters.islower() and len(letters) <= 2 else word
    shouted = len(letters) > 1 and (letters.isupper() or letters[:2].isupper())
    if not shouted and not letters[:1].islower():
        return word
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word.lower())


def repair_snils(value: Cell) -> tuple[str, bool]:
    """СНИЛС as «000-000-000 00»; a number gets its leading zeros back.

    Raises ValueError (Russian text) for a wrong length or a wrong check number
    (numbers up to 001-001-998 have none).
    """
    text = clean_text(as_text(value))
    digits = re.sub(r"[\s\-–—.]", "", text)
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("СНИЛС состоит из 11 цифр, например 112-233-445 95.")
    if isinstance(value, int) or digits == text:
        digits = digits.zfill(11) if len(digits) >= 8 else digits
    if len(digits) != 11:
        raise ValueError(f"В СНИЛС должно быть 11 цифр, а здесь {len(digits)}.")
    if int(digits[:9]) > 1_001_998 and _snils_check(digits[:9]) != int(digits[9:]):
        raise ValueError(f"Контрольное число СНИЛС «{text}» не сходится: проверьте.")
    result = f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"
    return result, result != text


def _snils_check(nine: str) -> int:
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(nine))
    return total % 101 % 100


def parse_date(value: Cell, today: date | None = None) -> tuple[date, bool]:
    """A date cell, a date written as text, or Excel's serial number.

    «01.09.2008», «1.9.08», «2008-09-01», «1 сентября 2008 г.», 39692; two
    digits of a year mean the last hundred years before `today`. Returns
    (date, whether it was not a date cell). Raises ValueError (Russian text).
    """
    if isinstance(value, datetime):
        return value.date(), False
    if isinstance(value, date):
        return value, False
    text = clean_text(as_text(value)).lower()
    wrong = ValueError(
        f"Не удалось понять дату «{text[:40]}»: напишите её как 01.09.2008."
    )
    if text.isascii() and text.isdigit():
        serial = int(text)
        # 1927…2064: outside lie ordinary numbers that are no dates.
        if len(text) == 8 and text[4:] >= "1900":
            return _date(text[4:], text[2:4], text[:2], wrong), True
        if 10_000 <= serial <= 60_000:
            return date(1899, 12, 30) + timedelta(days=serial), True
        raise wrong
    text = re.sub(r"\s*(г\.?|года|год)$", "", text).rstrip(".")
    text = re.sub(r"[ t]\d{1,2}:\d{2}(:\d{2})?$", "", text)
    if match := re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", text):
        return _date(match[1], match[2], match[3], wrong), True
    if match := re.fullmatch(
        r"(\d{1,2}) ?[-./, ] ?(\d{1,2}) ?[-./, ] ?(\d{4}|\d\d)", text
    ):
        year = _full_year(match[3], today)
        return _date(year, match[2], match[1], wrong), True
    if match := re.fullmatch(r"(\d{1,2})[ -]([а-я]{3,8})\.?[ -](\d{4}|\d\d)", text):
        for number, start in enumerate(MONTHS, 1):
            if match[2].startswith(start) and (
                number != 5 or match[2] in ("мая", "май")
            ):
                year = _full_year(match[3], today)
                return _date(year, number, match[1], wrong), True
    raise wrong


def _full_year(text: str, today: date | None) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    now = (today or date.today()).year
    return year + now // 100 * 100 - (100 if year > now % 100 else 0)


def _date(year: int | str, month: int | str, day: int | str, wrong: ValueError) -> date:
    try:
        result = date(int(year), int(month), int(day))
    except ValueError:
        raise wrong from None
    if not 1900 <= result.year <= 2100:
        raise wrong
    return result


def repair_phone(value: Cell) -> tuple[str, bool]:
    """«+79991234567»; of several numbers the first. Raises ValueError."""
    text = clean_text(as_text(value))
    first = re.split(r"[,;/]| и ", text)[0]
    digits = re.sub(r"\D", "", first)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    elif first.strip().startswith("+") and 8 <= len(digits) <= 15:
        return f"+{digits}", f"+{digits}" != text
    if len(digits) != 10:
        raise ValueError(
            f"Телефон «{text[:40]}» не похож на номер вида +7 900 123-45-67."
        )
    result = f"+7{digits}"
    return result, result != text


def repair_email(value: Cell) -> tuple[str, bool]:
    """An address in small letters. Raises ValueError (Russian text)."""
    text = clean_text(as_text(value))
    result = text.lower().removeprefix("mailto:").replace(" ", "").rstrip(".,;")
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", result):
        raise ValueError(f"«{text[:40]}» не похоже на адрес электронной почты.")
    return result, result != text


def whole_number(value: Cell) -> tuple[int, bool]:
    """An int from a cell; «12», «12 ч.», «2,0» are repaired. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value, False
    text = clean_text(as_text(value))
    match = re.fullmatch(r"(-?\d{1,9})(?:[.,]0+)?(\s?[а-яА-Я]{1,6}\.?)?", text)
    if not match:
        raise ValueError(f"Нужно целое число, а здесь «{text[:40]}».")
    return int(match[1]), match[1] != text
