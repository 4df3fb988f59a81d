"""Steps off the common way: exemption, recredit, individual plan (D6).

What each means is said at `Exemption`; here are the conditions that reports count by.
"""

from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from journal.domain.spans import covers
from journal.models import Exemption

KIND = Exemption.Kind
EXEMPT, RECREDITED, INDIVIDUAL = "осв.", "п", "инд."
LEGEND = "осв. — освобождён, п5 — перезачтено с отметкой, инд. — индивидуальный план"


class Step(NamedTuple):
    """A step of one student on one course over a half-open span."""

    kind: str
    mark: str
    start: date
    end: date | None

    def covers(self, day: date) -> bool:
        return covers(self.start, self.end, day)

    @property
    def tag(self) -> str:
        return tag_of(self.kind, self.mark)


def tag_of(kind: str, mark: str) -> str:
    """How a step is shown in a cell or beside a name: «осв.», «п5», «пз», «инд.»."""
    if kind == KIND.EXEMPT:
        return EXEMPT
    if kind == KIND.INDIVIDUAL:
        return INDIVIDUAL
    return RECREDITED + {"зачёт": "з", "": "ер."}.get(mark, mark)


def leaves_count(tag: str) -> bool:
    """Does a standing shown so stand outside N (domain §2.0)?"""
    return tag == EXEMPT or tag.startswith(RECREDITED)


def is_off(student, course, day) -> Exists:
    """The condition: a student is off the common way of a course on a day.

    The three are lookups of the row asked about, or values in force of them. Absences
    and lessons for which it holds are counted nowhere: nobody asked the student to come.
    """
    rows = Exemption.objects.filter(
        Q(end__isnull=True) | Q(end__gt=day),
        student=student,
        course=course,
        start__lte=day,
    )
    return Exists(rows)


def absence_is_off() -> Exists:
    """`is_off` of an absence."""
    return is_off(
        OuterRef("student"), OuterRef("lesson__course"), OuterRef("lesson__date")
    )
