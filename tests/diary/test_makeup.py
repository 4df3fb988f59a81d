"""What a student is to make good, as the family reads it."""

import re

import pytest

from journal.models import Absence, Makeup, Mark, Task
from tests import cast

pytestmark = pytest.mark.on_postgresql(
    "test_an_empty_page_says_what_would_stand_there",
    "test_debts_are_folded_by_discipline_with_counts_and_the_newest_first",
    "test_the_page_takes_as_many_queries_for_1_debt_as_for_30",
)

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


def test_debts_are_folded_by_discipline_with_counts_and_the_newest_first(world, read):
    lessons = [cast.lesson(world, world.course, day, 8, "teacher") for day in (-40, -9)]
    lessons.append(cast.lesson(world, world.course2, -3, 8, "teacher2"))
    for lesson in lessons:
        Absence.objects.create(
            lesson=lesson, student=world.students[0], reason_id="н", hours=2
        )
    Task.objects.create(lesson=lessons[1], number=1, kind=world.test, is_required=True)
    text = read(world.student, ADDRESS).text
    assert "Отработать: 4" in text
    assert "просрочено: 1, ближайший срок 04.11.2026" in text
    first, second = re.findall(r"<details class=.card course.*?</details>", text, re.S)
    assert " open" not in first + second
    assert "Математика" in first and "2\N{NO-BREAK SPACE}пропуска" in first
    assert "(4\N{NO-BREAK SPACE}часа), 1\N{NO-BREAK SPACE}работа" in first
    assert re.findall(r"<li><div><b>([\d.]+)", first) == ["05.10.2026"] * 2 + [
        "04.09.2026"
    ]
    assert "Физика" in second and "просрочено" not in second


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
