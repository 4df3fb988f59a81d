"""A parent entrusts the diary to somebody, and takes it back (A6, M 3)."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from journal.domain.people.accounts import end_sessions, open_account
from journal.domain.people.codes import issue_code, kill_codes
from journal.models import Guardian, Guardianship, Role, Student
from journal.models.words import worded

LONGEST = timedelta(days=365)
MOST_AT_ONCE = 5  # for one child by one parent
MOST_A_MONTH = 20
Relation = Guardianship.Relation
# Only these stand for a child by law; a relative or a trustee entrusts nobody.
LEGAL = (
    Relation.MOTHER,
    Relation.FATHER,
    Relation.FOSTER,
    Relation.ADOPTER,
    Relation.GUARDIAN,
    Relation.CUSTODIAN,
)


def entrustable(by: Guardian) -> QuerySet[Student]:
    """The children whose diary `by` may entrust: as their legal representative today."""
    ties = Guardianship.objects.in_force().filter(
        guardian=by, relation__in=LEGAL, delegated_by__isnull=True
    )
    return Student.objects.filter(pk__in=ties.values("student"))


def entrusted_by(by: Guardian) -> QuerySet[Guardianship]:
    """What `by` has entrusted and not taken back, to whom and until when."""
    ties = Guardianship.objects.on(timezone.localdate()).filter(delegated_by=by)
    return ties.select_related("student", "guardian__user").order_by("end", "pk")


def known_trustees(by: Guardian) -> QuerySet[Guardian]:
    """Whom `by`, and nobody else, has ever entrusted with a child."""
    ties = Guardianship.objects.filter(delegated_by=by)
    others = Guardianship.objects.exclude(delegated_by=by)
    return Guardian.objects.filter(pk__in=ties.values("guardian")).exclude(
        pk__in=others.values("guardian")
    )


@transaction.atomic
def entrust(
    by: Guardian, student: Student, person: Guardian, until: date
) -> tuple[Guardianship, str]:
    """Let `person` read the diary of `student` up to and including the day `until`.

    `person` is new, or one of `known_trustees`: nobody is found by a name. Returns the
    tie and the one-time code of a new account, "" for an account that there is. Raises
    PermissionDenied where `by` may not, ValidationError for a day or a number too large.
    """
    Guardian.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if not entrustable(by).filter(pk=student.pk).exists():
        raise PermissionDenied
    if person.pk and not known_trustees(by).filter(pk=person.pk).exists():
        raise PermissionDenied
    today = timezone.localdate()
    if not today <= until <= today + LONGEST:
        raise ValidationError(
            {
                "until": "Последний день — не раньше сегодняшнего и не позже "
                f"{today + LONGEST:%d.%m.%Y}: доверяют не дольше чем на год."
            }
        )
    _refuse_too_many(by, student, person, today)
    if person.pk is None:
        person.full_clean(exclude=["user"])
        person.save()
    tie = Guardianship.objects.create(
        student=student,
        guardian=person,
        relation=Relation.TRUSTEE,
        delegated_by=by,
        start=today,
        end=until + timedelta(days=1),
    )
    if person.user is not None:
        return tie, ""
    return tie, issue_code(open_account(person), by.user)


def _refuse_too_many(by: Guardian, student: Student, person: Guardian, today: date):
    held = [tie for tie in entrusted_by(by) if tie.student_id == student.pk]
    for tie in held:
        there = tie.guardian
        same = (there.full_name, there.phone) == (person.full_name, person.phone)
        if there.pk == person.pk or same:
            raise ValidationError(
                f"{there}: дневник уже доверен до "
                f"{tie.end - timedelta(days=1):%d.%m.%Y}. Чтобы изменить срок, отзовите "
                "доверие и доверьте снова."
            )
    if len(held) >= MOST_AT_ONCE:
        raise ValidationError(
            f"Дневник одного ребёнка доверяют не больше чем {MOST_AT_ONCE} лицам. "
            "Отзовите доверие у кого-нибудь."
        )
    month = Guardianship.history.filter(
        delegated_by=by, history_type="+", start__gt=today - timedelta(days=30)
    )
    if month.count() >= MOST_A_MONTH:
        raise ValidationError(
            worded(
                "Слишком много доверенностей за месяц. Обратитесь к куратору группы.",
                "Слишком много доверенностей за месяц. Обратитесь к классному"
                " руководителю.",
            )
        )


@transaction.atomic
def take_back(by: Guardian, tie: Guardianship):
    """End a trust now: without another ward the trustee is signed out everywhere.

    Raises PermissionDenied where it was not `by` who entrusted.
    """
    if tie.delegated_by_id != by.pk:
        raise PermissionDenied
    today = timezone.localdate()
    if tie.start < today:
        tie.end = today
        tie._change_reason = "Доверие отозвано"
        tie.save()
    else:  # of this very day: no span is left, the history keeps it
        tie._change_reason = "Доверие отозвано в тот же день"
        tie.delete()
    user = tie.guardian.user
    if user and not Guardianship.objects.on(today).filter(guardian=tie.guardian_id):
        end_sessions(user)
        kill_codes(user)


@transaction.atomic
def renew_code(by: Guardian, tie: Guardianship) -> str:
    """A new code for a trustee of `by` who has not signed in yet.

    Raises PermissionDenied where the account is not `by`'s alone to open: it has been
    used, or shows other data than what `by` entrusted.
    """
    if not renewable(by, [tie]):
        raise PermissionDenied
    return issue_code(tie.guardian.user, by.user)


def renewable(by: Guardian, ties: Sequence[Guardianship]) -> set[int]:
    """Keys of the ties to whose trustee `by` may give a new code; two queries for all."""
    unused = {
        tie.guardian.user_id: tie
        for tie in ties
        if tie.delegated_by_id == by.pk
        and (user := tie.guardian.user) is not None
        and user.last_login is None
        and user.is_open()
        and not user.is_staff
    }
    if not unused:
        return set()
    others = Role.objects.filter(user__in=unused).exclude(slug="trustee")
    serving = set(others.values_list("user", flat=True))
    known = set(known_trustees(by).values_list("user", flat=True)) - serving
    return {tie.pk for tie in ties if tie.guardian.user_id in known & unused.keys()}
