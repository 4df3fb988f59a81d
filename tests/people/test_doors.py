"""Every door is closed by default; idle staff are locked out; administration proves itself."""

import time

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.urls import URLResolver, get_resolver
from django.utils.regex_helper import normalize

from journal.domain.people import must_use_mfa
from tests.cast import PASSWORD
from tests.people.test_sign_in import LOGIN, change, sign_in, signed_in

pytestmark = pytest.mark.on_postgresql(
    "test_administration_must_set_up_a_second_factor",
    "test_with_a_second_factor_the_password_alone_is_not_enough",
)

FETCH = {"x-requested-with": "fetch"}
# Sign-in, reset, one-time code, health; all that a stranger may see.
OPEN = {
    "account/login/",
    "account/code/",
    "account/password/reset/",
    "account/password/reset/sent/",
    "account/password/reset/done/",
    "account/password/reset/1-1/",
    "health/",
}
# Those that lead there: the admin's own sign-in does nothing but that.
DOORS = (LOGIN, "/admin/login/", "/account/code/")


def routes(resolver=None, before=""):
    """Every address of the project, 1 in place of whatever varies."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = before + _sample(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, here)
        else:
            yield here


def _sample(pattern) -> str:
    text, names = normalize(pattern.regex.pattern)[0]
    return text % dict.fromkeys(names, "1")


def test_every_address_is_closed_to_strangers_but_those_of_sign_in(client, world):
    asked, open_, wrong = 0, set(), {}
    for route in routes():
        for method in (client.get, client.post):
            asked += 1
            response = method(f"/{route}")
            to_sign_in = response.status_code == 302 and response.url.startswith(DOORS)
            if route in OPEN:
                open_.add(route)
            elif not to_sign_in and response.status_code not in (404, 405):
                wrong[route] = response.status_code
    assert wrong == {}
    assert open_ == OPEN
    assert asked > 100


@pytest.mark.parametrize(
    "path",
    [
        "/media/x.pdf",
        "/static/../config/settings.py",
        "/.git/config",
        "/backup/",
        "/db.sqlite3",
        "/account/signup/",
        "/account/email/",
        "/account/social/login/",
    ],
)
def test_nothing_else_is_served(client, db, path):
    assert client.get(path).status_code == 404


def test_no_page_before_sign_in_names_a_version(client, db):
    response = client.get(LOGIN)
    text = response.content.decode() + str(response.headers)
    for word in ("Django", "allauth", "Unfold", "Python"):
        assert word not in text


@pytest.mark.parametrize("path", [LOGIN, "/account/code/", "/account/password/reset/"])
def test_the_strict_policy_of_content_holds_and_nothing_is_inline(client, db, path):
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy
    page = response.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=") == 1


# One door


def test_the_admin_has_no_sign_in_of_its_own(client, world):
    assert (
        client.get("/admin/login/?next=/admin/x/").url
        == f"{LOGIN}?next=%2Fadmin%2Fx%2F"
    )
    data = {"username": "teacher", "password": PASSWORD}
    assert client.post("/admin/login/", data).url.startswith(LOGIN)
    assert not signed_in(client)


def test_the_admins_sign_out_is_the_one_of_all(client, world):
    sign_in(client, "teacher")
    assert client.post("/admin/logout/").url == LOGIN
    assert not signed_in(client)


def test_a_link_does_not_sign_out(client, world):
    sign_in(client, "teacher")
    assert "Выйти из журнала?" in client.get("/account/logout/").content.decode()
    assert signed_in(client)


# A script that asks


def test_a_script_without_a_session_is_told_so_as_json(client, world):
    response = client.post("/admin/", {"a": 1}, headers=FETCH)
    assert response.status_code == 401
    assert response.json()["login"] == LOGIN
    assert "Войдите снова" in response.json()["error"]


def test_a_script_is_told_as_well_that_the_password_must_be_changed(client, world):
    world.teacher.must_change_password = True
    world.teacher.save()
    sign_in(client, "teacher")
    response = client.get("/account/", headers=FETCH)
    assert (response.status_code, response.json()["login"]) == (
        401,
        "/account/password/change/",
    )


# The idle lock


def later(minutes: float):
    return time_machine.travel(time.time() + minutes * 60)


def test_staff_who_did_nothing_for_an_hour_sign_in_again(client, world):
    sign_in(client, "teacher")
    with later(61):
        response = client.get("/account/sessions/?a=1", follow=True)
        assert response.redirect_chain == [
            (f"{LOGIN}?next=/account/sessions/%3Fa%3D1", 302)
        ]
        assert "не работали больше 60 мин" in response.content.decode()
        assert not signed_in(client)


def test_staff_at_work_are_not_locked_out(client, world):
    sign_in(client, "teacher")
    for minutes in (30, 80, 130):
        with later(minutes):
            assert signed_in(client)


def test_a_script_of_idle_staff_gets_401(client, world):
    sign_in(client, "teacher")
    with later(61):
        assert client.post("/account/", headers=FETCH).status_code == 401


def test_who_drops_the_mark_of_the_last_request_is_locked_out(client, world):
    sign_in(client, "teacher")
    del client.cookies["seen"]
    assert not signed_in(client)


def test_the_mark_of_another_does_not_help(client, world):
    from django.test import Client

    other = Client()
    sign_in(client, "teacher")
    with later(61):
        sign_in(other, "curator")
        client.cookies["seen"] = other.cookies["seen"].value
        assert not signed_in(client)


def test_families_are_not_locked_out(client, world):
    sign_in(client, "parent")
    with later(120):
        assert signed_in(client)


def test_the_idle_lock_may_be_switched_off(client, world, settings):
    settings.IDLE_MINUTES = 0
    sign_in(client, "teacher")
    with later(300):
        assert signed_in(client)


def test_the_idle_lock_writes_nothing(client, world, django_assert_num_queries):
    sign_in(client, "teacher")
    client.get("/account/logout/")
    with later(5), django_assert_num_queries(3):  # session, person, institution
        client.get("/account/logout/")


# The second factor


@pytest.fixture
def strict(settings):
    settings.MFA_FOR_STAFF = True


def current_code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def test_administration_must_set_up_a_second_factor(client, world, strict):
    sign_in(client, world.office.username)
    for path in ("/", "/admin/", "/account/", "/account/2fa/"):
        assert client.get(path).url == "/account/2fa/totp/activate/"
    page = client.get("/account/2fa/totp/activate/")
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    response = client.post(
        "/account/2fa/totp/activate/", {"code": current_code(secret)}
    )
    assert response.url == "/account/2fa/recovery-codes/"
    codes = client.get(response.url).context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/").url == "/admin/"


@pytest.fixture
def protected(world) -> str:
    secret = "JBSWY3DPEHPK3PXP"
    totp.TOTP.activate(world.office, secret)
    return secret


def test_with_a_second_factor_the_password_alone_is_not_enough(
    client, world, strict, protected
):
    assert sign_in(client, world.office.username).url == "/account/2fa/authenticate/"
    assert not signed_in(client)
    before = client.cookies["sessionid"].value
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "Код не подходит" in wrong.content.decode()
    client.post("/account/2fa/authenticate/", {"code": current_code(protected)})
    assert client.get("/").url == "/admin/"
    assert client.cookies["sessionid"].value != before


def test_guessing_the_second_factor_is_limited(client, world, strict, protected):
    sign_in(client, world.office.username)
    for _ in range(6):
        page = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "Слишком много" in page.content.decode()
    client.post("/account/2fa/authenticate/", {"code": current_code(protected)})
    assert not signed_in(client)


def test_a_session_from_before_the_second_factor_has_to_sign_in_again(
    client, world, strict
):
    sign_in(client, world.office.username)
    totp.TOTP.activate(world.office, "JBSWY3DPEHPK3PXP")
    assert client.get("/").url == LOGIN
    assert not signed_in(client)


def test_teachers_and_families_are_not_asked_for_a_second_factor(world, strict):
    asked = {name for name, user in world.people.items() if must_use_mfa(user)}
    assert asked == {"office", "director", "deputy", "deputy_upr", "deputy_uvr"}


def test_a_checkout_asks_nobody_for_a_second_factor(world, settings):
    assert settings.MFA_FOR_STAFF is False
    assert not must_use_mfa(world.office)


def test_a_one_time_code_does_not_go_round_the_second_factor(client, world, protected):
    from journal.domain.people import issue_code
    from tests.people.test_codes import choose, enter

    enter(client, world.office.username, issue_code(world.office, None))
    assert choose(client).url == "/account/2fa/authenticate/"
    assert not signed_in(client)


def test_a_changed_password_is_asked_for_the_old_one(client, world):
    sign_in(client, "teacher")
    page = change(client, "не тот", "пять синих облаков").content.decode()
    assert "Текущий пароль введён неверно" in page


# What is said when a page cannot be shown


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/nonsense/", 404, "Такой страницы нет"), ("/admin/", 403, "Доступа нет")],
)
def test_refusals_are_russian_and_in_the_products_look(
    client, world, path, status, words
):
    sign_in(client, "student")
    response = client.get(path, follow=True)
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "Колледж связи" in page


def test_a_broken_page_says_so_without_asking_the_database(
    client, world, monkeypatch, django_assert_num_queries
):
    def broken(*args):
        raise ZeroDivisionError

    sign_in(client, "student")
    monkeypatch.setattr("journal.pages.start.account_of", broken)
    client.raise_request_exception = False
    with django_assert_num_queries(2):  # session and person, before it broke
        response = client.get("/")
    assert response.status_code == 500
    assert "Что-то сломалось" in response.content.decode()
