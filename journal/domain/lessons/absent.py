"""Who is absent: today for the administration, of late for curators and parents (F13)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Q, Sum

from journal.domain.curriculum.trajectory import absence_is_off
from journal.models import Absence, Guardianship, Student, User
from journal.models.people.persons import full_name
from journal.models.sqlite import russian_key

OF_LATE = timedelta(days=7)
UNEXCUSED = Q(reason__counts_as_absence=True, reason__is_excused=False)


@dataclass
class AbsentStudent:
    """A student noted absent on a day; `lessons` are (number, what it is, reason)."""

    pk: int
    name: str
    group: str
    group_key: int
    hours: int = 0
    is_unexplained: bool = False
    lessons: list[tuple[int | None, str, str]] = field(default_factory=list)
    phone: str = ""
    family: list[tuple[str, str]] = field(default_factory=list)


def absent_on(user: User, day: date, group: int | None = None) -> list[AbsentStudent]:
    """Those noted absent on `day` as `user` sees it, by group and name (S 5.6, M 2).

    With the phones that the person may see, of the student and of representatives in
    force. Three queries.
    """
    rows = _noted(user, day)
    if group:
        rows = rows.filter(lesson__course__group=group)
    found: dict[int, AbsentStudent] = {}
    for pk, name, group_key, hours, excused, *names in rows.order_by(
        F("lesson__number").asc(nulls_last=True), "pk"
    ).values_list(
        "student",
        "lesson__course__group__name",
        "lesson__course__group",
        "hours",
        "reason__is_excused",
        "lesson__number",
        "lesson__course__discipline__name",
        "reason__name",
        "student__last_name",
        "student__first_name",
        "student__middle_name",
    ):
        one = found.get(pk)
        if one is None:
            full = full_name(*names[3:])
            one = found[pk] = AbsentStudent(pk, full, name, group_key)
        one.hours += hours
        one.is_unexplained |= not excused
        one.lessons.append(tuple(names[:3]))
    if found:
        _read_contacts(user, found)
    return sorted(
        found.values(), key=lambda one: (russian_key(one.group), russian_key(one.name))
    )


def count_absent(user: User, day: date) -> tuple[int, int]:
    """(students noted absent on `day`, those of them without a reason); one query."""
    counts = _noted(user, day).aggregate(
        all=Count("student", distinct=True),
        bad=Count("student", distinct=True, filter=UNEXCUSED),
    )
    return counts["all"], counts["bad"]


def unexplained_of_late(groups: list[int], today: date) -> dict[int, tuple[int, int]]:
    """Group → (students, academic hours) without a reason in the last seven days."""
    rows = (
        Absence.objects.filter(
            UNEXCUSED,
            ~absence_is_off(),
            lesson__course__group__in=groups,
            lesson__date__gt=today - OF_LATE,
            lesson__date__lte=today,
        )
        .order_by()
        .values("lesson__course__group")
        .annotate(who=Count("student", distinct=True), missed=Sum("hours"))
    )
    return {
        group: (who, hours)
        for group, who, hours in rows.values_list(
            "lesson__course__group", "who", "missed"
        )
    }


def _noted(user: User, day: date):
    return Absence.objects.visible_to(user).filter(
        ~absence_is_off(), lesson__date=day, reason__counts_as_absence=True
    )


def _read_contacts(user: User, found: dict[int, AbsentStudent]) -> None:
    students = Student.objects.visible_to(user).filter(pk__in=list(found))
    for pk, phone in students.values_list("pk", "phone"):
        found[pk].phone = phone
    labels = dict(Guardianship.Relation.choices)
    ties = Guardianship.objects.visible_to(user).in_force()
    family = defaultdict(list)
    for pk, relation, last, first, middle, phone in (
        ties.filter(student__in=list(found))
        .order_by("relation", "pk")
        .values_list(
            "student",
            "relation",
            "guardian__last_name",
            "guardian__first_name",
            "guardian__middle_name",
            "guardian__phone",
        )
    ):
        name = " ".join(filter(None, (first, middle or last)))
        family[pk].append((f"{labels.get(relation, relation)} {name}", phone))
    for pk, people in family.items():
        found[pk].family = people
