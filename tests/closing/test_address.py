"""The address at which the grid asks for cells of a closed period, and its answers."""

import json

import pytest
from django.urls import reverse

from journal.domain.archive.closing import close_period
from journal.domain.lessons import TAKEN, Change, write_cells
from journal.models import CorrectionRequest, Mark
from tests.browser.test_grid import cell

pytestmark = pytest.mark.on_postgresql("test_each_cell_has_its_answer")


def post(client, body, **headers):
    at = reverse("admin:journal_cells_ask")
    body = body if isinstance(body, str) else json.dumps(body)
    return client.post(at, body, content_type="application/json", headers=headers)


@pytest.fixture
def body(closed):
    first, second, *_ = closed.students
    row = {"l": closed.lesson_past.pk, "f": "1", "n": "4", "c": True}
    rows = [row | {"s": first.pk, "o": "5"}, row | {"s": second.pk, "o": "2"}]
    return {"changes": rows, "reason": "Описка"}


def test_each_cell_has_its_answer(closed, client_of, body):
    client = client_of(closed.teacher)
    answer = post(client, body)
    assert answer.status_code == 409
    codes = [row["code"] for row in answer.json()["results"]]
    assert codes == ["asked", "conflict"]
    assert answer.json()["results"][1]["value"] == "3"
    request = CorrectionRequest.objects.get()
    assert (request.student, request.reason) == (closed.students[0], "Описка")
    again = post(client, {**body, "changes": body["changes"][:1]})
    assert [row["code"] for row in again.json()["results"]] == ["pending"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("нет", 400),
        ("[]", 400),
        ("{}", 400),
        ('{"changes": [{"l": 1}]}', 400),
        ('{"changes": [], "reason": "\\u0000"}', 400),
        ('{"changes": [], "reason": ""}', 400),
    ],
)
def test_nonsense_is_refused_in_words(closed, client_of, text, status):
    answer = post(client_of(closed.teacher), text)
    assert answer.status_code == status
    assert ord(answer.json()["error"][0]) > 1000
    assert not CorrectionRequest.objects.exists()


def test_who_may_not_ask_is_refused_and_nobody_asks_for_another(
    closed, client_of, body
):
    assert post(client_of(closed.office), body).status_code == 403
    assert post(client_of(closed.student), body).status_code == 302
    other = {"X-User": str(closed.teacher2.pk)}
    assert post(client_of(closed.teacher), body, **other).status_code == 401
    at = reverse("admin:journal_cells_ask")
    assert client_of(closed.teacher).get(at).status_code == 405
    assert not CorrectionRequest.objects.exists()


def test_presence_is_refused_in_words_where_the_lessons_are_closed(world):
    close_period(world.period, "lessons", world.deputy)
    tick = Change(world.lesson.pk, None, TAKEN, "", "1")
    mark = Change(world.lesson.pk, world.students[0].pk, "1", "", "5")
    codes = [one.code for one in write_cells(world.teacher, [tick, mark])]
    assert codes == ["closed", "saved"]


@pytest.mark.browser
def test_the_grid_of_a_closed_period_asks_why_and_leaves_the_cell(page_of, closed):
    page = page_of(closed.teacher)
    page.goto(f"/admin/journal/course/{closed.course.pk}/spread/")
    own = cell(page, 1, closed.lesson_past.pk)
    own.click()
    page.keyboard.press("4")
    page.wait_for_selector(".grid-ask[open]")
    page.keyboard.insert_text("Работа проверена заново")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector('.grid-state').textContent.includes('Запрос отправлен')"
    )
    assert own.text_content() == "5"
    request = CorrectionRequest.objects.get()
    assert (request.old, request.new) == ("5", "4")
    assert request.reason == "Работа проверена заново"
    assert Mark.objects.get(pk=closed.mark.pk).value == "5"
