"""All reports of one group or of many in one archive: order, progress, file."""

from datetime import timedelta

from django.http import FileResponse, Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from admin_customizations.access import Kind, note
from admin_customizations.toolkit.shell import shell
from admin_customizations.toolkit.widgets import dress
from journal.models import ReportBatch
from journal.models.words import worded
from journal.reports.batch import BatchForm, make, make_later, offered, order

STATE = ReportBatch.State
AT_ONCE = 1  # groups that are made while the person waits
SECONDS = 2
STILL = timedelta(minutes=1)
SHOWN = 10
LONGEST = 200  # of what the log of personal data names


def may_order(user) -> bool:
    """Is there any report on a group that the person may open?"""
    return bool(offered(user))


def batch_order(site):
    """Groups, period and reports are chosen; one group is made at once."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request):
        if not may_order(request.user):
            raise Http404
        form = BatchForm(request.POST or None, user=request.user)
        # A link chooses beforehand; what the person may not choose is no choice there.
        for name, chosen in request.GET.lists():
            if name == "group":
                form.initial[name] = chosen
            elif name == "period":
                form.initial[name] = chosen[-1]
        if request.method == "POST" and form.is_valid():
            batch = order(form)
            if len(form.cleaned_data["group"]) <= AT_ONCE:
                make(batch.pk)
            else:
                make_later.enqueue(batch.pk)
            return HttpResponseRedirect(reverse("admin:report_batch", args=[batch.pk]))
        own = ReportBatch.objects.filter(by=request.user, expires_at__gt=timezone.now())
        context = {
            **shell(site, request),
            "title": worded("Отчёты групп одним архивом"),
            "form": dress(form),
            "batches": own[:SHOWN],
        }
        status = 400 if form.is_bound else 200
        return TemplateResponse(
            request, "admin/reports/batches.html", context, status=status
        )

    return view


def _own(request, pk: int) -> ReportBatch:
    rows = ReportBatch.objects.filter(by=request.user, expires_at__gt=timezone.now())
    batch = rows.filter(pk=pk).first()
    if batch is None:
        raise Http404
    return batch


def batch_page(site):
    """How far an archive is; the page asks again by itself until it is ready."""

    @require_safe
    def view(request, pk: int):
        batch = _own(request, pk)
        is_moving = batch.state in (STATE.WAITING, STATE.RUNNING)
        context = {
            **shell(site, request),
            "title": "Архив отчётов",
            "batch": batch,
            "is_moving": is_moving,
            "is_still": is_moving and batch.moved_at < timezone.now() - STILL,
            "left_out": batch.state == STATE.DONE and not batch.done,
        }
        response = TemplateResponse(request, "admin/reports/batch.html", context)
        if is_moving:
            response["Refresh"] = str(SECONDS)
        return response

    return view


def batch_file(site):
    """The archive, to nobody but who asked for it; written down as an export."""

    @require_safe
    def view(request, pk: int):
        batch = _own(request, pk)
        if batch.state != STATE.DONE or not batch.file:
            raise Http404
        try:
            content = batch.file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        words = f"Архив отчётов: {batch.title}"[:LONGEST]
        note(request, Kind.EXPORTED, words, count=batch.done)
        name = f"otchety_{timezone.localtime(batch.created_at):%Y-%m-%d}_{batch.pk}.zip"
        answer = FileResponse(
            content, as_attachment=True, filename=name, content_type="application/zip"
        )
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "private, no-store"
        return answer

    return view


def batch_urls(site) -> list:
    view = site.admin_view
    return [
        path("reports/all/", view(batch_order(site)), name="report_batches"),
        path("reports/all/<int:pk>/", view(batch_page(site)), name="report_batch"),
        path(
            "reports/all/<int:pk>/file/",
            view(batch_file(site)),
            name="report_batch_file",
        ),
    ]
