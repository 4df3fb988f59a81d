"""The page of one's own calendar address: made, renewed, taken back."""

import secrets

from django.core.exceptions import BadRequest
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from journal.models import CalendarFeed
from journal.pages.pace import paced


@require_http_methods(["GET", "POST"])
@paced
def calendar(request):
    """Shows the address; by POST makes another one in its place, or none."""
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in ("renew", "revoke"):
            raise BadRequest("Ожидается renew или revoke.")
        with transaction.atomic():
            CalendarFeed.objects.filter(user=request.user).delete()
            if act == "renew":
                token = secrets.token_urlsafe(32)
                CalendarFeed.objects.create(user=request.user, token=token)
        return redirect("timetable:calendar")
    row = CalendarFeed.objects.filter(user=request.user).first()
    address = ""
    if row:
        address = request.build_absolute_uri(
            reverse("timetable:feed", args=[row.token])
        )
    context = {
        "address": address,
        "webcal": "webcal" + address[address.index(":") :] if address else "",
        "since": row and row.created_at,
    }
    return render(request, "timetable/calendar.html", context)
