"""The start page of staff, put together by what a person may do."""

from django.template.response import TemplateResponse

from admin_customizations.toolkit.shell import shell


def start_page(site, request):
    return TemplateResponse(
        request, "admin/start.html", {**shell(site, request), "title": "Рабочий стол"}
    )
