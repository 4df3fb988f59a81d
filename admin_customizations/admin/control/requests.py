"""Requests to correct what is closed: asked in the journal, decided here (F10)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from admin_customizations.admin.base import ModelAdmin, ReadOnly, labelled
from admin_customizations.toolkit.asked import asked_key
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import (
    AskForm,
    Line,
    confirmed,
    opened_from_list,
)
from admin_customizations.toolkit.shell import shell
from journal.domain.control.requests import (
    MOST_REASON,
    decide,
    may_decide,
    may_withdraw,
    spoken,
    values_now,
    waiting_for,
    withdraw,
)
from journal.domain.lessons import ABSENCE
from journal.models import CorrectionRequest

SHOWN = 100
STATE_LABELS = {
    "ждёт решения": "warning",
    "разрешено": "info",
    "исправлено": "success",
    "отклонено": "danger",
    "отозвано": "info",
}
RELATED = [
    "student",
    "group",
    "course__discipline",
    "course__group",
    "lesson",
    "result__sheet__group",
    "by__employee",
    "decided_by__employee",
]


def place_of(request: CorrectionRequest) -> str:
    """The cell or the result in words."""
    if request.result_id:
        return str(request.result.sheet)
    what = "отсутствие" if request.field == ABSENCE else f"отметка {request.field}"
    return f"{request.lesson.date:%d.%m.%Y}, {request.course.discipline}: {what}"


def address_of(request: CorrectionRequest) -> str:
    """The page of the journal on which the place stands."""
    if request.result_id:
        return reverse("admin:journal_sheet_change", args=[request.result.sheet_id])
    return reverse("admin:journal_lesson_change", args=[request.lesson_id])


class ApproveForm(AskForm):
    remark = forms.CharField(
        label="Ответ", max_length=MOST_REASON, required=False, widget=Line
    )


class RefuseForm(AskForm):
    remark = forms.CharField(
        label="Ответ",
        max_length=MOST_REASON,
        widget=Line,
        help_text="Почему запись остаётся как есть. Увидит тот, кто просил.",
    )


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(ReadOnly, ModelAdmin):
    """Requests of teachers, to be decided by a second person."""

    list_display = ["at", "student", "group", "place", "change", "asker", "state_label"]
    list_display_links = ["at", "student"]
    list_filter = [("state", ChoiceFilter), ("group", ScopedRelatedFilter)]
    list_select_related = RELATED
    search_fields = ["student__last_name", "reason"]
    date_hierarchy = "at"
    fields = [
        ("student", "group"),
        ("place", "change"),
        "reason",
        ("asker", "at"),
        ("state_label", "decider", "decided_at"),
        "remark",
    ]
    readonly_fields = ["place", "change", "asker", "decider", "state_label"]
    actions_list = ["to_waiting"]
    actions_detail = ["approve", "refuse", "take_back"]
    empty_hint_reader = (
        "Запросов на исправление нет. Запрос подают из журнала, когда период закрыт, "
        "или из подписанной ведомости."
    )

    @admin.display(description="что исправить")
    def place(self, request):
        return place_of(request)

    @admin.display(description="стоит → должно быть")
    def change(self, request):
        return f"{spoken(request.old)} → {spoken(request.new)}"

    @admin.display(description="кто просит", ordering="by")
    def asker(self, request):
        return request.by.short_name

    @admin.display(description="кто решил")
    def decider(self, request):
        by = request.decided_by
        return by.short_name if by else ""

    @labelled(description="состояние", ordering="state", label=STATE_LABELS)
    def state_label(self, request):
        return request.get_state_display()

    def get_urls(self):
        page = self.admin_site.admin_view(self.waiting)
        name = "journal_correctionrequest_waiting"
        return [path("waiting/", page, name=name), *super().get_urls()]

    def has_waiting_permission(self, request):
        return may_decide(request.user)

    @opened_from_list("Ждут решения", permission="waiting", icon="rule")
    def to_waiting(self, request):
        return HttpResponseRedirect(reverse("admin:journal_correctionrequest_waiting"))

    def waiting(self, request):
        """What waits for this person; decided one by one or many at once."""
        self.may_look(request)
        if not may_decide(request.user):
            raise PermissionDenied
        problem = ""
        if request.method == "POST":
            try:
                self._decide(request)
            except ValidationError as error:
                problem = " ".join(error.messages)
            else:
                return HttpResponseRedirect(request.path)
        rows = list(waiting_for(request.user).select_related(*RELATED)[: SHOWN + 1])
        shown, now = rows[:SHOWN], values_now(rows[:SHOWN])
        context = {
            **shell(self.admin_site, request),
            "title": "Запросы на исправление",
            "rows": [
                (
                    one,
                    place_of(one),
                    address_of(one),
                    one.by.short_name,
                    spoken(one.old),
                    spoken(one.new),
                    spoken(now[one.pk]) if now[one.pk] != one.old else "",
                )
                for one in shown
            ],
            "is_cut": len(rows) > SHOWN,
            "shown": SHOWN,
            "problem": problem,
            "remark": request.POST.get("remark", "")[:MOST_REASON],
            "picked": request.POST.getlist("pick"),
        }
        return TemplateResponse(request, "admin/control/requests.html", context)

    def _decide(self, request):
        """`approve` or `refuse` says which: the key of one request, or all that are
        picked."""
        data = request.POST
        if not data.keys() & {"approve", "refuse"}:
            raise BadRequest("Ожидается approve или refuse.")
        is_approved = "approve" in data
        one = asked_key(data.get("approve" if is_approved else "refuse", ""))
        keys = [one] if one else [asked_key(key) for key in data.getlist("pick")]
        keys = list(dict.fromkeys(key for key in keys if key))[:SHOWN]
        if not keys:
            raise ValidationError("Ничего не отмечено: отметьте запросы в списке.")
        seen = CorrectionRequest.objects.visible_to(request.user)
        if seen.filter(pk__in=keys).count() != len(keys):
            raise Http404
        remark = data.get("remark", "").replace("\x00", "")
        found = decide(request.user, keys, is_approved, remark)
        self._tell(request, found, is_approved)

    def _tell(self, request, found, is_approved: bool):
        done = sum(one.is_done for one in found)
        if done:
            word = "Разрешено и исправлено" if is_approved else "Отклонено"
            self.message_user(request, f"{word}: {done}.")
        for one in found:
            if not one.is_done:
                words = f"{one.request.student}: не исправлено. {one.words}"
                self.message_user(request, words, "warning")

    def _one(self, request, asked, is_approved: bool, remark: str) -> str:
        (done,) = decide(request.user, [asked.pk], is_approved, remark)
        if not done.is_done:
            raise ValidationError(done.words)
        return f"{asked}: {done.words}, ответ увидит тот, кто просил."

    @confirmed(
        "Разрешить и исправить",
        may=may_decide,
        form=ApproveForm,
        icon="check",
        text="Запись будет исправлена сразу: {}.",
    )
    def approve(self, request, asked, data):
        return self._one(request, asked, True, data["remark"])

    @confirmed(
        "Отклонить",
        may=may_decide,
        form=RefuseForm,
        icon="close",
        danger=True,
    )
    def refuse(self, request, asked, data):
        return self._one(request, asked, False, data["remark"])

    @confirmed(
        "Отозвать запрос",
        may=may_withdraw,
        icon="undo",
        text="Запись останется как есть: {}.",
    )
    def take_back(self, request, asked, data):
        withdraw(request.user, asked)
        return f"{asked}: запрос отозван."
