"""The addresses that the grid talks to: cells saved, asked for, and one cell's past."""

import json
import re

from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from admin_customizations.toolkit.sent import taking, understood
from journal.domain.control.requests import ask_cells
from journal.domain.lessons import MOST_CHANGES, Change, write_cells
from journal.domain.lessons.past import past_of_cell
from journal.models import Lesson

MOST_REASON = 300
# PostgreSQL takes no NUL, UTF-8 has no halves of signs.
UNSTORED = re.compile("[\0\ud800-\udfff]")


def _whole(value) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("номер должен быть целым числом")
    return value


def _text(value, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(f"значение должно быть строкой не длиннее {most} знаков")
    if UNSTORED.search(value):
        raise ValueError("в строке есть знак, который нельзя сохранить")
    return value


def read_changes(body: bytes) -> tuple[list[Change], str]:
    """The batch that the grid sent, with its reason; ValueError says what is wrong.

    `{"changes": [{"l": lesson, "s": student or null, "f": field, "o": old, "n": new,
    "c": confirmed}], "reason": text}`
    """
    with understood("ждём changes с полями l, s, f, o, n"):
        data = json.loads(body)
        rows = data["changes"]
        reason = _text(data.get("reason", ""), MOST_REASON)
        if not isinstance(rows, list) or len(rows) > MOST_CHANGES:
            raise ValueError(
                f"ждём в changes список не больше чем из {MOST_CHANGES} изменений"
            )
        changes = [
            Change(
                lesson=_whole(row["l"]),
                student=None if row.get("s") is None else _whole(row["s"]),
                field=_text(row["f"], 10),
                old=_text(row["o"], 10),
                new=_text(row["n"], 10),
                confirmed=row.get("c") is True,
            )
            for row in rows
        ]
    return changes, reason


@require_POST
def save_cells(request):
    """Answer every change; the status is that of the first one refused."""
    return _answered(request, write_cells)


@require_POST
def ask_for_cells(request):
    """Ask for cells of a closed period; the same question and answers as of saving."""
    try:
        return _answered(request, ask_cells)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)


@taking(read_changes)
def _answered(request, act, changes: list[Change], reason: str):
    outcomes = act(request.user, changes, reason)
    results = []
    for outcome in outcomes:
        row = {"status": outcome.status, "code": outcome.code, "value": outcome.value}
        if outcome.message:
            row["message"] = outcome.message
        if outcome.also:
            row["also"] = outcome.also
        if outcome.status == 409:
            row |= _who(outcome.change)
        results.append(row)
    status = next((o.status for o in outcomes if o.status != 200), 200)
    return JsonResponse({"results": results}, status=status)


def _who(change: Change) -> dict:
    """Who wrote the value that stands in the way, and when."""
    past = past_of_cell(change.lesson, change.student) if change.student else []
    for entry in past:
        if entry.field == change.field:
            at = timezone.localtime(entry.at)
            return {"by": entry.by, "at": f"{at:%d.%m %H:%M}"}
    return {}


@require_GET
def cell_past(request, lesson: int, student: int):
    """Who wrote what in a cell, newest first; 404 where the lesson is not visible."""
    lessons = Lesson.objects.visible_to(request.user)
    if not lessons.filter(pk=min(lesson, 2**63 - 1)).exists():
        raise Http404
    if student >= 2**63:
        raise Http404
    rows = [
        {
            "at": f"{timezone.localtime(entry.at):%d.%m.%Y %H:%M}",
            "by": entry.by,
            "what": entry.what,
            "old": entry.old,
            "new": entry.new,
            "reason": entry.reason,
        }
        for entry in past_of_cell(lesson, student)
    ]
    return JsonResponse({"past": rows})
