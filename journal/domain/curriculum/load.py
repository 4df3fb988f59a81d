"""Teaching load, given in a table of courses and their subgroups (D4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from journal.models import (
    Course,
    CourseTeacher,
    Employee,
    Lesson,
    Subgroup,
    User,
)
from journal.models.reach import rights_q
from journal.models.sqlite import alphabetical
from journal.models.words import worded

RIGHT = "change_courseteacher"
MOST_HOURS = 2000


def courses_for(by: User) -> QuerySet[Course]:
    """Courses whose load a person gives."""
    if not by.is_active or not by.has_perm(f"journal.{RIGHT}"):
        return Course.objects.none()
    return Course.objects.filter(rights_q(by, Course.reach, RIGHT))


def teachers_on(day: date) -> list[Employee]:
    """Whoever may be given load: employed on `day`, and teaching by role or by post."""
    roles = Q(user__groups__role__slug__in=("teacher", "master"))
    teaching = Q(staff_type=Employee.StaffType.TEACHING)
    rows = Employee.objects.filter(
        roles | teaching, Q(dismissed_on__isnull=True) | Q(dismissed_on__gt=day)
    )
    return list(
        rows.distinct().order_by(*alphabetical("last_name", "first_name"), "pk")
    )


@dataclass
class Row:
    """A line of the table: a load, or a part of a course that nobody has yet."""

    course: Course
    part: Subgroup | None
    load: CourseTeacher | None
    hours: int
    has_lessons: bool = False

    @property
    def key(self) -> str:
        """How the form names the line."""
        if self.load:
            return f"load-{self.load.pk}"
        return f"new-{self.course.pk}-{self.part.pk if self.part else 0}"


def read_table(courses: QuerySet[Course]) -> list[Row]:
    """The lines of some courses, by group and discipline; four queries."""
    rows = list(
        courses.select_related("group", "discipline", "period").order_by(
            "group__course_year", "group__name", "discipline__name", "pk"
        )
    )
    keys = [course.pk for course in rows]
    loads: dict[int, list[CourseTeacher]] = {}
    for load in (
        CourseTeacher.objects.filter(course__in=keys)
        .select_related("employee", "subgroup", "course__period")
        .order_by("start", "pk")
    ):
        loads.setdefault(load.course_id, []).append(load)
    parts: dict[int, list[Subgroup]] = {}
    for part in Subgroup.objects.filter(course__in=keys).order_by("number"):
        parts.setdefault(part.course_id, []).append(part)
    lessons = Lesson.objects.filter(course__in=keys).order_by()
    begun = set(lessons.values_list("course", "subgroup").distinct())
    found = []
    for course in rows:
        found += _rows_of(
            course, parts.get(course.pk, []), loads.get(course.pk, []), begun
        )
    return found


def _rows_of(
    course: Course, parts: list[Subgroup], loads: list[CourseTeacher], begun: set
) -> list[Row]:
    whole = sum(load.hours for load in loads if load.subgroup_id is None)
    found = []
    for part in [None, *parts]:
        key = part.pk if part else None
        own = [load for load in loads if load.subgroup_id == key]
        laid = (course.pk, key) in begun
        found += [Row(course, part, load, load.hours, laid) for load in own]
        # A divided group may have lessons together, but need not.
        if not own and (part or not parts):
            rest = max(course.hours - (whole if part else 0), 0)
            found.append(Row(course, part, None, rest, laid))
    return found


@dataclass
class Given:
    """What was typed into a line of the table."""

    key: str
    employee: Employee | None
    hours: int


@transaction.atomic
def give_load(by: User, rows: Iterable[Row], given: dict[str, Given]) -> int:
    """Write the lines that changed, each with its history; how many they were.

    A new line begins with its period. Raises PermissionDenied for a course that is not
    the person's to give, ValidationError with a message for every line that cannot be
    written: then nothing is.
    """
    changed, errors = [], []
    for row in rows:
        if (answer := given.get(row.key)) and (load := _changed(row, answer, errors)):
            changed.append(load)
    courses = {load.course_id for load in changed}
    if courses_for(by).filter(pk__in=courses).count() != len(courses):
        raise PermissionDenied
    if errors:
        raise ValidationError(errors)
    for load in changed:
        load._history_user = by
        load.full_clean()
        load.save()
    return len(changed)


def _changed(row: Row, answer: Given, errors: list[str]) -> CourseTeacher | None:
    name = f"{row.course.group}, {row.course.discipline}"
    load = row.load
    if not 0 <= answer.hours <= MOST_HOURS:
        errors.append(f"{name}: часов — от 0 до {MOST_HOURS}.")
        return None
    if load is None:
        if answer.employee is None:
            return None
        return CourseTeacher(
            course=row.course,
            subgroup=row.part,
            employee=answer.employee,
            start=row.course.period.first_day,
            hours=answer.hours,
        )
    if answer.employee is None:
        errors.append(
            f"{name}: {worded('преподавателя')} можно заменить, но не убрать."
        )
        return None
    if answer.employee != load.employee:
        if row.has_lessons:
            errors.append(
                f"{name}: занятия уже разложены. Передайте курс с даты («Передать»),"
                " чтобы прошлые занятия остались за прежним"
                f" {worded('преподавателем')}."
            )
            return None
        load.employee = answer.employee
    elif answer.hours == load.hours:
        return None
    load.hours = answer.hours
    return load
