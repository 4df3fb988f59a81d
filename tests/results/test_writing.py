"""The one writer of results: rights, roster, values, what was seen, signing."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from journal.domain.archive.closing import close_period
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Result, Sheet, SheetPart


def test_a_mark_is_written_with_who_and_why(world, sheet, wrote):
    answer = wrote(world.teacher, sheet, world.students[0], "5", reason="итог")
    assert (answer.status, answer.value) == (200, "5")
    past = Result.history.get()
    assert (past.mark, past.history_user, past.history_change_reason) == (
        "5",
        world.teacher,
        "итог",
    )


def test_what_was_not_seen_is_not_overwritten(world, sheet, wrote):
    first = world.students[0]
    wrote(world.teacher, sheet, first, "4")
    answer = wrote(world.deputy, sheet, first, "5")
    assert (answer.status, answer.value) == (409, "4")
    assert wrote(world.deputy, sheet, first, "5", old="4").status == 200
    assert wrote(world.teacher, sheet, first, "5", old="4").status == 200  # stands
    assert Result.history.count() == 2


@pytest.mark.parametrize(
    ("field", "new", "status"),
    [
        ("mark", "з", 200),
        ("mark", "н/а", 200),
        ("mark", "1", 400),
        ("status", "absent", 200),
        ("status", "ill", 400),
        ("points", "12,50", 200),
        ("points", "-1", 400),
        ("points", "NaN", 400),
        ("points", "много", 400),
        ("note", "по итогам зачётной работы", 200),
        ("note", "ё" * 301, 400),
        ("excused", "да", 400),
        ("sheet", "5", 400),
    ],
)
def test_values_are_those_of_the_sheet(world, sheet, wrote, field, new, status):
    answer = wrote(world.teacher, sheet, world.students[0], new, field)
    assert answer.status == status, answer.message


def test_a_mark_and_a_status_put_each_other_away(world, sheet, wrote):
    first = world.students[0]
    wrote(world.teacher, sheet, first, "absent", "status")
    wrote(world.teacher, sheet, first, "1", "excused")
    wrote(world.teacher, sheet, first, "4")
    result = Result.objects.get()
    assert (result.mark, result.status, result.excused) == ("4", "", False)
    wrote(world.teacher, sheet, first, "not_admitted", "status")
    result.refresh_from_db()
    assert (result.mark, result.status) == ("", "not_admitted")


def test_a_school_knows_no_credits(world, sheet, wrote):
    world.institution.kind = "school"
    world.institution.save()
    answer = wrote(world.teacher, sheet, world.students[0], "з")
    assert answer.status == 400
    assert "5, 4, 3, 2, н/а, осв" in answer.message


def test_whoever_is_elsewhere_gets_nothing(world, sheet, wrote):
    answer = wrote(world.teacher, sheet, world.students2[0], "5")
    assert (answer.status, answer.code) == (400, "roster")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("deputy", 200),
        ("department_head", 200),
        ("curator", 403),
        ("teacher2", 404),
        ("teacher_elsewhere", 404),
        ("nobody", 404),
    ],
)
def test_who_may_write(world, sheet, wrote, name, status):
    answer = wrote(world.people[name], sheet, world.students[0], "5")
    assert answer.status == status


def test_signing_needs_everybody_and_freezes(world, sheet, wrote):
    with pytest.raises(ValidationError, match="Нет результата: Абрамова Дарья"):
        sign_sheet(world.teacher, sheet.pk)
    changes = [
        ResultChange(student.pk, "mark", "", "4")
        for student in (*world.students, world.mover)
    ]
    assert {one.status for one in write_results(world.teacher, sheet.pk, changes)} == {
        200
    }
    with pytest.raises(PermissionDenied):
        sign_sheet(world.curator, sheet.pk)
    with pytest.raises(Sheet.DoesNotExist):
        sign_sheet(world.teacher2, sheet.pk)
    sign_sheet(world.teacher, sheet.pk)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.signed_by) == ("signed", world.teacher.employee)
    assert sheet.heading["disciplines"] == ["Математика"]
    assert SheetPart.objects.get().hours == 72
    assert Result.objects.get(student=world.mover).student_name == "Яшин Егор Львович"
    assert wrote(world.deputy, sheet, world.students[0], "5", old="4").code == "signed"
    with pytest.raises(ValidationError, match="уже подписана"):
        sign_sheet(world.teacher, sheet.pk)


def test_a_closed_period_takes_no_results(world, sheet, wrote):
    close_period(world.period, "results", world.deputy)
    answer = wrote(world.teacher, sheet, world.students[0], "5")
    assert (answer.status, answer.code) == (403, "closed")
    with pytest.raises(ValidationError, match="закрыты"):
        sign_sheet(world.teacher, sheet.pk)


def test_only_who_may_adds_a_sheet(world):
    for name in ("curator", "teacher2", "student"):
        with pytest.raises(PermissionDenied):
            open_sheet(world.people[name], "term", [world.course], date=world.today)
