"""The page «Прогноз» of a course: what the period will come to, student by student."""

from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from admin_customizations.admin.results.term import course_or_404
from admin_customizations.reports import report_links
from admin_customizations.toolkit.shell import shell
from journal.domain.lessons.spread import read_spread
from journal.domain.results import with_comma
from journal.domain.results.constants import experience
from journal.domain.results.forecast import MARKS
from journal.domain.results.foreseeing import facts_of
from journal.domain.results.outlook import Habits, expected, outlooks
from journal.models import Institution
from journal.pages.diary.foretold import decimal, needed_words, percent


class CourseForecast:
    """The forecasts of a course, told in full."""

    def get_urls(self):
        return [
            path(
                "<int:pk>/forecast/",
                self.admin_site.admin_view(self.forecast_page),
                name="journal_course_forecast",
            ),
            *super().get_urls(),
        ]

    def forecast_page(self, request, pk: int):
        """What each student will end with: the range, the chances, what is needed."""
        if not request.user.has_perm("journal.view_mark"):
            raise Http404
        course = course_or_404(request, pk)
        spread = read_spread(request.user, course)
        rules, past = Institution.current(), experience()
        facts = facts_of(spread, timezone.localdate())
        seen = outlooks(facts, rules, past)
        lines = [
            _line(line, spread.average(line), seen[line.student])
            for line in spread.lines
            if line.student in seen
        ]
        told = [one.forecast for one in seen.values() if one.is_told]
        context = {
            **shell(self.admin_site, request),
            "title": f"Прогноз: {course.discipline}, {course.group}",
            "course": course,
            "lines": lines,
            "marks": MARKS,
            "total": expected(told) if told else None,
            "ahead": round(facts.ahead),
            "habit": decimal(Habits(facts, past).per_lesson()),
            "rules": rules,
            "reports": report_links(
                request.user, group=course.group_id, period=course.period_id
            ),
        }
        return TemplateResponse(request, "admin/results/forecast.html", context)


def _line(line, average, seen):
    forecast = seen.forecast
    return {
        "name": line.name,
        "average": with_comma(average),
        "seen": seen,
        "span": f"{decimal(forecast.low)}–{decimal(forecast.high)}" if forecast else "",
        "chances": [percent(forecast.chances[mark]) for mark in MARKS]
        if forecast
        else [],
        "needed": needed_words(seen.needed),
    }
