"""Certificates of study: templates, the button that issues one, the register (R31)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from admin_customizations.access import Kind, Personal, note
from admin_customizations.admin.base import ModelAdmin, labelled
from admin_customizations.toolkit.filters import (
    AnswerFilter,
    ChoiceFilter,
    ScopedRelatedFilter,
)
from admin_customizations.toolkit.pages import (
    AskForm,
    Choice,
    Line,
    change_url,
    confirmed,
    opened,
)
from admin_customizations.toolkit.widgets import Textarea
from journal.domain.contingent.certificates import (
    cancel_certificate,
    draft_certificate,
    issue_certificate,
    may_cancel,
    may_issue,
    may_print,
    templates_for,
)
from journal.models import Certificate, CertificateTemplate, Student
from journal.models.contingent.certificates import PLACEHOLDERS
from journal.models.reach import rights_q
from journal.models.words import worded, worded_lazily
from journal.pages.files import made
from journal.reports.contingent.certificates import letter, letter_of
from journal.reports.writers.letter import write_letter

DEFAULT_PURPOSE = Certificate._meta.get_field("purpose").default


class IssueForm(AskForm):
    template = forms.ModelChoiceField(
        CertificateTemplate.objects.none(), label="Образец", widget=Choice
    )
    purpose = forms.CharField(
        label="Куда выдаётся",
        max_length=200,
        widget=Line,
        help_text="Так, как должно стоять в справке: «в военный комиссариат».",
    )
    with_gaps = forms.BooleanField(
        label="Выдать с прочерками",
        required=False,
        help_text="Если в карточке чего-то не хватает.",
    )

    def prepare(self):
        offered = templates_for(self.user, self.obj)
        self.fields["template"].queryset = offered
        self.initial["template"] = offered.first()
        self.initial["purpose"] = DEFAULT_PURPOSE


class CertificateIssuing:
    """The button of a student's card; stands before its admin."""

    @confirmed(
        "Выдать справку",
        may=may_issue,
        form=IssueForm,
        icon="description",
        text="Справка получит следующий номер этого года и попадёт в журнал выдачи.",
    )
    def issue_certificate(self, request, student, data):
        certificate = issue_certificate(
            student,
            data["template"],
            data["purpose"],
            request.user,
            data["with_gaps"],
        )
        self.message_user(request, f"Справка {certificate} выдана: можно печатать.")
        register = self.admin_site.get_model_admin(Certificate)
        return HttpResponseRedirect(change_url(register, certificate))


class TrialForm(AskForm):
    student = forms.CharField(
        label=worded_lazily("Студент"),
        max_length=120,
        required=False,
        widget=Line,
        help_text="Фамилия и имя или номер личного дела. Пусто: первый по алфавиту.",
    )


def find_student(user, words: str) -> Student:
    """The student of a trial, of those about whom `user` issues certificates.

    Raises ValidationError where there is none, or more than one.
    """
    rows = Student.objects.filter(
        rights_q(user, Student.reach, "add_certificate"), memberships__isnull=False
    )
    for word in words.split():
        rows = rows.filter(
            Q(last_name__istartswith=word)
            | Q(first_name__istartswith=word)
            | Q(personal_no__iexact=word)
        )
    found = list(rows.distinct()[:2])
    if not found:
        raise ValidationError(
            worded("Такого студента нет среди тех, кому вы выдаёте справки.")
        )
    if words and len(found) > 1:
        raise ValidationError(
            worded("Таких студентов несколько. Напишите имя или номер дела.")
        )
    return found[0]


def may_try(by, template) -> bool:
    return by.has_perm("journal.add_certificate")


class TemplateForm(forms.ModelForm):
    class Meta:
        model = CertificateTemplate
        fields = ["body"]
        widgets = {"body": Textarea(attrs={"rows": 12})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            words = format_html_join(
                "", "<li><b>{{{}}}</b> — {}</li>", PLACEHOLDERS.items()
            )
            self.fields["body"].help_text = format_html(
                "Каждая строка — абзац. Вместо слов в скобках журнал впишет:"
                "<ul>{}</ul>",
                words,
            )


@admin.register(CertificateTemplate)
class CertificateTemplateAdmin(ModelAdmin):
    """The institution's own wording of certificates (273-ФЗ, art. 60 part 12)."""

    form = TemplateForm
    list_display = ["name", "kind", "has_results", "is_active"]
    list_filter = [("kind", ChoiceFilter)]
    search_fields = ["name", "title"]
    fieldsets = [
        (None, {"fields": [("name", "kind"), "title", "body", "has_results"]}),
        ("Подпись", {"fields": [("signatory_post", "signatory_name")]}),
        (None, {"fields": ["is_active"]}),
    ]
    actions_detail = ["trial"]
    empty_hint = "Образцов пока нет. Добавьте образец справки об обучении."
    empty_hint_reader = "Образцов справок пока нет: их пишет администратор журнала."

    @confirmed(
        "Проба",
        may=may_try,
        form=TrialForm,
        icon="preview",
        text=worded_lazily(
            "Журнал заполнит сохранённый образец по карточке студента. Номера проба не"
            " получает."
        ),
    )
    def trial(self, request, template, data):
        student = find_student(request.user, data["student"])
        if template not in templates_for(request.user, student) and template.is_active:
            raise ValidationError(
                worded("В этой справке отметки, а отметки студента вам не видны.")
            )
        day = timezone.localdate()
        draft = draft_certificate(
            student, template, DEFAULT_PURPOSE, day, request.user, "—"
        )
        lacking = f" Не хватает: {', '.join(draft.gaps)}." if draft.gaps else ""
        note(request, Kind.PRINTED, f"Проба справки: {student}", student=student)
        paper = letter(draft.content, "—", day, mark=f"ПРОБА, не документ.{lacking}")
        return made(write_letter(paper), "proba.pdf", is_shown=True)


class CancelForm(AskForm):
    reason = forms.CharField(label="Причина", max_length=200, widget=Line)


class ValidityFilter(AnswerFilter):
    title = "состояние"
    parameter_name = "state"
    answers = {
        "valid": ("действует", lambda: Q(cancelled_on__isnull=True)),
        "cancelled": ("аннулирована", lambda: Q(cancelled_on__isnull=False)),
    }


STATES = {"действует": "success", "аннулирована": "danger"}


@admin.register(Certificate)
class CertificateAdmin(Personal, ModelAdmin):
    """The register: rows come from the card of a student and are never rewritten."""

    card_name = "Справка"

    list_display = [
        "numbered",
        "issued_on",
        "name",
        "group",
        "template",
        "purpose",
        "issued_by",
        "state",
    ]
    list_filter = [
        ("template__kind", ChoiceFilter),
        ("template", ScopedRelatedFilter),
        ValidityFilter,
    ]
    list_select_related = ["student", "template", "issued_by"]
    search_fields = ["number", "student__last_name", "student__first_name", "purpose"]
    date_hierarchy = "issued_on"
    ordering = ["-year", "-number"]
    actions_detail = ["print_paper", "cancel"]
    empty_hint = worded_lazily(
        "Справок ещё не выдавали. Справку выдают с карточки студента."
    )
    empty_hint_reader = worded_lazily(
        "Справок ещё не выдавали. Справку выдают с карточки студента."
    )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        cancelled = obj is not None and obj.cancelled_on
        return [
            (
                None,
                {
                    "fields": [
                        ("numbered", "issued_on"),
                        ("student", "group"),
                        ("template", "issued_by"),
                        "purpose",
                        "text",
                    ]
                },
            ),
            *(
                [("Аннулирована", {"fields": [("cancelled_on", "cancel_reason")]})]
                if cancelled
                else []
            ),
        ]

    def get_readonly_fields(self, request, obj=None):
        return ["numbered", "group", "text"]

    @admin.display(description="номер", ordering="number")
    def numbered(self, certificate):
        return f"{certificate.number} / {certificate.year}"

    @admin.display(description="кому", ordering="student__last_name")
    def name(self, certificate):
        return certificate.content.get("student") or certificate.student

    @admin.display(description=worded_lazily("группа"))
    def group(self, certificate):
        return certificate.content.get("group", "")

    @labelled(description="состояние", ordering="cancelled_on", label=STATES)
    def state(self, certificate):
        return "аннулирована" if certificate.cancelled_on else "действует"

    @admin.display(description="текст")
    def text(self, certificate):
        return "\n".join(certificate.content.get("paragraphs", ()))

    @opened("Печать", may=may_print, icon="print")
    def print_paper(self, request, certificate):
        student = certificate.student
        words = f"Справка {certificate}: {student}"
        note(request, Kind.PRINTED, words, student=student)
        name = f"spravka-{certificate.number}-{certificate.year}.pdf"
        return made(write_letter(letter_of(certificate)), name, is_shown=True)

    @confirmed(
        "Аннулировать",
        may=may_cancel,
        form=CancelForm,
        icon="cancel",
        danger=True,
        text="Номер останется занятым, на печатной копии будет отметка.",
    )
    def cancel(self, request, certificate, data):
        cancel_certificate(certificate, data["reason"])
        return f"Справка {certificate} аннулирована."
