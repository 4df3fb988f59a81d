"""Sign-in: one door, the same answer to everybody, limits that lock no owner out."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.urls import reverse

from journal.domain.people import give_role
from journal.models import Employee
from tests.cast import PASSWORD

pytestmark = pytest.mark.on_postgresql(
    "test_the_right_password_of_a_closed_account_is_wrong_too",
    "test_a_closed_account_is_out_at_the_next_request",
    "test_a_device_is_known_for_its_own_account_alone",
    "test_too_many_resets_get_the_russian_page",
    "test_reset_does_not_revive_a_closed_account",
)

LOGIN = "/account/login/"
WRONG = "Логин или пароль не подходят"
LONG = "пять синих облаков"


def sign_in(client, username, password=PASSWORD, **more):
    headers = more.pop("headers", {})
    data = {"login": username, "password": password, **more}
    return client.post(LOGIN, data, headers=headers)


def signed_in(client) -> bool:
    return client.get("/account/").status_code == 200


# Where it leads


def test_sign_in_names_the_institution_and_the_other_ways_in(client, world):
    page = client.get(LOGIN).content.decode()
    assert "Колледж связи и экономики" in page
    assert 'href="/account/password/reset/"' in page
    assert 'href="/account/code/"' in page


@pytest.mark.parametrize("who", ["teacher", "office", "curator"])
def test_staff_land_in_the_admin(client, world, who):
    response = sign_in(client, world.people[who].username)
    assert response.url == "/"
    assert client.get("/").url == "/admin/"


@pytest.mark.parametrize("who", ["student", "parent", "trustee"])
def test_families_and_students_land_in_the_diary(client, world, who):
    sign_in(client, who)
    assert client.get("/").url == reverse("diary:week")


def test_a_person_without_a_role_is_told_what_to_do(client, world):
    sign_in(client, "nobody")
    page = client.get("/").content.decode()
    assert "сообщите логин тому, кто его выдал" in page
    assert "nobody" in page


def test_an_employee_who_is_a_parent_too_reaches_both(client, world):
    parent = world.parent
    give_role(parent, "teacher")
    Employee.objects.create(last_name="Абрамова", first_name="Елена", user=parent)
    sign_in(client, "parent")
    assert client.get("/").url == "/admin/"
    page = client.get("/account/").content.decode()
    assert f'href="{reverse("diary:week")}"' in page
    assert 'href="/admin/"' in page
    assert "Абрамова Е." in page


def test_a_parent_sees_no_way_into_the_admin(client, world):
    sign_in(client, "parent")
    assert "/admin/" not in client.get("/account/").content.decode()
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    "next_",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\x"],
)
def test_next_stays_on_the_site(client, world, next_):
    assert sign_in(client, "teacher", next=next_).url == "/"


def test_next_on_the_site_is_followed(client, world):
    asked = client.get("/account/sessions/")
    assert asked.url == f"{LOGIN}?next=/account/sessions/"
    assert sign_in(client, "teacher", next="/account/sessions/").url.endswith(
        "/account/sessions/"
    )


# The same answer to everybody


def test_unknown_inactive_and_known_are_answered_alike(client, world):
    world.curator.is_active = False
    world.curator.save()
    answers = {
        sign_in(client, username, "не тот").content.decode().replace(username, "X")
        for username in ("teacher", "curator", "no-such-login")
    }
    answers = {re.sub(r'value="\w{64}"', "", answer) for answer in answers}
    assert len(answers) == 1
    assert WRONG in answers.pop()


def test_the_right_password_of_a_closed_account_is_wrong_too(client, world):
    world.teacher.is_active = False
    world.teacher.save()
    assert WRONG in sign_in(client, "teacher").content.decode()
    assert not signed_in(client)


def test_a_closed_account_is_out_at_the_next_request(client, world):
    sign_in(client, "teacher")
    world.teacher.is_active = False
    world.teacher.save()
    assert client.get("/account/").status_code == 302


def test_the_session_has_a_new_key_after_sign_in(client, world):
    client.get(LOGIN)
    client.cookies["sessionid"] = "a" * 32
    sign_in(client, "teacher")
    assert client.cookies["sessionid"].value != "a" * 32


def test_a_foreign_form_is_refused_in_russian(world):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    response = sign_in(client, "teacher")
    assert response.status_code == 403
    assert "Страница устарела" in response.content.decode()


# Limits


def test_after_five_wrong_passwords_even_the_right_one_waits(client, world, caplog):
    for _ in range(5):
        assert sign_in(client, "teacher", "не тот").status_code == 200
    response = sign_in(client, "teacher")
    assert response.status_code == 429
    assert "Подождите 15 минут" in response.content.decode()
    assert not signed_in(client)
    assert "login='teacher'" in caplog.text
    assert "не тот" not in caplog.text


def test_a_stranger_locks_out_neither_the_owner_nor_the_owners_device(
    client, world, client_of
):
    from django.test import Client

    sign_in(client, "teacher")
    client.post("/account/logout/")
    for octet in range(5):  # 25 tries from five addresses
        stranger = Client(REMOTE_ADDR=f"198.51.100.{octet}")
        for _ in range(5):
            sign_in(stranger, "teacher", "не тот")
    assert sign_in(stranger, "teacher").status_code == 429
    newcomer = Client(REMOTE_ADDR="203.0.113.7")
    assert sign_in(newcomer, "teacher").status_code == 429
    sign_in(client, "teacher")
    assert signed_in(client)


def test_a_device_is_known_for_its_own_account_alone(client, world):
    sign_in(client, "teacher")
    client.post("/account/logout/")
    for _ in range(5):
        sign_in(client, "curator", "не тот")
    assert sign_in(client, "curator").status_code == 429


def test_one_password_for_five_hundred_logins_is_stopped_by_the_address(client, world):
    answers = [
        sign_in(client, f"student{number}", "qwerty").status_code
        for number in range(120)
    ]
    assert answers[:100] == [200] * 100
    assert set(answers[100:]) == {429}


def test_too_many_resets_get_the_russian_page(client, world):
    url = "/account/password/reset/"
    for _ in range(3):
        assert client.post(url, {"email": "a@example.org"}).status_code == 302
    response = client.post(url, {"email": "a@example.org"})
    assert response.status_code == 429
    assert "Слишком много запросов" in response.content.decode()


# A forgotten password


@pytest.fixture
def addressed(world):
    employee = world.teacher.employee
    employee.email = "Teacher@example.org"
    employee.save()
    return world.teacher


def reset_link() -> str:
    (letter,) = mail.outbox
    return re.search(r"https?://\S+", letter.body).group()


def test_a_forgotten_password_is_chosen_anew_by_mail(client, addressed):
    client.post("/account/password/reset/", {"email": "teacher@example.org"})
    link = urlsplit(reset_link()).path
    form = client.get(link).url
    assert "Придумайте пароль" in client.get(form).content.decode()
    response = client.post(form, {"password1": LONG, "password2": LONG}, follow=True)
    assert "Войдите с новым паролем" in response.content.decode()
    sign_in(client, "teacher", LONG)
    assert signed_in(client)
    again = client.get(link).content.decode()
    assert "Ссылка не действует" in again


def test_the_letter_is_russian_and_names_the_login(client, addressed):
    client.post("/account/password/reset/", {"email": "teacher@example.org"})
    (letter,) = mail.outbox
    assert letter.subject == "Новый пароль для электронного журнала"
    assert "учётной записи teacher" in letter.body
    words = re.sub(r"https?://\S+|teacher", "", letter.body)
    assert not re.search("[A-Za-z]", words)


def test_reset_answers_alike_whoever_is_asked_about(client, addressed):
    pages = []
    for email in ("teacher@example.org", "unknown@example.org"):
        response = client.post("/account/password/reset/", {"email": email})
        assert response.status_code == 302
        pages.append(client.get(response.url).content)
    assert pages[0] == pages[1]
    assert len(mail.outbox) == 2
    assert "действующей учётной записи" in mail.outbox[1].body


def test_reset_does_not_revive_a_closed_account(client, addressed):
    addressed.is_active = False
    addressed.save()
    client.post("/account/password/reset/", {"email": "teacher@example.org"})
    assert "/account/password/reset/" not in mail.outbox[0].body


def test_a_mail_server_that_is_down_changes_no_answer(client, addressed, monkeypatch):
    def refused(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refused)
    response = client.post("/account/password/reset/", {"email": "teacher@example.org"})
    assert response.url == "/account/password/reset/sent/"


def test_the_link_of_a_reset_names_no_foreign_host(client, addressed):
    url, data = "/account/password/reset/", {"email": "teacher@example.org"}
    assert client.post(url, data, headers={"host": "evil.example"}).status_code == 400
    client.post(url, data, headers={"x-forwarded-host": "evil.example"})
    assert urlsplit(reset_link()).hostname == "testserver"


def test_wrong_tries_are_forgiven_to_who_chose_a_new_password(client, addressed):
    for _ in range(6):
        sign_in(client, "teacher", "не тот")
    client.post("/account/password/reset/", {"email": "teacher@example.org"})
    form = client.get(urlsplit(reset_link()).path).url
    client.post(form, {"password1": LONG, "password2": LONG})
    sign_in(client, "teacher", LONG)
    assert signed_in(client)


# Passwords


def change(client, old, new):
    data = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/account/password/change/", data)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(client, world):
    from django.test import Client

    other = Client()
    sign_in(other, "teacher")
    sign_in(client, "teacher")
    assert change(client, PASSWORD, LONG).url == "/"
    assert signed_in(client)
    assert not signed_in(other)


@pytest.mark.parametrize(
    ("who", "password", "reason"),
    [
        ("teacher", "семь слов", "не меньше 12 знаков"),
        ("student", "восемь", "не меньше 8 знаков"),
        ("student", "Пароль-12345", "подбирают первым"),
        ("student", "gfhjkm123", "подбирают первым"),
        ("student", "11111111111", "подбирают первым"),
        ("teacher", "2026-10-14-2026", "подбирают первым"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(client, world, who, password, reason):
    sign_in(client, who)
    assert reason in change(client, PASSWORD, password).content.decode()


def test_a_given_password_is_changed_before_anything_else(client, world):
    world.teacher.must_change_password = True
    world.teacher.save()
    sign_in(client, "teacher")
    for path in ("/", "/admin/", "/account/", "/account/sessions/"):
        assert client.get(path).url == "/account/password/change/"
    page = client.get("/account/password/change/").content.decode()
    assert "Придумайте свой" in page
    change(client, PASSWORD, LONG)
    assert signed_in(client)
    world.teacher.refresh_from_db()
    assert world.teacher.must_change_password is False


# Sessions


def test_a_person_sees_the_open_sessions_and_ends_the_others(client, world):
    from django.test import Client

    other = Client(REMOTE_ADDR="198.51.100.9")
    sign_in(other, "teacher")
    sign_in(client, "teacher")
    page = client.get("/account/sessions/").content.decode()
    assert "198.51.100.9" in page
    assert page.count("этот сеанс") == 1
    client.post("/account/sessions/")
    assert signed_in(client)
    assert not signed_in(other)


def test_only_families_may_stay_signed_in(client, world):
    sign_in(client, "student", remember="on")
    assert client.cookies["sessionid"]["max-age"] > 14 * 86400
    client.logout()
    sign_in(client, "teacher", remember="on")
    assert client.cookies["sessionid"]["max-age"] == ""


def test_nothing_that_a_person_saw_is_kept_by_the_browser(client, world):
    sign_in(client, "teacher")
    assert "no-store" in client.get("/account/")["Cache-Control"]


def test_next_of_sign_in_carries_the_whole_address(client, world):
    asked = client.get("/account/?a=1&b=2")
    assert parse_qs(urlsplit(asked.url).query)["next"] == ["/account/?a=1&b=2"]
