"""What was made good (F5)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.toolkit.filters import ChoiceFilter
from journal.models import Makeup


@admin.register(Makeup)
class MakeupAdmin(ModelAdmin):
    """Closed debts of lessons and works."""

    list_display = ["date", "student", "lesson", "outcome", "result", "teacher"]
    list_display_links = ["date", "student"]
    list_filter = [("outcome", ChoiceFilter)]
    list_select_related = [
        "student",
        "teacher",
        "lesson__course__discipline",
        "lesson__course__group",
    ]
    search_fields = ["student__last_name", "lesson__course__discipline__name"]
    autocomplete_fields = ["student", "lesson", "teacher"]
    date_hierarchy = "date"
    fields = [("student", "lesson"), ("outcome", "date", "result"), ("teacher", "note")]
    empty_hint = "Отработок пока нет. Их записывают, когда долг закрыт."
