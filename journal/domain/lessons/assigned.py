"""Homework as the student who has to do it sees it (F4)."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from journal.domain.lessons.homework import who_does
from journal.domain.results import Span, own_part
from journal.models import Homework, Lesson


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
    """Homework set on these days to the student, the latest first; one query."""
    lessons = Lesson.objects.held().filter(own_part(student), date__range=(first, last))
    later = Q(date__gt=OuterRef("lesson__date")) | Q(
        date=OuterRef("lesson__date"), number__gt=OuterRef("lesson__number")
    )
    following = Lesson.objects.held().filter(
        later, own_part(student), course=OuterRef("lesson__course")
    )
    rows = Homework.objects.filter(
        lesson__in=lessons, lesson__course__group__in=[span.group for span in spans]
    ).annotate(
        own=FilteredRelation("submissions", condition=Q(submissions__student=student)),
        due=Coalesce(
            "due_on",
            "due_lesson__date",
            Subquery(following.order_by("date", "number").values("date")[:1]),
        ),
        count=Count("files", distinct=True),
    )
    found = rows.order_by("-lesson__date", F("lesson__number").desc()).values_list(
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
        if any(span.group == one.group and span.covers(one.set_on) for span in spans)
    ]


def homework_for(student: int, pk: int) -> Homework | None:
    """One homework, if it is the student's to do."""
    rows = Homework.objects.filter(pk=min(pk, 2**63 - 1)).select_related(
        "lesson__course__discipline", "lesson__course__group", "due_lesson", "task"
    )
    homework = rows.first()
    if homework is None or not who_does(homework).filter(pk=student).exists():
        return None
    return homework
