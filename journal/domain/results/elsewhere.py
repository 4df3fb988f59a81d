"""What students who came from another group had earned there (domain §1, R5, F6).

Their marks stay on the lessons of the group in which they were given. Beside the new
group's own they are shown apart, and counted where a teacher asks for it.
"""

from datetime import date
from typing import NamedTuple

from django.db.models import Q

from journal.domain.results.averages import SUMS, quotient, with_comma
from journal.models import Course, Mark, Membership
from journal.models.prepared import Prepared


class Elsewhere(NamedTuple):
    """Sums of marks in the same discipline and period, given in other groups."""

    groups: tuple[str, ...]
    count: int
    passed: int
    points: int
    weights: int

    def __str__(self) -> str:
        """«из группы 1-ЭК: ср. 4,20 (5)», «(5)» being the number of marks."""
        word = "групп" if len(self.groups) > 1 else "группы"
        average = quotient(self.points, self.weights)
        known = f"ср. {with_comma(average)} " if average is not None else "зачёты "
        return f"из {word} {', '.join(self.groups)}: {known}({self.count})"

    def added_to(self, sums) -> tuple[int, int, int, int]:
        """(marks, credits passed, points, weights) of both groups together."""
        own = (self.count, self.passed, self.points, self.weights)
        return tuple((a or 0) + (b or 0) for a, b in zip(sums, own, strict=True))


@Prepared
def _read_sums(students, course, discipline, period, day):
    return (
        Mark.objects.filter(
            ~Q(task__lesson__course=course),
            student__in=students,
            task__lesson__course__discipline=discipline,
            task__lesson__course__period=period,
            task__lesson__date__lte=day,
        )
        .order_by()
        .values("student", "task__lesson__course__group__name")
        .annotate(**SUMS)
        .values_list("student", "task__lesson__course__group__name", *SUMS)
    )


def movers_of(course: Course) -> list[int]:
    """Whoever joined the course's group after its period had begun. One query."""
    period = course.period
    spans = Membership.objects.filter(
        group=course.group_id, start__gt=period.first_day, start__lte=period.last_day
    )
    return sorted(set(spans.order_by().values_list("student", flat=True)))


def read_elsewhere(
    course: Course, movers: list[int], day: date
) -> dict[int, Elsewhere]:
    """Student → what was earned in other groups up to `day`. One query, none of nobody."""
    if not movers:
        return {}
    found: dict[int, Elsewhere] = {}
    rows = _read_sums(
        students=movers,
        course=course.pk,
        discipline=course.discipline_id,
        period=course.period_id,
        day=day,
    )
    for student, group, *sums in sorted(rows, key=lambda row: row[:2]):
        before = found.get(student, Elsewhere((), 0, 0, 0, 0))
        found[student] = Elsewhere((*before.groups, group), *before.added_to(sums))
    return found
