"""Which courses have their thematic plans, and who is late (D2, U 4.3, K 4.5.4)."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.utils import timezone

from journal.domain.curriculum.deadlines import plan_due
from journal.models import (
    Course,
    CourseTeacher,
    Institution,
    Period,
    ThematicPlan,
    User,
)
from journal.models.sqlite import russian_key
from journal.models.words import worded_lazily

State = ThematicPlan.State
NO_PLAN = "none"
NOBODY = worded_lazily("Преподаватель не назначен")
STATES = {NO_PLAN: "нет плана", **dict(State.choices)}
# Handed in: the rest is the deputy's to do.
DONE = (State.SUBMITTED, State.APPROVED)


class Ready(NamedTuple):
    """A course and the state of its plan; `late` in days, 0 where it is in time."""

    course: int
    teacher: str
    group: str
    discipline: str
    plan: int | None
    state: str
    due: date
    late: int

    @property
    def is_done(self) -> bool:
        return self.state in DONE


def read_readiness(user: User, period: Period, today: date) -> list[Ready]:
    """The courses of a period that the person sees, by teacher and group.

    A course of two teachers is the one's who has it now, else who began it. A plan
    handed in late keeps its days. Two queries.
    """
    courses = (
        Course.objects.visible_to(user)
        .filter(period=period)
        .select_related("group", "discipline", "thematic_plan")
        .distinct()
    )
    names = _teachers(period, today)
    due = plan_due(Institution.current(), period)
    found = [_ready(one, names.get(one.pk, NOBODY), due, today) for one in courses]
    return sorted(
        found,
        key=lambda one: tuple(
            map(russian_key, (one.teacher, one.group, one.discipline))
        ),
    )


def _teachers(period: Period, today: date) -> dict[int, str]:
    spans = defaultdict(list)
    rows = CourseTeacher.objects.filter(course__period=period)
    for load in rows.select_related("employee").order_by("start", "pk"):
        spans[load.course_id].append(load)
    names = {}
    for course, loads in spans.items():
        day = max(today, loads[0].start)
        now = [one for one in loads if one.end is None or day < one.end] or loads[-1:]
        own = dict.fromkeys(one.employee.short_name for one in now)
        names[course] = ", ".join(own)
    return names


def _ready(course: Course, teacher: str, due: date, today: date) -> Ready:
    plan = course.thematic_plan
    state = plan.state if plan else NO_PLAN
    until = today
    if state in DONE:
        handed_in = plan.submitted_at or plan.approved_at
        until = timezone.localdate(handed_in) if handed_in else due
    return Ready(
        course.pk,
        teacher,
        course.group.name,
        course.discipline.name,
        plan.pk if plan else None,
        state,
        due,
        max((until - due).days, 0),
    )


def own_late(user: User, today: date) -> list[Ready]:
    """Plans that the person is to hand in and is late with: for the start page."""
    employee = getattr(user, "employee", None)
    if employee is None:
        return []
    rules, found = Institution.current(), []
    held = CourseTeacher.objects.on(today).filter(employee=employee).order_by()
    courses = Course.objects.filter(
        pk__in=held.values("course"), period__last_day__gte=today
    ).select_related("group", "discipline", "thematic_plan", "period__year")
    for course in courses:
        due = plan_due(rules, course.period)
        one = _ready(course, employee.short_name, due, today)
        if one.late and not one.is_done:
            found.append(one)
    return found
