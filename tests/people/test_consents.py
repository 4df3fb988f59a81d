"""Whose data is processed without a consent: lists and reports, for those who may know."""

import pytest
from django.urls import reverse

from journal.domain.people import give_role
from journal.models import Consent, DataPower, Employee, Guardian, SocialCard, Student
from journal.reports.registry import get

LIST = "admin:journal_student_changelist"


def consent(day: str = "2026-09-01", **whose) -> Consent:
    fields = {"kind": "processing", "signed_on": day} | whose
    return Consent.objects.create(**fields)


@pytest.fixture
def papers(world):
    """Two of the group signed, one of the two took it back; elsewhere nobody did."""
    consent(student=world.students[0])
    consent(student=world.students[1], withdrawn_on="2026-10-01")
    consent(guardian=world.parent.guardian)
    consent(employee=world.curator.employee, kind="nondisclosure")
    return world


def found(client, model: str = "student", **query) -> set[str]:
    answer = client.get(reverse(f"admin:journal_{model}_changelist"), query)
    assert answer.status_code == 200
    return {row.last_name for row in answer.context["cl"].result_list}


def test_a_list_is_narrowed_to_those_without_a_consent(papers, client_of):
    client = client_of(papers.curator)
    assert found(client, paper="yes") == {"Абрамова"}
    assert found(client, paper="withdrawn") == {"Быков"}
    assert found(client, paper="none") == {
        *("Быков", "Ёжиков", "Ершов", "Чайкина", "Яшин")
    }


def test_staff_is_narrowed_by_the_undertaking(papers, client_of):
    client = client_of(papers.hr)
    assert found(client, "employee", paper="yes") == {"Ёлкина"}
    assert len(found(client, "employee", paper="none")) == 14


@pytest.mark.parametrize("query", [{"paper": "yes"}, {"social": "orphan"}])
def test_who_sees_no_part_has_no_filter_by_it(papers, client_of, query):
    """Nor by typing its address."""
    SocialCard.objects.create(student=papers.students[0], orphan="care")
    client = client_of(papers.dispatcher)
    html = client.get(reverse(LIST)).content.decode()
    assert "Согласие, обязательство" not in html
    assert "Социальный статус" not in html
    assert client.get(reverse(LIST), query).status_code == 400


def test_a_filter_tells_nothing_of_people_whose_part_is_not_seen(papers, client_of):
    """All cards by one role, papers of the own group by another."""
    give_role(papers.curator, "dispatcher")
    SocialCard.objects.create(student=papers.students[0], orphan="care")
    SocialCard.objects.create(student=papers.stranger.student, orphan="care")
    consent(student=papers.stranger.student)
    client = client_of(papers.curator)
    assert len(found(client)) == 8
    assert found(client, paper="yes") == {"Абрамова"}
    assert "Носов" not in found(client, paper="none")
    assert found(client, social="orphan") == {"Абрамова"}


def lines(slug: str, user, day) -> list[tuple]:
    """(name, state) of the rows of a report, its headings left out."""
    table = get(slug).build({"user": user, "day": day})
    return [(row[1], row[3]) for row in table.rows if isinstance(row, tuple)]


def test_the_report_names_who_lacks_a_paper_and_whose_is_withdrawn(papers, today):
    rows = dict(lines("without_consent", papers.curator, today))
    assert rows["Быков Илья Павлович"] == "отозван 01.10.2026"
    assert rows["Ершов Тимур Русланович"] == "нет"
    assert "Абрамова Дарья Олеговна" not in rows
    assert "Носов Артём Денисович" not in rows
    assert "Абрамова Елена Викторовна" not in rows
    assert rows["Абрамова Зоя Никитична"] == "нет"


def test_hr_reads_of_staff_alone_and_the_office_of_everybody(papers, today):
    names = {name for name, _ in lines("without_consent", papers.hr, today)}
    staff = {one.full_name for one in Employee.objects.all()}
    assert names == staff - {"Ёлкина Анна Сергеевна"}
    everybody = {name for name, _ in lines("without_consent", papers.office, today)}
    students = {one.full_name for one in Student.objects.all()}
    assert everybody >= students - {"Абрамова Дарья Олеговна"}
    assert Guardian.objects.get(pk=papers.trustee.guardian.pk).full_name in everybody


def test_the_report_costs_the_same_however_many_people_there_are(
    papers, today, django_assert_num_queries
):
    with django_assert_num_queries(7):
        lines("without_consent", papers.office, today)


def test_the_list_of_access_is_set_by_the_director_alone(papers, client_of):
    at = reverse("admin:journal_datapower_add")
    data = {
        "employee": papers.secretary.employee.pk,
        "powers": "карточки студентов, изменение",
        "basis": "приказ от 01.09.2026 № 10",
        "start": "2026-09-01",
    }
    for name in ("office", "deputy", "hr", "secretary", "curator", "teacher"):
        assert client_of(papers.people[name]).post(at, data).status_code == 403, name
    assert client_of(papers.director).post(at, data).status_code == 302
    assert DataPower.objects.get().history.get().history_user == papers.director


def test_the_list_of_access_is_printed_as_of_a_day(papers, today, client_of):
    for name, start, end in (
        ("secretary", "2026-09-01", None),
        ("hr", "2025-09-01", "2026-09-01"),
    ):
        DataPower.objects.create(
            employee=papers.people[name].employee,
            powers="карточки",
            basis="приказ",
            start=start,
            end=end,
        )
    table = get("data_powers").build({"user": papers.director, "day": today})
    assert [row[1] for row in table.rows] == ["Котова Лада Марковна"]
    at = reverse("admin:report", args=["data_powers"])
    for format_ in ("html", "xlsx", "pdf"):
        answer = client_of(papers.director).get(at, {"format": format_})
        assert answer.status_code == 200
    assert client_of(papers.curator).get(at).status_code == 404
