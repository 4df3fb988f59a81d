"""Who teaches what to whom: loads."""

from django import forms
from django.contrib import admin

from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.curriculum.giving import LoadTable
from admin_customizations.admin.filters import PeriodFilter
from admin_customizations.toolkit.filters import (
    ScopedRelatedFilter,
)
from journal.models import (
    CourseTeacher,
    Subgroup,
)
from journal.models.words import worded_lazily

COURSE_SEARCH = ["course__discipline__name", "course__group__name"]
COURSE_NAME = ["course__discipline", "course__group"]


class SubgroupField(forms.ModelChoiceField):
    """Parts of groups bear numbers: their course tells them apart."""

    def label_from_instance(self, subgroup):
        return f"{subgroup.course}: {subgroup}"


class SubgroupForm(forms.ModelForm):
    def clean(self):
        found = super().clean()
        part, course = found.get("subgroup"), found.get("course")
        if part and course and part.course_id != course.pk:
            self.add_error("subgroup", f"Эта подгруппа другого курса: {part.course}.")
        return found


class SubgroupOfCourse:
    """An admin of rows that belong to a course, or to a part of its group."""

    form = SubgroupForm

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj and (field := form.base_fields.get("subgroup")):
            field.queryset = field.queryset.filter(course=obj.course_id)
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "subgroup":
            kwargs["form_class"] = SubgroupField
            kwargs["queryset"] = Subgroup.objects.select_related(
                "course__discipline", "course__group"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(CourseTeacher)
class CourseTeacherAdmin(SubgroupOfCourse, LoadTable, ModelAdmin):
    """Loads: from which day to which somebody teaches a course."""

    list_display = ["employee", "course", "subgroup", "hours", "start", "end"]
    list_filter = [
        PeriodFilter,
        ("employee", ScopedRelatedFilter),
        ("course__group", ScopedRelatedFilter),
    ]
    list_select_related = [*COURSE_NAME, "employee", "subgroup"]
    search_fields = [*COURSE_SEARCH, "employee__last_name"]
    autocomplete_fields = ["course", "employee"]
    fields = ["employee", ("course", "subgroup"), "hours", ("start", "end")]
    empty_hint = worded_lazily("Нагрузки пока нет. Назначьте преподавателей на курсы.")
