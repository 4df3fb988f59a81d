"""The one writer of sheets and the results on them: open, write, sign (F6, F7).

A result is written as a cell of the journal is: under a lock that keeps the period from
being closed meanwhile, against the value that the person saw, with its history.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from journal.domain.lessons.cells import MOST_CHANGES, Outcome, Refused
from journal.models import (
    Course,
    CourseTeacher,
    Institution,
    Membership,
    PeriodClosing,
    Result,
    Sheet,
    SheetPart,
    SubgroupMember,
    User,
)
from journal.models.reach import employee_key, rights_over
from journal.models.sqlite import russian_key

KIND = Sheet.Kind
# Sheets of record over current marks: their day moves on until they are signed.
RUNNING = (KIND.TERM, KIND.YEAR, KIND.FINAL)
GRADES = ("5", "4", "3", "2")
CREDITS = ("з", "х")
UNMARKED = ("н/а", "осв")
TEXTS = {"topic": 300, "ticket": 20, "note": 300}
WRITTEN = ["mark", "status", "excused", "points", *TEXTS]
SIGNING = "Подписание ведомости"


@dataclass(frozen=True)
class ResultChange:
    """What a person wants one value of a student's result to become, and what was seen.

    `field` is one of `WRITTEN`; `excused` is "1" or "", points have a comma or a dot.
    """

    student: int
    field: str
    old: str
    new: str


def marks_of_kind(kind: str, rules: Institution) -> tuple[str, ...]:
    """The marks that a sheet of this kind knows; a school knows no credits (M 4)."""
    if kind == KIND.CREDIT:
        return CREDITS
    credits = () if rules.is_school else CREDITS
    if kind in RUNNING:
        return (*GRADES, *credits, *UNMARKED)
    if kind in (KIND.PRACTICE, KIND.MODULE_EXAM):
        return (*GRADES, *credits)
    return GRADES


def open_sheet(user: User, kind: str, courses: list[Course], **fields) -> Sheet:
    """Begin a sheet for courses of one group; the last of them gives the period.

    Whoever may add sheets over each of the courses; raises PermissionDenied.
    """
    if not all("add_sheet" in rights_over(user, one, ["add_sheet"]) for one in courses):
        raise PermissionDenied
    last = courses[-1]
    with transaction.atomic():
        sheet = Sheet(
            kind=kind, group_id=last.group_id, period_id=last.period_id, **fields
        )
        sheet._history_user = user
        sheet.save()
        for course in courses:
            part = SheetPart(sheet=sheet, course=course, hours=course.hours)
            part._history_user = user
            part.save()
    return sheet


def day_of(sheet: Sheet) -> date:
    """The day whose roster counts: of a running draft today, within its period."""
    if sheet.kind in RUNNING and sheet.state == Sheet.State.DRAFT:
        return min(timezone.localdate(), sheet.period.last_day)
    return sheet.date


def roster_of(sheet: Sheet) -> dict[int, str]:
    """Student → full name of those in the group, and in the subgroup, on its day.

    A retake is for whom the sheet that it retakes names. In order, Ё after Е.
    """
    day = day_of(sheet)
    members = Membership.objects.on(day).filter(group=sheet.group_id)
    if sheet.subgroup_id:
        parts = SubgroupMember.objects.on(day).filter(subgroup=sheet.subgroup_id)
        members = members.filter(student__in=parts.values("student"))
    if sheet.retakes_id:
        known = Result.objects.filter(Q(sheet=sheet.retakes_id) | Q(sheet=sheet.pk))
        members = members.filter(student__in=known.values("student"))
    names = ("last_name", "first_name", "middle_name")
    rows = members.order_by().values_list(
        "student", *(f"student__{name}" for name in names)
    )
    found = {pk: " ".join(filter(None, parts)) for pk, *parts in rows}
    return dict(sorted(found.items(), key=lambda one: (russian_key(one[1]), one[0])))


def is_closed_for(sheet: Sheet) -> bool:
    """Are the results of its period closed? Retakes and the ГИА come after that."""
    late = (KIND.STATE_EXAM, KIND.DEMO_EXAM, KIND.DEFENCE)
    if sheet.attempt > 1 or sheet.kind in late:
        return False
    return PeriodClosing.objects.filter(
        Q(reopened_until__isnull=True) | Q(reopened_until__lt=Now()),
        period=sheet.period_id,
        aspect=PeriodClosing.Aspect.RESULTS,
    ).exists()


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
    sheets = Sheet.objects.visible_to(user).select_related("period", "group")
    return sheets.filter(pk=pk).first()


def write_results(
    user: User, sheet: int, changes: Iterable[ResultChange], reason: str = ""
) -> list[Outcome]:
    """Make the changes that may be made, in one transaction; answer for every one.

    404 unseen, 403 no right (`foreign`), signed, closed, 400 a value or a student that
    the sheet does not know, 409 with the value now. A mark takes a status away, and the
    other way round. At most `MOST_CHANGES`; more raise ValueError.
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
    return None


class _Writing:
    """One batch of results being written."""

    def __init__(self, user: User, sheet: Sheet, reason: str):
        self.user, self.sheet, self.reason = user, sheet, reason
        self.marks = marks_of_kind(sheet.kind, Institution.current())
        self.roster = roster_of(sheet)
        self.known = {one.student_id: one for one in sheet.results.all()}
        self.touched: dict[int, Result] = {}

    def answer(self, change: ResultChange) -> Outcome:
        try:
            self._apply(change)
        except Refused as no:
            return Outcome(change, no.status, no.code, no.message, no.value)
        return Outcome(change, value=change.new)

    def _apply(self, change: ResultChange) -> None:
        value = self._value(change)
        if change.student not in self.roster:
            words = f"{day_of(self.sheet):%d.%m.%Y} студент не в списке ведомости"
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
        setattr(result, change.field, value)
        if change.field == "mark" and value:
            result.status, result.excused = "", False
        elif change.field == "status":
            result.mark = "" if value else result.mark
            result.excused = result.excused and bool(value)
        self.known[change.student] = self.touched[change.student] = result

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
        try:
            points = Decimal(new.replace(",", "."))
        except InvalidOperation:
            points = Decimal(-1)
        if not (points.is_finite() and 0 <= points <= most):
            raise Refused(400, "value", f"Баллы — число от 0 до {most}.")
        return points.quantize(Decimal("0.01"))

    def store(self) -> None:
        _store(self.user, list(self.touched.values()), WRITTEN, self.reason)


def _store(user: User, rows: list[Result], fields: list[str], reason: str) -> None:
    author = {"default_user": user, "default_change_reason": reason or None}
    fresh = [one for one in rows if one.pk is None]
    changed = [one for one in rows if one.pk is not None]
    if fresh:
        bulk_create_with_history(fresh, Result, **author)
    if changed:
        bulk_update_with_history(changed, Result, fields, **author)


def shown(result: Result | None, field: str) -> str:
    """A value of a result as text; «» of none."""
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


Check = Callable[[Sheet, dict[int, str], dict[int, Result]], list[str]]


def sign_sheet(user: User, pk: int, check: Check | None = None) -> Sheet:
    """Sign a sheet: everybody on it has a result, names, hours and heading are frozen.

    `check` says what else keeps it back, of the sheet, its roster and its results by
    student. Raises Sheet.DoesNotExist, PermissionDenied, ValidationError.
    """
    with transaction.atomic():
        sheet = locked(user, pk)
        if sheet is None:
            raise Sheet.DoesNotExist
        if not rights_over(user, sheet, ["sign_sheet"]):
            raise PermissionDenied
        if sheet.state != Sheet.State.DRAFT:
            raise ValidationError(f"Ведомость уже {sheet.get_state_display()}.")
        if is_closed_for(sheet):
            raise ValidationError("Итоги периода закрыты: ведомость уже не подписать.")
        roster = roster_of(sheet)
        results = {one.student_id: one for one in sheet.results.all()}
        missing = [
            name for student, name in roster.items() if not _says(results, student)
        ]
        lacks = [f"Нет результата: {', '.join(missing)}."] if missing else []
        if not roster:
            lacks.append("В списке ведомости никого нет.")
        lacks += check(sheet, roster, results) if check else []
        if lacks:
            raise ValidationError(lacks)
        _freeze(user, sheet, roster, results)
    return sheet


def _says(results: dict[int, Result], student: int) -> bool:
    result = results.get(student)
    return bool(result and (result.mark or result.status))


def _freeze(user: User, sheet: Sheet, roster: dict, results: dict) -> None:
    for student, result in results.items():
        result.student_name = roster.get(student) or result.student.full_name
    _store(user, list(results.values()), ["student_name"], SIGNING)
    parts = list(sheet.parts.select_related("course__discipline"))
    for part in parts:
        part.hours = part.course.hours
    bulk_update_with_history(
        parts, SheetPart, ["hours"], default_user=user, default_change_reason=SIGNING
    )
    sheet.date = day_of(sheet)
    sheet.heading = heading_of(sheet, parts)
    sheet.state, sheet.signed_at = Sheet.State.SIGNED, timezone.now()
    sheet.signed_by_id = employee_key(user) or None
    sheet._history_user, sheet._change_reason = user, SIGNING
    sheet.save()


def heading_of(sheet: Sheet, parts: list[SheetPart]) -> dict:
    """What the head of the sheet says now, in words, to be frozen."""
    rules, group = Institution.current(), sheet.group
    teachers = CourseTeacher.objects.on(day_of(sheet)).filter(
        course__in=[part.course_id for part in parts]
    )
    names = [one.employee.short_name for one in teachers.select_related("employee")]
    return {
        "institution": rules.name,
        "founder": rules.founder,
        "group": str(group),
        "course_year": group.course_year,
        "specialty": str(group.specialty or ""),
        "department": str(group.department or ""),
        "period": str(sheet.period),
        "disciplines": [str(part.course.discipline) for part in parts],
        "hours": sum(part.hours for part in parts),
        "teachers": list(dict.fromkeys(names)),
    }
