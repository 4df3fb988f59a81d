"""The year: periods, calendars, days that differ, bells."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.admin.organisation.year import OpeningOfYear, YearByWeeks
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
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
    verbose_name_plural = "группы, которые учатся по этому графику"


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
