"""What every importer does: tables of a file → rows → records, all or nothing.

An importer is a table of declarations and one method that says what a row is about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from journal.exchange.fields import TABLES
from journal.exchange.mapping import (
    ColumnMapping,
    Field,
    Row,
    apply,
    merge_repeats,
    propose,
)
from journal.exchange.matching import normal
from journal.exchange.options import Options, SheetOptions
from journal.exchange.outcome import Entry, Note, Outcome, Question
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.reading.text import as_text
from journal.exchange.reading.workbook import column_letter
from journal.exchange.records import ChangedMeanwhileError, Records, Taken
from journal.exchange.tables import FoundTable, find_table, find_tables
from journal.models import ImportBatch, User
from journal.models.guards import rule_of

NEW, SKIP = "new", "skip"  # answers to a question, beside the key of a candidate


class Importer:
    """One file taken in once: make it, `collect` (or `load`), throw it away.

    `columns` says which columns of the table go into which field of the model; other
    known columns are left out. A subclass fills `prepare` (lookups for all rows, a few
    queries) and `take` (one row).
    """

    do_not_call_in_templates: ClassVar[bool] = True

    slug: ClassVar[str]
    title: ClassVar[str]
    model: ClassVar[type[Model]]
    stores: ClassVar[Sequence[type[Records]]]  # in the order of writing
    columns: ClassVar[Mapping[str, tuple[str, ...]]]
    besides: ClassVar[tuple[str, ...]] = ()  # columns that `take` reads itself
    as_text: ClassVar[tuple[str, ...]] = ()  # columns that `take` converts itself
    given: ClassVar[Mapping[str, str]] = {}  # what may be told of a sheet by hand
    same: ClassVar[tuple[str, ...]] = ()  # what makes rows of several sheets the same
    asks_start: ClassVar[str] = ""
    asks_create: ClassVar[str] = ""
    create_flags: ClassVar[tuple[str, ...]] = ()
    asks_attach: ClassVar[str] = ""

    def __init__(self, by: User | None, options: Options | None = None) -> None:
        self.by = by
        self.options = options or Options()
        self.store = {kind._meta.model: kind() for kind in self.stores}
        self.origin: dict[int, Row] = {}
        self.places: dict[tuple[str, str], str] = {}
        self.told: set[tuple] = set()
        self.outcome = Outcome(self.slug, "")
        # of the row at hand
        self.verb = "skipped"
        self.changes: list[tuple[str, str, str]] = []
        self.refused = False

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        return TABLES[cls.slug]

    @classmethod
    def permission(cls) -> str:
        return f"import_{cls.model._meta.model_name}"

    @classmethod
    def may_make(cls, by: User | None) -> bool:
        """Whether `by` may have made what the rows refer to and is missing."""
        return False

    @classmethod
    def takes(cls) -> set[str]:
        """Keys of the columns that are not left out."""
        return {key for keys in cls.columns.values() for key in keys} | {*cls.besides}

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

    # The tables of the file

    def tables(self, workbook: Workbook) -> list[tuple[FoundTable, ColumnMapping]]:
        """Tables with the columns agreed on; raises Refusal."""
        chosen = self.options.sheets
        if chosen is None:
            found, refused = find_tables(workbook, self.fields())
            for refusal in refused:
                self.note("left_out", refusal.sheet or "", None, "", refusal.message)
        else:
            found = [
                find_table(
                    workbook.sheet(name),
                    self.fields(),
                    sheet.header_row,
                    strict=not (sheet.chosen or self.options.named),
                )
                for name, sheet in chosen.items()
            ]
        if not found:
            raise Refusal("не выбран ни один лист. Отметьте листы, которые загрузить.")
        unused = {normal(name) for name in self.options.named}
        tables = [(table, self.mapping(table, unused)) for table in found]
        if unused:
            titles = ", ".join(f"«{c.title or c.letter}»" for c in found[0].columns)
            raise Refusal(
                f"в таблице нет столбца «{min(unused)}». Есть столбцы: {titles[:500]}."
            )
        return tables

    def mapping(self, found: FoundTable, unused: set[str]) -> ColumnMapping:
        """The columns of one table, without those that this importer leaves out."""
        sheet = (self.options.sheets or {}).get(found.name, SheetOptions())
        chosen = {}
        for title, key in self.options.named.items():
            for column in found.columns:
                if normal(title) in (normal(column.title), column.letter.casefold()):
                    chosen[column.letter] = key
                    unused.discard(normal(title))
        chosen |= sheet.chosen
        proposed = propose(found, self.fields(), chosen)
        left = {
            index: guess
            for index, guess in proposed.columns.items()
            if guess.key not in self.takes()
        }
        letters = {column_letter(index): None for index in left}
        mapping = propose(found, self.fields(), {**chosen, **letters})
        context = {**self.options.given, **sheet.given}
        for key, said in context.items():
            mapping.from_context.pop(key, None)
            if said:
                mapping.from_context[key] = said
        keys = set(mapping.by_key) | set(mapping.from_context)
        mapping.missing = [f for f in mapping.missing if f.key not in keys]
        mapping.fields = [
            replace(f, kind="text", choices={}) if f.key in self.as_text else f
            for f in mapping.fields
        ]
        return mapping

    def rows(self, workbook: Workbook) -> list[Row]:
        """The entries of all tables, each once."""
        tables = self.tables(workbook)
        self.share_context([mapping for _, mapping in tables])
        read = []
        for found, mapping in tables:
            self.tell_columns(found, mapping)
            applied = apply(mapping, found)
            for skipped in applied.skipped:
                reason = f"{skipped.reason}: «{skipped.text}»"
                self.note("left_out", found.name, skipped.number, "", reason)
            read.append(applied.rows)
        if len(read) == 1 or not self.same:
            return [row for rows in read for row in rows]
        merged = merge_repeats(read, self.same)
        self.outcome.repeats = sum(map(len, read)) - len(merged)
        return merged

    def share_context(self, mappings: list[ColumnMapping]) -> None:
        """Before the rows are read: one sheet may speak for the others."""

    def tell_columns(self, found: FoundTable, mapping: ColumnMapping) -> None:
        titles = {column.index: column.title for column in found.columns}
        for index, guess in mapping.columns.items():
            shown = titles.get(index) or self.field_title(guess.key)
            place = f"{column_letter(index)} «{shown}»"
            self.places[found.name, guess.key] = place
        for column in mapping.unknown:
            if column.title and column.index not in mapping.columns:
                if normal(column.title) in ("номер", "номер пп"):
                    continue
                place = f"{column.letter} «{column.title}»"
                self.note("ignored", found.name, None, place, "столбец не загружается")
        for column, key in mapping.doubles:
            place = f"{column.letter} «{column.title}»"
            reason = f"«{self.field_title(key)}» взято из другого столбца"
            self.note("ignored", found.name, None, place, reason)

    def field_title(self, key: str) -> str:
        return next((f.title for f in self.fields() if f.key == key), key)

    # What happens to a row

    def note(self, kind: str, sheet: str, row, column: str, reason: str) -> None:
        getattr(self.outcome, kind).append(Note(sheet, row, column, reason))

    def error(self, row: Row, key: str, reason: str, kind: str = "errors") -> None:
        """Say something of a row; `key` a column's, a field's, or ""."""
        keys = (key, *self.columns.get(key, ()))
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
                rows = known.remote_field.model._base_manager.filter(pk=old)
                pair = (str(rows.first() or ""), shown.get(name, str(new)))
            else:
                words = dict(known.flatchoices)
                pair = (words.get(old, as_text(old)), words.get(new, as_text(new)))
            told.append((known.verbose_name, *pair))
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
                    place = f"{issue.column} «{issue.title}»" if issue.title else ""
                    message = issue.message
                    self.note(kind, row.sheet, row.number, place.strip(), message)
            if not row.errors:
                self._take(row)
        self.finish()
        for store in self.store.values():
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
        trace = [
            line
            for store in self.store.values()
            for line in store.write(self.by, reason)
        ]
        if trace:
            outcome.batch = ImportBatch.objects.create(
                importer=self.slug,
                file_name=outcome.file_name[-200:],
                by=self.by,
                added=outcome.added,
                changed=outcome.changed,
                skipped=outcome.skipped,
                trace=trace,
            )


def one_at_a_time() -> None:
    """Two imports at once must not both add the same person; SQLite lets one write."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal import'))")
