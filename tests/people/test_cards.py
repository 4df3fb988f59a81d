"""Cards in parts: who meets which tab, who writes on it, and what is left of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.domain.people import give_role
from journal.models import (
    Benefit,
    Consent,
    DataAccess,
    Guardianship,
    Membership,
    MilitaryRecord,
    PersonalFile,
    SocialCard,
)
from tests import cast
from tests.conftest import OF_EACH_ANCHOR
from tests.people.cards import card, formset, tab

pytestmark = pytest.mark.on_postgresql(
    "test_a_role_meets_just_the_tabs_of_the_table",
    "test_a_part_is_made_when_it_is_first_filled",
    "test_what_a_part_holds_is_shown_on_its_tab",
    "test_a_part_that_stays_empty_is_not_made",
    "test_two_roles_add_up_only_where_each_of_them_reaches",
    "test_the_past_of_a_part_says_who_changed_what",
    "test_a_tab_and_its_past_are_noted_in_the_log",
    "test_hr_meets_the_papers_of_staff_alone",
    "test_the_curator_keeps_the_papers_of_parents_too",
)

ALL = "parents documents social benefits military movement results consents"
# Tabs of a student's card; written by hand, computed by nothing.
TABS = {
    **dict.fromkeys(["office", "director", "deputy", "deputy_upr", "deputy_uvr"], ALL),
    "department_head": ALL,
    "studyunit": ALL,
    "curator": ALL,
    "secretary": "parents documents social benefits military movement consents",
    "dispatcher": "parents movement",
    "extracurricular": "movement",
    "certificates": "parents movement results",
}
NO_CARDS = ("teacher", "teacher2", "teacher_elsewhere", "master", "hr", "safety")
OUTSIDE = ("student", "stranger", "parent", "trustee", "nobody")
PARTS = "documents social benefits military consents"
WRITES = {
    "office": f"parents {PARTS}",
    "secretary": f"parents {PARTS}",
    "studyunit": PARTS,
    "curator": PARTS,
}
SCOPED = ("department_head", "studyunit", "curator")


@pytest.fixture
def people(world):
    for name in ("safety", "extracurricular", "certificates"):
        world.people[name] = cast.account(name, name)
    return world.people


@pytest.mark.parametrize("role", TABS)
@pytest.mark.on_postgresql(role=OF_EACH_ANCHOR)
def test_a_role_meets_just_the_tabs_of_the_table(world, people, client_of, role):
    client, near = client_of(people[role]), world.students[1]
    html = client.get(card(near)).content.decode()
    for slug in ALL.split():
        may = slug in TABS[role].split()
        assert client.get(tab(near, slug)).status_code == (200 if may else 404), slug
        assert (tab(near, slug) in html) == may, slug


@pytest.mark.parametrize("role", SCOPED)
def test_the_tabs_of_a_foreign_card_are_not_there(world, people, client_of, role):
    client, far = client_of(people[role]), world.stranger.student
    for slug in ALL.split():
        for page in ("tab", "tab_past"):
            assert client.get(tab(far, slug, page)).status_code == 404
        assert client.post(tab(far, slug), {}).status_code == 404


@pytest.mark.parametrize("role", NO_CARDS)
@pytest.mark.on_postgresql(role=OF_EACH_ANCHOR)
def test_who_views_no_students_meets_no_tab(world, people, client_of, role):
    client = client_of(people[role])
    for student in (world.students[1], world.stranger.student):
        for slug in ALL.split():
            assert client.get(tab(student, slug)).status_code == 403
            assert client.post(tab(student, slug), {}).status_code == 403


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.on_postgresql(name=OF_EACH_ANCHOR)
def test_families_meet_no_tab_not_even_their_own(world, people, client_of, name):
    client = client_of(people[name])
    for slug in ALL.split():
        answer = client.get(tab(world.students[0], slug))
        assert answer.status_code == 302
        assert answer.url.startswith("/admin/login/")


@pytest.mark.parametrize("role", TABS)
@pytest.mark.on_postgresql(role=OF_EACH_ANCHOR)
def test_who_may_not_write_a_part_is_refused(world, people, client_of, role):
    client, near = client_of(people[role]), world.students[1]
    for slug in TABS[role].split():
        if slug not in WRITES.get(role, "").split():
            assert client.post(tab(near, slug), {}).status_code == 403, slug


FILLED = {
    "documents": (
        PersonalFile,
        "personal_file",
        {"document": "passport", "series": "0000", "number": "000001"},
    ),
    "social": (SocialCard, "social_card", {"hostel": "needs", "orphan": "care"}),
    "military": (MilitaryRecord, "military_record", {"rank": "conscript"}),
    "benefits": (Benefit, "benefits", {"kind": "Питание", "start": "2026-09-01"}),
}


@pytest.mark.parametrize("role", WRITES)
@pytest.mark.parametrize("slug", FILLED)
@pytest.mark.on_postgresql(role=OF_EACH_ANCHOR)
def test_a_part_is_made_when_it_is_first_filled(world, people, client_of, role, slug):
    model, prefix, values = FILLED[slug]
    student = world.students[1]
    answer = client_of(people[role]).post(
        tab(student, slug), formset(prefix, {**values, "student": student.pk})
    )
    assert answer.status_code == 302, answer.context["errors"]
    assert answer.url == tab(student, slug)
    row = model.objects.get()
    assert row.student == student
    assert {name: str(getattr(row, name)) for name in values} == values
    assert row.history.get().history_user == people[role]


def test_what_a_part_holds_is_shown_on_its_tab(world, people, client_of):
    student = world.students[1]
    SocialCard.objects.create(student=student, family="малоимущая семья")
    PersonalFile.objects.create(student=student, series="0777")
    Benefit.objects.create(student=student, kind="Питание", start="2026-09-01")
    held = {"social": "малоимущая семья", "documents": "0777", "benefits": "Питание"}
    for role in ("curator", "department_head"):
        for slug, words in held.items():
            html = client_of(people[role]).get(tab(student, slug)).content.decode()
            assert words in html, (role, slug)


def test_a_part_that_stays_empty_is_not_made(world, people, client_of):
    student = world.students[1]
    for slug, (model, prefix, values) in FILLED.items():
        blank = dict.fromkeys(values, "")
        answer = client_of(people["curator"]).post(
            tab(student, slug), formset(prefix, {**blank, "student": student.pk})
        )
        assert answer.status_code == 302, slug
        assert not model.objects.exists()


def test_a_part_cannot_be_written_onto_another_student(world, people, client_of):
    """The student of a posted row is the one of the address, whatever the row says."""
    near, far = world.students[1], world.stranger.student
    theirs = SocialCard.objects.create(student=far, hostel="none")
    client = client_of(people["curator"])
    row = {"student": far.pk, "hostel": "lives", "id": theirs.pk}
    client.post(tab(near, "social"), formset("social_card", row, initial=1))
    client.post(tab(near, "social"), formset("social_card", {**row, "id": ""}))
    theirs.refresh_from_db()
    assert theirs.hostel == "none"


def test_two_roles_add_up_only_where_each_of_them_reaches(world, people, client_of):
    """A curator who also keeps clubs sees all cards, and parts of the own group's."""
    give_role(people["curator"], "extracurricular")
    client = client_of(people["curator"])
    near, far = world.students[1], world.stranger.student
    assert client.get(card(far)).status_code == 200
    assert client.get(tab(near, "social")).status_code == 200
    assert client.get(tab(far, "movement")).status_code == 200
    for slug in ("social", "documents", "consents", "parents"):
        assert client.get(tab(far, slug)).status_code == 404
        assert client.post(tab(far, slug), {}).status_code == 404
    assert "Социальный статус" not in client.get(card(far)).content.decode()


def test_a_role_that_keeps_one_part_alone_writes_just_that(world, people, client_of):
    from django.contrib.auth.models import Permission

    from journal.models import Role

    role = Role.objects.create(name="Социальный педагог", slug="social", anchor="all")
    rights = ["view_student", "view_socialcard", "change_socialcard", "add_socialcard"]
    role.permissions.set(Permission.objects.filter(codename__in=rights))
    client = client_of(cast.account("pedagogue", "social"))
    student = world.students[1]
    row = {"student": student.pk, "hostel": "needs"}
    answer = client.post(tab(student, "social"), formset("social_card", row))
    assert answer.status_code == 302
    assert student.social_card.hostel == "needs"
    assert client.post(card(student), {"last_name": "Иной"}).status_code == 403
    assert client.get(tab(student, "documents")).status_code == 404


# What was changed


def test_the_past_of_a_part_says_who_changed_what(world, people, client_of):
    student = world.students[1]
    client = client_of(people["curator"])
    row = {"student": student.pk, "hostel": "needs"}
    client.post(tab(student, "social"), formset("social_card", row))
    row |= {"hostel": "lives", "is_large_family": "on", "id": student.social_card.pk}
    answer = client.post(tab(student, "social"), formset("social_card", row, initial=1))
    assert answer.status_code == 302, answer.context["errors"]
    answer = client.get(tab(student, "social", "tab_past"))
    last, first = answer.context["changes"]
    assert (first.done, last.done) == ("внесено", "изменено")
    assert first.fields == [("Общежитие", "не указано", "нуждается")]
    assert last.fields == [
        ("Общежитие", "нуждается", "проживает"),
        ("Многодетная семья", "нет", "да"),
    ]
    assert client.get(tab(student, "results", "tab_past")).status_code == 404


def test_a_tab_and_its_past_are_noted_in_the_log(world, people, client_of):
    client, student = client_of(people["curator"]), world.students[1]
    client.get(tab(student, "social"))
    client.get(tab(student, "social", "tab_past"))
    assert list(
        DataAccess.objects.order_by("pk").values_list("subject", "student")
    ) == [
        ("Социальный статус: Быков Илья Павлович", student.pk),
        ("Социальный статус, история: Быков Илья Павлович", student.pk),
    ]


# What a page costs


def queries(client, at: str) -> int:
    client.get(at)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(at).status_code == 200
    return len(caught)


COSTS = {"": 21, "parents": 10, "social": 7, "movement": 8, "results": 10}


@pytest.mark.parametrize("slug", COSTS)
@pytest.mark.sqlite
def test_a_card_and_its_tabs_cost_the_same_with_many_rows(
    world, people, client_of, slug
):
    client, student = client_of(people["office"]), world.students[0]
    at = tab(student, slug) if slug else card(student)
    few = queries(client, at)
    for number in range(10):
        guardian = cast.person(
            Guardianship._meta.get_field("guardian").related_model,
            ("Абрамов", "Олег", f"Ильич{number}"),
        )
        Guardianship.objects.create(
            student=student, guardian=guardian, relation="father", start="2026-09-01"
        )
        Benefit.objects.create(student=student, kind=f"{number}", start="2026-09-01")
        Membership.objects.create(
            student=student,
            group=world.group2,
            start=f"20{number + 10}-09-01",
            end=f"20{number + 10}-10-01",
        )
    assert (few, queries(client, at)) == (COSTS[slug], COSTS[slug])


# Papers of other people


def test_hr_meets_the_papers_of_staff_alone(world, people, client_of):
    student, employee = world.students[1], world.teacher.employee
    for whose in ({"student": student}, {"employee": employee}):
        Consent.objects.create(kind="processing", signed_on="2026-09-01", **whose)
    client = client_of(people["hr"])
    assert client.get(tab(employee, "consents", model="employee")).status_code == 200
    answer = client.get(reverse("admin:journal_consent_changelist"))
    assert [row.subject for row in answer.context["cl"].result_list] == [employee]


def test_the_curator_keeps_the_papers_of_parents_too(world, people, client_of):
    mother = world.parent.guardian
    client = client_of(people["curator"])
    at = tab(mother, "consents", model="guardian")
    row = {"guardian": mother.pk, "kind": "processing", "signed_on": "2026-09-01"}
    assert client.post(at, formset("consents", row)).status_code == 302
    assert Consent.objects.get().guardian == mother
    assert Consent.objects.visible_to(people["curator"]).exists()
    assert Consent.objects.visible_to(people["department_head"]).exists()
    assert not Consent.objects.visible_to(people["teacher"]).exists()
    assert not Consent.objects.visible_to(people["hr"]).exists()
