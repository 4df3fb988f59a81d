"""Certificates of study: who gives them out, and the pages for it (K 4.3.5)."""

import pytest
from django.urls import reverse

from journal.domain.contingent.certificates import (
    issue_certificate,
    may_issue,
    may_print,
    templates_for,
)
from journal.models import Certificate, CertificateTemplate, DataAccess
from journal.models.contingent.certificates import PLACEHOLDERS


def test_a_head_issues_for_the_own_department(world):
    own, foreign = world.students[0], world.students2[1]
    for name, may in (
        ("department_head", (True, False)),
        ("secretary", (True, True)),
        ("office", (True, True)),
        ("curator", (False, False)),
        ("studyunit", (False, False)),
        ("teacher", (False, False)),
        ("director", (False, False)),
        ("student", (False, False)),
    ):
        by = world.people[name]
        assert (may_issue(by, own), may_issue(by, foreign)) == may, name


def test_whoever_sees_no_marks_prints_none(world, template):
    """The secretary keeps the contingent and sees no marks."""
    with_marks = CertificateTemplate.objects.create(
        kind="period",
        name="С отметками",
        title="Справка о периоде обучения",
        body="{студент}",
        has_results=True,
        signatory_post="Директор",
    )
    student = world.students[0]
    assert list(templates_for(world.secretary, student)) == [template]
    assert with_marks in templates_for(world.department_head, student)
    made = issue_certificate(student, with_marks, "в вуз", world.department_head)
    assert not may_print(world.secretary, made)
    assert may_print(world.department_head, made)


@pytest.mark.parametrize(
    ("who", "student", "status"),
    [
        ("department_head", "own", 200),
        ("department_head", "foreign", 404),
        ("curator", "own", 403),
        ("curator", "foreign", 404),
        ("teacher", "own", 403),
    ],
)
def test_the_button_opens_for_whom_it_is(
    world, client_of, template, who, student, status
):
    row = world.students[0] if student == "own" else world.students2[1]
    at = reverse("admin:journal_student_issue_certificate", args=[row.pk])
    client = client_of(world.people[who])
    assert client.get(at).status_code == status
    answers = {"template": template.pk, "purpose": "в школу"}
    posted = client.post(at, answers)
    assert posted.status_code == (302 if status == 200 else status)
    assert Certificate.objects.count() == (status == 200)


def test_a_template_with_marks_is_no_choice_of_who_sees_none(
    world, client_of, template
):
    template.has_results = True
    template.save()
    at = reverse("admin:journal_student_issue_certificate", args=[world.students[0].pk])
    page = client_of(world.secretary).post(
        at, {"template": template.pk, "purpose": "в школу"}
    )
    assert page.status_code == 200
    assert not Certificate.objects.exists()


def test_the_register_prints_again_and_cancels(world, client_of, issued):
    client = client_of(world.secretary)
    at = reverse("admin:journal_certificate_print_paper", args=[issued.pk])
    printed = client.get(at)
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    noted = DataAccess.objects.get(kind="printed")
    assert (noted.by, noted.student) == (world.secretary, world.students[0])
    assert noted.subject == "Справка № 1 от 14.10.2026: Абрамова Дарья Олеговна"
    cancel = reverse("admin:journal_certificate_cancel", args=[issued.pk])
    assert client.post(cancel, {"reason": ""}).status_code == 200
    assert client.post(cancel, {"reason": "ошибка"}).status_code == 302
    issued.refresh_from_db()
    assert issued.cancel_reason == "ошибка"
    assert client.get(cancel).status_code == 403
    page = client.get(reverse("admin:journal_certificate_changelist"))
    assert "аннулирована" in page.content.decode()


def test_a_foreign_paper_is_no_page(world, client_of, template):
    made = issue_certificate(world.students2[1], template, "в школу", world.office)
    for who in ("department_head", "curator", "studyunit"):
        for page in ("change", "print_paper", "cancel"):
            at = reverse(f"admin:journal_certificate_{page}", args=[made.pk])
            assert client_of(world.people[who]).get(at).status_code == 404


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Абрамова Дарья", None),
        ("", None),
        ("Никто", "Такого студента нет"),
        ("Абрамова", "Таких студентов несколько"),
    ],
)
def test_a_trial_fills_in_the_card_of_a_student(
    world, client_of, template, words, said
):
    at = reverse("admin:journal_certificatetemplate_trial", args=[template.pk])
    answer = client_of(world.office).post(at, {"student": words})
    if said:
        assert said in answer.content.decode()
    else:
        assert answer["Content-Type"] == "application/pdf"
    assert not Certificate.objects.exists()


def test_the_list_of_words_stands_beside_the_text(world, client_of, template):
    at = reverse("admin:journal_certificatetemplate_change", args=[template.pk])
    page = client_of(world.office).get(at).content.decode()
    assert all(f"<b>{{{name}}}</b>" in page for name in PLACEHOLDERS)
    fields = {"kind": "place", "name": "Краткая", "title": "Справка", "body": "{имя}"}
    answer = client_of(world.office).post(at, {**fields, "signatory_post": "Директор"})
    assert "Журнал не знает, что вписать вместо {имя}" in answer.content.decode()
