"""What addresses and forms ask, read with care: nonsense is a BadRequest."""

from datetime import date

from django.core.exceptions import BadRequest
from django.utils import timezone

MOST_KEY = 2**63
MOST_DIGITS = 20


def asked_key(text: str) -> int | None:
    """The key of a row, None where nothing is asked; raises BadRequest otherwise."""
    if not text:
        return None
    digits = text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS
    if not digits or int(text) >= MOST_KEY:
        raise BadRequest("Ожидается номер записи.")
    return int(text)


def key_of(data, name: str) -> int | None:
    """`asked_key` of what `name` says in an address or a form."""
    return asked_key(data.get(name, ""))


def asked_day(text: str, default: date | None = None) -> date:
    """A day as an address writes it, today by default; raises BadRequest otherwise."""
    if not text:
        return default or timezone.localdate()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("Дата: год-месяц-день, например 2026-10-14.") from error
    if not 2000 <= day.year < 2100:
        raise BadRequest("Дата: от 2000 до 2099 года.")
    return day


def wrong_words(form) -> list[str]:
    """What is wrong with a form, a sentence each: «Дата: Обязательное поле.»."""
    return [
        f"{form.fields[name].label}: {words}" if name in form.fields else words
        for name, errors in form.errors.items()
        for words in errors
    ]
