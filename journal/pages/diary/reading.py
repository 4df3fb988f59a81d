"""Reading a week of the diary: lessons, cells, bells, days of the calendar."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import NamedTuple

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from journal.domain.lessons.owed import SIGN, owed_by
from journal.domain.results import Earned, Span, StudiedCourse, own_part, sat_in
from journal.domain.spans import covers
from journal.models import (
    Absence,
    Bell,
    CalendarDay,
    ControlWork,
    Course,
    Employee,
    Homework,
    Lesson,
    LessonKind,
    Mark,
    Period,
    Room,
    Subgroup,
    Submission,
)
from journal.models.prepared import Prepared

LATE, EXCUSED, UNEXCUSED = range(3)


class Cell(NamedTuple):
    """A mark (`number` of its task from 1 on) or an absence (`number` 0) of a lesson.

    The value of a work that is owed is `SIGN`.

    Of an absence `kind` is the reason in words, `weight` one of LATE, EXCUSED, UNEXCUSED;
    `hours` are academic hours missed, of a lateness minutes.
    """

    lesson: int
    number: int
    value: str
    kind: str
    weight: int
    hours: int
    topic: str


class WeekLesson(NamedTuple):
    """A lesson as a family sees it; `due` is the homework set the time before.

    `assignment` is the homework with files or a term, `work` the state of the own work:
    "due" while nothing was handed in, None where nothing is collected.
    """

    pk: int
    date: date
    number: int | None
    hours: int
    topic: str
    homework: str
    links: str
    is_cancelled: bool
    cancel_reason: str
    group: int
    teacher: int
    planned_teacher: int
    discipline: str
    room: str | None
    kind: str | None
    part: int | None
    teacher_names: str
    due: str | None
    planned_date: date | None
    planned_number: int | None
    planned_room: str | None
    planned_discipline: str | None
    planned_names: str
    control: str | None
    assignment: int | None = None
    work: str | None = None

    @property
    def teacher_name(self) -> str:
        """«Иванова А. П.»"""
        return _short(self.teacher_names)

    @property
    def planned_teacher_name(self) -> str:
        return _short(self.planned_names)


def _short(names: str) -> str:
    last, *others = names.split("|")
    return "\N{NO-BREAK SPACE}".join([last, *(f"{one[0]}." for one in others if one)])


@dataclass
class WeekDay:
    date: date
    lessons: list[WeekLesson] = field(default_factory=list)
    bells: dict[int, tuple[time, time]] = field(default_factory=dict)
    note: str = ""
    is_holiday: bool = False


def _named(model, key: str, column):
    """One name by its key: a subquery, since PostgreSQL plans a dozen joins for 9 ms."""
    rows = model.objects.filter(pk=OuterRef(key)).order_by()
    return Subquery(rows.annotate(shown=column).values("shown"))


def _before(student):
    """The homework set in the lesson of the same course before this one."""
    earlier = Q(date__lt=OuterRef("date")) | Q(
        date=OuterRef("date"), number__lt=OuterRef("number")
    )
    lessons = Lesson.objects.held().filter(
        earlier,
        own_part(student),
        course=OuterRef("course"),
        date__lte=OuterRef("date"),  # the part of `earlier` that an index can answer
    )
    return Subquery(lessons.order_by("-date", "-number").values("homework")[:1])


def _control():
    """The control work that the schedule has for the course on the lesson's day."""
    works = ControlWork.objects.filter(course=OuterRef("course"), date=OuterRef("date"))
    return Subquery(works.order_by().values("name")[:1])


def _assigned():
    return Homework.objects.filter(lesson=OuterRef("pk")).order_by()


def _own_work(student):
    """The state of the student's work for a homework that is collected."""
    works = Submission.objects.filter(homework=OuterRef("pk"), student=student)
    state = Coalesce(Subquery(works.order_by().values("state")), Value("due"))
    return _assigned().filter(is_collected=True).annotate(shown=state)


@Prepared
def _read_lessons(student, groups, first, last):
    bar = Value("|")
    names = Concat("last_name", bar, "first_name", bar, "middle_name")
    return (
        Lesson.objects.filter(
            own_part(student), course__group__in=groups, date__range=(first, last)
        )
        .annotate(
            room_number=_named(Room, "room", F("number")),
            kind_name=_named(LessonKind, "kind", F("name")),
            part=_named(Subgroup, "subgroup", F("number")),
            teacher_names=_named(Employee, "teacher", names),
            due=_before(student),
            planned_room_number=_named(Room, "planned_room", F("number")),
            planned_discipline=_named(Course, "planned_course", F("discipline__name")),
            planned_names=_named(Employee, "planned_teacher", names),
            control=_control(),
            assigned=Subquery(_assigned().values("pk")),
            work=Subquery(_own_work(student).values("shown")),
        )
        .order_by("date", F("number").asc(nulls_last=True), "pk")
        .values_list(
            "pk",
            "date",
            "number",
            "hours",
            "topic",
            "homework",
            "links",
            "is_cancelled",
            "cancel_reason",
            "course__group",
            "teacher",
            "planned_teacher",
            "course__discipline__name",
            "room_number",
            "kind_name",
            "part",
            "teacher_names",
            "due",
            "planned_date",
            "planned_number",
            "planned_room_number",
            "planned_discipline",
            "planned_names",
            "control",
            "assigned",
            "work",
        )
    )


@Prepared
def _read_cells(student, lessons, today, since):
    marks = Mark.objects.filter(student=student, task__lesson__in=lessons)
    of_late = Q(
        lesson__date__gte=since,
        reason__counts_as_absence=True,
        reason__is_excused=False,
    )
    absences = Absence.objects.filter(Q(lesson__in=lessons) | of_late, student=student)
    sort = Case(
        When(reason__counts_as_absence=False, then=LATE),
        When(reason__is_excused=True, then=EXCUSED),
        default=UNEXCUSED,
    )
    return (
        marks.order_by()
        .values_list(
            "task__lesson",
            "task__number",
            "value",
            "task__kind__name",
            "task__kind__weight",
            Value(0),
            "task__topic",
        )
        .union(
            absences.order_by().values_list(
                "lesson",
                Value(0),
                "reason",
                "reason__name",
                sort,
                Coalesce("minutes", "hours"),
                Value(""),
            ),
            owed_by(student, today, lesson__in=lessons)
            .order_by()
            .values_list(
                "lesson",
                "number",
                Value(SIGN),
                "kind__name",
                "kind__weight",
                Value(0),
                "topic",
            ),
            all=True,
        )
    )


@Prepared
def _read_works(student, courses, today):
    names = ("lesson__course", "lesson__date", "lesson__number", "number")
    what = ("kind__name", "kind__weight", "topic")
    marks = Mark.objects.filter(student=student, task__lesson__course__in=courses)
    own = [f"task__{name}" for name in (*names, *what)]
    owed = owed_by(student, today, lesson__course__in=courses).order_by()
    return (
        marks.order_by()
        .values_list(*own[:4], "value", *own[4:])
        .union(owed.values_list(*names, Value(SIGN), *what), all=True)
    )


@Prepared
def _read_bells(first, last):
    return (
        Bell.objects.filter(
            Q(schedule__end__isnull=True) | Q(schedule__end__gt=first),
            schedule__start__lte=last,
        )
        .order_by("-schedule__start", "-schedule", "number")
        .values_list(
            "schedule",
            "schedule__start",
            "schedule__end",
            "schedule__is_short",
            "number",
            "starts_at",
            "ends_at",
        )
    )


@Prepared
def _read_special_days(first, last):
    return CalendarDay.objects.filter(date__range=(first, last)).values_list(
        "date", "kind", "note"
    )


def read_week(student: int, spans: list[Span], monday: date) -> list[WeekDay]:
    """Monday to Sunday with the lessons of the student's group and subgroup of each day.

    At most three queries: the calendar, the lessons, the bells.
    """
    sunday = monday + timedelta(days=6)
    days = [WeekDay(monday + timedelta(days=place)) for place in range(7)]
    kinds = {}
    for day, kind, note in _read_special_days(first=monday, last=sunday):
        kinds[day] = kind
        days[day.weekday()].note = note
        days[day.weekday()].is_holiday = kind == CalendarDay.Kind.HOLIDAY
    groups = sorted({span.group for span in spans if span.meets(monday, sunday)})
    if not groups:
        return days
    for row in _read_lessons(student=student, groups=groups, first=monday, last=sunday):
        lesson = WeekLesson(*row)
        if sat_in(spans, lesson.group, lesson.date):
            days[lesson.date.weekday()].lessons.append(lesson)
    if any(day.lessons for day in days):
        bells = bells_between(monday, sunday, kinds)
        for day in days:
            day.bells = bells[day.date]
    return days


def bells_between(
    first: date, last: date, kinds: dict[date, str]
) -> dict[date, dict[int, tuple[time, time]]]:
    """What `bells_on` says of each day, for a span of days in one query.

    `kinds` are the kinds of the special days among them.
    """
    schedules: dict[int, tuple] = {}
    bells = defaultdict(dict)
    for pk, start, end, is_short, number, *times in _read_bells(first=first, last=last):
        schedules[pk] = (start, end, is_short)
        bells[pk][number] = tuple(times)
    found = {}
    for place in range((last - first).days + 1):
        day = first + timedelta(days=place)
        in_force = [
            (is_short, pk)
            for pk, (start, end, is_short) in schedules.items()
            if covers(start, end, day)
        ]
        usual = [pk for is_short, pk in in_force if not is_short]
        short = [pk for is_short, pk in in_force if is_short]
        if kinds.get(day) == CalendarDay.Kind.SHORT:
            usual = short or usual
        found[day] = bells[usual[0]] if usual else {}
    return found


def read_cells(
    student: int, lessons: list[int], since: date = date.max
) -> dict[int, list[Cell]]:
    """Lesson → the absence first, then marks and owed works by number. One query.

    Besides the lessons asked for, those from `since` on that were missed without a reason.
    """
    found: dict[int, list[Cell]] = defaultdict(list)
    if lessons:
        today = timezone.localdate()
        rows = _read_cells(student=student, lessons=lessons, today=today, since=since)
        for row in sorted(rows):
            found[row[0]].append(Cell(*row))
    return found


def read_works(
    student: int, courses: list[StudiedCourse], spans: list[Span]
) -> list[Earned]:
    """Marks and owed works (their value is `SIGN`) of the courses, by day. One query."""
    today, groups = timezone.localdate(), {one.pk: one.group for one in courses}
    rows = _read_works(student=student, courses=list(groups), today=today)
    found = []
    for course, day, number, place, value, *what in rows:
        # A lesson of a group that was left by then is asked of nobody.
        if value != SIGN or sat_in(spans, groups[course], day):
            at = (day, number is None, number or 0, place)
            found.append((at, Earned(course, day, value, *what)))
    return [one for _, one in sorted(found)]


def is_term_time(first: date, last: date) -> bool:
    """Does some period hold on these days?"""
    return Period.objects.filter(first_day__lte=last, last_day__gte=first).exists()
