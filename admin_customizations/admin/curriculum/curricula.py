"""Disciplines, cycles, and the curricula of the specialties."""

from functools import partial

from django.contrib import admin
from django.db.models import Sum
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from admin_customizations.admin.base import (
    ModelAdmin,
    TabularInline,
    by_alphabet,
    labelled,
)
from admin_customizations.admin.curriculum.table import save_cells, table_page
from admin_customizations.toolkit.export import ExcelFormat, SafeExport
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import confirmed, opened
from journal.domain.curriculum.versions import (
    approve_curriculum,
    may_approve_curriculum,
    may_renew,
    new_version,
)
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
from journal.models.words import worded_lazily
from journal.pages.files import made


@admin.register(Discipline)
class DisciplineAdmin(SafeExport, ModelAdmin):
    list_display = ["name", "short_name"]
    search_fields = ["name", "short_name"]
    ordering = by_alphabet("name")
    empty_hint = worded_lazily(
        "Дисциплин пока нет. Загрузите их список из файла или добавьте."
    )
    export_columns = {
        "name": worded_lazily("Дисциплина"),
        "short_name": "Краткое название",
    }


@admin.register(Cycle)
class CycleAdmin(ModelAdmin):
    list_display = ["code", "name", "position"]
    search_fields = ["code", "name"]


@admin.register(LessonKind)
class LessonKindAdmin(ModelAdmin):
    list_display = ["name", "short_name", "hours_kind", "is_numbered", "is_control"]
    search_fields = ["name"]


STATE_LABELS = {"черновик": "default", "утверждён": "success", "заменён": "warning"}


def sees(user, obj) -> bool:
    return True  # whoever is let to the object at all


def exports(user, plan: Curriculum) -> bool:
    return Curriculum.objects.visible_to(user, "export").filter(pk=plan.pk).exists()


class OfDraft:
    """A part of a curriculum, or itself: changed while the plan is a draft."""

    def _stands(self, obj) -> bool:
        plan = obj if isinstance(obj, Curriculum) else getattr(obj, "curriculum", None)
        if isinstance(obj, PlanHours | ComplexFormPart):
            plan = None  # an inline is asked about what it stands in
        return plan is not None and plan.state != Curriculum.State.DRAFT

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and not (obj is not None and obj.pk and self._stands(obj))

    def has_add_permission(self, request, *args):
        allowed = super().has_add_permission(request, *args)
        return allowed and not (args and args[0] is not None and self._stands(args[0]))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and not (obj is not None and obj.pk and self._stands(obj))


class PlanWeeksInline(OfDraft, TabularInline):
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
class CurriculumAdmin(OfDraft, SafeExport, ModelAdmin):
    """Curricula; an approved one is replaced by a new version."""

    list_display = [
        "table_link",
        "code",
        "admission_year",
        "version",
        "state_label",
        "approved_on",
    ]
    list_display_links = None
    list_filter = [
        ("specialty", ScopedRelatedFilter),
        ("state", ChoiceFilter),
        ("form", ChoiceFilter),
    ]
    list_select_related = ["specialty", "approved_by"]
    search_fields = ["name", "specialty__code", "specialty__name"]
    autocomplete_fields = ["specialty"]
    fieldsets = [
        (None, {"fields": ["name", "specialty", "admission_year", ("form", "base")]}),
        (
            "Состояние",
            {"fields": [("state", "version"), ("approved_at", "approved_by")]},
        ),
        ("Примечание", {"fields": ["note"]}),
    ]
    readonly_fields = ["state", "version", "approved_at", "approved_by"]
    inlines = [PlanWeeksInline]
    actions_detail = ["table", "approve", "renew", "flat"]
    empty_hint = "Учебных планов пока нет. Загрузите план из файла или добавьте."
    export_columns = {"name": "Учебный план"}  # and those of the flat table

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/cells/",
                wrap(require_POST(partial(save_cells, self))),
                name="journal_curriculum_cells",
            ),
            *super().get_urls(),
        ]

    def export_titles(self, request):
        return {title: title for title in outgoing.titles()}

    def export_pages(self, request, rows, form):
        return outgoing.pages(rows.select_related("specialty"))

    @admin.display(description="план", ordering="name")
    def table_link(self, plan):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:journal_curriculum_table", args=[plan.pk]),
            plan.name,
        )

    @admin.display(description="специальность", ordering="specialty__code")
    def code(self, plan):
        return plan.specialty and plan.specialty.code

    @admin.display(description="утверждён", ordering="approved_at")
    def approved_on(self, plan):
        return plan.approved_at and timezone.localdate(plan.approved_at)

    @labelled(description="состояние", ordering="state", label=STATE_LABELS)
    def state_label(self, plan):
        return plan.get_state_display()

    @opened("План таблицей", may=sees, icon="table_view")
    def table(self, request, plan):
        return table_page(self, request, plan)

    @opened("Скачать таблицей", may=exports, icon="download")
    def flat(self, request, plan):
        data = ExcelFormat().export_pages(outgoing.pages([plan]))
        name = f"Учебный план {plan.admission_year}, версия {plan.version}.xlsx"
        return made(data, name)

    @confirmed(
        "Утвердить",
        may=may_approve_curriculum,
        icon="check",
        text="После утверждения план «{}» не меняется: изменения вносят в новую версию.",
    )
    def approve(self, request, plan, data):
        approve_curriculum(plan, request.user)
        return f"План «{plan}» утверждён."

    @confirmed(
        "Новая версия",
        may=may_renew,
        icon="content_copy",
        text="Получится черновик со всем, что есть в плане «{}». Когда его утвердят, он "
        "заменит этот план.",
    )
    def renew(self, request, plan, data):
        new = new_version(plan, request.user)
        self.message_user(request, f"Создана версия {new.version}: её можно менять.")
        return HttpResponseRedirect(
            reverse("admin:journal_curriculum_table", args=[new.pk])
        )


class PlanHoursInline(OfDraft, TabularInline):
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
class PlanItemAdmin(OfDraft, ModelAdmin):
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
    actions_detail = ["to_table"]

    @opened("План таблицей", may=sees, icon="table_view")
    def to_table(self, request, item):
        return table_page(self, request, item.curriculum)

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


class ComplexFormPartInline(OfDraft, TabularInline):
    model = ComplexFormPart
    fields = ["item"]
    autocomplete_fields = ["item"]
    verbose_name_plural = "строки плана"


@admin.register(ComplexForm)
class ComplexFormAdmin(OfDraft, ModelAdmin):
    """One exam or credit over several rows of a curriculum."""

    list_display = ["name", "curriculum", "semester", "form"]
    list_filter = [("curriculum", ScopedRelatedFilter), ("form", ChoiceFilter)]
    list_select_related = ["curriculum"]
    search_fields = ["name", "curriculum__name"]
    autocomplete_fields = ["curriculum"]
    fields = ["curriculum", ("name", "semester", "form")]
    inlines = [ComplexFormPartInline]
    empty_hint = "Комплексных зачётов и экзаменов пока нет."
