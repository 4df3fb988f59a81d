"""Files of people handed out by the one view that asks for rights."""

from pathlib import PurePath

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from journal.domain.files import TYPES
from journal.models import HomeworkFile, Submission
from journal.pages.pace import paced

KINDS = {
    "homework": (HomeworkFile, lambda row: row.name),
    "submission": (Submission, lambda row: row.file_name),
}


def handed_out(file, name: str) -> FileResponse:
    """A file as a download, whatever is in it: nothing of it runs in our pages.

    Raises Http404 where the disk has lost it.
    """
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    kind = PurePath(file.name).suffix.lstrip(".")
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=TYPES.get(kind, "application/octet-stream"),
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def made(content: bytes, name: str, *, is_shown: bool = False) -> HttpResponse:
    """A file of the journal's own making as a download; `is_shown`: for the browser to open.

    What it is, its name says by its ending, one of `TYPES`.
    """
    kind = PurePath(name).suffix.lstrip(".")
    answer = HttpResponse(content, content_type=TYPES[kind])
    answer["Content-Disposition"] = content_disposition_header(not is_shown, name)
    return answer


@require_safe
@paced
def file(request, kind: str, pk: int):
    """The file of a homework or of a handed-in work; unseen or without one: 404."""
    model, named = KINDS[kind]
    rows = model.objects.visible_to(request.user).filter(pk=min(pk, 2**63 - 1))
    row = rows.first()
    if row is None or not row.file:
        raise Http404
    return handed_out(row.file, named(row))
