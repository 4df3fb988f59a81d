"""What the pages of a day ask in their addresses and forms, read with care."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.urls import reverse

from admin_customizations.toolkit.asked import asked_day

MOST_DAYS = 14
MOST_REASON = 200


def asked_span(data) -> tuple[date, date]:
    """The days `date` … `to`, both in, at most two weeks."""
    first = asked_day(data.get("date", ""))
    last = max(first, asked_day(data.get("to", ""), first))
    return first, min(last, first + timedelta(days=MOST_DAYS - 1))


def asked_place(text: str) -> tuple[date, int | None]:
    """A place «2026-10-15/3»; number 0 is the whole day."""
    day, _, number = text.partition("/")
    digits = number.isascii() and number.isdecimal() and len(number) < 3
    if not digits or int(number) > 15:
        raise BadRequest("Место занятия: дата и номер, например 2026-10-15/3.")
    return asked_day(day), int(number) or None


def asked_reason(data) -> str:
    """Why, as the person says; raises BadRequest where it is too long."""
    reason = data.get("reason", "").replace("\x00", "").strip()
    if len(reason) > MOST_REASON:
        raise BadRequest(f"Причина: не длиннее {MOST_REASON} знаков.")
    return reason


def address_of(request, first, last=None) -> str:
    """The day's page with the same filters on other days."""
    query = {
        name: request.GET[name]
        for name in ("group", "teacher", "campus", "only")
        if request.GET.get(name)
    }
    query["date"] = first.isoformat()
    if last and last != first:
        query["to"] = last.isoformat()
    return f"{reverse('admin:journal_lesson_day')}?{urlencode(query)}"


def back_from(request, day) -> str:
    """Where the person came from: a day's page of ours and nothing else."""
    own = reverse("admin:journal_lesson_day")
    back = request.GET.get("back", "")
    return back if back.startswith(f"{own}?") else f"{own}?date={day.isoformat()}"
