"""A file between its upload and its import: kept on the server, bound to the session.

The browser holds a token that is good in this session, once.
"""

import uuid
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.http import Http404
from django.utils import timezone

from journal.exchange.options import Options, SheetOptions
from journal.exchange.reading import Refusal, Workbook, read_workbook
from journal.exchange.registry import IMPORTERS

KEY, DONE = "imports", "imports_done"
MOST_PENDING = 3
MOST_DONE = 10
KEPT = timedelta(hours=24)
GONE = "файл больше не хранится. Загрузите его ещё раз."


@dataclass
class Pending:
    """One file and what the person decided about it so far, as JSON can hold it."""

    token: str
    slug: str
    name: str
    stored: str
    sheets: dict[str, dict] = field(default_factory=dict)
    start: str = ""
    create: bool = False
    attach: bool = False
    answers: dict[str, str] = field(default_factory=dict)

    def options(self) -> Options:
        """What was decided, as importers understand it."""
        used = {
            name: SheetOptions(
                said["header"],
                {letter: key or None for letter, key in said["chosen"].items()},
                said["given"],
            )
            for name, said in self.sheets.items()
            if said["use"]
        }
        answers = {}
        for place, answer in self.answers.items():
            row, _, sheet = place.partition("@")
            answers[sheet, int(row)] = answer
        is_open = not self.sheets and IMPORTERS[self.slug].is_laid_out
        return Options(
            sheets=None if is_open else used,
            start=date.fromisoformat(self.start) if self.start else None,
            create=self.create,
            attach=self.attach,
            answers=answers,
        )

    def workbook(self) -> Workbook:
        """The file, read again. Raises Refusal where it is no longer kept."""
        try:
            with storage().open(self.stored) as stream:
                read = read_workbook(stream, self.name)
            return IMPORTERS[self.slug].opened(read)
        except FileNotFoundError:
            raise Refusal(GONE) from None


def storage() -> Storage:
    """Private: no address leads into it."""
    return storages["import_export"]


def begin(request, slug: str, name: str, data: bytes) -> Pending:
    """Keep a file for this session; the oldest of too many is forgotten."""
    sweep()
    stored = storage().save(f"{uuid.uuid4().hex}.bin", ContentFile(data))
    pending = Pending(str(uuid.uuid4()), slug, name[-200:], stored)
    kept = request.session.setdefault(KEY, {})
    while len(kept) >= MOST_PENDING:
        storage().delete(kept.pop(next(iter(kept)))["stored"])
    keep(request, pending)
    return pending


def keep(request, pending: Pending) -> None:
    request.session.setdefault(KEY, {})[pending.token] = asdict(pending)
    request.session.modified = True


def pending_or_404(request, slug: str, token: uuid.UUID) -> Pending:
    said = request.session.get(KEY, {}).get(str(token))
    if said is None or said["slug"] != slug:
        raise Http404
    return Pending(**said)


def finished(request, token: uuid.UUID) -> int | None:
    """The batch that a file became, be it in a request that this one overtook."""
    session = type(request.session)(request.session.session_key)
    return session.get(DONE, {}).get(str(token))


def finish(request, pending: Pending, batch: int) -> None:
    """The file is stored: whoever clicks twice is led to the one result."""
    done = request.session.setdefault(DONE, {})
    done[pending.token] = batch
    while len(done) > MOST_DONE:
        done.pop(next(iter(done)))
    forget(request, pending)


def forget(request, pending: Pending) -> None:
    """The token is good no longer, the file is gone."""
    request.session.get(KEY, {}).pop(pending.token, None)
    request.session.modified = True
    storage().delete(pending.stored)


def sweep() -> None:
    """Delete files that nobody came back to."""
    oldest = timezone.now() - KEPT
    try:
        _, names = storage().listdir("")
    except FileNotFoundError:
        return
    for name in names:
        try:
            if storage().get_modified_time(name) < oldest:
                storage().delete(name)
        except FileNotFoundError:  # another request was faster
            continue
