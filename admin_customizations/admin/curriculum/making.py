"""The page on which courses are made from the approved curriculum."""

from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from admin_customizations.admin.curriculum.asked import ask
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.courses import (
    RIGHT,
    groups_for,
    make_courses,
    propose_courses,
)
from journal.domain.words import plural
from journal.models.words import worded


class CoursesFromPlan:
    """A button over the list of courses, and its page."""

    actions_list = ["to_from_plan"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "journal_course_from_plan"
        return [
            path("from-plan/", wrap(self.from_plan), name=name),
            *super().get_urls(),
        ]

    def has_from_plan_permission(self, request):
        return request.user.has_perm(f"journal.{RIGHT}")

    @opened_from_list(
        "Завести по учебному плану", permission="from_plan", icon="playlist_add"
    )
    def to_from_plan(self, request):
        return HttpResponseRedirect(reverse("admin:journal_course_from_plan"))

    def from_plan(self, request):
        """GET shows what would be made for a group or for all of them, POST makes it."""
        if not self.has_from_plan_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        asked = ask(data, groups_for(request.user))
        if request.method == "POST":
            return self._made(request, asked)
        chosen = [one.pk for one in asked.chosen]
        proposals = (
            propose_courses(request.user, asked.period, chosen) if asked.period else []
        )
        context = {
            **shell(self.admin_site, request),
            "title": "Курсы по учебному плану",
            "asked": asked,
            "proposals": proposals,
            "count": sum(len(one.new) for one in proposals),
            "odd": sum(len(one.odd) for one in proposals),
            "refused": sum(bool(one.refusal) for one in proposals),
        }
        template = "admin/curriculum/from_plan.html"
        return TemplateResponse(request, template, context)

    def _made(self, request, asked):
        if asked.period is None:
            raise BadRequest("period: заведите учебный период")
        keys = [one.pk for one in asked.chosen]
        made = make_courses(request.user, asked.period, keys)
        if made:
            words = plural(len(made), "курс", "курса", "курсов")
            self.message_user(
                request, f"Заведено: {words}. Назначьте {worded('преподавателей')}."
            )
        else:
            self.message_user(request, "Заводить нечего: все курсы плана уже есть.")
        answers = {"period": asked.period.pk}
        if asked.group:
            answers["group"] = asked.group.pk
        elif asked.department:
            answers["department"] = asked.department
        if made and request.user.has_perm("journal.change_courseteacher"):
            address = reverse("admin:journal_courseteacher_table")
        else:
            address = request.path
        return HttpResponseRedirect(f"{address}?{urlencode(answers)}")
