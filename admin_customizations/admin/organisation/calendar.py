"""The year: periods, calendars, days that differ, bells."""

from django import forms
from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.admin.organisation.year import OpeningOfYear, YearByWeeks
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import AskForm, Choice, confirmed
from journal.domain.organisation.calendar import copy_spans
from journal.domain.words import plural
from journal.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    CalendarDay,
    CalendarGroup,
    CalendarSpan,
    Period,
    StudyCalendar,
)
from journal.models.words import worded_lazily


class PeriodInline(TabularInline):
    model = Period
    fields = ["kind", "number", "first_day", "last_day"]
    ordering = ["first_day"]


@admin.register(AcademicYear)
class AcademicYearAdmin(OpeningOfYear, ModelAdmin):
    list_display = ["name", "start", "end"]
    search_fields = ["name"]
    fields = ["name", ("start", "end")]
    inlines = [PeriodInline]
    empty_hint = "Учебных лет пока нет. Добавьте год с его семестрами или четвертями."


@admin.register(Period)
class PeriodAdmin(ModelAdmin):
    list_display = ["__str__", "first_day", "last_day"]
    list_filter = [("year", ScopedRelatedFilter), ("kind", ChoiceFilter)]
    list_select_related = ["year"]
    search_fields = ["year__name"]
    fields = ["year", ("kind", "number"), ("first_day", "last_day")]
    ordering = ["-first_day", "kind", "number"]


@admin.register(CalendarDay)
class CalendarDayAdmin(ModelAdmin):
    list_display = ["date", "kind", "taught_as", "note"]
    list_filter = [("kind", ChoiceFilter)]
    search_fields = ["note"]
    date_hierarchy = "date"
    fields = [("date", "kind"), "taught_as", "note"]
    empty_hint = "Особых дней нет: добавьте праздники и переносы этого года."


class BellInline(TabularInline):
    model = Bell
    fields = ["number", "starts_at", "ends_at"]
    ordering = ["number"]


@admin.register(BellSchedule)
class BellScheduleAdmin(ModelAdmin):
    list_display = ["name", "start", "end", "is_short"]
    fields = ["name", ("start", "end"), "is_short"]
    inlines = [BellInline]
    empty_hint = "Звонков пока нет. Добавьте расписание и время каждого занятия."


class CalendarSpanInline(TabularInline):
    model = CalendarSpan
    fields = ["kind", "course_year", "first_day", "last_day"]
    ordering = ["first_day"]
    verbose_name_plural = "сессии, практики, каникулы"


class CalendarGroupInline(TabularInline):
    model = CalendarGroup
    fields = ["group"]
    autocomplete_fields = ["group"]
    verbose_name_plural = worded_lazily(
        "группы, которые учатся по этому графику",
        "классы, которые учатся по этому графику",
    )


def may_fill(user, calendar: StudyCalendar) -> bool:
    """An empty calendar that the person keeps may be filled from another."""
    return (
        user.has_perm("journal.add_calendarspan")
        and calendar.is_editable_by(user)
        and not calendar.spans.exists()
    )


class CopyForm(AskForm):
    source = forms.ModelChoiceField(
        StudyCalendar.objects.none(),
        label="С какого графика списать",
        widget=Choice,
        empty_label="Выберите из списка",
        help_text="Отрезки сдвинутся на целые недели; поправьте их после этого.",
    )

    def prepare(self):
        rows = StudyCalendar.objects.filter(spans__isnull=False).distinct()
        self.fields["source"].queryset = rows.exclude(pk=self.obj.pk).select_related(
            "year"
        )


@admin.register(StudyCalendar)
class StudyCalendarAdmin(YearByWeeks, ModelAdmin):
    """Calendars of a year; groups without their own follow the main one."""

    list_display = ["name", "year", "is_main"]
    list_filter = [("year", ScopedRelatedFilter)]
    list_select_related = ["year"]
    search_fields = ["name", "year__name"]
    fields = ["name", ("year", "is_main")]
    inlines = [CalendarSpanInline, CalendarGroupInline]
    empty_hint = "Графиков пока нет. Добавьте основной график учебного года."
    actions_detail = ["copy_spans"]

    @confirmed(
        "Списать с другого графика",
        may=may_fill,
        form=CopyForm,
        icon="content_copy",
        text="{}: сессии, практики и каникулы другого года станут отрезками этого.",
    )
    def copy_spans(self, request, obj, data):
        count = copy_spans(obj, data["source"], request.user)
        return f"Списано: {plural(count, 'отрезок', 'отрезка', 'отрезков')}."
