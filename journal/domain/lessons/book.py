"""What a batch of changes touches, read once under the lock."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import (
    Case,
    Exists,
    FilteredRelation,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from journal.models import (
    Absence,
    AbsenceReason,
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
from journal.models.reach import rights_q

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


@dataclass
class Book:
    """The rows that a batch of changes touches, and those to be written."""

    user: User
    reason: str
    today: object
    rules: Institution
    lessons: dict[int, Lesson] = field(default_factory=dict)
    roster: dict[tuple[int, int], list] = field(default_factory=dict)
    parts: dict[tuple[int, int], list] = field(default_factory=dict)
    reasons: dict[str, AbsenceReason] = field(default_factory=dict)
    tasks: dict[tuple[int, int], Task] = field(default_factory=dict)
    marks: dict[tuple[int, int, int], Mark] = field(default_factory=dict)
    absences: dict[tuple[int, int], Absence] = field(default_factory=dict)
    created: list = field(default_factory=list)
    updated: list = field(default_factory=list)
    deleted: list = field(default_factory=list)
    new_tasks: list[Task] = field(default_factory=list)
    taken: list[Lesson] = field(default_factory=list)


def _lock(lessons: list[int]) -> None:
    """Hold the periods against closing and the lessons against another writer.

    SQLite has one writer at a time by its IMMEDIATE transactions.
    """
    if connection.vendor != "postgresql" or not lessons:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lesson.id FROM journal_lesson lesson"
            " JOIN journal_course course ON course.id = lesson.course_id"
            " JOIN journal_period period ON period.id = course.period_id"
            " WHERE lesson.id = ANY(%s) ORDER BY lesson.id"
            " FOR NO KEY UPDATE OF lesson FOR SHARE OF period",
            [lessons],
        )


def open_book(user: User, changes: list[Change], reason: str) -> Book:
    ids = sorted({change.lesson for change in changes})
    students = sorted({change.student for change in changes if change.student})
    _lock(ids)
    book = Book(user, reason, timezone.localdate(), Institution.current())
    book.lessons = {lesson.pk: lesson for lesson in lessons_to_write(user, ids)}
    ids = list(book.lessons)
    if not ids or not students:
        return book
    _read_roster(book, students)
    fields = {change.field for change in changes}
    if ABSENCE in fields:
        book.reasons = {reason.pk: reason for reason in AbsenceReason.objects.all()}
    if fields - {ABSENCE, TAKEN}:
        _read_marks(book, ids, students)
    absences = Absence.objects.filter(lesson__in=ids, student__in=students)
    for absence in absences.select_related("reason"):
        book.absences[absence.lesson_id, absence.student_id] = absence
    return book


def lessons_to_write(user: User, ids: list[int]):
    """The visible ones of these lessons, each with `may_mark`, `may_note` (absences),
    `is_closed`, its course and group, and the kind of work that a new task begins
    with: the first of the institution's list, an answer in the lesson."""

    def may(codename):
        condition = rights_q(user, Lesson.reach, codename)
        return Case(When(condition, then=Value(True)), default=Value(False))

    closed = PeriodClosing.objects.filter(
        Q(reopened_until__isnull=True) | Q(reopened_until__lt=timezone.now()),
        period=OuterRef("course__period"),
        aspect=PeriodClosing.Aspect.MARKS,
    )
    lessons = Lesson.objects.visible_to(user).filter(pk__in=ids)
    return lessons.select_related("course__group").annotate(
        may_mark=may("change_mark"),
        may_note=may("change_absence"),
        is_closed=Exists(closed),
        default_kind=Subquery(WorkKind.objects.values("pk")[:1]),
    )


def _read_roster(book: Book, students: list[int]) -> None:
    groups = {lesson.course.group_id for lesson in book.lessons.values()}
    spans = Membership.objects.filter(group__in=groups, student__in=students)
    for span in spans.select_related("student").order_by("start"):
        book.roster.setdefault((span.group_id, span.student_id), []).append(span)
    parts = {lesson.subgroup_id for lesson in book.lessons.values()} - {None}
    if parts:
        members = SubgroupMember.objects.filter(
            subgroup__in=parts, student__in=students
        )
        for span in members.order_by("start"):
            book.parts.setdefault((span.subgroup_id, span.student_id), []).append(span)


def _read_marks(book: Book, lessons: list[int], students: list[int]) -> None:
    rows = Task.objects.filter(lesson__in=lessons).annotate(
        own=FilteredRelation("marks", condition=Q(marks__student__in=students))
    )
    for pk, lesson, number, mark, student, value in rows.order_by("pk").values_list(
        "pk", "lesson", "number", "own__pk", "own__student", "own__value"
    ):
        book.tasks[lesson, number] = Task(pk=pk, lesson_id=lesson, number=number)
        if mark:
            book.marks[lesson, number, student] = Mark(
                pk=mark, task_id=pk, student_id=student, value=value
            )
