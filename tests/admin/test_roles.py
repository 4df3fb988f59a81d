"""Who appoints whom, what a role may do, and how a person is put out (M 3, K 4.1.6)."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from journal.domain.people import (
    appoint,
    end_sessions,
    may_give,
)
from journal.models import Role, User
from journal.roles import APPOINTS, ROLES
from tests import cast
from tests.admin.conftest import url

pytestmark = pytest.mark.on_postgresql(
    "test_a_forged_role_is_refused",
    "test_what_one_may_not_give_one_does_not_take",
    "test_an_account_form_gives_no_power",
    "test_a_new_account_has_no_password",
    "test_the_rights_of_a_role_are_set_in_a_table",
    "test_an_own_role_is_the_administrators_to_give",
    "test_all_sessions_of_a_person_end_at_once",
    "test_a_blocked_account_is_out_with_the_next_request",
)

HEADS = {"admin", "deputy", "deputy_upr", "deputy_uvr"}
RESPONSIBLE = {"safety", "extracurricular", "certificates"}
EVERY_ROLE = {spec.slug for spec in ROLES}


def slugs_of(user) -> set[str]:
    return set(Role.objects.filter(user=user).values_list("slug", flat=True))


# Roles


def test_the_table_of_appointments_names_every_role_once():
    given = [slug for holder in ("director", "admin") for slug in APPOINTS[holder]]
    assert sorted(given) == sorted(EVERY_ROLE)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("root", EVERY_ROLE),
        ("director", HEADS),
        ("office", EVERY_ROLE - HEADS),
        ("deputy", RESPONSIBLE),
        ("deputy_upr", RESPONSIBLE),
        ("deputy_uvr", RESPONSIBLE),
        ("studyunit", set()),
        ("curator", set()),
        ("teacher", set()),
        ("student", set()),
    ],
)
def test_a_person_appoints_to_the_roles_of_the_table(college, name, given):
    assert may_give(college.people[name]) == given


def test_the_director_appoints_a_deputy(college, client_of):
    client = client_of(college.director)
    at = url("roles", "user", college.teacher)
    html = client.get(at).content.decode()
    assert "Заместитель директора по учебной работе" in html
    assert "Преподаватель" not in html
    client.post(at, {"roles": ["deputy_upr"]})
    assert slugs_of(college.teacher) == {"teacher", "deputy_upr"}
    reason = college.teacher.history.latest("history_id").history_change_reason
    assert reason == (
        "Роли: назначено: Заместитель директора по учебно-производственной работе"
    )


def test_a_forged_role_is_refused(college, client_of):
    at = url("roles", "user", college.teacher)
    answer = client_of(college.office).post(
        at, {"roles": ["teacher", "director", "admin"]}
    )
    assert answer.status_code == 200
    assert "roles" in answer.context["form"].errors
    assert slugs_of(college.teacher) == {"teacher"}
    with pytest.raises(ValidationError):
        appoint(college.office, college.teacher, {"admin"})
    with pytest.raises(ValidationError):
        appoint(college.curator, college.teacher, {"student"})


@pytest.mark.parametrize("name", ["office", "director", "deputy", "root"])
def test_nobody_appoints_oneself(college, client_of, name):
    user = college.people[name]
    answer = client_of(user).post(url("roles", "user", user), {"roles": ["teacher"]})
    assert answer.status_code == 403
    assert "teacher" not in slugs_of(user)


def test_nobody_appoints_a_superuser(college, client_of):
    at = url("roles", "user", college.root)
    assert client_of(college.office).post(at, {"roles": []}).status_code == 403
    assert (
        client_of(college.office).post(url("code", "user", college.root)).status_code
        == 403
    )
    assert (
        client_of(college.office)
        .post(url("sessions", "user", college.root))
        .status_code
        == 403
    )
    data = {"username": "root", "is_active": ""}
    at = url("change", "user", college.root)
    assert client_of(college.office).post(at, data).status_code == 403
    assert User.objects.get(pk=college.root.pk).is_active


def test_a_role_opens_and_closes_the_workplace(college):
    nobody = college.nobody
    appoint(college.office, nobody, {"curator"})
    assert User.objects.get(pk=nobody.pk).is_staff
    appoint(college.office, nobody, {"student"})
    assert not User.objects.get(pk=nobody.pk).is_staff
    assert appoint(college.office, nobody, {"student"}) == ""
    assert nobody.history.count() == 3


def test_what_one_may_not_give_one_does_not_take(college):
    appoint(college.director, college.teacher, {"deputy"})
    appoint(college.office, college.teacher, set())
    assert slugs_of(college.teacher) == {"deputy"}


def test_an_account_form_gives_no_power(college, client_of):
    """What is not on the form is not taken from a forged post either."""
    teacher = college.teacher
    admin_role = Role.objects.get(slug="admin")
    data = {
        "username": "teacher",
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
        "groups": [admin_role.pk],
        "user_permissions": [Permission.objects.first().pk],
        "password": "x",
        "access_codes-TOTAL_FORMS": "0",
        "access_codes-INITIAL_FORMS": "0",
    }
    client = client_of(college.office)
    at = url("change", "user", teacher)
    assert client.post(at, {**data, "email": "a@b.ru"}).status_code == 302
    changed = User.objects.get(pk=teacher.pk)
    assert changed.email == "a@b.ru"
    assert not changed.is_superuser
    assert slugs_of(changed) == {"teacher"}
    assert not changed.user_permissions.exists()
    assert changed.password == teacher.password
    html = client.get(at).content.decode()
    assert 'name="is_superuser"' not in html
    assert 'name="is_staff"' not in html
    assert 'name="password"' not in html
    assert client.get(f"{at}../password/").status_code in (302, 404)


def test_a_new_account_has_no_password(college, client_of):
    data = {"username": "fresh", "password1": "x", "is_superuser": "on"}
    data |= {"access_codes-TOTAL_FORMS": "0", "access_codes-INITIAL_FORMS": "0"}
    assert client_of(college.office).post(url("add", "user"), data).status_code == 302
    user = User.objects.get(username="fresh")
    assert not user.has_usable_password()
    assert not (user.is_superuser or user.is_staff)


def test_the_rights_of_a_role_are_set_in_a_table(college, client_of):
    role = Role.objects.get(slug="curator")
    client = client_of(college.office)
    at = url("change", "role", role)
    html = client.get(at).content.decode()
    assert "Выдача одноразовых кодов" in html
    assert "Can view" not in html
    kept = set(role.permissions.values_list("pk", flat=True))
    right = Permission.objects.get(codename="view_user")
    data = {
        "name": role.name,
        "anchor": role.anchor,
        "is_staff": "on",
        "slug": "forged",
        "permissions": [*kept, right.pk],
    }
    assert client.post(at, data).status_code == 302
    role.refresh_from_db()
    assert role.slug == "curator"
    assert role.permissions.filter(pk=right.pk).exists()
    last = role.history.latest("history_id")
    assert (last.history_change_reason, last.history_user) == (
        "права даны: view_user",
        college.office,
    )


def test_a_right_over_history_is_no_choice_of_a_role(college, client_of):
    role = Role.objects.get(slug="curator")
    right = Permission.objects.get(codename="change_historicalmark")
    data = {"name": role.name, "anchor": role.anchor, "permissions": [right.pk]}
    answer = client_of(college.root).post(url("change", "role", role), data)
    assert answer.status_code == 200
    assert not role.permissions.filter(pk=right.pk).exists()


def test_a_role_is_read_in_words(college, client_of):
    at = url("change", "role", Role.objects.get(slug="hr"))
    html = client_of(college.deputy).get(at).content.decode()
    assert "Сотрудники: смотреть, добавлять, изменять, Импорт сотрудников" in html
    assert "Can " not in html


def test_an_own_role_is_the_administrators_to_give(college, client_of):
    data = {"name": "Воспитатель", "anchor": "group", "permissions": []}
    assert client_of(college.office).post(url("add", "role"), data).status_code == 302
    role = Role.objects.get(name="Воспитатель")
    assert re.fullmatch(r"own-\w{8}", role.slug)
    assert role.slug in may_give(college.office)
    assert role.slug not in may_give(college.director)


# Sessions


def test_all_sessions_of_a_person_end_at_once(college, client, client_of):
    data = {"login": "teacher", "password": cast.PASSWORD}
    client.post(reverse("account_login"), data)
    start = url("changelist", "course")
    assert client.get(start).status_code == 200
    assert UserSession.objects.filter(user=college.teacher).count() == 1
    at = url("sessions", "user", college.teacher)
    office = client_of(college.office)
    assert office.get(at).status_code == 200
    assert client.get(start).status_code == 200
    assert office.post(at).status_code == 302
    assert client.get(start).status_code == 302
    assert end_sessions(college.teacher) == 0


def test_a_blocked_account_is_out_with_the_next_request(college, client_of):
    client = client_of(college.teacher)
    start = url("changelist", "course")
    assert client.get(start).status_code == 200
    User.objects.filter(pk=college.teacher.pk).update(is_active=False)
    assert client.get(start).status_code == 302
