"""Whose diary opens, and whose does not (A4, A6; abuse cases A10–A17, A20)."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from journal.domain.people import give_role
from journal.models import Guardianship, Membership, Role, Student
from journal.models.reach import own_students
from journal.pages.diary.access import family_of
from tests import cast

pytestmark = pytest.mark.on_postgresql(
    "test_children_of_one_first_name_are_told_apart",
    "test_a_trust_taken_back_closes_the_diary_at_once",
    "test_the_institution_may_let_parents_of_adults_see",
    "test_who_is_in_no_group_is_told_so",
)

PAGES = ("/diary/", "/diary/marks/", "/diary/attendance/")
NOBODY = "Дневника нет"


def come_of_age(student):
    student.birth_date = timezone.localdate() - datetime.timedelta(days=18 * 366)
    student.save()


@pytest.mark.parametrize("address", PAGES)
def test_a_student_reads_the_own_diary_and_chooses_nobody(world, read, address):
    page = read(world.student, address)
    assert page.status == 200
    assert "Чей дневник" not in page.text


@pytest.mark.parametrize("address", (*PAGES, "/diary/choose/"))
def test_without_signing_in_there_is_no_diary(client, world, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("address", PAGES)
def test_a_parent_chooses_between_exactly_the_own_two(world, read, address):
    first, sister = world.students[0], world.sister
    page = read(world.parent, address)
    assert page.text.count('<a href="?child=') == 2
    assert f"?child={first.pk}" in page.text and f"?child={sister.pk}" in page.text
    assert read(world.parent, f"{address}?child={sister.pk}").status == 200


def test_each_child_has_the_own_lessons(world, read):
    first = read(world.parent, f"/diary/?child={world.students[0].pk}").text
    second = read(world.parent, f"/diary/?child={world.sister.pk}").text
    assert "Математика" in first and "Экономика организации" not in first
    assert "Экономика организации" in second and "Математика" not in second


@pytest.mark.parametrize("address", PAGES)
def test_a_third_child_is_not_found_and_not_named(world, read, address):
    third = world.students[1]
    page = read(world.parent, f"{address}?child={third.pk}")
    assert page.status == 404
    assert third.last_name not in page.text and third.first_name not in page.text


@pytest.mark.parametrize(
    "child", ["0", "-1", "abc", "9" * 40, "' OR 1=1", "1,2", "١", "%00"]
)
def test_a_child_that_is_none_is_not_found(world, read, child):
    assert read(world.parent, f"/diary/?child={child}").status == 404


def test_a_student_does_not_open_another_by_the_address(world, read):
    page = read(world.stranger, f"/diary/?child={world.students[0].pk}")
    assert page.status == 404
    assert world.students[0].last_name not in page.text


def test_links_keep_the_child(world, read):
    pk = world.sister.pk
    page = read(world.parent, f"/diary/marks/?child={pk}")
    assert f"/diary/?child={pk}" in page.text
    assert f"/diary/attendance/?child={pk}" in page.text
    assert f"&amp;child={pk}" in page.text  # the periods
    week = read(world.parent, f"/diary/?child={pk}")
    assert f"?week=2026-W41&amp;child={pk}" in week.text


def test_the_page_of_choice_names_the_children_with_their_groups(world, read):
    page = read(world.parent, "/diary/choose/")
    assert "Абрамова Дарья" in page.text and "группа 2-ИС" in page.text
    assert "Абрамова Майя" in page.text and "группа 1-ЭК" in page.text


def test_children_of_one_first_name_are_told_apart(world, read):
    Student.objects.filter(pk=world.sister.pk).update(
        first_name="Дарья", last_name="Седых"
    )
    page = read(world.parent, "/diary/")
    assert ">Абрамова Дарья</a>" in page.text and ">Седых Дарья</a>" in page.text


def test_a_trustee_reads_until_the_trust_ends(world, read):
    assert read(world.trustee, "/diary/").status == 200
    with time_machine.travel(cast.day(world, 30)):
        page = read(world.trustee, "/diary/")
        asked = read(world.trustee, f"/diary/?child={world.students[0].pk}")
    assert NOBODY in page.text and "срок доверенности" in page.text
    assert world.students[0].last_name not in page.text.replace("Абрамова З. Н.", "")
    assert asked.status == 404


def test_a_trust_taken_back_closes_the_diary_at_once(world, read):
    assert "Математика" in read(world.trustee, "/diary/").text
    tie = Guardianship.objects.get(relation="trustee")
    tie.end = world.today
    tie.save()
    assert NOBODY in read(world.trustee, "/diary/").text


def test_after_eighteen_the_parent_sees_no_more(world, read):
    come_of_age(world.sister)
    page = read(world.parent, "/diary/")
    assert "Чей дневник" not in page.text
    assert read(world.parent, f"/diary/?child={world.sister.pk}").status == 404
    come_of_age(world.students[0])
    assert NOBODY in read(world.parent, "/diary/").text
    assert read(world.student, "/diary/").status == 200


def test_an_adult_may_agree_that_the_parents_see(world, read):
    world.sister.guardians_see_adult = True
    come_of_age(world.sister)
    assert read(world.parent, f"/diary/?child={world.sister.pk}").status == 200


def test_the_institution_may_let_parents_of_adults_see(world, read):
    come_of_age(world.sister)
    assert read(world.parent, f"/diary/?child={world.sister.pk}").status == 404
    world.institution.guardians_see_adults = True
    world.institution.save()
    assert read(world.parent, f"/diary/?child={world.sister.pk}").status == 200


@pytest.mark.parametrize("name", ["student", "parent", "trustee", "stranger"])
def test_the_children_are_those_that_the_rights_know(world, name):
    user = world.people[name]
    known = Student.objects.filter(pk__in=own_students(user))
    assert {child.pk for child in family_of(user).children} == {
        student.pk for student in known
    }
    assert set(known) == set(Student.objects.visible_to(user))


@pytest.mark.parametrize("address", PAGES)
def test_who_has_no_diary_is_told_why_and_what_to_do(world, read, address):
    page = read(world.nobody, address)
    assert page.status == 200
    assert NOBODY in page.text and "куратору" in page.text


def test_a_teacher_is_led_back_and_sees_no_student(world, read):
    page = read(world.teacher, "/diary/")
    assert NOBODY in page.text and 'href="/admin/"' in page.text
    assert not any(one.last_name in page.text for one in world.students)
    pk = world.students[0].pk
    assert read(world.teacher, f"/diary/?child={pk}").status == 404


def test_a_teacher_who_is_a_parent_too_reads_the_diary_of_the_own_child(world, read):
    guardian = world.parent.guardian
    guardian.user = None
    guardian.save()
    guardian.user = world.teacher
    guardian.save()
    give_role(world.teacher, "parent")
    page = read(world.teacher, "/diary/")
    assert page.text.count('<a href="?child=') == 2
    pk = world.students[1].pk  # taught, not the own child
    assert read(world.teacher, f"/diary/?child={pk}").status == 404


def test_a_right_that_the_office_took_away_closes_its_page(world, read):
    role = Role.objects.get(slug="student")
    role.permissions.remove(role.permissions.get(codename="view_mark"))
    page = read(world.student, "/diary/marks/")
    assert page.status == 403 and "куратора" in page.text
    week = read(world.student, "/diary/")
    assert week.status == 200
    assert "/diary/marks/" not in week.text and "(отлично)" not in week.text


@pytest.mark.parametrize("name", ["student", "parent", "trustee"])
def test_families_are_no_staff(world, read, name):
    answer = read(world.people[name], "/admin/")
    assert answer.status in (302, 403, 404)


@pytest.mark.parametrize("address", PAGES)
def test_a_diary_is_only_read(world, client_of, address):
    client = client_of(world.student)
    for method in (client.post, client.put, client.delete):
        assert method(address).status_code == 405


def test_500_pages_in_a_minute_are_a_script(world, client_of, settings, caplog):
    settings.PAGES_A_MINUTE = 3
    student, other = client_of(world.student), client_of(world.parent)
    codes = [student.get("/diary/choose/").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    told = [one for one in caplog.records if one.name == "journal.pages.pace"]
    assert [one.args for one in told] == [(world.student.pk,)]
    assert other.get("/diary/choose/").status_code == 200
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=1)):
        assert student.get("/diary/choose/").status_code == 200


def test_who_is_in_no_group_is_told_so(world, read):
    Membership.objects.filter(student=world.students[0]).delete()
    for address in PAGES:
        page = read(world.student, address)
        assert page.status == 200 and "зачислен" in page.text
