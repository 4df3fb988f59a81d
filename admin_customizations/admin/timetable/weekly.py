"""The weekly timetable, and the lessons that follow from it."""

from django.contrib import admin, messages

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.curriculum.load import SubgroupOfCourse
from admin_customizations.admin.filters import PeriodFilter
from admin_customizations.toolkit.filters import (
    ChoiceFilter,
    ScopedRelatedFilter,
)
from journal.domain.timetable import lay_out
from journal.models import TimetableEntry

MOST_REASONS = 5


@admin.register(TimetableEntry)
class TimetableEntryAdmin(SubgroupOfCourse, ModelAdmin):
    list_display = ["weekday", "number", "course", "teacher", "room", "parity", "start"]
    list_display_links = ["weekday", "course"]
    list_filter = [
        PeriodFilter,
        ("course__group", ScopedRelatedFilter),
        ("teacher", ScopedRelatedFilter),
        ("room", ScopedRelatedFilter),
        ("weekday", ChoiceFilter),
    ]
    list_select_related = ["course__group", "course__discipline", "teacher", "room"]
    search_fields = ["course__discipline__name", "course__group__name"]
    autocomplete_fields = ["course", "teacher", "room"]
    ordering = ["weekday", "number", "course__group__name"]
    fieldsets = [
        (None, {"fields": [("course", "subgroup"), ("teacher", "room")]}),
        ("Время", {"fields": [("weekday", "number", "parity"), ("start", "end")]}),
        ("Поток", {"fields": ["stream"]}),
    ]
    actions = ["lay_out_lessons"]
    empty_hint = (
        "Расписания пока нет. Загрузите его или добавьте строки по дням недели."
    )

    def has_lay_out_permission(self, request):
        return request.user.has_perm("journal.add_lesson")

    @admin.action(
        description="Разложить занятия по выбранным строкам", permissions=["lay_out"]
    )
    def lay_out_lessons(self, request, queryset):
        done = lay_out(queryset, by=request.user)
        self.message_user(
            request,
            f"Создано занятий: {len(done.created)}, изменено: {len(done.changed)}, "
            f"без изменений: {len(done.kept)}, пропущено: {len(done.skipped)}.",
            messages.WARNING if done.skipped else messages.SUCCESS,
        )
        for skip in done.skipped[:MOST_REASONS]:
            self.message_user(
                request,
                f"{skip.date:%d.%m.%Y}, {skip.entry}: {skip.reason}",
                messages.WARNING,
            )
