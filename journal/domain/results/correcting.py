"""A result of a signed sheet, or of a closed period, corrected by an approved request.

The sheet stays signed and its head frozen; what its results said before stands in their
history, and its print names the request.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from journal.domain.lessons.cells import Outcome, Refused
from journal.domain.results.scales import mark_of_points, marks_of_sheet, statuses_of
from journal.domain.results.writing import is_closed_for, locked, store_results
from journal.models import CorrectionRequest, Institution, Result, Sheet, User
from journal.models.reach import rights_over

NAMES = {**dict(Result.Mark.choices), **dict(Result.Status.choices)}


def value_of(result: Result) -> str:
    """The mark of a result, or else why there is none."""
    return result.mark or result.status


def values_for(sheet: Sheet) -> dict[str, str]:
    """The marks and statuses that a result of this sheet may have, with their words."""
    known = (*marks_of_sheet(sheet, Institution.current()), *statuses_of(sheet))
    return {value: NAMES[value] for value in known}


def is_correctable(sheet: Sheet) -> bool:
    """Do its results stand, so that they change by request alone?"""
    if sheet.state == Sheet.State.DRAFT:
        return is_closed_for(sheet)
    return sheet.state == Sheet.State.SIGNED


def try_result(user: User, result: int, old: str, new: str) -> Outcome:
    """What `correct_result` would answer a request of `user`; nothing is written."""
    with transaction.atomic():
        try:
            _checked(user, result, old, new)
        except Refused as no:
            return Outcome(None, no.status, no.code, no.message, no.value)
    return Outcome(None, value=new)


def correct_result(user: User, result: int, old: str, new: str, reason: str) -> Outcome:
    """Write a result that stands; the database lets it only by an approved request.

    404 unseen, 403 no right, 400 a value that the sheet does not know, or a sheet that
    is still open (`open`) or annulled, 409 with the value now. Points that would give
    another mark go: they stand on in the history, not beside a mark that they belie.
    """
    with transaction.atomic():
        try:
            row = _checked(user, result, old, new)
        except Refused as no:
            return Outcome(None, no.status, no.code, no.message, no.value)
        is_mark = new in Result.Mark.values
        row.mark, row.status = (new, "") if is_mark else ("", new)
        row.excused = row.excused and not is_mark
        if row.points is not None and mark_of_points(row.points, row.sheet) != new:
            row.points = None
        store_results(user, [row], ["mark", "status", "excused", "points"], reason)
    return Outcome(None, value=new)


def _checked(user: User, pk: int, old: str, new: str) -> Result:
    """The result, its sheet held; Refused says why it may not become `new`."""
    found = Result.objects.filter(pk=pk).values_list("sheet", flat=True).first()
    sheet = locked(user, found) if found else None
    if sheet is None:
        raise Refused(404, "missing", "Такого результата нет.")
    if not rights_over(user, sheet, ["change_result"]):
        raise Refused(403, "foreign", "Эту ведомость вы можете только читать.")
    if sheet.state == Sheet.State.ANNULLED:
        raise Refused(400, "annulled", "Ведомость аннулирована: исправлять нечего.")
    if not is_correctable(sheet):
        raise Refused(400, "open", "Ведомость ещё заполняется: исправьте сами.")
    known = values_for(sheet)
    if new not in known:
        words = ", ".join(known.values())
        raise Refused(400, "value", f"Такого результата нет. Допустимо: {words}.")
    row = Result.objects.select_related("sheet").get(pk=pk)
    now = value_of(row)
    if now != old:
        raise Refused(
            409, "conflict", f"В ведомости уже стоит «{NAMES.get(now, 'пусто')}».", now
        )
    return row


def corrections_of(sheet: Sheet) -> list[str]:
    """Lines under a printed sheet: what was corrected after signing, by which request.

    «Абрамова Дарья: исправлено 14.10.2026 с 4 (хорошо) на 5 (отлично) по запросу № 7».
    One query.
    """
    done = CorrectionRequest.objects.filter(
        result__sheet=sheet, state=CorrectionRequest.State.DONE
    ).select_related("result", "student")
    return [
        f"{one.result.student_name or one.student.full_name}: исправлено "
        f"{_day(one.decided_at)} с {NAMES.get(one.old, '—')} на "
        f"{NAMES.get(one.new, one.new)} по запросу № {one.pk}"
        for one in done.order_by("decided_at", "pk")
    ]


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y}"
