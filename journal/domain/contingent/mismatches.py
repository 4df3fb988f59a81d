"""What a curator says of a list that is not true, and how the office works it off (C3)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from journal.models import Group, Membership, Mismatch, Order, Student, User
from journal.models.reach import rights_q
from journal.models.words import worded

Kind, State = Mismatch.Kind, Mismatch.State
OPEN = (State.NEW, State.TAKEN)
# An order can be signed before somebody tells of it, or after.
ORDERS_SHOWN = 100


def groups_to_report(user: User) -> QuerySet[Group]:
    """The groups of whose lists this person may say that they are not true."""
    condition = rights_q(user, Group.reach, "add_mismatch")
    return Group.objects.filter(condition, closed_on__isnull=True)


@transaction.atomic
def report_mismatch(user: User, mismatch: Mismatch) -> Mismatch:
    """Store what a curator tells of the own group (U 4.6, E 4.2, S 5.4).

    Who left must sit in the list of the group; whoever is missing in it is told by name:
    whether such a card exists elsewhere, only those learn who answer. Raises
    ValidationError for a group of somebody else, or what was told already.
    """
    group = groups_to_report(user).filter(pk=mismatch.group_id).first()
    if group is None:
        raise ValidationError(
            worded(
                "Сообщить можно только о своей группе.",
                "Сообщить можно только о своём классе.",
            )
        )
    today = timezone.localdate()
    if mismatch.since and mismatch.since > today:
        raise ValidationError({"since": "Этот день ещё не наступил."})
    if mismatch.kind == Kind.LEFT:
        seats = Membership.objects.on(today).filter(group=group)
        if not seats.filter(student=mismatch.student_id).exists():
            raise ValidationError(
                {
                    "student": (
                        f"Выберите {worded('студента')}, который числится в"
                        f" {worded('группе', 'классе')} {group}."
                    )
                }
            )
        mismatch.name = ""
    else:
        mismatch.student = None
        mismatch.name = " ".join(mismatch.name.split())
        _is_new(group, mismatch)
    mismatch.state, mismatch.reported_by = State.NEW, user
    try:
        with transaction.atomic():
            mismatch.save()
    except IntegrityError as error:
        raise ValidationError(
            worded("Об этом студенте уже сообщили, администратор ещё не ответил.")
        ) from error
    return mismatch


def _is_new(group: Group, mismatch: Mismatch) -> None:
    if not mismatch.name:
        raise ValidationError({"name": "Напишите фамилию, имя и отчество."})
    told = Mismatch.objects.filter(group=group, kind=Kind.UNLISTED, state__in=OPEN)
    if told.filter(name__iexact=mismatch.name).exists():
        raise ValidationError(
            {
                "name": worded(
                    "Об этом студенте уже сообщили, администратор ещё не ответил."
                )
            }
        )


# Answers


def may_answer(by: User, mismatch: Mismatch) -> bool:
    """Is answering this one `by`'s at all, whatever its state?"""
    rows = Mismatch.objects.visible_to(by, "answer")
    return rows.filter(pk=mismatch.pk).exists()


def may_take(by: User, mismatch: Mismatch) -> bool:
    return mismatch.state == State.NEW and may_answer(by, mismatch)


def may_solve(by: User, mismatch: Mismatch) -> bool:
    return mismatch.state in OPEN and may_answer(by, mismatch)


def _locked(mismatch: Mismatch, by: User, may) -> Mismatch:
    mismatch = Mismatch.objects.select_for_update().get(pk=mismatch.pk)
    if not may(by, mismatch):
        raise ValidationError(
            f"Сейчас состояние — «{mismatch.get_state_display()}». Обновите страницу."
        )
    return mismatch


@transaction.atomic
def take_mismatch(mismatch: Mismatch, by: User) -> None:
    """Take into work: the curator sees that somebody looks into it."""
    mismatch = _locked(mismatch, by, may_take)
    mismatch.state = State.TAKEN
    mismatch._change_reason = "Взято в работу"
    mismatch.save()


@transaction.atomic
def solve_mismatch(mismatch: Mismatch, by: User, order: Order | None, answer: str):
    """Say that the list is true now, by which order if one mended it.

    Raises ValidationError while the list still says what the curator found wrong: a
    student who left sits in the group with no last day.
    """
    mismatch = _locked(mismatch, by, may_solve)
    if mismatch.kind == Kind.LEFT:
        seats = Membership.objects.filter(
            student=mismatch.student_id, group=mismatch.group_id, end__isnull=True
        )
        if seats.exists():
            raise ValidationError(
                f"{mismatch.student} всё ещё числится в {worded('группе', 'классе')}"
                f" {mismatch.group}. "
                "Сначала проведите приказ или отклоните сообщение с ответом."
            )
    _answer(mismatch, by, State.SOLVED, order, answer)


@transaction.atomic
def reject_mismatch(mismatch: Mismatch, by: User, answer: str) -> None:
    """Say why the list stays as it is. Raises ValidationError for an empty answer."""
    mismatch = _locked(mismatch, by, may_solve)
    if not answer.strip():
        raise ValidationError(
            worded("Напишите, почему список верен: куратор увидит ответ.")
        )
    _answer(mismatch, by, State.REJECTED, None, answer)


def _answer(mismatch, by: User, state: str, order: Order | None, answer: str) -> None:
    mismatch.state = state
    mismatch.order = order
    mismatch.answer = answer.strip()
    mismatch.answered_at, mismatch.answered_by = timezone.now(), by
    mismatch._change_reason = mismatch.get_state_display().capitalize()
    mismatch.save()


# What helps to answer


def orders_that_mend(by: User, mismatch: Mismatch) -> QuerySet[Order]:
    """Orders carried out that name the student or the group, the newest first."""
    lines = Q(lines__group=mismatch.group_id)
    if mismatch.student_id:
        lines |= Q(lines__student=mismatch.student_id)
    done = Order.objects.visible_to(by).filter(lines, state=Order.State.DONE)
    found = done.order_by("-date", "-pk").values("pk")[:ORDERS_SHOWN]
    return Order.objects.filter(pk__in=list(found.values_list("pk", flat=True)))


def namesakes(by: User, mismatch: Mismatch) -> list[Student]:
    """Cards of the very name told, those that `by` sees: never shown to the curator."""
    words = mismatch.name.split()
    if len(words) < 2:
        return []
    cards = Student.objects.visible_to(by).filter(
        last_name__iexact=words[0], first_name__iexact=words[1]
    )
    if len(words) > 2:
        cards = cards.filter(middle_name__iexact=" ".join(words[2:]))
    return list(cards[:10])


def count_new(by: User) -> int:
    """How many wait for somebody to take them; asked by those who answer."""
    return Mismatch.objects.visible_to(by, "answer").filter(state=State.NEW).count()


def answered_since(user: User, day: date) -> QuerySet[Mismatch]:
    """What this person told and what was answered on `day` or later, newest first."""
    rows = Mismatch.objects.visible_to(user).filter(
        reported_by=user, answered_at__date__gte=day
    )
    return rows.select_related("student", "group").order_by("-answered_at")
