"""Accounts open and close with the orders (E 3.1, U 3.1, K 4.2.10, K 4.2.13)."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from journal.domain.people import (
    close_from,
    end_sessions,
    issue_code,
    may_issue_code,
    redeem_code,
    still_studying,
)
from journal.models import Membership, Order, OrderLine, User
from tests import cast
from tests.people.test_codes import choose, enter
from tests.people.test_sign_in import LOGIN, LONG, sign_in, signed_in

FETCH = {"x-requested-with": "fetch"}


def on(world, offset: int):
    day = cast.day(world, offset)
    return time_machine.travel(datetime.datetime.combine(day, datetime.time(9)))


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


# Sessions, doors, codes


@pytest.mark.parametrize(
    ("name", "address"),
    [("teacher", "/admin/"), ("parent", "/diary/"), ("student", "/account/")],
)
def test_an_open_session_is_dead_at_the_next_request(client, world, name, address):
    user = world.people[name]
    sign_in(client, name)
    assert client.get(address).status_code == 200
    close_from(user, world.today, "Приказ № 7")
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url.startswith((LOGIN, "/admin/login/"))
    sign_in(client, name)
    assert not signed_in(client)


def test_a_dismissed_teacher_saves_no_cell_any_more(client, world):
    sign_in(client, "teacher")
    close_from(world.teacher, world.today)
    answer = client.post(
        reverse("admin:journal_cells"),
        {"changes": []},
        content_type="application/json",
        headers=FETCH,
    )
    assert answer.status_code == 401
    assert answer.json()["login"] == LOGIN


def test_a_session_dies_on_the_day_of_an_order_signed_ahead(client, world):
    user = world.teacher
    close_from(user, cast.day(world, 2))
    with on(world, 1):
        sign_in(client, "teacher")
        assert signed_in(client)
    with on(world, 2):
        assert not signed_in(client)
    close_from(fresh(user), None)
    assert fresh(user).is_open()


def test_sessions_end_at_once_and_only_those_of_the_account(client, world):
    other = Client()
    sign_in(client, "teacher")
    sign_in(other, "curator")
    close_from(world.teacher, world.today)
    assert end_sessions(world.teacher) == 0
    assert signed_in(other)


def test_a_code_of_a_closed_account_does_not_work(client, world):
    code = issue_code(world.student, None)
    close_from(world.student, world.today)
    assert redeem_code("student", code) is None
    close_from(world.student, None)
    assert redeem_code("student", code) is None  # it died with the account
    assert redeem_code("student", issue_code(world.student, None)) == world.student


def test_a_code_shown_before_the_closing_sets_no_password(client, world):
    enter(client, "student", issue_code(world.student, None))
    close_from(world.student, world.today)
    assert choose(client).url == "/account/code/"
    assert not signed_in(client)
    assert not fresh(world.student).check_password(LONG)


def test_nobody_hands_out_a_code_for_a_closed_account(world):
    close_from(world.student, world.today)
    assert not may_issue_code(world.curator, fresh(world.student))
    close_from(world.student, cast.day(world, 1))
    assert may_issue_code(world.curator, fresh(world.student))


def test_mail_does_not_revive_a_closed_account(client, world):
    user = world.teacher
    user.email = "zhdanov@example.com"
    user.save()
    close_from(user, world.today)
    client.post("/account/password/reset/", {"email": user.email})
    assert "account/password/reset/" not in mail.outbox[0].body


def test_a_link_mailed_before_does_not_open_a_closed_account(client, world):
    user = world.teacher
    user.email = "zhdanov@example.com"
    user.save()
    client.post("/account/password/reset/", {"email": user.email})
    link = next(word for word in mail.outbox[0].body.split() if "/reset/" in word)
    close_from(user, world.today)
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": LONG, "password2": LONG})
    sign_in(client, "teacher", LONG)
    assert not signed_in(client)


def opens(user, day):
    user.valid_from, user.valid_until = day, None
    user.save()


def test_a_new_employee_enters_from_the_day_of_the_order(client, world):
    opens(world.teacher, cast.day(world, 3))
    sign_in(client, "teacher")
    assert not signed_in(client)
    with on(world, 3):
        sign_in(client, "teacher")
        assert signed_in(client)


def test_who_is_hired_again_enters_again(world):
    close_from(world.teacher, cast.day(world, -5))
    opens(world.teacher, world.today)
    assert fresh(world.teacher).is_open()
    assert fresh(world.teacher).valid_until is None


def test_a_dismissal_before_the_first_day_closes_all_the_same(world):
    opens(world.teacher, cast.day(world, 10))
    close_from(world.teacher, cast.day(world, 4))
    user = fresh(world.teacher)
    assert user.valid_from == user.valid_until == cast.day(world, 4)


def test_the_history_keeps_who_closed_an_account_and_by_which_order(world):
    close_from(world.teacher, world.today, "Приказ № 12 от 14.10.2026, увольнение")
    kept = world.teacher.history.latest("history_id")
    assert kept.valid_until == world.today
    assert kept.history_change_reason == "Приказ № 12 от 14.10.2026, увольнение"


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_list_of_open_accounts_agrees_with_the_account(world, offset):
    close_from(world.teacher, cast.day(world, offset))
    opens(world.curator, cast.day(world, offset))
    listed = set(User.objects.open_on(world.today))
    assert listed == {one for one in User.objects.all() if one.is_open()}


# Families


def test_who_is_on_academic_leave_still_studies(world):
    seat = Membership.objects.get(student=world.sister)
    seat.end = cast.day(world, -1)
    seat.save()
    order = Order.objects.create(
        number="3", kind="leave", effective_on=cast.day(world, -1), state="done",
        sequence=1,
    )  # fmt: skip
    OrderLine.objects.create(order=order, student=world.sister)
    assert world.sister in still_studying(world.today)
    order = Order.objects.create(
        number="4", kind="expel", effective_on=world.today, state="done", sequence=2
    )
    OrderLine.objects.create(order=order, student=world.sister)
    assert world.sister not in still_studying(world.today)


# The page of the account, and the card


def test_a_dismissal_written_into_the_card_closes_the_account(world, client_of):
    teacher = Client()
    sign_in(teacher, "teacher")
    at = reverse("admin:journal_employee_change", args=[world.teacher.employee.pk])
    client = client_of(world.hr)
    fields = {
        name: value
        for name, value in client.get(at).context["adminform"].form.initial.items()
        if isinstance(value, str | int) and name != "user"
    }
    client.post(at, {**fields, "dismissed_on": "2026-10-14", "_save": ""})
    assert fresh(world.teacher).valid_until == world.today
    assert not signed_in(teacher)
    client.post(at, {**fields, "dismissed_on": "", "_save": ""})
    assert fresh(world.teacher).is_open()


def test_the_account_shows_its_days_and_the_list_finds_the_closed(world, client_of):
    close_from(world.teacher, world.today)
    client = client_of(world.office)
    at = reverse("admin:journal_user_change", args=[world.teacher.pk])
    page = client.get(at).content.decode()
    assert 'name="valid_from"' in page
    assert 'name="valid_until"' in page
    listed = reverse("admin:journal_user_changelist")
    page = client.get(listed, {"state": "closed"}).content.decode()
    assert "закрыт приказом с 14.10.2026" in page
    assert ">teacher</code>" in page
    assert ">curator</code>" not in page
