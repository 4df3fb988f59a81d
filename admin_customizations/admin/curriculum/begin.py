"""Beginning the plan of a course: copied, from a programme, from the hours, or empty."""

from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.copying import (
    begin_plan,
    copy_plan,
    own_courses,
    sources,
)
from journal.domain.curriculum.deadlines import plan_due
from journal.domain.curriculum.drafting import draft_plan, programmes_for
from journal.domain.curriculum.hours import TOTAL, asked_of
from journal.models import HoursKind, Institution

MOST_COURSES = 200


class Beginnings:
    """A button over the list of plans, and its pages."""

    actions_list = ["to_begin"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("begin/", wrap(self.begin), name="journal_thematicplan_begin"),
            path(
                "begin/<int:pk>/",
                wrap(self.begin_one),
                name="journal_thematicplan_begin_one",
            ),
            *super().get_urls(),
        ]

    def has_begin_permission(self, request):
        return request.user.has_perm("journal.add_thematicplan")

    @opened_from_list("Начать план курса", permission="begin", icon="post_add")
    def to_begin(self, request):
        return HttpResponseRedirect(reverse("admin:journal_thematicplan_begin"))

    def begin(self, request):
        """Courses of periods that are not over and have no plan yet."""
        if not self.has_begin_permission(request):
            raise PermissionDenied
        rules, today = Institution.current(), timezone.localdate()
        courses = (
            own_courses(request.user)
            .filter(thematic_plan__isnull=True, period__last_day__gte=today)
            .select_related("group", "discipline", "period__year")
            .order_by("period__first_day", "discipline__name", "group__name")
        )[:MOST_COURSES]
        rows = [(course, plan_due(rules, course.period)) for course in courses]
        context = {
            **shell(self.admin_site, request),
            "title": "Начать план курса",
            "rows": rows,
            "today": today,
        }
        return TemplateResponse(request, "admin/curriculum/begin.html", context)

    def begin_one(self, request, pk: int):
        """The ways to begin one plan, each with its hours against the curriculum."""
        if not self.has_begin_permission(request):
            raise PermissionDenied
        if pk >= 2**63:
            raise Http404
        courses = own_courses(request.user).select_related(
            "group", "discipline", "period__year", "thematic_plan"
        )
        course = get_object_or_404(courses, pk=pk)
        problem = ""
        if request.method == "POST":
            try:
                with transaction.atomic():
                    plan = self._begun(request, course)
            except ValidationError as error:
                problem = " ".join(error.messages)
            else:
                self.message_user(request, f"План «{plan}» начат. Проверьте строки.")
                info = "admin:journal_thematicplan_table"
                return HttpResponseRedirect(reverse(info, args=[plan.pk]))
        context = {
            **shell(self.admin_site, request),
            "title": f"План курса: {course.discipline}, {course.group}",
            "course": course,
            "asked": _asked(course),
            "sources": sources(request.user, course),
            "programmes": programmes_for(request.user, course)[:20],
            "problem": problem,
        }
        status = 400 if problem else 200
        template = "admin/curriculum/begin_one.html"
        return TemplateResponse(request, template, context, status=status)

    def _begun(self, request, course):
        user, how = request.user, request.POST.get("how", "")
        if how == "empty":
            return begin_plan(course, user)
        if how == "hours":
            return draft_plan(course, user)
        key = request.POST.get("source", "")
        if how == "copy":
            found = {str(one.plan.pk): one.plan for one in sources(user, course)}
            return copy_plan(_of(found, key), course, user)
        if how == "programme":
            found = {str(one.pk): one for one in programmes_for(user, course)}
            return draft_plan(course, user, _of(found, key))
        raise BadRequest("how: copy, programme, hours или empty")


def _of(found: dict, key: str):
    if key not in found:
        raise Http404
    return found[key]


def _asked(course) -> list[tuple[str, int]]:
    titles = {TOTAL: "всего занятий", **dict(HoursKind.choices)}
    return [(titles[kind], hours) for kind, hours in asked_of(course).items() if hours]
