"""Calendar-thematic plans and their way to approval (D2)."""

from django import forms
from django.contrib import admin
from django.db.models import Sum, TextField
from django.urls import reverse

from admin_customizations.admin.base import ModelAdmin, TabularInline, labelled
from admin_customizations.admin.curriculum.authored import Authored
from admin_customizations.admin.curriculum.begin import Beginnings
from admin_customizations.admin.curriculum.sheets import hindrances, sheet_page
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import (
    AskForm,
    Choices,
    Lines,
    confirmed,
    opened,
)
from journal.domain.curriculum.approval import (
    approve_plan,
    may_decide,
    may_edit_plan,
    may_return,
    may_submit,
    return_plan,
    submit_plan,
)
from journal.domain.curriculum.checks import faults
from journal.domain.curriculum.copying import attach_plan, attachable
from journal.domain.curriculum.numbering import number_works
from journal.domain.curriculum.sheet import PLAN
from journal.models import Course, PlannedLesson, ThematicPlan
from journal.models.words import worded_lazily

STATE_LABELS = {
    "черновик": "default",
    "на утверждении": "info",
    "утверждён": "success",
    "возвращён": "warning",
}


class RemarkForm(AskForm):
    remark = forms.CharField(
        label="Замечание", max_length=2000, widget=Lines, help_text="Что исправить."
    )


class CoursesForm(AskForm):
    courses = forms.ModelMultipleChoiceField(
        Course.objects.none(),
        label="Курсы",
        widget=Choices,
        help_text=worded_lazily(
            "Курсы этой дисциплины и года, у которых плана ещё нет.",
            "Курсы этого предмета и года, у которых плана ещё нет.",
        ),
    )

    def prepare(self):
        self.fields["courses"].queryset = attachable(self.user, self.obj)


def may_attach(user, plan) -> bool:
    return plan.is_editable_by(user) and attachable(user, plan).exists()


def what_hinders(user, plan) -> dict:
    """For the page that asks before a plan is handed in."""
    return hindrances(
        faults(plan), reverse("admin:journal_thematicplan_table", args=[plan.pk])
    )


class PlannedLessonInline(TabularInline):
    model = PlannedLesson
    fields = ["number", "topic", "kind", "hours", "homework"]
    formfield_overrides = {TextField: {"widget": Lines(attrs={"rows": 1})}}
    ordering = ["number"]
    per_page = 50
    show_change_link = True
    list_select_related = ["kind"]
    verbose_name_plural = "темы"


@admin.register(ThematicPlan)
class ThematicPlanAdmin(Authored, Beginnings, SafeExport, ModelAdmin):
    """Thematic plans; a plan handed in stands still until it is returned."""

    list_display = ["name", "discipline", "year", "author", "hours", "state_label"]
    list_filter = [
        ("state", ChoiceFilter),
        ("year", ScopedRelatedFilter),
        ("discipline", ScopedRelatedFilter),
        ("author", ScopedRelatedFilter),
    ]
    list_select_related = ["discipline", "year", "author", "approved_by"]
    search_fields = ["name", "discipline__name", "author__last_name"]
    autocomplete_fields = ["discipline", "author"]
    fieldsets = [
        (None, {"fields": ["name", ("discipline", "year"), "author"]}),
        (
            "Утверждение",
            {
                "fields": [
                    ("state", "submitted_at"),
                    ("approved_at", "approved_by"),
                    "remark",
                ]
            },
        ),
    ]
    readonly_fields = ["state", "submitted_at", "approved_at", "approved_by", "remark"]
    inlines = [PlannedLessonInline]
    actions_detail = [
        "table",
        "submit",
        "approve",
        "send_back",
        "number_works",
        "attach",
    ]
    empty_hint = "Тематических планов пока нет. Загрузите КТП из файла или добавьте."
    empty_hint_reader = "Планов по вашим курсам пока нет."
    export_columns = {
        "name": "План",
        "discipline": worded_lazily("Дисциплина"),
        "year": "Учебный год",
        "author": "Автор",
        "hours": "Часов",
        "get_state_display": "Состояние",
    }

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(hours=Sum("lessons__hours"))

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:1]

    @labelled(description="состояние", ordering="state", label=STATE_LABELS)
    def state_label(self, plan):
        return plan.get_state_display()

    @opened("Таблица", may=lambda user, plan: True, icon="table_rows", acts=True)
    def table(self, request, plan):
        return sheet_page(self, request, plan, PLAN)

    @confirmed(
        "Пронумеровать работы",
        may=may_edit_plan,
        icon="format_list_numbered",
        text="Практические, лабораторные, контрольные и самостоятельные работы получат "
        "номера по порядку, каждый вид с первого.",
    )
    def number_works(self, request, plan, data):
        count = number_works(plan, request.user)
        return (
            f"Номера исправлены, строк: {count}." if count else "Номера уже по порядку."
        )

    @confirmed("Привязать к курсам", may=may_attach, form=CoursesForm, icon="link")
    def attach(self, request, plan, data):
        count = attach_plan(plan, data["courses"], request.user)
        return f"По плану «{plan}» идут ещё курсы: {count}."

    @confirmed(
        "Представить на утверждение",
        may=may_submit,
        icon="send",
        text="После этого план не меняется, пока его не вернут.",
        template="admin/curriculum/submit.html",
        shows=what_hinders,
    )
    def submit(self, request, plan, data):
        submit_plan(plan, request.user)
        return f"План «{plan}» представлен на утверждение."

    @confirmed("Утвердить", may=may_decide, icon="check")
    def approve(self, request, plan, data):
        approve_plan(plan, request.user)
        return f"План «{plan}» утверждён."

    @confirmed("Вернуть с замечанием", may=may_return, form=RemarkForm, icon="undo")
    def send_back(self, request, plan, data):
        return_plan(plan, request.user, data["remark"])
        return f"План «{plan}» возвращён автору."


@admin.register(PlannedLesson)
class PlannedLessonAdmin(ModelAdmin):
    """A line of a thematic plan in full; its plan decides who may change it."""

    list_display = ["number", "title", "section", "plan", "kind", "hours"]
    list_display_links = ["number", "title"]
    list_filter = [
        ("plan__discipline", ScopedRelatedFilter),
        ("plan__year", ScopedRelatedFilter),
        ("plan__state", ChoiceFilter),
        ("kind", ScopedRelatedFilter),
        ("plan", ScopedRelatedFilter),
    ]
    list_select_related = ["plan__author", "plan__discipline", "kind"]
    search_fields = [
        "topic",
        "section",
        "plan__name",
        "plan__discipline__name",
        "plan__courses__group__name",
    ]
    empty_hint = "Тем пока нет. Загрузите КТП из файла или впишите их в таблице плана."
    empty_hint_reader = "Тем в планах ваших курсов пока нет."
    autocomplete_fields = ["plan"]
    ordering = ["plan__name", "number"]
    fieldsets = [
        (
            None,
            {"fields": ["plan", ("number", "kind", "work_number"), "section", "topic"]},
        ),
        ("Часы", {"fields": [("hours", "practical_hours", "self_study")]}),
        ("Подробности", {"fields": ["content", "homework", "equipment"]}),
    ]

    @admin.display(description="тема", ordering="topic")
    def title(self, line):
        return line.title

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        if obj is None or obj.pk is None:
            return allowed
        return allowed and may_edit_plan(request.user, obj.plan)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        if obj is None or obj.pk is None:
            return allowed
        return allowed and may_edit_plan(request.user, obj.plan)

    def save_model(self, request, obj, form, change):
        """A line is neither added to nor moved into a plan that stands still."""
        if not may_edit_plan(request.user, obj.plan):
            raise forms.ValidationError(
                f"План «{obj.plan}» сейчас не меняется: "
                f"{obj.plan.get_state_display()}. Попросите вернуть его."
            )
        super().save_model(request, obj, form, change)
