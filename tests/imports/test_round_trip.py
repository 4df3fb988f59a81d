"""What the journal lets out comes back and changes nothing."""

import datetime

import pytest
from django.urls import reverse

from journal.exchange.options import Options
from journal.exchange.reading import read_workbook
from journal.exchange.registry import IMPORTERS
from journal.models import (
    Benefit,
    Department,
    Employee,
    Group,
    Guardian,
    Guardianship,
    Membership,
    Order,
    OrderLine,
    PersonalFile,
    SocialCard,
    Student,
)
from tests.imports import counts, said, take
from tests.imports.sheets import fill

MODELS = (Student, Membership, PersonalFile, SocialCard, Benefit, Group)


def facts():
    return {
        model: (sorted(map(repr, model.objects.values_list())), model.history.count())
        for model in MODELS
    }


def let_out(client, model="student", kind="xlsx", sheets="parts", query="") -> bytes:
    data = {"format": {"xlsx": "0", "csv": "1"}[kind], "resource": "0"}
    address = reverse(f"admin:journal_{model}_export") + query
    response = client.post(address, {**data, "sheets": sheets})
    assert response.status_code == 200
    return response.content


def back(data, by, kind="xlsx", slug="roster"):
    workbook = read_workbook(data, f"контингент.{kind}")
    return IMPORTERS[slug](by, Options()).load(workbook)


@pytest.mark.parametrize("who", ["office", "secretary", "deputy"])
@pytest.mark.parametrize(
    ("kind", "sheets"), [("xlsx", "parts"), ("xlsx", "one"), ("csv", "one")]
)
def test_the_contingent_comes_back_unchanged(world, client_of, who, kind, sheets):
    fill(world)
    by = world.people[who]
    data = let_out(client_of(by), kind=kind, sheets=sheets)
    before = facts()
    outcome = back(data, by, kind)
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert outcome.entries == [] and outcome.batch is None
    assert (
        outcome.skipped
        == Student.objects.filter(
            memberships__in=Membership.objects.on(world.today)
        ).count()
    )
    assert facts() == before
    assert not [note for note in outcome.warnings if "приказ" in note.reason]


def test_a_school_lets_out_its_own_headings_and_takes_them_back(world, client_of):
    fill(world)
    world.institution.kind = "school"
    world.institution.save()
    data = let_out(client_of(world.office), sheets="one")
    heads = [str(cell) for cell in read_workbook(data, "к.xlsx").sheets[0].rows[0]]
    assert "Класс" in heads and not [head for head in heads if "руппа" in head]
    outcome = back(data, world.office)
    assert outcome.obstacles == [] and outcome.entries == [], said(outcome.obstacles)


def test_a_group_is_a_sheet_whatever_it_is_called(world, client_of):
    for name in ("Автомеханики/1", "407", "автомеханики-1", "[А]"):
        group = Group.objects.create(name=name)
        student = Student.objects.create(last_name="Ли", first_name=f"Ян{name[0]}")
        Membership.objects.create(
            student=student, group=group, start=datetime.date(2026, 9, 1)
        )
    data = let_out(client_of(world.office))
    names = [sheet.name for sheet in read_workbook(data, "к.xlsx").sheets]
    assert {"2-ИС", "1-ЭК", "407", "Автомеханики-1", "автомеханики-1 (2)"} <= set(names)
    before = facts()
    outcome = back(data, world.office)
    assert outcome.obstacles == [] and outcome.entries == [], said(outcome.obstacles)
    assert facts() == before


def test_who_left_stands_apart_with_the_reason(world, client_of):
    student = world.students[0]
    order = Order.objects.create(
        number="7", kind="leave", effective_on=world.today, state="done", sequence=1
    )
    OrderLine.objects.create(order=order, student=student)
    seat = Membership.objects.get(student=student, end=None)
    seat.end = world.today
    seat.save()
    data = let_out(client_of(world.office))
    sheet = read_workbook(data, "к.xlsx").sheet("Вне групп")
    head, *rows = sheet.rows
    (row,) = [dict(zip(head, r, strict=True)) for r in rows if student.full_name in r]
    assert row["Статус_Учёба"] == "Академический отпуск"
    before = facts()
    outcome = back(data, world.office)
    assert outcome.obstacles == [] and outcome.entries == []
    assert student.full_name in said(outcome.left_out)
    assert facts() == before


def test_a_file_holds_the_rows_of_ones_own_and_of_the_filter(world, client_of):
    fill(world)
    data = let_out(client_of(world.office), query=f"?group={world.group2.pk}")
    assert [s.name for s in read_workbook(data, "к.xlsx").sheets] == ["1-ЭК"]
    world.group.specialty.study_unit_heads.set([world.studyunit.employee])
    data = let_out(client_of(world.studyunit))
    assert [s.name for s in read_workbook(data, "к.xlsx").sheets] == ["2-ИС"]


def test_a_card_moved_to_another_journal_is_the_same_card(world, client_of):
    """Out of here, into empty cards: every part arrives."""
    fill(world)
    data = let_out(client_of(world.office))
    first = world.students[0]
    file = PersonalFile.objects.get(student=first)
    card = SocialCard.objects.get(student=first)
    Benefit.objects.all().delete()
    PersonalFile.objects.all().delete()
    SocialCard.objects.all().delete()
    outcome = take("roster", data, world.office)
    assert outcome.is_stored, said(outcome.obstacles)
    assert counts(outcome)[0] == 0
    again = SocialCard.objects.get(student=first)
    for field in SocialCard._meta.fields:
        if field.name not in ("id", "disability_cause", "needs", "physical_group"):
            old = getattr(card, field.attname)
            old = " ".join(old.split()) if isinstance(old, str) else old
            assert getattr(again, field.attname) == old, field.name
    arrived = PersonalFile.objects.get(student=first)
    assert (arrived.series, arrived.number, arrived.registered_at) == (
        file.series,
        file.number,
        "=1+1",
    )
    kinds = set(Benefit.objects.values_list("kind", flat=True))
    assert kinds == {"Малоимущая семья", "Сирота"}


def test_parents_come_back_unchanged(world, client_of):
    mother = world.parent.guardian
    mother.phone, mother.email = "8 (900) 111-22-33", "Mother@Example.RU"
    mother.last_name = "аБРАМОВА"
    mother.save()
    for who in ("office", "secretary"):
        by = world.people[who]
        data = let_out(client_of(by), "guardian")
        told = Guardian.history.count(), Guardianship.history.count()
        outcome = back(data, by, slug="guardians")
        assert outcome.obstacles == [], said(outcome.obstacles)
        assert outcome.entries == [] and outcome.skipped >= 3
        assert (Guardian.history.count(), Guardianship.history.count()) == told


def test_staff_come_back_unchanged_and_whole(world, client_of):
    department = Department.objects.create(name="Отделение  почты")
    one = world.teacher.employee
    one.department, one.staff_type, one.contract = department, "teaching", "part_time"
    one.category, one.education = "higher", "=высшее"
    one.hired_on, one.birth_date = world.today, datetime.date(1980, 2, 29)
    one.personal_no, one.snils, one.phone = "'007", "112-233-445 95", "+7 900 0000000"
    one.sex = "f"
    one.save()
    data = let_out(client_of(world.hr), "employee")
    told = Employee.history.count()
    outcome = back(data, world.hr, slug="employees")
    assert outcome.obstacles == [], said(outcome.obstacles)
    assert outcome.entries == [] and Employee.history.count() == told
    fields = ("department", "staff_type", "contract", "category", "education", "sex")
    was = [getattr(one, name) for name in fields]
    for name in fields:
        setattr(one, name, None if name == "department" else "")
    one.save()
    assert counts(back(data, world.hr, slug="employees"))[:2] == (0, 1)
    one.refresh_from_db()
    assert [getattr(one, name) for name in fields] == was


def test_numbers_of_the_pension_fund_leave_with_who_keeps_the_cards_alone(
    world, client_of
):
    world.teacher.employee.snils = "112-233-445 95"
    world.teacher.employee.save()
    for who, model, kept in (
        ("hr", "employee", True),
        ("deputy", "employee", False),
        ("secretary", "guardian", True),
    ):
        sheet = read_workbook(let_out(client_of(world.people[who]), model), "с.xlsx")
        assert ("СНИЛС" in sheet.sheets[0].rows[0]) is kept, who
