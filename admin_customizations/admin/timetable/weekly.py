"""The weekly timetable, and the lessons that follow from it."""

from django.contrib import admin, messages
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.curriculum.load import SubgroupForm, SubgroupOfCourse
from admin_customizations.admin.filters import PeriodFilter
from admin_customizations.admin.timetable.week import WeekPages
from admin_customizations.toolkit.export import SafeExport
from admin_customizations.toolkit.filters import (
    ChoiceFilter,
    ScopedRelatedFilter,
)
from journal.domain.timetable import lay_out
from journal.exchange.timetable.outgoing import TITLES, page
from journal.models import TimetableEntry

MOST_REASONS = 5


# What a line in force keeps: lessons were held by it. The grid changes it from a day on.
RUNNING = ("course", "subgroup", "teacher", "room", "weekday", "number", "parity")
RUNNING += ("start", "stream")
IN_FORCE = (
    "Строка уже действует: здесь можно изменить только её окончание. Чтобы перенести "
    "занятие или сменить аудиторию с нужного дня, откройте сетку недели."
)


def is_running(entry: TimetableEntry | None) -> bool:
    """Has this line, as it is kept, begun before today?"""
    return bool(entry and entry.pk and entry.start < timezone.localdate())


class EntryForm(SubgroupForm):
    def clean(self):
        found = super().clean()
        if is_running(self.instance):
            for name in set(RUNNING) & set(self.changed_data):
                self.add_error(
                    name, "Строка уже действует: измените её в сетке недели."
                )
        return found

    def clean_end(self):
        end, today = self.cleaned_data["end"], timezone.localdate()
        if end and "end" in self.changed_data and end < today:
            self.add_error("end", f"Не раньше сегодняшнего дня, {today:%d.%m.%Y}.")
        return end


@admin.register(TimetableEntry)
class TimetableEntryAdmin(WeekPages, SafeExport, SubgroupOfCourse, ModelAdmin):
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
    form = EntryForm
    export_columns = dict(zip(TITLES, TITLES, strict=True))
    actions = ["lay_out_lessons"]
    empty_hint = (
        "Расписания пока нет. Загрузите его или добавьте строки по дням недели."
    )

    def export_pages(self, request, rows, form):
        return [page(rows)]

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        if not is_running(obj):
            return found
        (title, options), *rest = found
        return [(title, {**options, "description": IN_FORCE}), *rest]

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
