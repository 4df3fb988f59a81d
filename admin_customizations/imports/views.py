"""The steps of an import: upload, columns, preview, storing."""

import logging

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from admin_customizations.imports.columns import blocks, choices, corrections
from admin_customizations.imports.forms import ChoicesForm, UploadForm
from admin_customizations.imports.pending import (
    Pending,
    begin,
    finish,
    finished,
    forget,
    keep,
    pending_or_404,
)
from admin_customizations.toolkit.shell import shell
from admin_customizations.toolkit.widgets import dress
from journal.exchange.importer import Importer
from journal.exchange.outcome import Outcome
from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.registry import IMPORTERS
from journal.exchange.rights import may
from journal.exchange.undo import may_see
from journal.models import ImportBatch
from journal.pages.files import made
from journal.reports.writers import file_name_of, render

log = logging.getLogger("journal.imports")

SHOWN = 200  # lines of each list on the preview
RECENT = 10


def importer_for(request, slug: str) -> type[Importer]:
    """The importer; 404 where there is none, 403 where it is not the person's."""
    importer = IMPORTERS.get(slug)
    if importer is None:
        raise Http404
    if not may(request.user, importer.permission()):
        raise PermissionDenied
    return importer


def page(site, request, template: str, title: str, status: int = 200, **context):
    context = {**shell(site, request), "title": title, **context}
    return TemplateResponse(
        request, f"admin/imports/{template}.html", context, status=status
    )


def step(name: str, pending: Pending) -> HttpResponseRedirect:
    args = [pending.slug, pending.token]
    return HttpResponseRedirect(reverse(f"admin:{name}", args=args))


def back_to_list(importer: type[Importer]) -> str:
    return reverse(f"admin:journal_{importer.model._meta.model_name}_changelist")


def upload(site):
    """Choose a file; one that cannot be read is refused here, with the reason."""

    @require_http_methods(["GET", "POST"])
    def view(request, slug: str):
        importer = importer_for(request, slug)
        form = UploadForm(importer, request.POST or None, request.FILES or None)
        status = 200
        if request.method == "POST":
            status = 400
            if form.is_valid():
                try:
                    pending = _begin(request, importer, form)
                    return step(
                        "import_preview" if importer.is_laid_out else "import_columns",
                        pending,
                    )
                except Refusal as refusal:
                    form.add_error("file", str(refusal))
        recent = ImportBatch.objects.filter(importer=slug).select_related("by")
        recent = [batch for batch in recent[:50] if may_see(request.user, batch)]
        return page(
            site,
            request,
            "upload",
            f"{importer.title}: загрузка из файла",
            status,
            form=form,
            fields=choices(importer),
            beside=importer.columns_beside,
            wants=importer.wants,
            required=[f.said for f in importer.fields() if f.required],
            recent=recent[:RECENT],
            back=back_to_list(importer),
        )

    return view


def _begin(request, importer: type[Importer], form: UploadForm) -> Pending:
    uploaded = form.cleaned_data["file"]
    data = uploaded.read()
    workbook = read_workbook(data, uploaded.name)
    importer(request.user).tables(workbook)  # refuses a file without a table
    pending = begin(request, importer.slug, uploaded.name, data)
    log.info("import %s: user %s, a file kept", importer.slug, request.user.pk)
    return pending


def columns(site):
    """Which sheets, which columns, and what the file does not say."""

    @require_http_methods(["GET", "POST"])
    def view(request, slug: str, token):
        importer = importer_for(request, slug)
        pending = pending_or_404(request, slug, token)
        problem, status = "", 200
        data = request.POST if request.method == "POST" else None
        form = ChoicesForm(request.user, importer, pending, data)
        try:
            workbook = pending.workbook()
            if data is not None and form.is_valid():
                return _agree(request, importer, pending, workbook, form)
            status = 400 if data is not None else 200
        except Refusal as refusal:
            problem, status = str(refusal), 400
        try:
            found, refused = blocks(importer, pending.workbook(), pending)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            forget(request, pending)
            return HttpResponseRedirect(reverse("admin:import", args=[slug]))
        return page(
            site,
            request,
            "columns",
            f"{importer.title}: листы и столбцы",
            status,
            form=dress(form),
            blocks=found,
            refused=refused,
            choices=choices(importer),
            pending=pending,
            problem=problem,
        )

    return view


def _agree(request, importer, pending: Pending, workbook, form: ChoicesForm):
    """Keep what was chosen; on to the preview unless a header was moved.

    Raises Refusal where it cannot be; `pending` then holds it as it was typed.
    """
    found = corrections(importer, workbook, pending, request.POST)
    pending.sheets = found.sheets
    form.write(pending)
    if found.problem:
        raise Refusal(found.problem)
    if not found.moved:
        importer(request.user, pending.options()).rows(workbook)
    keep(request, pending)
    if found.moved:
        messages.info(request, "Строка заголовка изменена: проверьте столбцы.")
    return step("import_columns" if found.moved else "import_preview", pending)


def preview(site):
    """What would happen, row by row; POST answers the questions, or stores it all."""

    @require_http_methods(["GET", "POST"])
    def view(request, slug: str, token):
        importer = importer_for(request, slug)
        if batch := finished(request, token):
            return result(batch)
        pending = pending_or_404(request, slug, token)
        action = request.POST.get("action", "")
        if action == "cancel":
            forget(request, pending)
            messages.info(request, "Загрузка отменена, ничего не записано.")
            return HttpResponseRedirect(back_to_list(importer))
        try:
            outcome = _outcome(request, importer, pending, action)
        except Refusal as refusal:
            if batch := finished(request, token):
                return result(batch)
            messages.error(request, str(refusal))
            return step("import_columns", pending)
        if action == "apply" and not outcome.stale and not outcome.obstacles:
            return _stored(request, importer, pending, outcome)
        if outcome.stale and (batch := finished(request, token)):
            return result(batch)
        if action == "answer":
            return step("import_preview", pending)
        return _preview_page(site, request, importer, pending, outcome)

    return view


def result(batch: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:import_batch", args=[batch]))


def _outcome(request, importer, pending: Pending, action: str) -> Outcome:
    workbook = pending.workbook()
    if request.method == "POST":
        _answers(request, importer, pending, workbook)
    maker = importer(request.user, pending.options())
    if action != "apply":
        return maker.collect(workbook)
    return maker.load(workbook, request.POST.get("fingerprint", "")[:64] or "none")


def _answers(request, importer, pending: Pending, workbook) -> None:
    """Keep the answers to the questions that are asked, and to no others."""
    if not any(name.startswith("answer-") for name in request.POST):
        return
    asked = importer(request.user, pending.options()).collect(workbook).questions
    for question in asked:
        answer = request.POST.get(f"answer-{question.place}", "")
        if answer in {key for key, _ in question.candidates}:
            pending.answers[question.place] = answer
    keep(request, pending)


def _stored(request, importer, pending: Pending, outcome: Outcome):
    if outcome.batch is None:
        forget(request, pending)
        messages.info(request, "Всё уже было загружено раньше: изменений нет.")
        return HttpResponseRedirect(back_to_list(importer))
    finish(request, pending, outcome.batch.pk)
    log.info("import %s: user %s, stored", importer.slug, request.user.pk)
    messages.success(
        request, f"Загружено. Добавлено: {outcome.added}, изменено: {outcome.changed}."
    )
    return result(outcome.batch.pk)


def _preview_page(site, request, importer, pending: Pending, outcome: Outcome):
    notes = {
        "matches": "Найдены в базе",
        "repairs": "Исправлено при чтении",
        "left_out": "Строки и листы, которые не загружаются",
        "ignored": "Столбцы, которые не загружаются",
    }
    status = 409 if outcome.stale else 200
    return page(
        site,
        request,
        "preview",
        f"{importer.title}: проверка",
        400 if request.method == "POST" and not outcome.stale else status,
        outcome=outcome,
        pending=pending,
        attaches=importer.asks_attach,
        shown=SHOWN,
        added=[e for e in outcome.entries if e.verb == "added"][:SHOWN],
        changed=[e for e in outcome.entries if e.verb == "changed"][:SHOWN],
        errors=outcome.errors[:SHOWN],
        warnings=outcome.warnings[:SHOWN],
        notes=[
            (title, getattr(outcome, name)[:SHOWN], len(getattr(outcome, name)))
            for name, title in notes.items()
        ],
        also=sorted(outcome.also.items()),
    )


def errors_file(site):
    """The errors as a workbook: sheet, row, column, reason."""

    @require_safe
    def view(request, slug: str, token):
        importer = importer_for(request, slug)
        pending = pending_or_404(request, slug, token)
        try:
            maker = importer(request.user, pending.options())
            table = maker.collect(pending.workbook()).errors_table()
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return step("import_columns", pending)
        table.created_at = timezone.now()
        return made(render(table, "xlsx"), file_name_of(table, "xlsx"))

    return view
