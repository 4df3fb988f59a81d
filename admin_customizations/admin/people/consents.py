"""Papers on personal data, and the list of those who have access to it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin, by_alphabet
from admin_customizations.toolkit.filters import AnswerFilter, ChoiceFilter
from admin_customizations.toolkit.pages import AskForm, Day, confirmed
from journal.models import Consent, DataPower
from journal.models.words import worded_lazily


class ConsentStateFilter(AnswerFilter):
    title = "состояние"
    parameter_name = "state"
    answers = {
        "on": ("действует", lambda: _in_force(timezone.localdate())),
        "off": ("отозвано", lambda: Q(withdrawn_on__lte=timezone.localdate())),
    }


def _in_force(today) -> Q:
    return Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=today)


class WhoseFilter(AnswerFilter):
    title = "чьё"
    parameter_name = "whose"
    answers = {
        "student": (worded_lazily("студента"), lambda: Q(student__isnull=False)),
        "guardian": ("представителя", lambda: Q(guardian__isnull=False)),
        "employee": ("сотрудника", lambda: Q(employee__isnull=False)),
    }


class WithdrawForm(AskForm):
    day = forms.DateField(label="Отозвано с", widget=Day)

    def prepare(self):
        self.initial["day"] = timezone.localdate()

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day < self.obj.signed_on:
            signed = f"{self.obj.signed_on:%d.%m.%Y}"
            raise ValidationError(f"Подписано {signed}: отозвать можно не раньше.")
        return day


def may_withdraw(by, consent) -> bool:
    return consent.withdrawn_on is None and consent.is_editable_by(by)


def may_restore(by, consent) -> bool:
    return consent.withdrawn_on is not None and consent.is_editable_by(by)


@admin.register(Consent)
class ConsentAdmin(Personal, ModelAdmin):
    """Consents of students and parents, undertakings of the staff."""

    card_name = "Согласие"
    list_display = ["subject_name", "kind", "signed_on", "signed_by", "withdrawn_on"]
    list_filter = [("kind", ChoiceFilter), ConsentStateFilter, WhoseFilter]
    list_select_related = ["student", "guardian", "employee", "signed_by"]
    search_fields = [
        "student__last_name",
        "student__first_name",
        "guardian__last_name",
        "guardian__first_name",
        "employee__last_name",
        "employee__first_name",
        "number",
    ]
    autocomplete_fields = ["student", "guardian", "employee", "signed_by"]
    fieldsets = [
        ("Чьи данные", {"fields": ["student", "guardian", "employee"]}),
        ("Документ", {"fields": [("kind", "number"), "purpose"]}),
        ("Подпись", {"fields": ["signed_by", ("signed_on", "withdrawn_on")]}),
    ]
    readonly_fields = ["withdrawn_on"]
    actions_detail = ["withdraw", "restore"]
    empty_hint = worded_lazily(
        "Согласий пока нет. Внесите их из карточек: раздел «Согласия» у студента,"
        " представителя и сотрудника."
    )

    def get_fieldsets(self, request, obj=None):
        """Whose papers one may not see at all is no field either."""
        seen = {
            name
            for name in ("student", "guardian", "employee")
            if request.user.has_perm(f"journal.view_{name}")
        }
        whose, paper, signature = super().get_fieldsets(request, obj)
        people = [name for name in whose[1]["fields"] if name in seen]
        signed = signature[1]["fields"]
        if not {"student", "guardian"} <= seen:
            signed = [name for name in signed if name != "signed_by"]
        return [
            (whose[0], {"fields": people}),
            paper,
            (signature[0], {"fields": signed}),
        ]

    def get_readonly_fields(self, request, obj=None):
        """A paper is about whom it was signed for: another person is another paper."""
        whose = ["student", "guardian", "employee"] if obj else []
        return [*self.readonly_fields, *whose]

    @admin.display(description="чьи данные")
    def subject_name(self, consent):
        return str(consent.subject)

    @confirmed(
        "Отозвать",
        may=may_withdraw,
        form=WithdrawForm,
        icon="unpublished",
        danger=True,
        text="С этого дня {} не действует. На карточке появится предупреждение.",
    )
    def withdraw(self, request, consent, data):
        consent.withdrawn_on = data["day"]
        consent.save()
        return f"Отозвано с {data['day']:%d.%m.%Y}."

    @confirmed(
        "Снять отметку об отзыве",
        may=may_restore,
        icon="undo",
        text="Отметка внесена по ошибке: {} действует, как до неё.",
    )
    def restore(self, request, consent, data):
        consent.withdrawn_on = None
        consent.save()
        return "Отметка об отзыве снята."


class InForceFilter(AnswerFilter):
    title = "доступ"
    parameter_name = "access"
    answers = {
        "on": ("есть сегодня", lambda: _open_on(timezone.localdate())),
        "off": ("прекращён", lambda: Q(end__lte=timezone.localdate())),
    }


def _open_on(today) -> Q:
    return Q(start__lte=today) & (Q(end__isnull=True) | Q(end__gt=today))


@admin.register(DataPower)
class DataPowerAdmin(ModelAdmin):
    """Who works with personal data and with which powers; the director sets it."""

    list_display = ["employee", "position", "powers", "basis", "start", "end"]
    list_filter = [InForceFilter]
    list_select_related = ["employee"]
    search_fields = ["employee__last_name", "employee__first_name", "powers", "basis"]
    autocomplete_fields = ["employee"]
    fields = ["employee", "powers", "basis", ("start", "end")]
    ordering = by_alphabet("employee__last_name", "employee__first_name")
    empty_hint = (
        "Перечень пуст. Внесите сотрудников, которых приказ директора "
        "допускает к персональным данным."
    )

    @admin.display(description="должность", ordering="employee__position")
    def position(self, power):
        return power.employee.position
