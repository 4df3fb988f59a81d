"""The results of a group over its courses, read set by set (R5)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When

from journal.domain.curriculum.trajectory import absence_is_off, leaves_count, tag_of
from journal.domain.results.averages import (
    FAIL,
    NOT_CERTIFIED,
    NUMERIC,
    PASS,
    quotient,
    suggested_mark,
)
from journal.models import (
    Absence,
    Course,
    CourseTeacher,
    Employee,
    Exemption,
    Group,
    Institution,
    Lesson,
    Mark,
    Membership,
)
from journal.models.prepared import Prepared
from journal.models.sqlite import russian_key

NOTHING_YET = ""


class Standing(NamedTuple):
    """How a student stands in a course: the average, and what it would come to.

    `mark` is "5" … "2", «з», «х», «н/а», «осв.», «п5» of a recredit, or "" while nobody
    on the course has a mark.
    """

    average: Decimal | None
    mark: str

    @property
    def is_counted(self) -> bool:
        """Is the student in N? The exempt, recredits and courses not begun are not."""
        return self.mark != NOTHING_YET and not leaves_count(self.mark)


@dataclass
class TaughtCourse:
    """A column of the statement; `form` is the key of its form of attestation."""

    pk: int
    discipline: str
    form: str
    teachers: list[str] = field(default_factory=list)


@dataclass
class StudentLine:
    """A row: standings by course, academic hours missed in these courses."""

    pk: int
    name: str
    standings: dict[int, Standing] = field(default_factory=dict)
    missed: int = 0
    unexcused: int = 0


class Unfilled(NamedTuple):
    """How many lessons there were, and how many lack their attendance or topic."""

    lessons: int
    not_taken: int
    no_topic: int


NONE = Unfilled(0, 0, 0)
NO_MARKS = (0, 0, None, None)


@dataclass
class Statement:
    courses: list[TaughtCourse]
    lines: list[StudentLine]
    unfilled: Unfilled


def read_statement(
    group: Group, courses: QuerySet[Course], day: date, rules: Institution
) -> Statement:
    """Current results of a group's `courses`, as of the end of `day`.

    Students are the members on that day, Ё after Е: who left before is out. Seven
    queries, whatever the size.
    """
    columns = _columns(courses, day)
    lines = _lines(group, day)
    ids = [column.pk for column in columns]
    if not ids:
        return Statement(columns, lines, NONE)
    marks = {
        (student, course): sums
        for student, course, *sums in mark_sums(courses=ids, day=day)
    }
    exempt = {
        (student, course): Standing(None, tag_of(kind, mark))
        for student, course, kind, mark in steps_on(courses=ids, day=day)
        if kind != Exemption.Kind.INDIVIDUAL
    }
    begun = {course for _, course in marks}
    for line in lines:
        for course in ids:
            line.standings[course] = exempt.get((line.pk, course)) or standing(
                marks.get((line.pk, course), NO_MARKS), course in begun, rules
            )
    _add_absences(lines, ids, day)
    lessons = _read_lessons(courses=ids, day=day)
    unfilled = Unfilled(*map(sum, zip(*lessons, strict=True))) if lessons else NONE
    return Statement(columns, lines, unfilled)


def _columns(courses: QuerySet[Course], day: date) -> list[TaughtCourse]:
    rows = courses.order_by().values_list("pk", "discipline__name", "attestation_form")
    columns = {row[0]: TaughtCourse(*row) for row in rows}
    spans: dict[int, list] = defaultdict(list)
    if columns:
        for course, *span in _read_teachers(courses=list(columns)):
            spans[course].append(span)
    for course, found in spans.items():
        now = [
            names
            for start, end, *names in found
            if start <= day and (end is None or day < end)
        ]
        names = [_short(*names) for names in now or [found[-1][2:]]]
        columns[course].teachers = list(dict.fromkeys(names))
    return sorted(columns.values(), key=lambda one: russian_key(one.discipline))


def _short(last: str, first: str, middle: str) -> str:
    return Employee(last_name=last, first_name=first, middle_name=middle).short_name


def _lines(group: Group, day: date) -> list[StudentLine]:
    lines = [
        StudentLine(pk, " ".join(filter(None, names)))
        for pk, *names in _read_members(group=group.pk, day=day)
    ]
    return sorted(lines, key=lambda line: (russian_key(line.name), line.pk))


@Prepared
def _read_teachers(courses):
    spans = CourseTeacher.objects.filter(course__in=courses)
    names = ("last_name", "first_name", "middle_name")
    return spans.order_by("start", "subgroup__number", "pk").values_list(
        "course", "start", "end", *(f"employee__{name}" for name in names)
    )


@Prepared
def _read_members(group, day):
    names = ("last_name", "first_name", "middle_name")
    return (
        Membership.objects.on(day)
        .filter(group=group)
        .order_by()
        .values_list("student", *(f"student__{name}" for name in names))
    )


@Prepared
def mark_sums(courses, day):
    """Student, course; number of marks, of them credits; Σ mark·weight, Σ weight.

    The database sums up: what comes over is a twentieth of the marks.
    """
    marks = Mark.objects.filter(
        task__lesson__course__in=courses, task__lesson__date__lte=day
    )
    weight = F("task__kind__weight")
    points = (When(value=sign, then=weight * mark) for sign, mark in NUMERIC.items())
    return (
        marks.order_by()
        .values("student", "task__lesson__course")
        .annotate(
            count=Count("pk"),
            passed=Count("pk", filter=Q(value=PASS)),
            points=Sum(Case(*points)),
            weights=Sum(weight, filter=Q(value__in=NUMERIC)),
        )
        .values_list(
            "student", "task__lesson__course", "count", "passed", "points", "weights"
        )
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
        return Standing(None, NOT_CERTIFIED)
    number = quotient(points, weights)
    if number is not None:
        return Standing(number, suggested_mark(number, rules))
    return Standing(None, PASS if passed > count - passed else FAIL)


def _add_absences(lines: list[StudentLine], courses: list[int], day: date) -> None:
    by_student = {line.pk: line for line in lines}
    for student, is_excused, hours in missed_sums(courses=courses, day=day):
        if student in by_student:
            by_student[student].missed += hours
            by_student[student].unexcused += 0 if is_excused else hours
