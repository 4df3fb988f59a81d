"""Groups, rooms, staff, disciplines: found by name or number, changed, refused."""

import pytest

from journal.models import Campus, Discipline, Employee, Group, Room
from tests.imports import counts, latest, said, take


def test_groups_take_specialty_department_and_curator_by_name(world):
    curator = world.curator.employee
    specialty = world.group.specialty
    rows = [
        ["Группа", "Курс", "Специальность", "Куратор", "Количество человек"],
        ["3-ИС", 3, f"{specialty.code} {specialty.name}", curator.short_name, 25],
        ["1-эк", 1, "", "", 20],
    ]
    outcome = take("groups", rows, world.secretary)
    assert counts(outcome) == (1, 0, 1), said(outcome.obstacles)
    group = Group.objects.get(name="3-ИС")
    assert (group.course_year, group.specialty, group.curator) == (
        3,
        specialty,
        curator,
    )
    assert "E «Количество человек»" in said(outcome.ignored)
    assert "написание в базе" in said(outcome.matches)
    rows[1][1] = 4
    outcome = take("groups", rows, world.secretary)
    assert outcome.entries[0].changes == (("курс (класс)", "3", "4"),)


def test_what_a_group_refers_to_must_be_there(world):
    rows = [
        ["Группа", "Специальность", "Куратор", "Курс"],
        ["3-ИС", "99.99.99", "Никто Никита Никитич", 3],
        ["3-ПК", "", "", 12],
    ]
    outcome = take("groups", rows, world.office)
    assert not outcome.is_stored and not Group.objects.filter(name="3-ПК").exists()
    columns = [(note.row, note.column) for note in outcome.errors]
    assert columns == [
        (2, "B «Специальность»"),
        (2, "C «Куратор»"),
        (3, "D «Курс»"),
    ]


def test_rooms_are_known_by_number_within_a_building(world):
    main, annex = (Campus.objects.create(name=n) for n in ("Главный", "Пристройка"))
    Room.objects.create(number="101", campus=main)
    rows = [["Номер кабинета", "Корпус", "Количество мест"], ["101", "Пристройка", 25]]
    assert counts(take("rooms", rows, world.dispatcher)) == (1, 0, 0)
    assert counts(take("rooms", rows, world.dispatcher)) == (0, 0, 1)
    assert Room.objects.get(number="101", campus=annex).capacity == 25
    bare = [["Номер кабинета"], ["101"]]
    assert "Подходят несколько" in said(take("rooms", bare, world.dispatcher).errors)
    nowhere = [["Номер кабинета", "Корпус"], ["5", "Луна"]]
    assert "такого корпуса нет" in said(take("rooms", nowhere, world.dispatcher).errors)


def test_rows_that_say_the_same_are_one_and_contradictions_are_errors(world):
    rows = [["Дисциплина", "Сокращение"], ["Химия", "хим."], ["химия", "хим."]]
    outcome = take("disciplines", rows, world.deputy)
    assert (counts(outcome), outcome.repeats) == ((1, 0, 0), 1)
    rows = [["Дисциплина", "Сокращение"], ["Черчение", "черч."], ["Черчение", "ч."]]
    (error,) = take("disciplines", rows, world.deputy).errors
    assert (error.row, error.column) == (3, "B «Сокращение»")
    assert not Discipline.objects.filter(name="Черчение").exists()


def test_staff_are_found_by_number_or_by_a_name_that_only_one_bears(world):
    teacher = world.teacher.employee
    rows = [
        ["ФИО", "Табельный номер", "Должность"],
        [teacher.full_name, "17", "преподаватель математики"],
        ["Новиков Олег Юрьевич", "18", "мастер"],
    ]
    outcome = take("employees", rows, world.hr)
    assert counts(outcome) == (1, 1, 0), said(outcome.obstacles)
    teacher.refresh_from_db()
    assert (teacher.personal_no, teacher.position) == ("17", rows[1][2])
    assert latest(teacher).history_type == "~"
    assert counts(take("employees", rows, world.hr)) == (0, 0, 2)
    Employee.objects.create(
        last_name="Новиков", first_name="Олег", middle_name="Юрьевич"
    )
    outcome = take("employees", [["ФИО", "Телефон"], ["Новиков О.Ю.", "89001112233"]])
    assert len(outcome.open_questions) == 1 and not outcome.is_stored


def test_a_number_taken_twice_in_the_file_is_an_error(world):
    rows = [
        ["ФИО", "Табельный номер"],
        ["Белов Ян Ильич", "7"],
        ["Чернов Ян Ильич", "7"],
    ]
    (error,) = take("employees", rows, world.hr).errors
    assert (error.row, error.column) == (3, "B «Табельный номер»")
    assert "занят" in error.reason


def test_too_long_a_value_is_an_error_of_its_column(world):
    rows = [["Номер кабинета", "Описание кабинета"], ["5", "а" * 200]]
    (error,) = take("rooms", rows, world.dispatcher).errors
    assert (error.row, error.column) == (2, "B «Описание кабинета»")


@pytest.mark.parametrize("slug", ["groups", "rooms", "employees", "disciplines"])
def test_columns_that_nothing_takes_are_named(world, slug):
    head = {"groups": "Группа", "rooms": "Кабинет", "employees": "ФИО"}
    rows = [[head.get(slug, "Дисциплина"), "Цвет глаз"], ["Белов Ян Ильич", "серый"]]
    outcome = take(slug, rows)
    assert counts(outcome) == (1, 0, 0)
    assert said(outcome.ignored) == "Список|None|B «Цвет глаз»|столбец не загружается"
