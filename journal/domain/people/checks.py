"""Rounds of verification: whose cards somebody compares with the papers, how often."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from simple_history.utils import bulk_create_with_history

from journal.models import (
    CardCheck,
    Consent,
    Employee,
    Group,
    Guardianship,
    Institution,
    Membership,
    PersonalFile,
    Student,
    User,
)
from journal.models.reach import grants
from journal.models.sqlite import alphabetical
from journal.roles import Anchor

Round = CardCheck.Round
OF_AGE = 18
# Whose role makes a round, by where the role is anchored: a role of the institution's
# own with the same anchor makes it too.
ANCHORS = {
    Round.CURATOR: Anchor.GROUP,
    Round.DEPARTMENT: Anchor.DEPARTMENT,
    Round.HR: Anchor.STAFF,
}
GROUPS = {Round.CURATOR: "curator__user", Round.DEPARTMENT: "department__head__user"}


def rounds_of(user: User) -> list[str]:
    """The rounds that are this person's own (U 4.5, U 4.6, S 5.5, K 4.2.12)."""
    if not user.is_active:
        return []
    anchors = {
        grant.anchor for grant in grants(user) if "add_cardcheck" in grant.permissions
    }
    return [one for one in Round.values if ANCHORS[one] in anchors]


def days_between(round_: str) -> int:
    """How many days a card may wait for the next check of a round."""
    return getattr(Institution.current(), f"{round_}_check_days")


def round_cards(user: User, round_: str, today: date) -> QuerySet:
    """The cards of one's own round, those that waited longest first.

    Each has `checked_on` and `checked_by` (id of a user) of the round's last check, a
    student also `group_name`. Raises PermissionDenied for a round of somebody else.
    """
    if round_ not in rounds_of(user):
        raise PermissionDenied
    if round_ == Round.HR:
        cards = Employee.objects.visible_to(user).filter(
            Q(dismissed_on__isnull=True) | Q(dismissed_on__gt=today)
        )
        checks = CardCheck.objects.filter(employee=OuterRef("pk"), round=round_)
    else:
        seats = Membership.objects.on(today).filter(
            group__in=own_groups(user, round_).order_by().values("pk")
        )
        cards = Student.objects.visible_to(user).filter(
            pk__in=seats.order_by().values("student")
        )
        own = seats.filter(student=OuterRef("pk"))
        cards = cards.annotate(group_name=Subquery(own.values("group__name")[:1]))
        checks = CardCheck.objects.filter(student=OuterRef("pk"), round=round_)
    last = checks.order_by("-on", "-pk")
    return cards.annotate(
        checked_on=Subquery(last.values("on")[:1]),
        checked_by=Subquery(last.values("by")[:1]),
    ).order_by(
        F("checked_on").asc(nulls_first=True),
        *alphabetical("last_name", "first_name", "middle_name"),
        "pk",
    )


def own_groups(user: User, round_: str) -> QuerySet[Group]:
    """The groups whose students a round is about."""
    return Group.objects.filter(
        closed_on__isnull=True, **{GROUPS[round_]: user.pk}
    ).order_by("name")


def due_checks(user: User, round_: str, today: date) -> QuerySet:
    """The cards of a round that are due on `today`: never checked, or too long ago."""
    last = today - timedelta(days=days_between(round_))
    cards = round_cards(user, round_, today)
    return cards.filter(Q(checked_on__isnull=True) | Q(checked_on__lte=last))


@transaction.atomic
def confirm_cards(
    user: User, keys: Iterable[int], round_: str, today: date
) -> list[CardCheck]:
    """«Данные сверены»: write that these cards agree with the papers today.

    A card confirmed today already stays as it is. Raises PermissionDenied for a round of
    somebody else, ObjectDoesNotExist where a card is not of this round; nothing is
    written then.
    """
    keys = set(keys)
    cards = round_cards(user, round_, today).filter(pk__in=keys)
    found = {card.pk: card for card in cards}
    if found.keys() != keys:
        raise ObjectDoesNotExist("Этих карточек в вашей сверке нет.")
    of = "employee" if round_ == Round.HR else "student"
    fresh = [
        CardCheck(round=round_, on=today, by=user, **{of: card})
        for card in found.values()
        if card.checked_on != today
    ]
    try:
        with transaction.atomic():
            return bulk_create_with_history(fresh, CardCheck, default_user=user)
    except IntegrityError:  # a second click confirmed some of them meanwhile
        again = round_cards(user, round_, today).filter(pk__in=keys)
        done = {card.pk for card in again if card.checked_on == today}
        fresh = [one for one in fresh if getattr(one, f"{of}_id") not in done]
        return bulk_create_with_history(fresh, CardCheck, default_user=user)


# What a card lacks

PERSON = {
    "birth_date": "дата рождения",
    "sex": "пол",
    "phone": "телефон",
    "snils": "СНИЛС",
}
EMPLOYEE = {"position": "должность", "hired_on": "дата приёма"}
FILE = {
    "number": "документ",
    "registered_at": "адрес регистрации",
    "lives_at": "фактический адрес",
}


def lacking(user: User, cards: Iterable, today: date) -> dict[int, list[str]]:
    """What obligatory is not filled in each card, in words, by the card's id.

    Parts of a card that `user` may not view are not told. At most three queries.
    """
    cards = list(cards)
    if not cards:
        return {}
    fields = PERSON | (EMPLOYEE if isinstance(cards[0], Employee) else {})
    found = {
        card.pk: [word for name, word in fields.items() if not getattr(card, name)]
        for card in cards
    }
    papers = _papers if isinstance(cards[0], Employee) else _parts
    papers(user, cards, today, found)
    return found


def _papers(user: User, cards: list, today: date, found: dict) -> None:
    if not user.has_perm("journal.view_consent"):
        return
    rows = Consent.objects.visible_to(user).in_force(today).filter(employee__in=found)
    signed = set(rows.values_list("employee", "kind"))
    for pk, words in found.items():
        if (pk, Consent.Kind.PROCESSING) not in signed:
            words.append("согласие на обработку данных")
        if (pk, Consent.Kind.NONDISCLOSURE) not in signed:
            words.append("обязательство о неразглашении")


def _parts(user: User, cards: list, today: date, found: dict) -> None:
    if user.has_perm("journal.view_personalfile"):
        rows = PersonalFile.objects.visible_to(user).filter(student__in=found)
        files = {row.student_id: row for row in rows}
        for pk, words in found.items():
            file = files.get(pk)
            words += [
                word for name, word in FILE.items() if not getattr(file, name, "")
            ]
    if user.has_perm("journal.view_guardianship"):
        ties = Guardianship.objects.visible_to(user).on(today)
        ties = ties.exclude(relation=Guardianship.Relation.TRUSTEE)
        looked_after = set(
            ties.filter(student__in=found).values_list("student", flat=True)
        )
        for card in cards:
            if is_minor(card, today) and card.pk not in looked_after:
                found[card.pk].append("родитель или представитель")
    if user.has_perm("journal.view_consent"):
        rows = Consent.objects.visible_to(user).in_force(today)
        rows = rows.filter(student__in=found, kind=Consent.Kind.PROCESSING)
        signed = set(rows.values_list("student", flat=True))
        for pk, words in found.items():
            if pk not in signed:
                words.append("согласие на обработку данных")


def is_minor(student: Student, today: date) -> bool:
    """Under eighteen on `today`; who has no birth date is taken for a minor."""
    born = student.birth_date
    if born is None:
        return True
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < OF_AGE
