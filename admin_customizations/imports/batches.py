"""What was loaded, and taking it back."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe

from admin_customizations.imports.views import SHOWN, page
from journal.exchange.records import ChangedMeanwhileError
from journal.exchange.registry import IMPORTERS
from journal.exchange.undo import Undoing, may_see, may_undo, plan_undo, undo
from journal.models import ImportBatch


def batch_or_404(request, pk: int) -> ImportBatch:
    found = ImportBatch.objects.select_related("by", "undone_by").filter(pk=pk).first()
    if found is None or not may_see(request.user, found):
        raise Http404
    return found


def batch_page(site):
    """The outcome of one import."""

    @require_safe
    def view(request, pk: int):
        batch = batch_or_404(request, pk)
        importer = IMPORTERS.get(batch.importer)
        return page(
            site,
            request,
            "batch",
            f"Загрузка: {importer.title if importer else batch.importer}",
            batch=batch,
            importer=importer,
            may_undo=may_undo(request.user, batch),
            listed=reverse(
                f"admin:journal_{importer.model._meta.model_name}_changelist"
            )
            if importer
            else "",
        )

    return view


def undo_page(site):
    """What taking it back would do; POST does it."""

    @require_http_methods(["GET", "POST"])
    def view(request, pk: int):
        batch = batch_or_404(request, pk)
        if not may_undo(request.user, batch):
            raise PermissionDenied
        if request.method == "POST":
            try:
                tell(request, undo(batch, request.user))
            except ChangedMeanwhileError:
                messages.error(
                    request, "Данные только что изменились. Попробуйте ещё раз."
                )
            return HttpResponseRedirect(reverse("admin:import_batch", args=[pk]))
        plan = plan_undo(batch, request.user)
        return page(
            site,
            request,
            "undo",
            "Отмена загрузки",
            batch=batch,
            plan=plan,
            deleted=counts(plan.deleted),
            restored=counts(row for row, _ in plan.restored),
            stays=plan.stays[:SHOWN],
            staying=len(plan.stays),
        )

    return view


def counts(rows) -> list[tuple[str, int]]:
    found = Counter(capfirst(row._meta.verbose_name_plural) for row in rows)
    return sorted(found.items())


def tell(request, done: Undoing) -> None:
    if done.is_empty:
        messages.error(request, "Отменить нечего: всё загруженное уже используется.")
        return
    said = f"Удалено записей: {len(done.deleted)}, возвращено: {len(done.restored)}."
    if done.kept:
        said += f" Осталось как есть: {len(done.kept)}."
    messages.success(request, f"Загрузка отменена. {said}")
