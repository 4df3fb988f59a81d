"""Homework as the student who has to do it sees it (F4)."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from journal.domain.results import Span, own_part, sat_in
from journal.models import Homework, Lesson, Submission


class Assigned(NamedTuple):
    """A homework with its due day, and what the student made of it.

    `state` and `quality` are those of the own work, None where nothing was handed in.
    """

    pk: int
    set_on: date
    group: int
    discipline: str
    words: str
    is_collected: bool
    due: date | None
    files: int
    state: str | None
    is_late: bool | None
    quality: str | None


def homework_of(
    student: int, spans: list[Span], first: date, last: date
) -> list[Assigned]:
    """Homework set on these days to the student, the latest first; one query.

    And what was set before them and is still ahead, or came back for rework.
    """
    lessons = Lesson.objects.held().filter(own_part(student), date__lte=last)
    day, number = OuterRef("due_day"), OuterRef("due_number")
    following = Lesson.objects.held().filter(
        Q(pk=OuterRef("due_lesson")) | Q(date__gt=day) | Q(date=day, number__gt=number),
        own_part(student),
        course=OuterRef("lesson__course"),
    )
    in_order = following.order_by("date", F("number").asc(nulls_last=True))
    rows = Homework.objects.filter(
        lesson__in=lessons, lesson__course__group__in=[span.group for span in spans]
    ).annotate(
        own=FilteredRelation("submissions", condition=Q(submissions__student=student)),
        due_day=Coalesce("due_lesson__date", "lesson__date"),
        due_number=Coalesce("due_lesson__number", "lesson__number"),
        due=Coalesce("due_on", Subquery(in_order.values("date")[:1])),
        count=Count("files", distinct=True),
    )
    still = Q(due__gte=last) | Q(own__state=Submission.State.RETURNED)
    found = rows.filter(still | Q(lesson__date__gte=first))
    found = found.order_by("-lesson__date", F("lesson__number").desc()).values_list(
        "pk",
        "lesson__date",
        "lesson__course__group",
        "lesson__course__discipline__name",
        "lesson__homework",
        "is_collected",
        "due",
        "count",
        "own__state",
        "own__is_late",
        "own__quality",
    )
    return [
        one
        for one in map(Assigned._make, found)
        if sat_in(spans, one.group, one.set_on)
    ]


def homework_for(student: int, spans: list[Span], pk: int) -> Homework | None:
    """One homework, if it is the student's to do; one query."""
    rows = Homework.objects.filter(
        pk=min(pk, 2**63 - 1), lesson__in=Lesson.objects.filter(own_part(student))
    ).select_related("lesson__course__discipline", "due_lesson", "task")
    found = rows.first()
    if found and sat_in(spans, found.lesson.course.group_id, found.lesson.date):
        return found
    return None
