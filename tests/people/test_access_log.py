"""Who looked at personal data: each look noted once, in the list of who may see it."""

import datetime
import logging

import pytest
import time_machine
from django.db import DatabaseError
from django.urls import reverse

from journal.domain.control import note_access
from journal.models import DataAccess, Exemption, Student
from tests import cast
from tests.admin.papers import diploma
from tests.conftest import NOW

pytestmark = pytest.mark.on_postgresql(
    "test_a_list_is_noted_with_its_search_and_as_many_rows_as_it_shows",
    "test_the_log_is_searched_and_filtered",
    "test_a_look_is_never_changed_added_or_removed",
    "test_the_log_outlives_the_person_it_names",
)


def card(world_student, page="change", model="student") -> str:
    return reverse(f"admin:journal_{model}_{page}", args=[world_student.pk])


def looks(**conditions) -> list[tuple]:
    rows = DataAccess.objects.filter(**conditions).order_by("pk")
    return list(rows.values_list("by__username", "kind", "subject", "student", "count"))


def test_a_card_opened_is_noted_with_who_and_whose(world, client_of):
    student = world.students[1]
    assert client_of(world.curator).get(card(student)).status_code == 200
    assert looks() == [
        (
            "curator",
            "opened",
            "Карточка студента: Быков Илья Павлович",
            student.pk,
            1,
        )
    ]
    look = DataAccess.objects.get()
    assert look.address == "127.0.0.1"
    assert look.at.date() == world.today


def test_the_same_card_opened_again_within_a_minute_is_the_same_look(world, client_of):
    client = client_of(world.curator)
    at = card(world.students[1])
    for seconds, lines in ((0, 1), (40, 1), (180, 2)):
        with time_machine.travel(NOW + datetime.timedelta(seconds=seconds)):
            client.get(at)
        assert DataAccess.objects.count() == lines


def test_another_person_or_another_card_is_another_look(world, client_of):
    client_of(world.curator).get(card(world.students[1]))
    client_of(world.secretary).get(card(world.students[1]))
    client_of(world.secretary).get(card(world.students[2]))
    assert DataAccess.objects.count() == 3


def test_cards_of_guardians_and_staff_are_noted_by_name(world, client_of):
    client = client_of(world.office)
    client.get(card(world.parent.guardian, model="guardian"))
    client.get(card(world.teacher.employee, model="employee"))
    assert [line[2:4] for line in looks()] == [
        ("Карточка представителя: Абрамова Елена Викторовна", None),
        ("Карточка сотрудника: Жданов Лев Борисович", None),
    ]


def test_a_paper_opened_is_found_by_its_student(world, client_of):
    student = world.students[1]
    paper = diploma(student)
    assert client_of(world.office).get(card(paper, model="diploma")).status_code == 200
    (look,) = looks()
    assert look[3] == student.pk


def test_papers_that_say_something_of_a_person_are_noted_like_cards(world, client_of):
    student = world.students[1]
    freed = Exemption.objects.create(
        student=student,
        course=world.course,
        kind="exempt",
        document="справка",
        start=world.year.start,
    )
    client = client_of(world.deputy)
    assert client.get(card(freed, model="exemption")).status_code == 200
    for model in ("exemption", "consent", "order", "membership", "mismatch"):
        client.get(reverse(f"admin:journal_{model}_changelist"))
    noted = looks()
    assert noted[0][2:4] == (f"Освобождение: {freed}", student.pk)
    assert len(noted) == 6


def test_the_history_of_a_card_is_noted_too(world, client_of):
    student = world.students[1]
    version = f"{card(student, 'history')}{student.history.first().pk}/"
    client_of(world.curator).get(card(student, "history"))
    with time_machine.travel(NOW + datetime.timedelta(minutes=2)):
        client_of(world.curator).get(version)
    assert [line[2] for line in looks()] == [
        "История карточки: Быков Илья Павлович"
    ] * 2


def test_a_list_is_noted_with_its_search_and_as_many_rows_as_it_shows(world, client_of):
    client = client_of(world.curator)
    at = reverse("admin:journal_student_changelist")
    client.get(at)
    client.get(at, {"q": "быков"})
    client.get(at, {"q": "нет таких"})
    assert looks() == [
        ("curator", "listed", "Студенты", None, 6),
        ("curator", "listed", "Студенты, поиск «быков»", None, 1),
        ("curator", "listed", "Студенты, поиск «нет таких»", None, 0),
    ]


def test_lists_of_something_else_are_not_noted(world, client_of):
    client_of(world.office).get(reverse("admin:journal_group_changelist"))
    client_of(world.office).get(reverse("admin:journal_student_add"))
    assert looks() == []


def test_what_is_refused_or_not_there_is_not_noted(world, client_of):
    assert client_of(world.teacher).get(card(world.students[1])).status_code == 403
    assert client_of(world.curator).get(card(world.stranger.student)).status_code == 404
    assert looks() == []


def test_a_list_that_leaves_as_a_file_is_noted(world, client_of):
    at = reverse("admin:journal_student_export")
    fields = ["last_name", "first_name"]
    data = {"format": "0", "resource": "0", **dict.fromkeys(fields, "on")}
    answer = client_of(world.secretary).post(at, data)
    assert answer["Content-Disposition"].startswith("attachment")
    assert looks() == [("secretary", "exported", "Студенты: Excel (xlsx)", None, 9)]


@pytest.mark.parametrize(
    ("format_", "kinds"), [("html", []), ("xlsx", ["exported"]), ("pdf", ["printed"])]
)
def test_a_report_is_noted_as_a_file_and_on_paper(world, client_of, format_, kinds):
    at = reverse("admin:report", args=["attendance"])
    period = world.period.pk
    query = {"group": world.group.pk, "period": period, "format": format_}
    assert client_of(world.curator).get(at, query).status_code == 200
    assert [line[1] for line in looks()] == kinds
    if kinds:
        (line,) = looks()
        assert line[2].startswith("Отчёт о посещаемости группы")
        assert line[4] == 6


def test_a_file_that_cannot_be_noted_does_not_leave(world, client_of, monkeypatch):
    def refuse(*args, **details):
        raise DatabaseError("disk full")

    monkeypatch.setattr(DataAccess.objects, "create", refuse)
    at = reverse("admin:report", args=["attendance"])
    query = {"group": world.group.pk, "period": world.period.pk, "format": "pdf"}
    with pytest.raises(DatabaseError):
        client_of(world.curator).get(at, query)


def test_a_page_is_read_though_the_log_cannot_be_written(
    world, client_of, monkeypatch, caplog
):
    def refuse(*args, **details):
        raise DatabaseError("read only")

    monkeypatch.setattr(DataAccess.objects, "create", refuse)
    with caplog.at_level(logging.ERROR, "journal.access"):
        answer = client_of(world.curator).get(card(world.students[1]))
    assert answer.status_code == 200
    assert "personal data shown and not noted" in caplog.text


def test_the_reader_does_not_wait_for_the_log(world, rf, django_assert_num_queries):
    """The line is written when the page is with its reader: two statements."""
    from django.http import HttpResponse

    from admin_customizations.access import note_when_sent

    request, response = rf.get("/"), HttpResponse()
    request.user = world.curator
    with django_assert_num_queries(0):
        note_when_sent(request, response, "opened", "Карточка")
    assert looks() == []
    (write,) = response._resource_closers  # closing itself would end the connection
    with django_assert_num_queries(2):
        write()
    assert len(looks()) == 1


def test_a_long_subject_is_cut(world):
    note_access(world.office, "codes", "к" * 500, count=25)
    assert looks() == [("office", "codes", "к" * 200, None, 25)]


# The list of looks

AT = "admin:journal_dataaccess_changelist"


def test_the_log_is_searched_and_filtered(world, client_of):
    first, second = world.students[1], world.students[2]
    note_access(world.curator, "opened", "Карточка студента", student=first)
    note_access(world.secretary, "exported", "Студенты", count=9)
    with time_machine.travel(NOW - datetime.timedelta(days=40)):
        note_access(world.curator, "printed", "Ведомость", student=second)
    client = client_of(world.director)

    def found(**query) -> set[str]:
        answer = client.get(reverse(AT), query)
        assert answer.status_code == 200
        return {row.subject for row in answer.context["cl"].result_list}

    everything = {"Карточка студента", "Студенты", "Ведомость"}
    assert found() == everything
    assert found(q="быков") == {"Карточка студента"}
    assert found(q="secretary") == {"Студенты"}
    assert found(kind__exact="exported") == {"Студенты"}
    assert found(by__id__exact=world.curator.pk) == {"Карточка студента", "Ведомость"}
    assert found(days="1") == {"Карточка студента", "Студенты"}
    assert found(days="30") == {"Карточка студента", "Студенты"}


def test_a_look_is_never_changed_added_or_removed(world, client_of):
    note_access(world.curator, "opened", "Карточка студента")
    look = DataAccess.objects.get()
    client = client_of(world.office)
    for page in ("change", "delete"):
        at = reverse(f"admin:journal_dataaccess_{page}", args=[look.pk])
        assert client.post(at, {"subject": "ничего"}).status_code == 403
    assert client.get(reverse("admin:journal_dataaccess_add")).status_code == 403
    look.refresh_from_db()
    assert look.subject == "Карточка студента"


SEES = {"office", "director", "deputy", "deputy_upr", "deputy_uvr"}


@pytest.mark.parametrize("role", cast.STAFF)
def test_the_log_is_open_to_who_answers_for_the_data_alone(world, client_of, role):
    note_access(world.office, "opened", "Карточка", student=world.students[1])
    answer = client_of(world.people[role]).get(reverse(AT))
    assert answer.status_code == (200 if role in SEES else 403)


def test_the_log_outlives_the_person_it_names(world, client_of):
    student = cast.person(Student, ("Ошибкин", "Лев", "Юрьевич"))
    note_access(world.office, "opened", f"Карточка студента: {student}", student)
    pk = student.pk
    student.delete()
    assert looks() == [
        ("office", "opened", "Карточка студента: Ошибкин Лев Юрьевич", pk, 1)
    ]
    assert "Ошибкин" in client_of(world.director).get(reverse(AT)).content.decode()
