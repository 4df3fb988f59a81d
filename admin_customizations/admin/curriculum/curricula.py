"""Disciplines, cycles, and the curricula of the specialties."""

from django.contrib import admin
from django.db.models import Sum

from admin_customizations.admin.base import ModelAdmin, TabularInline, by_alphabet
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.exchange.curriculum import outgoing
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    Discipline,
    LessonKind,
    PlanHours,
    PlanItem,
    PlanWeeks,
)


@admin.register(Discipline)
class DisciplineAdmin(SafeExport, ModelAdmin):
    list_display = ["name", "short_name"]
    search_fields = ["name", "short_name"]
    ordering = by_alphabet("name")
    empty_hint = "Дисциплин пока нет. Загрузите их список из файла или добавьте."
    export_columns = {"name": "Дисциплина", "short_name": "Краткое название"}


@admin.register(Cycle)
class CycleAdmin(ModelAdmin):
    list_display = ["code", "name", "position"]
    search_fields = ["code", "name"]


@admin.register(LessonKind)
class LessonKindAdmin(ModelAdmin):
    list_display = ["name", "short_name", "hours_kind", "is_numbered", "is_control"]
    search_fields = ["name"]


class PlanItemInline(TabularInline):
    model = PlanItem
    fields = ["position", "index", "discipline", "kind", "cycle"]
    autocomplete_fields = ["discipline", "cycle"]
    ordering = ["position", "pk"]
    per_page = 30
    show_change_link = True
    list_select_related = ["discipline", "cycle"]
    verbose_name_plural = "строки плана"


class PlanWeeksInline(TabularInline):
    model = PlanWeeks
    fields = [
        "semester",
        "theory",
        "study_practice",
        "work_practice",
        "diploma_practice",
        "attestation",
        "final",
        "vacation",
    ]
    ordering = ["semester"]
    verbose_name_plural = "бюджет времени, недель"


@admin.register(Curriculum)
class CurriculumAdmin(SafeExport, ModelAdmin):
    """Curricula; an approved one is replaced by a new version."""

    list_display = ["name", "specialty", "admission_year", "version", "state"]
    list_filter = [("specialty", ScopedRelatedFilter), ("state", ChoiceFilter)]
    list_select_related = ["specialty"]
    search_fields = ["name", "specialty__code", "specialty__name"]
    autocomplete_fields = ["specialty"]
    fieldsets = [
        (None, {"fields": ["name", "specialty", ("admission_year", "version")]}),
        ("Состояние", {"fields": ["state"]}),
    ]
    inlines = [PlanItemInline, PlanWeeksInline]
    empty_hint = "Учебных планов пока нет. Загрузите план из файла или добавьте."
    export_columns = {"name": "Учебный план"}  # and those of the flat table

    def export_titles(self, request):
        return {title: title for title in outgoing.titles()}

    def export_pages(self, request, rows, form):
        return outgoing.pages(rows.select_related("specialty"))


class PlanHoursInline(TabularInline):
    model = PlanHours
    fields = [
        "semester",
        "total",
        "theory",
        "practical",
        "laboratory",
        "coursework",
        "consultation",
        "attestation",
        "self_study",
        "practice",
        "form",
    ]
    ordering = ["semester"]
    tab = False
    verbose_name_plural = "часы по семестрам"


@admin.register(PlanItem)
class PlanItemAdmin(ModelAdmin):
    """A row of a curriculum with its hours by semester."""

    list_display = ["index", "discipline", "curriculum", "kind", "hours_in_all"]
    list_display_links = ["index", "discipline"]
    list_filter = [
        ("curriculum", ScopedRelatedFilter),
        ("cycle", ScopedRelatedFilter),
        ("kind", ChoiceFilter),
    ]
    list_select_related = ["curriculum", "discipline", "cycle"]
    search_fields = ["index", "discipline__name"]
    autocomplete_fields = ["curriculum", "discipline"]
    fieldsets = [
        (None, {"fields": ["curriculum", "discipline", ("kind", "cycle")]}),
        ("Место в плане", {"fields": [("index", "raw_index"), "parent", "position"]}),
    ]
    inlines = [PlanHoursInline]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(in_all=Sum("hours__total"))

    def get_form(self, request, obj=None, change=False, **kwargs):
        """A module is chosen among those of the same curriculum."""
        form = super().get_form(request, obj, change, **kwargs)
        if "parent" in form.base_fields:
            modules = form.base_fields["parent"].queryset.filter(
                kind=PlanItem.Kind.MODULE, curriculum=obj.curriculum_id if obj else None
            )
            form.base_fields["parent"].queryset = modules.select_related("discipline")
        return form

    @admin.display(description="часов всего", ordering="in_all")
    def hours_in_all(self, item):
        return item.in_all


class ComplexFormPartInline(TabularInline):
    model = ComplexFormPart
    fields = ["item"]
    autocomplete_fields = ["item"]
    verbose_name_plural = "строки плана"


@admin.register(ComplexForm)
class ComplexFormAdmin(ModelAdmin):
    """One exam or credit over several rows of a curriculum."""

    list_display = ["name", "curriculum", "semester", "form"]
    list_filter = [("curriculum", ScopedRelatedFilter), ("form", ChoiceFilter)]
    list_select_related = ["curriculum"]
    search_fields = ["name", "curriculum__name"]
    autocomplete_fields = ["curriculum"]
    fields = ["curriculum", ("name", "semester", "form")]
    inlines = [ComplexFormPartInline]
    empty_hint = "Комплексных зачётов и экзаменов пока нет."
