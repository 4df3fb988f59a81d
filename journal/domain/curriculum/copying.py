"""A thematic plan begun from another: of a former year, or of another group (D2)."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from simple_history.utils import bulk_create_with_history

from journal.domain.curriculum.hours import asked_of, compared, given_hours
from journal.models import (
    Course,
    PlannedLesson,
    ThematicPlan,
    User,
)
from journal.models.reach import rights_q

COPIED = (
    "number",
    "section",
    "topic",
    "content",
    "kind",
    "hours",
    "practical_hours",
    "self_study",
    "work_number",
    "homework",
    "equipment",
)
MOST_SOURCES = 30


class Source(NamedTuple):
    """A plan to copy from: its lines, and where their hours differ from the course's."""

    plan: ThematicPlan
    lines: int
    differences: list[str]


def own_courses(by: User) -> QuerySet[Course]:
    """Courses that the person may begin plans for: a teacher's own, an office's all."""
    keys = Course.objects.filter(rights_q(by, Course.reach, "add_thematicplan"))
    return Course.objects.filter(pk__in=keys.order_by().values("pk"))


def sources(by: User, course: Course) -> list[Source]:
    """Plans to copy from: those of the discipline that the person sees, newest first.

    Each with what a copy would lack or have too much. A plan without lines gives
    nothing. Four queries.
    """
    lines = PlannedLesson.objects.filter(plan=OuterRef("pk"))
    seen = ThematicPlan.objects.visible_to(by).order_by().values("pk")
    plans = (
        ThematicPlan.objects.filter(Exists(lines), pk__in=seen)
        .filter(discipline=course.discipline_id)
        .exclude(pk=course.thematic_plan_id)
        .select_related("year", "author")
        .prefetch_related("lessons__kind")
        .order_by("-year__start", "name")[:MOST_SOURCES]
    )
    asked = asked_of(course)
    found = []
    for plan in plans:
        rows = list(plan.lessons.all())
        differences = compared(course, asked, given_hours(rows)).words()
        found.append(Source(plan, len(rows), differences))
    return found


def name_of(course: Course) -> str:
    """«Математика, 2-ИС, 2025–2026, 1 семестр»"""
    return f"{course.discipline}, {course.group}, {course.period}"[:250]


def begin_plan(course: Course, by: User, **fields) -> ThematicPlan:
    """A new draft in the name of `by`, tied to the course. ValidationError if it has one.

    Whoever keeps courses begins it in the name of who teaches.
    """
    course = Course.objects.select_for_update().get(pk=course.pk)
    if course.thematic_plan_id:
        raise ValidationError("У этого курса уже есть тематический план. Откройте его.")
    loads = course.teachers.order_by("-start", "subgroup__number")
    mine = loads.filter(employee__user=by).first() or loads.first()
    plan = ThematicPlan(
        name=name_of(course),
        discipline=course.discipline,
        year=course.period.year,
        author=mine.employee if mine else getattr(by, "employee", None),
        **fields,
    )
    plan.save()
    course.thematic_plan = plan
    course._change_reason = "Тематический план"
    course.save()
    return plan


@transaction.atomic
def copy_plan(source: ThematicPlan, course: Course, by: User) -> ThematicPlan:
    """Begin the plan of a course with the lines of another, numbers of works included."""
    plan = begin_plan(course, by, copied_from=source, programme=source.programme)
    lines = [
        PlannedLesson(plan=plan, **{name: getattr(line, name) for name in COPIED})
        for line in source.lessons.select_related("kind").order_by("number")
    ]
    reason = f"Списан с плана «{source}»"[:100]
    bulk_create_with_history(
        lines, PlannedLesson, default_user=by, default_change_reason=reason
    )
    return plan


def attachable(by: User, plan: ThematicPlan) -> QuerySet[Course]:
    """Courses without a plan that may follow this one."""
    rows = own_courses(by).filter(
        discipline=plan.discipline_id, thematic_plan__isnull=True
    )
    if plan.year_id:
        rows = rows.filter(period__year=plan.year_id)
    return rows.select_related("group", "discipline", "period__year").order_by(
        "period__first_day", "group__name"
    )


@transaction.atomic
def attach_plan(plan: ThematicPlan, courses, by: User) -> int:
    """Let courses follow a plan: parallel groups may have one in common."""
    count = 0
    for course in attachable(by, plan).filter(pk__in=[one.pk for one in courses]):
        course.thematic_plan = plan
        course._change_reason = "Тематический план"
        course.save()
        count += 1
    return count
