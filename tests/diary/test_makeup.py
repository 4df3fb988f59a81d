"""What a student is to make good, as the family reads it."""

import pytest

from journal.models import Makeup, Mark, Task
from tests import cast

ADDRESS = "/diary/makeup/"


def test_an_empty_page_says_what_would_stand_there(world, read):
    page = read(world.student, ADDRESS)
    assert page.status == 200 and "Отрабатывать нечего" in page.text


def test_debts_have_what_since_when_and_until_when(world, read):
    task = Task.objects.create(
        lesson=world.lesson_past, number=2, kind=world.test, is_required=True
    )
    Mark.objects.create(task=task, student=world.students[0], value="2")
    page = read(world.parent, f"{ADDRESS}?child={world.students[0].pk}")
    assert "Контрольная работа, отметка 2" in page.text
    assert "12.10.2026" in page.text and "до 11.11.2026" in page.text
    Makeup.objects.create(
        lesson=world.lesson_past,
        task=task,
        student=world.students[0],
        outcome="made",
        date=world.today,
        result="4",
    )
    page = read(world.parent, f"{ADDRESS}?child={world.students[0].pk}")
    assert "Всё отработано" in page.text and "отработано 14.10.2026" in page.text


def test_anothers_child_is_not_there(world, read):
    assert read(world.parent, f"{ADDRESS}?child={world.mover.pk}").status == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_as_many_queries_for_1_debt_as_for_30(world, read, count):
    for place in range(count):
        lesson = cast.lesson(world, world.course, -1 - place, 8, "teacher")
        Task.objects.create(lesson=lesson, number=1, kind=world.test, is_required=True)
    page = read(world.student, ADDRESS, warm=True)
    assert page.text.count("нет отметки") == count
    assert page.queries == 9, "\n".join(page.sql)
