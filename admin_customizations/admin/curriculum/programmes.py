"""Work programmes, and the schedule of control works (D5)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.models import Abbreviation, ControlWork, ProgrammeTopic, WorkProgramme


class ProgrammeTopicInline(TabularInline):
    model = ProgrammeTopic
    fields = ["number", "section", "topic", "kind", "hours"]
    ordering = ["number"]
    per_page = 50
    list_select_related = ["kind"]


@admin.register(WorkProgramme)
class WorkProgrammeAdmin(ModelAdmin):
    """Work programmes of disciplines, by versions."""

    list_display = ["name", "discipline", "author", "version", "state"]
    list_filter = [("state", ChoiceFilter), ("discipline", ScopedRelatedFilter)]
    list_select_related = ["discipline", "author"]
    search_fields = ["name", "discipline__name", "author__last_name"]
    autocomplete_fields = ["discipline", "author"]
    fields = ["name", ("discipline", "specialty"), "author", "requirements"]
    inlines = [ProgrammeTopicInline]
    empty_hint = "Рабочих программ пока нет."


@admin.register(ControlWork)
class ControlWorkAdmin(ModelAdmin):
    """Control works by day: a group writes one a day at most."""

    list_display = ["date", "group", "course", "name"]
    list_filter = [("group", ScopedRelatedFilter)]
    list_select_related = ["group", "course__discipline", "course__group"]
    search_fields = ["name", "group__name", "course__discipline__name"]
    autocomplete_fields = ["course", "group"]
    fields = [("course", "group"), ("date", "name")]
    empty_hint = "Графика контрольных работ пока нет."


@admin.register(Abbreviation)
class AbbreviationAdmin(ModelAdmin):
    list_display = ["name", "position"]
    search_fields = ["name"]
    empty_hint = "Разрешённых сокращений пока нет: в темах всё пишут полностью."
