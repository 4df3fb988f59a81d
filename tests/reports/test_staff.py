"""R32: figures worked out by hand (K 4.3.7)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from journal.models import Employee
from tests.cast import person
from tests.reports.groups import report, rows
from tests.reports.test_occupancy import order
from tests.reports.test_pages import address


@pytest.fixture
def staff(world):
    """Nine of the fifteen have a card that says something; six say nothing."""
    cards = (
        ("director", "executive", "employment", "", None),
        ("department_head", "executive", "employment", "", "department"),
        ("teacher", "teaching", "employment", "higher", "department"),
        ("teacher2", "teaching", "part_time", "first", "department"),
        ("master", "teaching", "civil", "none", "department2"),
    )
    for name, kind, contract, category, department in cards:
        employee = world.people[name].employee
        employee.staff_type, employee.contract = kind, contract
        employee.category = category
        employee.department = getattr(world, department) if department else None
        employee.save()


def test_the_summary_counts_by_department_and_group_of_staff(world, staff):
    table = report(world.hr, "staff")
    lines = [line.section or line.values[:2] for line in table.body()]
    assert [list(one) if type(one) is not str else one for one in lines] == [
        "Отделение связи",
        ["руководящие работники", 1],
        ["педагогические работники", 2],
        ["Итого", 3],
        "Отделение экономики",
        ["педагогические работники", 1],
        ["Итого", 1],
        "Вне отделений",
        ["руководящие работники", 1],
        ["не указано", 10],
        ["Итого", 11],
    ]
    (total,) = rows(table, table.foot()).values()
    assert total == {
        "Группа персонала": "Всего",
        "Всего": 15,
        "Договор трудовой": 3,
        "Договор совместительство": 1,
        "Договор ГПХ": 1,
        "Договор не указано": 10,
        "Категория высшая": 1,
        "Категория первая": 1,
        "Категория соответствие должности": 0,
        "Категория не имеет": 1,
        "Категория не указано": 12,
    }


def test_a_department_alone_and_who_works_on_that_day(world, staff):
    employee = world.teacher2.employee
    employee.hired_on, employee.dismissed_on = date(2026, 9, 10), date(2026, 10, 1)
    employee.save()

    def names(day):
        answers = {"view": "list", "department": world.department.pk, "day": day}
        return list(rows(report(world.hr, "staff", **answers)))

    assert names("2026-09-09") == ["Жданов", "Юдин"]
    assert names("2026-09-10") == ["Жданов", "Щукина", "Юдин"]
    assert names("2026-09-30") == ["Жданов", "Щукина", "Юдин"]
    assert names("2026-10-01") == ["Жданов", "Юдин"]


def test_comings_and_goings_are_told_with_their_orders(world, staff):
    teacher, master = world.teacher.employee, world.master.employee
    teacher.hired_on = date(2026, 9, 1)
    master.dismissed_on = date(2026, 10, 14)
    for one in (teacher, master):
        one.save()
    person(Employee, ("Ранний", "Иван", ""), hired_on=date(2026, 8, 31))
    person(Employee, ("Поздний", "Иван", ""), hired_on=date(2026, 10, 15))
    order("hire", teacher.hired_on, "5-к", employee=teacher)
    table = report(world.director, "staff", view="movement")
    assert table.lines == ["По всем отделениям · с 01.09.2026 по 14.10.2026"]
    assert [line.section or line.values[1:] for line in table.body()] == [
        "Приняты: 1",
        [
            "Жданов Лев Борисович",
            "",
            "Отделение связи",
            date(2026, 9, 1),
            "№ 5-к от 01.09.2026",
        ],
        "Уволены: 1",
        [
            "Цветков Юрий Фёдорович",
            "",
            "Отделение экономики",
            date(2026, 10, 14),
            "",
        ],
    ]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"first": "2026-10-20"}, "Начало позже конца"),
        ({"view": "everything"}, "Выберите вид отчёта из списка."),
        ({"department": "0"}, "Выберите отделение из списка."),
        ({"day": "вчера"}, "Укажите дату в виде ДД.ММ.ГГГГ."),
    ],
)
def test_wrong_answers_are_named(world, client_of, answers, words):
    answer = client_of(world.hr).get(address("staff"), answers)
    assert answer.status_code == 400
    assert words in answer.content.decode()


@pytest.mark.parametrize("view", ["summary", "list", "movement"])
def test_an_empty_report_says_why(world, client_of, view):
    Employee.objects.update(hired_on="2026-10-20")
    page = client_of(world.hr).get(address("staff"), {"view": view}).content.decode()
    assert "Проверьте" in page


@pytest.mark.parametrize("people", [1, 30])
@pytest.mark.parametrize(("view", "price"), [("list", 6), ("movement", 7)])
def test_the_staff_costs_the_same_queries_however_many_they_are(
    world, client_of, people, view, price
):
    for number in range(people):
        person(Employee, (f"Новый{number}", "Иван", ""), hired_on=date(2026, 9, 2))
    client, answers = client_of(world.hr), {"view": view}
    assert client.get(address("staff"), answers).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address("staff"), answers).content.decode()
    assert page.count("Новый") == people
    assert len(queries) == price


def test_the_list_of_reports_names_them(world, client_of):
    page = client_of(world.hr).get(reverse("admin:reports")).content.decode()
    assert "Отчёты по кадрам" in page
    assert "Наполняемость" not in page
