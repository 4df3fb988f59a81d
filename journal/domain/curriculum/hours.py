"""Hours of a thematic plan or a programme against those of the curriculum (S 6.6)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from journal.models import Course, HoursKind, PlanHours, ThematicPlan
from journal.models.words import worded

# Given outside the lessons of the course as a rule (a session, a timetable of its own):
# a plan may leave them out altogether, but may not name other hours.
OUTSIDE = (HoursKind.CONSULTATION, HoursKind.ATTESTATION)
TOTAL = "total"


class Sum(NamedTuple):
    """Academic hours of one kind: what the curriculum asks, what the lines give."""

    kind: str
    title: str
    needed: int
    given: int

    @property
    def is_right(self) -> bool:
        return self.needed == self.given or (self.kind in OUTSIDE and not self.given)


@dataclass(frozen=True)
class Comparison:
    """The hours of lines against one course; `by_plan` where the curriculum names kinds.

    Without a row of the curriculum only the sum is compared, with the hours of the
    course: what is studied beside the lessons is not in it.
    """

    course: Course
    sums: tuple[Sum, ...]
    by_plan: bool

    @property
    def is_right(self) -> bool:
        return all(one.is_right for one in self.sums)

    def words(self) -> list[str]:
        """«Группа 2-ИС: практические — 12 ч вместо 14 (не хватает 2 ч).»"""
        found = []
        for one in self.sums:
            if one.is_right:
                continue
            off = one.given - one.needed
            more = f"лишних {off}" if off > 0 else f"не хватает {-off}"
            found.append(
                f"{worded('Группа')} {self.course.group}: {one.title} — {one.given} ч, "
                f"по учебному плану {one.needed} ч ({more})."
            )
        return found


def given_hours(lines: Iterable) -> Counter:
    """Academic hours of lines by the column of the curriculum that they fill.

    A line without a kind is theory. What a line gives to be studied alone is added to
    self-study; `TOTAL` is what all lines give in lessons.
    """
    found: Counter = Counter()
    for line in lines:
        kind = line.kind.hours_kind if line.kind else HoursKind.THEORY
        found[kind] += line.hours
        found[TOTAL] += line.hours
        found[HoursKind.SELF_STUDY] += line.self_study
    return found


def hours_of_item(item: int | None, semester: int | None) -> PlanHours | None:
    """What the curriculum asks of one row in one semester, where it says so."""
    if item is None or semester is None:
        return None
    return PlanHours.objects.filter(item=item, semester=semester).first()


def asked_of(course: Course) -> dict[str, int]:
    """Hours by kind that a course asks of its plan; `TOTAL` alone where kinds are not told."""
    hours = hours_of_item(course.plan_item_id, course.semester)
    if hours is None:
        return {TOTAL: course.hours}
    return {kind.value: getattr(hours, kind.value) for kind in HoursKind}


def compared(course: Course, asked: dict[str, int], given: Counter) -> Comparison:
    if TOTAL in asked:
        one = Sum(TOTAL, "всего занятий", asked[TOTAL], given[TOTAL])
        return Comparison(course, (one,), by_plan=False)
    sums = tuple(
        Sum(kind.value, kind.label, asked[kind.value], given[kind])
        for kind in HoursKind
        if asked[kind.value] or given[kind]
    )
    return Comparison(course, sums, by_plan=True)


def courses_of(plan: ThematicPlan) -> list[Course]:
    """The courses that follow a plan, with what names them."""
    rows = plan.courses.select_related("group", "discipline", "period__year")
    return list(rows.order_by("period__first_day", "group__name"))


def compare(plan: ThematicPlan, lines: Iterable | None = None) -> list[Comparison]:
    """The hours of a plan against each course that follows it. A query a course."""
    if lines is None:
        lines = plan.lessons.select_related("kind")
    given = given_hours(lines)
    return [compared(one, asked_of(one), given) for one in courses_of(plan)]
