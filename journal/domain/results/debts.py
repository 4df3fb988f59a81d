"""Academic debts: what signed sheets say is owed, and the way to settle it (F9, M 5.1).

A debt is stored nowhere. It stands while the last signed result of an attestation is not
passed (273-ФЗ art. 58 p. 2), whether because of a 2 or because the student did not come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from journal.domain.results.official import Official
from journal.domain.results.scales import OWED, STATE
from journal.models import Course, DebtMeasure, Membership, Result, Sheet, Student
from journal.models.sqlite import russian_key

KIND = Sheet.Kind
# What is attested apart from the course's own exam or credit.
APART = {KIND.COURSEWORK: "курсовая работа"}
# Which of the results of a course says whether something is owed: the attestation, else
# the mark of the year, else that of the term.
ATTESTED, YEAR, TERM = 0, 1, 2
RANKS = {KIND.TERM: TERM, KIND.YEAR: YEAR, KIND.FINAL: YEAR}


class Measure(NamedTuple):
    """A measure taken: its day, what it was, by when the debt is to be settled."""

    date: date
    kind: str
    due_on: date | None
    text: str

    @property
    def title(self) -> str:
        return DebtMeasure.Kind(self.kind).label


@dataclass
class Debt:
    """What one student owes on one course, since when, after which attempts.

    `apart` is "" or the kind of sheet that is attested beside the course's own form.
    """

    student: int
    name: str
    group: str
    course: int
    discipline: str
    period: str
    apart: str = ""
    attempts: list[Official] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    @property
    def since(self) -> date:
        return self.attempts[0].date

    @property
    def last(self) -> Official:
        return self.attempts[-1]

    @property
    def title(self) -> str:
        return (
            f"{self.discipline} ({APART[self.apart]})"
            if self.apart
            else self.discipline
        )

    @property
    def said(self) -> list[tuple[str, date, int]]:
        """(mark or why there is none, day, sheet) of each attempt."""
        return [(one.said, one.date, one.sheet) for one in self.attempts]

    @property
    def due_on(self) -> date | None:
        """The day that the last measure with a day names."""
        return next((one.due_on for one in self.measures if one.due_on), None)

    def is_overdue(self, day: date) -> bool:
        return self.due_on is not None and self.due_on < day


NOT_PASSED = Q(mark__in=OWED) | ~Q(status="")


def read_debts(
    results: QuerySet[Result], day: date, students: Iterable[int] | None = None
) -> list[Debt]:
    """Debts as of the end of `day` in these (visible) results, by group and name.

    Only of those who study on that day. Sheets of the final attestation are no debts: who
    fails it leaves with a certificate. Five queries, whatever the size.
    """
    signed = results.filter(
        sheet__state=Sheet.State.SIGNED, sheet__date__lte=day
    ).exclude(sheet__kind__in=STATE)
    if students is not None:
        signed = signed.filter(student__in=list(students))
    owing = signed.filter(NOT_PASSED).order_by().values("student")
    members = Membership.objects.on(day).filter(student__in=owing)
    groups = dict(members.order_by().values_list("student", "group__name"))
    chains = _chains(signed.filter(student__in=list(groups)))
    found = [
        (student, course, apart, attempts)
        for (student, course, apart), attempts in chains.items()
        if not attempts[-1].is_passed
    ]
    return _described(found, groups, day)


def _chains(rows: QuerySet[Result]) -> dict[tuple[int, int, str], list[Official]]:
    """(student, course, apart) → results of the rank that decides, in order of time.

    One result of a complex form is that of all its courses. One query.
    """
    values = rows.order_by("sheet__attempt", "sheet__date", "sheet", "pk").values_list(
        "student",
        "sheet__parts__course",
        "mark",
        "status",
        "sheet__kind",
        "sheet__date",
        "sheet__attempt",
        "sheet",
    )
    return deciding(
        (student, course, Official(*rest)) for student, course, *rest in values
    )


def deciding(
    rows: Iterable[tuple[int, int | None, Official]],
) -> dict[tuple[int, int, str], list[Official]]:
    """(student, course, apart) → the results that say whether something is owed.

    `rows` are signed results in order of attempt and day.
    """
    found: dict[tuple[int, int, str], dict[int, list[Official]]] = {}
    for student, course, one in rows:
        if course is None or not (one.mark or one.status):
            continue
        apart = one.kind if one.kind in APART else ""
        ranks = found.setdefault((student, course, apart), {})
        ranks.setdefault(RANKS.get(one.kind, ATTESTED), []).append(one)
    return {place: ranks[min(ranks)] for place, ranks in found.items()}


def _described(found: list, groups: dict[int, str], day: date) -> list[Debt]:
    students = Student.objects.in_bulk({student for student, *_ in found})
    courses = {
        pk: (discipline, f"{year}, {number} {kind}")
        for pk, discipline, year, number, kind in _courses({one[1] for one in found})
    }
    measures = _measures(found, day)
    debts = [
        Debt(
            student,
            students[student].full_name,
            groups[student],
            course,
            *courses[course],
            apart,
            attempts,
            measures.get((student, course), []),
        )
        for student, course, apart, attempts in found
    ]
    return sorted(
        debts,
        key=lambda one: (
            russian_key(one.group),
            russian_key(one.name),
            one.student,
            one.since,
        ),
    )


def _courses(keys: set[int]):
    rows = Course.objects.filter(pk__in=keys)
    for course in rows.select_related("discipline", "period__year"):
        period = course.period
        kind = period.get_kind_display()
        yield course.pk, course.discipline.name, period.year.name, period.number, kind


def _measures(found: list, day: date) -> dict[tuple[int, int], list[Measure]]:
    """(student, course) → measures up to `day`, the latest first."""
    rows = DebtMeasure.objects.filter(
        date__lte=day,
        student__in={one[0] for one in found},
        course__in={one[1] for one in found},
    ).order_by("-date", "-pk")
    known: dict[tuple[int, int], list[Measure]] = {}
    for one in rows:
        known.setdefault((one.student_id, one.course_id), []).append(
            Measure(one.date, one.kind, one.due_on, one.text)
        )
    return known
