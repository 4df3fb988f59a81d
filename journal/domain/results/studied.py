"""What a student has studied: disciplines with their hours and results (R31)."""

from datetime import date
from typing import NamedTuple

from journal.domain.results.averages import FAIL, NOT_CERTIFIED, NUMERIC, PASS
from journal.domain.results.official import Official, decided, official_of
from journal.domain.results.standings import NOTHING_YET, standing
from journal.domain.results.student import Earned, Span, courses_of, marks_of, sat_in
from journal.models import Course, Exemption, Institution, Period, Result

WORDS = {
    "5": "5 (отлично)",
    "4": "4 (хорошо)",
    "3": "3 (удовлетворительно)",
    "2": "2 (неудовлетворительно)",
    PASS: "зачтено",
    FAIL: "не зачтено",
    NOT_CERTIFIED: "не аттестован",
    "осв": "освобождение",
    NOTHING_YET: "",
}
RECREDITED, FREED = "перезачтено", "освобождение"


class Studied(NamedTuple):
    """One discipline in one period; `hours` are academic, of the plan.

    The result is that of the signed sheets: the attestation over the term mark.
    `is_current`: there is none, it is computed from current marks.
    `is_whole`: the student sat in the group for the whole period, and it is over.
    """

    discipline: str
    period: str
    hours: int
    result: str
    is_current: bool
    is_whole: bool


def studied(
    student: int, spans: list[Span], day: date, rules: Institution
) -> list[Studied]:
    """The disciplines of the periods that a student had begun by `day`, in order.

    A discipline of three semesters is three lines. Five queries at most.
    """
    courses = [
        course
        for course in courses_of(student, spans)
        if course.period.first_day <= day
    ]
    courses.sort(key=lambda course: course.period.first_day)
    keys = [course.pk for course in courses]
    hours = dict(Course.objects.filter(pk__in=keys).values_list("pk", "hours"))
    marks: dict[int, list[Earned]] = {}
    for mark in marks_of(student, keys):
        if mark.date <= day:
            marks.setdefault(mark.course, []).append(mark)
    official = official_of(student, keys, day)
    found = []
    for course in courses:
        stages = official.get(course.pk, {})
        result, is_current = _result(course, marks.get(course.pk, []), stages, rules)
        period = course.period
        found.append(
            Studied(
                course.discipline,
                f"{period.year}, {period.number} {Period.Kind(period.kind).label}",
                hours[course.pk],
                result,
                is_current,
                period.last_day < day and _sat_through(course, spans),
            )
        )
    return found


def _sat_through(course, spans: list[Span]) -> bool:
    """In the group on the first day and on the last, one span after another."""
    days = (course.period.first_day, course.period.last_day)
    return all(sat_in(spans, course.group, day) for day in days)


def _result(
    course, marks: list[Earned], stages: dict[str, Official], rules: Institution
) -> tuple[str, bool]:
    """The result in words, and whether it comes of current marks alone."""
    steps = {exempt.kind: exempt for exempt in course.exemptions}
    if recredit := steps.get(Exemption.Kind.RECREDIT):
        mark = WORDS.get(recredit.mark, "")
        return (f"{mark}, {RECREDITED}" if mark else RECREDITED), False
    if Exemption.Kind.EXEMPT in steps:
        return FREED, False
    if signed := decided(stages):
        status = dict(Result.Status.choices).get(signed.status, "")
        return WORDS.get(signed.mark, status), False
    graded = [mark for mark in marks if mark.value in NUMERIC]
    sums = (
        len(marks),
        sum(mark.value == PASS for mark in marks),
        sum(NUMERIC[mark.value] * mark.weight for mark in graded),
        sum(mark.weight for mark in graded),
    )
    found = standing(sums, bool(marks), rules)
    return WORDS[found.mark], bool(marks)
