"""Closing of periods: the checklist of one, and what is closed."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.batches import may_order
from admin_customizations.toolkit.asked import key_of
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import (
    AskForm,
    Day,
    Line,
    confirmed,
    opened_from_list,
)
from admin_customizations.toolkit.shell import shell
from journal.domain.archive.checklist import (
    MOST_REASON,
    Gap,
    Point,
    checklist_of,
    close_checked,
    lacking,
)
from journal.domain.archive.closing import (
    close_again,
    closed_early,
    is_closed,
    may_close_again,
    may_reopen,
    reopen_period,
)
from journal.domain.archive.reopened import Opened, reopenings
from journal.models import Group, Period, PeriodClosing

NAMED = 15
PERIODS = 8
Aspect = PeriodClosing.Aspect


def lessons_url(period: Period, teacher: int, lacks: str) -> str:
    """Lessons of a period, up to today, that a teacher answers for and that lack it."""
    query = {
        "answers": teacher,
        "lacks": lacks,
        "date__gte": period.first_day,
        "date__lt": min(period.last_day, timezone.localdate()) + timedelta(days=1),
    }
    return f"{reverse('admin:journal_lesson_changelist')}?{urlencode(query)}"


def gap_url(period: Period, point: Point, gap: Gap, user) -> str:
    """Where a gap is mended, or seen by whoever makes no sheets."""
    if point.slug in ("taken", "topic"):
        return lessons_url(period, gap.key, point.slug)
    if point.slug == "owed":
        return reverse("admin:journal_course_spread", args=[gap.key])
    if point.slug == "works":
        return reverse("admin:journal_lesson_change", args=[gap.key])
    if point.slug == "hours":
        return f"{reverse('admin:journal_course_hours')}?period={period.pk}"
    if point.slug == "requests":
        return reverse("admin:journal_correctionrequest_waiting")
    if point.slug == "term":
        return reverse("admin:journal_course_results", args=[gap.key])
    if point.slug == "subgroups":
        return reverse("admin:journal_subgroup_split", args=[gap.key])
    if point.slug == "attestation" and not user.has_perm("journal.add_sheet"):
        return reverse("admin:journal_sheet_changelist")
    if point.slug == "attestation":
        query = urlencode({"period": period.pk, "course": gap.key})
        return f"{reverse('admin:journal_sheet_due')}?{query}"
    return reverse("admin:journal_sheet_change", args=[gap.key])


def anew_url(period: Period, opened: Opened, user) -> str:
    """Where the reports of the groups that were changed are made anew; "" of none."""
    names = {one.group for one in opened.changes}
    if not names or not may_order(user):
        return ""
    groups = Group.objects.visible_to(user).filter(name__in=names)
    query = {"period": period.pk, "group": list(groups.values_list("pk", flat=True))}
    return f"{reverse('admin:report_batches')}?{urlencode(query, doseq=True)}"


class ClosingForm(forms.ModelForm):
    """Closes; where something is missing, it asks why all the same."""

    reason = forms.CharField(
        label="Причина, если заполнено не всё или период ещё идёт",
        max_length=MOST_REASON,
        required=False,
    )


class ReopenForm(AskForm):
    until = forms.DateField(label="Открыть по какой день включительно", widget=Day)
    reason = forms.CharField(label="Причина", max_length=300, widget=Line)

    def prepare(self):
        self.initial["until"] = timezone.localdate()


@admin.register(PeriodClosing)
class PeriodClosingAdmin(ModelAdmin):
    """A new row closes; nobody edits one, a second person opens it for a while."""

    list_display = ["period", "aspect", "is_closed", "closed_at", "closed_by"]
    list_filter = [("period", ScopedRelatedFilter), ("aspect", ChoiceFilter)]
    list_select_related = ["period__year", "closed_by", "reopened_by"]
    form = ClosingForm
    fields = ["period", "aspect", "reason"]
    actions_list = ["to_checklist"]
    readonly_fields = ["closed_early"]
    actions_detail = ["reopen", "close_again"]
    empty_hint = (
        "Закрытых периодов нет. Откройте «Проверку периода»: там видно, чего не хватает, "
        "и закрывается каждая часть."
    )
    empty_hint_reader = "Закрытых периодов пока нет."

    def get_fields(self, request, obj=None):
        if obj is None:
            return self.fields
        return [
            ("period", "aspect"),
            ("closed_at", "closed_by"),
            ("reopened_until", "reopened_by"),
            ("reopen_reason", "closed_early"),
        ]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        reason = form.cleaned_data["reason"]
        obj.pk = close_checked(request.user, obj.period, obj.aspect, reason).pk

    def get_urls(self):
        page = self.admin_site.admin_view(self.checklist)
        name = "journal_periodclosing_checklist"
        return [path("checklist/", page, name=name), *super().get_urls()]

    def has_checklist_permission(self, request):
        return request.user.has_perm("journal.add_periodclosing") or (
            request.user.has_perm("journal.reopen_periodclosing")
        )

    @opened_from_list("Проверка периода", permission="checklist", icon="checklist")
    def to_checklist(self, request):
        return HttpResponseRedirect(reverse("admin:journal_periodclosing_checklist"))

    def checklist(self, request):
        """What a period lacks, aspect by aspect, and closing each."""
        self.may_look(request)
        if not self.has_checklist_permission(request):
            raise PermissionDenied
        today, problem = timezone.localdate(), ""
        begun = Period.objects.filter(first_day__lte=today).select_related("year")
        period = begun.order_by("-first_day").first()
        if key := key_of(request.GET, "period"):
            period = get_object_or_404(begun, pk=key)
        if request.method == "POST" and period:
            try:
                return self._close(request, period)
            except ValidationError as error:
                problem = " ".join(error.messages)
        context = {
            **shell(self.admin_site, request),
            "title": f"Проверка периода: {period}" if period else "Проверка периода",
            "periods": begun.order_by("-first_day")[:PERIODS],
            "period": period,
            "is_running": bool(period) and today <= period.last_day,
            "aspects": self._aspects(request, period, today) if period else [],
            "reason": request.POST.get("reason", "")[:MOST_REASON],
            "problem": problem,
            "named": NAMED,
        }
        return TemplateResponse(request, "admin/archive/checklist.html", context)

    def _close(self, request, period: Period):
        if not self.has_add_permission(request):
            raise PermissionDenied
        aspect = request.POST.get("aspect", "")
        if aspect not in Aspect.values:
            raise BadRequest(f"aspect: {', '.join(Aspect.values)}")
        reason = request.POST.get("reason", "").replace("\x00", "")
        closing = close_checked(request.user, period, aspect, reason)
        self.message_user(request, f"{closing}: закрыто.")
        return HttpResponseRedirect(f"{request.path}?period={period.pk}")

    def _aspects(self, request, period: Period, today) -> list[dict]:
        closings = {
            one.aspect: one
            for one in period.closings.select_related("closed_by", "reopened_by")
        }
        found = []
        for aspect, points in checklist_of(period, today).items():
            closing = closings.get(aspect)
            found.append(
                {
                    "value": aspect,
                    "title": Aspect(aspect).label.capitalize(),
                    "points": [
                        (
                            point,
                            [
                                (gap, gap_url(period, point, gap, request.user))
                                for gap in point.gaps[:NAMED]
                            ],
                            max(len(point.gaps) - NAMED, 0),
                        )
                        for point in points
                    ],
                    "lacks": bool(lacking(points)),
                    "closing": closing,
                    "is_closed": closing and is_closed(closing),
                    "may_close": closing is None and self.has_add_permission(request),
                    "opened": [
                        (one, anew_url(period, one, request.user))
                        for one in (
                            reopenings(closing, request.user) if closing else ()
                        )
                    ],
                }
            )
        return found

    @admin.display(description="сейчас закрыто", boolean=True)
    def is_closed(self, closing):
        return is_closed(closing)

    @admin.display(description="закрыто досрочно", empty_value="—")
    def closed_early(self, closing):
        step = closed_early(closing)
        if step is None:
            return None
        at = timezone.localtime(step.history_date)
        return f"{at:%d.%m.%Y %H:%M}, {step.history_user or 'неизвестно кем'}"

    @confirmed(
        "Открыть на время",
        may=may_reopen,
        form=ReopenForm,
        icon="lock_open",
        danger=True,
        text="После этого дня период закроется снова. Причина останется в истории.",
    )
    def reopen(self, request, closing, data):
        reopen_period(closing, request.user, data["until"], data["reason"])
        return f"{closing}: открыто по {data['until']:%d.%m.%Y} включительно."

    @confirmed(
        "Закрыть сейчас",
        may=may_close_again,
        icon="lock",
        text="Снова открыть период сможет не тот, кто сейчас его закроет.",
    )
    def close_again(self, request, closing, data):
        close_again(closing, request.user)
        return f"{closing}: закрыто."
