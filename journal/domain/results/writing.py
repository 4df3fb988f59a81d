"""Writing results on sheets: the only way in, as `write_cells` is for lessons (F6, F7).

A result is written as a cell of the journal is: under a lock that keeps the period from
being closed meanwhile, against the value that the person saw, with its history.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from journal.domain.curriculum.trajectory import tag_of
from journal.domain.lessons.cells import MOST_CHANGES, Outcome, Refused
from journal.domain.results.scales import (
    RUNNING,
    STATE,
    mark_of_points,
    marks_of_sheet,
    statuses_of,
)
from journal.models import (
    Exemption,
    Institution,
    Membership,
    PeriodClosing,
    Result,
    Sheet,
    SubgroupMember,
    User,
)
from journal.models.people.persons import full_name
from journal.models.reach import rights_over
from journal.models.sqlite import russian_key
from journal.models.words import worded

TEXTS = {"topic": 300, "ticket": 20, "note": 300}
STANDING = "standing"
WRITTEN = ["mark", "status", "excused", "points", *TEXTS]


@dataclass(frozen=True)
class ResultChange:
    """What a person wants one value of a student's result to become, and what was seen.

    `field` is one of `WRITTEN`; `excused` is "1" or "", points have a comma or a dot.
    Or it is `STANDING`: the mark or, where there is none, the status, in one value.
    """

    student: int
    field: str
    old: str
    new: str


def day_of(sheet: Sheet) -> date:
    """The day whose roster counts: of a running draft today, within its period."""
    if sheet.kind in RUNNING and sheet.state == Sheet.State.DRAFT:
        return min(timezone.localdate(), sheet.period.last_day)
    return sheet.date


def roster_of(sheet: Sheet) -> dict[int, str]:
    """Student → full name of those in the group, and in the subgroup, on its day.

    A retake is for those who were put on it, wherever they sit now. In order, Ё after Е.
    """
    day = day_of(sheet)
    members = Membership.objects.on(day).filter(group=sheet.group_id)
    if sheet.subgroup_id:
        parts = SubgroupMember.objects.on(day).filter(subgroup=sheet.subgroup_id)
        members = members.filter(student__in=parts.values("student"))
    if sheet.retakes_id:
        members = Result.objects.filter(sheet=sheet.pk)
    names = ("last_name", "first_name", "middle_name")
    rows = members.order_by().values_list(
        "student", *(f"student__{name}" for name in names)
    )
    found = {pk: full_name(*parts) for pk, *parts in rows}
    return dict(sorted(found.items(), key=lambda one: (russian_key(one[1]), one[0])))


def freed_of(sheet: Sheet) -> dict[int, str]:
    """Student → «осв.» or «п5» of whoever is off all courses of the sheet on its day.

    No result is due of them on an attestation in time; in marks of record and in a
    retake of everybody. An individual plan frees nobody (D6).
    """
    if sheet.kind in RUNNING or sheet.attempt > 1:
        return {}
    courses = set(sheet.parts.order_by().values_list("course", flat=True))
    rows = (
        Exemption.objects.on(sheet.date)
        .filter(~Q(kind=Exemption.Kind.INDIVIDUAL), course__in=courses)
        .order_by("start")
        .values_list("student", "course", "kind", "mark")
    )
    steps: dict[int, dict[int, str]] = {}
    for student, course, kind, mark in rows:
        steps.setdefault(student, {})[course] = tag_of(kind, mark)
    return {
        student: next(iter(tags.values()))
        for student, tags in steps.items()
        if tags.keys() == courses
    }


def is_closed_for(sheet: Sheet) -> bool:
    """Are the results of its period closed? Retakes and the ГИА come after that."""
    if sheet.attempt > 1 or sheet.kind in STATE:
        return False
    closings = PeriodClosing.objects.in_force().filter(
        period=sheet.period_id, aspect=PeriodClosing.Aspect.RESULTS
    )
    return closings.exists()


def locked(user: User, pk: int) -> Sheet | None:
    """The sheet held against other writers, its period against closing; None unseen.

    Call it in a transaction. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sheet.id FROM journal_sheet sheet"
                " JOIN journal_period period ON period.id = sheet.period_id"
                " WHERE sheet.id = %s"
                " FOR NO KEY UPDATE OF sheet FOR SHARE OF period",
                [pk],
            )
    sheets = Sheet.objects.visible_to(user).select_related(
        "period__year", "group", "complex_form", "teacher"
    )
    return sheets.filter(pk=pk).first()


def write_results(
    user: User, sheet: int, changes: Iterable[ResultChange], reason: str = ""
) -> list[Outcome]:
    """Make the changes that may be made, in one transaction; answer for every one.

    404 unseen, 403 no right (`foreign`), signed, closed, 400 too early, a value or a
    student that the sheet does not know, 409 with the value now. A mark takes a status
    away, and the other way round; points bring the mark of the sheet's table. At most
    `MOST_CHANGES`; more raise ValueError.
    """
    changes = list(changes)
    if len(changes) > MOST_CHANGES:
        raise ValueError(f"не больше {MOST_CHANGES} изменений за раз")
    with transaction.atomic():
        found = locked(user, sheet)
        if (refusal := _refusal(user, found)) is not None:
            return [
                Outcome(one, refusal.status, refusal.code, refusal.message)
                for one in changes
            ]
        writing = _Writing(user, found, reason.strip())
        outcomes = [writing.answer(one) for one in changes]
        writing.store()
    return outcomes


def _refusal(user: User, sheet: Sheet | None) -> Refused | None:
    """Why nothing of this sheet may be written."""
    if sheet is None:
        return Refused(404, "missing", "Такой ведомости нет.")
    if not rights_over(user, sheet, ["change_result"]):
        return Refused(403, "foreign", "Эту ведомость вы можете только читать.")
    if sheet.state != Sheet.State.DRAFT:
        state = sheet.get_state_display()
        words = "результат меняется только по разрешённому запросу на исправление"
        return Refused(403, "signed", f"Ведомость {state}: {words}.")
    if is_closed_for(sheet):
        return Refused(403, "closed", "Итоги периода закрыты: результаты не меняются.")
    if sheet.date > timezone.localdate() and sheet.kind not in RUNNING:
        words = f"Аттестация {sheet.date:%d.%m.%Y}: писать ещё рано."
        return Refused(400, "early", words)
    return None


class _Writing:
    """One batch of results being written."""

    def __init__(self, user: User, sheet: Sheet, reason: str):
        self.user, self.sheet, self.reason = user, sheet, reason
        self.marks = marks_of_sheet(sheet, Institution.current())
        self.roster = roster_of(sheet)
        self.known = {one.student_id: one for one in sheet.results.order_by()}
        self.touched: dict[int, Result] = {}

    def answer(self, change: ResultChange) -> Outcome:
        try:
            self._apply(change)
        except Refused as no:
            return Outcome(change, no.status, no.code, no.message, no.value)
        result = self.known.get(change.student)
        return Outcome(change, value=shown(result, change.field) if result else "")

    def _apply(self, change: ResultChange) -> None:
        value = self._value(change)
        if change.student not in self.roster:
            words = (
                f"{day_of(self.sheet):%d.%m.%Y} {worded('студент')} не в списке"
                " ведомости"
            )
            raise Refused(400, "roster", f"{words}: отметка не принимается.")
        result = self.known.get(change.student) or Result(
            sheet=self.sheet, student_id=change.student
        )
        now = shown(result, change.field)
        if now == change.new:
            return
        if now != change.old:
            raise Refused(
                409,
                "conflict",
                f"Здесь уже {_spoken(now)}. Оставьте или исправьте.",
                now,
            )
        if change.field == "excused" and value and not result.status:
            raise Refused(400, "value", "Причину указывают тому, кто не сдавал.")
        self._agrees_with_points(result, change)
        if change.field == STANDING:
            is_mark = value in self.marks
            result.mark, result.status = (value, "") if is_mark else ("", value)
            result.excused = result.excused and bool(result.status)
        else:
            setattr(result, change.field, value)
            self._follow(result, change.field)
        self.known[change.student] = self.touched[change.student] = result

    def _agrees_with_points(self, result: Result, change: ResultChange) -> None:
        """Where points give the mark, no other mark or status stands beside them."""
        if not self.sheet.points_most or result.points is None:
            return
        due = mark_of_points(result.points, self.sheet)
        if change.field in ("mark", "status", STANDING) and change.new != due:
            words = f"Из баллов следует «{due}». Измените или уберите баллы."
            raise Refused(400, "points", words, shown(result, change.field))

    def _follow(self, result: Result, field: str) -> None:
        """What one value makes of the others: a mark and a status shut each other out."""
        if field == "points" and self.sheet.points_most:
            result.mark = mark_of_points(result.points, self.sheet)
        if field == "status":
            result.mark = "" if result.status else result.mark
            result.excused = result.excused and bool(result.status)
        elif field in ("mark", "points") and result.mark:
            result.status, result.excused = "", False

    def _value(self, change: ResultChange):
        """The value to store; Refused says which are allowed."""
        new, name = change.new, change.field
        if name in TEXTS:
            if len(new) > TEXTS[name]:
                raise Refused(400, "value", f"Не длиннее {TEXTS[name]} знаков.")
            return new
        if name == "excused":
            return self._one_of(new, ("1",), "да или нет") == "1"
        if name == "mark":
            return self._one_of(new, self.marks, ", ".join(self.marks))
        if name == STANDING:
            allowed = (*self.marks, *statuses_of(self.sheet))
            words = dict(Result.Status.choices)
            said = ", ".join(words.get(one, one) for one in allowed)
            return self._one_of(new, allowed, said)
        if name == "status":
            words = ", ".join(f"{key} ({word})" for key, word in Result.Status.choices)
            return self._one_of(new, Result.Status.values, words)
        if name == "points":
            return self._points(new)
        raise Refused(400, "value", "Такого поля у результата нет.")

    def _one_of(self, new: str, allowed, words: str) -> str:
        if new and new not in allowed:
            raise Refused(400, "value", f"Такого значения нет. Допустимо: {words}.")
        return new

    def _points(self, new: str) -> Decimal | None:
        most = self.sheet.points_most or 9999
        if not new:
            return None
        is_number = re.fullmatch(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?", new)
        points = Decimal(new.replace(",", ".")) if is_number else Decimal(-1)
        if not 0 <= points <= most:
            raise Refused(400, "value", f"Баллы — число от 0 до {most}.")
        return points.quantize(Decimal("0.01"))

    def store(self) -> None:
        store_results(self.user, list(self.touched.values()), WRITTEN, self.reason)


def store_results(
    user: User, rows: list[Result], fields: list[str], reason: str
) -> None:
    author = {"default_user": user, "default_change_reason": reason or None}
    fresh = [one for one in rows if one.pk is None]
    changed = [one for one in rows if one.pk is not None]
    if fresh:
        bulk_create_with_history(fresh, Result, **author)
    if changed:
        bulk_update_with_history(changed, Result, fields, **author)


def shown(result: Result, field: str) -> str:
    """A value of a result as text; «» of none."""
    if field == STANDING:
        return result.mark or result.status
    value = getattr(result, field, "")
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return "1"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return value


def _spoken(value: str) -> str:
    return f"«{value}»" if value else "пусто"
