"""Before anything else everybody confirms, once (K 3.6, K 5.2.9, S 3.2)."""

import pytest

from journal.domain.people import issue_code
from journal.models import User
from tests.people.test_codes import choose, enter
from tests.people.test_sign_in import sign_in, signed_in

pytestmark = pytest.mark.on_postgresql(
    "test_every_page_leads_to_the_confirmation_until_it_is_given",
)

PAGE = "/account/acknowledge/"
STAFF_ONLY = "Неразглашение персональных данных"
ALL = "Реквизиты доступа"


@pytest.fixture
def newcomer(world):
    """`newcomer(name)`: a person of the cast who has not confirmed anything yet."""

    def fresh(name) -> User:
        user = world.people[name]
        user.acknowledged_at = None
        user.save()
        return user

    return fresh


@pytest.mark.parametrize("name", ["teacher", "student", "parent", "trustee", "nobody"])
def test_every_page_leads_to_the_confirmation_until_it_is_given(client, newcomer, name):
    user = newcomer(name)
    sign_in(client, name)
    for path in ("/", "/admin/", "/diary/", "/account/", "/account/sessions/"):
        assert client.get(path).url == PAGE
    answer = client.post("/diary/", {"a": 1}, headers={"x-requested-with": "fetch"})
    assert (answer.status_code, answer.json()["login"]) == (401, PAGE)
    page = client.get(PAGE).content.decode()
    assert ALL in page
    assert (STAFF_ONLY in page) == user.is_staff
    assert client.post(PAGE).url == "/"
    assert signed_in(client)


def test_what_was_confirmed_is_kept_and_shown(client, newcomer, world):
    newcomer("teacher")
    sign_in(client, "teacher")
    client.post(PAGE)
    user = User.objects.get(username="teacher")
    kept = user.history.latest("history_id")
    assert kept.acknowledged_at == user.acknowledged_at
    assert kept.history_user == user
    assert kept.history_change_reason == "Обязательства при первом входе приняты"
    client.post(PAGE)
    assert User.objects.get(pk=user.pk).acknowledged_at == user.acknowledged_at
    page = client.get(PAGE).content.decode()
    assert "Подтверждено 14.10.2026" in page
    assert f'href="{PAGE}"' in client.get("/account/").content.decode()


def test_looking_at_the_page_confirms_nothing(client, newcomer):
    newcomer("parent")
    sign_in(client, "parent")
    client.get(PAGE)
    assert client.get("/").url == PAGE


def test_who_does_not_agree_may_leave(client, newcomer):
    newcomer("parent")
    sign_in(client, "parent")
    assert client.post("/account/logout/").status_code == 302
    assert client.get("/").url.startswith("/account/login/")


def test_the_password_and_the_second_factor_come_first(client, newcomer, settings):
    settings.MFA_FOR_STAFF = True
    user = newcomer("office")
    user.must_change_password = True
    user.save()
    sign_in(client, user.username)
    assert client.get("/").url == "/account/password/change/"
    user.must_change_password = False
    user.save()
    assert client.get("/").url == "/account/2fa/totp/activate/"


def test_a_code_leads_to_a_password_and_then_to_the_confirmation(client, newcomer):
    code = issue_code(newcomer("student"), None)
    enter(client, "student", code)
    assert choose(client).url == "/"
    assert client.get("/").url == PAGE


def test_the_institution_writes_its_own_words(client, newcomer, world):
    newcomer("teacher")
    world.institution.nondisclosure_text = ""
    world.institution.care_text = "Берегите логин <b>и пароль</b>."
    world.institution.save()
    sign_in(client, "teacher")
    page = client.get(PAGE).content.decode()
    assert "Берегите логин &lt;b&gt;и пароль&lt;/b&gt;." in page
    assert STAFF_ONLY not in page
