"""Works that are owed: required ones without a mark (F1, F5; E 3.5, E 6.3).

A required work is owed from its lesson's day on by everybody who sat in the group, and in
the subgroup, on that day and was on the common way; whoever was absent owes it too. A mark
of any value ends it, and so does a make-up of the work, which may also be waived.
"""

from datetime import date
from typing import Protocol

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from journal.domain.curriculum.trajectory import is_off
from journal.models import Makeup, Mark, Membership, SubgroupMember, Task

LESSON = "group__courses__lessons"
SIGN = "•"


class Asking(Protocol):
    """A lesson with the numbers of its required works."""

    lesson: int
    date: date
    is_cancelled: bool
    required: set[int]


class Owing(Protocol):
    """A student with marks and made-up works by lesson and number of the work."""

    marks: dict[int, dict[int, str]]
    made_up: dict[int, set[int]]

    def sits_in(self, column) -> bool: ...

    def tag(self, day: date) -> str: ...


def may_owe(line: Owing, column: Asking) -> bool:
    """Is the student asked for the required works of the lesson?"""
    return line.sits_in(column) and not line.tag(column.date)


def owed_numbers(line: Owing, column: Asking, today: date) -> list[int]:
    """The numbers of the works of one lesson that one student owes on `today`."""
    if not column.required or column.is_cancelled or column.date > today:
        return []
    if not may_owe(line, column):
        return []
    done = line.marks.get(column.lesson, {}).keys() | line.made_up.get(
        column.lesson, set()
    )
    return sorted(column.required - done)


def asked_works(
    until: date, tasks: QuerySet[Task] | None = None, **students
) -> QuerySet[Membership]:
    """Who is asked for which of the tasks: a row for each student and task.

    Rows are spans in groups with `task`, `lesson`, `course` (ids) and `day` of the
    lesson, `until` included; take what is needed by `values_list`. `students` are
    conditions on the span, such as `student=…` or `group__in=…`. Nothing is asked of
    rights: pass the tasks or groups that the reader sees. One query for the keys of
    `tasks`, one for the rows.
    """
    if tasks is not None:
        # Their keys first: led by a subquery PostgreSQL begins with everybody's spans.
        keys = list(tasks.order_by().values_list("pk", flat=True))
        students[f"{LESSON}__tasks__in"] = keys
    rows = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=F(f"{LESSON}__date")),
        start__lte=F(f"{LESSON}__date"),
        **{f"{LESSON}__is_cancelled": False, f"{LESSON}__date__lte": until},
        **students,
    ).annotate(
        task=F(f"{LESSON}__tasks"),
        lesson=F(LESSON),
        course=F("group__courses"),
        day=F(f"{LESSON}__date"),
        part=F(f"{LESSON}__subgroup"),
    )
    student, day = OuterRef("student"), OuterRef("day")
    return rows.filter(
        sits(OuterRef("part"), student, day),
        ~is_off(student, OuterRef("course"), day),
        task__isnull=False,
    ).order_by()


def owed_works(
    today: date, tasks: QuerySet[Task] | None = None, **students
) -> QuerySet[Membership]:
    """Who owes which required works: of `asked_works` those that nothing ended."""
    required = {f"{LESSON}__tasks__is_required": True}
    rows = asked_works(today, tasks, **required, **students)
    return rows.filter(undone(OuterRef("task"), OuterRef("student")))


def owed_by(student, today: date, **where) -> QuerySet[Task]:
    """The tasks that one student owes; `where` says of which lessons or courses.

    The lessons are to be of groups that the student sat in on their days.
    """
    day = OuterRef("lesson__date")
    return Task.objects.filter(
        sits(OuterRef("lesson__subgroup"), student, day, "lesson__subgroup"),
        undone(OuterRef("pk"), student),
        ~is_off(student, OuterRef("lesson__course"), day),
        is_required=True,
        lesson__is_cancelled=False,
        lesson__date__lte=today,
        **where,
    )


def sits(part, student, day, name: str = "part") -> Q:
    """The condition: the lesson is of the whole group, or of the student's part of it."""
    members = SubgroupMember.objects.filter(
        Q(end__isnull=True) | Q(end__gt=day),
        subgroup=part,
        student=student,
        start__lte=day,
    )
    return Q(**{f"{name}__isnull": True}) | Q(Exists(members))


def undone(task, student) -> Q:
    """The condition: neither a mark nor a make-up ends the work."""
    own = {"task": task, "student": student}
    return ~Q(Exists(Mark.objects.filter(**own))) & ~Q(
        Exists(Makeup.objects.filter(**own))
    )
