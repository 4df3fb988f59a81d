"""The institution, its premises, its year, its bells and its groups."""

from django.contrib import admin
from django.db.models import (
    Count,
    DecimalField,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
)
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from admin_customizations.admin.base import (
    ModelAdmin,
    ReadOnly,
    TabularInline,
    by_alphabet,
)
from admin_customizations.admin.people.slips import group_page
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import (
    AnswerFilter,
    ScopedRelatedFilter,
)
from admin_customizations.toolkit.pages import opened
from journal.domain.people import may_hand_out
from journal.models import (
    Campus,
    Department,
    Group,
    Institution,
    Membership,
    Room,
    Specialty,
)
from journal.models.words import worded_lazily

MOST = {
    "forecast_alarm": 100,
    **dict.fromkeys(("threshold_3", "threshold_4", "threshold_5"), 5),
}
MOST_NUMBER = 9999


@admin.register(Institution)
class InstitutionAdmin(ModelAdmin):
    """The one institution: its list is its page."""

    list_display = ["short_name", "kind"]
    fieldsets = [
        (None, {"fields": ["name", "short_name", "kind", "founder"]}),
        (
            "Заполнение журнала",
            {
                "fields": [
                    ("filling_due", "lesson_hours"),
                    ("entry_days", "curator_days"),
                    "mark_on_absent",
                ]
            },
        ),
        (
            "Контроль исправлений",
            {"fields": ["flag_changes", ("quiet_from", "quiet_until")]},
        ),
        (
            "Отметки",
            {
                "fields": [
                    ("threshold_3", "threshold_4", "threshold_5"),
                    "marks_needed",
                    ("control_days", "term_marks_days"),
                    ("attestation_days", "term_result_hours"),
                ]
            },
        ),
        ("Отработка", {"fields": [("makeup_days", "makeup_excused")]}),
        ("Прогноз", {"fields": [("forecast_alarm", "undone_counts")]}),
        (
            "Учебный год, планы, нагрузка",
            {
                "fields": [
                    ("year_due", "plan_due"),
                    "plan_must_be_approved",
                    ("load_norm", "load_most", "week_hours"),
                    ("exams_a_year", "credits_a_year"),
                ]
            },
        ),
        (
            "Семьи и расписание",
            {"fields": ["guardians_see_adults", "timetable_is_public"]},
        ),
        ("Первый вход", {"fields": ["nondisclosure_text", "care_text"]}),
        (
            "Списки и сверка карточек",
            {
                "fields": [
                    ("lists_due", "reference_day", "group_norm"),
                    "curator_check_days",
                    "department_check_days",
                    "hr_check_days",
                ]
            },
        ),
        ("Подпись ведомостей", {"fields": ["signatory_post", "signatory_name"]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """No number that days, hours or marks could not be counted by."""
        if isinstance(db_field, IntegerField | DecimalField):
            kwargs["max_value"] = MOST.get(db_field.name, MOST_NUMBER)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Institution.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if self.has_view_permission(request) and Institution.objects.exists():
            return HttpResponseRedirect(
                reverse("admin:journal_institution_change", args=[1])
            )
        return super().changelist_view(request, extra_context)

    def save_model(self, request, obj, form, change):
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(Campus)
class CampusAdmin(ModelAdmin):
    list_display = ["name", "address", "position"]
    search_fields = ["name", "address"]
    autocomplete_fields = ["study_unit_heads"]
    empty_hint = "Корпусов пока нет. Если здание одно, их можно не заводить."


@admin.register(Room)
class RoomAdmin(SafeExport, ModelAdmin):
    list_display = ["number", "name", "campus", "capacity"]
    list_filter = [("campus", ScopedRelatedFilter)]
    list_select_related = ["campus"]
    search_fields = ["number", "name"]
    empty_hint = "Аудиторий пока нет. Загрузите их список из файла или добавьте."
    export_columns = {
        "number": "Номер",
        "name": "Название",
        "campus": "Корпус",
        "capacity": "Мест",
    }


@admin.register(Department)
class DepartmentAdmin(ModelAdmin):
    list_display = ["name", "head", "position"]
    list_select_related = ["head"]
    search_fields = ["name"]
    autocomplete_fields = ["head"]
    empty_hint = worded_lazily(
        "Отделений пока нет. Заведующий видит группы своего отделения.",
        "Отделений пока нет. Заведующий видит классы своего отделения.",
    )


@admin.register(Specialty)
class SpecialtyAdmin(ModelAdmin):
    list_display = ["code", "name", "department"]
    list_filter = [("department", ScopedRelatedFilter)]
    list_select_related = ["department"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["study_unit_heads"]
    empty_hint = "Специальностей пока нет. Школе они не нужны."


class ClosedFilter(AnswerFilter):
    title = "состояние"
    parameter_name = "state"
    answers = {
        "open": ("учится", lambda: Q(closed_on__isnull=True)),
        "closed": ("расформирована", lambda: Q(closed_on__isnull=False)),
        "uncurated": (
            worded_lazily("без куратора"),
            lambda: Q(closed_on__isnull=True, curator__isnull=True),
        ),
    }


class GroupMembershipInline(ReadOnly, TabularInline):
    """Who sits or sat in the group; the card of a student changes it."""

    model = Membership
    fields = ["student", "start", "end"]
    ordering = ["-start", *by_alphabet("student__last_name", "student__first_name")]
    per_page = 40
    list_select_related = ["student"]
    verbose_name_plural = worded_lazily("студенты")


@admin.register(Group)
class GroupAdmin(SafeExport, ModelAdmin):
    """Groups of a college, classes of a school."""

    list_display = ["name", "course_year", "specialty", "curator", "size"]
    list_filter = [
        ClosedFilter,
        ("department", ScopedRelatedFilter),
        ("specialty", ScopedRelatedFilter),
    ]
    list_select_related = ["specialty", "curator", "department", "campus"]
    search_fields = ["name", "curator__last_name"]
    autocomplete_fields = ["specialty", "curator"]
    fieldsets = [
        (None, {"fields": [("name", "course_year"), ("curator", "closed_on")]}),
        ("Место", {"fields": ["specialty", ("department", "campus")]}),
        ("Набор", {"fields": [("admission_year", "name_pattern")]}),
    ]
    inlines = [GroupMembershipInline]
    actions_detail = ["access"]
    empty_hint = worded_lazily(
        "Групп пока нет. Загрузите их список из файла или добавьте."
    )
    export_columns = {
        "name": worded_lazily("Группа"),
        "course_year": "Курс",
        "specialty__code": "Код специальности",
        "specialty__name": "Специальность",
        "department": "Отделение",
        "curator": worded_lazily("Куратор"),
        "admission_year": "Год набора",
        "size": worded_lazily("Студентов"),
    }

    def get_queryset(self, request):
        seats = Membership.objects.on(timezone.localdate()).filter(group=OuterRef("pk"))
        counted = seats.order_by().values("group").annotate(count=Count("pk"))
        size = Subquery(counted.values("count"))
        return super().get_queryset(request).annotate(size=size)

    @opened("Кто пользуется дневником", may=may_hand_out, icon="key", acts=True)
    def access(self, request, group):
        return group_page(self, request, group)

    @admin.display(
        description=worded_lazily("студентов"), ordering="size", empty_value="0"
    )
    def size(self, group):
        return group.size
