"""The results of groups over their courses, read set by set (R3–R8, R13–R20)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)

from journal.domain.curriculum.trajectory import absence_is_off, tag_of
from journal.domain.results.averages import NOT_CERTIFIED, SUMS
from journal.domain.results.debts import APART
from journal.domain.results.official import COURSEWORK, Results
from journal.domain.results.record import read_record
from journal.domain.results.standings import (
    NO_MARKS,
    UNKNOWN,
    Standing,
    of_record,
    standing,
)
from journal.domain.spans import covers
from journal.models import (
    Absence,
    AttestationForm,
    Course,
    CourseTeacher,
    Exemption,
    Institution,
    Lesson,
    Mark,
    Membership,
    Sheet,
)
from journal.models.people.persons import full_name, short_name
from journal.models.prepared import Prepared
from journal.models.sqlite import russian_key

# What a statement reads: current marks, signed sheets, or these where they are there.
CURRENT, SIGNED, KNOWN = "current", "signed", "known"


@dataclass
class TaughtCourse:
    """A column of the statement; `form` is the key of its form of attestation.

    A course work that is attested beside the course's own form has a column of its own
    (`is_work`), whose key is that of the course below zero.
    """

    pk: int
    discipline: str
    form: str
    group: int
    period: int
    subject: int
    hours: int
    last_day: date
    teachers: list[str] = field(default_factory=list)

    @property
    def is_work(self) -> bool:
        return self.pk < 0

    @property
    def title(self) -> str:
        """«Алгебра», «Алгебра (курсовая работа)»."""
        words = APART[Sheet.Kind.COURSEWORK]
        return f"{self.discipline} ({words})" if self.is_work else self.discipline


@dataclass
class StudentLine:
    """A row: standings by column, academic hours missed in the courses read."""

    pk: int
    name: str
    short: str
    group: int
    standings: dict[int, Standing] = field(default_factory=dict)
    missed: int = 0
    unexcused: int = 0

    def marks(self, courses: Iterable[int] | None = None) -> list[str]:
        """The marks that count, of these columns or of all.

        Here all figures of students begin, so a «2» or «н/а» in a course work makes
        failing as one in a discipline does, and its mark weighs as much in the mean.
        """
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


@dataclass
class Statement:
    """`official` holds what signed sheets say: (student, course) → stage → result."""

    courses: list[TaughtCourse]
    lines: list[StudentLine]
    unfilled: Unfilled
    official: Results = field(default_factory=dict)

    @property
    def disciplines(self) -> list[TaughtCourse]:
        """The columns without those of course works."""
        return [course for course in self.courses if not course.is_work]

    def unsigned(self) -> list[TaughtCourse]:
        """Courses for which some student of the group has no mark of record.

        Who had a course work to write, its sheets alone say: none is missed here.
        """
        return [
            course
            for course in self.disciplines
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
    columns = _with_works(columns, lines, official)
    _add_absences(lines, ids, day)
    lessons = _read_lessons(courses=ids, day=day)
    unfilled = Unfilled(*map(sum, zip(*lessons, strict=True))) if lessons else NONE
    return Statement(columns, lines, unfilled, official)


def _with_works(
    columns: list[TaughtCourse], lines: list[StudentLine], official: Results
) -> list[TaughtCourse]:
    """The columns, each followed by that of its course work where one is signed.

    A course work beside an exam or a credit is attested apart (domain §2.1, R5): its mark
    counts once among those of the student, in the percentages of its own column, and in
    none of those of the discipline.
    """
    given = {key for (_, key), stages in official.items() if COURSEWORK in stages}
    found = []
    for column in columns:
        found.append(column)
        if column.pk not in given:
            continue
        form = AttestationForm.COURSEWORK
        found.append(replace(column, pk=-column.pk, form=form, hours=0))
        for line in lines:
            if line.group == column.group:
                stages = official.get((line.pk, column.pk))
                line.standings[-column.pk] = of_record(stages, COURSEWORK) or UNKNOWN
    return found


def _forget_current(lines: list[StudentLine]) -> None:
    for line in lines:
        for course, found in line.standings.items():
            if found.is_current:
                line.standings[course] = UNKNOWN


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


def _add_absences(lines: list[StudentLine], courses: list[int], day: date) -> None:
    by_student = {line.pk: line for line in lines}
    for student, is_excused, hours in missed_sums(courses=courses, day=day):
        if student in by_student:
            by_student[student].missed += hours
            by_student[student].unexcused += 0 if is_excused else hours
