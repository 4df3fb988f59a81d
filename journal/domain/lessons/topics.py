"""Topics: proposed from the thematic plan in its order, linked to what was given."""

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from journal.models import Lesson, LessonTopic, PlannedLesson


def lines_of_plan(lesson: Lesson):
    """Lines of the plan of a lesson's course with `left`, the hours not given yet.

    Hours count within the own course and subgroup: several courses may follow one plan.
    """
    same = Q(
        given__lesson__course=lesson.course_id,
        given__lesson__subgroup=lesson.subgroup_id,
    )
    if lesson.subgroup_id is None:
        same = Q(given__lesson__course=lesson.course_id)
    lines = PlannedLesson.objects.filter(plan=lesson.course.thematic_plan_id)
    return lines.annotate(
        left=F("hours") - Coalesce(Sum("given__hours", filter=same), 0)
    ).order_by("number")


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
    if not lesson.topic or not lesson.course.thematic_plan_id:
        return False
    planned = {link.planned_lesson.topic.strip() for link in lesson.topics.all()}
    return lesson.topic.strip() not in planned
