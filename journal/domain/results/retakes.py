"""Retakes: a new sheet for those who owe (F7; 273-ФЗ art. 58 p. 5, 6)."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError

from journal.domain.results.scales import OWED
from journal.domain.results.sheets import may_open, open_sheet
from journal.models import Employee, Result, Sheet, SheetMember, User
from journal.models.reach import rights_over

ATTEMPTS = 3  # in time, a retake, a retake before a commission
CLOSED = "Эта ведомость не подписана: пересдавать ещё нечего."


def owing_on(sheet: Sheet) -> dict[int, str]:
    """Student → name of those who have not passed on a signed sheet or on its retakes.

    Whoever stands on an open retake already is being dealt with, and is not among them.
    """
    found: dict[int, str] = {}
    chain = Sheet.objects.exclude(state=Sheet.State.ANNULLED)
    sheets = [sheet, *chain.filter(retakes=sheet).order_by("attempt", "date", "pk")]
    rows = Result.objects.filter(sheet__in=sheets).select_related("student", "sheet")
    place = {one.pk: number for number, one in enumerate(sheets)}
    for row in sorted(rows, key=lambda row: place[row.sheet_id]):
        is_open = row.sheet.state == Sheet.State.DRAFT
        if is_open or not (row.mark in OWED or row.status):
            found.pop(row.student_id, None)
        else:
            found[row.student_id] = row.student.full_name
    return found


def first_of(sheet: Sheet) -> Sheet:
    """The sheet in time that a retake goes back to."""
    return sheet.retakes or sheet


def next_attempt(sheet: Sheet, students: Iterable[int]) -> int:
    """The attempt that comes next for these students on a first sheet.

    Who did not come for a good reason has not spent the attempt. Raises ValidationError
    that names who has spent all of them.
    """
    spent = dict.fromkeys(students, 0)
    names = {}
    rows = Result.objects.filter(
        student__in=spent,
        sheet__in=[sheet.pk, *sheet.retaken_by.values_list("pk", flat=True)],
    ).exclude(sheet__state=Sheet.State.ANNULLED)
    for row in rows.select_related("student"):
        names[row.student_id] = row.student.full_name
        spent[row.student_id] += not row.excused
    out = [names[one] for one, count in spent.items() if count >= ATTEMPTS]
    if out:
        raise ValidationError(
            f"Обе пересдачи использованы (273-ФЗ, ст. 58, ч. 5): {', '.join(out)}."
        )
    return max(2, max(spent.values(), default=1) + 1)


def may_open_retake(user: User, sheet: Sheet) -> bool:
    """May `user` make the retakes of this sheet: the sheets of all its courses?"""
    if not rights_over(user, sheet, ["change_sheet"]):
        return False
    courses = [part.course for part in sheet.parts.select_related("course")]
    return may_open(user, courses, sheet.group)


def _refuse_odd(sheet: Sheet, day: date, members: list[SheetMember]) -> None:
    if day < sheet.date:
        words = (
            f"Пересдача не может быть раньше самой аттестации, {sheet.date:%d.%m.%Y}."
        )
        raise ValidationError(words)
    people = [one.employee_id for one in members if one.employee_id]
    if len(people) > len(set(people)):
        raise ValidationError("Один и тот же сотрудник указан в комиссии дважды.")


def open_retake(
    user: User,
    sheet: Sheet,
    day: date,
    students: Iterable[int] | None = None,
    *,
    teacher: Employee | None = None,
    members: Iterable[SheetMember] = (),
) -> Sheet:
    """Begin a retake of a signed sheet, for all who owe or for some (a direction).

    The second retake needs a commission by the time it is signed. Raises ValidationError
    where nobody owes, a student named does not, all attempts are spent, the day comes
    before that of the sheet, or somebody is in the commission twice; PermissionDenied as
    `open_sheet`.
    """
    sheet, members = first_of(sheet), list(members)
    if sheet.state != Sheet.State.SIGNED:
        raise ValidationError(CLOSED)
    _refuse_odd(sheet, day, members)
    owing = owing_on(sheet)
    chosen = list(owing) if students is None else list(dict.fromkeys(students))
    if not chosen:
        raise ValidationError("По этой ведомости никто не должен.")
    if not set(chosen) <= owing.keys():
        raise ValidationError("Выберите тех, кто должен по этой ведомости.")
    parts = sheet.parts.select_related("course__group", "course__period").order_by("pk")
    return open_sheet(
        user,
        sheet.kind,
        [part.course for part in parts],
        members=members,
        students=chosen,
        group=sheet.group,
        period=sheet.period,
        date=day,
        teacher=teacher or sheet.teacher,
        complex_form=sheet.complex_form,
        title=sheet.title,
        subgroup=sheet.subgroup,
        points_most=sheet.points_most,
        retakes=sheet,
        attempt=next_attempt(sheet, chosen),
    )
