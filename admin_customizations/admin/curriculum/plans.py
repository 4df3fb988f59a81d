"""Calendar-thematic plans and their way to approval (D2)."""

from django import forms
from django.contrib import admin
from django.db.models import Sum, TextField

from admin_customizations.admin.base import ModelAdmin, TabularInline, labelled
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import AskForm, Lines, confirmed
from journal.domain.curriculum.approval import (
    approve_plan,
    may_decide,
    may_edit_plan,
    may_return,
    may_submit,
    return_plan,
    submit_plan,
)
from journal.models import PlannedLesson, ThematicPlan

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
class ThematicPlanAdmin(SafeExport, ModelAdmin):
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
    actions_detail = ["submit", "approve", "send_back"]
    empty_hint = "Тематических планов пока нет. Загрузите КТП из файла или добавьте."
    empty_hint_reader = "Планов по вашим курсам пока нет."
    export_columns = {
        "name": "План",
        "discipline": "Дисциплина",
        "year": "Учебный год",
        "author": "Автор",
        "hours": "Часов",
        "get_state_display": "Состояние",
    }

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(hours=Sum("lessons__hours"))

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:1]

    def get_readonly_fields(self, request, obj=None):
        """Whoever does not approve plans writes them in the own name."""
        fixed = list(self.readonly_fields)
        if request.user.has_perm("journal.approve_thematicplan"):
            return fixed
        return [*fixed, "author"]

    def has_change_permission(self, request, obj=None):
        if obj is None or obj.pk is None:
            return super().has_change_permission(request, obj)
        return super().has_change_permission(request) and may_edit_plan(
            request.user, obj
        )

    def save_model(self, request, obj, form, change):
        if not change and obj.author is None:
            obj.author = getattr(request.user, "employee", None)
        super().save_model(request, obj, form, change)

    @admin.display(description="часов", ordering="hours", empty_value="0")
    def hours(self, plan):
        return plan.hours

    @labelled(description="состояние", ordering="state", label=STATE_LABELS)
    def state_label(self, plan):
        return plan.get_state_display()

    @confirmed(
        "Представить на утверждение",
        may=may_submit,
        icon="send",
        text="После этого план не меняется, пока его не вернут.",
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

    list_display = ["number", "topic", "plan", "kind", "hours"]
    list_display_links = ["number", "topic"]
    list_filter = [("plan", ScopedRelatedFilter), ("kind", ScopedRelatedFilter)]
    list_select_related = ["plan__author", "kind"]
    search_fields = ["topic", "section", "plan__name"]
    autocomplete_fields = ["plan"]
    ordering = ["plan__name", "number"]
    fieldsets = [
        (None, {"fields": ["plan", ("number", "kind"), "section", "topic"]}),
        ("Часы", {"fields": [("hours", "practical_hours", "self_study")]}),
        ("Подробности", {"fields": ["content", "homework", "equipment"]}),
    ]

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
