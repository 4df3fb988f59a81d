"""Term, year and final marks of a course: what is proposed, what is given (F6).

The journal proposes and never writes (domain §2.0): each mark is a teacher's own act,
and so is taking all that is proposed.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from journal.domain.results.averages import (
    FAIL,
    NOT_CERTIFIED,
    NUMERIC,
    PASS,
    mean,
    suggested_mark,
)
from journal.domain.results.elsewhere import movers_of, read_elsewhere
from journal.domain.results.group import mark_sums, missed_sums, steps_on
from journal.domain.results.official import (
    ATTESTATION,
    FINAL,
    TERM,
    YEAR,
    Results,
    read_official,
)
from journal.domain.results.proposing import EXEMPT, Come, TermLine, propose
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.standings import NO_MARKS
from journal.domain.results.writing import (
    ResultChange,
    day_of,
    is_closed_for,
    roster_of,
    write_results,
)
from journal.models import (
    Course,
    Institution,
    Period,
    Result,
    Sheet,
    User,
)
from journal.models.reach import (
    ANCHORS,
    EVERYTHING,
    NOTHING,
    grants,
    rights_over,
)
from journal.models.sqlite import russian_key
from journal.roles import Anchor

STAGES = {
    TERM: Sheet.Kind.TERM,
    YEAR: Sheet.Kind.YEAR,
    FINAL: Sheet.Kind.FINAL,
}


@dataclass
class TermPage:
    """A page of marks of record: one stage of one discipline in one group."""

    course: Course
    stage: str
    courses: list[Course]
    sheet: Sheet | None
    lines: list[TermLine]
    left: list[TermLine]
    due: date

    @property
    def is_signed(self) -> bool:
        return self.sheet is not None and self.sheet.state == Sheet.State.SIGNED

    @property
    def has_exam(self) -> bool:
        return any(line.exam for line in self.lines)

    @property
    def has_elsewhere(self) -> bool:
        return any(line.elsewhere for line in self.lines)

    @property
    def filled(self) -> int:
        return sum(bool(line.mark) for line in self.lines)


def due_of(period: Period, rules: Institution) -> date:
    """The last day for the marks of a period: so many days before it ends (S 6.5)."""
    return period.last_day - timedelta(days=rules.term_marks_days)


def courses_of_stage(course: Course, stage: str) -> list[Course]:
    """The courses that a mark of this stage is over, in order of time; the last is due."""
    if stage == TERM:
        return [course]
    found = Course.objects.filter(
        group=course.group_id, discipline=course.discipline_id
    ).select_related("period__year", "group", "discipline")
    if stage == YEAR:
        found = found.filter(period__year=course.period.year_id)
    return list(found.order_by("period__first_day", "pk"))


def sheet_of(courses: list[Course], stage: str) -> Sheet | None:
    """The sheet of this stage that is in force or being filled; annulled ones are none."""
    sheets = Sheet.objects.filter(kind=STAGES[stage], parts__course__in=courses)
    sheets = sheets.exclude(state=Sheet.State.ANNULLED).select_related(
        "period", "group", "signed_by"
    )
    return sheets.order_by("-pk").first()


def read_term(
    course: Course, stage: str, rules: Institution, with_elsewhere: bool = False
) -> TermPage:
    """The page of one stage; `with_elsewhere` counts marks of a former group too.

    Eleven queries at most, whatever the size. A signed sheet shows whom it was signed
    for; those who left stand apart.
    """
    courses = courses_of_stage(course, stage)
    last = courses[-1]
    sheet = sheet_of(courses, stage)
    of_day = sheet or Sheet(
        kind=STAGES[stage], group=last.group, period=last.period, state="draft"
    )
    results = {one.student_id: one for one in sheet.results.order_by()} if sheet else {}
    roster = roster_of(of_day)
    if sheet and sheet.state == Sheet.State.SIGNED:
        names = {one: result.student_name for one, result in results.items()}
        roster = dict(sorted(names.items(), key=lambda one: russian_key(one[1])))
    official = read_official([one.pk for one in courses])
    lines = [TermLine(student, name) for student, name in roster.items()]
    left = [] if stage != TERM else _left(course, roster)
    day = day_of(of_day)
    if stage == TERM:
        elsewhere = read_elsewhere(course, movers_of(course), day)
        _propose_term(lines + left, course, day, rules, elsewhere, with_elsewhere)
    else:
        _propose_over(lines, courses, stage, official, rules)
    for line in lines:
        if stage == TERM:
            line.exam = _said(official, line.student, course, ATTESTATION)
        if result := results.get(line.student):
            line.mark, line.note = result.mark, result.note
    return TermPage(
        course, stage, courses, sheet, lines, left, due_of(last.period, rules)
    )


def _left(course: Course, roster: dict[int, str]) -> list[TermLine]:
    """Whoever sat in the group on some day of the period and is not on the roster."""
    period = course.period
    seats = course.group.memberships.filter(
        Q(end__isnull=True) | Q(end__gt=period.first_day), start__lte=period.last_day
    ).exclude(student__in=roster)
    people = {seat.student_id: seat.student for seat in seats.select_related("student")}
    return [TermLine(pk, one.full_name) for pk, one in people.items()]


def _propose_term(
    lines, course: Course, day: date, rules, elsewhere, with_them
) -> None:
    keys = [course.pk]
    sums = {student: rest for student, _, *rest in mark_sums(courses=keys, day=day)}
    steps = {
        student: (kind, mark)
        for student, _, kind, mark in steps_on(courses=keys, day=day)
    }
    missed = Counter()
    for student, _, hours in missed_sums(courses=keys, day=day):
        missed[student] += hours
    for line in lines:
        line.elsewhere = elsewhere.get(line.student)
        line.missed = missed[line.student]
        found = Come(sums.get(line.student, NO_MARKS), bool(sums), with_them)
        propose(line, found, steps.get(line.student), course.attestation_form, rules)


def _propose_over(lines, courses, stage: str, official: Results, rules) -> None:
    for line in lines:
        marks = []
        for course in courses:
            term = _said(official, line.student, course, TERM)
            exam = official.get((line.student, course.pk), {}).get(ATTESTATION)
            line.parts.append(f"{term or '—'} ({exam.said})" if exam else term)
            # Whoever did not take it has «н/а» of it, as in every report.
            marks.append((exam.mark or NOT_CERTIFIED) if exam else term)
        line.proposed, line.average = proposed_over(marks, stage, rules)


def proposed_over(
    marks: list[str], stage: str, rules: Institution
) -> tuple[str, Decimal | None]:
    """(mark, mean) that marks of record of the parts propose, "" for parts without any.

    The mean of the numeric marks by the institution's thresholds; credits alone give a
    credit where all of them are passed; «н/а» of any part lets nothing be proposed but
    «н/а». A final mark waits for every part, a year mark for the parts there are.
    """
    known = [mark for mark in marks if mark and mark != EXEMPT]
    if not known or (stage == FINAL and len([*filter(None, marks)]) < len(marks)):
        return (EXEMPT if marks and set(marks) == {EXEMPT} else ""), None
    if NOT_CERTIFIED in known:
        return NOT_CERTIFIED, None
    numbers = [Decimal(NUMERIC[mark]) for mark in known if mark in NUMERIC]
    if FAIL in known:
        return FAIL if not numbers else "2", mean(numbers)
    if not numbers:
        return PASS, None
    average = mean(numbers)
    return suggested_mark(average, rules), average


def _said(official: Results, student: int, course: Course, stage: str) -> str:
    found = official.get((student, course.pk), {}).get(stage)
    return found.said if found else ""


# Rights


def courses_seen(user: User) -> Q:
    """The condition on courses of which a person sees the results.

    Whoever gives one lesson for another has the lesson and not the course (A5).
    """
    if not user.is_active:
        return NOTHING
    if user.is_superuser:
        return EVERYTHING
    found = NOTHING
    for grant in grants(user):
        if "view_result" not in grant.permissions:
            continue
        if grant.anchor == Anchor.ALL:
            return EVERYTHING
        found |= ANCHORS[grant.anchor](user, Course.reach, False)
    return found


def may_write(user: User, course: Course) -> frozenset[str]:
    """What the person may do with marks of record of the course: write and sign."""
    return rights_over(user, course, ["add_sheet", "change_result", "sign_sheet"])


def write_term(
    user: User, course: Course, stage: str, changes: list[ResultChange], reason=""
):
    """Write marks of a stage; the sheet is begun by the first of them.

    Answers as `write_results`. Raises PermissionDenied where a sheet would have to be
    begun by whoever may not, ValidationError where the period is closed by then.
    """
    with transaction.atomic():
        last = courses_of_stage(course, stage)[-1]
        Course.objects.select_for_update(no_key=True).get(pk=last.pk)
        sheet = sheet_of([last], stage) or _begin(user, course, stage)
        return write_results(user, sheet.pk, changes, reason)


def _begin(user: User, course: Course, stage: str) -> Sheet:
    courses = courses_of_stage(course, stage)
    last = courses[-1]
    day = min(timezone.localdate(), last.period.last_day)
    if is_closed_for(Sheet(kind=STAGES[stage], period=last.period, attempt=1)):
        raise ValidationError("Итоги периода закрыты: отметки больше не выставляются.")
    held = last.teachers.on(day).filter(subgroup__isnull=True).first()
    held = held or last.teachers.order_by("-start", "pk").first()
    return open_sheet(
        user,
        STAGES[stage],
        courses,
        date=max(day, last.period.first_day),
        teacher=held.employee if held else None,
    )


def sign_term(user: User, course: Course, stage: str) -> Sheet:
    """Give the marks of a stage: everybody has one, reasons stand where they must.

    Raises as `sign_sheet`, ValidationError also where nothing is filled in yet.
    """
    sheet = sheet_of(courses_of_stage(course, stage), stage)
    if sheet is None:
        raise ValidationError("Отметок ещё нет: выставьте их и подпишите.")

    def check(sheet: Sheet, roster: dict, results: dict[int, Result]) -> list[str]:
        page = read_term(course, stage, Institution.current())
        unsaid = [
            f"{line.name} ({line.mark} при среднем "
            f"{str(line.average or '—').replace('.', ',')})"
            for line in page.lines
            if line.needs_reason and not line.note.strip()
        ]
        if not unsaid:
            return []
        return [f"Объясните отметки, далёкие от текущих: {', '.join(unsaid)}."]

    return sign_sheet(user, sheet.pk, check)
