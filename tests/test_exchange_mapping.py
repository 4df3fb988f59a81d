"""Columns proposed, corrected by a person, and applied to rows."""

import datetime

import pytest

from journal.exchange.fields import (
    DISCIPLINES,
    EMPLOYEES,
    GROUPS,
    ROOMS,
    ROSTER,
    TABLES,
    THEMATIC_PLAN,
)
from journal.exchange.mapping import Row, apply, merge_repeats, propose
from journal.exchange.matching import headers_of, normal
from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.reading.workbook import column_index, column_letter
from journal.exchange.tables import find_table, find_tables
from journal.models.words import also_said, exchanged
from tests import hostile
from tests.exchange_pages import ANNA, PETR, read, sheet

# Columns


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Ф.И.О.", "full_name"),
        ("ФИО студента", "full_name"),
        ("Фамилия, имя, отчество", "full_name"),
        ("Фамилия Имя Отчество обучающегося", "full_name"),
        ("ОБУЧАЮЩИЙСЯ", "full_name"),
        ("Студенты", "full_name"),
    ],
)
def test_a_name_column_is_known_by_many_headers(header, key):
    assert read(sheet([header], ANNA, PETR))[0].chosen == {"A": key}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("№ п/п", "row_number"),
        ("Дата рожд.", "birth_date"),
        ("Дата\nрождения (дд.мм.гггг)", "birth_date"),
        ("Учебная группа", "group"),
        ("Гpуппа", "group"),  # a Latin p
        ("Отчество (при наличии)", "middle_name"),
        ("Моб. тел.", "phone"),
        ("E-mail", "email"),
        ("Эл. почта", "email"),
        ("№ зач. книжки", "personal_number"),
        ("Номер зачётки", "personal_number"),
        ("Страховой номер (СНИЛС)", "snils"),
        ("Телефон матери", None),
        ("ФИО родителя", None),
        ("Куратор", None),
        ("Группа здоровья", None),
        ("Средний балл аттестата", None),
    ],
)
def test_other_columns_of_a_roster_are_known_by_their_headers(header, key):
    page = sheet(["ФИО", header], [*ANNA, None], [*PETR, None])
    assert read(page)[0].chosen.get("B") == key


@pytest.mark.parametrize(
    ("fields", "header", "key"),
    [
        (THEMATIC_PLAN, "Кол-во часов", "hours"),
        (THEMATIC_PLAN, "Количество_часов", "hours"),
        (THEMATIC_PLAN, "Прак_подготовка", "practical_hours"),
        (THEMATIC_PLAN, "СРС", "self_study"),
        (THEMATIC_PLAN, "Д/З", "homework"),
        (THEMATIC_PLAN, "Курс_семестр", "semester"),
        (THEMATIC_PLAN, "Дистицплина", "discipline"),
        (GROUPS, "Кол-во студентов", "size"),
        (GROUPS, "Классный руководитель", "curator"),
        (ROOMS, "Посадочных мест", "capacity"),
        (EMPLOYEES, "Должность", "position"),
        (DISCIPLINES, "Индекс", "index"),
    ],
)
def test_columns_of_the_other_tables_are_known(fields, header, key):
    first = next(f.title for f in fields if f.required)
    cell = ANNA[0] if fields is EMPLOYEES else "ИС-11"
    assert read(sheet([first, header], [cell, None]), fields)[0].chosen["B"] == key


def test_doubles_and_unknown_columns_are_listed():
    page = sheet(
        ["ФИО", "Телефон", "Телефон", "Любимый цвет"],
        [*ANNA, None, "89001234567", "синий"],
        [*PETR, None, "89001234568", None],
    )
    mapping, result = read(page)
    assert mapping.chosen == {"A": "full_name", "C": "phone"}
    assert [(column.letter, key) for column, key in mapping.doubles] == [("B", "phone")]
    assert [(c.title, c.samples) for c in mapping.unknown] == [
        ("Любимый цвет", ("синий",))
    ]
    assert result.rows[0].values["phone"] == "+79001234567"


def test_the_more_usual_of_two_names_of_a_column_is_meant():
    page = sheet(["№", "Код", "Группа"], [1, "К-1", "ИС-11"])
    assert read(page, GROUPS)[0].chosen == {"A": "row_number", "C": "name"}


def test_a_persons_mapping_wins():
    page = sheet(["ФИО", "Группа", "Класс"], [*ANNA, "ИС-11", "10 А"])
    mapping, result = read(page, chosen={"C": "group", "B": None})
    assert mapping.chosen == {"A": "full_name", "C": "group"}
    assert mapping.columns[2].confidence == 1
    assert result.rows[0].values["group"] == "10 А"
    for wrong in ({"Z": "group"}, {"1": "group"}, {"A": "salary"}):
        with pytest.raises(Refusal, match="нет"):
            read(page, chosen=wrong)


def test_column_letters():
    assert [column_letter(n) for n in (0, 25, 26, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]
    assert [column_index(letters) for letters in ("A", "AA", "zz")] == [0, 26, 701]
    with pytest.raises(ValueError, match="Я"):
        column_index("Я")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_fields_is_sound(table):
    fields = TABLES[table]
    keys = [wanted.key for wanted in fields]
    assert len(keys) == len(set(keys))
    assert any(wanted.required for wanted in fields)
    titles = [wanted.title for wanted in fields]
    row = [ANNA[0] if f.kind == "full_name" else None for f in fields]
    row = [
        cell or ("Тема" if f.required else None)
        for cell, f in zip(row, fields, strict=True)
    ]
    found = find_table(sheet(titles, row), fields)
    assert [guess.key for guess in propose(found, fields).columns.values()] == keys


@pytest.mark.parametrize("table", TABLES)
def test_a_column_is_known_by_a_schools_words(table):
    """Its title has one such name, of which «номер группы» would have two."""
    fields = TABLES[table]
    headers = headers_of(tuple(fields))
    for place, wanted in enumerate(fields):
        for header in (exchanged(wanted.title), *also_said(wanted.title)):
            scores = headers.scores(header)
            if not any(w.startswith(wanted.without) for w in normal(header).split()):
                assert max(scores, key=scores.get) == place, header


# Rows


def test_errors_name_the_column_and_forbid_only_their_row():
    page = sheet(
        ["ФИО", "Дата рождения", "Пол", "СНИЛС"],
        [*ANNA, "31.02.2008", "да", "112-233-445 96"],
        ["Лебедев", "01.09.2008", "м", None],
        [*PETR, None, "М", 11223344595],
    )
    _, result = read(page)
    assert [(i.column, i.title) for i in result.rows[0].errors] == [
        ("B", "Дата рождения"),
        ("C", "Пол"),
        ("D", "СНИЛС"),
    ]
    assert "нет имени" in str(result.rows[1].errors[0])
    assert not result.rows[2].errors
    assert result.rows[2].values["sex"] == "male"
    assert result.rows[2].values["snils"] == "112-233-445 95"


def test_initials_and_repeats_ask_for_a_look():
    page = sheet(["ФИО"], ["Соколова А.П."], ANNA, ANNA, PETR)
    _, result = read(page)
    assert [len(row.warnings) for row in result.rows] == [1, 0, 1, 0]
    assert "инициалы" in str(result.rows[0].warnings[0])
    assert "строке 3" in str(result.rows[2].warnings[0])


def test_the_group_comes_from_column_section_title_or_sheet():
    by_sheet = sheet(["ФИО"], ANNA, name="ИС-11")
    by_section = sheet(["ФИО"], ["Группа ИС-12"], ANNA, ["ИС-13"], PETR, name="ИС-11")
    beside = sheet(["Группа:", "ИС-14"], ["ФИО"], ANNA, name="ИС-11")
    nowhere = sheet(["ФИО"], ANNA)

    def groups(page):
        return [row.values.get("group") for row in read(page)[1].rows]

    assert groups(by_sheet) == ["ИС-11"]
    assert groups(by_section) == ["ИС-12", "ИС-13"]
    assert groups(beside) == ["ИС-14"]
    assert groups(nowhere) == [None]


def test_a_plan_keeps_its_sections_semesters_and_disciplines():
    page = sheet(
        ["Преподаватель: Соколов И.П."],
        ["Дисциплина", "Тема", "Часы", "Вид занятия", "ДЗ"],
        ["3 семестр"],
        ["Раздел 1. Механика", None, 4, None, None],
        ["Физика", "Закон Ома", 2, "Урок", "§ 1"],
        [None, "Цепи", "2 ч.", "лаб. работа", None],
        ["IV семестр"],
        ["Химия", "Вода", 2.5, "пир", None],
        ["Всего", None, 8, None, None],
    )
    mapping, result = read(page, THEMATIC_PLAN)
    assert mapping.from_context == {"teacher": "Соколов И.П."}
    first, second, third = result.rows
    assert first.values == {
        "topic": "Закон Ома",
        "discipline": "Физика",
        "section": "Раздел 1. Механика",
        "kind": "lesson",
        "hours": 2,
        "homework": "§ 1",
        "semester": 3,
        "teacher": "Соколов И.П.",
    }
    assert second.values["discipline"] == "Физика"
    assert (second.values["hours"], second.values["kind"]) == (2, "lab")
    assert (third.values["discipline"], third.values["semester"]) == ("Химия", 4)
    assert [issue.title for issue in third.errors] == [
        "Вид занятия",
        "Количество часов",
    ]


def test_parameters_at_the_side_of_a_plan_are_no_columns():
    page = sheet(
        [None, "Название раздела", "Дата", None, None, None],
        [
            1,
            "Алгоритмы",
            datetime.date(2026, 9, 1),
            None,
            "Название предмета:",
            "Физика",
        ],
        [2, "Циклы и ветвления", datetime.date(2026, 9, 2), None, "Класс:", 10],
        [3, "Массивы чисел", datetime.date(2026, 9, 3), None, None, None],
    )
    mapping, result = read(page, THEMATIC_PLAN)
    assert mapping.chosen == {"A": "number", "B": "topic", "C": "date"}
    assert mapping.columns[1].reason == "вместо недостающего столбца"
    assert [row.values["discipline"] for row in result.rows] == ["Физика"] * 3
    assert [row.values["group"] for row in result.rows] == ["10"] * 3


def test_sheets_that_repeat_a_list_give_each_student_once_and_namesakes_twice():
    def row(number, name, group=None):
        return Row("Лист", number, {"last_name": name, "group": group})

    first = [row(2, "Соколова"), row(3, "Лебедев"), row(4, "Лебедев")]
    second = [row(9, "Лебедев"), row(8, "Соколова"), row(7, "Лебедев"), row(6, "Дубов")]
    other = [row(1, "Соколова", "ИС-11")]
    merged = merge_repeats([first, second, other], ("group", "last_name"))
    assert [r.number for r in merged] == [2, 3, 4, 6, 1]


def test_a_file_goes_all_the_way_to_rows():
    book = read_workbook(hostile.xlsx(), "список.xlsx")
    (found,), _ = find_tables(book, ROSTER)
    result = apply(propose(found, ROSTER), found)
    assert [row.values for row in result.rows] == [
        {
            "last_name": "Соколова",
            "first_name": "Анна",
            "middle_name": "Петровна",
            "group": "ИС-11",
        },
        {
            "last_name": "Лебедев",
            "first_name": "Пётр",
            "middle_name": "Ильич",
            "group": "ИС-11",
        },
    ]
