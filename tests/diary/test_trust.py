"""A parent entrusts the diary to somebody, and takes it back (A6, M 3)."""

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from journal.domain.people import entrust, give_role, redeem_code
from journal.models import (
    AccessCode,
    DataAccess,
    Guardian,
    Guardianship,
    Role,
    Student,
    User,
)
from tests import cast
from tests.people.test_codes import choose, enter
from tests.people.test_sign_in import sign_in, signed_in

pytestmark = pytest.mark.on_postgresql(
    "test_a_trust_is_given_used_and_taken_back",
    "test_a_trustee_with_another_ward_stays_signed_in",
    "test_a_trust_ends_by_itself",
    "test_a_trust_does_not_outlive_the_parents_own_rights",
    "test_a_relative_of_the_child_entrusts_nobody",
    "test_after_eighteen_the_parent_entrusts_no_more",
    "test_a_namesake_with_the_same_phone_is_another_person",
    "test_the_same_person_twice_and_a_sixth_are_refused",
    "test_accounts_are_not_made_without_end",
)

PAGE = "/diary/trust/"


def answers(world, **changed) -> dict:
    return {
        "act": "entrust",
        "child": world.students[0].pk,
        "last_name": "Абрамова",
        "first_name": "Раиса",
        "middle_name": "Львовна",
        "phone": "8 (900) 123-45-67",
        "until": cast.day(world, 100).isoformat(),
        **changed,
    }


def code_in(page: str) -> str:
    return re.search(r'shown-code">([a-z2-9]{10})<', page)[1]


def text_of(answer) -> str:
    return answer.content.decode()


def ties_of(user):
    return Guardianship.objects.filter(delegated_by=user.guardian).order_by("pk")


# The way of a trust


def test_a_trust_is_given_used_and_taken_back(world, client_of):
    parent = client_of(world.parent)
    page = text_of(parent.post(PAGE, answers(world)))
    tie = ties_of(world.parent).last()
    assert (tie.student, tie.relation) == (world.students[0], "trustee")
    assert (tie.start, tie.end) == (world.today, cast.day(world, 101))
    grandmother = tie.guardian
    assert (grandmother.full_name, grandmother.phone) == (
        "Абрамова Раиса Львовна",
        "+79001234567",
    )
    assert set(Role.objects.filter(user=grandmother.user)) == {
        Role.objects.get(slug="trustee")
    }
    client = Client()
    enter(client, grandmother.user.username, code_in(page))
    choose(client)
    client.post("/account/acknowledge/")
    diary = text_of(client.get("/diary/"))
    assert "Математика" in diary
    assert client.get(f"/diary/?child={world.sister.pk}").status_code == 404
    assert code_in(page) not in text_of(parent.get(PAGE))
    answer = parent.post(PAGE, {"act": "take_back", "tie": tie.pk}, follow=True)
    assert "доверие отозвано" in text_of(answer)
    assert not signed_in(client)
    sign_in(client, grandmother.user.username, "пять синих облаков")
    assert "Дневника нет" in text_of(client.get("/diary/"))


def test_a_trust_of_an_earlier_day_ends_today_and_is_kept(world, client_of):
    trustee = Client()
    sign_in(trustee, "trustee")
    (tie,) = ties_of(world.parent)
    client_of(world.parent).post(PAGE, {"act": "take_back", "tie": tie.pk})
    tie.refresh_from_db()
    assert tie.end == world.today
    kept = tie.history.latest("history_id")
    assert kept.history_user == world.parent
    assert kept.history_change_reason == "Доверие отозвано"
    assert not signed_in(trustee)


def test_a_trustee_with_another_ward_stays_signed_in(world, client_of):
    parent = client_of(world.parent)
    (tie,) = ties_of(world.parent)
    known = answers(world, child=world.sister.pk, known=tie.guardian_id)
    answer = parent.post(PAGE, known, follow=True)
    assert "вход прежний" in text_of(answer)
    assert not AccessCode.objects.exists()
    trustee = Client()
    sign_in(trustee, "trustee")
    parent.post(PAGE, {"act": "take_back", "tie": tie.pk})
    assert signed_in(trustee)
    assert trustee.get(f"/diary/?child={world.sister.pk}").status_code == 200
    assert trustee.get(f"/diary/?child={tie.student_id}").status_code == 404


def test_a_trust_ends_by_itself(world, client_of):
    (tie,) = ties_of(world.parent)
    assert tie in Guardianship.objects.in_force()
    with time_machine.travel(cast.day(world, 30)):
        assert tie not in Guardianship.objects.in_force()
        assert "Пока никому" in text_of(client_of(world.parent).get(PAGE))


def test_a_trust_does_not_outlive_the_parents_own_rights(world, client_of):
    assert "Математика" in text_of(client_of(world.trustee).get("/diary/"))
    own = Guardianship.objects.get(
        guardian=world.parent.guardian, student=world.students[0]
    )
    own.end = world.today
    own.save()
    assert "Дневника нет" in text_of(client_of(world.trustee).get("/diary/"))


def test_the_code_given_to_a_trustee_is_noted(world, client_of):
    client_of(world.parent).post(PAGE, answers(world))
    noted = DataAccess.objects.get(kind="codes")
    assert (noted.by, noted.student) == (world.parent, world.students[0])


def test_a_lost_code_is_replaced_until_the_first_sign_in(world, client_of):
    parent = client_of(world.parent)
    first = code_in(text_of(parent.post(PAGE, answers(world))))
    tie = ties_of(world.parent).last()
    again = {"act": "code", "tie": tie.pk}
    second = code_in(text_of(parent.post(PAGE, again)))
    name = tie.guardian.user.username
    assert redeem_code(name, first) is None
    assert redeem_code(name, second) == tie.guardian.user
    User.objects.filter(pk=tie.guardian.user_id).update(last_login=timezone.now())
    assert parent.post(PAGE, again).status_code == 403


# Who may not, and what may not be


@pytest.mark.parametrize(
    "name", ["trustee", "student", "stranger", "teacher", "nobody"]
)
def test_only_a_legal_representative_entrusts(world, client_of, name):
    client = client_of(world.people[name])
    before = Guardian.objects.count()
    for answer in (client.get(PAGE), client.post(PAGE, answers(world))):
        assert answer.status_code == 403
        assert "законный представитель" in text_of(answer)
    assert Guardian.objects.count() == before


@pytest.mark.parametrize("relation", ["relative", "trustee"])
def test_a_relative_of_the_child_entrusts_nobody(world, client_of, relation):
    Guardianship.objects.filter(guardian=world.parent.guardian).update(
        relation=relation
    )
    client = client_of(world.parent)
    assert "доверить дневник нельзя" in text_of(client.get(PAGE))
    assert client.post(PAGE, answers(world)).status_code == 404


def test_a_trustee_with_the_parents_role_entrusts_nobody(world, client_of):
    give_role(world.trustee, "parent")
    answer = client_of(world.trustee).post(PAGE, answers(world))
    assert answer.status_code == 404
    assert ties_of(world.trustee).count() == 0


def test_the_office_may_take_the_right_away(world, client_of):
    role = Role.objects.get(slug="parent")
    role.permissions.remove(role.permissions.get(codename="delegate_guardianship"))
    client = client_of(world.parent)
    assert client.post(PAGE, answers(world)).status_code == 403
    assert PAGE not in text_of(client.get("/diary/"))


def test_a_foreign_child_is_no_answer(world, client_of):
    answer = client_of(world.parent).post(
        PAGE, answers(world, child=world.students[1].pk)
    )
    assert answer.status_code == 400
    assert world.students[1].last_name not in text_of(answer)
    assert ties_of(world.parent).count() == 1


def test_after_eighteen_the_parent_entrusts_no_more(world, client_of):
    student = world.students[0]
    student.birth_date = timezone.localdate() - datetime.timedelta(days=18 * 366)
    student.save()
    answer = client_of(world.parent).post(PAGE, answers(world))
    assert answer.status_code == 400
    assert ties_of(world.parent).count() == 1


def other_family(world) -> User:
    """The parents of another child, who entrusted the diary to a person of theirs."""
    user = cast.account("other", "parent")
    mother = cast.person(Guardian, ("Быкова", "Ольга", "Ивановна"), user)
    Guardianship.objects.create(
        student=world.students[1],
        guardian=mother,
        relation="mother",
        start=world.year.start,
    )
    friend = Guardian(last_name="Зуев", first_name="Пётр", phone="+79005554433")
    entrust(mother, world.students[1], friend, cast.day(world, 20))
    return user


def test_another_familys_trust_is_not_seen_not_used_not_ended(world, client_of):
    other = other_family(world)
    (tie,) = ties_of(other)
    client = client_of(world.parent)
    assert "Зуев" not in text_of(client.get(PAGE))
    for act in ("take_back", "code"):
        assert client.post(PAGE, {"act": act, "tie": tie.pk}).status_code == 404
    asked = answers(world, known=tie.guardian_id)
    assert client.post(PAGE, asked).status_code == 400
    assert list(ties_of(other)) == [tie]
    assert ties_of(world.parent).count() == 1


def test_a_namesake_with_the_same_phone_is_another_person(world, client_of):
    other = other_family(world)
    theirs = ties_of(other).get().guardian
    client_of(world.parent).post(
        PAGE,
        answers(
            world, last_name="Зуев", first_name="Пётр", middle_name="",
            phone=theirs.phone,
        ),
    )  # fmt: skip
    ours = ties_of(world.parent).last().guardian
    assert ours.full_name == theirs.full_name
    assert ours.pk != theirs.pk
    assert ours.user.pk != theirs.user.pk


def test_a_trustee_of_two_families_gets_no_code_from_one(world, client_of):
    other = other_family(world)
    (theirs,) = ties_of(other)
    Guardianship.objects.create(
        student=world.students[0],
        guardian=theirs.guardian,
        relation="trustee",
        delegated_by=world.parent.guardian,
        start=world.today,
        end=cast.day(world, 9),
    )
    ours = ties_of(world.parent).last()
    client = client_of(world.parent)
    assert client.post(PAGE, {"act": "code", "tie": ours.pk}).status_code == 403
    asked = answers(world, child=world.sister.pk, known=theirs.guardian_id)
    assert client.post(PAGE, asked).status_code == 400


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"until": "2027-10-15"}, "не позже 14.10.2027"),
        ({"until": "2026-10-13"}, "не раньше сегодняшнего"),
        ({"until": "завтра"}, "дат"),
        ({"phone": "12"}, "не похож на номер"),
        ({"phone": ""}, "Заполните"),
        ({"first_name": " "}, "Заполните"),
        ({"last_name": "Я" * 81}, "80"),
        ({"child": "0"}, "вариант"),
        ({"child": "abc"}, "вариант"),
    ],
)
def test_answers_of_nonsense_are_explained(world, client_of, changed, words):
    answer = client_of(world.parent).post(PAGE, answers(world, **changed))
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert Guardian.objects.count() == 2


def test_the_same_person_twice_and_a_sixth_are_refused(world, client_of):
    client = client_of(world.parent)
    client.post(PAGE, answers(world))
    assert "уже доверен" in text_of(client.post(PAGE, answers(world)))
    for number in range(5):
        page = client.post(PAGE, answers(world, phone=f"+7 900 000-00-0{number}"))
    assert "не больше чем 5" in text_of(page)
    assert ties_of(world.parent).count() == 5


def test_accounts_are_not_made_without_end(world, client_of):
    client = client_of(world.parent)
    for number in range(25):
        page = client.post(PAGE, answers(world, phone=f"+7 900 000-00-{number:02}"))
        for tie in ties_of(world.parent).filter(start=world.today):
            client.post(PAGE, {"act": "take_back", "tie": tie.pk})
    assert "Слишком много доверенностей" in text_of(page)
    assert Guardian.objects.count() == 2 + 20


@pytest.mark.parametrize("act", ["", "x", "take_back", "code"])
@pytest.mark.parametrize("tie", ["", "0", "-1", "abc", "9" * 40, "١"])
def test_requests_of_nonsense_do_nothing(world, client_of, act, tie):
    answer = client_of(world.parent).post(PAGE, {"act": act, "tie": tie})
    assert answer.status_code == (404 if act in ("take_back", "code") else 400)
    assert ties_of(world.parent).count() == 1


# The page


def test_the_page_is_light_strict_and_one_tap_away(world, read):
    page = read(world.parent, PAGE, warm=True)
    assert page.status == 200
    for number in range(3):
        person = Guardian(
            last_name="Ким", first_name="Ян", phone=f"+7900000000{number}"
        )
        entrust(world.parent.guardian, world.students[0], person, cast.day(world, 29))
    more = read(world.parent, PAGE, warm=True)
    assert more.text.count("Отозвать: Ким") == 3
    assert page.queries == more.queries <= 12
    assert page.size < 12_000
    policy = page.response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "<script" not in page.text and " style=" not in page.text
    assert "30 октября" not in page.text and "по 12 ноября 2026" in page.text
    assert f'href="{PAGE}"' in read(world.parent, "/diary/").text
    assert PAGE not in read(world.trustee, "/diary/").text
    assert PAGE not in read(world.student, "/diary/").text


def test_the_first_day_offered_is_the_end_of_the_year(world, read):
    assert (
        f'value="{cast.day(world, 259).isoformat()}"' in read(world.parent, PAGE).text
    )


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_trust_is_given_on_a_phone_without_a_mouse(page_of, world, scheme):
    page = page_of(world.parent, width=390, height=844, color_scheme=scheme)
    page.goto("/diary/")
    page.locator(".menu summary").click()
    page.get_by_role("link", name="Доверенные лица").click()
    page.get_by_label("Фамилия").fill("Абрамова")
    page.get_by_label("Имя", exact=True).fill("Раиса")
    page.get_by_label("Телефон").fill("+7 900 123-45-67")
    page.keyboard.press("Enter")
    page.wait_for_selector(".shown-code")
    page.wait_for_load_state("load")
    assert page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    ) <= 0  # fmt: skip
    page.get_by_role("button", name="Отозвать: Абрамова Раиса").click()
    page.wait_for_selector(".note.success")
    assert Student.objects.count()
    assert not Guardianship.objects.filter(guardian__first_name="Раиса").exists()
