"""Topics: proposed from the thematic plan in its order, linked to what was given."""

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from journal.models import (
    Institution,
    Lesson,
    LessonTopic,
    PlannedLesson,
    ThematicPlan,
)


def may_be_used(plan: ThematicPlan | None) -> bool:
    """Are topics taken from this plan: an approved one, unless the institution lets others?

    Domain §4: only an approved plan may be used.
    """
    if plan is None:
        return False
    approved = plan.state == ThematicPlan.State.APPROVED
    return approved or not Institution.current().plan_must_be_approved


def lines_of_plan(lesson: Lesson):
    """Lines of the plan of a lesson's course with `left`, the hours not given yet.

    Hours count within the own course and subgroup: several courses may follow one plan.
    A lesson that was cancelled has given none. Of a plan that may not be used yet only
    the line that the lesson has already.
    """
    same = Q(
        given__lesson__course=lesson.course_id,
        given__lesson__subgroup=lesson.subgroup_id,
    )
    if lesson.subgroup_id is None:
        same = Q(given__lesson__course=lesson.course_id)
    same &= Q(given__lesson__is_cancelled=False)
    lines = PlannedLesson.objects.filter(plan=lesson.course.thematic_plan_id)
    if not may_be_used(lesson.course.thematic_plan):
        lines = lines.filter(pk__in=lesson.topics.values("planned_lesson"))
    return (
        lines.select_related("kind")
        .annotate(left=F("hours") - Coalesce(Sum("given__hours", filter=same), 0))
        .order_by("number")
    )


def lines_to_give(lesson: Lesson):
    """What a lesson may be linked to: lines not yet given, and the one it has."""
    return lines_of_plan(lesson).filter(Q(left__gt=0) | Q(given__lesson=lesson))


def proposed_line(lesson: Lesson) -> PlannedLesson | None:
    """The first line of the plan that has hours left (K 3.8: strictly in its order)."""
    return lines_of_plan(lesson).filter(left__gt=0).first()


@transaction.atomic
def link_topic(lesson: Lesson, line: PlannedLesson | None) -> None:
    """Make `line` the one line that the lesson gave; None takes the link away."""
    links = list(lesson.topics.all())
    if len(links) == 1 and line and links[0].planned_lesson_id == line.pk:
        return
    for link in links:
        link.delete()
    if line:
        LessonTopic.objects.create(
            lesson=lesson, planned_lesson=line, hours=min(lesson.hours, line.hours)
        )


def deviates(lesson: Lesson) -> bool:
    """Is the topic other than the plan's, although there is a plan (K 3.8)?"""
    if not lesson.topic or not may_be_used(lesson.course.thematic_plan):
        return False
    links = lesson.topics.select_related("planned_lesson__kind")
    lines = [link.planned_lesson for link in links]
    planned = {text.strip() for line in lines for text in (line.topic, line.title)}
    return lesson.topic.strip() not in planned
