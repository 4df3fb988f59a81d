"""The constants of forecasts: estimated from own closed terms, kept, judged (F12)."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db import transaction

from journal.domain.results.experience import Experience, Place
from journal.models import ForecastFit

KEPT = "forecast-fit"
NONE = (0, None)
MINUTES = 10
MOST_DISCIPLINES = 2000


def experience() -> Experience:
    """What the newest fit has learnt; nothing without a fit.

    Which fit is the newest is kept for some minutes for all processes, what it learnt in
    the memory of each.
    """
    newest = cache.get(KEPT)
    if newest is None:
        rows = ForecastFit.objects.order_by("-made_at").values_list("pk", "made_at")
        newest = rows.first() or NONE
        cache.set(KEPT, newest, 60 * MINUTES)
    return _learnt(*newest)


@lru_cache(maxsize=2)
def _learnt(pk: int, made_at: datetime | None) -> Experience:
    rows = ForecastFit.objects.filter(pk=pk).values_list("experience", flat=True)
    return from_plain(rows.first() or {} if pk else {})


def forget() -> None:
    """The next page reads the constants anew."""
    cache.delete(KEPT)
    transaction.on_commit(lambda: cache.delete(KEPT))


def to_plain(past: Experience) -> dict[str, Any]:
    """An experience as JSON: counts of 2, 3, 4, 5 in all, by discipline, by kind of work.

    `spread` is how far students of a group are apart; a fit of before has none. The
    disciplines with most marks alone, so that it stays small.
    """
    common = sorted(past.courses.items(), key=lambda one: -sum(one[1]))
    named = {course for course, _ in common[:MOST_DISCIPLINES]}
    return {
        "spread": past.spread,
        "whole": past.whole,
        "disciplines": {course: past.courses[course] for course in sorted(named)},
        "kinds": [
            [place.course, place.position, counts]
            for place, counts in past.places.items()
            if place.course in named
        ],
        "lessons": {
            course: counts for course, counts in past.lessons.items() if course in named
        },
    }


def from_plain(plain: dict[str, Any]) -> Experience:
    """What `to_plain` made; {} gives an experience of nothing."""
    past = Experience()
    if not plain:
        return past
    past.spread = plain.get("spread", past.spread)
    past.whole = list(plain["whole"])
    past.courses.update(_counts(plain["disciplines"].items()))
    past.lessons.update(_counts(plain["lessons"].items()))
    past.places.update(
        (Place(course, 0, kind), list(counts))
        for course, kind, counts in plain["kinds"]
    )
    return past


def _counts(rows: Iterable[tuple[str, list]]) -> Iterable[tuple[str, list]]:
    return ((name, list(counts)) for name, counts in rows)
