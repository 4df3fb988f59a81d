"""Which groups have an approved curriculum, and who is late (D1)."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journal.domain.curriculum.completeness import count_without_plan, read_admissions
from journal.domain.curriculum.versions import approve_curriculum
from journal.models import Curriculum, Group, Specialty
from journal.reports import registry
from journal.reports.table import Cell


@pytest.fixture
def admitted(world, plan):
    """2-ИС was admitted in 2025 and has no plan, 2-ИС-2 in 2026 by the plan."""
    world.group.admission_year, world.group.specialty = 2025, world.specialty
    world.group.save()
    world.group2.admission_year, world.group2.specialty = 2026, world.specialty2
    world.group2.save()
    Group.objects.create(name="1-ИС", specialty=world.specialty, admission_year=2026)
    Group.objects.create(
        name="9-ИС",
        specialty=world.specialty,
        admission_year=2020,
        closed_on=datetime.date(2024, 7, 1),
    )
    return plan


def found(user, today=datetime.date(2026, 10, 14)):
    return [
        (str(one.specialty)[:8], one.year, one.groups, one.state, one.late)
        for one in read_admissions(user, today)
    ]


def test_groups_are_told_by_specialty_and_admission_the_latest_first(world, admitted):
    assert found(world.deputy) == [
        ("09.02.07", 2025, ("2-ИС",), "none", 399),
        ("09.02.07", 2026, ("1-ИС",), "draft", 34),
        ("38.02.01", 2026, ("1-ЭК",), "none", 34),
    ]
    assert count_without_plan(world.deputy, datetime.date(2026, 10, 14)) == 3
    assert [one[:2] for one in found(world.studyunit)] == [
        ("09.02.07", 2025),
        ("09.02.07", 2026),
    ]
    assert count_without_plan(world.deputy, datetime.date(2026, 9, 10)) == 1


def test_an_approved_plan_is_done_and_keeps_the_days_it_was_late(world, admitted):
    approve_curriculum(admitted, world.deputy)
    assert found(world.deputy)[-1] == ("09.02.07", 2026, ("1-ИС",), "approved", 34)
    day = datetime.datetime(2026, 9, 1, 9, tzinfo=datetime.UTC)
    other = Curriculum.objects.create(
        name="Ещё",
        specialty=world.specialty2,
        admission_year=2026,
        state="approved",
        approved_at=day,
    )
    assert found(world.deputy)[-1][3:] == ("approved", 0)
    assert other.approved_by is None


def test_the_report_shows_it_to_heads_alone(world, admitted, client_of):
    table = registry.get("curricula").build({"user": world.deputy})
    rows = [line.values for line in table.body()]
    assert tuple(rows[0][1:4]) == (2025, "2-ИС", Cell("нет плана", "bad"))
    assert rows[1][3] == Cell("черновик", "bad")
    address = reverse("admin:report", args=["curricula"])
    assert client_of(world.studyunit).get(address).status_code == 200
    assert client_of(world.teacher).get(address).status_code == 404


@pytest.mark.parametrize("more", [1, 30])
def test_it_asks_the_database_twice_whatever_the_number(world, admitted, more):
    for number in range(more):
        specialty = Specialty.objects.create(code=f"1.{number}", name="Ещё")
        Group.objects.create(
            name=f"Г-{number}", specialty=specialty, admission_year=2026
        )
    read_admissions(world.deputy, timezone.localdate())
    with CaptureQueriesContext(connection) as caught:
        read_admissions(world.deputy, timezone.localdate())
    assert len(caught) == 2


def test_the_start_page_says_how_many_wait(world, admitted, client_of):
    html = client_of(world.deputy).get(reverse("admin:index")).content.decode()
    assert "Наборы без утверждённого учебного плана: 3" in html
    html = client_of(world.dispatcher).get(reverse("admin:index")).content.decode()
    assert "без утверждённого учебного плана" not in html
