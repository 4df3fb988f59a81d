"""Cards of parents and other representatives."""

from django.contrib import admin
from django.db.models import Prefetch
from django.utils import timezone

from admin_customizations.access import Personal
from admin_customizations.admin.people.cards import BY_NAME, PersonAdmin
from admin_customizations.admin.people.part_filters import PartFilters
from admin_customizations.admin.people.parts import GUARDIAN_TABS
from admin_customizations.admin.people.tabs import Tabbed
from admin_customizations.toolkit.export import SafeExport
from journal.domain.people.consents import lack_of_consent
from journal.exchange.people import outgoing
from journal.models import Guardian, Guardianship


@admin.register(Guardian)
class GuardianAdmin(PartFilters, Tabbed, Personal, SafeExport, PersonAdmin):
    """Parents, other legal representatives and trusted ones."""

    card_name = "Карточка представителя"

    list_display = ["full_name", "wards", "phone", "email", "has_account"]
    fieldsets = [
        PersonAdmin.name_fields,
        PersonAdmin.contact_fields,
        ("Личные данные", {"fields": [("birth_date", "sex"), "snils", "user"]}),
    ]
    tabs = GUARDIAN_TABS
    empty_hint = "Представителей пока нет. Загрузите их список из файла или добавьте."
    export_columns = {"full_name": "ФИО представителя"}  # and those of the list

    def export_titles(self, request):
        return {title: title for title in outgoing.titles(request.user)}

    def export_pages(self, request, rows, form):
        return outgoing.pages(rows, request.user)

    def get_queryset(self, request):
        """With the children that the person asking sees, not those of other groups."""
        ties = Guardianship.objects.visible_to(request.user).select_related("student")
        rows = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("guardianships", ties, "ties_seen"))

    def warnings(self, request, guardian):
        if "view_consent" not in self.rights_over(request, guardian):
            return []
        return filter(None, [lack_of_consent(guardian, timezone.localdate())])

    @admin.display(description="представитель", ordering=BY_NAME)
    def full_name(self, guardian):
        return guardian.full_name

    @admin.display(description="дети")
    def wards(self, guardian):
        return ", ".join(tie.student.short_name for tie in guardian.ties_seen)
