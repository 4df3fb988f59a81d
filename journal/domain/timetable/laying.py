"""Making lessons from the weekly timetable."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from journal.domain.timetable.conflicts import Busy
from journal.domain.timetable.drafts import draft_lessons
from journal.models import (
    Absence,
    Group,
    Lesson,
    Period,
    Task,
    TimetableEntry,
    User,
)
from journal.models.guards import rule_of

BATCH = 500
NOT_IN_TIMETABLE = "Занятия больше нет в расписании"
FOLLOWED = ("subgroup_id", "number", "room_id", "stream")
WRITTEN = ("planned_teacher", "teacher", "is_cancelled", "cancel_reason")
WRITTEN += ("subgroup", "number", "room", "stream")


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
) -> LayOut:
    """Make the lessons that a timetable means, over a half-open span of dates.

    Without dates the whole periods of the entries are laid out. What is there stays;
    from today on an untouched lesson follows its entry: the teacher of the load, and the
    rest where the entry changed after the lesson was last written; one that the
    timetable no longer means is cancelled, and comes back when it means it again. Where
    a teacher, room or group is taken, the lesson is skipped with a reason and the others
    are made. Doing it again changes nothing. History is kept in the name of `by`.
    """
    entries = list(_entries(what))
    start, end = start or date.min, end or date.max
    drafts = {
        (draft.entry_id, draft.date): draft
        for draft in draft_lessons(entries, start, end)
    }
    existing = list(
        Lesson.objects.filter(entry__in=entries, date__gte=start, date__lt=end)
    )
    out = LayOut()
    wanted = _follow(drafts, existing, out)
    known = {(lesson.entry_id, lesson.date) for lesson in existing}
    new = [draft for key, draft in drafts.items() if key not in known]
    busy = Busy(new + wanted)
    _change([one for one in wanted if _has_place(one, busy, out)], out, by)
    _create([one for one in new if _has_place(one, busy, out)], out, by)
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


def _follow(drafts: dict, existing: list[Lesson], out: LayOut) -> list[Lesson]:
    """The existing lessons that must change, with their new values; the rest is kept."""
    today = timezone.localdate()
    ahead = [lesson for lesson in existing if lesson.date >= today]
    touched = _touched(ahead)
    moved = _moved(ahead)
    wanted = []
    for lesson in existing:
        draft = drafts.get((lesson.entry_id, lesson.date))
        may = lesson.date >= today and lesson.pk not in touched
        if may and _adopt(lesson, draft, lesson.pk in moved):
            if draft is not None:
                lesson.course, lesson.entry = draft.course, draft.entry
            wanted.append(lesson)
        else:
            out.kept.append(lesson)
    return wanted


def _touched(lessons: list[Lesson]) -> set[int]:
    """Lessons in which somebody wrote already."""
    rows = Lesson.objects.filter(pk__in=[lesson.pk for lesson in lessons]).annotate(
        has_tasks=Exists(Task.objects.filter(lesson=OuterRef("pk"))),
        has_absences=Exists(Absence.objects.filter(lesson=OuterRef("pk"))),
    )
    return {
        lesson.pk
        for lesson in rows
        if lesson.attendance_taken_at
        or lesson.filled_at
        or lesson.topic
        or lesson.has_tasks
        or lesson.has_absences
    }


def _moved(lessons: list[Lesson]) -> set[int]:
    """Lessons whose entry changed after they were last written.

    A lesson changed by hand, for one day, is newer than its entry and stays as it is.
    """
    changed = _last_written(TimetableEntry, {one.entry_id for one in lessons})
    written = _last_written(Lesson, {one.pk for one in lessons})
    return {
        lesson.pk
        for lesson in lessons
        if lesson.entry_id in changed
        and lesson.pk in written
        and changed[lesson.entry_id] > written[lesson.pk]
    }


def _last_written(model, ids: set[int]) -> dict[int, datetime]:
    rows = model.history.filter(id__in=ids).order_by()
    return dict(rows.values_list("id").annotate(Max("history_date")))


def _adopt(lesson: Lesson, draft: Lesson | None, moved: bool) -> bool:
    """Give a lesson the values of its draft; was there anything to change?"""
    if draft is None:
        if lesson.is_cancelled:
            return False
        lesson.is_cancelled, lesson.cancel_reason = True, NOT_IN_TIMETABLE
        return True
    before = {**lesson.__dict__}
    if lesson.cancel_reason == NOT_IN_TIMETABLE:
        lesson.is_cancelled, lesson.cancel_reason = False, ""
    if lesson.planned_teacher_id != draft.planned_teacher_id:
        if not lesson.is_substituted:
            lesson.teacher = draft.teacher
        lesson.planned_teacher = draft.planned_teacher
    if moved:
        for name in FOLLOWED:
            setattr(lesson, name, getattr(draft, name))
    names = [column.attname for column in Lesson._meta.concrete_fields]
    return any(before[name] != getattr(lesson, name) for name in names)


def _change(lessons: list[Lesson], out: LayOut, by: User | None) -> None:
    if not lessons:
        return
    try:
        with transaction.atomic():
            # Two lessons that swap places would meet half-way: they step aside first.
            # What counts is written, with its history, at once below.
            aside = Lesson.objects.filter(pk__in=[lesson.pk for lesson in lessons])
            aside.update(is_cancelled=True)
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
                bulk_create_with_history(batch, Lesson, default_user=by)
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
