"""Many corrections of one person in one go, shown to a second person (safety A16).

A sitting is one person's changes and deletions of marks, absences and results that
stood already, with no longer gap between them than half an hour; of an account with all
rights also what it entered first in the journal of others (safety A45). It is read from
the history and stored nowhere; a `SittingReview` says that somebody looked at it. What a
second person let through is none: approved requests, absences excused by a document,
the undoing of a sitting.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from journal.domain.control.quiet import is_quiet
from journal.domain.control.requests import words_of
from journal.domain.control.steps import before, strange_q
from journal.domain.lessons.asking import said
from journal.models import (
    Absence,
    CorrectionRequest,
    Institution,
    Mark,
    Result,
    SittingReview,
    User,
)

GAP = timedelta(minutes=30)
WINDOW = timedelta(days=30)
# Whoever mends a mark or two a week later does so by the rules, with a reason.
FEW = 5
Verdict = SittingReview.Verdict


@dataclass(frozen=True)
class Sitting:
    """Changes of one user between two moments: how many, how many of them when.

    `strange` are those in the journal of others.
    """

    person: int
    began: datetime
    ended: datetime
    count: int
    quiet: int
    late: int
    strange: int = 0
    review: SittingReview | None = None

    @cached_property
    def signs(self) -> list[str]:
        """Why somebody should look at it; empty where nobody need."""
        found = []
        if self.count >= Institution.current().flag_changes:
            found.append("много исправлений подряд")
        if self.strange:
            found.append("в чужом журнале")
        if self.quiet:
            found.append("в нерабочее время")
        if self.count >= FEW and self.late * 2 > self.count:
            found.append("большей частью после срока записи")
        return found


def changed(model, since: datetime, until: datetime, person: int | None) -> QuerySet:
    """Steps of a model's history in which a value that stood was changed or deleted.

    With `strange`, and what accounts with all rights entered in the journal of others.
    """
    rows = model.history.filter(
        history_date__gte=since,
        history_date__lte=until,
        history_user__isnull=False,
    ).annotate(strange=said(strange_q(model)))
    rows = rows.filter(
        Q(history_type__in="~-") | Q(history_user__is_superuser=True, strange=True)
    )
    if person is not None:
        rows = rows.filter(history_user=person)
    if model is Absence:
        # Asked for as such, SQLite would begin with all absences without a document.
        return rows.alias(document=Coalesce("excuse", 0)).filter(document=0)
    if model is Result:
        # Signing is a step that changes no value, the first mark one that corrects none.
        rows = rows.annotate(
            old_mark=Coalesce(before(Result, "mark"), Value("")),
            old_status=Coalesce(before(Result, "status"), Value("")),
        ).exclude(old_mark="", old_status="", strange=False)
        same = Q(old_mark=F("mark"), old_status=F("status"))
        return rows.exclude(same & Q(history_type="~"))
    return rows


DAYS = {Mark: "task__lesson__date", Absence: "lesson__date", Result: "sheet__date"}


def read_sittings(person: int | None = None, now: datetime | None = None):
    """Sittings of the last 30 days, of one user or of all, the newest first.

    Five queries, whatever their number.
    """
    now = now or timezone.now()
    since = now - WINDOW
    rules = Institution.current()
    known = list(SittingReview.objects.filter(at__gte=since).select_related("by"))
    let_through = _let_through(since, known)
    steps = []
    for model, day in DAYS.items():
        rows = changed(model, since, now, person).order_by()
        steps += [
            (user, at, lesson_day, strange)
            for user, at, strange, reason, lesson_day in rows.values_list(
                "history_user", "history_date", "strange", "history_change_reason", day
            )
            if (user, reason) not in let_through
        ]
    steps.sort(key=lambda step: step[:2])
    reviews: dict[int, list[SittingReview]] = {}
    for review in known:
        reviews.setdefault(review.person_id, []).append(review)
    found = [
        _sitting(run, reviews.get(run[0][0], []), rules)
        for run in _runs(steps, reviews)
    ]
    return sorted(found, key=lambda one: one.began, reverse=True)


def _let_through(since: datetime, reviews: list[SittingReview]) -> set[tuple[int, str]]:
    """User and reason of what a second person had approved or undone."""
    requests = CorrectionRequest.objects.filter(
        state=CorrectionRequest.State.DONE, decided_at__gte=since
    ).select_related("decided_by__employee")
    found = {(one.by_id, words_of(one)) for one in requests}
    undone = [one for one in reviews if one.verdict == Verdict.UNDONE]
    return found | {(one.by_id, undoing_words(one)) for one in undone}


def undoing_words(review: SittingReview) -> str:
    """The reason of the corrections that undo a sitting; `note` says why."""
    return f"{review.note} (отмена исправлений, проверка № {review.pk})"


def _runs(steps: list, reviews: dict) -> Iterator[list]:
    """Steps in order cut where the person, the half-hour or a review ends."""
    run: list = []
    for step in steps:
        if run and _is_cut(run[-1], step, reviews.get(step[0], ())):
            yield run
            run = []
        run.append(step)
    if run:
        yield run


def _is_cut(last, step, reviews) -> bool:
    if step[0] != last[0] or step[1] - last[1] > GAP:
        return True
    # What came after somebody had looked was not looked at.
    return any(last[1] <= one.ended_at < step[1] for one in reviews)


def _sitting(run: list, reviews: list[SittingReview], rules: Institution) -> Sitting:
    person, began = run[0][:2]
    ended = run[-1][1]
    seen = [one for one in reviews if one.began_at <= began and ended <= one.ended_at]
    # Steps are thousands: for each `localtime` would ask which zone is the current one.
    zone = timezone.get_current_timezone()
    moments = [(at.astimezone(zone), day) for _, at, day, _ in run]
    return Sitting(
        person,
        began,
        ended,
        len(run),
        sum(is_quiet(at, rules) for at, _ in moments),
        sum(_is_late(at, day, rules) for at, day in moments),
        sum(bool(strange) for *_, strange in run),
        seen[0] if seen else None,
    )


def _is_late(at: datetime, day: date | None, rules: Institution) -> bool:
    return bool(day) and (at.date() - day).days > rules.entry_days


def flagged(person: int | None = None) -> list[Sitting]:
    """Sittings that nobody looked at yet and somebody should."""
    return [one for one in read_sittings(person) if one.signs and not one.review]


def find_sitting(person: int, began: datetime) -> Sitting | None:
    return next((one for one in read_sittings(person) if one.began == began), None)


def may_see(user: User, person: int) -> bool:
    """Those who review, and the person whose account it was."""
    return user.pk == person or user.has_perm("journal.add_sittingreview")


def may_review(user: User, sitting: Sitting) -> bool:
    """A second person, once."""
    return (
        sitting.review is None
        and user.pk != sitting.person
        and user.has_perm("journal.add_sittingreview")
    )


def may_undo(user: User, sitting: Sitting) -> bool:
    return may_review(user, sitting) and user.has_perm("journal.undo_sittingreview")
