"""What a batch of changes touches, read once under the lock."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import (
    Exists,
    FilteredRelation,
    OuterRef,
    Q,
    Subquery,
)
from django.utils import timezone

from journal.domain.lessons.amounts import absence_value
from journal.domain.lessons.asking import asking_q, said
from journal.domain.lessons.presence import (
    Document,
    documents_of,
    excused_without_row,
    written_by_tick,
)
from journal.domain.spans import covers
from journal.models import (
    Absence,
    AbsenceReason,
    CorrectionRequest,
    Institution,
    Lesson,
    Mark,
    Membership,
    PeriodClosing,
    SubgroupMember,
    Task,
    User,
    WorkKind,
)
from journal.models.prepared import Prepared
from journal.models.reach import Likeness, employee_key, likeness, rights_q

ABSENCE = "absence"
TAKEN = "taken"
MOST_TASKS = 6


@dataclass(frozen=True)
class Change:
    """What a person wants one value to become, and what the person saw there.

    `field` is the number of a task ("1" … "6"), "absence", or "taken" (attendance of
    the whole lesson, with no student; values "1" and ""). An empty value is none.
    """

    lesson: int
    student: int | None
    field: str
    old: str
    new: str
    confirmed: bool = False


class Place(NamedTuple):
    """A lesson as the writer sees it: its rules, and what the person may do there."""

    pk: int
    date: date
    hours: int
    group: int
    group_name: str
    subgroup: int | None
    is_cancelled: bool
    is_taken: bool
    may_mark: bool
    may_note: bool
    is_closed: bool
    is_lesson_closed: bool
    may_ask: bool
    default_kind: int


class Span(NamedTuple):
    """Days in a group or subgroup, half-open; with the name where there is one."""

    start: date
    end: date | None
    name: str = ""

    def covers(self, day: date) -> bool:
        return covers(self.start, self.end, day)


class Reason(NamedTuple):
    """A letter of absence."""

    code: str
    name: str
    counts_as_absence: bool
    is_excused: bool = False


@dataclass
class Book:
    """The rows that a batch of changes touches, and those to be written."""

    user: User
    reason: str
    today: date
    rules: Institution
    lessons: dict[int, Place] = field(default_factory=dict)
    roster: dict[tuple[int, int], list[Span]] = field(default_factory=dict)
    parts: dict[tuple[int, int], list[Span]] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    tasks: dict[tuple[int, int], Task] = field(default_factory=dict)
    marks: dict[tuple[int, int, int], Mark] = field(default_factory=dict)
    absences: dict[tuple[int, int], Absence] = field(default_factory=dict)
    created: list = field(default_factory=list)
    updated: list = field(default_factory=list)
    deleted: list = field(default_factory=list)
    new_tasks: list[Task] = field(default_factory=list)
    taken: dict[int, bool] = field(default_factory=dict)
    # Cells of a closed period that a second person lets be corrected.
    allowed: set[tuple[int, int, str]] = field(default_factory=set)
    documents: dict[int, list[Document]] = field(default_factory=dict)
    missing: dict[int, dict[int, Document]] = field(default_factory=dict)
    ticked: dict[int, list[Absence]] = field(default_factory=dict)

    def value_of(self, absence: Absence | None) -> str:
        """An absence as its cell says it."""
        if absence is None:
            return ""
        whole = self.lessons[absence.lesson_id].hours
        return absence_value(absence.reason_id, absence.hours, absence.minutes, whole)

    def document(self, lesson: Place, student: int) -> Document | None:
        """The document that excuses the student on the lesson's day."""
        own = self.documents.get(student, ())
        return next((one for one in own if one.covers(lesson.date)), None)


def _lock(lessons: list[int]) -> None:
    """Hold the periods against closing and the lessons against another writer.

    SQLite has one writer at a time by its IMMEDIATE transactions. Until the transaction
    ends PostgreSQL keeps its plans: all that follows looks rows up by their keys, and
    planning the rights of a teacher anew costs three times as much as asking for them.
    """
    if connection.vendor != "postgresql" or not lessons:
        return
    # Not ANY of an array: of that the server knows too little to keep one plan.
    places = ", ".join(["%s"] * len(lessons))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lesson.id,"
            " set_config('plan_cache_mode', 'force_generic_plan', true)"
            " FROM journal_lesson lesson"
            " JOIN journal_course course ON course.id = lesson.course_id"
            " JOIN journal_period period ON period.id = course.period_id"
            f" WHERE lesson.id IN ({places}) ORDER BY lesson.id"
            " FOR NO KEY UPDATE OF lesson FOR SHARE OF period",
            lessons,
        )


def open_book(user: User, changes: list[Change], reason: str, right: str = "") -> Book:
    """Read what the changes are about, after locking it.

    At most six queries, eight where absences are among it, one more for a tick
    and one for a closed period.
    """
    ids = sorted({change.lesson for change in changes})
    students = sorted({change.student for change in changes if change.student})
    _lock(ids)
    book = Book(user, reason, timezone.localdate(), Institution.current())
    places = places_to_write(user, ids, book.rules, right)
    book.lessons = {place.pk: place for place in places}
    ids = list(book.lessons)
    closed = [one.pk for one in places if one.is_closed or one.may_ask]
    if closed:
        book.allowed = set(_allowed(lessons=closed))
    _read_ticks(book, changes)
    if not ids or not students:
        return book
    fields = {change.field for change in changes}
    if ABSENCE in fields:
        book.reasons = {code: Reason(code, *rest) for code, *rest in _reasons()}
        days = [place.date for place in book.lessons.values()]
        book.documents = documents_of(students, min(days), max(days))
    _read_roster(book, ids, students)
    if fields - {ABSENCE, TAKEN} or _forbids_marks(book.rules, fields):
        _read_marks(book, ids, students)
    return book


def _read_ticks(book: Book, changes: list[Change]) -> None:
    """For «Все присутствуют»: who is away by a document, or what it wrote of them."""
    ticks = [
        one for one in changes if one.field == TAKEN and one.lesson in book.lessons
    ]
    if on := [one.lesson for one in ticks if one.new]:
        book.missing = excused_without_row(on)
    if off := [one.lesson for one in ticks if not one.new]:
        for absence in written_by_tick(off):
            book.ticked.setdefault(absence.lesson_id, []).append(absence)


def _forbids_marks(rules: Institution, fields: set[str]) -> bool:
    """Does noting an absence ask whether there is a mark?"""
    return ABSENCE in fields and rules.mark_on_absent == Institution.MarkOnAbsent.REFUSE


def places_to_write(
    user: User, ids: list[int], rules: Institution | None = None, right: str = ""
) -> list[Place]:
    """The visible ones of these lessons, with what the person may do; one query."""
    if not ids:
        return []
    rows = _places(likeness(user, rules), right)(
        user=user.pk, employee=employee_key(user), lessons=ids
    )
    return [Place(*row) for row in rows]


@lru_cache(maxsize=200)
def _places(like: Likeness, right: str) -> Prepared:
    def build(user, employee, lessons):
        asker = like.asker(user, employee)

        def may(codename):
            return said(rights_q(asker, Lesson.reach, codename))

        def closed(aspect):
            rows = PeriodClosing.objects.in_force()
            return Exists(rows.filter(period=OuterRef("course__period"), aspect=aspect))

        return (
            Lesson.objects.visible_to(asker)
            .filter(pk__in=lessons)
            .order_by("pk")
            .values_list(
                "pk",
                "date",
                "hours",
                "course__group",
                "course__group__name",
                "subgroup",
                "is_cancelled",
                said(Q(attendance_taken_at__isnull=False)),
                may(right or "change_mark"),
                may(right or "change_absence"),
                closed(PeriodClosing.Aspect.MARKS),
                closed(PeriodClosing.Aspect.LESSONS),
                said(asking_q(asker, is_closed=False)),
                # The first of the institution's list, an answer in the lesson, is
                # what a work is until its teacher says otherwise.
                Subquery(WorkKind.objects.values("pk")[:1]),
            )
        )

    return Prepared(build, unused=("user", "employee"))


@Prepared
def _allowed(lessons):
    rows = CorrectionRequest.objects.filter(
        lesson__in=lessons, state=CorrectionRequest.State.APPROVED
    )
    return rows.order_by("pk").values_list("lesson", "student", "field")


@Prepared
def _spans(groups, students, lessons):
    """Spans in the groups, a row for each absence of the student in these lessons."""
    rows = Membership.objects.filter(group__in=groups, student__in=students).annotate(
        own=FilteredRelation(
            "student__absences", condition=Q(student__absences__lesson__in=lessons)
        )
    )
    return rows.order_by("start").values_list(
        "group",
        "student",
        "start",
        "end",
        "student__last_name",
        "student__first_name",
        "own__pk",
        "own__lesson",
        "own__reason",
        "own__hours",
        "own__minutes",
        "own__excuse",
        "own__reason__counts_as_absence",
    )


@Prepared
def _parts(parts, students):
    rows = SubgroupMember.objects.filter(subgroup__in=parts, student__in=students)
    return rows.order_by("start").values_list("subgroup", "student", "start", "end")


@Prepared
def _reasons():
    return AbsenceReason.objects.values_list(
        "code", "name", "counts_as_absence", "is_excused"
    )


@Prepared
def _tasks(lessons, students):
    rows = Task.objects.filter(lesson__in=lessons).annotate(
        own=FilteredRelation("marks", condition=Q(marks__student__in=students))
    )
    return rows.order_by("pk").values_list(
        "pk", "lesson", "number", "own__pk", "own__student", "own__value"
    )


def _read_roster(book: Book, lessons: list[int], students: list[int]) -> None:
    groups = sorted({place.group for place in book.lessons.values()})
    for group, student, start, end, last_name, first_name, *absence in _spans(
        groups=groups, students=students, lessons=lessons
    ):
        spans = book.roster.setdefault((group, student), [])
        span = Span(start, end, f"{last_name} {first_name}")
        if span not in spans:
            spans.append(span)
        pk, lesson, code, hours, minutes, excuse, counts = absence
        if pk:
            book.reasons.setdefault(code, Reason(code, "", counts))
            book.absences[lesson, student] = Absence(
                pk=pk,
                lesson_id=lesson,
                student_id=student,
                reason_id=code,
                hours=hours,
                minutes=minutes,
                excuse_id=excuse,
            )
    parts = sorted({place.subgroup for place in book.lessons.values()} - {None})
    if parts:
        for part, student, start, end in _parts(parts=parts, students=students):
            book.parts.setdefault((part, student), []).append(Span(start, end))


def _read_marks(book: Book, lessons: list[int], students: list[int]) -> None:
    for pk, lesson, number, mark, student, value in _tasks(
        lessons=lessons, students=students
    ):
        book.tasks[lesson, number] = Task(pk=pk, lesson_id=lesson, number=number)
        if mark:
            book.marks[lesson, number, student] = Mark(
                pk=mark, task_id=pk, student_id=student, value=value
            )
