"""What attendance a period will end with (F12; U 2.8)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import NamedTuple

from django.db.models import Q, Sum

from journal.domain.curriculum.trajectory import absence_is_off
from journal.models import Absence, Course, Lesson, Membership, SubgroupMember
from journal.models.prepared import Prepared

OF_OTHERS = 40.0  # academic hours that the habit of the group is worth
RUN = 6.0  # academic hours that are missed in one go: a day, a part of an illness
GENERAL = 0.08  # the share of hours missed where nobody's past is known
WIDTH = 1.2816  # 80 % of a normal curve lie within so many deviations
EARLY = 12  # academic hours held, before which it is too early to say


class Attending(NamedTuple):
    """Academic hours of one student, or of many together.

    `missed` of `held` so far, `ahead` still to come, and how many of these will be missed
    with its variance. Lessons whose attendance nobody took are not held.
    """

    held: float
    missed: float
    ahead: float
    to_miss: float
    variance: float

    @property
    def is_early(self) -> bool:
        return self.held < EARLY

    @property
    def now(self) -> float | None:
        """% attended so far."""
        return 100 * (1 - self.missed / self.held) if self.held else None

    @property
    def percent(self) -> float | None:
        """% attended expected at the end of the period."""
        return self._percent(self.to_miss)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which percentages it will end with a chance of 80 %."""
        spread = WIDTH * sqrt(self.variance)
        low = self._percent(min(self.to_miss + spread, self.ahead))
        high = self._percent(max(self.to_miss - spread, 0))
        return None if low is None or high is None else (low, high)

    def _percent(self, to_miss: float) -> float | None:
        whole = self.held + self.ahead
        return 100 * (1 - (self.missed + to_miss) / whole) if whole else None


def attend(held: float, missed: float, ahead: float, habit: float) -> Attending:
    """One student: the own rate of absence, leaning to `habit` of the group where few.

    The own rate is a beta of as many runs of absence as there were; what comes is
    scattered by runs, and by not knowing the rate. `habit` is a share of 1.
    """
    worth = held + OF_OTHERS
    rate = min(max((missed + OF_OTHERS * habit) / worth, 0.0), 1.0)
    chance = rate * (1 - rate)
    variance = ahead * chance * RUN + ahead**2 * chance / (worth / RUN + 1)
    return Attending(held, missed, ahead, ahead * rate, variance)


def together(ones: Iterable[Attending]) -> Attending:
    """Many students summed; absences of different students taken as independent."""
    return Attending(*(sum(values) for values in zip(*ones, strict=True)))


@dataclass
class Hours:
    """Academic hours of one student over the courses asked about."""

    held: float = 0
    missed: float = 0
    ahead: float = 0


def read_attending(
    courses: Iterable[int], day: date, only: int | None = None
) -> dict[int, dict[int, Attending]]:
    """Group → student → attendance of members on `day`, of all or of one student.

    Four queries at most.
    """
    keys = list(courses)
    if not keys:
        return {}
    found: dict[int, dict[int, Hours]] = defaultdict(dict)
    for group, student in _read_members(courses=keys, day=day):
        found[group][student] = Hours()
    _add_lessons(found, keys, day)
    for group, student, hours in _read_missed(courses=keys, day=day):
        if student in found.get(group, ()):
            found[group][student].missed += hours
    return {group: _of_group(students, only) for group, students in found.items()}


def _of_group(students: dict[int, Hours], only: int | None) -> dict[int, Attending]:
    held = sum(one.held for one in students.values())
    missed = sum(one.missed for one in students.values())
    habit = (missed + OF_OTHERS * GENERAL) / (held + OF_OTHERS)
    return {
        student: attend(max(one.held, one.missed), one.missed, one.ahead, habit)
        for student, one in students.items()
        if only in (None, student)
    }


@Prepared
def _read_members(courses, day):
    groups = Course.objects.filter(pk__in=courses).order_by().values("group")
    rows = Membership.objects.on(day).filter(group__in=groups).order_by()
    return rows.values_list("group", "student").distinct()


@Prepared
def _read_lessons(courses, day):
    later = Q(date__gt=day)
    return (
        Lesson.objects.held()
        .filter(course__in=courses)
        .order_by()
        .values("course__group", "subgroup")
        .annotate(
            held=Sum("hours", filter=~later & Q(attendance_taken_at__isnull=False)),
            ahead=Sum("hours", filter=later),
        )
        .values_list("course__group", "subgroup", "held", "ahead")
    )


@Prepared
def _read_parts(parts, day):
    rows = SubgroupMember.objects.on(day).filter(subgroup__in=parts).order_by()
    return rows.values_list("subgroup", "student")


def _add_lessons(
    found: dict[int, dict[int, Hours]], keys: list[int], day: date
) -> None:
    rows = list(_read_lessons(courses=keys, day=day))
    parts = sorted({part for _, part, *_ in rows} - {None})
    inside = defaultdict(set)
    for part, student in _read_parts(parts=parts, day=day) if parts else ():
        inside[part].add(student)
    for group, part, held, ahead in rows:
        for student, one in found.get(group, {}).items():
            if part is None or student in inside[part]:
                one.held += held or 0
                one.ahead += ahead or 0


@Prepared
def _read_missed(courses, day):
    absences = Absence.objects.filter(
        ~absence_is_off(),
        lesson__course__in=courses,
        lesson__date__lte=day,
        lesson__attendance_taken_at__isnull=False,
        reason__counts_as_absence=True,
    )
    rows = absences.order_by().values("lesson__course__group", "student")
    return rows.annotate(total=Sum("hours")).values_list(
        "lesson__course__group", "student", "total"
    )
