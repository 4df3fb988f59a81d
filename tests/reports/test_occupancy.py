"""R22: figures worked out by hand, formats, roles; formats and roles of R32."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal.models import (
    Group,
    Membership,
    Order,
    OrderLine,
    Role,
    Student,
)
from journal.reports.registry import get
from tests.conftest import OF_EACH_ANCHOR
from tests.reports.groups import group_of, join, report, rows
from tests.reports.test_pages import ASKED, FORMATS, address, text_of

DAY = timedelta(days=1)
OPEN = {
    "occupancy": {
        *("office", "director", "deputy", "deputy_upr", "deputy_uvr"),
        *("studyunit", "department_head", "secretary", "curator"),
    },
    "staff": {"office", "director", "department_head", "hr"},
}


def order(kind: str, on: date, number: str, **about) -> Order:
    made = Order.objects.create(
        number=number,
        date=on,
        kind=kind,
        effective_on=on,
        state="done",
        sequence=Order.objects.count() + 1,
    )
    OrderLine.objects.create(order=made, **about)
    return made


@pytest.mark.parametrize("slug", OPEN)
@pytest.mark.parametrize(("who", "format"), ASKED)
@pytest.mark.on_postgresql(who=OF_EACH_ANCHOR, format=["html"])
def test_each_report_opens_in_each_format_for_whom_it_is(
    world, client_of, who, slug, format
):
    response = client_of(world.people[who]).get(address(slug), {"format": format})
    if who not in OPEN[slug]:
        assert response.status_code == 404
        return
    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[format]
    if format == "pdf":
        assert response.content.startswith(b"%PDF-")
    else:
        assert "Колледж связи и экономики" in text_of(response, format)


@pytest.mark.parametrize("slug", OPEN)
def test_the_roles_of_a_report_are_those_of_the_table(db, slug):
    held = Role.objects.filter(permissions__codename=f"report_{slug}")
    assert set(held.values_list("slug", flat=True)) == set(get(slug).roles)


@pytest.mark.parametrize("who", ["student", "parent", "trustee", "nobody"])
def test_families_open_no_report(world, client_of, who):
    for slug in OPEN:
        answer = client_of(world.people[who]).get(address(slug))
        assert answer.status_code in (302, 404)


# R22


def test_the_day_of_reference_is_proposed(world):
    """Яшин moved from 1-ЭК to 2-ИС on the 22nd of September."""
    found = rows(report(world.deputy, "occupancy"))
    assert {name: row["Всего"] for name, row in found.items()} == {
        "2-ИС": 5,
        "1-ЭК": 4,
        "Итого": 4,
    }
    table = report(world.deputy, "occupancy")
    assert table.lines == ["По состоянию на 20.09.2026"]
    found = rows(report(world.deputy, "occupancy", day="2026-10-14"))
    assert (found["2-ИС"]["Всего"], found["1-ЭК"]["Всего"]) == (6, 3)


@pytest.mark.parametrize(
    ("reference", "day"),
    [("01.10", "01.10.2026"), ("31.12", "14.10.2026"), ("чушь", "14.10.2026")],
)
def test_a_day_of_reference_still_to_come_is_today(world, reference, day):
    world.institution.reference_day = reference
    world.institution.save()
    assert report(world.deputy, "occupancy").lines == [f"По состоянию на {day}"]


def test_figures_of_a_group_are_counted_by_hand(world):
    world.institution.group_norm = 4
    world.institution.save()
    group = group_of(world, name="3-ТО")
    for last_name, sex, funding, form in (
        ("Ан", "m", "region", "full_time"),
        ("Бо", "m", "person", "full_time"),
        ("Во", "f", "region_target", "full_time"),
        ("Го", "f", "paid_target", "extramural"),
        ("До", "", "", ""),
    ):
        student = join(group, last_name, world.year.start)
        Student.objects.filter(pk=student.pk).update(sex=sex)
        Membership.objects.filter(student=student).update(funding=funding, form=form)
    row = rows(report(world.deputy, "occupancy"))["3-ТО"]
    assert row == {
        "№": 2,
        "Группа": "3-ТО",
        "Курс": 3,
        "Специальность (профессия)": "09.02.07 Информационные системы",
        "Всего": 5,
        "Пол м": 2,
        "Пол ж": 2,
        "Пол не указан": 1,
        "Основание бюджет": 2,
        "Основание договор": 2,
        "Основание не указано": 1,
        "Форма обучения очная": 3,
        "Форма обучения заочная": 1,
        "Форма обучения не указана": 1,
        "В академич. отпуске": 0,
        "Норма": 4,
        "Отклонение": 1,
    }


def test_departments_and_the_whole_add_up(world):
    group_of(world, "Ан", "Бо")
    table = report(world.deputy, "occupancy", day="2026-10-14")
    sections = [line.section for line in table.body() if line.section]
    assert sections == ["Отделение связи", "Отделение экономики"]
    sums = [
        (line.values[1], line.values[4])
        for line in table.body()
        if line.style == "bold"
    ]
    assert sums == [("Итого", 8), ("Итого", 3)]
    (total,) = rows(table, table.foot()).values()
    assert (total["Всего"], total["Норма"], total["Отклонение"]) == (11, 75, -64)
    assert "Групп: 3, из них больше нормы: 0." in table.notes[0]


def test_a_leave_is_told_apart_until_it_ends(world):
    """On leave from the 5th of October, back on the 12th."""
    student = world.students[0]
    left, back = date(2026, 10, 5), date(2026, 10, 12)
    Membership.objects.filter(student=student).update(end=left)
    order("leave", left, "1", student=student)

    def counts(day):
        row = rows(report(world.deputy, "occupancy", day=day))["2-ИС"]
        return row["Всего"], row["В академич. отпуске"]

    assert counts(left - DAY) == (6, 0)
    assert counts(left) == (5, 1)
    Membership.objects.create(student=student, group=world.group, start=back)
    order("return", back, "2", student=student)
    assert counts(back - DAY) == (5, 1)
    assert counts(back) == (6, 0)


def test_who_is_expelled_from_a_leave_is_on_leave_no_more(world):
    student = world.students[0]
    left = date(2026, 10, 5)
    Membership.objects.filter(student=student).update(end=left)
    order("leave", left, "1", student=student)
    order("expel", left + DAY, "2", student=student)
    row = rows(report(world.deputy, "occupancy", day=left + DAY))["2-ИС"]
    assert row["В академич. отпуске"] == 0


def test_a_group_bears_the_name_and_year_of_that_day(world):
    """History is dated back: the cast is younger than its academic year."""
    Group.history.update(history_date="2026-09-01T09:00+03:00")
    group = Group.objects.get(pk=world.group.pk)
    group.name, group.course_year = "3-ИС", 3
    group.save()
    latest = Group.history.filter(id=group.pk).latest("history_id")
    Group.history.filter(pk=latest.pk).update(history_date="2026-10-10T12:00+03:00")
    found = rows(report(world.deputy, "occupancy", day="2026-10-10"))
    assert found["3-ИС"]["Курс"] == 3
    found = rows(report(world.deputy, "occupancy", day="2026-10-09"))
    assert found["2-ИС"]["Курс"] == 2


def test_a_disbanded_group_is_there_until_its_day(world):
    world.group2.closed_on = date(2026, 10, 1)
    world.group2.save()
    assert "1-ЭК" in rows(report(world.deputy, "occupancy", day="2026-09-30"))
    assert "1-ЭК" not in rows(report(world.deputy, "occupancy", day="2026-10-01"))


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("curator", {"2-ИС"}),
        ("department_head", {"2-ИС"}),
        ("studyunit", {"2-ИС"}),
        ("secretary", {"2-ИС", "1-ЭК"}),
        ("director", {"2-ИС", "1-ЭК"}),
    ],
)
def test_everybody_has_the_own_groups(world, who, seen):
    found = rows(report(world.people[who], "occupancy"))
    assert found.keys() - {"Итого"} == seen


def test_a_right_given_to_a_teacher_opens_no_group(world, client_of):
    right = Permission.objects.get(codename="report_occupancy")
    Role.objects.get(slug="teacher").permissions.add(right)
    page = client_of(world.teacher).get(address("occupancy")).content.decode()
    assert "групп, доступных вам, нет" in page
    assert "2-ИС</th>" not in page


@pytest.mark.parametrize("groups", [1, 30])
def test_a_page_costs_the_same_queries_for_one_group_and_for_thirty(
    world, client_of, groups
):
    for number in range(groups):
        group_of(world, f"Ан{number}", name=f"9-{number:02}")
    client = client_of(world.deputy)
    assert client.get(address("occupancy")).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address("occupancy")).content.decode()
    assert page.count("9-") >= groups
    assert len(queries) == 8
