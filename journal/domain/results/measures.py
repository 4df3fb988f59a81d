"""Measures about debts, noted for many in one go (F9, M 5.1)."""

from collections.abc import Collection, Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from journal.domain.results.debts import read_debts
from journal.models import Course, DebtMeasure, Result, Student, User
from journal.models.reach import rights_q

MOST = 500
EARLY = "Срок ликвидации раньше даты меры."
AHEAD = "Дата меры — не позже сегодня: записывают то, что уже сделано."
NOTED = "Эта мера по отмеченным долгам уже записана."
Place = tuple[int, int]


def may_measure(user: User, places: Iterable[Place]) -> set[Place]:
    """Those of (student, course) about which `user` may note a measure. Two queries."""
    places = set(places)
    courses = Course.objects.filter(
        rights_q(user, Course.reach, "add_debtmeasure"),
        pk__in={course for _, course in places},
    )
    students = Student.objects.filter(
        rights_q(user, Student.reach, "add_debtmeasure"),
        pk__in={student for student, _ in places},
    )
    own_courses = set(courses.values_list("pk", flat=True))
    own_students = set(students.values_list("pk", flat=True))
    return {
        place for place in places if place[0] in own_students or place[1] in own_courses
    }


def check_days(day: date, due_on: date | None) -> None:
    """Refuse a measure of days to come, and a day of settling before the measure."""
    if day > timezone.localdate():
        raise ValidationError(AHEAD)
    if due_on and due_on < day:
        raise ValidationError(EARLY)


def check_measures(
    user: User, places: Collection[Place], day: date, due_on: date | None
) -> None:
    """Raise PermissionDenied where one of the places is not the person's to note.

    ValidationError for none, too many, days that `check_days` refuses, or a place where
    nothing is owed today.
    """
    if not places:
        raise ValidationError("Отметьте долги, по которым принята мера.")
    if len(places) > MOST:
        raise ValidationError(f"За раз — не больше {MOST} долгов.")
    check_days(day, due_on)
    if may_measure(user, places) != set(places):
        raise PermissionDenied
    students = {student for student, _ in places}
    debts = read_debts(Result.objects.all(), timezone.localdate(), students)
    if set(places) - {(one.student, one.course) for one in debts}:
        raise ValidationError("Такого долга нет или он уже сдан: обновите страницу.")


@transaction.atomic
def add_measures(
    user: User,
    places: Iterable[Place],
    kind: str,
    day: date,
    due_on: date | None = None,
    text: str = "",
) -> int:
    """Note one measure for each debt of `places`; how many. Raises as `check_measures`.

    A form sent twice notes nothing twice: ValidationError where all of it is there.
    """
    places = list(dict.fromkeys(places))
    check_measures(user, places, day, due_on)
    what = {"kind": kind, "date": day, "due_on": due_on, "text": text.strip()[:400]}
    students = sorted({student for student, _ in places})
    list(Student.objects.select_for_update(no_key=True).filter(pk__in=students))
    same = DebtMeasure.objects.filter(student__in=students, by=user, **what)
    noted = set(same.order_by().values_list("student", "course"))
    rows = [
        DebtMeasure(student_id=student, course_id=course, by=user, **what)
        for student, course in places
        if (student, course) not in noted
    ]
    if not rows:
        raise ValidationError(NOTED)
    bulk_create_with_history(rows, DebtMeasure, default_user=user)
    return len(rows)
