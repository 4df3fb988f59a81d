"""Lines of a plan or a programme written as a table: all rows at once, or none.

A person sends the whole table and the version it was drawn from. If somebody wrote
meanwhile, nothing is stored and both stand (409); cells that cannot be understood are
answered one by one, and nothing is stored either.
"""

import re
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Max
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from journal.domain.curriculum.approval import may_edit_plan
from journal.domain.curriculum.numbering import renumbered
from journal.models import (
    LessonKind,
    PlannedLesson,
    ProgrammeTopic,
    User,
)

MOST_ROWS = 500
MOST_HOURS = 500
ASIDE = 16_000  # half of what a small whole number holds
TEXT, NUMBER, KIND = "text", "number", "kind"
HOURS = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?:ч\.?|час\w*)?")


@dataclass(frozen=True)
class Field:
    """A column of the table: `most` signs of a text, or the greatest number."""

    name: str
    title: str
    sort: str = TEXT
    most: int = 300
    is_needed: bool = False
    width: int = 8


@dataclass(frozen=True)
class Sheet:
    """A kind of table: lines of `model` under `parent`; lines in `held` stay."""

    model: type[models.Model]
    parent: str
    fields: tuple[Field, ...]
    held: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]

    def place(self, name: str) -> int:
        return self.names.index(name)


PLAN = Sheet(
    PlannedLesson,
    "plan",
    (
        Field("section", "Раздел", width=11),
        Field("topic", "Тема", most=1000, is_needed=True, width=22),
        Field("kind", "Вид занятия", KIND, 120, width=10),
        Field("hours", "Часы", NUMBER, MOST_HOURS, True, 4),
        Field("practical_hours", "Практ. подготовка", NUMBER, MOST_HOURS, width=5),
        Field("self_study", "Самост.", NUMBER, MOST_HOURS, width=5),
        Field("work_number", "№ работы", NUMBER, 999, width=5),
        Field("content", "Содержание", most=1000, width=12),
        Field("homework", "Домашнее задание", most=1000, width=14),
        Field("equipment", "Оснащение", width=9),
    ),
    (
        ("given", "по ней проведено занятие"),
        ("control_works", "она стоит в графике контрольных работ"),
    ),
)
PROGRAMME = Sheet(
    ProgrammeTopic,
    "programme",
    (
        Field("section", "Раздел", width=12),
        Field("topic", "Тема", most=1000, is_needed=True, width=24),
        Field("kind", "Вид занятия", KIND, 120, width=11),
        Field("hours", "Часы", NUMBER, MOST_HOURS, True, 4),
        Field("self_study", "Самост.", NUMBER, MOST_HOURS, width=5),
        Field("requirements", "Требования: знать, уметь", most=1000, width=22),
    ),
)


@dataclass
class SheetRow:
    """A row as it was sent: the line it was drawn from, and its cells as text."""

    pk: int | None
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return self.pk is None and not any(cell.strip() for cell in self.cells)


@dataclass
class SheetRefusedError(Exception):
    """Cells that cannot be stored, as (row from 0, name of the column, words)."""

    found: list[tuple[int, str, str]] = field(default_factory=list)


class SheetChangedError(Exception):
    """Somebody else has written in the table since it was drawn."""


def version_of(sheet: Sheet, parent) -> int:
    """The version of a table: the last step in the history of its lines."""
    past = sheet.model.history.filter(**{sheet.parent: parent.pk})
    return past.aggregate(last=Max("history_id"))["last"] or 0


def last_writer(sheet: Sheet, parent) -> tuple[str, object] | None:
    """Who wrote in the table last, and when."""
    past = sheet.model.history.filter(**{sheet.parent: parent.pk})
    step = past.select_related("history_user").order_by("-history_id").first()
    if step is None:
        return None
    by = step.history_user.get_full_name() if step.history_user else "система"
    return by or step.history_user.username, step.history_date


def lines_of(sheet: Sheet, parent) -> list:
    rows = sheet.model.objects.filter(**{sheet.parent: parent})
    return list(rows.select_related("kind").order_by("number"))


def cells_of(sheet: Sheet, line) -> list[str]:
    """A line as the cells of the table show it."""
    values = ((one, getattr(line, one.name)) for one in sheet.fields)
    return [
        "" if value is None or (value == 0 and not one.is_needed) else str(value)
        for one, value in values
    ]


def save_sheet(
    sheet: Sheet, parent, rows: list[SheetRow], base: int, by: User, *, number=False
) -> list[int | None]:
    """Write a table whole; the keys of the rows sent, None for blank ones.

    Lines that are not among the rows are deleted, all are numbered in order; with
    `number` the works of each kind are too. Raises PermissionDenied, SheetChangedError,
    SheetRefusedError; nothing is stored then.
    """
    with transaction.atomic():
        parent = type(parent).objects.select_for_update().get(pk=parent.pk)
        if not may_edit_plan(by, parent):
            raise PermissionDenied
        if version_of(sheet, parent) != base:
            raise SheetChangedError
        return _Saving(sheet, parent, rows, by).save(number)


class _Saving:
    """One table being written."""

    def __init__(self, sheet: Sheet, parent, rows: list[SheetRow], by: User):
        self.sheet, self.parent, self.rows, self.by = sheet, parent, rows, by
        self.known = {line.pk: line for line in lines_of(sheet, parent)}
        self.before = {
            pk: (line.number, *cells_of(sheet, line)) for pk, line in self.known.items()
        }
        self.kinds = _kinds()
        self.errors: list[tuple[int, str, str]] = []

    def save(self, number: bool) -> list[int | None]:
        lines = [None if row.is_blank else self._line(row) for row in self.rows]
        kept = [line for line in lines if line is not None]
        for place, (line, row) in enumerate(zip(lines, self.rows, strict=True)):
            if line is not None:
                self._fill(place, line, row)
        gone = self._gone({line.pk for line in kept})
        if self.errors:
            raise SheetRefusedError(self.errors)
        for place, line in enumerate(kept, 1):
            line.number = place
        if number:
            renumbered(kept)
        self._store(kept, gone)
        return [line and line.pk for line in lines]

    def _line(self, row: SheetRow):
        line = self.known.get(row.pk)
        return line or self.sheet.model(**{self.sheet.parent: self.parent})

    def _fill(self, place: int, line, row: SheetRow) -> None:
        for one, cell in zip(self.sheet.fields, row.cells, strict=True):
            try:
                setattr(line, one.name, self._value(one, cell))
            except ValidationError as error:
                self.errors.append((place, one.name, error.messages[0]))

    def _value(self, one: Field, cell: str):
        text = " ".join(cell.replace("\x00", "").split())
        if one.sort == TEXT:
            if one.is_needed and not text:
                raise ValidationError("Впишите тему.")
            if len(text) > one.most:
                raise ValidationError(
                    f"Не длиннее {one.most} знаков, здесь {len(text)}."
                )
            return text
        if one.sort == KIND:
            if not text:
                return None
            kind = self.kinds.get(_key(text))
            if kind is None:
                raise ValidationError(f"Вида занятия «{text[:40]}» нет в списке.")
            return kind
        return self._number(one, text)

    def _number(self, one: Field, text: str) -> int | None:
        if not text:
            if one.is_needed:
                raise ValidationError("Укажите часы.")
            return None if one.name == "work_number" else 0
        match = HOURS.fullmatch(text.lower())
        if match is None or int(match[1]) > one.most:
            raise ValidationError(f"Нужно целое число от 0 до {one.most}.")
        return int(match[1]) or (None if one.name == "work_number" else 0)

    def _gone(self, kept: set) -> list:
        """Lines to delete; those that something refers to are errors."""
        gone = [line for pk, line in self.known.items() if pk not in kept]
        keys = [line.pk for line in gone]
        for name, why in self.sheet.held if gone else ():
            rows = self.sheet.model.objects.filter(
                pk__in=keys, **{f"{name}__isnull": False}
            )
            for line in rows.distinct().order_by("number"):
                words = f"Строку «{line.topic[:60]}» удалить нельзя: {why}."
                self.errors.append((-1, "topic", words))
        return gone

    def _store(self, kept: list, gone: list) -> None:
        for line in gone:
            line.delete()
        changed = [
            line
            for line in kept
            if line.pk
            and self.before[line.pk] != (line.number, *cells_of(self.sheet, line))
        ]
        fresh = [line for line in kept if line.pk is None]
        self._step_aside()
        options = {"default_user": self.by, "batch_size": 200}
        if changed:
            fields = ["number", *self.sheet.names]
            bulk_update_with_history(changed, self.sheet.model, fields, **options)
        if fresh:
            made = bulk_create_with_history(fresh, self.sheet.model, **options)
            for line, stored in zip(fresh, made, strict=True):
                line.pk = stored.pk

    def _step_aside(self) -> None:
        """Numbers are unique at every moment: the old ones make room for the new."""
        rows = self.sheet.model.objects.filter(**{self.sheet.parent: self.parent})
        most = rows.aggregate(most=Max("number"))["most"] or 0
        if most > ASIDE:
            raise ValidationError(
                f"Номера строк больше {ASIDE}. Исправьте их в строках."
            )
        moved = [
            pk for pk, line in self.known.items() if line.number != self.before[pk][0]
        ]
        rows.filter(pk__in=moved).update(number=F("number") + ASIDE)


def _key(text: str) -> str:
    return text.casefold().replace("ё", "е").replace(".", "").strip()


def _kinds() -> dict[str, LessonKind]:
    """Kinds of lessons by name and by short name."""
    found: dict[str, LessonKind] = {}
    for kind in LessonKind.objects.order_by("position"):
        for name in (kind.short_name, kind.name):
            if name:
                found.setdefault(_key(name), kind)
    return found
