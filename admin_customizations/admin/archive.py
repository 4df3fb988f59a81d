"""Closing of periods."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import AskForm, Day, Line, confirmed
from journal.domain.archive.closing import (
    close_again,
    close_period,
    is_closed,
    may_close_again,
    may_reopen,
    reopen_period,
)
from journal.models import PeriodClosing


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
    fields = ["period", "aspect"]
    actions_detail = ["reopen", "close_again"]
    empty_hint = "Закрытых периодов нет. Закройте период, когда журнал проверен."
    empty_hint_reader = "Закрытых периодов пока нет."

    def get_fields(self, request, obj=None):
        if obj is None:
            return self.fields
        return [
            ("period", "aspect"),
            ("closed_at", "closed_by"),
            ("reopened_until", "reopened_by"),
            "reopen_reason",
        ]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        closing = close_period(obj.period, obj.aspect, request.user)
        obj.pk = closing.pk

    @admin.display(description="закрыто", boolean=True)
    def is_closed(self, closing):
        return is_closed(closing)

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

    @confirmed("Закрыть сейчас", may=may_close_again, icon="lock")
    def close_again(self, request, closing, data):
        close_again(closing, request.user)
        return f"{closing}: закрыто."
