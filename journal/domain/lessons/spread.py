"""Reading a page of the journal: students × dates, in as few queries as there are facts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db.models import (
    F,
    FilteredRelation,
    IntegerField,
    Q,
    Value,
)
from django.utils import timezone

from journal.domain.curriculum.trajectory import Step
from journal.domain.lessons.amounts import absence_value
from journal.domain.lessons.asking import asking_q, said
from journal.domain.lessons.owed import owed_numbers
from journal.domain.results.averages import NUMERIC, quotient
from journal.domain.spans import Spans, any_covers
from journal.models import (
    Absence,
    Course,
    Lesson,
    Makeup,
    Membership,
    SubgroupMember,
    Task,
    User,
)
from journal.models.people.persons import full_name
from journal.models.prepared import Prepared
from journal.models.reach import Likeness, employee_key, likeness, rights_q
from journal.models.sqlite import russian_key

NO_MINUTES = Value(None, output_field=IntegerField())


@dataclass
class Column:
    """One lesson of the spread, of the subgroup number `part` if of one.

    `weights` and `kinds` of its works by number, `required` are the numbers of those
    that every student is to do. `may_ask`: corrections of it may be asked for.
    """

    lesson: int
    date: date
    number: int | None
    topic: str
    subgroup: int | None
    hours: int
    is_taken: bool
    is_cancelled: bool
    is_editable: bool
    part: int | None = None
    may_ask: bool = False
    weights: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    required: set[int] = field(default_factory=set)


class Away(NamedTuple):
    """An absence as its cell says it; `hours` are those missed, none of a lateness."""

    value: str
    hours: int


@dataclass
class Line:
    """One student of the spread: the days in the group, and what stands by lesson."""

    student: int
    name: str
    spans: Spans
    steps: list[Step] = field(default_factory=list)
    parts: dict[int, Spans] = field(default_factory=dict)
    marks: dict[int, dict[int, str]] = field(default_factory=dict)
    absences: dict[int, Away] = field(default_factory=dict)
    made_up: dict[int, set[int]] = field(default_factory=dict)

    def place_in_list(self, today: date) -> tuple:
        """Those who left stand last; the rest by name, Ё after Е."""
        end = self.spans[-1][1]
        return end is not None and end <= today, russian_key(self.name)

    def tag(self, day: date) -> str:
        """«осв.», «п5», «инд.» where the student is off the common way on the day."""
        return next((step.tag for step in self.steps if step.covers(day)), "")

    def sits_in(self, column: Column) -> bool:
        """Is the student in the group, and in the subgroup, on the lesson's day?"""
        return any_covers(self.spans, column.date) and (
            column.subgroup is None
            or any_covers(self.parts.get(column.subgroup, ()), column.date)
        )


@dataclass
class Spread:
    course: Course
    columns: list[Column]
    lines: list[Line]

    @cached_property
    def places(self) -> dict[int, int]:
        """Where in `columns` a lesson stands."""
        return {column.lesson: place for place, column in enumerate(self.columns)}

    @cached_property
    def asking(self) -> list[Column]:
        """The lessons with required works."""
        return [column for column in self.columns if column.required]

    def owed(self, line: Line, today: date) -> dict[int, list[int]]:
        """Lesson → numbers of the works that the student owes on `today`."""
        found = (
            (column.lesson, owed_numbers(line, column, today)) for column in self.asking
        )
        return {lesson: numbers for lesson, numbers in found if numbers}

    @cached_property
    def _has_parts(self) -> bool:
        return any(column.subgroup for column in self.columns)

    def is_always_there(self, line: Line) -> bool:
        """Did the student sit in the group over all of the columns' days?"""
        if self._has_parts or len(line.spans) != 1 or not self.columns:
            return False
        start, end = line.spans[0]
        last = self.columns[-1].date
        return start <= self.columns[0].date and (end is None or last < end)

    def average(self, line: Line) -> Decimal | None:
        """The average of the line's marks, as every other page says it (domain §2.0)."""
        total = weights = 0
        for lesson, marks in line.marks.items():
            own = self.columns[self.places[lesson]].weights
            for number, value in marks.items():
                if value in NUMERIC:
                    weight = own[number]
                    total += NUMERIC[value] * weight
                    weights += weight
        return quotient(total, weights)

    def missed(self, line: Line) -> int:
        """Academic hours missed; late is no absence, nor a day off the common way."""
        found = line.absences.items()
        if line.steps:
            found = (
                (lesson, away)
                for lesson, away in found
                if not line.tag(self.columns[self.places[lesson]].date)
            )
        return sum(away.hours for _, away in found)


# Course → student → line; lesson → its column and the lines of its course.
Lines = dict[int, dict[int, Line]]
Pages = dict[int, tuple[Column, dict[int, Line]]]


def read_spread(user: User, course: Course, lesson: int | None = None) -> Spread:
    """The page of a course as `user` sees it; of one lesson where `lesson` is given.

    Whoever sat in the group on some day of the period has a line, whoever left too.
    Five queries, six where the course has subgroups.
    """
    return read_spreads(user, [course], lesson)[0]


def read_spreads(
    user: User, courses: list[Course], lesson: int | None = None
) -> list[Spread]:
    """The pages of courses of one group in one period, in the queries of one page."""
    columns = _columns(user, courses, lesson)
    first, last = courses[0].period.first_day, courses[0].period.last_day
    if lesson and (found := columns[courses[0].pk]):
        first = last = found[0].date
    lines = _lines(courses, first, last)
    pages: Pages = {
        column.lesson: (column, lines[course])
        for course, own in columns.items()
        for column in own
    }
    if any(column.subgroup for column, _ in pages.values()):
        _read_parts(lines)
    if pages and any(lines.values()):
        _read_marks(pages, list(lines), lesson)
        _read_absences(pages, list(lines), lesson)
    today = timezone.localdate()
    return [
        Spread(
            one,
            columns[one.pk],
            sorted(lines[one.pk].values(), key=lambda line: line.place_in_list(today)),
        )
        for one in courses
    ]


@lru_cache(maxsize=200)
def _column_rows(like: Likeness, path: str) -> Prepared:
    def build(user, employee, key):
        asker = like.asker(user, employee)
        mine = rights_q(asker, Lesson.reach, "change_mark", "change_absence")
        return (
            Lesson.objects.visible_to(asker)
            .filter(**{path: key})
            .order_by("date", F("number").asc(nulls_last=True), "pk")
            .values_list(
                "course",
                "pk",
                "date",
                "number",
                "topic",
                "subgroup",
                "hours",
                "attendance_taken_at",
                "is_cancelled",
                said(mine),
                "subgroup__number",
                said(asking_q(asker, is_closed=True)),
            )
        )

    return Prepared(build, unused=("user", "employee"))


def _columns(
    user: User, courses: list[Course], lesson: int | None
) -> dict[int, list[Column]]:
    found: dict[int, list[Column]] = {one.pk: [] for one in courses}
    rows = _column_rows(likeness(user), "pk" if lesson else "course__in")(
        user=user.pk, employee=employee_key(user), key=lesson or list(found)
    )
    for course, *row in rows:
        flags = row[6] is not None, bool(row[7]), bool(row[8])
        one = Column(*row[:6], *flags, row[9], bool(row[10]))
        found[course].append(one)
    return found


@Prepared
def _span_rows(group, courses, first, last):
    """Spans in the group over the days, a row for each step off the common way."""
    own = FilteredRelation(
        "student__exemptions", condition=Q(student__exemptions__course__in=courses)
    )
    return (
        Membership.objects.filter(
            Q(end__isnull=True) | Q(end__gt=first), group=group, start__lte=last
        )
        .annotate(own=own)
        .order_by("start")
        .values_list(
            "student",
            "student__last_name",
            "student__first_name",
            "student__middle_name",
            "start",
            "end",
            "own__course",
            "own__kind",
            "own__mark",
            "own__start",
            "own__end",
        )
    )


def _lines(courses: list[Course], first: date, last: date) -> Lines:
    names: dict[int, str] = {}
    spans: dict[int, list] = defaultdict(list)
    steps: dict[tuple[int, int], list[Step]] = defaultdict(list)
    for (
        pk,
        last_name,
        first_name,
        middle,
        *span,
        course,
        kind,
        mark,
        start,
        end,
    ) in _span_rows(
        group=courses[0].group_id,
        courses=[one.pk for one in courses],
        first=first,
        last=last,
    ):
        names[pk] = full_name(last_name, first_name, middle)
        if tuple(span) not in spans[pk]:
            spans[pk].append(tuple(span))
        step = Step(kind, mark, start, end)
        if kind and step not in steps[course, pk]:
            steps[course, pk].append(step)
    return {
        one.pk: {
            pk: Line(pk, name, spans[pk], steps.get((one.pk, pk), []))
            for pk, name in names.items()
        }
        for one in courses
    }


@Prepared
def _part_rows(courses):
    rows = SubgroupMember.objects.filter(subgroup__course__in=courses)
    return rows.order_by().values_list(
        "subgroup__course", "student", "subgroup", "start", "end"
    )


def _read_parts(lines: Lines) -> None:
    for course, student, part, *span in _part_rows(courses=list(lines)):
        if student in lines[course]:
            own = lines[course][student].parts
            own.setdefault(part, []).append(tuple(span))


def _of_page(rows: Callable) -> Callable:
    """Readers of courses' pages and of one lesson: `rows(path to the lesson)`."""
    by_course = Prepared(lambda key: rows({"course__in": key}))
    by_lesson = Prepared(lambda key: rows({"pk": key}))
    return lambda courses, lesson: (
        by_lesson(key=lesson) if lesson else by_course(key=courses)
    )


@_of_page
def _work_rows(of: dict):
    """Works of the lessons and the marks for them, works without a mark too."""
    rows = Task.objects.filter(**{f"lesson__{name}": key for name, key in of.items()})
    return rows.order_by().values_list(
        "lesson",
        "number",
        "kind__weight",
        "kind__code",
        "is_required",
        "marks__student",
        "marks__value",
    )


@_of_page
def _absence_rows(of: dict):
    """Absences, and as rows without a reason works made up: their number for hours."""
    of = {f"lesson__{name}": key for name, key in of.items()}
    rows = Absence.objects.filter(**of).order_by()
    made_up = Makeup.objects.filter(task__isnull=False, **of).order_by()
    return rows.values_list("lesson", "student", "reason", "hours", "minutes").union(
        made_up.values_list("lesson", "student", Value(""), "task__number", NO_MINUTES),
        all=True,
    )


def _read_marks(pages: Pages, courses: list[int], lesson: int | None) -> None:
    for place, number, weight, code, required, student, value in _work_rows(
        courses, lesson
    ):
        if place not in pages:
            continue
        column, lines = pages[place]
        column.weights[number] = weight
        column.kinds[number] = code
        if required:
            column.required.add(number)
        if student in lines:
            lines[student].marks.setdefault(place, {})[number] = value


def _read_absences(pages: Pages, courses: list[int], lesson: int | None) -> None:
    for place, student, *amount in _absence_rows(courses, lesson):
        if place not in pages or student not in pages[place][1]:
            continue
        column, lines = pages[place]
        reason, hours, _ = amount
        if not reason:
            lines[student].made_up.setdefault(place, set()).add(hours)
        else:
            value = absence_value(*amount, column.hours)
            lines[student].absences[place] = Away(value, hours)
