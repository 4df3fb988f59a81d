"""The page «Итоги» of a course: who opens it, what it saves, what signing says."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.domain.results.sheets import sign_sheet
from journal.models import Mark, Membership, Result, Sheet, Student, Task
from tests import cast

pytestmark = pytest.mark.on_postgresql(
    "test_who_opens_and_who_writes",
    "test_the_page_takes_as_many_queries_for_1_student_as_for_30",
    "test_final_marks_stand_on_the_marks_of_the_terms",
)


def address(course, stage="term"):
    return reverse("admin:journal_course_results", args=[course.pk, stage])


def save(client, course, changes, stage="term", **headers):
    return client.post(
        address(course, stage),
        json.dumps({"changes": changes, "reason": ""}),
        content_type="application/json",
        headers=headers,
    )


def change(student, new, old="", field="mark"):
    return {"l": 0, "s": student.pk, "f": field, "o": old, "n": new}


@pytest.mark.parametrize(
    ("name", "seen", "saved"),
    [
        ("teacher", 200, 200),
        ("deputy", 200, 200),
        ("department_head", 200, 200),
        ("studyunit", 200, 200),
        ("curator", 200, 403),
        ("director", 200, 403),
        ("teacher2", 404, 404),
        ("teacher_elsewhere", 404, 404),
        ("secretary", 404, 404),
        ("student", 302, 302),
    ],
)
def test_who_opens_and_who_writes(world, client_of, name, seen, saved):
    client = client_of(world.people[name])
    assert client.get(address(world.course)).status_code == seen
    answer = save(client, world.course, [change(world.students[0], "5")])
    assert answer.status_code == saved
    assert Result.objects.count() == (saved == 200)


def test_a_page_shows_fields_to_whoever_writes_and_words_to_the_rest(world, client_of):
    own = client_of(world.teacher).get(address(world.course)).content.decode()
    read = client_of(world.curator).get(address(world.course)).content.decode()
    assert own.count('class="mark"') == 6 and "Выставить</button>" in own
    assert "<input" not in read.split("<table")[1] and "Выставить" not in read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"changes": 1}',
        b'{"changes": [{"s": "1", "f": "mark", "o": "", "n": "5"}]}',
        b'{"changes": [{"s": 1, "f": "mark", "o": "", "n": 5}]}',
        b'{"changes": [{"s": 99999999999999999999, "f": "mark", "o": "", "n": "5"}]}',
        b"\xff",
        b'{"changes": ' + b"[" * 100_000,
    ],
)
def test_a_request_that_is_none_is_answered_in_words(world, client_of, body):
    answer = client_of(world.teacher).post(
        address(world.course), body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Запрос не принят: ")


def test_a_text_pasted_from_a_document_is_stored_plain_and_holds_nothing_up(
    world, client_of
):
    """A space that does not break, a soft hyphen, a bullet of Wingdings, NUL."""
    student, text = world.students[0], "\uf0b7\tтема\u00a0№\u202f3: про\u00adграммы\0"
    changes = [change(student, "5"), change(student, text, field="note")]
    answer = save(client_of(world.teacher), world.course, changes)
    assert [one["status"] for one in answer.json()["results"]] == [200, 200]
    assert Result.objects.get().note == "тема № 3: программы"


def test_stages_that_are_none_and_strangers_are_not_found(world, client_of):
    client = client_of(world.teacher)
    assert client.get(address(world.course, "week")).status_code == 404
    assert client.get(f"/admin/journal/course/{2**63}/results/").status_code == 404
    assert client.get(address(world.course_elsewhere)).status_code == 404


def test_what_was_typed_by_another_person_is_not_stored(world, client_of):
    client = client_of(world.teacher)
    typed = [change(world.students[0], "5")]
    headers = {"X-User": str(world.deputy.pk)}
    assert save(client, world.course, typed, **headers).status_code == 401


def test_signing_says_what_is_missing_and_then_freezes(world, client_of):
    client = client_of(world.teacher)
    sign = reverse(
        "admin:journal_course_results_sign", args=[world.practice.pk, "term"]
    )
    assert client.get(sign).status_code in (404, 405)
    own = client_of(world.master)
    members = [*world.students, world.mover]
    answer = save(own, world.practice, [change(one, "5") for one in members[:-1]])
    assert answer.status_code == 200
    page = own.post(sign, follow=True).content.decode()
    assert "Не выставлено. Нет результата: Яшин Егор Львович." in page
    save(own, world.practice, [change(world.mover, "4")])
    page = own.post(sign, follow=True).content.decode()
    assert "Отметки выставлены" in page and "<input" not in page.split("<table")[1]
    assert Sheet.objects.get().state == "signed"
    refused = save(own, world.practice, [change(world.mover, "5", "4")])
    assert refused.status_code == 403
    assert "запросу на исправление" in refused.json()["results"][0]["message"]


def test_the_page_says_late_against_the_day(world, client_of):
    world.institution.term_marks_days = 80
    world.institution.save()
    page = client_of(world.teacher).get(address(world.course)).content.decode()
    assert "Срок: 11.10.2026, опоздание 3 дн." in page


@pytest.mark.parametrize("students", [1, 30])
def test_the_page_takes_as_many_queries_for_1_student_as_for_30(
    world, client_of, students
):
    for number in range(students):
        one = Student.objects.create(last_name=f"Новый{number}", first_name="Ян")
        Membership.objects.create(
            student=one, group=world.group, start=world.year.start
        )
    client = client_of(world.teacher)
    save(client, world.course, [change(world.students[0], "5")])
    client.get(address(world.course))
    with CaptureQueriesContext(connection) as log:
        assert client.get(address(world.course)).status_code == 200
    assert len(log) == 17, "\n".join(query["sql"][:80] for query in log)


def test_final_marks_stand_on_the_marks_of_the_terms(world, client_of):
    """The term ends with a «4»; the final mark is proposed from it alone: «4»."""
    client = client_of(world.master)
    members = [*world.students, world.mover]
    save(client, world.practice, [change(one, "4") for one in members])
    sign_sheet(world.master, Sheet.objects.get().pk)
    page = client.get(address(world.practice, "final")).content.decode()
    assert page.count('data-p="4"') == 6 and "За год" not in page
    save(client, world.practice, [change(world.mover, "5")], "final")
    assert Sheet.objects.get(kind="final").results.get().mark == "5"


def duties_of(client) -> str:
    page = client.get(reverse("admin:index")).content.decode()
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_marks_that_are_due_stand_on_start_pages(world, client_of):
    """Due on 17.10 they are announced today, on 14.10; due on 11.10 they are late."""
    world.institution.term_marks_days = 74  # due on 17.10
    world.institution.save()
    own = duties_of(client_of(world.teacher))
    assert "Отметки за период, срок 17.10.2026: Математика, 2-ИС" in own
    assert "Физика, 2-ИС" not in own.partition("Отметки за период")[2][:300]
    assert "не выставлены в срок" not in duties_of(client_of(world.deputy))
    world.institution.term_marks_days = 80  # due on 11.10
    world.institution.save()
    own = duties_of(client_of(world.teacher))
    assert "не выставлены, опоздание 3 дня: Математика, 2-ИС" in own
    late = duties_of(client_of(world.deputy))
    assert "Отметки за период не выставлены в срок, курсов: 5" in late
    world.institution.term_marks_days = 2
    world.institution.save()
    assert "Отметки за период" not in duties_of(client_of(world.teacher))


def test_whoever_gave_one_lesson_for_another_sees_no_results(world, client_of):
    """`teacher` gives a lesson of Физика for `teacher2`: the lesson, not the course."""
    spread = reverse("admin:journal_course_spread", args=[world.course2.pk])
    client = client_of(world.teacher)
    assert client.get(spread).status_code == 200
    assert client.get(address(world.course2)).status_code == 404


def test_the_spread_says_what_a_mover_had_earned_before(world, client_of):
    """Яшин has a 4 and a 5 from 1-ЭК in the same discipline: beside the name alone."""
    world.course_elsewhere.discipline = world.course.discipline
    world.course_elsewhere.save()
    for value, offset in (("4", -40), ("5", -38)):
        lesson = cast.lesson(
            world, world.course_elsewhere, offset, 3, "teacher_elsewhere"
        )
        task = Task.objects.create(lesson=lesson, number=1, kind=world.answer)
        Mark.objects.create(task=task, student=world.mover, value=value)
    spread = reverse("admin:journal_course_spread", args=[world.course.pk])
    page = client_of(world.teacher).get(spread).content.decode()
    row = page.partition("Яшин Егор Львович")[2].partition("<tr")[0]
    assert "из группы 1-ЭК: ср. 4,50 (2)</small>" in row
    assert page.count("из группы") == 2  # the words and their title
    assert "<td>4" not in row and "<td>5" not in row
