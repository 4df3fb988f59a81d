"""Who lets whom in: one-time codes and accounts (E 3.1, U 3.1, K 4.2.6)."""

import re

import pytest

from journal.domain.people import (
    give_role,
    may_issue_code,
    may_open_account,
    open_account,
    redeem_code,
)
from journal.models import AccessCode, Guardian, Mark, Role, Student, User
from tests import cast
from tests.admin.conftest import url

pytestmark = pytest.mark.on_postgresql(
    "test_a_code_is_shown_once_and_opens_the_account",
    "test_the_account_page_lists_codes_without_the_codes",
    "test_nobody_lets_a_blocked_account_in",
)

HEADS = {"admin", "deputy", "deputy_upr", "deputy_uvr"}


def slugs_of(user) -> set[str]:
    return set(Role.objects.filter(user=user).values_list("slug", flat=True))


# Codes


def test_a_code_is_shown_once_and_opens_the_account(college, client_of):
    client = client_of(college.office)
    at = url("code", "user", college.teacher)
    asked = client.get(at)
    assert "показывается один раз" in asked.content.decode()
    assert not AccessCode.objects.exists()
    html = client.post(at).content.decode()
    code = re.search(r"code\">(\w+)</code>", html).group(1)
    assert "teacher" in html
    again = client.get(at).content.decode()
    assert code not in again
    stored = AccessCode.objects.get()
    assert stored.issued_by == college.office
    assert code not in stored.code_hash
    assert redeem_code("teacher", code) == college.teacher


def test_asking_for_a_code_by_get_issues_none(college, client_of):
    client = client_of(college.office)
    for model, row in (
        ("user", college.teacher),
        ("employee", college.teacher.employee),
        ("student", college.rows["student"][0]),
    ):
        page = "code" if model == "user" else "let_in"
        client.get(url(page, model, row))
        client.head(url(page, model, row))
    assert not AccessCode.objects.exists()
    assert User.objects.count() == 24


def test_a_new_code_ends_the_former_one(college, client_of):
    client = client_of(college.office)
    at = url("code", "user", college.teacher)
    first, second = (
        re.search(r"code\">(\w+)</code>", client.post(at).content.decode()).group(1)
        for _ in range(2)
    )
    assert redeem_code("teacher", first) is None
    assert redeem_code("teacher", second) == college.teacher


def test_the_account_page_lists_codes_without_the_codes(college, client_of):
    client = client_of(college.office)
    client.post(url("code", "user", college.teacher))
    html = client.get(url("change", "user", college.teacher)).content.decode()
    assert "office" in html
    assert AccessCode.objects.get().code_hash not in html
    assert college.teacher.password not in html


# issuer: whose accounts of the cast the issuer may open with a code
CODES = {
    "root": "everybody",
    "office": "everybody but root",
    "director": "",
    "deputy": "curator teacher teacher2 teacher_elsewhere master",
    "deputy_upr": "",
    "dispatcher": "student stranger parent trustee",
    # The parent has a ward in the group, and so has the trustee.
    "curator": "student parent trustee",
    "teacher": "",
    "secretary": "",
    "student": "",
    "nobody": "",
}


@pytest.mark.parametrize("name", CODES)
def test_codes_are_issued_down_the_chain(college, name):
    issuer = college.people[name]
    found = {
        other
        for other, user in college.people.items()
        if may_issue_code(issuer, user) and other != "nobody"
    }
    everybody = set(college.people) - {"nobody", name}
    wanted = {
        "everybody": everybody,
        "everybody but root": everybody - {"root"},
    }.get(CODES[name], set(CODES[name].split()))
    assert found == wanted


def test_a_curator_does_not_enter_as_a_head_whose_child_is_in_the_group(college):
    assert may_issue_code(college.curator, college.parent)
    give_role(college.parent, "director")
    assert not may_issue_code(college.curator, college.parent)
    assert may_issue_code(college.office, college.parent)


def test_nobody_lets_a_blocked_account_in(college):
    college.teacher.is_active = False
    college.teacher.save()
    assert not may_issue_code(college.office, college.teacher)


# Accounts


def test_a_curator_lets_a_student_of_the_group_in(college, client_of):
    student = college.rows["student"][0]
    client = client_of(college.curator)
    html = client.post(url("let_in", "student", student)).content.decode()
    code = re.search(r"code\">(\w+)</code>", html).group(1)
    user = Student.objects.get(pk=student.pk).user
    assert user.username == "bykov.ip"
    assert user.username in html
    assert slugs_of(user) == {"student"}
    assert not user.is_staff
    assert not user.has_usable_password()
    assert redeem_code("bykov.ip", code) == user
    assert Mark.objects.visible_to(user).count() == 1


@pytest.mark.parametrize(
    ("names", "username"),
    [
        (("Щукин", "Ёся", "Юрьевич"), "shchukin.eyu"),
        (("Объедков", "Ян", ""), "obedkov.ya"),
        (("O'Neil", "Ян", ""), "oneil.ya"),
        (("李", "明", ""), "user"),
        (("Быков", "Игорь", "Петрович"), "bykov.ip2"),
    ],
)
def test_a_name_becomes_a_sign_in(college, names, username):
    open_account(college.rows["student"][0])
    assert open_account(cast.person(Student, names)).username == username


def test_a_representative_gets_the_role_that_the_ties_say(college):
    mother = college.far_parent
    assert slugs_of(open_account(mother)) == {"parent"}
    entrusted = cast.person(Guardian, ("Петров", "Пётр", ""))
    entrusted.guardianships.create(
        student=college.sister,
        relation="trustee",
        delegated_by=mother,
        start=college.today,
    )
    assert slugs_of(open_account(entrusted)) == {"trustee"}


def test_staff_are_let_in_by_the_administrator_alone(college, client_of):
    person = cast.person(type(college.teacher.employee), ("Новый", "Пётр", ""))
    assert may_open_account(college.office, person)
    for name in ("deputy", "dispatcher", "curator", "hr", "director"):
        assert not may_open_account(college.people[name], person), name
    client_of(college.office).post(url("let_in", "employee", person))
    person.refresh_from_db()
    assert person.user.username == "novyy.p"
    assert slugs_of(person.user) == set()
    assert not person.user.is_staff
