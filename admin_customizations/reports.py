"""Reports in the admin: the list, the questions of one, its table in three formats."""

import logging
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from admin_customizations.access import Kind, note
from admin_customizations.batches import batch_urls, may_order
from admin_customizations.toolkit.shell import shell
from admin_customizations.toolkit.widgets import dress
from journal.pages.files import made
from journal.reports import frame
from journal.reports.questions import own_groups
from journal.reports.registry import REPORTS, Report, reports_for
from journal.reports.writers import (
    WRITERS,
    ReportTooLargeError,
    file_name_of,
    render,
)

log = logging.getLogger("journal.exports")

# The areas as they stand in the list, what is asked for most often first.
AREAS = {
    "results": "Успеваемость",
    "lessons": "Занятия и посещаемость",
    "contingent": "Контингент",
    "curriculum": "Учебные планы и нагрузка",
    "timetable": "Расписание",
    "communication": "Общение",
    "portfolio": "Портфолио",
    "control": "Контроль",
    "people": "Люди",
    "archive": "Архив",
}
SHORTCUTS = 6


@dataclass(frozen=True)
class ReportLink:
    """A link to a report with its questions answered."""

    title: str
    url: str


def report_url(report: Report, **answers) -> str:
    """The address of a report; answers that it does not ask for are left out."""
    asked = report.form_class.base_fields
    known = {name: key for name, key in answers.items() if name in asked and key}
    address = reverse("admin:report", args=[report.slug])
    return f"{address}?{urlencode(known)}" if known else address


def report_links(user, **answers) -> list[ReportLink]:
    """Links to the reports that `user` may open about something.

    `report_links(user, group=5)`, or (group=5, period=2, course=7): keys of rows. Only
    reports that ask for one of these at least.
    """
    return [
        ReportLink(report.short, report_url(report, **answers))
        for report in reports_for(user)
        if answers.keys() & report.form_class.base_fields.keys()
    ]


def report_list(site):
    """Reports by area, each with links to the person's own groups."""

    @require_safe
    def view(request):
        groups = own_groups(request.user, timezone.localdate())[:SHORTCUTS]
        by_area: dict[str, list] = {area: [] for area in AREAS}
        for report in reports_for(request.user):
            links = [
                ReportLink(name, report_url(report, group=pk))
                for pk, name in groups
                if "group" in report.form_class.base_fields
            ]
            by_area.setdefault(report.area, []).append((report, links))
        context = {
            **shell(site, request),
            "title": "Отчёты",
            "may_order": may_order(request.user),
            "areas": [
                (AREAS.get(area, area), reports)
                for area, reports in by_area.items()
                if reports
            ],
        }
        return TemplateResponse(request, "admin/reports/list.html", context)

    return view


def _found(request, slug: str) -> Report:
    report = REPORTS.get(slug)
    if report is None or not request.user.has_perm(report.permission):
        raise Http404
    return report


def report_page(site):
    """The questions of a report, and its table once they are answered.

    What the address leaves out is answered by the defaults, so a bare address shows a
    table wherever these suffice. `?format=xlsx` or `pdf` gives the file, with `open=1`
    in the browser itself. A wrong answer is 400 with the form that says what is allowed.
    """

    @require_safe
    def view(request, slug: str):
        report = _found(request, slug)
        form = report.form(request.user)
        is_answered = form.answer(request.GET)
        context = {
            **shell(site, request),
            "title": report.title,
            "report": report,
            "form": dress(form),
        }
        kind = request.GET.get("format", "html")
        if kind not in WRITERS:
            context["problem"] = "Формат бывает html, xlsx или pdf."
            return _page(request, context, 400)
        if not is_answered:
            return _page(request, context)
        if not form.is_valid():
            return _page(request, context, 400)
        answers = [(name, key) for name, key in form.data.items() if key]
        context["query"] = urlencode(answers)
        try:
            return _answer(request, report, form, kind, context)
        except ReportTooLargeError as error:
            context["problem"] = str(error)
            return _page(request, context, 400)

    return view


def _page(request, context: dict, status: int = 200) -> HttpResponse:
    template = "admin/reports/page.html"
    return TemplateResponse(request, template, context, status=status)


def _answer(request, report: Report, form, kind: str, context: dict) -> HttpResponse:
    table = report.make(form)
    if kind == "html":
        # The writer escapes every value; the table is its HTML.
        context["table"] = mark_safe(render(table, kind))  # noqa: S308
        return _page(request, context)
    export = frame.stamp(table, request.user)
    content = render(table, kind)
    log.info(
        "export %s: user %s, report %s, %s, %s rows, %s",
        *(export, request.user.pk, report.slug, kind, len(table.rows)),
        context["query"],
    )
    if report.is_personal:
        access = Kind.PRINTED if kind == "pdf" else Kind.EXPORTED
        words = ", ".join([str(report.title), *table.lines])
        note(request, access, words, count=len(table.rows))
    is_shown = bool(request.GET.get("open")) and kind == "pdf"
    return made(content, file_name_of(table, kind), is_shown=is_shown)


def report_urls(site) -> list:
    return [
        path("reports/", site.admin_view(report_list(site)), name="reports"),
        *batch_urls(site),
        path("reports/<slug:slug>/", site.admin_view(report_page(site)), name="report"),
    ]
