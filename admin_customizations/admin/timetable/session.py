"""Schedules of sessions and of the final attestation (E3)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.admin.timetable.session_form import SessionPage
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from journal.models import ExamEvent, ExamMember
from journal.models.words import worded_lazily


class ExamMemberInline(TabularInline):
    model = ExamMember
    fields = ["employee", "post"]
    autocomplete_fields = ["employee"]


@admin.register(ExamEvent)
class ExamEventAdmin(SessionPage, ModelAdmin):
    """Consultations, exams, retakes, final attestation."""

    list_display = ["date", "starts_at", "group", "kind", "course", "teacher", "room"]
    list_display_links = ["date", "group"]
    list_filter = [
        ("group", ScopedRelatedFilter),
        ("teacher", ScopedRelatedFilter),
        ("kind", ChoiceFilter),
    ]
    list_select_related = [
        "group",
        "course__discipline",
        "course__group",
        "teacher",
        "room",
    ]
    search_fields = ["group__name", "course__discipline__name", "title"]
    autocomplete_fields = ["group", "course", "room", "teacher"]
    fields = [
        ("group", "kind"),
        ("course", "title"),
        ("date", "starts_at", "ends_at"),
        ("teacher", "room"),
        "note",
    ]
    inlines = [ExamMemberInline]
    empty_hint = worded_lazily(
        "Расписания сессии и ГИА пока нет. Нажмите «Сессия группы»: откроются все"
        " дисциплины группы с формами аттестации.",
        "Расписания сессии и ГИА пока нет. Нажмите «Сессия класса»: откроются все"
        " предметы класса с формами аттестации.",
    )
