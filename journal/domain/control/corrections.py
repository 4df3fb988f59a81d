"""Corrections of the journal, read from its history set by set (R37).

A correction is a change or a deletion of what was stored, or any entry made after the
day of the lesson (M 4.2: every correction kept, with who, when, what and why). The
first entry on the lesson's own day is none.
"""

from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from journal.domain.control.steps import (
    ABSENCES,
    CHANGED,
    LESSONS,
    MARKS,
    RESULTS,
    UNKNOWN,
    Asked,
    Correction,
    asked_place,
    before,
    closed,
    narrowed,
    with_value,
)
from journal.domain.results.correcting import NAMES
from journal.models import (
    Absence,
    Lesson,
    Mark,
    PeriodClosing,
    Result,
    Sheet,
    SheetPart,
    Task,
    User,
)
from journal.models.people.persons import full_name
from journal.models.reach import rights_q, visible_q

MOST = 5000
TAKEN = "отмечено"
PERSON = ("student__last_name", "student__first_name", "student__middle_name")
PLACE = ("place_date", "place_group", "place_discipline")
STEP = (
    "history_date",
    "history_user",
    "history_type",
    "history_change_reason",
    "is_closed",
)


def read_corrections(user: User, asked: Asked) -> tuple[list[Correction], bool]:
    """Corrections that `user` may see, newest first; and whether there are more.

    At most MOST of them. Four queries, two more where works were deleted.
    """
    found = []
    for what, read in READERS.items():
        if asked.what in ("", what):
            found += read(user, asked)
    found.sort(key=lambda one: one.at, reverse=True)
    return found[:MOST], len(found) > MOST


def _cells(user: User, asked: Asked, model, lesson: str, values: tuple) -> list[dict]:
    """Corrections of marks or absences; `lesson` is the way to the lesson.

    A work may have been deleted after its marks, and with it the way: such steps come
    without a place, whoever asks, and `_placed` finds it or drops them.
    """
    mine = visible_q(user, model) & asked_place(asked, f"{lesson}__course")
    if model is Mark:
        mine |= Q(task__number__isnull=True)
    rows = model.history.filter(mine).annotate(
        day=TruncDate("history_date"),
        is_closed=closed(f"{lesson}__course__period", PeriodClosing.Aspect.MARKS),
        place_date=F(f"{lesson}__date"),
        place_group=F(f"{lesson}__course__group__name"),
        place_discipline=F(f"{lesson}__course__discipline__name"),
        **{f"old_{name}": before(model, name) for name in values},
    )
    if asked.student is not None:
        rows = rows.filter(student=asked.student)
    after = Q(day__gt=F("place_date"))
    rows = narrowed(rows, asked, after).filter(~Q(history_type="+") | after)
    rows = with_value(rows, asked, values[0])
    names = [*values, *(f"old_{name}" for name in values)]
    if model is Mark:
        names += ["task", "task__number"]
    rows = rows.order_by("-history_date", "-history_id")
    return list(rows.values(*STEP, *PERSON, *PLACE, *names)[: MOST + 1])


def _placed(user: User, asked: Asked, rows: list[dict]) -> list[dict]:
    """The rows with the lessons of deleted works, where `user` may see these."""
    lost = {row["task"] for row in rows if row["place_date"] is None}
    if not lost:
        return rows
    works = Task.history.filter(id__in=lost).values_list("id", "number", "lesson_id")
    numbers = {pk: (number, lesson) for pk, number, lesson in works}
    lessons = Lesson.objects.filter(
        rights_q(user, Lesson.reach, "view_mark"),
        asked_place(asked, "course"),
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
        student=full_name(*map(row.get, PERSON)),
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


def _results(user: User, asked: Asked) -> list[Correction]:
    """Results that were other than they became, of sheets that `user` sees.

    The first entry is none, nor is signing, which changes no value.
    """
    sheets = Sheet.objects.filter(rights_q(user, Sheet.reach, "view_result"))
    if asked.group is not None:
        sheets = sheets.filter(group=asked.group)
    if asked.course is not None:
        sheets = sheets.filter(parts__course=asked.course)
    if asked.period is not None:
        sheets = sheets.filter(period=asked.period)
    part = SheetPart.objects.filter(sheet=OuterRef("sheet")).order_by("pk")
    rows = Result.history.filter(sheet__in=sheets.order_by().values("pk")).annotate(
        is_closed=closed("sheet__period", PeriodClosing.Aspect.RESULTS),
        place_date=F("sheet__date"),
        place_group=F("sheet__group__name"),
        place_discipline=Coalesce(
            Subquery(part.values("course__discipline__name")[:1]), F("sheet__title")
        ),
        old_mark=Coalesce(before(Result, "mark"), Value("")),
        old_status=Coalesce(before(Result, "status"), Value("")),
    )
    if asked.student is not None:
        rows = rows.filter(student=asked.student)
    rows = narrowed(rows, asked, Q(sheet__signed_at__lt=F("history_date")))
    stood = ~Q(old_mark="", old_status="")
    moved = ~Q(old_mark=F("mark"), old_status=F("status"))
    rows = rows.filter(stood & moved | Q(history_type="-") & ~Q(mark="", status=""))
    rows = with_value(rows, asked, "mark", "status").order_by(
        "-history_date", "-history_id"
    )
    names = ("mark", "status", "old_mark", "old_status", "sheet__kind")
    kinds = dict(Sheet.Kind.choices)
    return [
        _correction(
            row, f"результат: {kinds[row['sheet__kind']]}", *_old_and_new(row, _result)
        )
        for row in rows.values(*STEP, *PERSON, *PLACE, *names)[: MOST + 1]
    ]


def _result(row: dict, prefix: str) -> str:
    value = row[f"{prefix}mark"] or row[f"{prefix}status"]
    return NAMES.get(value, "")


def _lessons(user: User, asked: Asked) -> list[Correction]:
    """Presence and topics.

    A lesson's row is saved for many reasons, so each step is held against the one
    before. A lookup by the index for each step costs a tenth of a window over all.
    """
    if asked.student is not None or asked.value:
        return []
    mine = rights_q(user, Lesson.reach, "view_lesson") & asked_place(asked, "course")
    after = Q(day__gt=F("date"))
    was_empty, was_open = Q(old_topic=""), Q(old_taken__isnull=True)
    is_open = Q(attendance_taken_at__isnull=True)
    topic = ~Q(old_topic=F("topic")) & (~was_empty | after)
    presence = (~was_open & is_open) | (was_open & ~is_open & after)
    rows = Lesson.history.filter(mine, history_type="~").annotate(
        day=TruncDate("history_date"),
        is_closed=closed("course__period", PeriodClosing.Aspect.LESSONS),
        place_date=F("date"),
        place_group=F("course__group__name"),
        place_discipline=F("course__discipline__name"),
        old_topic=before(Lesson, "topic"),
        old_taken=before(Lesson, "attendance_taken_at"),
    )
    rows = narrowed(rows, asked, after).filter(topic | presence)
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


READERS = {
    MARKS: _marks,
    ABSENCES: _absences,
    RESULTS: _results,
    LESSONS: _lessons,
}
