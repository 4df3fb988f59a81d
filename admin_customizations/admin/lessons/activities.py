"""Extra-curricular activities, their plan and journal (F14)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.models import Activity, ActivityMember, ActivitySession


class ActivityMemberInline(TabularInline):
    model = ActivityMember
    fields = ["student", "start", "end"]
    autocomplete_fields = ["student"]


class ActivitySessionInline(TabularInline):
    model = ActivitySession
    fields = ["number", "topic", "hours", "planned_on", "held_on"]


@admin.register(Activity)
class ActivityAdmin(ModelAdmin):
    """Circles, sections, class hours."""

    list_display = ["name", "kind", "group", "leader", "hours", "year"]
    list_filter = [("year", ScopedRelatedFilter), ("kind", ChoiceFilter)]
    list_select_related = ["group", "leader", "year"]
    search_fields = ["name", "leader__last_name", "group__name"]
    autocomplete_fields = ["group", "leader", "place"]
    fields = [
        ("name", "kind"),
        ("year", "group"),
        ("leader", "hours"),
        ("schedule", "place"),
    ]
    inlines = [ActivitySessionInline, ActivityMemberInline]
    empty_hint = "Кружков, секций и классных часов пока нет."
