"""How much of a lesson an absence takes, as a cell says it: «н», «н1», «о15».

A letter alone is the whole lesson, or a lateness of unknown length. A number after a
letter that counts as absence is academic hours of the lesson (a half-pair is «н1»),
after one that does not it is minutes.
"""

import re
from typing import NamedTuple

MOST_MINUTES = 90
VALUE = re.compile(r"(?P<code>\D{1,2})(?P<amount>[1-9][0-9]?)", re.ASCII)


class Amount(NamedTuple):
    """A letter with the academic hours missed (0 of a lateness) and minutes late."""

    code: str
    hours: int
    minutes: int | None


def absence_value(code: str, hours: int, minutes: int | None, whole: int) -> str:
    """What a cell shows of an absence in a lesson of `whole` academic hours."""
    if minutes:
        return f"{code}{minutes}"
    return code if hours in (0, whole) else f"{code}{hours}"


def read_absence(text: str, reasons: dict, whole: int) -> Amount:
    """The absence that a typed value means in a lesson of `whole` academic hours.

    `reasons` maps a letter to something with `counts_as_absence`. ValueError says in
    Russian what is allowed.
    """
    found = VALUE.fullmatch(text)
    code = text if text in reasons or not found else found["code"]
    if code not in reasons:
        allowed = ", ".join(f"{one.code} ({one.name})" for one in reasons.values())
        raise ValueError(f"Так отсутствие не пишут. Допустимо: {allowed}.")
    amount = int(found["amount"]) if found and code != text else None
    if not reasons[code].counts_as_absence:
        if amount and amount > MOST_MINUTES:
            raise ValueError(f"Опоздание бывает от 1 до {MOST_MINUTES} минут.")
        return Amount(code, 0, amount)
    if amount and amount > whole:
        raise ValueError(
            f"В занятии академических часов: {whole}. После буквы — сколько из них"
            " пропущено."
        )
    return Amount(code, amount or whole, None)
