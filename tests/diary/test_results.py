"""Results of attestations in the diary: signed ones alone, with retakes and debts."""

from datetime import timedelta

import pytest
from django.urls import reverse

from journal.domain.results.retakes import open_retake
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, roster_of, write_results
from journal.models import DebtMeasure

pytestmark = pytest.mark.on_postgresql("test_what_is_not_signed_is_not_seen")

PAGE = reverse("diary:results")


def wrote(world, sheet, first: str):
    """The first student gets `first`, all the others a four."""
    marks = [first] + ["4"] * 5
    changes = [
        ResultChange(student, "standing", "", mark)
        for student, mark in zip(roster_of(sheet), marks, strict=False)
    ]
    write_results(world.teacher, sheet.pk, changes)


@pytest.fixture
def exam(world):
    return open_sheet(
        world.teacher,
        "exam",
        [world.course],
        date=world.today,
        teacher=world.teacher.employee,
    )


def test_what_is_not_signed_is_not_seen(world, read, exam):
    wrote(world, exam, "5")
    answer = read(world.student, PAGE)
    assert answer.status == 200
    assert "Результатов аттестаций пока нет" in answer.text
    sign_sheet(world.teacher, exam.pk)
    answer = read(world.student, PAGE, warm=True)
    assert "Математика" in answer.text
    assert "экзамен, 14.10.2026" in answer.text
    assert answer.queries <= 8


def test_a_debt_stands_with_its_day_until_it_is_passed(world, read, exam):
    wrote(world, exam, "absent")
    sheet = sign_sheet(world.teacher, exam.pk)
    DebtMeasure.objects.create(
        student=world.students[0],
        course=world.course,
        kind="schedule",
        date=world.today,
        due_on=world.today + timedelta(days=10),
    )
    text = read(world.parent, f"{PAGE}?child={world.students[0].pk}").text
    assert "Долги" in text
    assert "ликвидировать до 24.10.2026" in text
    assert "не явился" in text
    wrote(world, retake := open_retake(world.teacher, sheet, world.today), "3")
    sign_sheet(world.teacher, retake.pk)
    text = read(world.parent, f"{PAGE}?child={world.students[0].pk}").text
    assert "Долги" not in text
    assert "пересдача" in text
    assert "не явился" in text


def test_another_child_is_not_there(world, read):
    assert read(world.parent, f"{PAGE}?child={world.students[1].pk}").status == 404
    assert read(world.stranger, PAGE).status == 200
