"""Mismatch reports: the curator tells, the administrator works them off (C3)."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin, labelled
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import AskForm, Choice, Line, Lines, confirmed
from journal.domain.contingent.mismatches import (
    groups_to_report,
    may_answer,
    may_solve,
    may_take,
    namesakes,
    orders_that_mend,
    reject_mismatch,
    report_mismatch,
    solve_mismatch,
    take_mismatch,
)
from journal.models import Mismatch, Order
from journal.models.words import worded, worded_lazily

STATE_LABELS = {
    "новое": "warning",
    "в работе": "info",
    "исправлено": "success",
    "отклонено": "danger",
}


class ReportForm(forms.ModelForm):
    """Says under the field what is missing, before the domain refuses it."""

    def clean(self):
        found = super().clean()
        if found.get("kind") == Mismatch.Kind.LEFT and not found.get("student"):
            self.add_error("student", "Выберите, кто выбыл.")
        if found.get("kind") == Mismatch.Kind.UNLISTED and not found.get("name"):
            self.add_error("name", "Напишите фамилию, имя и отчество.")
        return found


class SolveForm(AskForm):
    order = forms.ModelChoiceField(
        Order.objects.none(),
        required=False,
        label="Каким приказом исправлено",
        empty_label="без приказа",
        widget=Choice,
        help_text=worded_lazily(
            "Проведённые приказы об этом студенте и этой группе.",
            "Проведённые приказы об этом ученике и этом классе.",
        ),
    )
    answer = forms.CharField(
        label=worded_lazily("Ответ куратору"),
        max_length=300,
        required=False,
        widget=Line,
    )

    def prepare(self):
        self.fields["order"].queryset = orders_that_mend(self.user, self.obj)


class RejectForm(AskForm):
    answer = forms.CharField(
        label=worded_lazily("Ответ куратору"),
        max_length=300,
        widget=Lines(attrs={"rows": 2}),
        help_text="Почему список верен.",
    )


@admin.register(Mismatch)
class MismatchAdmin(Personal, ModelAdmin):
    """What was told of lists, and what came of it; nobody edits a report."""

    card_name = "Расхождение"
    form = ReportForm
    list_display = ["who", "kind", "group", "since", "state_label", "told", "answer"]
    list_display_links = ["who"]
    list_filter = [
        ("state", ChoiceFilter),
        ("kind", ChoiceFilter),
        ("group", ScopedRelatedFilter),
    ]
    list_select_related = ["student", "group", "reported_by", "order", "answered_by"]
    search_fields = ["student__last_name", "student__first_name", "name"]
    ordering = ["-reported_at", "-pk"]
    autocomplete_fields = ["student"]
    fieldsets = [
        (None, {"fields": [("group", "kind"), ("student", "name"), "since", "note"]})
    ]
    actions_detail = ["take", "solve", "reject"]
    empty_hint = worded_lazily(
        "Расхождений нет. Если студент выбыл, а в списке есть, или учится, а в списке"
        " его нет, сообщите об этом администратору журнала."
    )
    empty_hint_reader = worded_lazily(
        "Кураторы ни о каких расхождениях со списками не сообщали."
    )

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request):
        allowed = super().has_add_permission(request)
        return allowed and groups_to_report(request.user).exists()

    def choices_for(self, db_field, request, kwargs):
        if db_field.name == "group":
            return groups_to_report(request.user)
        return super().choices_for(db_field, request, kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        groups = form.base_fields.get("group")
        if obj is None and groups and groups.queryset.count() == 1:
            groups.initial = groups.queryset.get().pk
        return form

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.fieldsets
        told = ["who", "group", "kind", "since", "note", "told"]
        if not obj.student_id and may_answer(request.user, obj):
            told.append("cards")
            obj.namesakes = namesakes(request.user, obj)
        answer = ["state_label", "answer", "order", "answered"]
        return [("Сообщение", {"fields": told}), ("Ответ", {"fields": answer})]

    def get_readonly_fields(self, request, obj=None):
        return ["who", "told", "cards", "state_label", "answered"] if obj else []

    def save_model(self, request, obj, form, change):
        report_mismatch(request.user, obj)

    @admin.display(description="о ком", ordering="student__last_name")
    def who(self, mismatch):
        return mismatch.student or mismatch.name

    @admin.display(description="сообщил", ordering="reported_at")
    def told(self, mismatch):
        at = timezone.localtime(mismatch.reported_at)
        return f"{mismatch.reported_by or 'неизвестно'}, {at:%d.%m.%Y %H:%M}"

    @admin.display(description="ответил")
    def answered(self, mismatch):
        if mismatch.answered_at is None:
            return None
        at = timezone.localtime(mismatch.answered_at)
        return f"{mismatch.answered_by}, {at:%d.%m.%Y %H:%M}"

    @labelled(description="состояние", ordering="state", label=STATE_LABELS)
    def state_label(self, mismatch):
        return mismatch.get_state_display()

    @admin.display(description="карточки с таким именем")
    def cards(self, mismatch):
        """Told to those who answer: the student may have sat elsewhere before."""
        rows = format_html_join(
            mark_safe("<br>"),
            '<a href="{}">{}</a>, {}',
            (
                (
                    reverse("admin:journal_student_change", args=[card.pk]),
                    card.full_name,
                    f"{card.birth_date:%d.%m.%Y}"
                    if card.birth_date
                    else "дата рождения не записана",
                )
                for card in mismatch.namesakes
            ),
        )
        return rows or worded("нет: студента нужно зачислить приказом")

    @confirmed(
        "Взять в работу",
        may=may_take,
        icon="pan_tool",
        text=worded_lazily("Куратор увидит, что вы этим занимаетесь."),
    )
    def take(self, request, mismatch, data):
        take_mismatch(mismatch, request.user)
        return f"{mismatch}: взято в работу."

    @confirmed(
        "Исправлено",
        may=may_solve,
        form=SolveForm,
        icon="check",
        text=worded_lazily("Список исправлен. Куратор увидит ответ и приказ."),
    )
    def solve(self, request, mismatch, data):
        solve_mismatch(mismatch, request.user, data["order"], data["answer"])
        return f"{mismatch}: исправлено, {worded('куратор')} увидит ответ."

    @confirmed(
        "Отклонить с ответом", may=may_solve, form=RejectForm, icon="close", danger=True
    )
    def reject(self, request, mismatch, data):
        reject_mismatch(mismatch, request.user, data["answer"])
        return f"{mismatch}: отклонено, {worded('куратор')} увидит ответ."
