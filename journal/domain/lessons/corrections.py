"""Corrections of the journal, read from its history set by set (R37).

A correction is a change or a deletion of what was stored, or any entry made after the
day of the lesson (M 4.2: every correction kept, with who, when, what and why). The
first entry on the lesson's own day is none.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from journal.models import Absence, Lesson, Mark, PeriodClosing, Task, User
from journal.models.reach import rights_q, visible_q

MOST = 5000
NIGHT_FROM, NIGHT_TO = 22, 6
TAKEN, UNKNOWN = "отмечено", "неизвестно"
CHANGED, LATE, NIGHT, CLOSED = "changed", "late", "night", "closed"

PERSON = ("student__last_name", "student__first_name", "student__middle_name")
PLACE = ("place_date", "place_group", "place_discipline")
STEP = (
    "history_date",
    "history_user",
    "history_type",
    "history_change_reason",
    "is_closed",
)


@dataclass(frozen=True)
class Asked:
    """Which corrections: both days included; a key narrows, None does not.

    `by` is the user who corrected. `kind` is "" for all of them, or CHANGED (no new
    entries), LATE (after the day of the lesson), NIGHT (from 22 to 6), CLOSED (the
    period had been closed).
    """

    first: date
    last: date
    group: int | None = None
    course: int | None = None
    student: int | None = None
    by: int | None = None
    kind: str = ""


@dataclass(frozen=True)
class Correction:
    """One step of the history; empty `old` or `new`: nothing stood there.

    `date`, `group` and `discipline` are those of the lesson; `user` is a key, None for
    the system itself. Presence and topics are of no single student.
    """

    at: datetime
    user: int | None
    student: str
    date: date
    group: str
    discipline: str
    what: str
    old: str
    new: str
    reason: str
    is_closed: bool

    @property
    def days(self) -> int:
        """How many days after the lesson."""
        return (timezone.localdate(self.at) - self.date).days

    @property
    def is_night(self) -> bool:
        hour = timezone.localtime(self.at).hour
        return hour >= NIGHT_FROM or hour < NIGHT_TO


def read_corrections(user: User, asked: Asked) -> tuple[list[Correction], bool]:
    """Corrections that `user` may see, newest first; and whether there are more.

    At most MOST of them. Three queries, two more where works were deleted.
    """
    found = _marks(user, asked) + _absences(user, asked)
    if asked.student is None:
        found += _lessons(user, asked)
    found.sort(key=lambda one: one.at, reverse=True)
    return found[:MOST], len(found) > MOST


def _closed(period: str, aspect: str) -> Exists:
    """Had the period been closed when the step was taken?"""
    closings = PeriodClosing.objects.filter(
        period=OuterRef(period), aspect=aspect, closed_at__lte=OuterRef("history_date")
    )
    return Exists(closings)


def _before(model, name: str) -> Subquery:
    """The value of a field in the step before."""
    steps = model.history.filter(
        id=OuterRef("id"), history_id__lt=OuterRef("history_id")
    )
    return Subquery(steps.order_by("-history_id").values(name)[:1])


def _time(asked: Asked) -> Q:
    zone = timezone.get_current_timezone()
    after = asked.last + timedelta(days=1)
    return Q(
        history_date__gte=datetime.combine(asked.first, time(), zone),
        history_date__lt=datetime.combine(after, time(), zone),
    )


def _narrowed(rows: QuerySet, asked: Asked, after: Q) -> QuerySet:
    """Steps of the asked time, hand and kind; `after` says what is after the day."""
    rows = rows.filter(_time(asked))
    if asked.by is not None:
        rows = rows.filter(history_user=asked.by)
    if asked.kind == CHANGED:
        return rows.exclude(history_type="+")
    if asked.kind == LATE:
        return rows.filter(after)
    if asked.kind == CLOSED:
        return rows.filter(is_closed=True)
    if asked.kind == NIGHT:
        rows = rows.annotate(hour=ExtractHour("history_date"))
        return rows.filter(Q(hour__gte=NIGHT_FROM) | Q(hour__lt=NIGHT_TO))
    return rows


def _cells(user: User, asked: Asked, model, lesson: str, values: tuple) -> list[dict]:
    """Corrections of marks or absences; `lesson` is the way to the lesson.

    A work may have been deleted after its marks, and with it the way: such steps come
    without a place, whoever asks, and `_placed` finds it or drops them.
    """
    mine = visible_q(user, model) & _asked_place(asked, f"{lesson}__course")
    if model is Mark:
        mine |= Q(task__number__isnull=True)
    rows = model.history.filter(mine).annotate(
        day=TruncDate("history_date"),
        is_closed=_closed(f"{lesson}__course__period", PeriodClosing.Aspect.MARKS),
        place_date=F(f"{lesson}__date"),
        place_group=F(f"{lesson}__course__group__name"),
        place_discipline=F(f"{lesson}__course__discipline__name"),
        **{f"old_{name}": _before(model, name) for name in values},
    )
    if asked.student is not None:
        rows = rows.filter(student=asked.student)
    after = Q(day__gt=F("place_date"))
    rows = _narrowed(rows, asked, after).filter(~Q(history_type="+") | after)
    names = [*values, *(f"old_{name}" for name in values)]
    if model is Mark:
        names += ["task", "task__number"]
    rows = rows.order_by("-history_date", "-history_id")
    return list(rows.values(*STEP, *PERSON, *PLACE, *names)[: MOST + 1])


def _asked_place(asked: Asked, course: str) -> Q:
    found = Q()
    if asked.group is not None:
        found &= Q(**{f"{course}__group": asked.group})
    if asked.course is not None:
        found &= Q(**{course: asked.course})
    return found


def _placed(user: User, asked: Asked, rows: list[dict]) -> list[dict]:
    """The rows with the lessons of deleted works, where `user` may see these."""
    lost = {row["task"] for row in rows if row["place_date"] is None}
    if not lost:
        return rows
    works = Task.history.filter(id__in=lost).values_list("id", "number", "lesson_id")
    numbers = {pk: (number, lesson) for pk, number, lesson in works}
    lessons = Lesson.objects.filter(
        rights_q(user, Lesson.reach, "view_mark"),
        _asked_place(asked, "course"),
        pk__in={lesson for _, lesson in numbers.values()},
    )
    places = {
        pk: dict(zip(PLACE, place, strict=True))
        for pk, *place in lessons.values_list(
            "pk", "date", "course__group__name", "course__discipline__name"
        )
    }
    found = []
    for row in rows:
        if row["place_date"] is None:
            number, lesson = numbers.get(row["task"], (None, None))
            if lesson not in places:
                continue
            row |= places[lesson] | {"task__number": number}
        found.append(row)
    return found


def _correction(row: dict, what: str, old: str, new: str) -> Correction:
    return Correction(
        at=row["history_date"],
        user=row["history_user"],
        student=" ".join(filter(None, (row.get(name) for name in PERSON))),
        date=row["place_date"],
        group=row["place_group"],
        discipline=row["place_discipline"],
        what=what,
        old=old,
        new=new,
        reason=row["history_change_reason"] or "",
        is_closed=row["is_closed"],
    )


def _old_and_new(row: dict, shown) -> tuple[str, str]:
    """What stood there, and what stands there after the step.

    Rows taken in without their past are changed from something unknown.
    """
    new = shown(row, "")
    if row["history_type"] == "-":
        return new, ""
    return ("" if row["history_type"] == "+" else shown(row, "old_") or UNKNOWN), new


def _marks(user: User, asked: Asked) -> list[Correction]:
    rows = _cells(user, asked, Mark, "task__lesson", ("value",))
    return [
        _correction(
            row,
            f"отметка {row['task__number']}",
            *_old_and_new(row, lambda row, prefix: row[f"{prefix}value"] or ""),
        )
        for row in _placed(user, asked, rows)
    ]


def _absence(row: dict, prefix: str) -> str:
    letter, hours, minutes = (
        row[f"{prefix}{name}"] for name in ("reason", "hours", "minutes")
    )
    if minutes:
        return f"{letter}, {minutes} мин"
    return f"{letter}, {hours} ч" if hours else letter or ""


def _absences(user: User, asked: Asked) -> list[Correction]:
    rows = _cells(user, asked, Absence, "lesson", ("reason", "hours", "minutes"))
    return [
        _correction(row, "отсутствие", *_old_and_new(row, _absence)) for row in rows
    ]


def _lessons(user: User, asked: Asked) -> list[Correction]:
    """Presence and topics.

    A lesson's row is saved for many reasons, so each step is held against the one
    before. A lookup by the index for each step costs a tenth of a window over all.
    """
    mine = rights_q(user, Lesson.reach, "view_lesson") & _asked_place(asked, "course")
    after = Q(day__gt=F("date"))
    was_empty, was_open = Q(old_topic=""), Q(old_taken__isnull=True)
    is_open = Q(attendance_taken_at__isnull=True)
    topic = ~Q(old_topic=F("topic")) & (~was_empty | after)
    presence = (~was_open & is_open) | (was_open & ~is_open & after)
    rows = Lesson.history.filter(mine, history_type="~").annotate(
        day=TruncDate("history_date"),
        is_closed=_closed("course__period", PeriodClosing.Aspect.LESSONS),
        place_date=F("date"),
        place_group=F("course__group__name"),
        place_discipline=F("course__discipline__name"),
        old_topic=_before(Lesson, "topic"),
        old_taken=_before(Lesson, "attendance_taken_at"),
    )
    rows = _narrowed(rows, asked, after).filter(topic | presence)
    names = ("topic", "old_topic", "attendance_taken_at", "old_taken", "day")
    rows = rows.order_by("-history_date", "-history_id")
    found = []
    for row in rows.values(*STEP, *PLACE, *names)[: MOST + 1]:
        found += _steps_of_lesson(row, asked.kind == CHANGED)
    return found


def _steps_of_lesson(row: dict, only_changes: bool) -> list[Correction]:
    """One save of a lesson may correct its topic, its presence, or both."""
    is_after = row["day"] > row["place_date"] and not only_changes
    old, new = row["old_topic"], row["topic"]
    found = []
    if old is not None and old != new and (old or is_after):
        found.append(_correction(row, "тема", old, new))
    old, new = row["old_taken"], row["attendance_taken_at"]
    if (old and not new) or (new and not old and is_after):
        words = (TAKEN if old else "", TAKEN if new else "")
        found.append(_correction(row, "присутствие", *words))
    return found
