"""Correcting what is closed: asked by some, decided by another (F10).

Whoever might write there asks, or looks after it (`domain.lessons.asking`). A request names one cell or one result, what the person saw there and what it ought to
be. Approving writes it in the same transaction by the one writer of cells, or of
results, with the person who asked as its author and the other named in the reason.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from journal.domain.lessons import ABSENCE, Change, Outcome, try_cells, write_cells
from journal.domain.lessons.amounts import absence_value
from journal.domain.results.correcting import (
    NAMES,
    correct_result,
    try_result,
    value_of,
)
from journal.models import Absence, CorrectionRequest, Lesson, Mark, Result, User

State = CorrectionRequest.State
PENDING = "Об этой записи запрос уже ждёт решения."
UNREASONED = "Напишите, почему нужно исправить."
GONE = "Учётная запись того, кто просил, закрыта. Отклоните запрос: его подаст другой."
SAME = "Должно быть то же, что и стоит: исправлять нечего."
MOST_REASON = 300


@dataclass(frozen=True)
class Decision:
    """What came of one request: is it done, and words for whoever decided."""

    request: CorrectionRequest
    is_done: bool
    words: str


def may_ask(user: User) -> bool:
    return user.has_perm("journal.add_correctionrequest")


def may_decide(user: User, request: CorrectionRequest | None = None) -> bool:
    """Those who decide; of one request: it waits, and is not the person's own."""
    if not user.has_perm("journal.decide_correctionrequest"):
        return False
    return request is None or (
        request.state == State.ASKED and request.by_id != user.pk
    )


def may_withdraw(user: User, request: CorrectionRequest) -> bool:
    return request.state == State.ASKED and request.by_id == user.pk


def _reasoned(user: User, reason: str) -> str:
    if not may_ask(user):
        raise PermissionDenied
    reason = reason.strip()
    if not reason:
        raise ValidationError(UNREASONED)
    if len(reason) > MOST_REASON:
        raise ValidationError(f"Причина — не длиннее {MOST_REASON} знаков.")
    return reason


def ask_cells(user: User, changes: list[Change], reason: str) -> list[Outcome]:
    """Ask for cells of a closed period; an answer for each, 200 `asked` where asked.

    Refused is what `write_cells` would refuse in an open period, a cell that is asked
    for already (409 `pending`) and one of an open period (400 `open`). Raises
    PermissionDenied, and ValidationError without a reason.
    """
    reason = _reasoned(user, reason)
    with transaction.atomic():
        outcomes = try_cells(user, changes)
        lessons = Lesson.objects.select_related("course").in_bulk(
            {one.lesson for one in changes}
        )
        pending = set(
            CorrectionRequest.objects.filter(
                lesson__in=lessons, state__in=(State.ASKED, State.APPROVED)
            ).values_list("lesson", "student", "field")
        )
        asked = []
        for outcome in outcomes:
            change = outcome.change
            if outcome.status != 200:
                continue
            place = (change.lesson, change.student, change.field)
            if change.old == change.new:
                outcome.status, outcome.code, outcome.message = 400, "same", SAME
            elif place in pending:
                outcome.status, outcome.code, outcome.message = 409, "pending", PENDING
                outcome.value = change.old
            else:
                pending.add(place)
                outcome.code = "asked"
                asked.append(_of_cell(user, change, lessons[change.lesson], reason))
        bulk_create_with_history(asked, CorrectionRequest, default_user=user)
    return outcomes


def _of_cell(user, change: Change, lesson: Lesson, reason: str) -> CorrectionRequest:
    return CorrectionRequest(
        group_id=lesson.course.group_id,
        course=lesson.course,
        student_id=change.student,
        lesson=lesson,
        field=change.field,
        old=change.old,
        new=change.new,
        reason=reason,
        by=user,
    )


def ask_result(user: User, result: Result, new: str, reason: str) -> CorrectionRequest:
    """Ask for a result of a signed sheet, or of a closed period.

    Raises PermissionDenied, and ValidationError saying what is wrong.
    """
    reason = _reasoned(user, reason)
    with transaction.atomic():
        old = value_of(result)
        outcome = try_result(user, result.pk, old, new)
        if outcome.status == 403:
            raise PermissionDenied
        if outcome.status != 200:
            raise ValidationError(outcome.message)
        if old == new:
            raise ValidationError(SAME)
        waits = (State.ASKED, State.APPROVED)
        if CorrectionRequest.objects.filter(result=result, state__in=waits).exists():
            raise ValidationError(PENDING)
        courses = list(result.sheet.parts.values_list("course", flat=True))
        request = CorrectionRequest(
            group_id=result.sheet.group_id,
            course_id=courses[0] if len(courses) == 1 else None,
            student_id=result.student_id,
            result=result,
            old=old,
            new=new,
            reason=reason,
            by=user,
        )
        request._history_user = user
        request.save()
    return request


class _Undone(Exception):  # noqa: N818 - carries the answer out of the transaction
    def __init__(self, outcome: Outcome):
        self.outcome = outcome


def decide(
    user: User, keys: list[int], is_approved: bool, remark: str = ""
) -> list[Decision]:
    """Approve or refuse requests, each in a transaction of its own.

    Approving writes what was asked. Where that may not be written any more (the value
    changed meanwhile, the student left), nothing is, the request waits on, and the words
    say why. Raises PermissionDenied, and ValidationError for a refusal without a remark.
    """
    if not may_decide(user):
        raise PermissionDenied
    remark = remark.strip()[:MOST_REASON]
    if not is_approved and not remark:
        raise ValidationError("Напишите, почему запрос отклонён: ответ увидит тот, кто просил.")  # fmt: skip
    return [_decide(user, key, is_approved, remark) for key in keys]


def _decide(user: User, key: int, is_approved: bool, remark: str) -> Decision:
    seen = CorrectionRequest.objects.visible_to(user).values("pk")
    rows = CorrectionRequest.objects.select_for_update(of=("self",))
    try:
        with transaction.atomic():
            request = rows.select_related("by", "student").get(pk=key, pk__in=seen)
            if request.by_id == user.pk:
                return Decision(
                    request, False, "О своём запросе решает другой человек."
                )
            if request.state != State.ASKED:
                state = request.get_state_display()
                return Decision(request, False, f"Запрос уже решён: {state}.")
            request.decided_by, request.decided_at = user, timezone.now()
            request.remark = remark
            if not is_approved:
                _move(request, user, State.REFUSED)
                return Decision(request, True, "отклонено")
            _move(request, user, State.APPROVED)
            outcome = _written(request)
            if not request.by.is_active:
                outcome.message = GONE
            if outcome.status != 200:
                raise _Undone(outcome)
            _move(request, user, State.DONE)
    except _Undone as undone:
        return Decision(request, False, undone.outcome.message)
    return Decision(request, True, "исправлено")


def _move(request: CorrectionRequest, user: User, state: str) -> None:
    request.state = state
    request._history_user = user
    request.save()


def words_of(request: CorrectionRequest) -> str:
    """What the history of the cell says beside who asked: why, and who approved it.

    By these words a step is known again (`sittings`), so they stay as they were written.
    """
    by = request.decided_by
    employee = getattr(by, "employee", None)
    name = employee.short_name if employee else by.get_username()
    return f"{request.reason} (запрос № {request.pk}, разрешено: {name})"


def _written(request: CorrectionRequest) -> Outcome:
    """Write what was asked, as a correction of whoever asked."""
    words = words_of(request)
    if request.result_id:
        place = (request.result_id, request.old, request.new)
        return correct_result(request.by, *place, words)
    change = Change(
        request.lesson_id,
        request.student_id,
        request.field,
        request.old,
        request.new,
        confirmed=True,
    )
    return write_cells(request.by, [change], words)[0]


@transaction.atomic
def withdraw(user: User, request: CorrectionRequest) -> None:
    """Take one's own request back while it waits; ValidationError afterwards."""
    rows = CorrectionRequest.objects.select_for_update(of=("self",))
    request = rows.get(pk=request.pk)
    if not may_withdraw(user, request):
        raise ValidationError("Запрос уже решён: отозвать его нельзя.")
    _move(request, user, State.WITHDRAWN)


def waiting_for(user: User) -> QuerySet[CorrectionRequest]:
    """Requests that wait for this person's decision, the oldest first."""
    if not may_decide(user):
        return CorrectionRequest.objects.none()
    rows = CorrectionRequest.objects.visible_to(user).filter(state=State.ASKED)
    return rows.exclude(by=user).order_by("at", "pk")


def answered_to(user: User, since: datetime) -> QuerySet[CorrectionRequest]:
    """The person's own requests decided since then, the newest first."""
    rows = CorrectionRequest.objects.filter(by=user, decided_at__gte=since)
    return rows.filter(state__in=(State.DONE, State.REFUSED)).order_by("-decided_at")


def values_now(requests: list[CorrectionRequest]) -> dict[int, str]:
    """Request → what stands in its cell or result now; three queries at most."""
    cells = [one for one in requests if one.lesson_id]
    lessons = {one.lesson_id for one in cells}
    students = {one.student_id for one in cells}
    found: dict[tuple, str] = {}
    if any(one.field != ABSENCE for one in cells):
        marks = Mark.objects.filter(task__lesson__in=lessons, student__in=students)
        for lesson, student, number, value in marks.values_list(
            "task__lesson", "student", "task__number", "value"
        ):
            found[lesson, student, str(number)] = value
    if any(one.field == ABSENCE for one in cells):
        rows = Absence.objects.filter(lesson__in=lessons, student__in=students)
        amount = ("reason", "hours", "minutes", "lesson__hours")
        for lesson, student, *value in rows.values_list("lesson", "student", *amount):
            found[lesson, student, ABSENCE] = absence_value(*value)
    results = Result.objects.in_bulk({one.result_id for one in requests} - {None})
    return {
        one.pk: value_of(results[one.result_id])
        if one.result_id
        else found.get((one.lesson_id, one.student_id, one.field), "")
        for one in requests
    }


def spoken(value: str) -> str:
    """A mark, an absence or a result for the eye."""
    return (NAMES.get(value, value) if len(value) > 2 else value) or "—"
