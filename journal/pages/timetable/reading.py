"""Reading a week of a group, a teacher or a room: lessons, exams, bells, special days."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db.models import F, Q

from journal.domain.timetable.day import RELATED, changes_of
from journal.models import CalendarDay, ExamEvent, Lesson
from journal.pages.diary.reading import bells_between

KINDS = ("group", "teacher", "room")


@dataclass
class Shown:
    """A lesson or an exam as a timetable shows it; names and nothing of what is inside.

    `went` is where a lesson of this place was moved to.
    """

    number: int | None
    times: tuple[time, time] | None
    title: str
    groups: list[str]
    part: str
    teacher: str
    room: str
    changes: list[str]
    is_off: bool = False
    is_exam: bool = False


@dataclass
class ShownDay:
    date: date
    items: list[Shown] = field(default_factory=list)
    note: str = ""
    is_holiday: bool = False


def read_days(
    lessons, events, kind: str, key: int, monday: date, is_stranger: bool
) -> list[ShownDay]:
    """Monday to Sunday of a timetable; four queries at most.

    `lessons` and `events` are what the person may see of all that there is.
    """
    sunday = monday + timedelta(days=6)
    days = [ShownDay(monday + timedelta(days=place)) for place in range(7)]
    kinds = {}
    special = CalendarDay.objects.filter(date__range=(monday, sunday))
    for one in special:
        kinds[one.date] = one.kind
        day = days[one.date.weekday()]
        day.note, day.is_holiday = one.note, one.kind == CalendarDay.Kind.HOLIDAY
    bells = bells_between(monday, sunday, kinds)
    for lesson in _lessons_of(lessons, kind, key, monday, sunday):
        _put(days, bells, lesson, kind, key, is_stranger)
    for event in _events_of(events, kind, key, monday, sunday):
        days[event.date.weekday()].items.append(_exam(event))
    for day in days:
        day.items.sort(key=_place)
    return days


def _place(item: Shown) -> tuple:
    start = item.times[0] if item.times else time(0) if item.number is None else time()
    return start, item.number or 0, item.part


def _lessons_of(lessons, kind: str, key: int, monday: date, sunday: date):
    whose = {
        "group": Q(course__group=key),
        "teacher": Q(teacher=key) | Q(planned_teacher=key),
        "room": Q(room=key) | Q(planned_room=key),
    }[kind]
    week = (monday, sunday)
    return (
        lessons.filter(whose)
        .filter(Q(date__range=week) | Q(planned_date__range=week))
        .select_related(*RELATED)
        .order_by("date", F("number").asc(nulls_first=True), "subgroup__number", "pk")
    )


def _events_of(events, kind: str, key: int, monday: date, sunday: date):
    whose = {
        "group": Q(group=key),
        "teacher": Q(teacher=key) | Q(pk__in=sat_in(key)),
        "room": Q(room=key),
    }[kind]
    return (
        events.filter(whose, date__range=(monday, sunday))
        .select_related("group", "course__discipline", "teacher", "room")
        .order_by("starts_at")
    )


def sat_in(employee: int):
    """Keys of the events in whose commission an employee sits."""
    return ExamEvent.objects.filter(members__employee=employee).values("pk")


def _put(days, bells, lesson: Lesson, kind: str, key: int, is_stranger: bool) -> None:
    """The lesson on its day, and a trace of it where it was moved away from."""
    first, last = days[0].date, days[-1].date
    changes = changes_of(lesson, reasons=not is_stranger)
    left = _left(lesson, kind, key)
    if first <= lesson.date <= last:
        times = bells[lesson.date].get(lesson.number)
        item = _shown(lesson, lesson.number, times, changes)
        if left:
            item.changes, item.is_off = [left], True
        _add(days[lesson.date.weekday()].items, item, lesson.stream)
    planned = lesson.planned_date
    if planned and planned != lesson.date and first <= planned <= last:
        number = lesson.planned_number
        gone = f"перенесено на {lesson.date:%d.%m}"
        gone += f", {lesson.number}-е занятие" if lesson.number else ""
        item = _shown(lesson, number, bells[planned].get(number), [gone])
        item.is_off = True
        _add(days[planned.weekday()].items, item, lesson.stream)


def _left(lesson: Lesson, kind: str, key: int) -> str:
    """Why a lesson is no longer this teacher's or in this room, on its own day."""
    if lesson.is_cancelled:
        return ""
    if kind == "teacher" and lesson.teacher_id != key:
        return f"замена: ведёт {lesson.teacher.short_name}"
    if kind == "room" and lesson.room_id != key:
        return f"перенесено: {lesson.room.place}"
    return ""


def _add(items: list[Shown], item: Shown, stream: str) -> None:
    """Groups of a stream sit in one line."""
    for other in items if stream else ():
        same = (other.number, other.title, other.teacher, other.is_off)
        if same == (item.number, item.title, item.teacher, item.is_off):
            other.groups += item.groups
            return
    items.append(item)


def _shown(lesson: Lesson, number, times, changes: list[str]) -> Shown:
    return Shown(
        number,
        times,
        lesson.course.discipline.name,
        [lesson.course.group.name],
        str(lesson.subgroup) if lesson.subgroup_id else "",
        lesson.teacher.short_name,
        str(lesson.room or ""),
        changes,
        lesson.is_cancelled,
    )


def title_of(event: ExamEvent) -> str:
    """«Экзамен: Математика», or the name given to an event without a course."""
    kind = event.get_kind_display()
    kind = kind[0].upper() + kind[1:]
    name = event.title or (event.course.discipline.name if event.course_id else "")
    return f"{kind}: {name}" if name else kind


def _exam(event: ExamEvent) -> Shown:
    return Shown(
        None,
        (event.starts_at, event.ends_at),
        title_of(event),
        [event.group.name],
        "",
        event.teacher.short_name if event.teacher_id else "",
        str(event.room or ""),
        [event.note] if event.note else [],
        is_exam=True,
    )
