"""Load counted by teacher: hours of streams once, against the norm (D4)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Sum

from journal.domain.curriculum.fulfilment import HELD, CourseHours
from journal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Employee,
    Institution,
    Lesson,
    Period,
    Subgroup,
    TimetableEntry,
    User,
)
from journal.models.sqlite import russian_key
from journal.models.words import worded

OVER, UNDER = "over", "under"


@dataclass
class TeacherLoad:
    """The load of one teacher; all hours are academic.

    `streams` were taken off, since groups of a stream are taught at once. `norm` and
    `most` are those of the periods counted.
    """

    employee: Employee
    norm: int = 0
    most: int = 0
    courses: int = 0
    groups: int = 0
    streams: int = 0
    by_period: dict[int, int] = field(default_factory=dict)

    @property
    def hours(self) -> int:
        return sum(self.by_period.values())

    @property
    def off(self) -> int:
        """Above the norm, or below it where negative."""
        return self.hours - self.norm

    @property
    def over(self) -> int:
        return max(self.hours - self.most, 0)

    @property
    def flag(self) -> str:
        return OVER if self.over else UNDER if self.off < 0 else ""


@dataclass
class Loads:
    teachers: list[TeacherLoad]
    periods: list[Period]


def read_load(
    user: User, year: AcademicYear, period: Period | None, rules: Institution
) -> Loads:
    """The load of a year, or of one of its periods, that the person sees; six queries.

    A part of a year has its part of the norm: a semester half of it, a quarter a
    quarter. Periods of a year in which nobody has a load yet take no part in it.
    """
    periods = [
        one
        for one in Period.objects.filter(year=year).order_by("first_day", "kind")
        if period is None or one.pk == period.pk
    ]
    rows = (
        CourseTeacher.objects.visible_to(user)
        .filter(course__period__in=periods)
        .select_related("employee", "course")
        .order_by("pk")
    )
    loads = list(rows)
    given = {row.course.period_id for row in loads}
    periods = [one for one in periods if period or one.pk in given]
    share = _share(year, periods)
    by_teacher: dict[int, list[CourseTeacher]] = defaultdict(list)
    for row in loads:
        by_teacher[row.employee_id].append(row)
    twice = _twice(loads)
    teachers = [
        _counted(rows_, periods, twice.get(key, {}), share, rules)
        for key, rows_ in by_teacher.items()
    ]
    teachers.sort(key=lambda one: russian_key(one.employee.full_name))
    return Loads(teachers, periods)


def _share(year: AcademicYear, periods: list[Period]) -> float:
    """Which part of the year's norm the periods have."""
    counts: dict[str, int] = defaultdict(int)
    for kind in Period.objects.filter(year=year).values_list("kind", flat=True):
        counts[kind] += 1
    # Classes of one school may go by quarters and by half-years side by side.
    parts: dict[str, float] = defaultdict(float)
    for one in periods:
        parts[one.kind] += 1 / counts[one.kind]
    return max(parts.values(), default=1)


def _counted(loads, periods, twice, share: float, rules: Institution) -> TeacherLoad:
    employee = loads[0].employee
    norm = employee.load_norm if employee.load_norm is not None else rules.load_norm
    found = TeacherLoad(employee, round(norm * share), round(rules.load_most * share))
    found.courses = len({row.course_id for row in loads})
    found.groups = len({row.course.group_id for row in loads})
    for one in periods:
        hours = sum(row.hours for row in loads if row.course.period_id == one.pk)
        less = min(twice.get(one.pk, 0), hours)
        found.by_period[one.pk] = hours - less
        found.streams += less
    return found


def _twice(loads: list[CourseTeacher]) -> dict[int, dict[int, int]]:
    """Teacher → period → hours counted for more than one group of a stream.

    By the lessons laid out; where there are none yet, by the timetable the whole load
    of a course that sits in a stream counts.
    """
    courses = {row.course_id: row.course.period_id for row in loads}
    # (teacher, period, stream) → course → hours in the stream
    hours: dict[tuple, dict[int, int]] = defaultdict(dict)
    lessons = Lesson.objects.held().filter(course__in=courses).exclude(stream="")
    for teacher, course, stream, total in (
        lessons.order_by()
        .values_list("planned_teacher", "course", "stream")
        .annotate(Sum("hours"))
    ):
        hours[teacher, courses[course], stream][course] = total
    laid = {course for found in hours.values() for course in found}
    entries = TimetableEntry.objects.filter(course__in=set(courses) - laid)
    streams = entries.exclude(stream="").order_by()
    by_load = {(row.employee_id, row.course_id): row.hours for row in loads}
    for teacher, course, stream in streams.values_list(
        "teacher", "course", "stream"
    ).distinct():
        found = hours[teacher, courses[course], stream]
        found[course] = by_load.get((teacher, course), 0)
    twice: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (teacher, period, _), found in hours.items():
        twice[teacher][period] += sum(found.values()) - max(found.values())
    return twice


class Unassigned(NamedTuple):
    """A course or a part of its group that nobody teaches, since a day."""

    group: str
    discipline: str
    part: str
    period: str
    hours: int
    since: date


def unassigned_courses(
    user: User, year: AcademicYear, period: Period | None
) -> list[Unassigned]:
    """Courses of a year or period without a teacher to their end; three queries."""
    courses = Course.objects.visible_to(user).filter(period__year=year)
    if period:
        courses = courses.filter(period=period)
    rows = list(
        courses.select_related("group", "discipline", "period__year").order_by(
            "period__first_day", "group__course_year", "group__name", "discipline__name"
        )
    )
    ends: dict[tuple, list] = defaultdict(list)
    loads = CourseTeacher.objects.filter(course__in=courses.order_by().values("pk"))
    for course, part, end in loads.values_list("course", "subgroup", "end"):
        ends[course, part].append(end)
    parts: dict[int, list[Subgroup]] = defaultdict(list)
    for part in Subgroup.objects.filter(course__in=courses.order_by().values("pk")):
        parts[part.course_id].append(part)
    found = []
    for course in rows:
        whole = ends[course.pk, None]
        for part in parts[course.pk] or [None]:
            own = whole + (ends[course.pk, part.pk] if part else [])
            last = course.period.last_day
            if any(end is None or end > last for end in own):
                continue
            since = max(own, default=course.period.first_day)
            found.append(
                Unassigned(
                    course.group.name,
                    course.discipline.name,
                    str(part) if part else worded("вся группа", "весь класс"),
                    str(course.period),
                    course.hours,
                    since,
                )
            )
    return found


@dataclass
class Taught:
    """What one teacher has of one part of a course; all hours are academic.

    `own` are hours given of the own ones, `instead` hours given in somebody's place,
    `by_others` own hours that somebody else gave.
    """

    hours: CourseHours
    part: int | None
    load: int = 0
    own: int = 0
    instead: int = 0
    by_others: int = 0

    @property
    def gave(self) -> int:
        """Hours go to whoever gave the lesson (E2)."""
        return self.own + self.instead

    @property
    def owed(self) -> int:
        return self.load - self.own - self.by_others


def by_teacher(found: list[CourseHours]) -> dict[int, list[Taught]]:
    """Teacher → what they have and gave, course by course."""
    rows: dict[tuple, Taught] = {}

    def row(teacher: int, hours: CourseHours, part: int | None) -> Taught:
        key = teacher, hours.course.pk, part
        return rows.setdefault(key, Taught(hours, part))

    for hours in found:
        for load in hours.loads:
            row(load.employee_id, hours, load.subgroup_id).load += load.hours
        for lesson in hours.lessons:
            if lesson["state"] != HELD:
                continue
            planned, gave, part = (
                lesson["planned"],
                lesson["teacher"],
                lesson["subgroup"],
            )
            if planned == gave:
                row(gave, hours, part).own += lesson["hours"]
            else:
                row(gave, hours, part).instead += lesson["hours"]
                row(planned, hours, part).by_others += lesson["hours"]
    found_: dict[int, list[Taught]] = defaultdict(list)
    for (teacher, *_), taught in rows.items():
        found_[teacher].append(taught)
    return found_
