"""Accounts of people: opened, named, opened and closed by orders, ended."""

import itertools
from collections.abc import Iterable
from datetime import date

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from journal.domain.people.codes import kill_codes
from journal.domain.people.roles import give_role
from journal.models import (
    Employee,
    Guardian,
    Membership,
    OrderLine,
    Person,
    Role,
    Student,
    User,
)
from journal.models.contingent import Order, OrderKind
from journal.models.reach import Asker, Grant, employee_key, grants, rights_q
from journal.roles import FAMILIES, ISSUES

LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфцыэ", "abvgdeziyklmnoprstufcye", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ю": "yu", "я": "ya"}
)
RIGHT = "issue_accesscode"
FAMILY_ROLE = {Student: "student", Guardian: "parent"}


def may_issue_code(by: User, user: User) -> bool:
    """May `by` hand out a sign-in for this account (E 3.1, U 3.1, K 4.2.6)?

    The person behind it has to be within reach, and every role of the account one that
    `by` serves: a curator does not enter as a head whose child is in the group.
    """
    if by.pk == user.pk or not by.has_perm(f"journal.{RIGHT}") or user.is_closed():
        return False
    if by.is_superuser or user.is_superuser:
        return by.is_superuser
    held = set(Role.objects.filter(user=user).values_list("slug", flat=True))
    parts = ("student", "guardian")
    family = [person for part in parts if (person := getattr(user, part, None))]
    return any(reached(by, type(one), held, [one.pk]) for one in family or [user])


def may_open_account(by: User, person: Person) -> bool:
    """May `by` open an account for somebody who has none?"""
    if person.user_id is not None:
        return False
    if isinstance(person, Employee):
        return by.has_perm("journal.add_user") and person.dismissed_on is None
    if by.is_superuser:
        return True
    return reached(by, type(person), {FAMILY_ROLE[type(person)]}, [person.pk]) != set()


def reached(by: User, model, roles: set[str], keys: Iterable[int]) -> set[int]:
    """Keys of `model`, among `keys`, whose sign-in is `by`'s to hand out.

    `roles` are those that the account holds, or will. A role of `by` counts only with
    its own anchor: a deputy who is a curator too serves the families of the own group,
    not of every group that a deputy sees.
    """
    if by.is_superuser:
        return set(keys)
    asker = Asker(by.pk, employee_key(by), serving(by, roles), is_superuser=False)
    rows = model._base_manager.filter(rights_q(asker, model.reach, RIGHT))
    return set(rows.filter(pk__in=keys).values_list("pk", flat=True))


def serving(by: User, roles: set[str]) -> tuple[Grant, ...]:
    """The roles of `by` that hand out sign-ins to holders of all of `roles`."""
    return tuple(
        grant
        for grant in grants(by)
        if RIGHT in grant.permissions
        and ((served := ISSUES.get(grant.slug, FAMILIES)) is None or roles <= {*served})
    )


@transaction.atomic
def open_account(person: Person) -> User:
    """An account for a person who has none; enters by a one-time code only.

    Students and representatives get their role with it, staff are appointed after.
    Raises ValidationError where somebody else was faster.
    """
    rows = type(person).objects.select_for_update(of=("self",))
    if rows.get(pk=person.pk).user_id is not None:
        raise ValidationError(f"{person}: вход уже открыт. Обновите страницу.")
    user = User(
        username=_username(person),
        last_name=person.last_name,
        first_name=person.first_name,
        email=person.email,
    )
    user.set_unusable_password()
    user.save()
    person.user = user
    person.save()
    if role := FAMILY_ROLE.get(type(person)):
        entrusted = role == "parent" and not person.guardianships.filter(
            delegated_by__isnull=True
        )
        give_role(user, "trustee" if entrusted else role)
    return user


def _username(person: Person) -> str:
    """«Ёлкина Анна Сергеевна» → elkina.as, elkina.as2 …"""
    initials = person.first_name[:1] + person.middle_name[:1]
    latin = [part.lower().translate(LATIN) for part in (person.last_name, initials)]
    stem = ".".join(
        "".join(letter for letter in part if letter.isascii() and letter.isalnum())
        for part in latin
    )
    stem = stem.strip(".")[:100] or "user"
    taken = set(
        User.objects.filter(username__startswith=stem).values_list(
            "username", flat=True
        )
    )
    names = (stem if count == 1 else f"{stem}{count}" for count in itertools.count(1))
    return next(name for name in names if name not in taken)


def end_sessions(*users: User) -> int:
    """Sign people out everywhere (K 3.12); returns from how many places."""
    sessions = list(UserSession.objects.filter(user__in=users))
    for session in sessions:
        session.end()
    return len(sessions)


def acknowledge(user: User):
    """The owner confirmed non-disclosure and the care of credentials, now (K 3.6)."""
    user.acknowledged_at = timezone.now()
    user._change_reason = "Обязательства при первом входе приняты"
    user.save()


@transaction.atomic
def close_from(user: User, day: date | None, reason: str = ""):
    """Close an account from `day` on: dismissal, expulsion (U 3.1, K 4.2.13).

    `day` is the first day without a sign-in. Where it has come, sessions end and codes
    die now; where it has not, both die on that day by `is_open`. None takes a closing
    back. The whole account closes, whatever else its owner is: a dismissed teacher who
    is a parent of the college gets an account of a parent from the curator.
    """
    user.valid_until = day
    if day and user.valid_from and user.valid_from > day:
        user.valid_from = day  # the order of hiring came to nothing
    user._change_reason = reason[:100]
    user.save()
    if user.is_closed():
        shut(user)


def shut(*users: User):
    """Nobody is signed in to these accounts any more, and no code of theirs opens."""
    end_sessions(*users)
    kill_codes(*users)


def still_studying(day: date) -> QuerySet[Student]:
    """Students of `day`: in a group, or on an academic leave that has not ended."""
    moves = (OrderKind.LEAVE, OrderKind.RETURN, OrderKind.EXPEL, OrderKind.GRADUATE)
    last = OrderLine.objects.filter(
        order__state=Order.State.DONE,
        order__kind__in=(*moves, OrderKind.REINSTATE, OrderKind.DISBAND),
        order__effective_on__lte=day,
        student=OuterRef("pk"),
    ).order_by("-order__sequence")
    kind = Subquery(last.values("order__kind")[:1])
    seated = Membership.objects.on(day).order_by().values("student")
    rows = Student.objects.alias(last_move=kind)
    return rows.filter(Q(pk__in=seated) | Q(last_move=OrderKind.LEAVE))
