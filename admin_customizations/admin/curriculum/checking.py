"""The check of hours that anybody can run over the courses they see (D4)."""

from dataclasses import dataclass, field

from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from admin_customizations.admin.curriculum.asked import ask, taught_groups
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.fulfilment import (
    CourseHours,
    disagreements,
    read_hours,
)
from journal.models import Course

MOST = 500


@dataclass
class Checked:
    """A course as the page shows it: figures of each part, side by side."""

    hours: CourseHours
    words: list[str] = field(default_factory=list)

    def _words(self, name: str) -> str:
        return " / ".join(str(one) for one in self.hours.each(name))

    @property
    def load(self) -> str:
        return self._words("load") if self.hours.loads else "—"

    @property
    def laid(self) -> str:
        return self._words("laid")

    @property
    def held(self) -> str:
        return self._words("held")

    @property
    def unfilled(self) -> str:
        return self._words("unfilled")

    @property
    def ahead(self) -> str:
        return self._words("ahead")

    @property
    def owed(self) -> str:
        return " / ".join(str(one) for one in self.hours.owed)


class HoursCheck:
    """A button over the list of courses, and its page."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        page = require_safe(self.hours_check)
        return [
            path("hours/", wrap(page), name="journal_course_hours"),
            *super().get_urls(),
        ]

    def has_hours_check_permission(self, request):
        return self.has_view_permission(request)

    @opened_from_list("Сверка часов", permission="hours_check", icon="balance")
    def to_hours(self, request):
        return HttpResponseRedirect(reverse("admin:journal_course_hours"))

    def hours_check(self, request):
        """Courses whose hours disagree; `all=1` shows the others as well."""
        self.may_look(request)
        asked = ask(request.GET, taught_groups(request.user), with_past=True)
        courses = Course.objects.visible_to(request.user).filter(period=asked.period)
        if asked.group or asked.department:
            courses = courses.filter(group__in=asked.chosen)
        found = read_hours(courses, timezone.localdate())
        rows = [Checked(one, disagreements(one)) for one in found]
        rows.sort(key=lambda one: not one.words)
        wrong = sum(bool(one.words) for one in rows)
        shown = rows if request.GET.get("all") else rows[:wrong]
        context = {
            **shell(self.admin_site, request),
            "title": "Сверка часов",
            "asked": asked,
            "rows": shown[:MOST],
            "cut": max(len(shown) - MOST, 0),
            "total": len(rows),
            "wrong": wrong,
            "shows_all": bool(request.GET.get("all")),
            "query": request.GET.urlencode(),
        }
        template = "admin/curriculum/hours.html"
        return TemplateResponse(request, template, context)
