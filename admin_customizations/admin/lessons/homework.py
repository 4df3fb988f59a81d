"""Homework and what was handed in (F4)."""

from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.toolkit.filters import ChoiceFilter
from journal.models import Homework, HomeworkFile, Submission


class HomeworkFileInline(TabularInline):
    model = HomeworkFile
    fields = ["name", "file"]


@admin.register(Homework)
class HomeworkAdmin(ModelAdmin):
    """Terms and files of homework."""

    list_display = ["lesson", "due_on", "is_collected"]
    list_select_related = ["lesson__course__discipline", "lesson__course__group"]
    search_fields = ["lesson__course__discipline__name", "lesson__homework"]
    autocomplete_fields = ["lesson", "due_lesson"]
    fields = ["lesson", ("due_lesson", "due_on", "is_collected")]
    inlines = [HomeworkFileInline]
    empty_hint = "Заданий со сроками и файлами пока нет."


@admin.register(Submission)
class SubmissionAdmin(ModelAdmin):
    """What students handed in, to be checked."""

    list_display = [
        "handed_in_at",
        "student",
        "homework",
        "state",
        "is_late",
        "quality",
    ]
    list_display_links = ["handed_in_at", "student"]
    list_filter = [("state", ChoiceFilter), ("quality", ChoiceFilter)]
    list_select_related = [
        "student",
        "homework__lesson__course__discipline",
        "homework__lesson__course__group",
    ]
    search_fields = ["student__last_name"]
    autocomplete_fields = ["homework", "student"]
    date_hierarchy = "handed_in_at"
    fields = [("student", "homework"), ("state", "quality"), "text", "remark"]
    empty_hint = "Сданных работ пока нет."
