"""A course: its page in the list, and the spread students × dates."""

from datetime import date

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.admin.curriculum.checking import HoursCheck
from admin_customizations.admin.curriculum.making import CoursesFromPlan
from admin_customizations.admin.lessons.grid import grid_html
from admin_customizations.admin.results.foreseen import CourseForecast
from admin_customizations.admin.results.term import TermMarks, course_or_404
from admin_customizations.reports import report_links
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from admin_customizations.toolkit.shell import shell
from journal.domain.archive.closing import shut
from journal.domain.lessons.spread import Spread, read_spread
from journal.domain.results.elsewhere import Elsewhere, read_elsewhere
from journal.domain.results.foreseeing import spread_outlooks
from journal.domain.results.term import courses_seen
from journal.models import Course, CourseTeacher, Subgroup


class CourseTeacherInline(TabularInline):
    model = CourseTeacher
    fields = ["employee", "subgroup", "start", "end", "hours"]
    autocomplete_fields = ["employee"]
    list_select_related = ["employee"]

    def get_formset(self, request, obj=None, **kwargs):
        self.course = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "subgroup":
            kwargs["queryset"] = Subgroup.objects.filter(course=self.course)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Course)
class CourseAdmin(CourseForecast, TermMarks, CoursesFromPlan, HoursCheck, ModelAdmin):
    """Pages of the journal: what a group studies in a period."""

    actions_list = ["to_from_plan", "to_hours"]
    list_display = ["spread_link", "group", "period", "attestation_form", "hours"]
    list_display_links = None
    list_filter = [
        ("group", ScopedRelatedFilter),
        ("period", ScopedRelatedFilter),
        ("discipline", ScopedRelatedFilter),
    ]
    list_select_related = ["group", "discipline", "period__year"]
    search_fields = ["discipline__name", "group__name"]
    autocomplete_fields = ["group", "discipline", "plan_item", "thematic_plan"]
    inlines = [CourseTeacherInline]
    ordering = ["-period__first_day", "group__name", "discipline__name"]

    @admin.display(description="курс", ordering="discipline__name")
    def spread_link(self, course):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:journal_course_spread", args=[course.pk]),
            course.discipline,
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/spread/",
                wrap(self.spread),
                name="journal_course_spread",
            ),
            *super().get_urls(),
        ]

    def spread(self, request, pk: int):
        """The journal spread of one course."""
        if not self.has_view_permission(request):
            raise Http404
        course = course_or_404(request, pk, is_shut=shut("period"))
        page = read_spread(request.user, course)
        today = timezone.localdate()
        ahead = None
        if page.lines and course.period.last_day >= today:
            ahead = spread_outlooks(page, today)
        context = {
            **shell(self.admin_site, request),
            "title": f"{course.discipline}, {course.group}",
            "course": course,
            "spread": page,
            "is_shut": course.is_shut,
            "grid": grid_html(
                page,
                today,
                reverse("admin:journal_lesson_change", args=[0]),
                ahead,
                _before(request.user, page, today),
            ),
            "is_foretold": ahead is not None,
            "reports": report_links(
                request.user,
                group=course.group_id,
                period=course.period_id,
                course=course.pk,
            ),
            "may_change": request.user.has_perm("journal.change_course"),
        }
        return TemplateResponse(request, "admin/lessons/spread.html", context)


def _before(user, page: Spread, today: date) -> dict[int, Elsewhere]:
    """What those who came meanwhile had earned in their former groups.

    Two queries where anybody came; none for whoever has but one lesson of the course.
    """
    began = page.course.period.first_day
    movers = [line.student for line in page.lines if line.spans[0][0] > began]
    seen = Course.objects.filter(courses_seen(user), pk=page.course.pk)
    if not movers or not seen.exists():
        return {}
    return read_elsewhere(page.course, movers, today)
