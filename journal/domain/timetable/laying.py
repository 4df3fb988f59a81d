"""Making lessons from the weekly timetable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce
from simple_history.utils import bulk_update_with_history

from journal.domain.timetable.conflicts import Busy
from journal.domain.timetable.drafts import draft_lessons
from journal.domain.timetable.following import Following
from journal.domain.timetable.writing import create_with_history, make_way
from journal.models import (
    Group,
    Lesson,
    Period,
    TimetableEntry,
    User,
)
from journal.models.guards import rule_of

BATCH = 500
WRITTEN = ("planned_teacher", "teacher", "is_cancelled", "cancel_reason", "entry")
WRITTEN += ("course", "subgroup", "date", "number", "room", "stream")


class Skip(NamedTuple):
    """A lesson that was not laid out, and why, in Russian."""

    reason: str
    entry: TimetableEntry
    date: date


@dataclass
class LayOut:
    """The outcome of a laying out; `changed` holds moved and dropped lessons too."""

    created: list[Lesson] = field(default_factory=list)
    changed: list[Lesson] = field(default_factory=list)
    kept: list[Lesson] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)


@transaction.atomic
def lay_out(
    what: Period | Group | Iterable[TimetableEntry],
    start: date | None = None,
    end: date | None = None,
    by: User | None = None,
    heirs: Mapping[int, TimetableEntry] | None = None,
) -> LayOut:
    """Make the lessons that a timetable means, over a half-open span of dates.

    Without dates the whole periods of the entries are laid out. What is there stays;
    an untouched lesson that has not begun follows its entry: the teacher of the load,
    and the rest where the entry changed after the lesson was last written; one that the
    timetable no longer means is cancelled, and comes back when it means it again. A
    lesson that a change of one day moved is found by the day it was planned for, and
    stays where it was put. Where a teacher, room or group is taken, the lesson is
    skipped with a reason and the others are made. Doing it again changes nothing.
    `heirs`: the lessons of an entry (by its key) go over to the one that follows it,
    from the day the heir begins. History is kept in the name of `by`.
    """
    entries = list(_entries(what))
    start, end = start or date.min, end or date.max
    existing = Lesson.objects.annotate(due=Coalesce("planned_date", "date"))
    existing = existing.filter(entry__in=entries, due__gte=start, due__lt=end)
    following = Following(
        draft_lessons(entries, start, end), list(existing), heirs or {}
    )
    out = LayOut(kept=following.kept)
    busy = Busy(following.fresh + following.wanted)
    wanted = [one for one in following.wanted if _has_place(one, busy, out)]
    _change(wanted + following.renamed, out, by)
    _create([one for one in following.fresh if _has_place(one, busy, out)], out, by)
    return out


def _has_place(lesson: Lesson, busy: Busy, out: LayOut) -> bool:
    if lesson.is_cancelled:
        return True
    if words := busy.take(lesson):
        out.skipped.append(Skip(words, lesson.entry, lesson.date))
    return not words


def _entries(what) -> Iterable[TimetableEntry]:
    rows = TimetableEntry.objects.order_by("weekday", "number", "pk")
    if isinstance(what, Period):
        rows = rows.filter(course__period=what)
    elif isinstance(what, Group):
        rows = rows.filter(course__group=what)
    else:
        rows = rows.filter(pk__in=[entry.pk for entry in what])
    return rows.select_related(
        "course__period__year",
        "course__group",
        "course__discipline",
        "subgroup",
        "teacher",
        "room",
    )


def _change(lessons: list[Lesson], out: LayOut, by: User | None) -> None:
    if not lessons:
        return
    try:
        with transaction.atomic():
            make_way(lessons)
            bulk_update_with_history(
                lessons, Lesson, WRITTEN, batch_size=BATCH, default_user=by
            )
        out.changed += lessons
    except IntegrityError:
        for lesson in lessons:
            _save(lesson, out.changed, out, by)


def _create(drafts: list[Lesson], out: LayOut, by: User | None) -> None:
    """Write new lessons in batches; a batch that a guard refuses goes one by one."""
    for first in range(0, len(drafts), BATCH):
        batch = drafts[first : first + BATCH]
        try:
            with transaction.atomic():
                create_with_history(batch, by)
            out.created += batch
        except IntegrityError:
            for draft in batch:
                draft.pk, draft._state.adding = None, True
                _save(draft, out.created, out, by)


def _save(lesson: Lesson, done: list, out: LayOut, by: User | None) -> None:
    """The guards of the database are the last word: what they refuse is skipped."""
    lesson._history_user = by
    try:
        with transaction.atomic():
            lesson.save()
    except IntegrityError as error:
        if (words := rule_of(error)) is None:
            raise
        out.skipped.append(Skip(words, lesson.entry, lesson.date))
    else:
        done.append(lesson)
