"""Hours of courses: planned, given as load, in the КТП, laid out, held, owed (D4).

All hours are academic. A part is a whole group (None) or a subgroup; a subgroup's
programme is what it is taught alone and what it is taught with the whole group.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, CharField, F, Q, QuerySet, Sum, Value, When

from journal.models import (
    Course,
    CourseTeacher,
    HoursKind,
    Lesson,
    PlanHours,
    PlannedLesson,
    Subgroup,
)
from journal.models.words import worded

# What a lesson of a course is on a day.
HELD, UNFILLED, AHEAD, CANCELLED = "held", "unfilled", "ahead", "cancelled"
FILLED = Q(attendance_taken_at__isnull=False) | ~Q(topic="")


@dataclass
class Given:
    """Hours of one part with one teacher: as planned, given, given by somebody else.

    `substitutes` holds (employee, hours) of those who gave lessons of this part in the
    place of the teacher whom the timetable names.
    """

    load: int = 0
    laid: int = 0
    held: int = 0
    unfilled: int = 0
    cancelled: int = 0
    substitutes: dict[int, int] = field(default_factory=dict)

    @property
    def ahead(self) -> int:
        return self.laid - self.held - self.unfilled


@dataclass
class CourseHours:
    """All hours of a course; `plan` and `thematic` are None where there is none.

    `lessons` are the rows of `lesson_hours`, cancelled ones left out.
    """

    course: Course
    parts: list[Subgroup] = field(default_factory=list)
    plan: int | None = None
    thematic: int | None = None
    loads: list[CourseTeacher] = field(default_factory=list)
    given: dict[int | None, Given] = field(default_factory=dict)
    lessons: list[dict] = field(default_factory=list)

    @property
    def units(self) -> list[tuple[Subgroup | None, Given]]:
        """Whoever is taught apart: the whole group, each subgroup."""
        parts: list[Subgroup | None] = list(self.parts)
        if not parts or None in self.given:
            parts.insert(0, None)
        key = {part: part.pk if part else None for part in parts}
        return [(part, self.given.get(key[part], Given())) for part in parts]

    def planned(self, part: Subgroup | None) -> int:
        """Hours that a part is owed by the plan.

        A whole group that is divided has the hours given for it together; each
        subgroup the rest of the course.
        """
        if not self.parts:
            return self.course.hours
        together = getattr(self.given.get(None), "load", 0)
        if part is None:
            return min(together, self.course.hours)
        return max(self.course.hours - together, 0)

    def each(self, name: str) -> list[int]:
        """A figure for every part of the group, what the whole group has added to it."""
        whole = getattr(self.given.get(None), name, 0)
        if not self.parts:
            return [whole]
        return [
            whole + getattr(self.given.get(part.pk), name, 0) for part in self.parts
        ]

    @property
    def owed(self) -> list[int]:
        return [self.course.hours - held for held in self.each("held")]


def read_hours(courses: QuerySet[Course], day: date) -> list[CourseHours]:
    """The hours of the courses as of the end of `day`; six queries at most.

    Lessons of `day` and before count as held once attendance or a topic is written, and
    as unfilled till then; what comes later lies ahead. Cancelled lessons are not laid out.
    """
    rows = courses.select_related(
        "group", "discipline", "period__year", "thematic_plan", "plan_item"
    )
    found = {course.pk: CourseHours(course) for course in rows}
    if not found:
        return []
    keys = courses.order_by().values("pk")
    for part in Subgroup.objects.filter(course__in=keys).order_by("number"):
        found[part.course_id].parts.append(part)
    _read_plans(found)
    loads = CourseTeacher.objects.filter(course__in=keys).select_related("employee")
    for load in loads.order_by("start", "pk"):
        hours = found[load.course_id]
        hours.loads.append(load)
        hours.given.setdefault(load.subgroup_id, Given()).load += load.hours
    for row in lesson_hours(keys, day):
        _count(found[row["course"]], row)
    return list(found.values())


def _read_plans(found: dict[int, CourseHours]) -> None:
    items = {one.course.plan_item_id for one in found.values()} - {None}
    plan = {
        (row.item_id, row.semester): row.contact
        for row in PlanHours.objects.filter(item__in=items)
    }
    themes = {one.course.thematic_plan_id for one in found.values()} - {None}
    thematic = dict.fromkeys(themes, 0) | dict(thematic_hours(themes))
    for one in found.values():
        course = one.course
        one.plan = plan.get((course.plan_item_id, course.semester))
        one.thematic = thematic.get(course.thematic_plan_id)


def thematic_hours(plans: Iterable[int]) -> list[tuple[int, int]]:
    """(plan, hours of its lines that are given in lessons)."""
    rows = PlannedLesson.objects.filter(plan__in=plans).exclude(
        kind__hours_kind=HoursKind.SELF_STUDY
    )
    return list(rows.order_by().values_list("plan").annotate(Sum("hours")))


def state_of(day: date) -> Case:
    """What a lesson is as of the end of `day`, as an expression."""
    return Case(
        When(is_cancelled=True, then=Value(CANCELLED)),
        When(date__gt=day, then=Value(AHEAD)),
        When(FILLED, then=Value(HELD)),
        default=Value(UNFILLED),
        output_field=CharField(),
    )


def lesson_hours(courses, day: date) -> QuerySet:
    """Hours of lessons by course, part, state, planned and actual teacher."""
    return (
        Lesson.objects.filter(course__in=courses)
        .order_by()
        .annotate(state=state_of(day), planned=F("planned_teacher"))
        .values("course", "subgroup", "state", "planned", "teacher")
        .annotate(hours=Sum("hours"))
    )


def _count(one: CourseHours, row: dict) -> None:
    given = one.given.setdefault(row["subgroup"], Given())
    state, hours = row["state"], row["hours"]
    if state == CANCELLED:
        given.cancelled += hours
        return
    one.lessons.append(row)
    given.laid += hours
    if state == UNFILLED:
        given.unfilled += hours
    if state == HELD:
        given.held += hours
        if row["teacher"] != row["planned"]:
            named = given.substitutes
            named[row["teacher"]] = named.get(row["teacher"], 0) + hours


# The check


def _both(figures: list[int]) -> str:
    return " и ".join(str(one) for one in dict.fromkeys(figures))


def disagreements(one: CourseHours) -> list[str]:
    """In Russian, what of a course's hours does not agree with the hours of the course."""
    hours, found = one.course.hours, []
    if one.plan is not None and one.plan != hours:
        found.append(f"в учебном плане {one.plan}, у курса {hours}")
    if one.course.plan_item_id and one.plan is None:
        found.append("в строке учебного плана нет часов этого семестра")
    if not one.loads:
        found.append(worded("преподаватель не назначен"))
    elif (load := one.each("load")) != [hours] * len(load):
        found.append(f"в нагрузке {_both(load)}")
    if one.thematic is None:
        found.append("нет тематического плана")
    elif one.thematic != hours:
        found.append(f"в тематическом плане {one.thematic}")
    laid = one.each("laid")
    if laid != [hours] * len(laid):
        gone = max(one.each("cancelled"))
        found.append(
            f"разложено {_both(laid)}" + (f" (отменено {gone})" if gone else "")
        )
    if any(left < 0 for left in one.owed):
        found.append(f"проведено {_both(one.each('held'))}: больше плана")
    return found
