"""Cards of the staff."""

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone

from admin_customizations.access import Personal
from admin_customizations.admin.people.cards import BY_NAME, PersonAdmin
from admin_customizations.admin.people.checks import CheckedCards
from admin_customizations.admin.people.part_filters import PartFilters
from admin_customizations.admin.people.parts import EMPLOYEE_TABS
from admin_customizations.admin.people.slips import staff_page
from admin_customizations.admin.people.tabs import Tabbed
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import AnswerFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import opened_from_list
from journal.domain.people import close_from, may_hand_out
from journal.domain.people.consents import lack_of_consent
from journal.models import Employee


class EmployedFilter(AnswerFilter):
    title = "работает"
    parameter_name = "employed"
    answers = {
        "yes": ("сейчас", lambda: Q(dismissed_on__isnull=True)),
        "no": ("уволен", lambda: Q(dismissed_on__isnull=False)),
    }


@admin.register(Employee)
class EmployeeAdmin(
    PartFilters, Tabbed, CheckedCards, Personal, SafeExport, PersonAdmin
):
    """Staff of the institution."""

    card_name = "Карточка сотрудника"

    actions_list = ["access"]
    list_display = ["full_name", "position", "phone", "email", "has_account"]
    list_filter = [EmployedFilter, ("department", ScopedRelatedFilter)]
    tabs = EMPLOYEE_TABS
    search_fields = [*PersonAdmin.search_fields, "position", "personal_no"]
    fieldsets = [
        PersonAdmin.name_fields,
        (
            "Работа",
            {
                "fields": [
                    ("position", "department"),
                    ("staff_type", "contract"),
                    ("category", "education"),
                    "personal_no",
                    ("hired_on", "dismissed_on"),
                ]
            },
        ),
        PersonAdmin.contact_fields,
        ("Личные данные", {"fields": [("birth_date", "sex"), "snils", "user"]}),
    ]
    empty_hint = "Сотрудников пока нет. Загрузите их список из файла или добавьте."
    export_columns = {
        "last_name": "Фамилия",
        "first_name": "Имя",
        "middle_name": "Отчество",
        "position": "Должность",
        "personal_no": "Табельный номер",
        "department": "Отделение",
        "get_staff_type_display": "Группа персонала",
        "get_contract_display": "Договор",
        "get_category_display": "Категория",
        "education": "Образование",
        "birth_date": "Дата рождения",
        "get_sex_display": "Пол",
        "snils": "СНИЛС",
        "phone": "Телефон",
        "email": "Электронная почта",
        "hired_on": "Принят",
        "dismissed_on": "Уволен",
    }
    private_columns = ("birth_date", "get_sex_display", "snils")

    def get_export_queryset(self, request):
        return super().get_export_queryset(request).select_related("department")

    def export_titles(self, request):
        """What the card hides from those who do not keep it the file hides too."""
        if self.has_change_permission(request):
            return self.export_columns
        return {
            path: title
            for path, title in self.export_columns.items()
            if path not in self.private_columns
        }

    def save_model(self, request, obj, form, change):
        """A dismissal written into the card closes the account as the order does."""
        super().save_model(request, obj, form, change)
        user = obj.user
        if "dismissed_on" in form.changed_data and user and not user.is_superuser:
            close_from(user, obj.dismissed_on, "Карточка сотрудника: увольнение")

    def has_hand_out_permission(self, request, obj=None):
        return self.has_view_permission(request) and may_hand_out(request.user, None)

    @opened_from_list("Памятки для входа", permission="hand_out", icon="key")
    def access(self, request):
        return staff_page(self, request)

    def warnings(self, request, employee):
        if "view_consent" not in self.rights_over(request, employee):
            return []
        today = timezone.localdate()
        if employee.dismissed_on and employee.dismissed_on <= today:
            return []
        return filter(None, [lack_of_consent(employee, today)])

    @admin.display(description="сотрудник", ordering=BY_NAME)
    def full_name(self, employee):
        return employee.full_name
