"""Tables found on sheets that people made for people."""

import datetime

import pytest

from journal.exchange.fields import GROUPS, ROOMS, ROSTER, THEMATIC_PLAN
from journal.exchange.mapping import apply, propose
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.reading.workbook import Merge
from journal.exchange.tables import find_table, find_tables
from tests.exchange_pages import ANNA, BOTH, PETR, names, read, sheet


def test_titles_above_sections_between_and_totals_below_are_no_students():
    page = sheet(
        ["Список студентов группы ИСП-110 на 01.09.2026"],
        [],
        ["№ п/п", "Ф.И.О. студента", "Дата рожд.", "Оценка"],
        ["Бюджет"],
        [1, *ANNA, datetime.date(2008, 9, 1), 5],
        ["№ п/п", "Ф.И.О. студента", "Дата рожд.", "Оценка"],
        [None, "Договор", None, None],
        [2, *PETR, "2.9.08", 4],
        ["Итого", 2, None, 4.5],
        [None, "Куратор", None, "Петров А.А."],
    )
    mapping, result = read(page)
    assert mapping.chosen == {"A": "row_number", "B": "full_name", "C": "birth_date"}
    assert names(result) == BOTH
    assert [row.number for row in result.rows] == [5, 8]
    assert [row.section for row in result.rows] == ["Бюджет", "Договор"]
    assert {row.values["group"] for row in result.rows} == {"ИСП-110"}
    assert [str(issue) for issue in result.rows[1].repairs] == [
        "Дата рождения: «2.9.08» → «02.09.2008»"
    ]
    assert [(skipped.number, skipped.reason) for skipped in result.skipped] == [
        (4, "заголовок раздела"),
        (6, "повторный заголовок"),
        (7, "заголовок раздела"),
        (9, "итоговая строка"),
        (10, "после последней записи"),
    ]


def test_a_header_of_two_rows_is_read_through_its_merges():
    page = sheet(
        ["Группа", "Студент", None, None, "Дата", "Родители"],
        [None, "Фамилия", "Имя", "Отчество", "рождения", "Телефон матери"],
        ["ИС-11", "Соколова", "Анна", "Петровна", "01.09.2008", "89001234567"],
        [None, "Лебедев", "Пётр", None, "02.09.2008", None],
        merged=[Merge(0, 0, 1, 0), Merge(0, 1, 0, 3), Merge(2, 0, 3, 0)],
    )
    mapping, result = read(page)
    assert mapping.chosen == {
        "A": "group",
        "B": "last_name",
        "C": "first_name",
        "D": "middle_name",
        "E": "birth_date",
    }
    assert [row.values["group"] for row in result.rows] == ["ИС-11", "ИС-11"]
    assert [column.letter for column in mapping.unknown] == ["F"]
    assert [row.number for row in result.rows] == [3, 4]


def test_merges_of_one_cell_and_a_merged_name_do_no_harm():
    page = sheet(
        ["№", "ФИО", None, "Оценка"],
        [1, *ANNA, None, 5],
        [2, *PETR, None, 4],
        merged=[Merge(0, 0, 0, 0), Merge(1, 1, 1, 2), Merge(2, 1, 2, 2)],
    )
    assert names(read(page)[1]) == BOTH


def test_a_wide_merge_is_a_heading_even_when_it_looks_like_a_name():
    page = sheet(
        ["ФИО", "Пол", "Группа"],
        ["Механический Факультет"],
        [*ANNA, "ж", "ИС-11"],
        merged=[Merge(1, 0, 1, 2)],
    )
    _, result = read(page)
    assert (names(result), result.rows[0].section) == (
        BOTH[:1],
        "Механический Факультет",
    )


def test_a_list_without_a_header_is_known_by_its_content():
    page = sheet(
        [],
        [100200301, "Соколова", "Анна", "ИС-11", "89001234567", "anna@example.ru", "ж"],
        [100200302, "Лебедев", "Пётр", "ИС-11", "89001234568", "petr@example.ru", "м"],
        [100200303, "Кедрова", "Ольга", "ИС-12", "89001234569", "olga@example.ru", "ж"],
        [100200304, "Дубов", "Иван", "ИС-12", "89001234561", "ivan@example.ru", "м"],
    )
    mapping, result = read(page)
    assert mapping.chosen == {
        "A": "personal_number",
        "B": "last_name",
        "C": "first_name",
        "D": "group",
        "E": "phone",
        "F": "email",
        "G": "sex",
    }
    assert all(guess.confidence < 0.7 for guess in mapping.columns.values())
    assert result.rows[0].values["personal_number"] == "100200301"
    assert [row.number for row in result.rows] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "rows",
    [
        [["Кабинет", "Мест"], ["210", 20], ["211", 30]],
        [["Дисциплина", "Часы"], ["Физическая культура", 72], ["История России", 36]],
        [["ФИО", "Группа"], ["", ""], ["12", "ИС-11"]],
        [["Преподаватель:", "Соколов Иван Петрович"], ["Дата", "Тема занятия"]],
        [["ФИО преподавателя"], ANNA, PETR],
        [[5, 4, 3], [5, 4, 3]],
    ],
)
def test_a_table_without_names_is_refused_as_a_roster(rows):
    with pytest.raises(Refusal) as caught:
        find_table(sheet(*rows), ROSTER)
    assert "фамили" in str(caught.value)
    assert caught.value.sheet == "Лист1"


def test_a_person_may_name_the_columns_of_a_table_that_was_refused():
    page = sheet(["x", "y"], ["Ы Ы Ы", "Ъ"], ["Э Э", "Ъ"])
    with pytest.raises(Refusal):
        find_table(page, ROSTER)
    found = find_table(page, ROSTER, header_row=1, strict=False)
    mapping = propose(found, ROSTER)
    assert [wanted.key for wanted in mapping.missing] == ["full_name"]
    with pytest.raises(Refusal, match="укажите столбец для поля «ФИО»"):
        apply(mapping, found)
    mapping = propose(found, ROSTER, {"A": "full_name"})
    assert not mapping.missing


def test_a_person_may_say_which_row_is_the_header():
    page = sheet(["ФИО", "Группа"], ["Студент", "Группа"], ANNA, PETR)
    assert find_table(page, ROSTER, header_row=2).header_row == 2
    assert find_table(page, ROSTER, header_row=0).header_row is None


def test_an_empty_and_a_hidden_sheet_are_left_out_with_a_reason():
    hidden = sheet(["ФИО"], ANNA, name="Проверки")
    hidden.hidden = True
    book = Workbook("a.xlsx", [sheet([None]), hidden, sheet(["ФИО"], PETR)], "xlsx")
    found, left_out = find_tables(book, ROSTER)
    assert [table.name for table in found] == ["Лист1"]
    assert [str(refusal) for refusal in left_out] == [
        "Лист «Лист1»: лист пустой.",
        "Лист «Проверки»: скрытый лист не читается.",
    ]
    with pytest.raises(Refusal, match="Номер кабинета"):
        find_tables(book, ROOMS)
    book.sheets.append(sheet(["Мест"], [20]))
    with pytest.raises(Refusal, match="Ни на одном листе: нет столбца «Номер каб"):
        find_tables(book, ROOMS)


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        (GROUPS, [["Кабинет"], ["210"], ["211"], ["212"]]),
        (THEMATIC_PLAN, [["Дисциплина", "Часы"], ["Физическая культура", 72]] * 2),
        (THEMATIC_PLAN, [["ФИО"], ANNA, PETR, ANNA]),
        (ROOMS, [["210", 20], ["211", 30]]),
    ],
)
def test_lists_of_something_else_are_refused(fields, rows):
    with pytest.raises(Refusal, match="нет столбца"):
        find_table(sheet(*rows), fields)


def test_topics_without_a_header_are_known_by_their_look():
    page = sheet(["Цели курса."], ["Измерение информации."], ["Всемирная паутина."])
    _, result = read(page, THEMATIC_PLAN)
    assert [row.values["topic"] for row in result.rows][1] == "Измерение информации."
