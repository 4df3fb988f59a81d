"""Drafts that the journal makes: of a programme, and of a thematic plan (M 2, M 5.2).

Made from the hours of the curriculum and from what is there already, a programme or a
plan. What nobody has written yet stands as «Впишите тему» and is not handed in so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from simple_history.utils import bulk_create_with_history

from journal.domain.curriculum.copying import begin_plan
from journal.domain.curriculum.numbering import renumbered
from journal.domain.curriculum.programmes import copy_topics
from journal.domain.curriculum.wording import BLANK
from journal.models import (
    Course,
    Discipline,
    HoursKind,
    Institution,
    LessonKind,
    PlanHours,
    PlanItem,
    PlannedLesson,
    ProgrammeTopic,
    Specialty,
    ThematicPlan,
    User,
    WorkProgramme,
)

REASON = "Составлен журналом"
# Kinds of hours that lessons of a course are made for.
IN_LESSONS = tuple(kind for kind in HoursKind if kind != HoursKind.SELF_STUDY)


def programmes_for(by: User, course: Course) -> QuerySet[WorkProgramme]:
    """Programmes of the course's discipline with topics, in force first."""
    seen = WorkProgramme.objects.visible_to(by).order_by().values("pk")
    return (
        WorkProgramme.objects.filter(
            pk__in=seen, discipline=course.discipline_id, topics__isnull=False
        )
        .exclude(state=WorkProgramme.State.REPLACED)
        .distinct()
        .order_by("state", "-version")
    )


def lines_of_topics(topics: Iterable, lesson_hours: int) -> Iterator[PlannedLesson]:
    """Topics split into lessons: six hours are three lessons of two, the last the rest."""
    for topic in topics:
        rest, self_study = topic.hours, topic.self_study
        for number in range(max(-(-topic.hours // lesson_hours), 1)):
            hours = min(rest, lesson_hours)
            rest -= hours
            yield PlannedLesson(
                section=topic.section,
                topic=topic.topic + (" (продолжение)" if number else ""),
                kind=topic.kind,
                hours=hours,
                self_study=self_study,
            )
            self_study = 0


def _hours_kind(line) -> str:
    return line.kind.hours_kind if line.kind else HoursKind.THEORY.value


def share_of(course: Course, lines: Iterable[PlannedLesson]) -> list[PlannedLesson]:
    """Of the lines of a whole discipline those of the course's semester.

    Kind by kind the hours of earlier semesters are passed over, and as many are taken as
    the curriculum gives; without a row of the curriculum all of them.
    """
    if course.plan_item_id is None or course.semester is None:
        return list(lines)
    skipped: Counter = Counter()
    taken: Counter = Counter()
    for row in PlanHours.objects.filter(item=course.plan_item_id):
        for kind in HoursKind:
            hours = getattr(row, kind.value)
            if row.semester < course.semester:
                skipped[kind.value] += hours
            elif row.semester == course.semester:
                taken[kind.value] = hours
    found = []
    for line in lines:
        kind = _hours_kind(line)
        passed = min(skipped[kind], line.hours)
        skipped[kind] -= passed
        line.hours = min(line.hours - passed, taken[kind])
        taken[kind] -= line.hours
        if line.hours:
            found.append(line)
    return found


def missing_lines(
    course: Course, lines: Iterable, lesson_hours: int
) -> list[PlannedLesson]:
    """Blank lines for the hours that the curriculum gives and the lines do not."""
    given: Counter = Counter()
    for line in lines:
        given[_hours_kind(line)] += line.hours
    if course.plan_item_id and course.semester:
        row = PlanHours.objects.filter(
            item=course.plan_item_id, semester=course.semester
        ).first()
        asked = {kind: getattr(row, kind.value) if row else 0 for kind in IN_LESSONS}
    else:
        asked = {
            HoursKind.THEORY: course.hours - given.total() + given[HoursKind.THEORY]
        }
    kinds = _first_kinds()
    found = []
    for kind, hours in asked.items():
        rest = hours - given[kind.value]
        while rest > 0 and kind.value in kinds:
            found.append(
                PlannedLesson(
                    topic=BLANK, kind=kinds[kind.value], hours=min(rest, lesson_hours)
                )
            )
            rest -= lesson_hours
    return found


def _first_kinds() -> dict[str, LessonKind]:
    """Kind of hours: the kind of lesson that it is filled with as a rule."""
    found: dict[str, LessonKind] = {}
    for kind in LessonKind.objects.order_by("is_control", "position"):
        found.setdefault(kind.hours_kind, kind)
    return found


@transaction.atomic
def draft_plan(
    course: Course, by: User, programme: WorkProgramme | None = None
) -> ThematicPlan:
    """Begin the plan of a course from a programme, or from the hours alone.

    Topics become lessons of the institution's length, works are numbered, and the hours
    are those of the curriculum: what the programme lacks stands as blank lines.
    """
    hours = max(Institution.current().lesson_hours, 1)
    plan = begin_plan(course, by, programme=programme)
    lines: list[PlannedLesson] = []
    if programme is not None:
        topics = programme.topics.select_related("kind").order_by("number")
        lines = share_of(course, lines_of_topics(topics, hours))
    lines += missing_lines(course, lines, hours)
    for number, line in enumerate(lines, 1):
        line.plan, line.number = plan, number
    renumbered(lines)
    bulk_create_with_history(
        lines, PlannedLesson, default_user=by, default_change_reason=REASON
    )
    return plan


# Programmes


def _new_programme(
    discipline: Discipline, specialty: Specialty | None, by: User
) -> WorkProgramme:
    programme = WorkProgramme(
        name=str(discipline),
        discipline=discipline,
        specialty=specialty,
        author=getattr(by, "employee", None),
    )
    programme._change_reason = REASON
    programme.save()
    return programme


def topics_of_plan(plan: ThematicPlan) -> list[ProgrammeTopic]:
    """Topics of a programme out of a plan: lessons on end on one topic are one topic."""
    lines = plan.lessons.select_related("kind").order_by("number")
    found = []
    for (section, topic, _), group in groupby(
        lines, key=lambda one: (one.section, _bare(one.topic), one.kind_id)
    ):
        same = list(group)
        found.append(
            ProgrammeTopic(
                section=section,
                topic=topic,
                kind=same[0].kind,
                hours=sum(line.hours for line in same),
                self_study=sum(line.self_study for line in same),
            )
        )
    return found


def _bare(topic: str) -> str:
    return topic.removesuffix(" (продолжение)")


def topics_of_hours(
    item: PlanItem, kinds: dict[str, LessonKind]
) -> list[ProgrammeTopic]:
    """A blank topic for each kind of hours in each semester of the curriculum's row."""
    found = []
    for row in item.hours.order_by("semester"):
        for kind in IN_LESSONS:
            hours = getattr(row, kind.value)
            if hours and kind.value in kinds:
                found.append(
                    ProgrammeTopic(
                        section=f"Семестр {row.semester}",
                        topic=BLANK,
                        kind=kinds[kind.value],
                        hours=hours,
                        self_study=row.self_study if kind == HoursKind.THEORY else 0,
                    )
                )
    return found


@transaction.atomic
def draft_programme(
    by: User,
    *,
    plan: ThematicPlan | None = None,
    programme: WorkProgramme | None = None,
    item: PlanItem | None = None,
) -> WorkProgramme:
    """Begin a programme from a plan, another programme, or a row of the curriculum."""
    source = plan or programme or item
    if source is None:
        raise ValueError("a plan, a programme or a row of the curriculum")
    specialty = getattr(source, "specialty", None)
    if item is not None:
        specialty = item.curriculum.specialty
    fresh = _new_programme(source.discipline, specialty, by)
    if programme is not None:
        fresh.requirements = programme.requirements
        fresh.save()
        copy_topics(programme, fresh, by)
        return fresh
    topics = topics_of_plan(plan) if plan else topics_of_hours(item, _first_kinds())
    for number, topic in enumerate(topics, 1):
        topic.programme, topic.number = fresh, number
    bulk_create_with_history(
        topics, ProgrammeTopic, default_user=by, default_change_reason=REASON
    )
    return fresh
