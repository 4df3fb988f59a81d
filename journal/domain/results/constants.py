"""The constants of forecasts: estimated from own closed terms, kept, judged (F12)."""

from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db import transaction

from journal.domain.results.experience import Experience, Place
from journal.models import ForecastFit

KEPT = "forecast experience"
MINUTES = 10
MOST_DISCIPLINES = 2000


def experience() -> Experience:
    """What the newest fit has learnt, kept for some minutes; nothing without a fit."""
    found = cache.get(KEPT)
    if found is None:
        row = ForecastFit.objects.order_by("-made_at").values_list("experience").first()
        found = from_plain(row[0] if row else {})
        cache.set(KEPT, found, 60 * MINUTES)
    return found


def forget() -> None:
    """The next page reads the constants anew."""
    cache.delete(KEPT)
    transaction.on_commit(lambda: cache.delete(KEPT))


def to_plain(past: Experience) -> dict[str, Any]:
    """An experience as JSON: counts of 2, 3, 4, 5 in all, by discipline, by kind of work.

    The disciplines with most marks alone, so that it stays small.
    """
    common = sorted(past.courses.items(), key=lambda one: -sum(one[1]))
    named = {course for course, _ in common[:MOST_DISCIPLINES]}
    return {
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
    past = Experience()
    if not plain:
        return past
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
