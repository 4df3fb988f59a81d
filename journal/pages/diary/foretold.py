"""Forecasts in words, for families and teachers alike (F12)."""

from journal.domain.results.forecast import Forecast
from journal.domain.results.outlook import FEW, Needed, Outlook
from journal.domain.words import plural


def decimal(number: float, places: int = 1) -> str:
    """«3,7»"""
    return f"{number:.{places}f}".replace(".", ",")


def percent(chance: float) -> str:
    """«87 %»; certain only where it is: «более 99 %», «менее 1 %»."""
    number = round(100 * chance)
    if number >= 100 and chance < 1 - 1e-9:
        return "более 99\N{NO-BREAK SPACE}%"
    if number <= 0 and chance > 1e-9:
        return "менее 1\N{NO-BREAK SPACE}%"
    return f"{number}\N{NO-BREAK SPACE}%"


def span_words(seen: Forecast) -> str:
    """«средний балл от 3,5 до 3,9»; where nothing is left to come, «средний балл 3,7»."""
    low, high = decimal(seen.low), decimal(seen.high)
    return f"средний балл {low}" if low == high else f"средний балл от {low} до {high}"


def needed_words(needed: Needed | None) -> str:
    """What is still needed for the next mark up; nothing for who has the best one."""
    if needed is None:
        return ""
    goal = f"до «{needed.mark}»"
    if not needed.works:
        return f"{goal}: работ в этом периоде больше не ожидается"
    if not needed.is_reachable:
        return f"{goal}: оставшихся работ уже не хватит"
    if needed.fives <= min(FEW, needed.works):
        fives = plural(needed.fives, "пятёрка", "пятёрки", "пятёрок")
        return f"{goal} осталось: {fives}"
    works = plural(needed.works, "работу", "работы", "работ")
    average = decimal(max(needed.average, 2.0))
    return f"{goal} осталось: в среднем {average} ещё за {works} (примерно)"


def outlook_words(seen: Outlook) -> str:
    """One line about a course: expected mark, its chance, the interval, what is needed."""
    if seen.forecast is None:
        return ""
    if not seen.is_told:
        return "прогноз давать рано: отметок мало"
    mark = seen.forecast.mark
    words = (
        f"ожидается «{mark}» ({percent(seen.forecast.chances[mark])}), "
        f"{span_words(seen.forecast)}"
    )
    return "; ".join(filter(None, [words, needed_words(seen.needed)]))
