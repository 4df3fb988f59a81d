"""Closing of periods, and opening them again for a while by a second person."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from journal.models import Period, PeriodClosing, User

MOST_DAYS_OPEN = 14
# A period that nobody closed for so long is no news any more.
MOST_DAYS_WAITING = 60


def is_closed(closing: PeriodClosing) -> bool:
    """Is this aspect closed now, or opened again for a while?"""
    until = closing.reopened_until
    return until is None or until < timezone.now()


def _closed_now(aspect: str) -> QuerySet[PeriodClosing]:
    """`is_closed` as a condition on rows."""
    is_over = Q(reopened_until=None) | Q(reopened_until__lt=timezone.now())
    return PeriodClosing.objects.filter(is_over, aspect=aspect).order_by()


def is_shut(period: int, aspect: str = PeriodClosing.Aspect.MARKS) -> bool:
    """Is this aspect of a period closed now? One query."""
    return _closed_now(aspect).filter(period=period).exists()


def shut(path: str, aspect: str = PeriodClosing.Aspect.MARKS) -> Exists:
    """`is_shut` of the period at `path`, for a query that is asked anyway."""
    return Exists(_closed_now(aspect).filter(period=OuterRef(path)))


def not_closed(today: date) -> list[tuple[Period, int]]:
    """Periods that ended of late and how many aspects of each were never closed."""
    ended = Period.objects.filter(
        last_day__lt=today, last_day__gte=today - timedelta(days=MOST_DAYS_WAITING)
    ).select_related("year")
    most = len(PeriodClosing.Aspect.values)
    return [
        (one, most - one.count)
        for one in ended.annotate(count=Count("closings")).order_by("first_day")
        if one.count < most
    ]


def closed_again(since: datetime) -> list[Period]:
    """Periods of which an aspect, open for a while, was closed again since then."""
    rows = PeriodClosing.objects.filter(
        reopened_until__gte=since, reopened_until__lte=timezone.now()
    )
    found = Period.objects.filter(pk__in=rows.values("period")).select_related("year")
    return list(found.order_by("first_day"))


@transaction.atomic
def close_period(
    period: Period, aspect: str, by: User, reason: str = ""
) -> PeriodClosing:
    """Close an aspect of a period: nothing of it is written any more (F10).

    The period's row is locked, so that who is writing finishes first. Raises
    ValidationError where it is closed already.
    """
    Period.objects.select_for_update().get(pk=period.pk)
    try:
        with transaction.atomic():
            closing = PeriodClosing(period=period, aspect=aspect, closed_by=by)
            closing._history_user = by
            closing._change_reason = reason or None
            closing.save()
            return closing
    except IntegrityError as error:
        raise ValidationError("Этот период уже закрыт.") from error


def closed_early(closing: PeriodClosing):
    """The step of its history that last closed it before its time was out, or None."""
    steps = closing.history.filter(reopened_until__lte=F("history_date"))
    return steps.select_related("history_user__employee").order_by("history_id").last()


def may_reopen(by: User, closing: PeriodClosing) -> bool:
    """A second person opens what is closed: never the one who closed it last.

    Closing early counts, so nobody opens, closes and opens again alone; that a time ran
    out is nobody's doing, and whoever closed before it stays the first person.
    """
    if not is_closed(closing) or not by.has_perm("journal.reopen_periodclosing"):
        return False
    early = closed_early(closing)
    return by.pk != ((early and early.history_user_id) or closing.closed_by_id)


@transaction.atomic
def reopen_period(closing: PeriodClosing, by: User, until: date, reason: str):
    """Open a closed aspect to the end of the day `until`; after it, it is closed again.

    Raises ValidationError for a date in the past or more than two weeks ahead, an empty
    reason, and whoever may not.
    """
    closing = PeriodClosing.objects.select_for_update().get(pk=closing.pk)
    if not may_reopen(by, closing):
        raise ValidationError(
            "Открыть период может только тот, кто не закрывал его последним и имеет "
            "это право."
        )
    last = timezone.localdate() + timedelta(days=MOST_DAYS_OPEN)
    if not timezone.localdate() <= until <= last:
        raise ValidationError(
            f"Открыть можно не дольше чем на {MOST_DAYS_OPEN} дней: до {last:%d.%m.%Y}."
        )
    if not reason.strip():
        raise ValidationError("Напишите, почему период открывается.")
    closing.reopened_until = timezone.make_aware(datetime.combine(until, time.max))
    closing.reopened_by = by
    closing.reopen_reason = reason.strip()
    closing._history_user = by
    closing._change_reason = closing.reopen_reason
    closing.save()


def may_close_again(by: User, closing: PeriodClosing) -> bool:
    return not is_closed(closing) and (
        by.has_perm("journal.add_periodclosing")
        or by.has_perm("journal.reopen_periodclosing")
    )


@transaction.atomic
def close_again(closing: PeriodClosing, by: User):
    """Close at once what was opened for a while."""
    closing = PeriodClosing.objects.select_for_update().get(pk=closing.pk)
    if not may_close_again(by, closing):
        raise ValidationError("Период уже закрыт.")
    closing.reopened_until = timezone.now()
    closing._history_user = by
    closing._change_reason = "Закрыто досрочно"
    closing.save()
