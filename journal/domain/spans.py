"""Half-open spans of days: `start` is in, `end` is the first day out, None where open."""

from collections.abc import Iterable
from datetime import date

Spans = list[tuple[date, date | None]]


def covers(start: date, end: date | None, day: date) -> bool:
    """Does the span hold on `day`?"""
    return start <= day and (end is None or day < end)


def any_covers(spans: Iterable[tuple[date, date | None]], day: date) -> bool:
    """Does one of the spans, each (start, end), hold on `day`?"""
    return any(start <= day and (end is None or day < end) for start, end in spans)
