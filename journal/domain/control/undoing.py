"""What a sitting changed, cell by cell, and taking it back by new corrections.

Nothing is taken out of the history. A cell is put back only where it still says what
the sitting left there; the others are named.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from journal.domain.control.sittings import (
    Sitting,
    Verdict,
    changed,
    may_review,
    may_undo,
    undoing_words,
)
from journal.domain.lessons import ABSENCE, Change, Outcome, write_all
from journal.domain.lessons.amounts import absence_value
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Absence, Mark, Result, Sheet, SittingReview, User

RIGHT = "undo_sittingreview"
PERSON = ("student__last_name", "student__first_name")
AT = (
    "student",
    "history_date",
    "history_user",
    "history_type",
    "history_change_reason",
)
MOVED = "Запись с тех пор изменили."
KINDS = dict(Sheet.Kind.choices)


@dataclasses.dataclass
class Cell:
    """One value that a sitting changed, with its way through it.

    `values` are what stood before and after each step, `now` what stands. `lesson` or
    `sheet` is the key of the place, None where the work was deleted since.
    """

    student: int
    name: str
    place: str
    what: str
    lesson: int | None = None
    sheet: int | None = None
    field: str = ""
    values: list[str] = dataclasses.field(default_factory=lambda: [""])
    reasons: list[str] = dataclasses.field(default_factory=list)
    at: datetime | None = None
    now: str = ""
    trouble: str = ""

    @property
    def old(self) -> str:
        return self.values[0]

    @property
    def is_left(self) -> bool:
        """Does it say what the sitting left there, and not what stood before it?"""
        return self.now == self.values[-1] != self.old


def cells_of(sitting: Sitting) -> list[Cell]:
    """The cells and results that a sitting changed, in order; six queries."""
    found = [
        *_cells(sitting, Mark, ("task", "student"), MARK, _mark),
        *_cells(sitting, Absence, ("lesson", "student"), NOTED, _absence),
        *_cells(sitting, Result, ("id",), RESULT, _result),
    ]
    return sorted(found, key=lambda cell: cell.at)


MARK = ("task__lesson", "task__number", "value", "task__lesson__date")
MARK += ("task__lesson__course__discipline__name", "task__lesson__course__group__name")
NOTED = ("lesson", "reason", "hours", "minutes", "lesson__hours", "lesson__date")
NOTED += ("lesson__course__discipline__name", "lesson__course__group__name")
RESULT = ("sheet", "mark", "status", "sheet__kind", "sheet__date", "sheet__group__name")


def _cells(
    sitting: Sitting, model, key: tuple, names: tuple, read: Callable
) -> list[Cell]:
    """`key` are the columns that make a cell; `read(row)` its place and its value."""
    rows = changed(model, sitting.began, sitting.ended, sitting.person)
    touched = set(rows.order_by().values_list(*key))
    if not touched:
        return []
    past: QuerySet = model.history.filter(
        **{f"{name}__in": {one[n] for one in touched} for n, name in enumerate(key)}
    ).order_by("history_date", "history_id")
    found: dict[tuple, Cell] = {}
    for row in past.values(*{*key, *AT, *PERSON, *names}):
        place = tuple(row[name] for name in key)
        if place not in touched:
            continue
        shape, value = read(row)
        value = "" if row["history_type"] == "-" else value
        name = " ".join(row[one] or "" for one in PERSON)
        cell = found.setdefault(place, Cell(row["student"], name, **shape))
        _follow(cell, row, value, sitting)
    return list(found.values())


def _follow(cell: Cell, row: dict, value: str, sitting: Sitting) -> None:
    at, is_own = row["history_date"], row["history_user"] == sitting.person
    if at < sitting.began:
        cell.values = [value]
    elif at <= sitting.ended and is_own:
        cell.values.append(value)
        cell.at = at
        if reason := row["history_change_reason"]:
            cell.reasons.append(reason)
    cell.now = value


def _mark(row: dict) -> tuple[dict, str]:
    shape = {
        "lesson": row["task__lesson"],
        "field": str(row["task__number"]),
        "what": f"отметка {row['task__number'] or ''}".strip(),
        "place": _place(row, "task__lesson__"),
    }
    return shape, row["value"]


def _absence(row: dict) -> tuple[dict, str]:
    shape = {
        "lesson": row["lesson"],
        "field": ABSENCE,
        "what": "отсутствие",
        "place": _place(row, "lesson__"),
    }
    whole = row["lesson__hours"] or 0
    return shape, absence_value(row["reason"], row["hours"], row["minutes"], whole)


def _place(row: dict, lesson: str) -> str:
    day = row[f"{lesson}date"]
    if day is None:
        return "работа удалена"
    discipline = row[f"{lesson}course__discipline__name"]
    return f"{day:%d.%m.%Y}, {row[f'{lesson}course__group__name']}, {discipline}"


def _result(row: dict) -> tuple[dict, str]:
    shape = {
        "sheet": row["sheet"],
        "what": "результат",
        "place": f"{row['sheet__date']:%d.%m.%Y}, {row['sheet__group__name']}, "
        f"{KINDS[row['sheet__kind']]}",
    }
    return shape, row["mark"] or row["status"]


@transaction.atomic
def approve_sitting(user: User, sitting: Sitting, note: str = "") -> SittingReview:
    """Say that the corrections are right. Raises PermissionDenied."""
    if not may_review(user, sitting):
        raise PermissionDenied
    return _review(user, sitting, Verdict.FINE, note)


def _review(user: User, sitting: Sitting, verdict: str, note: str) -> SittingReview:
    review = SittingReview(
        person_id=sitting.person,
        began_at=sitting.began,
        ended_at=sitting.ended,
        count=sitting.count,
        verdict=verdict,
        note=note.strip(),
        by=user,
    )
    review._history_user = user
    try:
        with transaction.atomic():
            review.save()
    except IntegrityError as error:
        raise ValidationError("Эти исправления уже проверены.") from error
    return review


@transaction.atomic
def undo_sitting(
    user: User, sitting: Sitting, note: str
) -> tuple[SittingReview, list[Cell]]:
    """Put back what a sitting changed, by corrections of `user`: all in one transaction.

    Gives the review and the cells that were not put back, each with its `trouble`.
    Raises PermissionDenied, and ValidationError without a `note` or when nothing at all
    may be put back.
    """
    if not may_undo(user, sitting):
        raise PermissionDenied
    if not note.strip():
        raise ValidationError("Напишите, почему исправления отменяются.")
    review = _review(user, sitting, Verdict.UNDONE, note)
    cells = cells_of(sitting)
    for cell in cells:
        if not cell.is_left:
            cell.trouble = MOVED
        elif cell.lesson is None and cell.sheet is None:
            cell.trouble = "Работа, за которую стояла отметка, удалена."
    free = [cell for cell in cells if not cell.trouble]
    _put_back(user, [one for one in free if one.lesson], undoing_words(review))
    _put_back_results(user, [one for one in free if one.sheet], undoing_words(review))
    left = [cell for cell in cells if cell.trouble]
    if len(left) == len(cells):
        words = {cell.trouble for cell in left}
        raise ValidationError(["Отменить нечего.", *sorted(words)])
    return review, left


def _put_back(user: User, cells: list[Cell], words: str) -> None:
    # Whoever is absent gets no mark and the other way round: first what goes away.
    cells = sorted(cells, key=lambda cell: bool(cell.old))
    changes = [
        Change(one.lesson, one.student, one.field, one.now, one.old, confirmed=True)
        for one in cells
    ]
    _tell(cells, write_all(user, changes, words, RIGHT))


def _put_back_results(user: User, cells: list[Cell], words: str) -> None:
    by_sheet = defaultdict(list)
    for cell in cells:
        by_sheet[cell.sheet].append(cell)
    for sheet, batch in by_sheet.items():
        changes = [_result_change(cell) for cell in batch]
        _tell(batch, write_results(user, sheet, changes, words))


def _tell(cells: list[Cell], outcomes: list[Outcome]) -> None:
    """What was not put back says why."""
    for cell, outcome in zip(cells, outcomes, strict=True):
        if outcome.status != 200:
            cell.trouble = outcome.message


def _result_change(cell: Cell) -> ResultChange:
    """A mark takes a status away and the other way round, so one field says it all."""
    name = _field(cell.old or cell.now)
    seen = cell.now if _field(cell.now) == name else ""
    return ResultChange(cell.student, name, seen, cell.old)


def _field(value: str) -> str:
    return "status" if value in Result.Status.values else "mark"
