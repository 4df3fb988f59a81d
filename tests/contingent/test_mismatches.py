"""What a curator says of a list, and how the office works it off."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.domain.contingent import leave
from journal.domain.contingent.mismatches import (
    answered_since,
    count_new,
    may_answer,
    namesakes,
    reject_mismatch,
    report_mismatch,
    solve_mismatch,
    take_mismatch,
)
from journal.domain.people import give_role
from journal.models import Mismatch, Order, OrderLine, Student
from tests import cast
from tests.admin.conftest import url

DAY = timedelta(days=1)
LISTED = reverse("admin:journal_mismatch_changelist")


def left(world, student=None, **fields) -> Mismatch:
    row = Mismatch(
        group=fields.pop("group", world.group),
        kind="left",
        student=student or world.students[1],
        **fields,
    )
    return report_mismatch(world.curator, row)


def unlisted(world, name="Серов Пётр Ильич", **fields) -> Mismatch:
    row = Mismatch(group=world.group, kind="unlisted", name=name, **fields)
    return report_mismatch(world.curator, row)


# Telling


def test_a_curator_tells_both_ways(world):
    one, other = left(world), unlisted(world, "  Серов   Пётр ")
    assert (one.state, one.reported_by) == ("new", world.curator)
    assert other.name == "Серов Пётр"
    assert str(other) == "Серов Пётр: учится, а в списке нет"
    assert one.history.get().history_type == "+"


def test_only_of_the_own_group_and_of_who_sits_in_it(world):
    with pytest.raises(ValidationError, match="о своей группе"):
        left(world, group=world.group2)
    for stranger in (world.students2[1], world.sister):
        with pytest.raises(ValidationError, match="числится в группе 2-ИС"):
            left(world, stranger)
    row = Mismatch(group=world.group, kind="left", student=world.students[0])
    for name in ("teacher", "secretary", "student", "parent", "department_head"):
        with pytest.raises(ValidationError, match="о своей группе"):
            report_mismatch(world.people[name], row)
    with pytest.raises(ValidationError, match="ещё не наступил"):
        left(world, since=world.today + DAY)
    assert not Mismatch.objects.exists()


def test_what_is_open_is_told_once(world):
    left(world)
    with pytest.raises(ValidationError, match="уже сообщили"):
        left(world)
    unlisted(world)
    with pytest.raises(ValidationError, match="уже сообщили"):
        unlisted(world, "серов пётр ильич")
    reject_mismatch(Mismatch.objects.get(kind="left"), world.office, "Учится")
    left(world)


def test_who_is_told_by_name_is_tied_to_no_card(world):
    """Whether such a student exists elsewhere is nothing for a curator to learn."""
    stranger = world.students2[1]
    row = unlisted(world, stranger.full_name, student=stranger)
    assert row.student is None
    assert namesakes(world.office, row) == [stranger]
    assert namesakes(world.curator, row) == []


# Answering


def test_the_administrator_works_it_off(world):
    row = left(world)
    take_mismatch(row, world.office)
    row.refresh_from_db()
    assert row.state == "taken"
    with pytest.raises(ValidationError, match="всё ещё числится"):
        solve_mismatch(row, world.office, None, "")
    leave(row.student, world.today)
    order = Order.objects.create(number="7-с", kind="expel", state="done", sequence=1)
    solve_mismatch(row, world.office, order, " Отчислен ")
    row.refresh_from_db()
    assert (row.state, row.order, row.answer) == ("solved", order, "Отчислен")
    assert row.answered_by == world.office
    reasons = row.history.order_by("history_id").values_list(
        "history_change_reason", flat=True
    )
    assert list(reasons) == [None, "Взято в работу", "Исправлено"]


def test_a_step_out_of_order_is_refused(world):
    row = left(world)
    with pytest.raises(ValidationError, match="почему список верен"):
        reject_mismatch(row, world.office, " ")
    reject_mismatch(row, world.office, "Справка у секретаря")
    for step in (
        lambda: take_mismatch(row, world.office),
        lambda: reject_mismatch(row, world.office, "ещё раз"),
        lambda: solve_mismatch(row, world.office, None, ""),
    ):
        with pytest.raises(ValidationError, match="отклонено"):
            step()


def test_only_who_has_the_right_answers(world):
    row = left(world)
    may = {name for name, user in world.people.items() if may_answer(user, row)}
    assert may == {"office"}
    for name in world.people.keys() - may:
        with pytest.raises(ValidationError):
            take_mismatch(row, world.people[name])


SEEING = {
    "office",
    "director",
    "deputy",
    "deputy_upr",
    "deputy_uvr",
    "department_head",
    "studyunit",
    "dispatcher",
    "secretary",
    "curator",
}


def test_who_sees_a_report_and_who_meets_nothing(world, client_of):
    row = left(world)
    for name, user in world.people.items():
        seen = Mismatch.objects.visible_to(user).filter(pk=row.pk).exists()
        assert seen == (name in SEEING), name
        for at in (LISTED, url("change", "mismatch", row)):
            answer = client_of(user).get(at)
            outside = 302 if not user.is_staff else 403
            assert answer.status_code == (200 if seen else outside), name
            assert ("Быков" in answer.content.decode()) == seen


def test_a_foreign_curator_meets_no_report(world, client_of):
    row = left(world)
    other = world.teacher_elsewhere
    world.group.curator, world.group2.curator = None, other.employee
    world.group.save()
    world.group2.save()
    give_role(other, "curator")
    client = client_of(type(other).objects.get(pk=other.pk))
    assert client.get(url("change", "mismatch", row)).status_code == 404
    assert client.post(url("take", "mismatch", row)).status_code == 404
    assert "Быков" not in client.get(LISTED).content.decode()


# The pages


def add(client, **data):
    today = {"since": "2026-10-14", "note": ""}
    return client.post(url("add", "mismatch"), today | data)


def test_a_report_goes_to_the_administrator_and_comes_back(world, client_of):
    curator, office = client_of(world.curator), client_of(world.office)
    start = reverse("admin:index")
    form = curator.get(url("add", "mismatch")).content.decode()
    assert "2-ИС" in form
    assert "1-ЭК" not in form
    data = {"group": world.group.pk, "kind": "left", "student": world.students[1].pk}
    assert add(curator, **data).status_code == 302
    row = Mismatch.objects.get()
    assert row.reported_by == world.curator
    assert "Новые расхождения со списками: 1" in office.get(start).content.decode()

    page = curator.get(url("change", "mismatch", row)).content.decode()
    assert "Взять в работу" not in page
    assert curator.post(url("take", "mismatch", row)).status_code == 403
    office.get(url("take", "mismatch", row))
    row.refresh_from_db()
    assert row.state == "new"
    office.post(url("take", "mismatch", row))
    assert "Новые расхождения" not in office.get(start).content.decode()
    assert "в работе" in curator.get(LISTED).content.decode()

    html = office.post(url("solve", "mismatch", row), {"answer": ""}).content.decode()
    assert "всё ещё числится" in html
    leave(world.students[1], world.today)
    order = Order.objects.create(number="7-с", kind="expel", state="done", sequence=1)
    OrderLine.objects.create(order=order, student=world.students[1])
    Order.objects.create(number="8-с", kind="expel", state="done", sequence=2)
    html = office.get(url("solve", "mismatch", row)).content.decode()
    assert "№ 7-с" in html
    assert "№ 8-с" not in html
    data = {"order": order.pk, "answer": "Отчислен приказом"}
    assert office.post(url("solve", "mismatch", row), data).status_code == 302
    html = curator.get(start).content.decode()
    assert "Быков Илья Павлович: исправлено. Отчислен приказом" in html
    assert "№ 7-с" in curator.get(url("change", "mismatch", row)).content.decode()


def test_a_form_says_what_is_missing(world, client_of):
    client = client_of(world.curator)
    for kind, words in (
        ("left", "Выберите, кто выбыл."),
        ("unlisted", "Напишите фамилию, имя и отчество."),
    ):
        answer = add(client, group=world.group.pk, kind=kind)
        assert words in answer.content.decode()
    for data in (
        {"group": world.group2.pk, "kind": "unlisted", "name": "Серов Пётр"},
        {"group": world.group.pk, "kind": "left", "student": world.sister.pk},
    ):
        assert add(client, **data).status_code == 200
    assert not Mismatch.objects.exists()


def test_nobody_edits_a_report_by_its_form(world, client_of):
    row = left(world)
    for user in (world.office, world.curator):
        data = {"state": "solved", "answer": "так"}
        assert (
            client_of(user).post(url("change", "mismatch", row), data).status_code
            == 403
        )
    row.refresh_from_db()
    assert row.state == "new"


def test_cards_of_that_name_are_shown_to_the_administrator_alone(world, client_of):
    row = unlisted(world, world.students2[1].full_name)
    card = reverse("admin:journal_student_change", args=[world.students2[1].pk])
    at = url("change", "mismatch", row)
    assert card in client_of(world.office).get(at).content.decode()
    html = client_of(world.curator).get(at).content.decode()
    assert card not in html
    assert "карточки с таким именем" not in html


def test_answers_of_long_ago_leave_the_start_page(world):
    row = left(world)
    reject_mismatch(row, world.office, "Учится")
    assert answered_since(world.curator, world.today).count() == 1
    assert not answered_since(world.curator, world.today + DAY).exists()
    assert count_new(world.office) == 0


def test_the_list_takes_as_many_queries_for_thirty_reports_as_for_one(world, client_of):
    client = client_of(world.office)
    left(world)

    def queries() -> int:
        client.get(LISTED)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(LISTED).status_code == 200
        return len(caught)

    few = queries()
    for number in range(29):
        student = cast.person(Student, ("Петров", "Пётр", str(number)))
        Mismatch.objects.create(
            group=world.group,
            kind="left",
            student=student,
            reported_by=world.curator,
            order=Order.objects.create(number=str(number)),
        )
    assert (few, queries()) == (8, 8)
