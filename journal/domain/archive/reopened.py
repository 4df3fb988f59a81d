"""What was changed while a closed aspect of a period was open again (F10, safety A44).

Statements are made anew whenever they are asked for; of a period that was open again
they say which edition they are, so that the one given out before is known for old.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.utils import timezone

from journal.domain.control.corrections import read_corrections
from journal.domain.control.steps import (
    ABSENCES,
    LESSONS,
    MARKS,
    RESULTS,
    Asked,
    Correction,
)
from journal.models import PeriodClosing, User
from journal.models.prepared import Prepared

Aspect = PeriodClosing.Aspect
ASPECT = attrgetter("aspect")
KINDS = {
    Aspect.LESSONS: (LESSONS,),
    Aspect.MARKS: (MARKS, ABSENCES),
    Aspect.RESULTS: (RESULTS,),
}


@dataclass
class Opened:
    """A time in which a closed aspect was open: who opened it, why, what was changed."""

    since: datetime
    until: datetime
    by: str
    reason: str
    changes: list[Correction] = field(default_factory=list)


def reopenings(closing: PeriodClosing, user: User) -> list[Opened]:
    """When the aspect was open again and what `user` sees of what was changed then.

    Read from the history of the closing, the newest first; a step that closes early ends
    the time before it.
    """
    steps = closing.history.select_related("reopened_by__employee")
    found = _times(steps.order_by("history_id"))
    for one in found:
        one.changes = _changes(closing, one, user)
    return found[::-1]


def _times(steps: Iterable) -> list[Opened]:
    """The times in which one closing was open again, in order, without the changes."""
    found: list[Opened] = []
    until = None
    for step in steps:
        if step.reopened_until == until:
            continue
        until = step.reopened_until
        if until is not None and until > step.history_date:
            person = step.reopened_by
            name = person.short_name if person else ""
            found.append(Opened(step.history_date, until, name, step.reopen_reason))
        elif found:
            found[-1].until = min(found[-1].until, step.history_date)
    return found


@dataclass(frozen=True)
class Edition:
    """Of what a statement of a period is made: the first closing gives edition 1.

    Aspects closed again on one day make one edition. `until` is when the last of them
    was, or will be, closed again; `words` name the aspects and the reasons.
    """

    number: int
    until: datetime
    words: str


@Prepared
def _opened_again(period):
    rows = PeriodClosing.history.filter(period=period, reopened_until__isnull=False)
    return rows.order_by("history_id").values_list("history_id")[:1]


def edition_of(period: int) -> Edition | None:
    """The edition of statements of a period; None of one never open again.

    One query for such a period, two for the others.
    """
    if not list(_opened_again(period=period)):
        return None
    steps = PeriodClosing.history.filter(period=period).order_by("id", "history_id")
    times = [
        (one, Aspect(aspect).label)
        for aspect, own in groupby(
            steps.select_related("reopened_by__employee"), ASPECT
        )
        for one in _times(own)
    ]
    if not times:
        return None
    days = {timezone.localdate(one.until) for one, _ in times}
    last = max(days)
    words = [
        f"{aspect}: {one.reason}"
        for one, aspect in times
        if timezone.localdate(one.until) == last
    ]
    until = max(one.until for one, _ in times)
    return Edition(len(days) + 1, until, "; ".join(dict.fromkeys(words)))


def _changes(closing: PeriodClosing, opened: Opened, user: User) -> list[Correction]:
    changes = []
    for what in KINDS[closing.aspect]:
        asked = Asked(
            timezone.localdate(opened.since),
            timezone.localdate(opened.until),
            period=closing.period_id,
            what=what,
        )
        found, _ = read_corrections(user, asked)
        changes += [one for one in found if opened.since <= one.at <= opened.until]
    return sorted(changes, key=lambda one: one.at)
