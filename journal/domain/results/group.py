"""The results of a group over its courses, read set by set (R5)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from journal.domain.results.averages import (
    FAIL,
    NOT_CERTIFIED,
    PASS,
    average,
    suggested_mark,
)
from journal.models import (
    Absence,
    Course,
    CourseTeacher,
    Exemption,
    Group,
    Institution,
    Lesson,
    Mark,
    Membership,
)
from journal.models.sqlite import russian_key

EXEMPT, RECREDITED, NOTHING_YET = "осв.", "пер.", ""
OUT_OF_COUNT = (EXEMPT, RECREDITED, NOTHING_YET)


class Standing(NamedTuple):
    """How a student stands in a course: the average, and what it would come to.

    `mark` is "5" … "2", «з», «х», «н/а», «осв.», «пер.», or "" while nobody on the
    course has a mark.
    """

    average: Decimal | None
    mark: str


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
    marks = _marks(ids, day)
    exemptions = _exemptions(ids, day)
    begun = {course for _, course in marks}
    for line in lines.values():
        for course in ids:
            line.standings[course] = exemptions.get((line.pk, course)) or _standing(
                marks.get((line.pk, course), ()), course in begun, rules
            )
    _read_absences(lines, ids, day)
    found = sorted(lines.values(), key=lambda line: (russian_key(line.name), line.pk))
    return Statement(columns, found, _unfilled(ids, day))


def _columns(courses: QuerySet[Course], day: date) -> list[TaughtCourse]:
    rows = courses.order_by().values_list("pk", "discipline__name", "attestation_form")
    columns = {row[0]: TaughtCourse(*row) for row in rows}
    spans = CourseTeacher.objects.filter(course__in=list(columns)).select_related(
        "employee"
    )
    teachers: dict[int, list[CourseTeacher]] = defaultdict(list)
    for span in spans.order_by("start", "subgroup__number", "pk"):
        teachers[span.course_id].append(span)
    for pk, spans in teachers.items():
        now = [
            span
            for span in spans
            if span.start <= day and (span.end is None or day < span.end)
        ]
        names = (span.employee.short_name for span in now or spans[-1:])
        columns[pk].teachers = list(dict.fromkeys(names))
    return sorted(columns.values(), key=lambda one: russian_key(one.discipline))


def _lines(group: Group, day: date) -> dict[int, StudentLine]:
    members = Membership.objects.on(day).filter(group=group).order_by()
    rows = members.values_list(
        "student", "student__last_name", "student__first_name", "student__middle_name"
    )
    return {pk: StudentLine(pk, " ".join(filter(None, names))) for pk, *names in rows}


def _marks(courses: list[int], day: date) -> dict[tuple[int, int], list]:
    """(student, course) → (value, sum of weights, number of marks) up to `day`.

    The database sums up: what comes over is a twentieth of the marks.
    """
    rows = (
        Mark.objects.filter(
            task__lesson__course__in=courses, task__lesson__date__lte=day
        )
        .order_by()
        .values_list("student", "task__lesson__course", "value")
        .annotate(Sum("task__kind__weight"), Count("pk"))
    )
    found: dict[tuple[int, int], list] = defaultdict(list)
    for student, course, value, weight, count in rows:
        found[student, course].append((value, weight, count))
    return found


def _exemptions(courses: list[int], day: date) -> dict[tuple[int, int], Standing]:
    rows = Exemption.objects.on(day).filter(course__in=courses)
    words = {
        Exemption.Kind.EXEMPT: Standing(None, EXEMPT),
        Exemption.Kind.RECREDIT: Standing(None, RECREDITED),
    }
    return {
        (student, course): words[kind]
        for student, course, kind in rows.values_list("student", "course", "kind")
    }


def _standing(marks, is_begun: bool, rules: Institution) -> Standing:
    """The standing that (value, weight, count) of one student give.

    Credits alone come to a credit where more of them are passed than failed.
    """
    if not is_begun:
        return Standing(None, NOTHING_YET)
    if sum(count for _, _, count in marks) < max(rules.marks_needed, 1):
        return Standing(None, NOT_CERTIFIED)
    number = average((value, weight) for value, weight, _ in marks)
    if number is not None:
        return Standing(number, suggested_mark(number, rules))
    credits = {value: count for value, _, count in marks}
    passed = credits.get(PASS, 0) > credits.get(FAIL, 0)
    return Standing(None, PASS if passed else FAIL)


def _read_absences(lines: dict[int, StudentLine], courses: list[int], day: date):
    rows = (
        Absence.objects.filter(
            lesson__course__in=courses,
            lesson__date__lte=day,
            reason__counts_as_absence=True,
        )
        .order_by()
        .values_list("student", "reason__is_excused")
        .annotate(Sum("hours"))
    )
    for student, is_excused, hours in rows:
        if student in lines:
            lines[student].missed += hours
            lines[student].unexcused += 0 if is_excused else hours


def _unfilled(courses: list[int], day: date) -> Unfilled:
    lessons = Lesson.objects.held().filter(course__in=courses, date__lte=day)
    return Unfilled(
        **lessons.aggregate(
            lessons=Count("pk"),
            not_taken=Count("pk", filter=Q(attendance_taken_at__isnull=True)),
            no_topic=Count("pk", filter=Q(topic="")),
        )
    )
