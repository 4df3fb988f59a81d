"""What was changed while a closed aspect of a period was open again (F10, safety A44)."""

from dataclasses import dataclass, field
from datetime import datetime

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

Aspect = PeriodClosing.Aspect
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
    found: list[Opened] = []
    until = None
    for step in closing.history.select_related("reopened_by__employee").order_by(
        "history_id"
    ):
        if step.reopened_until == until:
            continue
        until = step.reopened_until
        if until is not None and until > step.history_date:
            person = step.reopened_by
            employee = getattr(person, "employee", None)
            name = employee.short_name if employee else str(person or "")
            found.append(Opened(step.history_date, until, name, step.reopen_reason))
        elif found:
            found[-1].until = min(found[-1].until, step.history_date)
    for one in found:
        one.changes = _changes(closing, one, user)
    return found[::-1]


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
