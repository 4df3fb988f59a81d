"""Who asks for a correction of what is closed, and what is refused at once."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from journal.domain.control.requests import ask_cells, decide, waiting_for, withdraw
from journal.domain.lessons import TAKEN, Change, write_cells
from journal.models import CorrectionRequest, Mark
from tests.closing.conftest import cell, code_of
from tests.conftest import NOW


def test_nothing_is_asked_for_that_the_person_may_write(world):
    (answer,) = ask_cells(world.teacher, [cell(world, world.students[0])], "Описка")
    assert (answer.status, answer.code) == (400, "open")
    assert not CorrectionRequest.objects.exists()


def test_a_request_changes_nothing_but_waits_for_a_second_person(closed, asked):
    first = closed.students[0]
    request = asked(closed.teacher, first, "4", old="5")
    assert (request.old, request.new, request.by) == ("5", "4", closed.teacher)
    assert (request.group, request.course) == (closed.group, closed.course)
    assert Mark.objects.get(pk=closed.mark.pk).value == "5"
    assert list(waiting_for(closed.deputy)) == [request]
    assert list(waiting_for(closed.director)) == [request]
    for user in (closed.teacher, closed.curator, closed.deputy_upr, closed.student):
        assert not waiting_for(user).exists()


@pytest.mark.parametrize(
    ("user", "change", "code"),
    [
        ("teacher", {"old": "3"}, "conflict"),
        ("teacher", {"new": "7"}, "value"),
        ("teacher", {"new": "5"}, "same"),
        ("teacher", {"field": "9"}, "value"),
        ("teacher2", {}, "missing"),
        ("curator", {}, "foreign"),  # no marks of others
        ("studyunit", {"new": "7"}, "value"),
    ],
)
def test_a_request_is_refused_as_the_writer_would_refuse_it(closed, user, change, code):
    person = closed.people[user]
    assert code_of(person, cell(closed, closed.students[0], **change)) == code
    assert not CorrectionRequest.objects.exists()


def test_whoever_was_elsewhere_that_day_is_asked_for_in_vain(closed):
    stranger = closed.students2[1]
    assert code_of(closed.teacher, cell(closed, stranger, old="")) == "roster"


def test_one_cell_has_one_request_at_a_time(closed, asked):
    first = closed.students[0]
    request = asked(closed.teacher, first, "4", old="5")
    assert code_of(closed.teacher, cell(closed, first, new="3")) == "pending"
    withdraw(closed.teacher, request)
    assert code_of(closed.teacher, cell(closed, first, new="3")) == "asked"


def test_a_request_says_why(closed):
    change = cell(closed, closed.students[0])
    for reason in ("", "  ", "ё" * 301):
        with pytest.raises(ValidationError):
            ask_cells(closed.teacher, [change], reason)
    for user in (closed.office, closed.dispatcher, closed.student, closed.nobody):
        with pytest.raises(PermissionDenied):
            ask_cells(user, [change], "Описка")


OLD = {"old": "", "new": "4"}


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("teacher2", "foreign"),  # gave the lesson, and handed the course over
        ("teacher", "asked"),  # teaches the course now
        ("department_head", "asked"),
        ("studyunit", "asked"),
        ("deputy", "asked"),
        ("master", "missing"),
        ("curator", "foreign"),
    ],
)
def test_of_whoever_handed_over_or_left_others_ask_and_one_more_decides(
    closed, client_of, user, code
):
    person, lesson = closed.people[user], closed.lesson_handed_over
    page = client_of(person).get(
        reverse("admin:journal_lesson_change", args=[lesson.pk])
    )
    if code == "asked":
        assert ' class="ro"' not in page.content.decode()
    change = cell(closed, closed.students[0], lesson=lesson, **OLD)
    (saved,) = write_cells(person, [change], "Описка")
    assert saved.code == {"asked": "closed"}.get(code, code)
    assert code_of(person, change) == code
    presence = Change(lesson.pk, None, TAKEN, "1", "")
    assert write_cells(person, [presence])[0].status in (403, 404)
    if code != "asked":
        return
    request = CorrectionRequest.objects.get()
    (own,) = decide(closed.deputy, [request.pk], True)
    assert own.is_done is (user != "deputy")
    if user == "deputy":
        assert decide(closed.director, [request.pk], True)[0].is_done
    mark = Mark.objects.get(task__lesson=lesson, student=closed.students[0])
    assert (mark.value, mark.history.get().history_user) == ("4", person)


def test_of_an_open_period_nobody_asks_in_the_place_of_its_teacher(closed, client_of):
    lesson, head = closed.lesson_handed_over, closed.department_head
    change = cell(closed, closed.students[0], lesson=lesson, **OLD)
    assert code_of(head, change) == "asked"
    reopened = {"reopened_until": NOW.replace(year=2100)}  # by the database's clock
    closed.period.closings.update(**reopened)
    other = cell(closed, closed.students[1], lesson=lesson, **OLD)
    assert code_of(head, other) == "foreign"
    assert write_cells(head, [other], "Описка")[0].code == "foreign"
    at = reverse("admin:journal_lesson_change", args=[lesson.pk])
    assert ' class="ro"' in client_of(head).get(at).content.decode()
    # What was asked for before is decided while it is open.
    request = CorrectionRequest.objects.get()
    assert decide(closed.deputy, [request.pk], True)[0].is_done


def test_presence_of_a_whole_lesson_is_no_cell_to_ask_for(closed):
    change = Change(closed.lesson_past.pk, None, TAKEN, "1", "")
    assert code_of(closed.teacher, change) == "closed"
