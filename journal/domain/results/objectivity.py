"""Are marks fair? Current marks against term marks, term marks against exams (F11, R34)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from journal.domain.curriculum.trajectory import leaves_count
from journal.domain.results.averages import NUMERIC, mean
from journal.domain.results.elsewhere import elsewhere_of, movers_among
from journal.domain.results.group import mark_sums, steps_on
from journal.domain.results.official import ATTESTATION, TERM, read_official
from journal.domain.results.proposing import Come, TermLine, propose
from journal.domain.results.standings import NO_MARKS
from journal.models import Course, Institution, Result, Sheet
from journal.models.sqlite import russian_key


@dataclass
class Compared:
    """One student of one course whose term mark is signed; `teacher` gave it."""

    course: Course
    teacher: str
    line: TermLine

    @property
    def step(self) -> int | None:
        """Term mark minus the mark proposed by the average.

        None of credits, «н/а», and of a recredit, which no current marks stand behind.
        """
        if leaves_count(self.line.tag):
            return None
        return _step(self.line.mark, self.line.proposed)

    @property
    def exam_step(self) -> int | None:
        """Term mark minus the mark of the attestation."""
        return _step(self.line.mark, self.line.exam)


def _step(mark: str, other: str) -> int | None:
    if mark not in NUMERIC or other not in NUMERIC:
        return None
    return NUMERIC[mark] - NUMERIC[other]


@dataclass
class Agreement:
    """How marks agree: numbers of students, means to 2 decimals.

    `raised` and `lowered` stand against the marks proposed, `above` and `below` against
    the attestation; `unexplained` are those a whole step away without a reason.
    """

    compared: int = 0
    raised: int = 0
    lowered: int = 0
    unexplained: int = 0
    average: Decimal | None = None
    term: Decimal | None = None
    examined: int = 0
    above: int = 0
    below: int = 0

    @property
    def difference(self) -> Decimal | None:
        """Mean of the term marks minus mean of the current averages."""
        if self.term is None or self.average is None:
            return None
        return self.term - self.average


def agreement(lines: Iterable[Compared]) -> Agreement:
    """Count how the marks of these students agree."""
    lines = list(lines)
    near = [one for one in lines if one.step is not None]
    exams = [one for one in lines if one.exam_step is not None]
    return Agreement(
        len(near),
        sum(one.step > 0 for one in near),
        sum(one.step < 0 for one in near),
        sum(one.line.needs_reason and not one.line.note.strip() for one in lines),
        mean([one.line.average for one in near if one.line.average is not None]),
        mean([Decimal(NUMERIC[one.line.mark]) for one in near]),
        len(exams),
        sum(one.exam_step > 0 for one in exams),
        sum(one.exam_step < 0 for one in exams),
    )


def read_objectivity(
    courses: QuerySet[Course], day: date, rules: Institution
) -> list[Compared]:
    """Everybody with a signed term mark on these courses, as of the end of `day`.

    What was proposed is what the page of the marks proposed: of whoever is exempt, or has
    come from another group, too. By course year, group, discipline and name. Seven
    queries, whatever the size, one more with movers.
    """
    known = {
        one.pk: one for one in courses.select_related("group", "discipline").order_by()
    }
    if not known:
        return []
    official = read_official(known, day)
    term = {
        (stages[TERM].sheet, student): course
        for (student, course), stages in official.items()
        if TERM in stages
    }
    sums = {
        (student, course): rest
        for student, course, *rest in mark_sums(courses=sorted(known), day=day)
    }
    steps = {
        (student, course): step
        for student, course, *step in steps_on(courses=sorted(known), day=day)
    }
    elsewhere = elsewhere_of(known.values(), movers_among(known.values()), day)
    sheets = {sheet for sheet, _ in term}
    teachers = {
        one.pk: one.teacher.short_name if one.teacher else ""
        for one in Sheet.objects.filter(pk__in=sheets).select_related("teacher")
    }
    rows = Result.objects.filter(sheet__in=sheets).order_by()
    found = []
    for sheet, student, name, note in rows.values_list(
        "sheet", "student", "student_name", "note"
    ):
        if (course := term.get((sheet, student))) is None:
            continue
        place, form = (student, course), known[course].attestation_form
        stages = official[place]
        line = TermLine(student, name, note=note, elsewhere=elsewhere.get(place))
        came = Come(sums.get(place, NO_MARKS), is_begun=True)
        propose(line, came, steps.get(place), form, rules)
        line.mark = stages[TERM].mark
        line.exam = stages[ATTESTATION].said if ATTESTATION in stages else ""
        found.append(Compared(known[course], teachers[sheet], line))
    return sorted(found, key=_place)


def _place(one: Compared) -> tuple:
    group = one.course.group
    return (
        group.course_year,
        russian_key(group.name),
        russian_key(one.course.discipline.name),
        russian_key(one.line.name),
        one.line.student,
    )
