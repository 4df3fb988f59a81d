"""A day as the dispatcher sees it, and what may be proposed for one of its lessons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q

from journal.domain.spans import covers
from journal.domain.timetable.changes import VERB, is_held
from journal.domain.timetable.days import bells_on, taught_days
from journal.domain.timetable.taken import Taken, sitting_of, works_on
from journal.models import (
    Absence,
    CourseTeacher,
    Employee,
    Lesson,
    Mark,
    Room,
    User,
)
from journal.models.sqlite import russian_key
from journal.models.words import worded

NUMBERS = range(1, 9)
RELATED = (
    "course__group",
    "course__discipline",
    "course__period",
    "planned_course__discipline",
    "subgroup",
    "teacher",
    "planned_teacher",
    "room",
    "planned_room",
)


def read_lessons(rows):
    """Lessons with all that a day shows of them, by group, number and part."""
    return (
        rows.select_related(*RELATED)
        .annotate(
            has_marks=Exists(Mark.objects.filter(task__lesson=OuterRef("pk"))),
            has_absences=Exists(Absence.objects.filter(lesson=OuterRef("pk"))),
        )
        .order_by(
            "date",
            "course__group__name",
            F("number").asc(nulls_first=True),
            "subgroup__number",
            "pk",
        )
    )


def day_lessons(
    user: User,
    first: date,
    last: date,
    group: int | None = None,
    teacher: int | None = None,
    campus: int | None = None,
) -> list[Lesson]:
    """The lessons of some days that `user` sees, those moved away from them too.

    A teacher's are those given and those meant for the teacher. One query.
    """
    rows = Lesson.objects.visible_to(user).filter(
        Q(date__range=(first, last)) | Q(planned_date__range=(first, last))
    )
    if group:
        rows = rows.filter(course__group=group)
    if teacher:
        rows = rows.filter(Q(teacher=teacher) | Q(planned_teacher=teacher))
    if campus:
        rows = rows.filter(room__campus=campus)
    return list(read_lessons(rows))


def changes_of(lesson: Lesson, reasons: bool = True) -> list[str]:
    """What is other than the timetable means, in words; empty where nothing is.

    Reasons may tell of people's health: strangers are not shown them.
    """
    if lesson.is_cancelled:
        told = reasons and lesson.cancel_reason
        reason = f": {lesson.cancel_reason}" if told else ""
        return [f"отменено{reason}"]
    found = []
    if lesson.planned_course_id:
        found.append(
            f"вместо {worded('дисциплины', 'предмета')}"
            f" «{lesson.planned_course.discipline}»"
        )
    if lesson.is_substituted:
        found.append(
            f"замена: {lesson.teacher.short_name} вместо "
            f"{lesson.planned_teacher.short_name}"
        )
    if lesson.planned_date:
        number = lesson.planned_number
        which = f"{number}-е занятие" if number else "весь день"
        found.append(f"перенесено с {lesson.planned_date:%d.%m}, {which}")
    if lesson.planned_room_id:
        found.append(f"кабинет {lesson.room} вместо {lesson.planned_room}")
    return found


# Proposals


@dataclass(frozen=True)
class Choice:
    """A teacher or a room, how near it is to the lesson, and what holds it then."""

    pk: int
    name: str
    near: str = ""
    busy: str = ""


class Staff:
    """Who works and teaches in an academic year; two queries."""

    def __init__(self, year: int):
        self.load: dict[int, list[tuple]] = {}
        rows = CourseTeacher.objects.filter(course__period__year=year)
        for employee, *load in rows.values_list(
            "employee", "course__discipline", "course__group", "start", "end"
        ):
            self.load.setdefault(employee, []).append(tuple(load))
        self.people = list(
            Employee.objects.filter(
                Q(pk__in=list(self.load)) | Q(staff_type=Employee.StaffType.TEACHING)
            )
        )

    def near(self, employee: int, lesson: Lesson) -> tuple[bool, bool]:
        """Does the person teach the discipline, and the group, on the lesson's day?"""
        load = [
            (discipline, group)
            for discipline, group, start, end in self.load.get(employee, ())
            if covers(start, end, lesson.date)
        ]
        return (
            any(one == lesson.course.discipline_id for one, _ in load),
            any(one == lesson.course.group_id for _, one in load),
        )


def teachers_for(lesson: Lesson, taken: Taken, staff: Staff) -> list[Choice]:
    """Who could give a lesson: the same discipline first, then of the group, then all.

    The free stand before the busy, whom the timetable names before all.
    """
    who, found = sitting_of(lesson), []
    for one in staff.people:
        if not works_on(one, lesson.date):
            continue
        own = one.pk == lesson.planned_teacher_id
        same, group = staff.near(one.pk, lesson)
        near = (
            "по расписанию" * own
            or worded("та же дисциплина", "тот же предмет") * same
            or worded("ведёт в этой группе", "ведёт в этом классе") * group
        )
        busy = taken.why_not("teacher", one.pk, lesson.date, lesson.number, who)
        rank = (bool(busy), not own, not same, not group, russian_key(one.short_name))
        found.append((rank, Choice(one.pk, one.short_name, near, busy)))
    return [choice for _, choice in sorted(found, key=lambda pair: pair[0])]


def rooms_for(lesson: Lesson, taken: Taken, seats: int = 0) -> list[Choice]:
    """Rooms for a lesson: free ones first, of the same campus, that hold the group."""
    who, found = sitting_of(lesson), []
    campus = lesson.room.campus_id if lesson.room_id else None
    for room in Room.objects.select_related("campus"):
        small = bool(seats and room.capacity and room.capacity < seats)
        busy = taken.why_not("room", room.pk, lesson.date, lesson.number, who)
        near = f"мест {room.capacity}, нужно {seats}" if small else ""
        away = room.campus_id != campus
        if away and room.campus:
            near = ", ".join(filter(None, (room.campus.name, near)))
        name = f"{room.number} {room.name}".strip()
        rank = (bool(busy), away, small, russian_key(room.number))
        found.append((rank, Choice(room.pk, name, near, busy)))
    return [choice for _, choice in sorted(found, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Slot:
    """A place for a lesson on a day: free, or why not."""

    date: date
    number: int
    problem: str
    is_own: bool


def slots_for(
    lesson: Lesson, first: date, days: int = 7
) -> list[tuple[date, bool, list[Slot]]]:
    """Where a lesson could move in the days from `first`: (day, is it taught, places).

    Teacher, room and group are asked at once; a day outside the period of the course is
    left out.
    """
    period = lesson.course.period
    span = [first + timedelta(days=step) for step in range(days)]
    span = [day for day in span if period.first_day <= day <= period.last_day]
    taken = Taken(span, {lesson.pk})
    who = sitting_of(lesson)
    numbers = list(bells_on(first)) or list(NUMBERS)
    taught = taught_days(first, first + timedelta(days=days))
    found = []
    for day in span:
        slots = [
            Slot(
                day,
                number,
                " ".join(taken.problems(who, day, number)),
                (day, number) == (lesson.date, lesson.number),
            )
            for number in numbers
        ]
        found.append((day, day in taught and day.isoweekday() < 7, slots))
    return found


@dataclass(frozen=True)
class Swap:
    """Another lesson of the day to change places with, and what stands in the way."""

    lesson: Lesson
    problem: str


def swaps_for(user: User, lesson: Lesson) -> list[Swap]:
    """Lessons of the same group or teacher that day, at another hour, free ones first.

    Held and cancelled ones are left out.
    """
    if lesson.number is None or lesson.is_cancelled or is_held(lesson):
        return []
    rows = Lesson.objects.visible_to(user, VERB).filter(
        Q(course__group=lesson.course.group_id) | Q(teacher=lesson.teacher_id),
        date=lesson.date,
        number__isnull=False,
        is_cancelled=False,
    )
    others = read_lessons(rows.exclude(number=lesson.number))
    others = [one for one in others if not is_held(one)]
    taken = Taken({lesson.date})
    found = [Swap(one, _in_the_way(taken, lesson, one)) for one in others]
    return sorted(found, key=lambda one: bool(one.problem))


def _in_the_way(taken: Taken, lesson: Lesson, other: Lesson) -> str:
    both, told = (lesson.pk, other.pk), []
    for one, place in ((lesson, other), (other, lesson)):
        told += taken.problems(sitting_of(one), place.date, place.number, both)
    return " ".join(dict.fromkeys(told))


def reasons_of(lessons: Iterable[Lesson]) -> dict[int, str]:
    """Lesson → the reason given with its last change; one query."""
    ids = [one.pk for one in lessons]
    rows = Lesson.history.filter(id__in=ids).order_by("history_date", "history_id")
    found = {}
    for pk, reason in rows.values_list("id", "history_change_reason"):
        if reason:
            found[pk] = reason
    return found
