"""Control works: are their results written in time (S 4, S 6.7; `control_days`).

Results of a work are in when everybody who was asked for it and was there has a mark; the
last of these marks, as first written, says when. They are due `control_days` after the
lesson, that day included. Whoever was absent owes the work and does not make it late.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from journal.domain.control.filling import NAMES, led_by, names_of, term_start
from journal.domain.lessons.owed import asked_works, undone
from journal.models import Absence, Institution, Mark, Task, User
from journal.models.reach.teaching import answering


@dataclass(frozen=True)
class ControlTask:
    """A control work with its due day; counts are of students who were there.

    `teacher` answers for it now; `led` names who gave the lesson, where another did.
    """

    task: int
    lesson: int
    date: date
    due: date
    group: str
    discipline: str
    teacher: int
    teacher_name: str
    led: str
    kind: str
    topic: str
    present: int
    marked: int
    finished: date | None

    @property
    def missing(self) -> int:
        return self.present - self.marked

    def late(self, today: date) -> int:
        """Days after the due day until the results were in, or until now; 0 in time."""
        return max(((self.finished or today) - self.due).days, 0)


def control_tasks(user: User, first: date, last: date) -> QuerySet[Task]:
    """Visible control works of lessons held on these days, both included."""
    return Task.objects.visible_to(user).filter(
        kind__is_control=True,
        lesson__is_cancelled=False,
        lesson__date__range=(first, last),
    )


def _present(until: date, tasks: QuerySet[Task]) -> QuerySet:
    """Rows of `asked_works` of students who were not absent."""
    absences = Absence.objects.filter(
        lesson=OuterRef("lesson"),
        student=OuterRef("student"),
        reason__counts_as_absence=True,
    )
    return asked_works(until, tasks).filter(~Exists(absences))


def _told(counts: dict[int, tuple]) -> list[ControlTask]:
    """The works with (present, marked, finished) by task, the oldest first."""
    days = timedelta(days=Institution.current().control_days)
    rows = Task.objects.filter(pk__in=list(counts)).select_related(
        "kind", "lesson__teacher", "lesson__course__group", "lesson__course__discipline"
    )
    rows = rows.order_by("lesson__date", "lesson__number", "pk")
    found = list(rows.annotate(answers=answering()))
    givers = {one.lesson.teacher_id: str(one.lesson.teacher) for one in found}
    names = names_of((one.answers for one in found), givers)
    return [
        ControlTask(
            task.pk,
            task.lesson_id,
            task.lesson.date,
            task.lesson.date + days,
            str(task.lesson.course.group),
            str(task.lesson.course.discipline),
            task.answers,
            names[task.answers],
            _led(task),
            str(task.kind),
            task.topic,
            *counts[task.pk],
        )
        for task in found
    ]


def _led(task: Task) -> str:
    teacher = task.lesson.teacher
    if teacher.pk == task.answers:
        return ""
    return led_by(teacher.sex, *(getattr(teacher, name) for name in NAMES))


def unmarked_works(user: User, today: date, **lessons) -> list[ControlTask]:
    """Control works of this term that still wait for marks, due or not; two queries.

    `lessons` are conditions on tasks, such as `lesson__in=…`.
    """
    tasks = control_tasks(user, term_start(today), today)
    return waiting_works(tasks.filter(**lessons), today)


def waiting_works(tasks: QuerySet[Task], until: date) -> list[ControlTask]:
    """Those of the control works until that day that wait for marks; two queries."""
    rows = _present(until, tasks).filter(undone(OuterRef("task"), OuterRef("student")))
    counts = rows.values("task").annotate(n=Count("pk")).values_list("task", "n")
    waiting = {task: (missing, 0, None) for task, missing in counts}
    return _told(waiting) if waiting else []


def overdue_works(user: User, today: date) -> list[ControlTask]:
    """Those of `unmarked_works` whose day is over."""
    return [one for one in unmarked_works(user, today) if one.due < today]


def measured_works(user: User, first: date, last: date) -> list[ControlTask]:
    """Control works of these days with when their results were in; three queries."""
    tasks = control_tasks(user, first, last)
    present = defaultdict(set)
    for task, student in _present(last, tasks).values_list("task", "student"):
        present[task].add(student)
    written = defaultdict(dict)
    past = Mark.history.filter(task__in=tasks.values("pk"), history_type="+")
    marks = Mark.objects.filter(task=OuterRef("task"), student=OuterRef("student"))
    rows = past.filter(Exists(marks)).values_list("task", "student")
    for task, student, at in rows.annotate(at=Min("history_date")).order_by():
        written[task][student] = timezone.localdate(at)
    counts = {}
    for task, students in present.items():
        days = [written[task][one] for one in students if one in written[task]]
        is_done = len(days) == len(students)
        counts[task] = (len(students), len(days), max(days) if is_done else None)
    return _told(counts) if counts else []
