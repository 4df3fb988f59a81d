"""The results of groups over their courses, read set by set (R3–R8, R13–R20)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)

from journal.domain.curriculum.trajectory import (
    EXEMPT,
    absence_is_off,
    leaves_count,
    tag_of,
)
from journal.domain.results.averages import (
    FAIL,
    NOT_CERTIFIED,
    NUMERIC,
    PASS,
    SUMS,
    quotient,
    suggested_mark,
)
from journal.domain.results.official import (
    ATTESTATION,
    TERM,
    Official,
    Results,
)
from journal.domain.results.record import read_record
from journal.domain.spans import covers
from journal.models import (
    Absence,
    Course,
    CourseTeacher,
    Exemption,
    Institution,
    Lesson,
    Mark,
    Membership,
)
from journal.models.people.persons import full_name, short_name
from journal.models.prepared import Prepared
from journal.models.sqlite import russian_key

NOTHING_YET = ""
# What a statement reads: current marks, signed sheets, or these where they are there.
CURRENT, SIGNED, KNOWN = "current", "signed", "known"


class Standing(NamedTuple):
    """How a student stands in a course: the average, and what it would come to.

    `mark` is "5" … "2", «з», «х», «н/а», «осв.», «п5» of a recredit, or "" while nobody
    on the course has a mark. `count` is the number of current marks. One that is not
    `is_current` is a mark of record: of a signed sheet, an exemption, a recredit;
    `status` says why a sheet has no mark, which counts as «н/а».
    """

    average: Decimal | None
    mark: str
    count: int = 0
    is_current: bool = True
    status: str = ""

    @property
    def number(self) -> Decimal | None:
        """The mark of record, or the average of the current ones; None of a credit."""
        if self.is_current:
            return self.average
        return Decimal(NUMERIC[self.mark]) if self.mark in NUMERIC else None

    @property
    def is_off(self) -> bool:
        """Is the student exempt, or the course recredited?"""
        return leaves_count(self.mark)

    @property
    def is_counted(self) -> bool:
        """Is the student in N (domain §2.0)? The one rule of «н/а» for every report.

        «н/а» of a signed sheet is a result: it stays in N, weighs 7 and is a debt. One
        that only says that current marks are few so far is none: whoever has it is among
        «не получившие отметок», out of N, and is counted apart. So are the exempt,
        recredits and courses in which nobody has a mark.
        """
        is_early = self.is_current and self.mark == NOT_CERTIFIED
        return self.mark != NOTHING_YET and not is_early and not self.is_off


UNKNOWN = Standing(None, NOTHING_YET, is_current=False)


@dataclass
class TaughtCourse:
    """A column of the statement; `form` is the key of its form of attestation."""

    pk: int
    discipline: str
    form: str
    group: int
    period: int
    subject: int
    hours: int
    last_day: date
    teachers: list[str] = field(default_factory=list)


@dataclass
class StudentLine:
    """A row: standings by course, academic hours missed in the courses read."""

    pk: int
    name: str
    short: str
    group: int
    standings: dict[int, Standing] = field(default_factory=dict)
    missed: int = 0
    unexcused: int = 0

    def marks(self, courses: Iterable[int] | None = None) -> list[str]:
        """The marks that count, of these courses or of all."""
        keys = self.standings if courses is None else courses
        found = (self.standings[key] for key in keys if key in self.standings)
        return [one.mark for one in found if one.is_counted]

    @property
    def is_uncertified(self) -> bool:
        """Has the student an «н/а», of a sheet or of too few current marks?"""
        return any(one.mark == NOT_CERTIFIED for one in self.standings.values())


class Unfilled(NamedTuple):
    """How many lessons there were, and how many lack their attendance or topic."""

    lessons: int
    not_taken: int
    no_topic: int


NONE = Unfilled(0, 0, 0)
NO_MARKS = (0, 0, None, None)


@dataclass
class Statement:
    """`official` holds what signed sheets say: (student, course) → stage → result."""

    courses: list[TaughtCourse]
    lines: list[StudentLine]
    unfilled: Unfilled
    official: Results = field(default_factory=dict)

    def unsigned(self) -> list[TaughtCourse]:
        """Courses for which some student of the group has no mark of record."""
        return [
            course
            for course in self.courses
            if any(
                line.standings[course.pk].is_current
                or line.standings[course.pk] == UNKNOWN
                for line in self.lines
                if course.pk in line.standings
            )
        ]


def read_statement(
    courses: QuerySet[Course], day: date, rules: Institution, basis: str = CURRENT
) -> Statement:
    """Results of `courses`, of one group or of many, as of the end of `day`.

    Students are the members of the courses' groups on that day or, once the last of the
    periods is over, on its last day, Ё after Е: who left before is out (domain §2.0).
    What signed sheets of another group say of a discipline in a period goes with a
    student who has come from there. Seven queries whatever the size, one more where
    sheets are read, another one where somebody has come from another group.
    """
    columns = _columns(courses, day)
    if not columns:
        return Statement([], [], NONE)
    roster = min(day, max(column.last_day for column in columns))
    lines, movers = _lines(sorted({column.group for column in columns}), roster)
    ids = [column.pk for column in columns]
    official: Results = {}
    if basis != CURRENT:
        home = {line.pk: line.group for line in lines}
        official = read_record(columns, home, movers, day)
    steps = {
        (student, course): Standing(None, tag_of(kind, mark), is_current=False)
        for student, course, kind, mark in steps_on(courses=ids, day=roster)
        if kind != Exemption.Kind.INDIVIDUAL
    }
    marks = {}
    if basis != SIGNED:
        marks = {(row[0], row[1]): row[2:] for row in mark_sums(courses=ids, day=day)}
    begun = {course for _, course in marks}
    by_group = defaultdict(list)
    for column in columns:
        by_group[column.group].append(column.pk)
    for line in lines:
        for course in by_group[line.group]:
            key = line.pk, course
            line.standings[course] = (
                of_record(official.get(key))
                or steps.get(key)
                or standing(marks.get(key, NO_MARKS), course in begun, rules)
            )
    if basis == SIGNED:
        _forget_current(lines)
    _add_absences(lines, ids, day)
    lessons = _read_lessons(courses=ids, day=day)
    unfilled = Unfilled(*map(sum, zip(*lessons, strict=True))) if lessons else NONE
    return Statement(columns, lines, unfilled, official)


def _forget_current(lines: list[StudentLine]) -> None:
    for line in lines:
        for course, found in line.standings.items():
            if found.is_current:
                line.standings[course] = UNKNOWN


def of_record(stages: dict[str, Official] | None, *order: str) -> Standing | None:
    """The standing by signed sheets: the attestation before the mark of the term.

    `order` names other stages, the first that is there counts.
    """
    known = (stages or {}).get
    found = next(filter(None, map(known, order or (ATTESTATION, TERM))), None)
    if not found:
        return None
    mark = EXEMPT if found.mark == "осв" else found.mark or NOT_CERTIFIED
    return Standing(None, mark, is_current=False, status=found.status)


def _columns(courses: QuerySet[Course], day: date) -> list[TaughtCourse]:
    rows = courses.order_by().values_list(
        "pk",
        "discipline__name",
        "attestation_form",
        "group",
        "period",
        "discipline",
        "hours",
        "period__last_day",
    )
    columns = {row[0]: TaughtCourse(*row) for row in rows}
    spans: dict[int, list] = defaultdict(list)
    if columns:
        for course, *span in _read_teachers(courses=list(columns)):
            spans[course].append(span)
    for course, found in spans.items():
        on = min(day, columns[course].last_day)
        now = [names for start, end, *names in found if covers(start, end, on)]
        names = [short_name(*names) for names in now or [found[-1][2:]]]
        columns[course].teachers = list(dict.fromkeys(names))
    return sorted(columns.values(), key=lambda one: russian_key(one.discipline))


def _lines(groups: list[int], day: date) -> tuple[list[StudentLine], set[int]]:
    """The members in order, and who of them had been in another group before."""
    lines, movers = [], set()
    for pk, group, moved, *names in _read_members(groups=groups, day=day):
        full = full_name(*names)
        lines.append(StudentLine(pk, full, short_name(*names), group))
        if moved:
            movers.add(pk)
    return sorted(lines, key=lambda line: (russian_key(line.name), line.pk)), movers


@Prepared
def _read_teachers(courses):
    spans = CourseTeacher.objects.filter(course__in=courses)
    names = ("last_name", "first_name", "middle_name")
    return spans.order_by("start", "subgroup__number", "pk").values_list(
        "course", "start", "end", *(f"employee__{name}" for name in names)
    )


@Prepared
def _read_members(groups, day):
    names = ("last_name", "first_name", "middle_name")
    before = Membership.objects.filter(
        ~Q(group=OuterRef("group")),
        student=OuterRef("student"),
        start__lt=OuterRef("start"),
    )
    return (
        Membership.objects.on(day)
        .filter(group__in=groups)
        .annotate(moved=Exists(before))
        .order_by()
        .values_list(
            "student", "group", "moved", *(f"student__{name}" for name in names)
        )
    )


@Prepared
def mark_sums(courses, day):
    """Student, course; number of marks, of them credits; Σ mark·weight, Σ weight.

    The database sums up: what comes over is a twentieth of the marks.
    """
    marks = Mark.objects.filter(
        task__lesson__course__in=courses, task__lesson__date__lte=day
    )
    return (
        marks.order_by()
        .values("student", "task__lesson__course")
        .annotate(**SUMS)
        .values_list("student", "task__lesson__course", *SUMS)
    )


@Prepared
def steps_on(courses, day):
    rows = Exemption.objects.on(day).filter(course__in=courses).order_by()
    return rows.values_list("student", "course", "kind", "mark")


@Prepared
def missed_sums(courses, day):
    absences = Absence.objects.filter(
        ~absence_is_off(),
        lesson__course__in=courses,
        lesson__date__lte=day,
        reason__counts_as_absence=True,
    )
    return (
        absences.order_by()
        .values_list("student", "reason__is_excused")
        .annotate(Sum("hours"))
    )


@Prepared
def _read_lessons(courses, day):
    """Lessons, those without attendance, those without a topic; a row a course."""
    lessons = Lesson.objects.held().filter(course__in=courses, date__lte=day)
    return (
        lessons.order_by()
        .values("course")
        .annotate(
            lessons=Count("pk"),
            not_taken=Count("pk", filter=Q(attendance_taken_at__isnull=True)),
            no_topic=Count("pk", filter=Q(topic="")),
        )
        .values_list("lessons", "not_taken", "no_topic")
    )


def standing(sums, is_begun: bool, rules: Institution) -> Standing:
    """The standing that (marks, credits, points, weights) of one student give.

    Credits alone come to a credit where more of them are passed than failed.
    """
    count, passed, points, weights = sums
    if not is_begun:
        return Standing(None, NOTHING_YET)
    if count < max(rules.marks_needed, 1):
        return Standing(None, NOT_CERTIFIED, count)
    number = quotient(points, weights)
    if number is not None:
        return Standing(number, suggested_mark(number, rules), count)
    return Standing(None, PASS if passed > count - passed else FAIL, count)


def _add_absences(lines: list[StudentLine], courses: list[int], day: date) -> None:
    by_student = {line.pk: line for line in lines}
    for student, is_excused, hours in missed_sums(courses=courses, day=day):
        if student in by_student:
            by_student[student].missed += hours
            by_student[student].unexcused += 0 if is_excused else hours
