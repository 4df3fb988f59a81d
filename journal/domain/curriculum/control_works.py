"""The schedule of control works: made from plans and timetable, one a day for a group.

S 6.3, M 2. A work falls where its line of the plan does; where the group writes another
one that day it moves to the next lesson of the course, and that is said.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from journal.domain.curriculum.dates import Walk, walks
from journal.models import ControlWork, Course, PlannedLesson, ThematicPlan, User
from journal.models.reach import rights_q
from journal.models.words import worded

NAME_LENGTH = 200


@dataclass
class Placing:
    """A work as the schedule would have it; `day` None where no day is left for it.

    `work` is the row that stands for it already; `why` says in Russian what moved it.
    """

    course: Course
    line: PlannedLesson
    wanted: date | None
    day: date | None = None
    work: ControlWork | None = None
    why: str = ""

    @property
    def is_change(self) -> bool:
        return self.day is not None and (
            self.work is None
            or self.work.date != self.day
            or self.work.name != self.name
        )

    @property
    def name(self) -> str:
        return self.line.title[:NAME_LENGTH]


def courses_to_schedule(by: User, courses: QuerySet[Course]) -> QuerySet[Course]:
    """Those of the courses whose works `by` may write, with an approved plan."""
    return (
        courses.filter(
            rights_q(by, Course.reach, "add_controlwork"),
            thematic_plan__state=ThematicPlan.State.APPROVED,
        )
        .distinct()
        .select_related("group", "discipline", "thematic_plan", "period__year")
        .order_by("group__name", "discipline__name")
    )


def propose(courses: Iterable[Course], today: date | None = None) -> list[Placing]:
    """Where the control works of these courses fall, by day. Past works stay.

    Works written by hand, and those of other courses, keep their days.
    Four queries.
    """
    courses = list(courses)
    today = today or timezone.localdate()
    lines = _control_lines(courses)
    works = ControlWork.objects.filter(group__in={one.group_id for one in courses})
    by_line, taken = {}, {}
    moving = {course.pk for course in courses}
    for work in works.select_related("course__discipline"):
        may_move = work.planned_lesson_id and work.course_id in moving
        if may_move and work.date >= today:
            by_line[work.course_id, work.planned_lesson_id] = work
        else:
            taken[work.group_id, work.date] = work
            if work.planned_lesson_id:
                by_line[work.course_id, work.planned_lesson_id] = work
    walked = walks(
        {course.pk: lines[course.thematic_plan_id] for course in courses}, today
    )
    placings = _wanted(courses, lines, walked, by_line)
    for placing in placings:
        if placing.work is not None and placing.work.date < today:
            placing.day = placing.work.date
        else:
            _place(placing, walked[placing.course.pk], taken)
    return sorted(placings, key=lambda one: one.day or date.max)


def _control_lines(courses: list[Course]) -> dict[int, list[PlannedLesson]]:
    found = defaultdict(list)
    plans = {course.thematic_plan_id for course in courses}
    rows = PlannedLesson.objects.filter(plan__in=plans).select_related("kind")
    for line in rows.order_by("plan", "number"):
        found[line.plan_id].append(line)
    return found


def _wanted(courses, lines, walked: dict[int, Walk], by_line) -> list[Placing]:
    """The works in the order of the days on which their lines fall."""
    found = []
    for course in courses:
        for line in lines[course.thematic_plan_id]:
            if line.kind is None or not line.kind.is_control:
                continue
            falls = walked[course.pk].falls.get(line.pk)
            wanted = falls[0].date if falls else None
            work = by_line.get((course.pk, line.pk))
            found.append(Placing(course, line, wanted, work=work))
    last = date.max
    return sorted(found, key=lambda one: (one.wanted or last, one.course.group.name))


def _place(placing: Placing, walked: Walk, taken: dict) -> None:
    """Give a work the first day from the wanted one on that its group has free."""
    if placing.wanted is None:
        placing.why = "Нет занятия, на которое приходится эта строка КТП."
        return
    group = placing.course.group_id
    days = sorted({slot.date for slot in walked.slots if slot.date >= placing.wanted})
    for day in days:
        if (group, day) not in taken:
            placing.day = day
            taken[group, day] = placing
            break
    if placing.day != placing.wanted:
        other = taken[group, placing.wanted]
        course = other.course.discipline
        words = (
            f"{placing.wanted:%d.%m} у {worded('группы', 'класса')} уже работа:"
            f" {course}"
        )
        moved = (
            "перенесена на следующее занятие" if placing.day else "свободного дня нет"
        )
        placing.why = f"{words}; {moved}."


@transaction.atomic
def store(placings: Iterable[Placing], by: User) -> tuple[int, int]:
    """Write a schedule; how many works were added and how many moved."""
    changes = [one for one in placings if one.is_change]
    moves = [one for one in changes if one.work is not None]
    moved = len(moves)
    while moves:
        held = {(one.work.group_id, one.work.date) for one in moves}
        free = [
            one
            for one in moves
            if (one.course.group_id, one.day) not in held or one.day == one.work.date
        ]
        if not free:  # two that change places: one steps out of the way
            one = moves.pop()
            one.work._change_reason = "Пересчёт графика"
            one.work.delete()
            one.work = None
            continue
        for one in free:
            one.work.date, one.work.name = one.day, one.name
            one.work._change_reason = "Пересчёт графика"
            one.work.save()
        moves = [one for one in moves if one not in free]
    fresh = [one for one in changes if one.work is None]
    for one in fresh:
        one.work = ControlWork.objects.create(
            course=one.course,
            group=one.course.group,
            planned_lesson=one.line,
            date=one.day,
            name=one.name,
        )
    return len(changes) - moved, moved
