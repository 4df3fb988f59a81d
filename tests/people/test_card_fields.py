"""What may be typed on a card, who signs its papers, and what it says is missing."""

import pytest
from django.urls import reverse

from journal.models import Consent, PersonalFile
from tests import cast
from tests.people.cards import card, formset, tab

pytestmark = pytest.mark.on_postgresql(
    "test_a_phone_is_written_in_one_way_however_it_is_typed",
    "test_a_parent_signs_for_a_minor_and_an_adult_signs_alone",
    "test_a_card_without_a_consent_says_so_until_there_is_one",
)

# What is typed


def typed(world, **fields) -> dict:
    student = world.students[1]
    names = ("last_name", "first_name", "middle_name", "birth_date", "phone")
    return {name: getattr(student, name) or "" for name in names} | fields


PHONES = {
    "8 (900) 123-45-67": "+79001234567",
    "9001234567": "+79001234567",
    "+7 900 123-45-67": "+79001234567",
    "": "",
}


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_is_written_in_one_way_however_it_is_typed(world, client_of, phone):
    student = world.students[1]
    client = client_of(world.curator)
    assert client.post(card(student), typed(world, phone=phone)).status_code == 302
    student.refresh_from_db()
    assert student.phone == PHONES[phone]
    found = client.get(
        reverse("admin:journal_student_changelist"), {"q": "8 (900) 123-45-67"}
    )
    assert found.context["cl"].result_count == (1 if phone else 0)


REFUSED = {
    "phone": ("12-34", "не похож на номер вида +7 900 123-45-67"),
    "last_name": ("Быкovw", "смешаны русские и латинские буквы"),
    "birth_date": ("1899-12-31", "не раньше 1900"),
}


@pytest.mark.parametrize("field", REFUSED)
def test_nonsense_is_refused_with_words(world, client_of, field):
    value, words = REFUSED[field]
    at, data = card(world.students[1]), typed(world, **{field: value})
    answer = client_of(world.curator).post(at, data)
    assert words in str(answer.context["adminform"].form.errors[field])


def test_latin_look_alikes_in_a_name_are_repaired_and_told(world, client_of):
    student = world.students[1]
    data = typed(world, last_name="Быкoв")  # a Latin o
    answer = client_of(world.curator).post(card(student), data, follow=True)
    student.refresh_from_db()
    assert student.last_name == "Быков"
    told = [str(one) for one in answer.context["messages"]]
    assert "Фамилия: «Быкoв» записано как «Быков»." in told


def test_a_student_of_two_years_is_saved_and_asked_about(world, client_of):
    student = world.students[1]
    data = typed(world, birth_date="2024-09-01")
    answer = client_of(world.curator).post(card(student), data, follow=True)
    told = [str(one) for one in answer.context["messages"]]
    assert "По дате рождения студенту 2: проверьте год." in told


WRONG_PAPERS = {
    "series": ({"series": "12"}, "четыре цифры"),
    "number": ({"number": "12345"}, "шесть цифр"),
    "issued_on": ({"issued_on": "2000-01-01"}, "Раньше, чем родился"),
    "finished_on": ({"finished_on": "2030-01-01"}, "ещё не наступила"),
}


@pytest.mark.parametrize("field", WRONG_PAPERS)
def test_a_passport_that_cannot_be_is_refused(world, client_of, field):
    values, words = WRONG_PAPERS[field]
    student = world.students[1]
    row = {"student": student.pk, "document": "passport", **values}
    answer = client_of(world.curator).post(
        tab(student, "documents"), formset("personal_file", row)
    )
    (inline,) = answer.context["inline_admin_formsets"]
    assert words in str(inline.formset.errors[0][field])
    assert not PersonalFile.objects.exists()


# Who signs, and what is missing


def paper(student, **fields) -> dict:
    row = {"student": student.pk, "kind": "processing", "signed_on": "2026-09-01"}
    return formset("consents", {**row, **fields})


def test_a_parent_signs_for_a_minor_and_an_adult_signs_alone(world, client_of):
    client, student = client_of(world.curator), world.students[0]
    mother, at = world.parent.guardian, tab(world.students[0], "consents")

    def error(**fields) -> str:
        answer = client.post(at, paper(student, **fields))
        if answer.status_code == 302:
            return ""
        (inline,) = answer.context["inline_admin_formsets"]
        return str(inline.formset.errors[0]["signed_by"])

    assert "не было 18 лет: выберите" in error()
    assert error(signed_by=mother.pk) == ""
    assert Consent.objects.get().signed_by == mother
    student.birth_date = "2008-01-01"
    student.save()
    assert "уже было 18 лет" in error(signed_by=mother.pk, number="2")
    stranger = cast.person(type(mother), ("Чужая", "Ия", "Львовна"))
    assert "Выберите из списка" in error(signed_by=stranger.pk)


def test_a_card_without_a_consent_says_so_until_there_is_one(world, client_of):
    client, student = client_of(world.curator), world.students[1]

    def warned(user=world.curator) -> str:
        html = client_of(user).get(card(student)).content.decode()
        return (
            "Нет согласия"
            if "Нет согласия на" in html
            else ("отозвано" if "отозвано 14.10.2026" in html else "")
        )

    assert warned() == "Нет согласия"
    assert warned(world.dispatcher) == ""  # sees no consents at all
    consent = Consent.objects.create(
        student=student, kind="processing", signed_on="2026-09-01"
    )
    assert warned() == ""
    at = reverse("admin:journal_consent_withdraw", args=[consent.pk])
    assert client.post(at, {"day": "2026-08-31"}).status_code == 200
    assert client.post(at, {"day": "2026-10-14"}).status_code == 302
    assert warned() == "отозвано"
    assert consent.history.count() == 2
    assert client.post(at, {"day": "2026-10-14"}).status_code == 403
    back = reverse("admin:journal_consent_restore", args=[consent.pk])
    assert client.post(back, {}).status_code == 302
    assert warned() == ""


def test_a_teacher_without_the_undertaking_is_flagged_to_hr(world, client_of):
    html = client_of(world.hr).get(card(world.teacher.employee, "employee"))
    assert "Нет обязательства о неразглашении" in html.content.decode()
