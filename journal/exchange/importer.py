"""What every importer does: tables of a file → rows → records, all or nothing.

An importer is a table of declarations and one method that says what a row is about.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from journal.exchange.mapping import Row
from journal.exchange.options import Options
from journal.exchange.outcome import Entry, Outcome, Question
from journal.exchange.reading import Workbook
from journal.exchange.reading.text import as_text
from journal.exchange.records import ChangedMeanwhileError, Records, Taken, delete
from journal.exchange.sheets import TableReader
from journal.models import ImportBatch, User
from journal.models.guards import rule_of

NEW, SKIP = "new", "skip"  # answers to a question, beside the key of a candidate


class Importer(TableReader):
    """One file taken in once: make it, `collect` (or `load`), throw it away.

    A subclass fills `prepare` (lookups for all rows, a few queries) and `take` (one
    row).
    """

    model: ClassVar[type[Model]]
    stores: ClassVar[Sequence[type[Records]]]  # in the order of writing
    asks_start: ClassVar[str] = ""
    asks_create: ClassVar[str] = ""
    create_flags: ClassVar[tuple[str, ...]] = ()
    asks_attach: ClassVar[str] = ""
    is_laid_out: ClassVar[bool] = False  # columns need no agreement, the preview asks
    maps: ClassVar[str] = ""  # what --map names, where no field
    asks_names: ClassVar[bool] = False  # pairs of names may be confirmed beforehand

    def __init__(self, by: User | None, options: Options | None = None) -> None:
        super().__init__(options)
        self.by = by
        self.store = {kind._meta.model: kind() for kind in self.stores}
        self.origin: dict[int, Row] = {}
        self.told: set[tuple] = set()
        # of the row at hand
        self.verb = "skipped"
        self.changes: list[tuple[str, str, str]] = []
        self.refused = False

    @classmethod
    def permission(cls) -> str:
        return f"import_{cls.model._meta.model_name}"

    @classmethod
    def may_make(cls, by: User | None) -> bool:
        """Whether `by` may have made what the rows refer to and is missing."""
        return False

    @classmethod
    def staying(cls, rows: Iterable[Model]) -> Mapping[tuple[str, int], str]:
        """(name of the model, key) → why undoing leaves that row as it is."""
        return {}

    # What a subclass says

    def prepare(self, rows: Sequence[Row]) -> None:
        """Look up for all rows at once what `take` needs."""

    def take(self, row: Row) -> None:
        """One entry of the file; calls `record`, `make`, `ask` and `error`."""
        raise NotImplementedError

    def finish(self) -> None:
        """After the last row."""

    def name_of(self, row: Row) -> str:
        """What the row is about, for whoever looks at the preview."""
        values = row.values
        if "last_name" in values:
            parts = (values.get(f"{part}_name") for part in ("last", "first", "middle"))
            return " ".join(filter(None, parts))
        return str(values.get(next(f.key for f in self.fields() if f.required)))

    # What happens to a row

    def error(self, row: Row, key: str, reason: str, kind: str = "errors") -> None:
        """Say something of a row; `key` a field's, a column's, or ""."""
        keys = self.columns.get(key, (key,))
        places = (self.places.get((row.sheet, one)) for one in keys)
        column = next(filter(None, places), "")
        self.refused = self.refused or kind == "errors"
        self.note(kind, row.sheet, row.number, column, reason)

    def once(self, row: Row, key: str, reason: str, kind: str = "errors") -> None:
        """As `error`, but the same words about a sheet only the first time."""
        if (row.sheet, kind, reason) not in self.told:
            self.told.add((row.sheet, kind, reason))
            self.error(row, key, reason, kind)
        elif kind == "errors":
            self.refused = True

    def ask(
        self, row: Row, reason: str, candidates: Iterable[tuple[Model, str]]
    ) -> str | None:
        """The person's answer about this row: NEW, SKIP or a key; None: not yet."""
        offered = [(str(one.pk), words) for one, words in candidates]
        offered += [(NEW, "это другой человек, добавить"), (SKIP, "не загружать")]
        answer = self.options.answers.get((row.sheet, row.number), "")
        if answer not in {key for key, _ in offered}:
            answer = ""
        title = self.name_of(row)
        asked = Question(row.sheet, row.number, title, reason, offered, answer)
        self.outcome.questions.append(asked)
        self.refused = self.refused or not answer
        return answer or None

    def leave_out(self, row: Row, reason: str) -> None:
        self.verb = "left out"
        self.note("left_out", row.sheet, row.number, "", reason)

    def values(self, row: Row) -> dict[str, object]:
        """What the row says of the model's fields; empty cells say nothing."""
        found = {}
        for name, keys in self.columns.items():
            said = [row.values[key] for key in keys if row.values.get(key) is not None]
            if said and said[0] != "":
                found[name] = said[0]
        return found

    def record(
        self,
        model: type[Model],
        row: Row,
        match: Model | None,
        values: Mapping,
        fresh: Mapping | None = None,
        shown: Mapping[str, str] | None = None,
    ) -> Model | None:
        """Add or change a record of the row itself; None where it is refused.

        `shown` words for the new values of foreign rows.
        """
        taken = self.store[model].take(match, values, fresh or {})
        self.origin[id(taken.instance)] = row
        for name, messages in taken.errors.items():
            self.error(row, name, " ".join(messages))
        if taken.errors:
            return None
        if self.verb == "skipped" or taken.verb == "added":
            self.verb = taken.verb
        self.changes += self._in_words(taken, shown or {})
        return taken.instance

    def make(self, model: type[Model], row: Row, counted: str, **fresh) -> Model | None:
        """Add a record that the row refers to; counted apart."""
        verb = self.verb
        made = self.record(model, row, None, {}, fresh)
        self.verb = verb
        if made is not None:
            self.outcome.also[counted] += 1
        return made

    def _in_words(self, taken: Taken, shown: Mapping[str, str]) -> list[tuple]:
        told = []
        for name, (old, new) in taken.changes.items():
            known = type(taken.instance)._meta.get_field(name)
            if known.remote_field:
                old = getattr(old, "pk", old)
                rows = known.remote_field.model._base_manager.filter(pk=old)
                pair = (str(rows.first() or ""), shown.get(name, str(new)))
            else:
                words = dict(known.flatchoices)
                pair = (words.get(old, as_text(old)), words.get(new, as_text(new)))
            told.append((known.verbose_name, *pair))
        return told

    @staticmethod
    def in_words(model: type[Model], values: Mapping) -> list[tuple[str, str]]:
        """(field, value) of what a new record holds, foreign rows apart."""
        told = []
        for name, value in values.items():
            known = model._meta.get_field(name)
            words = dict(known.flatchoices)
            told.append((str(known.verbose_name), words.get(value) or as_text(value)))
        return told

    # The whole file

    def collect(self, workbook: Workbook) -> Outcome:
        """What the file would do; reads the database and writes nothing.

        Raises Refusal where the file cannot be taken at all.
        """
        self.outcome.file_name = workbook.name
        for warning in workbook.warnings:
            self.note("warnings", "", None, "", warning)
        rows = self.rows(workbook)
        self.prepare([row for row in rows if not row.errors])
        for row in rows:
            for kind in ("errors", "warnings", "repairs"):
                for issue in getattr(row, kind):
                    place = self.places.get((row.sheet, issue.column), "")
                    self.note(kind, row.sheet, row.number, place, issue.message)
            if not row.errors:
                self._take(row)
        self.finish()
        for model, store in self.store.items():
            added, changed = len(store.create_instances), len(store.update_instances)
            if added or changed:
                title = str(model._meta.verbose_name_plural)
                self.outcome.parts.append((title, added, changed))
            for instance, names, message in store.clashes():
                self.error(self.origin[id(instance)], names[0], message)
        return self.outcome

    def _take(self, row: Row) -> None:
        self.verb, self.changes, self.refused = "skipped", [], False
        self.take(row)
        if self.refused:
            return
        if self.verb == "skipped":
            self.outcome.skipped += 1
        elif self.verb != "left out":
            entry = (row.sheet, row.number, self.name_of(row), self.verb)
            self.outcome.entries.append(Entry(*entry, tuple(self.changes)))

    def load(self, workbook: Workbook, expected: str = "") -> Outcome:
        """Take the file in, in one transaction; with obstacles nothing is stored.

        `expected` is the fingerprint of what a person looked at: where it would come
        out otherwise by now, nothing is stored and the outcome is `stale`. Raises
        Refusal.
        """
        try:
            with transaction.atomic():
                one_at_a_time()
                outcome = self.collect(workbook)
                outcome.stale = bool(expected) and expected != outcome.fingerprint
                if not outcome.obstacles and not outcome.stale:
                    self._write()
        except (IntegrityError, ChangedMeanwhileError) as error:
            reason = "Данные только что изменились. Проверьте и загрузите ещё раз."
            if isinstance(error, IntegrityError):
                reason = rule_of(error) or reason
            self.outcome.batch = None
            self.note("errors", "", None, "", reason)
        return self.outcome

    def _write(self) -> None:
        outcome = self.outcome
        reason = f"Загрузка из файла «{outcome.file_name[:150]}»"
        if trace := self.store_all(reason):
            outcome.batch = ImportBatch.objects.create(
                importer=self.slug,
                file_name=outcome.file_name[-200:],
                by=self.by,
                added=outcome.added,
                changed=outcome.changed,
                skipped=outcome.skipped,
                trace=trace,
            )

    def store_all(self, reason: str) -> list[dict]:
        """Store what was collected; what undoing needs of every row."""
        return [
            line
            for store in self.store.values()
            for line in store.write(self.by, reason)
        ]

    @classmethod
    def take_back(cls, rows: Sequence[Model], by: User | None, reason: str) -> None:
        """Delete rows of one model that this importer had added."""
        delete(rows, by, reason)


def one_at_a_time() -> None:
    """Two imports at once must not both add the same person; SQLite lets one write."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal import'))")
