"""One-time codes: whoever issued the account hands out a way in, once."""

import datetime

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client

from journal.domain.people import (
    CODE_TRIES,
    PasswordPolicy,
    code_as_typed,
    issue_code,
    redeem_code,
)
from journal.domain.people.codes import CodeHasher
from journal.models import AccessCode
from tests.people.test_sign_in import LONG, sign_in, signed_in

pytestmark = pytest.mark.on_postgresql(
    "test_a_code_opens_the_choice_of_a_password_and_signs_in"
)

REFUSED = "Логин или код не подходят"


def enter(client, username, code):
    return client.post("/account/code/", {"username": username, "code": code})


def choose(client, password=LONG):
    data = {"password1": password, "password2": password}
    return client.post("/account/code/password/", data)


@pytest.fixture
def code(world) -> str:
    return issue_code(world.student, by=world.curator)


# The way in


def test_a_code_opens_the_choice_of_a_password_and_signs_in(client, world, code):
    assert enter(client, "student", code).url == "/account/code/password/"
    assert not signed_in(client)
    page = client.get("/account/code/password/").content.decode()
    assert "<code>student</code>" in page
    before = client.cookies["sessionid"].value
    assert choose(client).url == "/"
    assert signed_in(client)
    assert client.cookies["sessionid"].value != before
    client.post("/account/logout/")
    sign_in(client, "student", LONG)
    assert signed_in(client)


def test_a_code_works_once(client, world, code):
    enter(client, "student", code)
    choose(client)
    assert REFUSED in enter(Client(), "student", code).content.decode()
    assert AccessCode.objects.get().used_at is not None


def test_the_password_page_is_closed_without_a_code(client, world):
    assert client.get("/account/code/password/").url == "/account/code/"
    assert choose(client).url == "/account/code/"


def test_the_password_page_closes_a_quarter_of_an_hour_after_the_code(
    client, world, code
):
    enter(client, "student", code)
    with time_machine.travel(datetime.datetime.now() + datetime.timedelta(minutes=16)):
        assert choose(client).url == "/account/code/"


def test_a_code_closes_the_sessions_that_knew_the_old_password(client, world, code):
    thief = Client()
    sign_in(thief, "student")
    enter(client, "student", code)
    choose(client)
    assert not signed_in(thief)


def test_a_weak_password_is_refused_and_the_way_stays_open(client, world, code):
    enter(client, "student", code)
    assert "подбирают первым" in choose(client, "12345678").content.decode()
    assert choose(client).url == "/"


def test_a_code_lifts_the_forced_change(client, world, code):
    world.student.must_change_password = True
    world.student.save()
    enter(client, "student", code)
    choose(client)
    assert signed_in(client)


def test_a_code_is_read_as_people_type_it(world, code):
    spelled = f" {code[:5].upper()}-{code[5:]} "
    assert redeem_code("student", spelled) == world.student


def test_russian_letters_that_look_alike_are_read():
    assert code_as_typed("АСЕР-КХУ 234") == "acepkxy234"


# Wrong codes


def test_five_wrong_tries_kill_a_code(client, world, code):
    for number in range(CODE_TRIES):
        assert AccessCode.objects.get().tries == number
        assert REFUSED in enter(client, "student", "neverright").content.decode()
    assert REFUSED in enter(client, "student", code).content.decode()
    assert AccessCode.objects.get().used_at is None


def test_unknown_inactive_codeless_and_wrong_are_answered_alike(client, world, code):
    world.stranger.is_active = False
    world.stranger.save()
    issue_code(world.stranger, None)
    pages = set()
    for username in ("student", "stranger", "teacher", "no-such-login"):
        page = enter(Client(), username, "neverright").content.decode()
        start = page.index('role="alert"')
        pages.add(page[start : page.index("</form>")].replace(username, "X"))
    assert len(pages) == 1


def test_the_check_of_a_code_takes_one_hash_whoever_is_asked_about(
    world, code, monkeypatch
):
    prices = []
    encode = CodeHasher.encode

    def counted(self, password, salt, iterations=None):
        prices.append(iterations or self.iterations)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(CodeHasher, "encode", counted)
    for username in ("student", "teacher", "no-such-login"):
        assert redeem_code(username, "neverright") is None
    assert prices == [CodeHasher.iterations] * 3


def test_a_code_kept_as_passwords_are_still_opens(world, code):
    kept = AccessCode.objects.get()
    kept.code_hash = make_password(code)
    kept.save()
    assert redeem_code("student", "neverright") is None
    assert redeem_code("student", code) == world.student


def test_codes_cannot_be_tried_without_end(client, world):
    answers = [
        enter(client, "student", f"wrong{number}").status_code for number in range(11)
    ]
    assert answers == [200] * 10 + [429]


def test_a_class_may_enter_by_codes_from_one_address(client, world):
    for _ in range(12):
        issued = issue_code(world.student, None)
        assert enter(Client(), "student", issued).status_code == 302


# The code itself


def test_a_code_dies_after_a_week(world, code):
    late = datetime.datetime.now() + datetime.timedelta(days=7, minutes=1)
    with time_machine.travel(late):
        assert redeem_code("student", code) is None


def test_a_new_code_kills_the_earlier_one(world, code):
    newer = issue_code(world.student, None)
    assert redeem_code("student", code) is None
    assert redeem_code("student", newer) == world.student


def test_a_code_of_another_does_not_fit(world, code):
    assert redeem_code("stranger", code) is None


def test_a_code_is_kept_as_a_hash_and_differs_each_time(world, code):
    kept = AccessCode.objects.get()
    assert code not in kept.code_hash
    assert kept.issued_by == world.curator
    assert len({issue_code(world.student, None) for _ in range(20)}) == 20


def test_the_policy_speaks_of_both_lengths():
    assert PasswordPolicy().get_help_text() == (
        "Не короче 8 знаков, у сотрудников не короче 12."
    )
