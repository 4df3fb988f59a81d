"""Files of real offices (people in them are invented), read from beside the project.

The counts were made by hand. The files carry no licence and are no part of the
repository: where they are absent the tests are skipped.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from journal.domain.curriculum.abbreviations import abbreviations
from journal.exchange.fields import (
    DISCIPLINES,
    EMPLOYEES,
    GROUPS,
    ROOMS,
    ROSTER,
    TABLES,
    THEMATIC_PLAN,
)
from journal.exchange.mapping import apply, merge_repeats, propose
from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.tables import find_tables

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="рядом с проектом нет ../shared/data с настоящими файлами"
)
PERSON = ("group", "last_name", "first_name", "middle_name")


def read(pattern, fields):
    (path,) = DATA.glob(pattern)
    with path.open("rb") as file:
        found, refused = find_tables(read_workbook(file, path.name), fields)
    results = {}
    for table in found:
        mapping = propose(table, fields)
        results[table.name] = (mapping, apply(mapping, table))
    return results, refused


def people(pattern, fields=ROSTER):
    results, _ = read(pattern, fields)
    rows = merge_repeats([result.rows for _, result in results.values()], PERSON)
    assert not [row for row in rows if row.errors]
    return [
        " ".join(filter(None, (row.values.get(key) for key in PERSON[1:])))
        for row in rows
    ]


@pytest.mark.parametrize(
    ("pattern", "students", "some"),
    [
        ("rosters/03*", 23, ["Огебипов Фёдор", "Нолнилаев Вадим", "Едрамктих Глеб"]),
        (
            "rosters/04*",
            30,
            ["Унсимокаев Даниил", "Бризко-Бтайн Алексей Антонович"],
        ),
        (
            "rosters/05*",
            23,
            ["Еггепгаев Глеб Николаевич угли", "Гатсенова Ангелина Юрьевич кызы"],
        ),
        ("rosters/07*", 86, ["Абьнапомузова Полина Олеговна", "Незькетский Максим"]),
        ("rosters/08*", 70, ["Удигнавина Ксения", "Нонова Анна"]),
        ("rosters/10*", 10, ["Задоева Дарья", "Осос Николай", "Омезов Дмитрий"]),
        ("rosters/11*", 28, ["Угоков И. И.", "Нросизьдагов П. П."]),
    ],
)
def test_a_roster_gives_its_students_and_nobody_else(pattern, students, some):
    found = people(pattern)
    assert len(found) == students
    assert set(some) <= set(found)


def test_a_school_of_44_sheets_gives_1270_pupils_by_class():
    results, refused = read("rosters/01*", ROSTER)
    assert (len(results), refused) == (44, [])
    rows = [row for _, result in results.values() for row in result.rows]
    assert len(rows) == 1270
    assert not [row for row in rows if row.errors or row.warnings]
    groups = Counter(row.values["group"] for row in rows)
    assert (groups["1 А"], groups["8 Б"], groups["4 Б"]) == (33, 34, 30)
    assert set(groups) == set(results)
    assert Counter(row.values["sex"] for row in rows).keys() == {"male", "female"}
    by_place = {(row.sheet, row.number): row.values for row in rows}
    assert by_place["1 Г", 2]["last_name"] == "Оснётов"  # in capitals there
    assert by_place["3 Д", 2]["middle_name"] == "Денисович оглы"
    skipped = {
        (sheet, row.number, row.reason)
        for sheet, (_, result) in results.items()
        for row in result.skipped
    }
    # The words «Фамилия, Имя, Отчество» stand among the pupils twice.
    assert skipped == {
        ("4 Б", 30, "повторный заголовок"),
        ("11 А", 24, "повторный заголовок"),
    }


def test_a_gradebook_keeps_two_namesakes_and_points_at_them():
    found = Counter(people("rosters/03*"))
    assert [name for name, times in found.items() if times > 1] == ["Бобоев Тимур"]
    results, _ = read("rosters/03*", ROSTER)
    (row,) = [row for row in results["Лист1"][1].rows if row.warnings]
    assert (row.number, "строке 11" in str(row.warnings[0])) == (12, True)


def test_sections_among_students_are_kept_and_every_sheet_is_counted():
    results, refused = read("rosters/07*", ROSTER)
    assert [refusal.sheet for refusal in refused] == ["Export Summary"]
    assert [len(result.rows) for _, result in results.values()] == [83, 85, 86, 86, 86]
    _, first = results["Sheet 1 - Quiz 1"]
    assert Counter(row.section for row in first.rows) == {
        "ФКН (МОП)": 51,
        "ФКН": 25,
        "ЭКОНОМИКА": 2,
        "МАТЕМАТИКА": 5,
    }


def test_marks_that_became_dates_do_not_hide_the_students():
    results, _ = read("rosters/08*", ROSTER)
    ((mapping, result),) = results.values()
    assert mapping.chosen == {"A": "full_name", "B": "group"}
    groups = Counter(row.values["group"] for row in result.rows)
    assert groups == {"406": 24, "407": 23, "408": 23}
    assert [row.number for row in result.skipped] == [73, 74, 76, 77, 78]


def test_a_roster_without_header_is_mapped_by_content():
    results, _ = read("rosters/10*", ROSTER)
    ((mapping, result),) = results.values()
    assert list(mapping.chosen.values()) == [
        "personal_number",
        "last_name",
        "first_name",
        "group",
    ]
    assert result.rows[0].values == {
        "last_name": "Задоева",
        "first_name": "Дарья",
        "group": "4316",
        "personal_number": "1008919333",
    }


@pytest.mark.parametrize("kind", ["50_csv_{}_utf8bom.csv", "51_csv_{}_cp1251.csv"])
def test_reference_tables_are_the_same_in_both_encodings(kind):
    def values(name, fields):
        results, _ = read(f"csv/{kind.format(name)}", fields)
        ((_, result),) = results.values()
        assert not [row for row in result.rows if row.errors]
        return [row.values for row in result.rows]

    groups = values("groups", GROUPS)
    assert (len(groups), groups[0]) == (8, {"name": "ИСП-110", "size": 23})
    rooms = values("rooms", ROOMS)
    assert len(rooms) == 7
    assert rooms[5] == {
        "name": "227",
        "description": "Лаборатория",
        "capacity": 12,
        "notes": "Оснащен компьютерами",
    }
    teachers = values("teachers", EMPLOYEES)
    assert len(teachers) == 12
    assert teachers[3] == {
        "last_name": "Огкнаикко",
        "first_name": "Ю.",
        "middle_name": "С.",
    }
    disciplines = values("disciplines", DISCIPLINES)
    assert len(disciplines) == 12
    assert disciplines[-1]["name"] == "Технология разработки защиты баз данных"
    assert disciplines[-1]["group"] == "ИСП-340"
    assert disciplines[-1]["lessons"] == 4


def test_a_plan_of_1060_topics_is_read_and_its_abbreviations_are_flagged():
    results, _ = read("curricula/42*", THEMATIC_PLAN)
    ((mapping, result),) = results.values()
    assert not mapping.unknown and not mapping.doubles
    rows = [row.values for row in result.rows]
    assert len(rows) == 1060
    assert not [row for row in result.rows if row.errors]
    assert len({row["discipline"] for row in rows}) == 46
    assert Counter(row["group"] for row in rows)["ИБ"] == 280
    assert Counter(row["semester"] for row in rows) == {2: 640, 4: 280, 6: 140}
    assert sum(row["hours"] for row in rows) == 2120
    # Every topic is a code such as «Т.ФизКу.4».
    assert all(abbreviations(row["topic"]) for row in rows)
    flagged = {row["discipline"] for row in rows if abbreviations(row["discipline"])}
    assert len(flagged) == 5  # «бухг.учета», «аппар-е» …


def test_a_plan_with_parameters_at_its_side_is_read():
    results, _ = read("curricula/43*", THEMATIC_PLAN)
    mapping, first = results["Лист1"]
    assert mapping.chosen == {"A": "number", "B": "topic", "C": "date"}
    assert [row.values["number"] for row in first.rows] == list(range(95, 103))
    assert {row.values["discipline"] for row in first.rows} == {"Информатика"}
    assert {row.values["group"] for row in first.rows} == {"10"}
    assert first.rows[5].values["topic"] == "Стеганография."
    _, second = results["Лист2"]
    assert len(second.rows) == 34
    topics = [row.values["topic"] for row in (*first.rows, *second.rows)]
    assert [found for topic in topics if (found := abbreviations(topic))] == [
        ["к.р."],
        ["ПК"],
    ]


@pytest.mark.parametrize("name", ["groups", "rooms", "disciplines", "teachers"])
def test_a_table_without_students_is_refused_as_a_roster(name):
    with pytest.raises(Refusal, match="нет столбца с фамилиями"):
        read(f"csv/50_csv_{name}*", ROSTER)


@cache
def timetables():
    paths = sorted((DATA / "timetables").iterdir())
    return [read_workbook(path.read_bytes(), path.name) for path in paths]


def test_every_timetable_is_read_and_none_passes_for_a_roster():
    assert {book.kind for book in timetables()} == {"xlsx", "xls", "csv"}
    named_wrongly = next(b for b in timetables() if b.name.startswith("28_"))
    assert (named_wrongly.name[-4:], named_wrongly.kind) == (".xls", "xlsx")
    taken = []
    for book in timetables():
        try:
            found, _ = find_tables(book, ROSTER)
        except Refusal as refusal:
            assert "нет столбца с фамилиями" in str(refusal)
        else:
            taken.append(book.name)
            guesses = propose(found[0], ROSTER).columns.values()
            (name,) = [guess for guess in guesses if guess.key == "full_name"]
            assert (name.confidence, name.reason) == (0.7, "по содержимому")
    # «КТО ОТСУТСТВУЕТ»: a column of names that does not say whose, so it is asked about.
    assert taken == ["24_substitutions.xlsx"]


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"roster"}))
def test_a_timetable_as_something_else_is_read_or_refused_never_worse(table):
    told = 0
    for book in timetables():
        try:
            found, _ = find_tables(book, TABLES[table])
        except Refusal as refusal:
            assert str(refusal).endswith(".")
            told += 1
            continue
        for one in found:
            result = apply(propose(one, TABLES[table]), one)
            numbers = [row.number for row in result.rows]
            assert numbers == sorted(set(numbers))
    assert told
