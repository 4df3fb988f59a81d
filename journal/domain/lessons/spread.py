"""Reading a page of the journal: students × dates, in as few queries as there are facts."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from journal.models import (
    Absence,
    Course,
    Exemption,
    Lesson,
    Membership,
    SubgroupMember,
    Task,
    User,
)
from journal.models.reach import rights_q
from journal.models.sqlite import russian_key

LATE = "о"
NUMERIC = {"5": 5, "4": 4, "3": 3, "2": 2}


@dataclass
class Column:
    """One lesson of the spread; `weights` and `kinds` of its works by number."""

    lesson: int
    date: date
    number: int | None
    topic: str
    teacher: int
    subgroup: int | None
    hours: int
    is_taken: bool
    is_cancelled: bool
    is_editable: bool
    weights: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)


@dataclass
class Line:
    """One student of the spread: the days in the group, and what stands by lesson."""

    student: int
    name: str
    spans: list[tuple[date, date | None]]
    is_exempt: bool = False
    parts: dict[int, list[tuple[date, date | None]]] = field(default_factory=dict)
    marks: dict[int, dict[int, str]] = field(default_factory=dict)
    absences: dict[int, str] = field(default_factory=dict)

    def place_in_list(self, today: date) -> tuple:
        """Those who left stand last; the rest by name, Ё after Е."""
        end = self.spans[-1][1]
        return end is not None and end <= today, russian_key(self.name)

    def sits_in(self, column: Column) -> bool:
        """Is the student in the group, and in the subgroup, on the lesson's day?"""
        return _covers(self.spans, column.date) and (
            column.subgroup is None
            or _covers(self.parts.get(column.subgroup, ()), column.date)
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
    def _has_parts(self) -> bool:
        return any(column.subgroup for column in self.columns)

    def is_always_there(self, line: Line) -> bool:
        """Did the student sit in the group over all of the columns' days?"""
        if self._has_parts or len(line.spans) != 1 or not self.columns:
            return False
        start, end = line.spans[0]
        last = self.columns[-1].date
        return start <= self.columns[0].date and (end is None or last < end)

    def average(self, line: Line) -> float | None:
        """Σ mark·weight / Σ weight over numeric marks (domain §2.0); None without any."""
        total = weights = 0
        for lesson, marks in line.marks.items():
            own = self.columns[self.places[lesson]].weights
            for number, value in marks.items():
                if value in NUMERIC:
                    weight = own[number]
                    total += NUMERIC[value] * weight
                    weights += weight
        return total / weights if weights else None

    def missed(self, line: Line) -> int:
        """Academic hours missed; late is no absence."""
        return sum(
            self.columns[self.places[lesson]].hours
            for lesson, reason in line.absences.items()
            if reason != LATE
        )


def _covers(spans, day: date) -> bool:
    return any(start <= day and (end is None or day < end) for start, end in spans)


def read_spread(user: User, course: Course, lesson: int | None = None) -> Spread:
    """The page of a course as `user` sees it; of one lesson where `lesson` is given.

    Whoever sat in the group on some day of the period has a line, whoever left too.
    Five queries, six where the course has subgroups.
    """
    columns = _columns(user, course, lesson)
    if lesson and columns:
        day = next(iter(columns.values())).date
        lines = _lines(course, day, day)
    else:
        lines = _lines(course, course.period.first_day, course.period.last_day)
    if any(column.subgroup for column in columns.values()):
        _read_parts(course, lines)
    if columns and lines:
        _read_marks(columns, lines, course, lesson)
        _read_absences(columns, lines, course, lesson)
    today = timezone.localdate()
    found = sorted(lines.values(), key=lambda line: line.place_in_list(today))
    return Spread(course, list(columns.values()), found)


def _columns(user: User, course: Course, lesson: int | None) -> dict[int, Column]:
    right = rights_q(user, Lesson.reach, "change_mark")
    note = rights_q(user, Lesson.reach, "change_absence")
    rows = Lesson.objects.visible_to(user).filter(course=course)
    if lesson:
        rows = rows.filter(pk=lesson)
    rows = rows.annotate(
        mine=Case(When(right | note, then=Value(True)), default=Value(False))
    ).order_by("date", F("number").asc(nulls_last=True), "pk")
    return {
        row[0]: Column(
            lesson=row[0],
            date=row[1],
            number=row[2],
            topic=row[3],
            teacher=row[4],
            subgroup=row[5],
            hours=row[6],
            is_taken=row[7] is not None,
            is_cancelled=row[8],
            is_editable=row[9],
        )
        for row in rows.values_list(
            "pk",
            "date",
            "number",
            "topic",
            "teacher",
            "subgroup",
            "hours",
            "attendance_taken_at",
            "is_cancelled",
            "mine",
        )
    }


def _lines(course: Course, first: date, last: date) -> dict[int, Line]:
    exempt = Exemption.objects.filter(
        Q(end__isnull=True) | Q(end__gt=timezone.localdate()),
        course=course,
        student=OuterRef("student"),
        start__lte=timezone.localdate(),
    )
    spans = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=first), group=course.group_id, start__lte=last
    ).annotate(exempt=Exists(exempt))
    lines: dict[int, Line] = {}
    for pk, last_name, first_name, middle, start, end, free in spans.order_by(
        "start"
    ).values_list(
        "student",
        "student__last_name",
        "student__first_name",
        "student__middle_name",
        "start",
        "end",
        "exempt",
    ):
        if pk not in lines:
            name = f"{last_name} {first_name} {middle}".strip()
            lines[pk] = Line(pk, name, [], free)
        lines[pk].spans.append((start, end))
    return lines


def _read_parts(course: Course, lines: dict[int, Line]) -> None:
    rows = SubgroupMember.objects.filter(subgroup__course=course)
    for student, part, start, end in rows.values_list(
        "student", "subgroup", "start", "end"
    ):
        if student in lines:
            lines[student].parts.setdefault(part, []).append((start, end))


def _read_marks(columns, lines, course: Course, lesson: int | None) -> None:
    """Works of the lessons and the marks for them, works without a mark too."""
    rows = Task.objects.filter(
        **({"lesson": lesson} if lesson else {"lesson__course": course})
    )
    for place, number, weight, code, student, value in rows.order_by().values_list(
        "lesson",
        "number",
        "kind__weight",
        "kind__code",
        "marks__student",
        "marks__value",
    ):
        column = columns.get(place)
        if column is None:
            continue
        column.weights[number] = weight
        column.kinds[number] = code
        if student in lines:
            lines[student].marks.setdefault(place, {})[number] = value


def _read_absences(columns, lines, course: Course, lesson: int | None) -> None:
    rows = Absence.objects.filter(
        **({"lesson": lesson} if lesson else {"lesson__course": course})
    )
    for place, student, reason in rows.order_by().values_list(
        "lesson", "student", "reason"
    ):
        if student in lines and place in columns:
            lines[student].absences[place] = reason
