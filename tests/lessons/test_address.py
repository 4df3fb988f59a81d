"""The address that the grid saves cells at: its answers, its price, its strangers."""

import json
import re

import pytest
from django.db import connection
from django.urls import reverse

from journal.models import Absence, Mark, Membership, PeriodClosing
from tests.lessons.conftest import one

pytestmark = pytest.mark.on_postgresql(
    "test_a_cell_costs_at_most_twelve_queries_and_a_column_no_more",
    "test_absences_follow_the_hours_of_their_lesson",
)


def post(client, changes, reason="", **headers):
    return client.post(
        reverse("admin:journal_cells"),
        json.dumps({"changes": changes, "reason": reason}),
        content_type="application/json",
        headers=headers,
    )


def queries_of(client, changes) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as log:
        assert post(client, changes).status_code == 200
    return len(
        [
            query
            for query in log
            if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))
        ]
    )


def test_a_cell_costs_at_most_twelve_queries_and_a_column_no_more(
    world, lesson, client_of
):
    client = client_of(world.teacher)
    client.get(reverse("admin:index"))
    members = Membership.objects.on(world.today).filter(group=world.group)
    students = list(members.values_list("student", flat=True))

    def column(value, old):
        return [
            {"l": lesson.pk, "s": student, "f": "1", "o": old, "n": value}
            for student in students
        ]

    first = queries_of(client, column("5", "")[:1])
    assert first <= 12
    assert queries_of(client, column("4", "5")[:1]) <= 12
    assert queries_of(client, column("3", "")[1:]) <= 12


def test_the_address_answers_as_the_first_refusal(world, lesson, student, client_of):
    client = client_of(world.teacher)
    cell = {"l": lesson.pk, "s": student.pk, "f": "1", "o": "", "n": "5"}
    assert post(client, [cell]).status_code == 200
    conflict = post(client, [cell | {"o": "2", "n": "3"}])
    assert conflict.status_code == 409
    result = conflict.json()["results"][0]
    assert result["value"] == "5"
    assert result["by"] == "Жданов Лев"
    assert post(client, [cell | {"n": "7"}]).status_code == 400
    assert post(client, [cell | {"l": 10**9}]).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"changes": 5}',
        '{"changes": [5]}',
        '{"changes": [{"l": "1", "s": 1, "f": "1", "o": "", "n": "5"}]}',
        '{"changes": [{"l": 1, "s": 1, "f": 1, "o": "", "n": "5"}]}',
        '{"changes": [{"l": 1, "s": 1.5, "f": "1", "o": "", "n": "5"}]}',
        '{"changes": [{"l": 99999999999999999999, "s": 1, "f": "1", "o": "", "n": "5"}]}',
        '{"changes": [], "reason": 5}',
        '{"changes": [], "reason": "\\u0000"}',
        '{"changes": [], "reason": "половина знака \\ud83d"}',
        '{"changes": [{"l": 1, "s": 1, "f": "1", "o": "\\ud83d", "n": "5"}]}',
        "[" * 20000,
        "\x00",
    ],
)
def test_a_forged_batch_is_answered_with_words(world, client_of, body):
    answer = client_of(world.teacher).post(
        reverse("admin:journal_cells"), body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert "Запрос" in answer.json()["error"]


def test_cells_typed_by_another_person_are_not_taken(world, lesson, student, client_of):
    cell = {"l": lesson.pk, "s": student.pk, "f": "1", "o": "", "n": "5"}
    answer = post(
        client_of(world.teacher), [cell], **{"X-User": str(world.teacher2.pk)}
    )
    assert answer.status_code == 401
    assert not Mark.objects.filter(task__lesson=lesson).exists()


def test_the_past_of_a_cell_is_hidden_with_its_lesson(
    world, lesson, student, client_of
):
    one(world.teacher, lesson, student, "1", "5")
    address = reverse("admin:journal_cell_past", args=[lesson.pk, student.pk])
    past = client_of(world.teacher).get(address).json()["past"]
    assert [(entry["what"], entry["old"], entry["new"]) for entry in past] == [
        ("Отметка 1", "", "5")
    ]
    assert client_of(world.teacher_elsewhere).get(address).status_code == 404


def test_a_page_without_a_grid_says_why_and_loads_no_script(world, client_of):
    address = reverse("admin:journal_course_spread", args=[world.course.pk])
    page = client_of(world.secretary).get(address).content.decode()
    assert "вашей роли — нет" in page
    assert "grid.js" not in page
    assert "grid.js" in client_of(world.teacher).get(address).content.decode()


def test_a_lesson_changed_meanwhile_is_told_and_not_written_over(
    world, lesson, client_of
):
    """Two pages of one lesson; what both say alike is no matter."""
    client = client_of(world.teacher)
    url = reverse("admin:journal_lesson_change", args=[lesson.pk])
    seen = re.search(r'name="seen" value="(\w+)"', client.get(url).content.decode())[1]
    sent = {"topic": "Тема", "hours": 2, "homework": "§ 1", "seen": seen}
    sent |= {"tasks-TOTAL_FORMS": 0, "tasks-INITIAL_FORMS": 0}
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302  # a double click
    late = client.post(url, sent | {"homework": "§ 2"}).content.decode()
    assert "занятие изменили. Сейчас записано: Домашнее задание: «§ 1»." in late
    lesson.refresh_from_db()
    assert lesson.homework == "§ 1"
    again = re.search(r'name="seen" value="(\w+)"', late)[1]
    assert (
        client.post(url, sent | {"homework": "§ 2", "seen": again}).status_code == 302
    )
    lesson.refresh_from_db()
    assert lesson.homework == "§ 2"


def test_absences_follow_the_hours_of_their_lesson(world, lesson, client_of):
    """«н» stays the whole lesson, «б1» one hour; a closed period keeps both."""
    first, second, *_ = world.students
    one(world.teacher, lesson, first, "absence", "н")
    one(world.teacher, lesson, second, "absence", "б1")
    client = client_of(world.teacher)
    url = reverse("admin:journal_lesson_change", args=[lesson.pk])
    sent = {"topic": "Тема", "tasks-TOTAL_FORMS": 0, "tasks-INITIAL_FORMS": 0}

    def hours(new):
        answer = client.post(url, sent | {"hours": new})
        rows = Absence.objects.filter(lesson=lesson).order_by("student__last_name")
        return answer.status_code, [*rows.values_list("hours", flat=True)]

    assert hours(4) == (302, [4, 1])
    assert hours(1) == (302, [1, 1])
    assert Absence.history.filter(student=first).latest().history_change_reason == (
        "Часы занятия: было 4, стало 1"
    )
    PeriodClosing.objects.create(period=world.period, aspect="marks")
    assert hours(2) == (200, [1, 1])
    lesson.refresh_from_db()
    assert lesson.hours == 1
