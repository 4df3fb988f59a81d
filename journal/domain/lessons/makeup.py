"""The make-up ledger: what is owed follows from the journal, rows close it (F5).

A missed lesson is owed by whoever was absent (those excused where `makeup_excused` says
so), a required work by whoever has no mark for it or failed. E 3.5, E 4.3, E 6.3.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from simple_history.utils import bulk_create_with_history

from journal.domain.curriculum.trajectory import absence_is_off, is_off
from journal.domain.lessons.owed import LESSON, owed_works
from journal.models import (
    Absence,
    AcademicYear,
    Institution,
    Lesson,
    Makeup,
    Mark,
    Scale,
    Task,
    User,
)
from journal.models.people.persons import full_name
from journal.models.reach import rights_q
from journal.models.sqlite import russian_key

FAILED = (Scale.TWO, Scale.FAIL)
MOST_CLOSED = 300
MINUTES_KEPT = 10
KEY = re.compile(r"([aw]):([0-9]{1,19}):([0-9]{1,19})")


@dataclass(frozen=True)
class Debt:
    """What one student owes: a missed lesson (`task` empty) or a work of a lesson.

    `value` is how it stands in the journal: a letter of absence, a failed mark, or
    nothing; `hours` are those missed. `due` is the last day to make it good.
    """

    student: int
    name: str
    group: str
    course: int
    lesson: int
    task: int | None
    day: date
    number: int | None
    discipline: str
    what: str
    value: str
    hours: int
    due: date

    @property
    def key(self) -> str:
        """How a form names it: «a:lesson:student», «w:task:student»."""
        kind, row = ("w", self.task) if self.task else ("a", self.lesson)
        return f"{kind}:{row}:{self.student}"


@dataclass(frozen=True)
class Scope:
    """Whose debts are asked for; without a `user` of one student of a family."""

    today: date
    user: User | None = None
    group: int | None = None
    course: int | None = None
    student: int | None = None

    def lessons(self, path: str, since: Subquery | date) -> Q:
        """The condition on rows whose lesson lies at `path`."""
        found = Q(
            **{
                f"{path}is_cancelled": False,
                f"{path}date__gte": since,
                f"{path}date__lte": self.today,
            }
        )
        if self.group:
            found &= Q(**{f"{path}course__group": self.group})
        if self.course:
            found &= Q(**{f"{path}course": self.course})
        return found

    def rights(self, model, verb: str = "view") -> Q:
        if self.user is None:
            return Q()
        return rights_q(self.user, model.reach, f"{verb}_makeup", on_duty=True)


def ledger_start(today: date) -> Subquery:
    """The first day of the academic year that goes on, or that began last."""
    years = AcademicYear.objects.filter(start__lte=today).order_by("-start")
    return Subquery(years.values("start")[:1])


def read_debts(scope: Scope) -> list[Debt]:
    """Everything owed, by group, student and day. Three queries."""
    rules = Institution.current()
    since = ledger_start(scope.today)
    found = [
        *_missed(scope, since, rules),
        *_failed(scope, since, rules),
        *_undone(scope, since, rules),
    ]
    return sorted(
        found,
        key=lambda one: (
            russian_key(one.group),
            russian_key(one.name),
            one.student,
            one.day,
            one.number or 0,
            one.task or 0,
        ),
    )


def missed_lessons(scope: Scope, since: Subquery | date, rules: Institution):
    """Absences that are to be made good and are not."""
    made = Makeup.objects.filter(
        lesson=OuterRef("lesson"), student=OuterRef("student"), task__isnull=True
    )
    rows = Absence.objects.filter(
        scope.rights(Absence),
        scope.lessons("lesson__", since),
        ~absence_is_off(),
        ~Exists(made),
        reason__counts_as_absence=True,
    )
    if not rules.makeup_excused:
        rows = rows.filter(reason__is_excused=False)
    return rows.filter(student=scope.student) if scope.student else rows


def owes_lesson(student: int, lesson: Lesson, today: date) -> bool:
    """Is the lesson one that the student missed and has not made good? Of any year."""
    rules, scope = Institution.current(), Scope(today, student=student)
    return missed_lessons(scope, lesson.date, rules).filter(lesson=lesson).exists()


def failed_works(scope: Scope, since: Subquery):
    """Failing marks for required works, not made good; a better mark takes one away."""
    made = Makeup.objects.filter(task=OuterRef("task"), student=OuterRef("student"))
    lesson = "task__lesson__"
    rows = Mark.objects.filter(
        scope.rights(Mark),
        scope.lessons(lesson, since),
        ~Exists(made),
        ~is_off(
            OuterRef("student"), OuterRef(f"{lesson}course"), OuterRef(f"{lesson}date")
        ),
        value__in=FAILED,
        task__is_required=True,
    )
    return rows.filter(student=scope.student) if scope.student else rows


def works_without_mark(scope: Scope, since: Subquery):
    """Rows of `owed_works` after the lesson's day: on the day itself it is still given."""
    before = Scope(
        scope.today - timedelta(days=1), scope.user, scope.group, scope.course
    )
    tasks = Task.objects.filter(
        scope.rights(Task), before.lessons("lesson__", since), is_required=True
    )
    whose = {"student": scope.student} if scope.student else {}
    return owed_works(scope.today, tasks, **whose)


NAMES = ("student__last_name", "student__first_name", "student__middle_name")


def _missed(scope, since, rules):
    rows = missed_lessons(scope, since, rules).order_by()
    for student, last, first, middle, *rest in rows.values_list(
        "student",
        *NAMES,
        "lesson__course__group__name",
        "lesson__course",
        "lesson",
        "lesson__date",
        "lesson__number",
        "lesson__course__discipline__name",
        "lesson__topic",
        "reason",
        "hours",
    ):
        group, course, lesson, day, number, discipline, topic, value, hours = rest
        name, due = (
            full_name(last, first, middle),
            day + timedelta(days=rules.makeup_days),
        )
        place = (group, course, lesson, None, day, number, discipline)
        yield Debt(student, name, *place, topic, value, hours, due)


def _failed(scope, since, rules):
    rows = failed_works(scope, since).order_by()
    for student, last, first, middle, *rest in rows.values_list(
        "student",
        *NAMES,
        *(f"task__lesson__{name}" for name in _PLACE),
        "task",
        "task__kind__name",
        "task__topic",
        "value",
    ):
        yield _work(student, full_name(last, first, middle), rest[:-1], rest[-1], rules)


def _undone(scope, since, rules):
    rows = works_without_mark(scope, since)
    work = f"{LESSON}__tasks"
    for student, last, first, middle, *rest in rows.values_list(
        "student",
        *NAMES,
        "group__name",
        "group__courses",
        "lesson",
        "day",
        f"{LESSON}__number",
        "group__courses__discipline__name",
        "task",
        f"{work}__kind__name",
        f"{work}__topic",
    ):
        yield _work(student, full_name(last, first, middle), rest, "", rules)


_PLACE = (
    *("course__group__name", "course", "pk"),
    *("date", "number", "course__discipline__name"),
)


def _work(student: int, name: str, rest, value: str, rules) -> Debt:
    group, course, lesson, day, number, discipline, task, kind, topic = rest
    what = f"{kind}: {topic}" if topic else kind
    due = day + timedelta(days=rules.makeup_days)
    place = (group, course, lesson, task, day, number, discipline)
    return Debt(student, name, *place, what, value, 0, due)


class Owing(NamedTuple):
    """What is owed of a course: `late` are debts whose day of make-up is past."""

    course: int
    name: str
    debts: int
    late: int
    students: int


class Waiting(NamedTuple):
    """The same of all courses, and of each: the one with the most late debts first."""

    debts: int
    late: int
    students: int
    courses: list[Owing]


def add_up(debts: list[Debt], today: date) -> Waiting:
    """How much the debts are together, and course by course."""
    of_course: dict[int, list[Debt]] = defaultdict(list)
    for debt in debts:
        of_course[debt.course].append(debt)
    courses = [
        Owing(course, f"{own[0].group}, {own[0].discipline}", *_sums(own, today))
        for course, own in of_course.items()
    ]
    courses.sort(key=lambda one: (-one.late, -one.debts, russian_key(one.name)))
    return Waiting(*_sums(debts, today), courses)


def _sums(debts: list[Debt], today: date) -> tuple[int, int, int]:
    late = sum(debt.due < today for debt in debts)
    return len(debts), late, len({debt.student for debt in debts})


def waiting(user: User, today: date) -> Waiting:
    """What waits in a person's ledger, as of some minutes ago.

    Every start page asks; reading the debts of a year anew each time would be most of
    what it costs. Closing some counts anew.
    """
    key = _kept_as(user, today)
    found = cache.get(key)
    if found is None:
        found = add_up(read_debts(Scope(today, user)), today)
        cache.set(key, found, MINUTES_KEPT * 60)
    return found


def _kept_as(user: User, today: date) -> str:
    return f"owing-{user.pk}-{today}"


# Closing


def closable(user: User, lessons: Iterable[int]) -> set[int]:
    """Those of these lessons whose debts the person may close; one query."""
    rows = Lesson.objects.filter(rights_q(user, Lesson.reach, "add_makeup"))
    return set(rows.filter(pk__in=set(lessons)).values_list("pk", flat=True))


def parse_key(key: str) -> tuple[str, int, int]:
    """(«a» or «w», lesson or task, student); ValueError for anything else."""
    found = KEY.fullmatch(key)
    if not found or not all(0 < int(number) < 2**63 for number in found.groups()[1:]):
        raise ValueError(f"{key[:40]!r}: ждём a:занятие:студент или w:работа:студент")
    return found[1], int(found[2]), int(found[3])


@dataclass(frozen=True)
class Closing:
    """How debts are closed: made good on a day with a result, or waived for a reason."""

    outcome: str
    day: date
    result: str = ""
    note: str = ""


@transaction.atomic
def close_debts(
    user: User, debts: Iterable[Debt], keys: set[str], how: Closing, today: date
) -> int:
    """Close those of `debts` that `keys` name; how many. A mark is never overwritten.

    `debts` are what the person sees now, so a second closing of the same finds nothing.
    PermissionDenied where one is not the person's to close, ValidationError for nonsense.
    """
    if len(keys) > MOST_CLOSED:
        raise ValidationError(f"За раз закрывают не больше {MOST_CLOSED} долгов.")
    if how.outcome not in dict(Makeup.OUTCOMES):
        raise ValidationError("Долг отработан или снят.")
    if how.result and how.result not in Scale.values:
        raise ValidationError(
            "Допустимые результаты: 5, 4, 3, 2, з (зачёт), х (незачёт)."
        )
    if how.outcome == Makeup.WAIVED and not how.note.strip():
        raise ValidationError("Напишите, почему отработка снята.")
    chosen = [debt for debt in debts if debt.key in keys]
    lessons = closable(user, (debt.lesson for debt in chosen))
    if any(debt.lesson not in lessons for debt in chosen):
        raise PermissionDenied
    if how.day > today or any(how.day < debt.day for debt in chosen):
        raise ValidationError(
            "Отработка — не раньше самого занятия и не позже сегодня."
        )
    employee = getattr(user, "employee", None)
    made = how.outcome == Makeup.MADE
    rows = [
        Makeup(
            lesson_id=debt.lesson,
            task_id=debt.task,
            student_id=debt.student,
            outcome=how.outcome,
            date=how.day,
            result=how.result if made else "",
            teacher=employee,
            note=how.note.strip(),
        )
        for debt in chosen
    ]
    if rows:
        bulk_create_with_history(rows, Makeup, default_user=user)
        cache.delete(_kept_as(user, today))
    return len(rows)


def closed_of(student: int, since: Subquery):
    """What a student made good, or was spared, of lessons since a day; the latest first."""
    return (
        Makeup.objects.filter(student=student, lesson__date__gte=since)
        .select_related("lesson__course__discipline", "task__kind")
        .order_by("-date", "-pk")
    )
