"""Measures about academic debts (F9)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError

from admin_customizations.admin.base import OUT_OF_REACH, ModelAdmin
from admin_customizations.admin.results.owing import OwingPages
from admin_customizations.toolkit.filters import ChoiceFilter
from journal.domain.results.measures import check_days, check_measures
from journal.models import DebtMeasure


@admin.register(DebtMeasure)
class DebtMeasureAdmin(OwingPages, ModelAdmin):
    """Talks, letters, schedules, commissions: what was done about a debt."""

    list_display = ["date", "student", "course", "kind", "due_on", "by"]
    list_display_links = ["date", "student"]
    list_filter = [("kind", ChoiceFilter)]
    list_select_related = ["student", "course__discipline", "course__group", "by"]
    search_fields = ["student__last_name", "course__discipline__name"]
    autocomplete_fields = ["student", "course"]
    date_hierarchy = "date"
    fields = [("student", "course"), ("kind", "date", "due_on"), "text"]
    actions_list = ["to_debts"]
    empty_hint = "Мер по задолженностям пока нет. Добавьте меру, когда она принята."

    def get_readonly_fields(self, request, obj=None):
        """A measure stays with the debt it was taken about."""
        return ["student", "course"] if obj else []

    def save_model(self, request, obj, form, change):
        if not change:
            place = obj.student_id, obj.course_id
            try:
                check_measures(request.user, [place], obj.date, obj.due_on)
            except PermissionDenied as error:
                raise ValidationError(OUT_OF_REACH) from error
            obj.by = request.user
        else:
            check_days(obj.date, obj.due_on)
        super().save_model(request, obj, form, change)
