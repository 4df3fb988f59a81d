"""Lists that are due to the administrator: what is handed in, what is late (C2).

Each department hands in the lists of groups and of teachers by the day that the
institution sets (S 7.1: 5 September), and what changed in the week by every Friday of
the academic year (S 7.2). Where there are no departments, the institution hands in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from journal.models import (
    AcademicYear,
    Department,
    Institution,
    ListDelivery,
    User,
)
from journal.models.reach import grants
from journal.models.words import worded
from journal.roles import Anchor

Kind = ListDelivery.Kind
WEEK = timedelta(days=7)
FRIDAY = 5
WEEKS_SHOWN = 4


@dataclass(frozen=True)
class Due:
    """A list that a department hands in by a day, and how it stands."""

    kind: str
    department: Department | None
    due_on: date
    delivery: ListDelivery | None
    days_late: int

    @property
    def key(self) -> str:
        """What a form names the list by."""
        place = self.department.pk if self.department else 0
        return f"{self.kind}-{place}-{self.due_on:%Y-%m-%d}"

    @property
    def title(self) -> str:
        titles = {
            Kind.GROUPS: worded("Список групп"),
            Kind.TEACHERS: worded("Список преподавателей"),
            Kind.CHANGES: "Изменения за неделю",
        }
        return titles[self.kind]

    @property
    def is_late(self) -> bool:
        return self.delivery is None and self.days_late > 0


def day_of(words: str, year: int) -> date:
    """The day «05.09» of a year. Raises ValueError where there is none."""
    day, month = words.split(".")
    return date(year, int(month), int(day))


def departments_of(user: User, verb: str) -> QuerySet[Department]:
    """The departments whose lists this person sees (`view`) or hands in (`add`).

    A head has the own department; the secretary, deputies and the administrator all.
    """
    anchors = {
        grant.anchor
        for grant in grants(user)
        if f"{verb}_listdelivery" in grant.permissions
    }
    if not user.is_active:
        return Department.objects.none()
    if user.is_superuser or Anchor.ALL in anchors:
        return Department.objects.all()
    if Anchor.DEPARTMENT in anchors:
        return Department.objects.filter(head__user=user.pk)
    return Department.objects.none()


def hands_in_for_all(user: User, verb: str) -> bool:
    """Does the person answer for the institution as a whole?"""
    return user.is_superuser or any(
        grant.anchor == Anchor.ALL and f"{verb}_listdelivery" in grant.permissions
        for grant in grants(user)
    )


def due_lists(user: User, today: date, verb: str = "view") -> list[Due]:
    """What is due of the year of `today`: late first, then by day.

    The September lists; of the weekly changes the last four weeks, this one, and all
    that are late. Three queries.
    """
    year = AcademicYear.objects.on(today).order_by("-start").first()
    if year is None:
        return []
    departments: list[Department | None] = list(departments_of(user, verb))
    if not departments and hands_in_for_all(user, verb):
        departments = [None]
    rows = ListDelivery.objects.filter(
        due_on__gte=year.start - 2 * WEEK, due_on__lte=today + WEEK
    ).select_related("by__employee")
    handed_in = {(row.kind, row.department_id, row.due_on): row for row in rows}
    found = []
    for kind, due_on in _days(year, today):
        for department in departments:
            place = department.pk if department else None
            delivery = handed_in.get((kind, place, due_on))
            until = delivery.handed_in_on if delivery else today
            due = Due(kind, department, due_on, delivery, max((until - due_on).days, 0))
            if due.is_late or kind != Kind.CHANGES or _is_recent(due_on, today):
                found.append(due)
    return sorted(found, key=lambda due: (not due.is_late, due.due_on))


def _days(year: AcademicYear, today: date) -> list[tuple[str, date]]:
    """(kind, day) of all that fell due in the year, and this week's changes."""
    try:
        first = day_of(Institution.current().lists_due, year.start.year)
    except ValueError:
        first = date(year.start.year, 9, 5)
    days = [(Kind.GROUPS, first), (Kind.TEACHERS, first)]
    friday = year.start + timedelta(days=(FRIDAY - year.start.isoweekday()) % 7)
    this = today + timedelta(days=(FRIDAY - today.isoweekday()) % 7)
    while friday <= this and (year.end is None or friday < year.end):
        days.append((Kind.CHANGES, friday))
        friday += WEEK
    return days


def _is_recent(due_on: date, today: date) -> bool:
    return due_on > today - WEEKS_SHOWN * WEEK


@transaction.atomic
def hand_in(user: User, keys: Iterable[str], today: date, note: str = "") -> int:
    """«Сдано»: the lists named by `Due.key` are with the administrator since today.

    What is handed in already stays. Raises PermissionDenied for whoever hands in none,
    ValidationError for a list that is not due from this person; nothing is written then.
    """
    due = {one.key: one for one in due_lists(user, today, "add")}
    if not due and not user.has_perm("journal.add_listdelivery"):
        raise PermissionDenied
    keys = list(dict.fromkeys(keys))
    if not set(keys) <= due.keys():
        raise ValidationError("Этот список сдаёте не вы, или его срок ещё не настал.")
    fresh = [due[key] for key in keys if due[key].delivery is None]
    for one in fresh:
        row = ListDelivery(
            kind=one.kind,
            department=one.department,
            due_on=one.due_on,
            handed_in_on=today,
            by=user,
            note=note.strip(),
        )
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # somebody else handed it in meanwhile
            continue
    return len(fresh)


def count_late(user: User, today: date) -> int:
    """How many lists this person hands in are late."""
    if not user.has_perm("journal.add_listdelivery"):
        return 0
    return sum(one.is_late for one in due_lists(user, today, "add"))
