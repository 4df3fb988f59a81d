"""Lists due: what each department hands in, until when, and who is late (C2)."""

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import F
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.shell import shell
from journal.domain.contingent.deliveries import due_lists, hand_in
from journal.domain.words import plural
from journal.models import ListDelivery

MOST_NOTE = 300


@admin.register(ListDelivery)
class ListDeliveryAdmin(ReadOnly, ModelAdmin):
    """What was handed in; what is due stands on a page of its own."""

    list_display = ["due_on", "kind", "department", "handed_in_on", "by", "note"]
    list_display_links = ["due_on", "kind"]
    list_filter = [("kind", ChoiceFilter), ("department", ScopedRelatedFilter)]
    list_select_related = ["department", "by"]
    date_hierarchy = "due_on"
    fields = ["kind", "department", ("due_on", "handed_in_on"), "by", "note"]
    ordering = [F("due_on").desc(), "kind"]
    empty_hint = "Списков ещё никто не сдавал."
    empty_hint_reader = "Списков ещё никто не сдавал."

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("due/", wrap(self.due), name="journal_listdelivery_due"),
            *super().get_urls(),
        ]

    def due(self, request):
        """What is due, late first, and the button of whoever hands it in."""
        self.may_look(request)
        if request.method == "POST":
            self._hand_in(request)
            return HttpResponseRedirect(request.path)
        user, today = request.user, timezone.localdate()
        own = {due.key for due in due_lists(user, today, "add")}
        lines = due_lists(user, today)
        context = {
            **shell(self.admin_site, request),
            "title": "Сдача списков",
            "lines": [
                {
                    "due": due,
                    "words": _words(due),
                    "may": due.key in own and due.delivery is None,
                    "by": due.delivery.by.short_name
                    if due.delivery and due.delivery.by
                    else "",
                }
                for due in lines
            ],
            "late": sum(due.is_late for due in lines),
            "hands_in": bool(own),
            "today": today,
        }
        return TemplateResponse(request, "admin/contingent/due.html", context)

    def _hand_in(self, request) -> None:
        if not request.user.has_perm("journal.add_listdelivery"):
            raise PermissionDenied
        keys = request.POST.getlist("one") or request.POST.getlist("list")
        note = request.POST.get("note", "")
        if len(note) > MOST_NOTE:
            raise BadRequest(f"note: не длиннее {MOST_NOTE} знаков")
        if not keys:
            self.message_user(request, "Отметьте хотя бы один список.", "warning")
            return
        try:
            done = hand_in(request.user, keys, timezone.localdate(), note)
        except ValidationError as error:
            raise BadRequest(" ".join(error.messages)) from error
        self.message_user(
            request,
            f"Сдано: {plural(done, 'список', 'списка', 'списков')}."
            if done
            else "Эти списки уже сданы.",
        )


def _words(due) -> str:
    """How a list stands, in words."""
    late = plural(due.days_late, "день", "дня", "дней")
    if due.delivery is None:
        return f"просрочено на {late}" if due.days_late else "ещё не сдано"
    return f"на {late} позже срока" if due.days_late else "в срок"
