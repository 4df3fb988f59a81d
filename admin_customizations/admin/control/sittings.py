"""A look at many corrections of one person at once (F10, safety A16)."""

from datetime import datetime

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.asked import key_of
from admin_customizations.toolkit.filters import ChoiceFilter
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.control.requests import MOST_REASON, spoken
from journal.domain.control.sittings import (
    Sitting,
    find_sitting,
    flagged,
    may_review,
    may_see,
    may_undo,
    read_sittings,
)
from journal.domain.control.strangers import written_by_others
from journal.domain.control.undoing import (
    Cell,
    approve_sitting,
    cells_of,
    undo_sitting,
)
from journal.models import Lesson, SittingReview, User

SHOWN = 100


def sitting_url(sitting: Sitting) -> str:
    """The page of one sitting."""
    query = {"person": sitting.person, "began": sitting.began.isoformat()}
    return f"{reverse('admin:journal_sittingreview_sitting')}?{urlencode(query)}"


def names_of(people: set[int]) -> dict[int, str]:
    """User → short name; one query."""
    rows = User.objects.filter(pk__in=people).select_related("employee")
    return {one.pk: one.short_name for one in rows}


def strange_lines(
    user: User, since: datetime, most: int
) -> tuple[list[tuple[str, str]], int]:
    """(words, address) of the last that others wrote in a teacher's journal since then.

    And how many there are.
    """
    told = written_by_others(user, since)
    names = names_of({one.by for one in told[:most]}) if told else {}
    found = []
    for one in told[:most]:
        page = "lesson" if isinstance(one.place, Lesson) else "sheet"
        at = f"{timezone.localtime(one.at):%d.%m.%Y %H:%M}"
        words = f"Записано не вами, {one.place}: {one.count} ({names[one.by]}, {at})"
        url = reverse(f"admin:journal_{page}_change", args=[one.place.pk])
        found.append((words, url))
    return found, len(told)


def _asked(request) -> Sitting:
    """The sitting that the address names; 404 where there is none."""
    person = key_of(request.GET, "person")
    try:
        began = datetime.fromisoformat(request.GET.get("began", ""))
    except ValueError as error:
        raise BadRequest("began: момент, например 2026-10-14T22:10:00+00:00") from error
    if person is None or began.tzinfo is None:
        raise BadRequest("person и began: чьи исправления и с какого момента")
    if not may_see(request.user, person):
        raise PermissionDenied
    sitting = find_sitting(person, began)
    if sitting is None:
        raise Http404
    return sitting


def _place(cell: Cell) -> str:
    """The page of the journal on which a cell stands."""
    if cell.lesson:
        return reverse("admin:journal_lesson_change", args=[cell.lesson])
    return (
        reverse("admin:journal_sheet_change", args=[cell.sheet]) if cell.sheet else ""
    )


@admin.register(SittingReview)
class SittingReviewAdmin(ReadOnly, ModelAdmin):
    """What was looked at of many corrections in one go."""

    list_display = ["began_at", "person", "count", "verdict", "by", "at"]
    list_filter = [("verdict", ChoiceFilter)]
    list_select_related = ["person", "by"]
    date_hierarchy = "began_at"
    actions_list = ["to_flagged"]
    empty_hint_reader = (
        "Исправлений, на которые стоило бы взглянуть, пока не проверяли."
    )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "journal_sittingreview"
        return [
            path("flagged/", wrap(self.flagged), name=f"{name}_flagged"),
            path("sitting/", wrap(self.sitting), name=f"{name}_sitting"),
            *super().get_urls(),
        ]

    def has_flagged_permission(self, request):
        return request.user.has_perm("journal.add_sittingreview")

    @opened_from_list("Ждут проверки", permission="flagged", icon="flag")
    def to_flagged(self, request):
        return HttpResponseRedirect(reverse("admin:journal_sittingreview_flagged"))

    def flagged(self, request):
        """Sittings of the last 30 days: those to look at, or all of them."""
        self.may_look(request)
        if not self.has_flagged_permission(request):
            raise PermissionDenied
        is_all = request.GET.get("show") == "all"
        found = read_sittings() if is_all else flagged()
        names = names_of({one.person for one in found[:SHOWN]})
        context = {
            **shell(self.admin_site, request),
            "title": "Исправления, на которые стоит взглянуть",
            "rows": [
                (one, names.get(one.person, ""), sitting_url(one), ", ".join(one.signs))
                for one in found[:SHOWN]
            ],
            "is_all": is_all,
            "is_cut": len(found) > SHOWN,
            "shown": SHOWN,
        }
        return TemplateResponse(request, "admin/control/flagged.html", context)

    def sitting(self, request):
        """Every change of one sitting, before and after; reviewed by a second person."""
        sitting = _asked(request)
        problem: list[str] = []
        if request.method == "POST":
            try:
                return self._reviewed(request, sitting)
            except ValidationError as error:
                problem = error.messages
        (name,) = names_of({sitting.person}).values()
        context = {
            **shell(self.admin_site, request),
            "title": f"Исправления: {name}",
            "sitting": sitting,
            "signs": ", ".join(sitting.signs),
            "cells": [
                (
                    cell,
                    [spoken(value) for value in cell.values],
                    spoken(cell.now),
                    _place(cell),
                )
                for cell in cells_of(sitting)
            ],
            "is_own": sitting.person == request.user.pk,
            "may_review": may_review(request.user, sitting),
            "may_undo": may_undo(request.user, sitting),
            "may_list": self.has_flagged_permission(request),
            "note": request.POST.get("note", "")[:MOST_REASON],
            "problem": problem,
        }
        return TemplateResponse(request, "admin/control/sitting.html", context)

    def _reviewed(self, request, sitting: Sitting):
        note = request.POST.get("note", "").replace("\x00", "").strip()
        if len(note) > MOST_REASON:
            raise ValidationError(f"Пояснение — не длиннее {MOST_REASON} знаков.")
        if "undo" in request.POST:
            _, left = undo_sitting(request.user, sitting, note)
            words = "Исправления отменены новыми исправлениями, история сохранена."
            self.message_user(request, words)
            for cell in left:
                words = f"Не отменено: {cell.name}, {cell.place}, {cell.what}. "
                self.message_user(request, words + cell.trouble, "warning")
        elif "fine" in request.POST:
            approve_sitting(request.user, sitting, note)
            self.message_user(request, "Отмечено: исправления верны.")
        else:
            raise BadRequest("Ожидается fine или undo.")
        return HttpResponseRedirect(sitting_url(sitting))
