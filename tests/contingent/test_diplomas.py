"""Diplomas and contracts of target training, filled from the card."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from journal.domain.contingent.diplomas import diploma_facts, fill_from_card
from journal.models import Diploma, Membership, Student
from tests.admin.papers import contract, diploma
from tests.cast import person


def test_the_card_fills_a_diploma(world):
    world.specialty.qualification, world.specialty.years = "Программист", 4
    world.specialty.save()
    world.group.admission_year = 2022
    world.group.save()
    student = world.students[0]
    Membership.objects.filter(student=student).update(
        form="full_time", funding="region", end="2026-10-01"
    )
    facts = diploma_facts(student)
    assert facts == {
        "last_name": "Абрамова",
        "first_name": "Дарья",
        "middle_name": "Олеговна",
        "specialty_code": "09.02.07",
        "specialty_name": "Информационные системы",
        "qualification": "Программист",
        "programme": "Информационные системы",
        "year_started": 2022,
        "year_finished": 2026,
        "form": "full_time",
        "funding": "region",
    }
    made = diploma(student, last_name="Абрамова-Ли", year_started=2021)
    assert fill_from_card(made) == ["фамилия в документе", "год поступления"]
    assert made.history.count() == 2
    assert fill_from_card(made) == []
    assert made.history.count() == 2


def test_the_year_of_who_studies_still_comes_of_the_plan(world):
    world.group.admission_year, world.group.years = 2025, 4
    world.group.save()
    assert diploma_facts(world.students[0])["year_finished"] == 2029
    alone = person(Student, ("Новый", "Иван", ""))
    assert diploma_facts(alone) == {"last_name": "Новый", "first_name": "Иван"}


def test_a_duplicate_is_of_the_same_person(world):
    first, other = diploma(world.students[0]), diploma(world.students[1])
    first.status, first.original = "duplicate", other
    with pytest.raises(ValidationError, match="другого человека"):
        first.full_clean()
    first.original = first
    with pytest.raises(ValidationError, match="сам себя"):
        first.full_clean()


FIELDS = {
    "kind": "plain",
    "level": "specialist",
    "status": "original",
    "series": "107424",
    "number": "1",
    "registration_no": "1",
    "issued_on": "2026-06-30",
}


def test_what_is_left_empty_comes_from_the_card(world, client_of):
    world.specialty.qualification, world.specialty.years = "Программист", 4
    world.specialty.save()
    student = world.students[0]
    at = reverse("admin:journal_diploma_add")
    client = client_of(world.secretary)
    world.group.years = 4
    answer = client.post(at, {**FIELDS, "student": student.pk, "last_name": "Иная"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = Diploma.objects.get()
    assert (made.last_name, made.first_name) == ("Иная", "Дарья")
    assert (made.specialty_code, made.year_started) == ("09.02.07", 2026)
    alone = person(Student, ("Новый", "Иван", ""))
    answer = client.post(at, {**FIELDS, "number": "2", "student": alone.pk})
    assert answer.status_code == 200
    assert "В карточке этого нет: впишите сами." in answer.content.decode()


def test_the_card_leads_to_a_new_diploma_and_to_the_contract(world, client_of):
    student, foreign = world.students[0], world.students2[1]
    client = client_of(world.secretary)
    at = reverse("admin:journal_student_draw_up_diploma", args=[student.pk])
    answer = client.get(at)
    assert answer.url == f"/admin/journal/diploma/add/?student={student.pk}"
    page = client.get(answer.url).content.decode()
    assert 'value="Абрамова"' in page and 'value="09.02.07"' in page
    at = reverse("admin:journal_student_keep_contract", args=[student.pk])
    assert (
        client.get(at).url == f"/admin/journal/targetcontract/add/?student={student.pk}"
    )
    made = contract(student)
    assert client.get(at).url == f"/admin/journal/targetcontract/{made.pk}/change/"
    for who, row, status in (
        ("curator", student, 403),
        ("curator", foreign, 404),
        ("department_head", student, 403),
        ("department_head", foreign, 404),
    ):
        for page in ("draw_up_diploma", "keep_contract"):
            at = reverse(f"admin:journal_student_{page}", args=[row.pk])
            assert client_of(world.people[who]).get(at).status_code == status
