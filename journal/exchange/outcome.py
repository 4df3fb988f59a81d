"""What an import did, or would do: counts, rows, and everything a person must see."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from journal.models import ImportBatch
from journal.reports.table import Column, Table

RowKey = tuple[str, int]  # sheet, row number in the spreadsheet


@dataclass(frozen=True)
class Note:
    """Something said of a place in the file; `column` is «B «Дата рождения»» or ""."""

    sheet: str
    row: int | None
    column: str
    reason: str

    def as_json(self) -> dict:
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Entry:
    """A row that would add or change something; `changes` are (field, old, new)."""

    sheet: str
    row: int
    title: str
    verb: str
    changes: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Question:
    """A row that a person decides about: one of `candidates` (answer, in words)."""

    sheet: str
    row: int
    title: str
    reason: str
    candidates: Sequence[tuple[str, str]]
    answer: str = ""
    kind: str = ""  # of a name that the whole file asks about: «Преподаватели»

    @property
    def where(self) -> str:
        return self.kind or f"лист «{self.sheet}», строка {self.row}"

    @property
    def place(self) -> str:
        return f"{self.row}@{self.sheet}"

    @property
    def as_note(self) -> Note:
        words = "; ".join(said for _, said in self.candidates)
        if self.kind:
            return Note("", None, self.kind, f"{self.title}: {self.reason} {words}.")
        return Note(self.sheet, self.row, "", f"{self.title}: {self.reason} {words}.")


@dataclass
class Outcome:
    """The result of one file: `added`, `changed` and `skipped` count its rows.

    `parts` are (records of a kind, added, changed); `also` counts what came along
    (groups created, courses tied). `repeats` are rows that
    say again what an earlier one said, `left_out` those that are no entries. With any
    of `obstacles` nothing is stored.
    """

    importer: str
    file_name: str
    skipped: int = 0
    repeats: int = 0
    entries: list[Entry] = field(default_factory=list)
    parts: list[tuple[str, int, int]] = field(default_factory=list)
    also: Counter[str] = field(default_factory=Counter)
    errors: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    matches: list[Note] = field(default_factory=list)
    repairs: list[Note] = field(default_factory=list)
    left_out: list[Note] = field(default_factory=list)
    ignored: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    totals: dict = field(default_factory=dict)  # of what the file holds, by name
    batch: ImportBatch | None = None
    stale: bool = False

    @property
    def added(self) -> int:
        return sum(entry.verb == "added" for entry in self.entries)

    @property
    def changed(self) -> int:
        return sum(entry.verb == "changed" for entry in self.entries)

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.questions if not question.answer]

    @property
    def obstacles(self) -> list[Note]:
        """What stands in the way: errors, and questions that nobody has answered."""
        return self.errors + [question.as_note for question in self.open_questions]

    @property
    def is_stored(self) -> bool:
        return self.batch is not None

    @property
    def fingerprint(self) -> str:
        """The same for the same effect: what was looked at is what is stored."""
        told = [
            (e.sheet, e.row, e.title, e.verb, *map(tuple, e.changes))
            for e in self.entries
        ]
        words = json.dumps([told, sorted(self.also.items())], ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()[:32]

    def as_json(self) -> dict:
        """The outcome as commands print it."""
        return {
            "importer": self.importer,
            "file": self.file_name,
            "stored": self.is_stored,
            "batch": self.batch.pk if self.batch else None,
            "added": self.added,
            "changed": self.changed,
            "skipped": self.skipped,
            "repeats": self.repeats,
            "also": dict(self.also),
            **self.totals,
            "parts": {
                title: {"added": added, "changed": changed}
                for title, added, changed in self.parts
            },
            "errors": [note.as_json() for note in self.obstacles],
            **{
                name: [note.as_json() for note in getattr(self, name)]
                for name in (
                    "warnings",
                    "matches",
                    "repairs",
                    "ignored",
                    "left_out",
                )
            },
        }

    def errors_table(self) -> Table:
        """The errors as a report: row, column and reason of each."""
        columns = [
            Column("sheet", "Лист", width=18),
            Column("row", "Строка", kind="number", width=8),
            Column("column", "Столбец", width=26),
            Column("reason", "Что не так и что сделать", width=80),
        ]
        return Table(
            title="Ошибки загрузки",
            lines=[f"Файл «{self.file_name}»"],
            columns=columns,
            rows=[note.as_json() for note in self.obstacles],
            orientation="landscape",
        )


def refused(importer: str, file_name: str, reason: str) -> dict:
    """The outcome of a file that could not be read at all, as commands print it."""
    outcome = Outcome(importer, file_name).as_json()
    note = Note("", None, "", reason)
    return {"refused": reason, **outcome, "errors": [note.as_json()]}
