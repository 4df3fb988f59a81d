"""Cards of parents and other representatives."""

from django.contrib import admin
from django.db.models import Prefetch

from admin_customizations.access import Personal
from admin_customizations.admin.base import TabularInline
from admin_customizations.admin.people.cards import BY_NAME, PersonAdmin
from journal.models import Guardian, Guardianship


class GuardianshipInline(TabularInline):
    model = Guardianship
    fk_name = "guardian"
    autocomplete_fields = ["student", "delegated_by"]
    fields = ["student", "relation", "delegated_by", "start", "end"]
    list_select_related = ["student", "delegated_by"]
    verbose_name_plural = "дети"


@admin.register(Guardian)
class GuardianAdmin(Personal, PersonAdmin):
    """Parents, other legal representatives and trusted ones."""

    card_name = "Карточка представителя"

    list_display = ["full_name", "wards", "phone", "email", "has_account"]
    fieldsets = [
        PersonAdmin.name_fields,
        PersonAdmin.contact_fields,
        ("Личные данные", {"fields": [("birth_date", "sex"), "snils", "user"]}),
    ]
    inlines = [GuardianshipInline]
    empty_hint = "Представителей пока нет. Они приходят со списком контингента."

    def get_queryset(self, request):
        """With the children that the person asking sees, not those of other groups."""
        ties = Guardianship.objects.visible_to(request.user).select_related("student")
        rows = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("guardianships", ties, "ties_seen"))

    @admin.display(description="представитель", ordering=BY_NAME)
    def full_name(self, guardian):
        return guardian.full_name

    @admin.display(description="дети")
    def wards(self, guardian):
        return ", ".join(tie.student.short_name for tie in guardian.ties_seen)
