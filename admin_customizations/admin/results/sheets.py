"""Sheets of attestation: their list, their head, what is done with one (F6, F7)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from admin_customizations.access import Kind, note
from admin_customizations.admin.base import ModelAdmin, TabularInline, labelled
from admin_customizations.admin.results.attesting import SheetPages
from admin_customizations.admin.results.correcting import StandingSheet
from admin_customizations.admin.results.due import DuePages
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import (
    AskForm,
    Choices,
    Day,
    Line,
    confirmed,
    opened,
)
from admin_customizations.toolkit.widgets import LongSelect
from journal.domain.results.retakes import (
    CLOSED,
    may_open_retake,
    open_retake,
    owing_on,
)
from journal.domain.results.scales import (
    RUNNING,
    THRESHOLDS,
    kind_name,
    takes_points,
    thresholds_of,
)
from journal.domain.results.sheets import (
    annul_sheet,
    check_parts,
    drop_sheet,
    next_number,
    set_points,
    what_keeps,
)
from journal.models import (
    CourseTeacher,
    Employee,
    Institution,
    Sheet,
    SheetMember,
    SheetPart,
)
from journal.models.words import worded_lazily
from journal.pages.files import made
from journal.reports.results.papers import sheet_table, sheet_title
from journal.reports.writers import file_name, render

STATES = {"заполняется": "warning", "подписана": "success", "аннулирована": "danger"}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class SheetForm(forms.ModelForm):
    class Meta:
        help_texts = {
            "number": "Пусто: следующий по порядку.",
            "complex_form": "Для комплексных экзаменов и зачётов учебного плана.",
        }

    def clean(self):
        found = super().clean()
        period, day = found.get("period"), found.get("date")
        if period and day and day < period.first_day:
            self.add_error("date", f"Период начинается {period.first_day:%d.%m.%Y}.")
        return found


class PartFormSet(forms.BaseInlineFormSet):
    """Courses that agree with the kind, the group and the period of their sheet."""

    def clean(self):
        super().clean()
        sheet = self.instance
        if any(self.errors) or not (sheet.kind and sheet.group_id and sheet.period_id):
            return
        kept = [form for form in self.forms if form not in self.deleted_forms]
        rows = [
            (form.cleaned_data["course"], form.instance.pk)
            for form in kept
            if form.cleaned_data.get("course")
        ]
        check_parts(
            self.form.viewer,
            sheet,
            [course for course, _ in rows],
            [course for course, pk in rows if pk is None],
        )


class NamesTeachers:
    """Whoever keeps no list of the staff names those who teach, by a plain list."""

    def get_autocomplete_fields(self, request):
        fields = super().get_autocomplete_fields(request)
        if request.user.has_perm("journal.view_employee"):
            return fields
        return [name for name in fields if name not in ("teacher", "employee")]

    def choices_for(self, db_field, request, kwargs):
        rows = super().choices_for(db_field, request, kwargs)
        if db_field.related_model is not Employee:
            return rows
        if request.user.has_perm("journal.view_employee"):
            return rows
        teaching = CourseTeacher.objects.order_by().values("employee")
        return Employee.objects.filter(Q(pk__in=rows.values("pk")) | Q(pk__in=teaching))


class SheetPartInline(TabularInline):
    model = SheetPart
    formset = PartFormSet
    tab = False  # what it refuses stands in sight
    fields = ["course"]
    autocomplete_fields = ["course"]


class SheetMemberInline(NamesTeachers, TabularInline):
    model = SheetMember
    fields = ["employee", "name", "post"]
    autocomplete_fields = ["employee"]


def is_draft(user, sheet) -> bool:
    return sheet.state == Sheet.State.DRAFT and sheet.is_editable_by(user)


def may_set_points(user, sheet) -> bool:
    return takes_points(sheet, Institution.current()) and is_draft(user, sheet)


def may_retake(user, sheet) -> bool:
    return sheet.state == Sheet.State.SIGNED and may_open_retake(user, sheet)


def may_annul(user, sheet) -> bool:
    return sheet.state == Sheet.State.SIGNED and _holds(user, sheet, "annul")


def _holds(user, sheet, verb: str) -> bool:
    return Sheet.objects.visible_to(user, verb).filter(pk=sheet.pk).exists()


def may_look(user, sheet) -> bool:
    return user.has_perm("journal.view_result")


def _person(label: str, hint: str = ""):
    return forms.ModelChoiceField(
        Employee.objects.none(),
        label=label,
        widget=LongSelect,
        required=False,
        help_text=hint,
    )


class RetakeForm(AskForm):
    day = forms.DateField(label="Дата пересдачи", widget=Day)
    students = forms.MultipleChoiceField(label="Кто пересдаёт", widget=Choices)
    teacher = _person("Экзаменатор")
    chair = _person("Председатель комиссии", "Комиссия нужна на второй пересдаче.")
    first = _person("Член комиссии")
    second = _person("Ещё один член комиссии")

    def prepare(self):
        owing = owing_on(self.obj.retakes or self.obj)
        self.fields["students"].choices = list(owing.items())
        self.initial["students"] = list(owing)
        self.initial["day"] = timezone.localdate()
        people = Employee.objects.filter(teaching__isnull=False).distinct()
        for name in ("teacher", "chair", "first", "second"):
            self.fields[name].queryset = people
        self.initial["teacher"] = self.obj.teacher


class PointsForm(AskForm):
    most = forms.IntegerField(label="Баллов не больше", min_value=1, max_value=1000)
    three = forms.IntegerField(label="«3» — от, %", min_value=1, max_value=100)
    four = forms.IntegerField(label="«4» — от, %", min_value=1, max_value=100)
    five = forms.IntegerField(label="«5» — от, %", min_value=1, max_value=100)

    def prepare(self):
        table = thresholds_of(self.obj) if self.obj.heading else THRESHOLDS
        self.initial |= {"most": self.obj.points_most or 100}
        self.initial |= dict(
            zip(("three", "four", "five"), map(table.get, "345"), strict=True)
        )

    def clean(self):
        found = super().clean()
        rising = [found.get(name, 0) for name in ("three", "four", "five")]
        if rising != sorted(set(rising)):
            raise ValidationError("Пороги должны возрастать от «3» к «5».")
        return found


class AnnulForm(AskForm):
    reason = forms.CharField(label="Причина", max_length=300, widget=Line)


@admin.register(Sheet)
class SheetAdmin(StandingSheet, DuePages, SheetPages, NamesTeachers, ModelAdmin):
    """Sheets of all kinds; a signed one is only looked at."""

    list_display = [
        "opened_link",
        "subject",
        "date",
        "number",
        "group",
        "teacher",
        "attempt",
        "state_label",
    ]
    list_display_links = None
    list_filter = [
        ("period", ScopedRelatedFilter),
        ("group", ScopedRelatedFilter),
        ("kind", ChoiceFilter),
        ("state", ChoiceFilter),
    ]
    list_select_related = ["group", "period__year", "teacher", "complex_form"]
    search_fields = ["number", "group__name", "parts__course__discipline__name"]
    form = SheetForm
    autocomplete_fields = ["group", "teacher", "complex_form", "subgroup"]
    date_hierarchy = "date"
    fields = [
        ("kind", "date"),
        ("number", "attempt"),
        ("group", "period"),
        ("complex_form", "subgroup"),
        ("teacher", "title"),
        "note",
    ]
    inlines = [SheetPartInline, SheetMemberInline]
    actions_list = ["to_due"]
    actions_detail = [
        "to_page",
        "points",
        "print_paper",
        "print_xlsx",
        "retake",
        "ask",
        "past",
        "annul",
    ]
    empty_hint = worded_lazily(
        "Ведомостей пока нет. Нажмите «Ведомости сессии»: откроются все дисциплины с"
        " формами аттестации, ведомость создаётся одним нажатием.",
        "Ведомостей пока нет. Нажмите «Ведомости сессии»: откроются все предметы с"
        " формами аттестации, ведомость создаётся одним нажатием.",
    )

    def get_fields(self, request, obj=None):
        """Complex forms of a plan are named by those who see plans."""
        if request.user.has_perm("journal.view_complexform"):
            return self.fields
        return ["subgroup" if "complex_form" in row else row for row in self.fields]

    def save_model(self, request, obj, form, change):
        if not obj.number and obj.kind not in RUNNING:
            obj.number = next_number(obj)
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.state != Sheet.State.DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        if obj is not None and obj.state != Sheet.State.DRAFT:
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs, request):
        """A draft goes with its courses and commission, unless it says something."""
        names, counts, lacking, _ = super().get_deleted_objects(objs, request)
        kept = {f"{one}: {words}" for one in objs if (words := what_keeps(one))}
        return names, counts, lacking, sorted(kept)

    def delete_model(self, request, obj):
        drop_sheet(request.user, obj.pk)

    @admin.display(description="ведомость", ordering="kind")
    def opened_link(self, sheet):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:journal_sheet_fill", args=[sheet.pk]),
            _capital(kind_name(sheet.kind, sheet.complex_form)),
        )

    def get_queryset(self, request):
        parts = SheetPart.objects.select_related("course__discipline")
        return super().get_queryset(request).prefetch_related(Prefetch("parts", parts))

    @admin.display(description="что аттестуется")
    def subject(self, sheet):
        names = (part.course.discipline.name for part in sheet.parts.all())
        return sheet.title or ", ".join(names)

    @labelled(description="состояние", ordering="state", label=STATES)
    def state_label(self, sheet):
        return sheet.get_state_display()

    @opened("Открыть ведомость", may=may_look, icon="edit_note")
    def to_page(self, request, sheet):
        return HttpResponseRedirect(
            reverse("admin:journal_sheet_fill", args=[sheet.pk])
        )

    @opened("Печать", may=may_look, icon="print")
    def print_paper(self, request, sheet):
        return self._paper(request, sheet, "pdf", is_shown=True)

    @opened("Скачать в Excel", may=may_look, icon="table_view")
    def print_xlsx(self, request, sheet):
        return self._paper(request, sheet, "xlsx")

    def _paper(self, request, sheet, kind: str, **how):
        words = f"{sheet_title(sheet)}, {sheet.group}"
        note(request, Kind.PRINTED, words)
        name = file_name(words, kind, sheet.date)
        return made(render(sheet_table(sheet), kind), name, **how)

    @confirmed(
        "Баллы и пороги",
        may=may_set_points,
        form=PointsForm,
        icon="scoreboard",
        text="Отметка следует из баллов: введите баллы, и журнал поставит её сам.",
    )
    def points(self, request, sheet, data):
        values = (data["three"], data["four"], data["five"])
        set_points(sheet, data["most"], dict(zip("345", values, strict=True)))
        return HttpResponseRedirect(
            reverse("admin:journal_sheet_fill", args=[sheet.pk])
        )

    @confirmed(
        "Пересдача",
        may=may_retake,
        form=RetakeForm,
        icon="replay",
        text=worded_lazily(
            "Пересдача — новая ведомость; для одного студента она же направление."
        ),
    )
    def retake(self, request, sheet, data):
        if sheet.kind in RUNNING:
            raise ValidationError(CLOSED)
        posts = {"chair": "chair", "first": "member", "second": "member"}
        members = [
            SheetMember(employee=data[name], post=post)
            for name, post in posts.items()
            if data[name]
        ]
        made = open_retake(
            request.user,
            sheet,
            data["day"],
            [int(one) for one in data["students"]],
            teacher=data["teacher"],
            members=members,
        )
        return HttpResponseRedirect(reverse("admin:journal_sheet_fill", args=[made.pk]))

    @confirmed(
        "Аннулировать",
        may=may_annul,
        form=AnnulForm,
        icon="cancel",
        danger=True,
        text="Ведомость останется, но результатов не даёт. Вместо неё создают новую.",
    )
    def annul(self, request, sheet, data):
        annul_sheet(request.user, sheet.pk, data["reason"])
        return "Ведомость аннулирована."
