"""Cells of a curriculum's table, typed one by one: all that can be stored, in one go.

A cell names its row (`item`, None for the weeks of the plan), semester, column, the value
that the person saw and the new one, as text. An answer for each: stored, refused with
words, or changed meanwhile by somebody else.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from journal.domain.curriculum.forms import SHORT, form_of
from journal.domain.curriculum.overview import (
    HOURS,
    TOTAL,
    TRAINING,
    WEEKS,
    number,
)
from journal.domain.curriculum.versions import may_edit_curriculum
from journal.models import Curriculum, HoursKind, PlanHours, PlanWeeks, User

FORM, VACATION = "form", "vacation"
OF_HOURS = (*HOURS, FORM)
OF_WEEKS = (*WEEKS, VACATION)
MOST_CELLS = 400
MOST_HOURS, MOST_WEEKS, SEMESTERS = 2000, 53, 12
REASON = "Таблица учебного плана"


@dataclass(frozen=True)
class Typed:
    """One cell as it was typed."""

    item: int | None
    semester: int
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Answer:
    """What became of a cell: `status` 200, 400 or 409, and its value now."""

    status: int
    value: str
    message: str = ""


def shown(row: Model | None, column: str) -> str:
    """A cell as text; nothing is an empty cell."""
    value = getattr(row, column) if row is not None else None
    if column == FORM:
        return SHORT.get(value or "", "")
    if not value:
        return ""
    return number(value)


def read(column: str, said: str) -> object:
    """The value that a text stands for. Raises ValueError with words."""
    said = said.strip()
    if column == FORM:
        form = form_of(said)
        if form is None:
            allowed = ", ".join(word for word in SHORT.values() if word)
            raise ValueError(f"«{said[:20]}» непонятно. Можно: {allowed} или пусто.")
        return form
    if said and not (said.isascii() and said.isdecimal() and len(said) < 6):
        raise ValueError(f"«{said[:20]}» — нужно целое число часов.")
    if int(said or 0) > MOST_HOURS:
        raise ValueError(f"{said} ч в семестре не бывает: не больше {MOST_HOURS}.")
    return int(said or 0)


def _weeks(said: str) -> Decimal:
    try:
        weeks = Decimal(said.replace(",", ".") or "0")
    except InvalidOperation:
        raise ValueError(
            f"«{said[:20]}» — нужно число недель, например 10,5."
        ) from None
    if not weeks.is_finite() or not 0 <= weeks <= MOST_WEEKS:
        raise ValueError(f"«{said[:20]}»: недель в семестре от 0 до {MOST_WEEKS}.")
    if weeks != round(weeks, 1):
        raise ValueError(f"«{said[:20]}»: недели пишут с одним знаком после запятой.")
    return weeks


@transaction.atomic
def write_plan(plan: Curriculum, by: User, cells: Sequence[Typed]) -> list[Answer]:
    """Store what can be stored of the cells, with history.

    Raises PermissionDenied where the plan is not this person's to change, or is approved.
    """
    plan = Curriculum.objects.select_for_update().get(pk=plan.pk)
    if not may_edit_curriculum(by, plan):
        raise PermissionDenied
    book = Book(plan, cells)
    answers = [book.write(cell) for cell in cells]
    book.store()
    return [
        answer if answer else Answer(200, shown(book.row(cell), cell.column))
        for cell, answer in zip(cells, answers, strict=True)
    ]


class Book:
    """The rows that a batch of cells touches."""

    def __init__(self, plan: Curriculum, cells: Iterable[Typed]) -> None:
        self.plan = plan
        wanted = {cell.item for cell in cells if cell.item is not None}
        self.items = {
            item.pk: item
            for item in plan.items.filter(pk__in=wanted).select_related("discipline")
        }
        parents = plan.items.filter(parent__in=self.items).order_by()
        self.modules = set(parents.values_list("parent", flat=True))
        found = PlanHours.objects.filter(item__in=self.items)
        self.hours = {(one.item_id, one.semester): one for one in found}
        self.weeks = {one.semester: one for one in plan.weeks.all()}
        self.touched: dict[tuple[int | None, int], set[str]] = defaultdict(set)

    def row(self, cell: Typed) -> PlanHours | PlanWeeks | None:
        if cell.item is None:
            return self.weeks.get(cell.semester)
        return self.hours.get((cell.item, cell.semester))

    def write(self, cell: Typed) -> Answer | None:
        """None where the cell is taken over; what stands in the way otherwise."""
        known = OF_WEEKS if cell.item is None else OF_HOURS
        if cell.column not in known or not 1 <= cell.semester <= SEMESTERS:
            return Answer(400, "", "Такой ячейки в плане нет. Обновите страницу.")
        if cell.item is not None and cell.item not in self.items:
            return Answer(400, "", "Этой строки в плане больше нет. Обновите страницу.")
        if cell.item in self.modules:
            return Answer(400, "", "Часы модуля — сумма его строк: введите их там.")
        row = self.row(cell)
        now = shown(row, cell.column)
        try:
            value = self._read(cell)
        except ValueError as error:
            return Answer(400, now, str(error))
        if now != cell.old and now != self._as_shown(cell, value):
            meanwhile = f"записал здесь «{now}»" if now else "очистил эту ячейку"
            return Answer(409, now, f"Другой человек уже {meanwhile}.")
        self._set(cell, row, value)
        return None

    @staticmethod
    def _read(cell: Typed) -> object:
        return (
            _weeks(cell.new.strip())
            if cell.item is None
            else read(cell.column, cell.new)
        )

    @staticmethod
    def _as_shown(cell: Typed, value: object) -> str:
        model = PlanWeeks if cell.item is None else PlanHours
        return shown(model(**{cell.column: value}), cell.column)

    def _set(self, cell: Typed, row, value: object) -> None:
        key = (cell.item, cell.semester)
        if row is None:
            if not value:
                return
            if cell.item is None:
                row = PlanWeeks(curriculum=self.plan, semester=cell.semester)
                self.weeks[cell.semester] = row
            else:
                row = PlanHours(item=self.items[cell.item], semester=cell.semester)
                self.hours[key] = row
        if getattr(row, cell.column) == value:
            return
        # What is typed by kinds is summed up, unless the sum was typed otherwise.
        in_step = cell.item is not None and row.total == row.contact + row.self_study
        setattr(row, cell.column, value)
        self.touched[key].add(cell.column)
        if in_step and cell.column in HoursKind.values:
            row.total = row.contact + row.self_study
            self.touched[key].add(TOTAL)

    def store(self) -> None:
        for item, semester in self.touched:
            row = self.weeks[semester] if item is None else self.hours[item, semester]
            row._change_reason = REASON
            if item is not None and row.pk is not None and _is_empty(row):
                row.delete()
                del self.hours[item, semester]
            else:
                row.save()


def _is_empty(row: PlanHours) -> bool:
    return not row.form and not any(getattr(row, name) for name in HOURS)


def titles() -> dict[str, str]:
    """Column → its heading on the page."""
    return {
        TOTAL: "Всего",
        "theory": "Теор.",
        "practical": "Практ.",
        "laboratory": "Лаб.",
        "coursework": "Курс.",
        "consultation": "Конс.",
        "attestation": "Атт.",
        "self_study": "Сам.",
        "practice": "Практика",
        TRAINING: "Пр. подг.",
        FORM: "Форма",
    }
