"""Sheets that a session asks for, each made with one button (F7)."""

from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from admin_customizations.toolkit.asked import asked_day, key_of
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.results.making import (
    DueSheet,
    due_sheet,
    due_sheets,
    make_sheet,
)
from journal.domain.words import listed
from journal.models import Course, Group, Period
from journal.models.reach import rights_q

EVERY = "every"
MOST_AT_ONCE = 200  # sheets that one request makes
MOST_NAMED = 10  # students of a course who are in no subgroup


class DuePages:
    """The page, and the button over the list that leads to it."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("due/", wrap(self.due), name="journal_sheet_due"),
            *super().get_urls(),
        ]

    def has_make_permission(self, request):
        return request.user.has_perm("journal.add_sheet")

    @opened_from_list("Ведомости сессии", permission="make", icon="playlist_add_check")
    def to_due(self, request):
        return HttpResponseRedirect(reverse("admin:journal_sheet_due"))

    def due(self, request):
        """What the period asks for (GET); one of them is made (POST)."""
        if not self.has_make_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        periods = list(
            Period.objects.select_related("year").order_by("-first_day")[:12]
        )
        asked = key_of(data, "period")
        period = next((one for one in periods if one.pk == asked), _running(periods))
        group = key_of(data, "group")
        if request.method == "POST":
            if data.get("key") == EVERY:
                return self._all_made(request, period, group)
            return self._made(request, period, group, data.get("key", ""))
        mine = Course.objects.filter(
            rights_q(request.user, Course.reach, "add_sheet"), period=period
        )
        groups = Group.objects.filter(pk__in=mine.order_by().values("group"))
        course = key_of(data, "course")
        found = due_sheets(request.user, period, [group] if group else None)
        if course:
            found = [one for one in found if course in {c.pk for c in one.courses}]
        context = {
            **shell(self.admin_site, request),
            "title": "Ведомости сессии",
            "periods": periods,
            "period": period,
            "groups": groups,
            "group": group,
            "found": found,
            "left": sum(one.sheet is None for one in found),
            "own": sum(one.sheet is None and one.is_own for one in found),
            "every": EVERY,
            "left_out": left_out_words(request.user, found),
        }
        return TemplateResponse(request, "admin/results/due.html", context)

    def _all_made(self, request, period, group: int | None):
        """Every sheet that is lacking, as if each were made by its own button."""
        if period is None:
            raise BadRequest("period: за какой период создать ведомости")
        found = due_sheets(request.user, period, [group] if group else None)
        lacking = [one for one in found if one.sheet is None and one.is_own]
        made = 0
        for one in lacking[:MOST_AT_ONCE]:
            try:
                make_sheet(request.user, one)
                made += 1
            except ValidationError as error:
                words = f"{one.group}, {one.title}: {' '.join(error.messages)}"
                self.message_user(request, words, "ERROR")
        left = len(lacking) - MOST_AT_ONCE
        more = f" Осталось ещё {left}: нажмите ещё раз." if left > 0 else ""
        self.message_user(request, f"Создано ведомостей: {made}.{more}")
        query = urlencode({"period": period.pk, "group": group or ""})
        return HttpResponseRedirect(f"{request.path}?{query}")

    def _made(self, request, period, group: int | None, key: str):
        if period is None or group is None:
            raise BadRequest("group, period: чью ведомость создать")
        try:
            due = due_sheet(request.user, period, key, group)
            day = asked_day(request.POST.get("date", ""), due.date)
            sheet = make_sheet(request.user, due, day)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "ERROR")
            return HttpResponseRedirect(
                f"{request.path}?period={period.pk}&group={group}"
            )
        if words := left_out_words(request.user, [due]):
            self.message_user(request, words, "WARNING")
        return HttpResponseRedirect(
            reverse("admin:journal_sheet_fill", args=[sheet.pk])
        )


def left_out_words(user, found: list[DueSheet]) -> str:
    """«В подгруппах нет: …», course by course with a link to the split; "" of nobody."""
    courses = {one.courses[0]: one.left_out for one in found if one.left_out}
    words = []
    for course, names in courses.items():
        name = f"{course.discipline}, {course.group}"
        if user.has_perm("journal.view_subgroup"):
            at = reverse("admin:journal_subgroup_split", args=[course.pk])
            name = format_html('<a href="{}">{}</a>', at, name)
        words.append((listed(names, MOST_NAMED), name))
    if not words:
        return ""
    return format_html(
        "В подгруппах нет, и ни на одной ведомости их не будет: {}.",
        format_html_join("; ", "{} ({})", words),
    )


def _running(periods: list[Period]) -> Period | None:
    """The period that goes on, else the last that has begun."""
    today = timezone.localdate()
    begun = [one for one in periods if one.first_day <= today]
    return next(iter(begun), periods[-1] if periods else None)
