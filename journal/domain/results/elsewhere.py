"""What students who came from another group had earned there (domain §1, R5, F6).

Their marks stay on the lessons of the group in which they were given. Beside the new
group's own they are shown apart, and counted where a teacher asks for it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import F

from journal.domain.results.averages import SUMS, quotient, with_comma
from journal.models import Course, Mark, Membership
from journal.models.prepared import Prepared
from journal.models.words import worded


class Elsewhere(NamedTuple):
    """Sums of marks in the same discipline and period, given in other groups."""

    groups: tuple[str, ...]
    count: int
    passed: int
    points: int
    weights: int

    def __str__(self) -> str:
        """«из группы 1-ЭК: ср. 4,20 (5)», «(5)» being the number of marks."""
        word = worded("групп") if len(self.groups) > 1 else worded("группы", "класса")
        average = quotient(self.points, self.weights)
        known = f"ср. {with_comma(average)} " if average is not None else "зачёты "
        return f"из {word} {', '.join(self.groups)}: {known}({self.count})"

    def added_to(self, sums) -> tuple[int, int, int, int]:
        """(marks, credits passed, points, weights) of both groups together."""
        own = (self.count, self.passed, self.points, self.weights)
        return tuple((a or 0) + (b or 0) for a, b in zip(sums, own, strict=True))


@Prepared
def _read_sums(students, disciplines, periods, day):
    lesson = "task__lesson__"
    keys = ("student", f"{lesson}course", f"{lesson}course__group__name")
    place = (f"{lesson}course__discipline", f"{lesson}course__period")
    return (
        Mark.objects.filter(
            student__in=students,
            task__lesson__course__discipline__in=disciplines,
            task__lesson__course__period__in=periods,
            task__lesson__date__lte=day,
        )
        .order_by()
        .values(*keys, *place)
        .annotate(**SUMS)
        .values_list(*keys, *place, *SUMS)
    )


def movers_of(course: Course) -> list[int]:
    """Whoever joined the course's group after its period had begun. One query."""
    return sorted(student for student, _ in movers_among([course]))


def movers_among(courses: Iterable[Course]) -> set[tuple[int, int]]:
    """(student, course) of whoever joined its group after its period had begun."""
    period = "group__courses__period__"
    spans = Membership.objects.filter(
        group__courses__in=[one.pk for one in courses],
        start__gt=F(f"{period}first_day"),
        start__lte=F(f"{period}last_day"),
    )
    return set(spans.order_by().values_list("student", "group__courses"))


def read_elsewhere(
    course: Course, movers: list[int], day: date
) -> dict[int, Elsewhere]:
    """Student → what was earned in other groups up to `day`. One query, none of nobody."""
    pairs = {(student, course.pk) for student in movers}
    found = elsewhere_of([course], pairs, day)
    return {student: one for (student, _), one in found.items()}


def elsewhere_of(
    courses: Iterable[Course], movers: set[tuple[int, int]], day: date
) -> dict[tuple[int, int], Elsewhere]:
    """`read_elsewhere` of many courses at once, by (student, course) of `movers`."""
    if not movers:
        return {}
    places = {one.pk: (one.discipline_id, one.period_id) for one in courses}
    homes = defaultdict(list)
    for student, course in movers:
        homes[student, *places[course]].append(course)
    rows = _read_sums(
        students=sorted({student for student, _ in movers}),
        disciplines=sorted({places[course][0] for _, course in movers}),
        periods=sorted({places[course][1] for _, course in movers}),
        day=day,
    )
    found: dict[tuple[int, int], Elsewhere] = {}
    for student, earned_in, group, *place_and_sums in sorted(
        rows, key=lambda row: (row[0], row[2], row[1])
    ):
        for course in homes[student, *place_and_sums[:2]]:
            if course != earned_in:
                before = found.get((student, course), Elsewhere((), 0, 0, 0, 0))
                both = before.added_to(place_and_sums[2:])
                found[student, course] = Elsewhere((*before.groups, group), *both)
    return found
