"""Reports in the admin: the list, the questions of one, its table in three formats."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.safestring import mark_safe

from admin_customizations.toolkit.shell import shell
from journal.reports.registry import REPORTS, Report, reports_for
from journal.reports.writers import (
    WRITERS,
    ReportTooLargeError,
    file_name_of,
    render,
)


def report_list(site):
    def view(request):
        context = {
            **shell(site, request),
            "title": "Отчёты",
            "reports": reports_for(request.user),
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

    `?format=xlsx` or `pdf` gives the file. A wrong answer is 400 with the form that
    says what is allowed.
    """

    def view(request, slug: str):
        report = _found(request, slug)
        form = report.form(request.user, request.GET or None)
        context = {
            **shell(site, request),
            "title": report.title,
            "report": report,
            "form": form,
            "query": request.GET.urlencode(),
        }
        kind = request.GET.get("format", "html")
        if not form.is_bound:
            return TemplateResponse(request, "admin/reports/page.html", context)
        if kind not in WRITERS or not form.is_valid():
            if kind not in WRITERS:
                form.add_error(None, "Формат бывает html, xlsx или pdf.")
            return TemplateResponse(
                request, "admin/reports/page.html", context, status=400
            )
        try:
            return _answer(request, report, form, kind, context)
        except ReportTooLargeError as error:
            form.add_error(None, str(error))
            return TemplateResponse(
                request, "admin/reports/page.html", context, status=400
            )

    return view


def _answer(request, report: Report, form, kind: str, context: dict) -> HttpResponse:
    table = report.build(form.params())
    content = render(table, kind)
    if kind == "html":
        # The writer escapes every value; the table is its HTML.
        context["table"] = mark_safe(content)  # noqa: S308
        return TemplateResponse(request, "admin/reports/page.html", context)
    response = HttpResponse(content, content_type=WRITERS[kind].content_type)
    name = file_name_of(table, kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def report_urls(site) -> list:
    return [
        path("reports/", site.admin_view(report_list(site)), name="reports"),
        path("reports/<slug:slug>/", site.admin_view(report_page(site)), name="report"),
    ]
