"""Dates and numbers as Russian says them."""

from collections.abc import Sequence
from datetime import date, timedelta

MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
MONTHS_OF = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
WEEKDAYS = (
    "понедельник",
    "вторник",
    "среда",
    "четверг",
    "пятница",
    "суббота",
    "воскресенье",
)


def plural(number: int, one: str, few: str, many: str) -> str:
    """«1 час», «2 часа», «5 часов», on one line."""
    tens, units = number % 100, number % 10
    if 11 <= tens <= 14 or units == 0 or units >= 5:
        word = many
    else:
        word = one if units == 1 else few
    return f"{number}\N{NO-BREAK SPACE}{word}"


def listed(names: Sequence[object], most: int) -> str:
    """«Абаев, Бунин и ещё 4»: the first `most` of them, and how many more."""
    more = f" и ещё {len(names) - most}" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more


def hours(number: int) -> str:
    return plural(number, "час", "часа", "часов")


def late_by(minutes: int | None) -> str:
    """«, на 15 минут»; nothing where nobody said how late."""
    return f", на {plural(minutes, 'минуту', 'минуты', 'минут')}" if minutes else ""


def day_of(day: date) -> str:
    """«16 ноября»."""
    return f"{day.day} {MONTHS_OF[day.month - 1]}"


def week_of(monday: date) -> str:
    """«16–22 ноября 2026», «28 сентября – 4 октября 2026»."""
    sunday = monday + timedelta(days=6)
    if monday.month == sunday.month:
        return f"{monday.day}–{day_of(sunday)} {sunday.year}"
    year = "" if monday.year == sunday.year else f" {monday.year}"
    return f"{day_of(monday)}{year} – {day_of(sunday)} {sunday.year}"
