"""Who signs in and who never has, and slips with codes for many at once.

The curator gives them to the own group (U 4.6, S 5.7), the dispatcher and the
administrator to any (K 4.2.6), the administrator to staff (E 3.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from journal.domain.contingent import roster
from journal.domain.people.accounts import (
    FAMILY_ROLE,
    RIGHT,
    open_account,
    reached,
    serving,
)
from journal.domain.people.codes import CODE_DAYS, issue_code
from journal.models import (
    AccessCode,
    Employee,
    Group,
    Guardian,
    Guardianship,
    Person,
    Role,
    Student,
    User,
)
from journal.roles import FAMILIES


@dataclass
class Holder:
    """A person in a list of sign-ins: the account, the last visit, the last code.

    `wards` are the students of the list whom a representative stands for; `may` says
    whether the sign-in is the asker's to hand out.
    """

    person: Person
    wards: list[Student] = field(default_factory=list)
    code: AccessCode | None = None
    may: bool = False

    @property
    def key(self) -> str:
        return f"{type(self.person).__name__.lower()}-{self.person.pk}"

    @property
    def user(self) -> User | None:
        return self.person.user

    @property
    def never(self) -> bool:
        """No sign-in yet: without an account, or with one that was never used."""
        return self.user is None or self.user.last_login is None


@dataclass(frozen=True)
class Slip:
    """What one person gets on paper; `code` in clear exists here and nowhere else."""

    name: str
    role: str
    username: str
    code: str
    expires_at: datetime


def may_hand_out(by: User, group: Group | None) -> bool:
    """May `by` hand out sign-ins to families of a group; None: to staff?"""
    if group is not None:
        return bool(reached(by, Group, set(FAMILIES), [group.pk]))
    return by.is_superuser or bool(serving(by, {"teacher"}))


def holders_of(by: User, group: Group, day: date) -> list[Holder]:
    """The students of a group on `day`, each followed by those who represent them.

    Representatives whose rights are in force; one of several students stands by the
    first of them. Seven queries, whatever the group.
    """
    students = roster(group, day).visible_to(by).select_related("user")
    found = {one.pk: [Holder(one)] for one in sorted(students, key=_alphabet)}
    ties = Guardianship.objects.in_force().filter(student__in=found)
    known: dict[int, Holder] = {}
    for tie in ties.select_related("guardian__user").order_by("student", "start", "pk"):
        ward = found[tie.student_id][0].person
        holder = known.get(tie.guardian_id)
        if holder is None:
            holder = known[tie.guardian_id] = Holder(tie.guardian)
            found[tie.student_id].append(holder)
        if ward not in holder.wards:
            holder.wards.append(ward)
    holders = [holder for family in found.values() for holder in family]
    _judge(by, holders)
    return holders


def staff_of(by: User, day: date) -> list[Holder]:
    """Those who work here on `day`; five queries."""
    working = Q(dismissed_on__isnull=True) | Q(dismissed_on__gt=day)
    rows = Employee.objects.visible_to(by).filter(working).select_related("user")
    holders = [Holder(employee) for employee in sorted(rows, key=_alphabet)]
    _judge(by, holders)
    return holders


def _alphabet(person: Person) -> str:
    return person.full_name.casefold().replace("ё", "е")


def _judge(by: User, holders: list[Holder]):
    """Fill in the codes, and whose sign-in is `by`'s to hand out."""
    users = [holder.user.pk for holder in holders if holder.user]
    codes = AccessCode.objects.filter(user__in=users).order_by("issued_at", "pk")
    last = {code.user_id: code for code in codes}
    allowed = _allowed(by, [holder.person for holder in holders])
    for holder in holders:
        holder.code = last.get(holder.user.pk) if holder.user else None
        holder.may = holder.person in allowed


def _allowed(by: User, people: Sequence[Person]) -> set[Person]:
    """Those of `people` whose sign-in `by` may open or hand out; see `may_issue_code`."""
    if not by.has_perm(f"journal.{RIGHT}"):
        return set()
    roles: dict[int, set[str]] = {}
    users = [person.user_id for person in people if person.user_id]
    held = Role.objects.filter(user__in=users).values_list("user", "slug")
    for user, slug in held:
        roles.setdefault(user, set()).add(slug)
    alike: dict[tuple, list[Person]] = {}
    for person in people:
        user = person.user
        if user is None:
            if isinstance(person, Employee) and not by.has_perm("journal.add_user"):
                continue
            needed = {FAMILY_ROLE.get(type(person), "employee")}
        elif user == by or user.is_closed() or user.is_superuser > by.is_superuser:
            continue
        else:
            needed = roles.get(user.pk, set())
        alike.setdefault((type(person), frozenset(needed)), []).append(person)
    found = set()
    for (model, needed), rows in alike.items():
        found |= _reached_people(by, model, set(needed), rows)
    return found


def _reached_people(by: User, model, roles: set[str], people: list[Person]):
    """Staff without an account are anybody's who may open one; see `may_open_account`."""
    if model is not Employee:
        keys = reached(by, model, roles, [person.pk for person in people])
        return {person for person in people if person.pk in keys}
    users = [person.user_id for person in people if person.user_id]
    keys = reached(by, User, roles, users)
    return {person for person in people if person.user_id in {None, *keys}}


@transaction.atomic
def issue_slips(by: User, holders: Iterable[Holder]) -> list[Slip]:
    """Open the accounts that are missing and give everybody a new code.

    Codes given before die. Raises PermissionDenied where one of the people is not
    `by`'s, and ValidationError where another was faster.
    """
    holders = list(holders)
    if _allowed(by, [holder.person for holder in holders]) != {
        holder.person for holder in holders
    }:
        raise PermissionDenied
    expires_at = timezone.now() + timedelta(days=CODE_DAYS)
    slips = []
    for holder in holders:
        user = holder.user or open_account(holder.person)
        code = issue_code(user, by)
        name, role = holder.person.full_name, _role(holder)
        slips.append(Slip(name, role, user.username, code, expires_at))
    return slips


def _role(holder: Holder) -> str:
    if isinstance(holder.person, Guardian):
        return f"представитель: {', '.join(ward.short_name for ward in holder.wards)}"
    if isinstance(holder.person, Student):
        return "обучающийся"
    return holder.person.position or "сотрудник"
