"""Changes of one day (E2): substitution, move, cancellation, another subject or room.

A change writes into the lesson what is, and keeps beside it what the timetable meant
(`planned_…`), so that both names stay and the change can be taken back. The hours go to
whoever is written as `teacher`, who alone may fill the lesson (A5).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q

from journal.domain.timetable.taken import Sitting, Taken, sitting_of, works_on
from journal.domain.timetable.writing import make_way
from journal.models import (
    Absence,
    Course,
    Employee,
    Institution,
    Lesson,
    Mark,
    Room,
    Subgroup,
    Task,
    User,
)
from journal.models.guards import rule_of
from journal.models.words import worded

VERB = "substitute"
CANCELLED = "Занятие снято"
CHANGED = (
    Q(is_cancelled=True)
    | ~Q(teacher=F("planned_teacher"))
    | Q(planned_date__isnull=False)
    | Q(planned_room__isnull=False)
    | Q(planned_course__isnull=False)
    | Q(entry__isnull=True)
)
"""Lessons that are other than the timetable means; one outside it is an extra one."""


@dataclass(frozen=True)
class Wish:
    """What a lesson is to become; None leaves it as it is.

    `day` and `number` are one wish: with a day, the number None means the whole day.
    """

    teacher: Employee | None = None
    room: Room | None = None
    course: Course | None = None
    day: date | None = None
    number: int | None = None


def may_change(user: User, lesson: Lesson) -> bool:
    """Does the timetable of this lesson lie with `user`?"""
    return Lesson.objects.visible_to(user, VERB).filter(pk=lesson.pk).exists()


def change_lesson(
    user: User, lesson: Lesson, wish: Wish, reason: str = ""
) -> list[Lesson]:
    """Change a lesson, and those of its stream with it; the lessons changed.

    Raises ValidationError, in words, for a lesson already held or in a closed period,
    for a day outside the period and for a teacher, room or group that is not free; then
    nothing is written. Another subject leaves the stream.
    """

    def change(one: Lesson) -> None:
        if wish.course and wish.course.pk != one.course_id:
            _change_course(one, wish.course)
        if wish.day:
            _move(one, wish.day, wish.number)
        if wish.teacher:
            _employed(wish.teacher, one.date)
            one.teacher = wish.teacher
        if wish.room and wish.room.pk != one.room_id:
            _change_room(one, wish.room)
        one.is_cancelled, one.cancel_reason = False, ""

    alone = wish.course is not None and wish.course.pk != lesson.course_id
    return _write(user, lesson, change, reason, alone=alone)


def cancel_lesson(user: User, lesson: Lesson, reason: str = "") -> list[Lesson]:
    """Take a lesson, and those of its stream, off the day.

    A topic written beforehand goes: its hours were not given. Raises like the others.
    """

    def change(one: Lesson) -> None:
        one.is_cancelled, one.cancel_reason = True, reason[:200] or CANCELLED

    return _write(user, lesson, change, reason)


@transaction.atomic
def swap_lessons(
    user: User, first: Lesson, second: Lesson, reason: str = ""
) -> list[Lesson]:
    """Let two lessons, with their streams, exchange day and hour; the lessons changed.

    Teacher and room go with the lesson. Raises ValidationError, in words, for a lesson
    held or cancelled, for two at one hour and for whatever is not free at the new place.
    """
    if _when(first) == _when(second):
        raise ValidationError("Занятия стоят в одно время: менять местами нечего.")
    lessons, places = [], {}
    pairs = ((first, second), (second, first))
    for lesson, other in sorted(pairs, key=lambda pair: pair[0].pk):
        found = _locked(user, lesson, alone=False)
        places |= dict.fromkeys([one.pk for one in found], _when(other))
        lessons += found
    before = {one.pk: (sitting_of(one), _when(one)) for one in lessons}
    for one in lessons:
        _not_held(one)
        if one.is_cancelled:
            raise ValidationError("Отменённое занятие местами не меняют.")
        _move(one, *places[one.pk])
        _employed(one.teacher, one.date)
    _still_free(lessons, before)
    _save(lessons, user, reason, aside=True)
    return lessons


def restore_lesson(user: User, lesson: Lesson) -> list[Lesson]:
    """Give a lesson, and those of its stream, back what the timetable meant."""

    def change(one: Lesson) -> None:
        if one.planned_course_id:
            one.course = one.planned_course
        _as_entry(one)
        if one.planned_date:
            one.date, one.number = one.planned_date, one.planned_number
        if one.planned_room_id:
            one.room = one.planned_room
        elif one.entry_id and one.entry.room_id is None:
            one.room = None
        one.teacher = one.planned_teacher
        one.is_cancelled, one.cancel_reason = False, ""
        one.planned_course = one.planned_room = None
        one.planned_date = one.planned_number = None

    return _write(user, lesson, change, "По расписанию")


@transaction.atomic
def change_many(
    user: User, answers: Iterable[tuple[Lesson, Employee | None]], reason: str = ""
) -> tuple[int, int]:
    """Give each lesson to another teacher, or cancel it where there is none.

    All or nothing; gives how many were given and how many cancelled. Raises
    ValidationError that names each lesson with which it does not go.
    """
    given = cancelled = 0
    told: list[str] = []
    for lesson, teacher in answers:
        number = f", {lesson.number}-е занятие" if lesson.number else ""
        try:
            if teacher is None:
                cancelled += len(cancel_lesson(user, lesson, reason))
            else:
                wish = Wish(teacher=teacher)
                given += len(change_lesson(user, lesson, wish, reason))
        except ValidationError as error:
            words = " ".join(error.messages)
            told.append(f"{lesson.date:%d.%m}{number}, {lesson.course}: {words}")
    if told:
        raise ValidationError(told)
    return given, cancelled


@transaction.atomic
def add_lesson(
    user: User,
    course: Course,
    day: date,
    number: int | None,
    teacher: Employee,
    room: Room | None = None,
    subgroup: Subgroup | None = None,
    reason: str = "",
) -> Lesson:
    """An extra lesson, outside the timetable; raises ValidationError in words."""
    if not any(user.has_perm(f"journal.{verb}_lesson") for verb in (VERB, "add")):
        raise PermissionDenied
    _in_period(course, day)
    _employed(teacher, day)
    lesson = Lesson(
        course=course,
        subgroup=subgroup,
        date=day,
        number=number,
        room=room,
        planned_teacher=teacher,
        teacher=teacher,
        hours=Institution.current().lesson_hours,
    )
    if told := Taken({day}).problems(sitting_of(lesson), day, number):
        raise ValidationError(told)
    _save([lesson], user, reason)
    return lesson


# How a change is written


@transaction.atomic
def _write(
    user: User,
    lesson: Lesson,
    change: Callable[[Lesson], None],
    reason: str,
    alone: bool = False,
) -> list[Lesson]:
    lessons = _locked(user, lesson, alone)
    before = {one.pk: (sitting_of(one), _when(one)) for one in lessons}
    for one in lessons:
        _not_held(one)
        change(one)
    _still_free(lessons, before)
    for one in lessons:
        if one.is_cancelled or one.course_id != one.course_before:
            _drop_topic(one)
    _save(lessons, user, reason)
    return lessons


def _locked(user: User, lesson: Lesson, alone: bool) -> list[Lesson]:
    """The lesson and the rest of its stream at that hour, held against other writers."""
    rows = Lesson.objects.filter(pk=lesson.pk)
    if lesson.stream and not alone:
        rows = Lesson.objects.filter(
            stream=lesson.stream, date=lesson.date, number=lesson.number
        )
    locked = list(
        rows.order_by("pk")
        .select_for_update(of=("self",))
        .select_related(
            "course__group",
            "course__period",
            "course__discipline",
            "planned_course__group",
            "planned_course__period",
            "entry__subgroup",
            "subgroup",
            "teacher",
            "planned_teacher",
            "room",
            "planned_room",
        )
        .annotate(
            has_marks=Exists(Mark.objects.filter(task__lesson=OuterRef("pk"))),
            has_tasks=Exists(Task.objects.filter(lesson=OuterRef("pk"))),
            has_absences=Exists(Absence.objects.filter(lesson=OuterRef("pk"))),
        )
    )
    mine = Lesson.objects.visible_to(user, VERB)
    seen = set(mine.filter(pk__in=[one.pk for one in locked]).values_list("pk"))
    if {(one.pk,) for one in locked} != seen:
        raise PermissionDenied
    for one in locked:
        one.course_before, one.was_off = one.course_id, one.is_cancelled
    return locked


def _when(lesson: Lesson) -> tuple[date, int | None]:
    return lesson.date, lesson.number


def is_held(lesson: Lesson) -> bool:
    """Did somebody take attendance or write marks there?"""
    return bool(lesson.attendance_taken_at or lesson.has_marks or lesson.has_absences)


def _not_held(lesson: Lesson) -> None:
    if is_held(lesson):
        raise ValidationError(
            f"Занятие {lesson.date:%d.%m.%Y} ({lesson.course}) уже проведено: в нём "
            "отмечено присутствие или стоят отметки. Изменить его нельзя."
        )


def _in_period(course: Course, day: date) -> None:
    period = course.period
    if not period.first_day <= day <= period.last_day:
        raise ValidationError(
            f"{day:%d.%m.%Y} вне учебного периода курса: он идёт с "
            f"{period.first_day:%d.%m.%Y} по {period.last_day:%d.%m.%Y}."
        )


def _employed(teacher: Employee, day: date) -> None:
    if not works_on(teacher, day):
        raise ValidationError(
            f"{teacher.short_name} {day:%d.%m.%Y} не работает в учреждении: выберите "
            f"другого {worded('преподавателя')}."
        )


def _move(lesson: Lesson, day: date, number: int | None) -> None:
    if (day, number) == _when(lesson):
        return
    _in_period(lesson.course, day)
    if lesson.planned_date is None:
        lesson.planned_date, lesson.planned_number = _when(lesson)
    lesson.date, lesson.number = day, number
    if _when(lesson) == (lesson.planned_date, lesson.planned_number):
        lesson.planned_date = lesson.planned_number = None


def _change_room(lesson: Lesson, room: Room) -> None:
    if lesson.planned_room_id is None:
        lesson.planned_room = lesson.room
    lesson.room = room
    if lesson.planned_room_id == room.pk:
        lesson.planned_room = None


def _change_course(lesson: Lesson, course: Course) -> None:
    if course.group_id != lesson.course.group_id:
        group = worded("той же группы", "того же класса")
        raise ValidationError(f"Другой предмет бывает только у {group}.")
    _in_period(course, lesson.date)
    if lesson.has_tasks:
        raise ValidationError(
            "В занятии уже заведены работы: предмет не меняют. Отмените это занятие и "
            "добавьте дополнительное."
        )
    part = lesson.subgroup.number if lesson.subgroup_id else None
    if lesson.planned_course_id is None:
        lesson.planned_course = lesson.course
    lesson.course = course
    lesson.subgroup = part and course.subgroups.filter(number=part).first()
    lesson.stream = ""
    if lesson.planned_course_id == course.pk:
        lesson.planned_course = None
        _as_entry(lesson)


def _as_entry(lesson: Lesson) -> None:
    """The part of the group and the stream, as the line of the timetable has them."""
    if lesson.entry_id:
        lesson.subgroup, lesson.stream = lesson.entry.subgroup, lesson.entry.stream


def _still_free(lessons: Iterable[Lesson], before: dict[int, tuple]) -> None:
    """What a change newly asks for must be free; what was there before is let be."""
    lessons = [one for one in lessons if not one.is_cancelled]
    taken = Taken({one.date for one in lessons}, {one.pk for one in lessons})
    told: list[str] = []
    for one in lessons:
        who, when = sitting_of(one), _when(one)
        sat, was = before[one.pk]
        asked = who if when != was or one.was_off else _new(who, sat)
        told += taken.problems(asked, *when)
    if told:
        raise ValidationError(list(dict.fromkeys(told)))


def _new(who: Sitting, sat: Sitting) -> Sitting:
    """Only what differs from before asks for its place."""
    return replace(
        who,
        teacher=who.teacher if who.teacher != sat.teacher else 0,
        room=who.room if who.room != sat.room else None,
        group=who.group if (who.part, who.stream) != (sat.part, sat.stream) else 0,
    )


def _drop_topic(lesson: Lesson) -> None:
    """The hours of a line of the plan were not given in this lesson."""
    for link in lesson.topics.all():
        link.delete()
    lesson.topic, lesson.filled_at = "", None


def _save(lessons: list[Lesson], user: User, reason: str, aside: bool = False) -> None:
    """The guards of the database have the last word, said in Russian.

    `aside`: lessons that exchange places let go of them first.
    """
    try:
        with transaction.atomic():
            if aside:
                make_way(lessons)
            for one in lessons:
                one._history_user, one._change_reason = user, reason
                one.save()
    except IntegrityError as error:
        if (words := rule_of(error)) is None:
            raise
        raise ValidationError(words) from error
