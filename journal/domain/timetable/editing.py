"""Changing the weekly timetable: from a chosen day on, never what was held."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from journal.domain.organisation.calendar import Kind
from journal.domain.timetable.clashes import clashes_of, crowds, slot_of, slots
from journal.domain.timetable.following import NOT_IN_TIMETABLE, ahead_of, touched_of
from journal.domain.timetable.laying import Skip, lay_out
from journal.models import CourseTeacher, Lesson, Period, TimetableEntry, User
from journal.models.guards import rule_of
from journal.models.words import worded

# What lines of a stream have in common: changed in one, it changes in all.
SHARED = ("weekday", "number", "parity", "room", "teacher", "start", "end")
TOO_EARLY = (
    "Занятия, которые уже прошли, не переносятся: выберите сегодняшний день или позже."
)


@dataclass
class Edited:
    """What came of an edit: the lines now in force, lessons touched, warnings."""

    entries: list[TimetableEntry] = field(default_factory=list)
    lessons: int = 0
    skipped: list[Skip] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def place(entry: TimetableEntry, by: User | None = None) -> Edited:
    """Add a line of the timetable from `entry.start` on, today at the earliest.

    Raises ValidationError, which names who or what is taken. Lessons are laid out at
    once where those of its group are.
    """
    _not_before_today(entry.start)
    _within_period(entry)
    _check(entry)
    _save(entry, by)
    return _after([entry], entry.start, {}, by)


@transaction.atomic
def change(
    entry: TimetableEntry, since: date, by: User | None = None, **values
) -> Edited:
    """Change a line from `since` on: another hour, room, teacher, parity, subgroup.

    A line in force before that day ends, and another begins; one that begins later
    changes itself. Lines of one stream at one hour change together. Lessons laid out
    from `since` on follow at once. Raises ValidationError.
    """
    _not_before_today(since)
    if entry.end and since >= entry.end:
        raise ValidationError(
            f"Строка действует до {entry.end:%d.%m.%Y}: выберите день раньше."
        )
    shared = {name: values[name] for name in values if name in SHARED}
    lines = [(entry, values)]
    if shared and "stream" not in values:
        lines += [(other, shared) for other in stream_of(entry)]
    every, heirs = [], {}
    for line, wanted in lines:
        if all(getattr(line, name) == value for name, value in wanted.items()):
            continue
        new = _copy(line, since, wanted)
        besides = {one.pk for one, _ in lines}
        _within_period(new)
        _check(new, besides)
        if new.pk is None:
            line.end = since
            _save(line, by)
            every.append(line)
        _save(new, by)
        every.append(new)
        if new.pk != line.pk:
            heirs[line.pk] = new
    return _after(every, since, heirs, by)


@transaction.atomic
def remove(entry: TimetableEntry, since: date, by: User | None = None) -> Edited:
    """Take a line out of the timetable from `since` on; its lessons are cancelled.

    A line that has not begun goes altogether. Of a stream only this line goes.
    """
    _not_before_today(since)
    if entry.end and since >= entry.end:
        raise ValidationError(f"Строка и так действует до {entry.end:%d.%m.%Y}.")
    if entry.start < since:
        entry.end = since
        _save(entry, by)
        return _after([entry], since, {}, by)
    edited = Edited(lessons=_release(entry, by))
    entry._history_user = by
    entry.delete()
    return edited


def _release(entry: TimetableEntry, by: User | None) -> int:
    """Lessons of a line that never began: cancelled, unless somebody wrote in them."""
    lessons = list(Lesson.objects.filter(entry=entry))
    ahead = ahead_of(lessons)
    free = {one.pk for one in ahead} - touched_of(ahead)
    if any(lesson.pk not in {one.pk for one in ahead} for lesson in lessons):
        raise ValidationError(
            "По этой строке уже прошло занятие: выберите день позже сегодняшнего."
        )
    count = 0
    for lesson in lessons:
        lesson.entry = None
        if lesson.pk in free and not lesson.is_cancelled:
            lesson.is_cancelled, lesson.cancel_reason = True, NOT_IN_TIMETABLE
            count += 1
    if lessons:
        names = ["entry", "is_cancelled", "cancel_reason"]
        bulk_update_with_history(lessons, Lesson, names, default_user=by)
    return count


def stream_of(entry: TimetableEntry) -> list[TimetableEntry]:
    """The other lines of the same stream at the same hour, in force together."""
    if not entry.stream:
        return []
    rows = TimetableEntry.objects.filter(
        stream=entry.stream,
        weekday=entry.weekday,
        number=entry.number,
        parity=entry.parity,
        course__period=entry.course.period_id,
    ).exclude(pk=entry.pk)
    return [
        one
        for one in rows.select_related("course__period", "teacher", "room")
        if max(one.start, entry.start) < min(one.end or date.max, entry.end or date.max)
    ]


def _copy(line: TimetableEntry, since: date, wanted: dict) -> TimetableEntry:
    new = copy(line)
    new._state = copy(line._state)
    if line.start < since:
        new.pk, new._state.adding, new.start = None, True, since
    for name, value in wanted.items():
        setattr(new, name, value)
    return new


def _not_before_today(since: date) -> None:
    if since < timezone.localdate():
        raise ValidationError(TOO_EARLY)


def _within_period(entry: TimetableEntry) -> None:
    period = entry.course.period
    if entry.end and entry.end <= entry.start:
        raise ValidationError("Дата окончания должна быть позже начала.")
    if entry.start > period.last_day:
        raise ValidationError(
            f"Период курса кончается {period.last_day:%d.%m.%Y}: выберите день раньше."
        )


def _check(entry: TimetableEntry, besides: Iterable[int] = ()) -> None:
    """Refuse with names what the database would refuse without."""
    entry.full_clean(validate_unique=False)
    own = {entry.pk} if entry.pk else set()
    if clashes := clashes_of(entry, {*besides} | own):
        raise ValidationError([clash.words for clash in clashes[:3]])


def _save(entry: TimetableEntry, by: User | None) -> None:
    entry._history_user = by
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        if (words := rule_of(error)) is None:
            raise
        raise ValidationError(words) from error


def _after(entries, since: date, heirs: dict, by: User | None) -> Edited:
    edited = Edited([one for one in entries if one.end is None or one.end > since])
    if not entries:
        return edited
    if is_laid_out(entries, since):
        done = lay_out(entries, since, by=by, heirs=heirs)
        edited.lessons = len(done.created) + len(done.changed)
        edited.skipped = done.skipped
    for entry in edited.entries:
        edited.warnings += warnings_of(entry, since)
    edited.warnings = list(dict.fromkeys(edited.warnings))
    return edited


def is_laid_out(entries: Iterable[TimetableEntry], since: date) -> bool:
    """Have the groups of these lines lessons from the timetable, in that period, from
    that day on?"""
    return Lesson.objects.filter(
        course__group__in={one.course.group_id for one in entries},
        course__period__in={one.course.period_id for one in entries},
        date__gte=since,
        entry__isnull=False,
    ).exists()


def warnings_of(entry: TimetableEntry, since: date) -> list[str]:
    """What is allowed and still worth a look: a full room, a teacher without load."""
    here = slot_of(entry)
    beside = [here]
    if entry.stream:
        keys = [one.pk for one in stream_of(entry)]
        beside += slots(TimetableEntry.objects.filter(pk__in=keys))
    found = [crowd.words for crowd in crowds(beside, since) if crowd.slot is here]
    load = CourseTeacher.objects.on(since).filter(course=entry.course_id)
    names = {row.employee_id: row.employee for row in load.select_related("employee")}
    if names and entry.teacher_id not in names:
        who = ", ".join(one.short_name for one in names.values())
        found.append(
            f"{entry.teacher.short_name} не назначен на курс «{entry.course}»: занятия "
            f"будут записаны за теми, кто в нагрузке ({who})."
        )
    return found


def outside_holidays(period: Period, since: date, doing: str | None) -> str:
    """The warning of E1: the timetable changes while the group is studying, or "".

    `doing`: what the group's calendar says of that day instead of study.
    """
    if not period.first_day < since <= period.last_day or doing == Kind.VACATION:
        return ""
    return (
        f"{since:%d.%m.%Y} — не каникулы: расписание меняется во время занятий. "
        f"Предупредите {worded('группу')} и {worded('преподавателей')}."
    )
