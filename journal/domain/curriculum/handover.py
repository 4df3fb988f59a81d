"""A teacher takes a course over in the middle, and owns the lessons from that day (A5).

Those of before keep their teacher by name; what is left to do in them passes on with the
load, by the row rights (`models.reach.teaching`).
"""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from journal.domain.curriculum.load import courses_for
from journal.domain.words import listed
from journal.models import CourseTeacher, Employee, Lesson, TimetableEntry, User
from journal.models.guards import rule_of
from journal.models.words import worded


@dataclass
class HandOver:
    """What a hand-over will do, or did.

    `given` are the hours that stay with the former teacher, `rest` those of the
    successor; `kept` are lessons of the days after that are held or were begun; `busy`
    are those at whose hour the successor gives another lesson.
    """

    load: CourseTeacher
    given: int = 0
    rest: int = 0
    moved: list[Lesson] = field(default_factory=list)
    kept: list[Lesson] = field(default_factory=list)
    busy: list[Lesson] = field(default_factory=list)


def plan_hand_over(load: CourseTeacher, successor: Employee, day: date) -> HandOver:
    """What giving a load to `successor` from `day` on means.

    Raises ValidationError where it cannot be: the day is not in the load's days, or the
    successor has the course already, or does not work here then.
    """
    _check(load, successor, day)
    out = HandOver(load)
    lessons = list(
        _lessons_of(load).select_related("course__group", "course__discipline")
    )
    taken = _taken(successor, [one for one in lessons if one.date >= day])
    for lesson in lessons:
        if lesson.date < day:
            out.given += 0 if lesson.is_cancelled else lesson.hours
        elif lesson.attendance_taken_at or lesson.filled_at or lesson.topic:
            out.kept.append(lesson)
            out.given += 0 if lesson.is_cancelled else lesson.hours
        elif (lesson.date, lesson.number) in taken and not lesson.is_cancelled:
            out.busy.append(lesson)
        else:
            out.moved.append(lesson)
    out.given = min(out.given, load.hours)
    out.rest = load.hours - out.given
    return out


def _check(load: CourseTeacher, successor: Employee, day: date) -> None:
    period = load.course.period
    last = period.last_day
    if not period.first_day <= day <= last or (load.end and day >= load.end):
        until = min(load.end or last, last)
        raise ValidationError(
            f"День передачи — с {max(load.start, period.first_day):%d.%m.%Y} до"
            f" {until:%d.%m.%Y}: в эти дни курс ведёт {load.employee.short_name}."
        )
    if day < load.start:
        raise ValidationError(
            f"{load.employee.short_name} ведёт курс только с {load.start:%d.%m.%Y}:"
            " выберите этот день или позже."
        )
    if successor.pk == load.employee_id:
        raise ValidationError(
            worded("Этот преподаватель уже ведёт курс: выберите другого.")
        )
    if successor.dismissed_on and successor.dismissed_on <= day:
        raise ValidationError(f"{successor.short_name} в этот день уже не работает.")


def _lessons_of(load: CourseTeacher) -> QuerySet[Lesson]:
    """Lessons that the load's teacher has by the timetable, of its part of the group."""
    lessons = Lesson.objects.filter(
        course=load.course, planned_teacher=load.employee, date__gte=load.start
    )
    if load.end:
        lessons = lessons.filter(date__lt=load.end)
    if load.subgroup_id:
        lessons = lessons.filter(subgroup=load.subgroup_id)
    else:
        own = CourseTeacher.objects.filter(course=load.course, subgroup__isnull=False)
        lessons = lessons.exclude(subgroup__in=own.values("subgroup"))
    return lessons.order_by("date", "number", "pk")


def _taken(successor: Employee, lessons: list[Lesson]) -> set[tuple]:
    """(day, number) at which the successor gives another lesson, no stream of these."""
    streams = {one.stream for one in lessons if one.stream}
    others = Lesson.objects.held().filter(
        teacher=successor, date__in={one.date for one in lessons}, number__isnull=False
    )
    others = others.exclude(pk__in=[one.pk for one in lessons])
    return set(others.exclude(stream__in=streams).values_list("date", "number"))


@transaction.atomic
def hand_over(
    load: CourseTeacher,
    successor: Employee,
    day: date,
    by: User,
    leave_busy: bool = False,
) -> HandOver:
    """Give a load to another teacher from `day` on; lessons held before stay (A5).

    They stay in the former teacher's name: to write in them is the successor's.

    The former load ends on `day`, the successor's begins with the hours left; lessons
    from `day` on that nobody wrote in yet become the successor's by the timetable, and
    theirs to give where no substitute stands. Lessons at whose hour the successor is
    busy are refused with ValidationError, or with `leave_busy` stay to be given by the
    former teacher in the successor's place until the timetable is changed.
    """
    if not courses_for(by).filter(pk=load.course_id).exists():
        raise PermissionDenied
    load = CourseTeacher.objects.select_for_update(of=("self",)).get(pk=load.pk)
    out = plan_hand_over(load, successor, day)
    if out.busy and not leave_busy:
        raise ValidationError(busy_words(successor, out.busy))
    former = load.employee
    reason = f"Курс передан с {day:%d.%m.%Y}: {successor.short_name}"
    _write_loads(load, successor, day, out, by, reason)
    turned = _turn_entries(load, former, successor, day, by, reason)
    for lesson in out.moved + out.busy:
        lesson.entry_id = turned.get(lesson.entry_id, lesson.entry_id)
        if not lesson.is_substituted and lesson not in out.busy:
            lesson.teacher = successor
        lesson.planned_teacher = successor
        _save(lesson, by, reason)
    return out


def busy_words(successor: Employee, busy: list[Lesson]) -> str:
    shown = listed([f"{one.date:%d.%m} № {one.number}" for one in busy], 5)
    return (
        f"{successor.short_name} в это время ведёт другие занятия: {shown}."
        " Измените расписание или отметьте «Оставить занятия, на которых преемник занят»."
    )


def _write_loads(load, successor, day: date, out: HandOver, by: User, reason) -> None:
    if day <= load.start:
        load.employee = successor
        _save(load, by, reason)
        return
    end, load.end, load.hours = load.end, day, out.given
    _save(load, by, reason)
    row = CourseTeacher(
        course=load.course,
        subgroup=load.subgroup,
        employee=successor,
        start=day,
        end=end,
        hours=out.rest,
    )
    _save(row, by, reason)


def _turn_entries(load, former, successor, day: date, by, reason) -> dict[int, int]:
    """The lines of the timetable from `day` on are the successor's.

    A line that began before ends, and another goes on; gives the key of the one that
    ended → the key of the other. Where the successor has another line at that hour, the
    line stays: it is the dispatcher's to move.
    """
    entries = TimetableEntry.objects.filter(
        Q(end__isnull=True) | Q(end__gt=day), course=load.course, teacher=former
    )
    if load.subgroup_id:
        entries = entries.filter(subgroup=load.subgroup_id)
    else:
        own = CourseTeacher.objects.filter(course=load.course, subgroup__isnull=False)
        entries = entries.exclude(subgroup__in=own.values("subgroup"))
    turned = {}
    for entry in entries:
        key = entry.pk
        try:
            with transaction.atomic():
                _turn(entry, successor, day, by, reason)
        except IntegrityError as error:
            if rule_of(error) is None:
                raise
        else:
            turned[key] = entry.pk
    return turned


def _turn(entry: TimetableEntry, successor, day: date, by: User, reason) -> None:
    if entry.start < day:
        end, entry.end = entry.end, day
        _save(entry, by, reason)
        entry.pk, entry._state.adding = None, True
        entry.start, entry.end = day, end
    entry.teacher = successor
    _save(entry, by, reason)


def _save(row, by: User, reason: str) -> None:
    row._history_user, row._change_reason = by, reason
    row.full_clean(validate_constraints=False)
    row.save()
