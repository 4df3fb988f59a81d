"""Wide timetables laid flat: by hand in the shapes of offices, and real files."""

import time
from pathlib import Path

import pytest

from journal.domain.timetable.clashes import all_clashes
from journal.exchange.fields.timetable import HEAD
from journal.exchange.reading import Refusal, Sheet, Workbook, read_workbook
from journal.exchange.reading.workbook import Merge
from journal.exchange.registry import IMPORTERS
from journal.exchange.timetable.celltext import BEFORE, Reader, split_rooms
from journal.exchange.timetable.names import said_name, teachers
from journal.exchange.timetable.wide import is_wide, lay_flat
from journal.models import (
    Course,
    Discipline,
    Employee,
    Group,
    Lesson,
    Room,
    Subgroup,
    TimetableEntry,
)
from tests.imports import counts, said, take
from tests.imports.hands import Wizard

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "timetables"
real = pytest.mark.skipif(
    not DATA.is_dir(), reason="рядом с проектом нет ../shared/data с настоящими файлами"
)


def flat(rows, merged=()):
    """What is laid flat of one sheet: dicts without empty values."""
    width = max(map(len, rows))
    rows = [
        [cell or None for cell in row] + [None] * (width - len(row)) for row in rows
    ]
    book = Workbook(
        "р.xlsx", [Sheet("Лист", rows, [Merge(*one) for one in merged])], "xlsx"
    )
    assert is_wide(book)
    (sheet,) = lay_flat(book).sheets
    return [
        {title: cell for title, cell in zip(HEAD, row, strict=True) if cell}
        for row in sheet.rows[1:]
    ]


# The text of a cell


@pytest.mark.parametrize(
    ("lines", "rooms", "found"),
    [
        (["История Орлов В.А."], "101", [("История", "Орлов В.А.", "101", None, 0)]),
        (["История", "Орлов В. А."], "", [("История", "Орлов В. А.", "", None, 0)]),
        (
            ["Информатика Орлов А.Н.(1 погруппа), Ива В.И. (2 подгруппа)"],
            "31 41",
            [
                ("Информатика", "Орлов А.Н.", "31", 1, 0),
                ("Информатика", "Ива В.И.", "41", 2, 0),
            ],
        ),
        (
            ["Английский язык Орлов Л.Г., Ива Л.В."],
            "207 / 266",
            [
                ("Английский язык", "Орлов Л.Г.", "207", 1, 0),
                ("Английский язык", "Ива Л.В.", "266", 2, 0),
            ],
        ),
        (
            ["1 н. Физика Орлов А.Н. ------ 2 н. Химия Ива В.И."],
            "5 ------ 7",
            [
                ("Физика", "Орлов А.Н.", "5", None, 1),
                ("Химия", "Ива В.И.", "7", None, 2),
            ],
        ),
        (["2 н. Химия Ива В.И."], "7", [("Химия", "Ива В.И.", "7", None, 2)]),
        (
            ["Физика Орлов А.Н.", "Химия Ива В.И."],
            "",
            [
                ("Физика", "Орлов А.Н.", "", None, 11),
                ("Химия", "Ива В.И.", "", None, 12),
            ],
        ),
        (["------"], "", []),
    ],
)
def test_a_cell_is_taken_apart(lines, rooms, found):
    pieces = Reader(has_room_column=True).pieces(lines, rooms)
    assert [
        (one.discipline, one.teacher, one.room, one.part, one.parity) for one in pieces
    ] == found
    assert not any(one.problem for one in pieces)


@pytest.mark.parametrize(
    ("text", "rooms", "words"),
    [
        ("Физика Орлов А.Н. ЭКЗАМЕН", "5", "лишние слова «ЭКЗАМЕН»"),
        ("Орлов А.Н.", "5", "нет дисциплины"),
        ("Физика Орлов А.Н., Ива В.И., Лис П.П.", "5 7", "аудитории «5 7» на 3"),
        ("Физика Орлов А.Н. (1 п/г), Ива В.И.", "5 7", "не у всех"),
        ("Физика 1 н. Химия Ива В.И.", "5", "непонятно, что на какой неделе"),
    ],
)
def test_what_is_not_understood_says_why(text, rooms, words):
    (piece,) = Reader(has_room_column=True).pieces([text], rooms)
    assert words in piece.problem


def test_initials_may_stand_first_and_the_room_in_the_text():
    reader = Reader(BEFORE)
    (piece,) = reader.pieces(["История", "В.В. Нун"], "")
    assert (piece.discipline, piece.teacher) == ("История", "В.В. Нун")
    (piece,) = Reader().pieces(["Физика Орлов А.Н. Спортзал"], "")
    assert piece.room == "Спортзал"
    assert split_rooms("1 2 3", 2) is None


# The layouts


def test_merged_days_two_columns_a_group_and_hours_in_words():
    rows = [
        ["", "", "ИС-11", "", "ТО-12", ""],
        ["Понедельник 19.05", "1 пара 8.30-10.00", "Физика Орлов А.Н.", 24, "Химия Ива В.И.", 25],
        ["", "", "", "", "", ""],
        ["", "2 пара 10.10-11.40", "", "", "Физика Орлов А.Н.", "24"],
        ["Вторник 20.05", "1 пара 8.30-10.00", "", "7", "", ""],
        ["Зам. директора ____", "", "", "", "", ""],
    ]  # fmt: skip
    found = flat(rows)
    assert [one.get("Не понято") for one in found].count(None) == 3
    first, *_, last = found
    assert first == {
        "Группа": "ИС-11",
        "Дисциплина": "Физика",
        "Преподаватель": "Орлов А.Н.",
        "Аудитория": "24",
        "День недели": "понедельник",
        "Занятие": 1,
        "Место в файле": "C2",
    }
    assert last["Не понято"] == "в клетке только аудитория «7»"
    assert last["Место в файле"] == "C5"


def test_odd_and_even_rows_and_spaced_days():
    rows = [
        ["Дни", "Уроки", "", "ИС-11"],
        ["П О Н Е Д Е Л Ь Н И К", 1, "числитель", "Физика Орлов А.Н. 101"],
        ["", "", "знаменатель", "Химия Ива В.И. 102"],
        ["В Т О Р Н И К", 2, "числитель", ""],
        ["", "", "знаменатель", "Химия Ива В.И. Библ."],
    ]
    found = flat(rows)
    assert [(one["Занятие"], one["Недели"], one["Аудитория"]) for one in found] == [
        (1, "числитель", "101"),
        (1, "знаменатель", "102"),
        (2, "знаменатель", "Библ"),
    ]


def test_times_are_counted_and_groups_above_each_day_are_no_lesson():
    rows = [
        ["", "№", "Группа:", "ИС-11", "ТО-12"],
        ["06.04 ПОНЕДЕЛЬНИК", "9:00-10:30", "", "Физика", "Физика"],
        ["", "", "", "Орлов А.Н.", "Орлов А.Н."],
        ["", "10:45-12:15", "", "Химия", ""],
        ["", "", "", "Ива В.И.", ""],
        ["", "№", "Группа:", "ИС-11", "ТО-12"],
        ["07.04 ВТОРНИК", "9:00-10:30", "", "", "Химия"],
        ["", "", "", "", "Ива В.И."],
    ]
    found = flat(rows)
    assert [(one["Группа"], one["Дисциплина"], one["Занятие"]) for one in found] == [
        ("ИС-11", "Физика", 1),
        ("ИС-11", "Химия", 2),
        ("ТО-12", "Физика", 1),
        ("ТО-12", "Химия", 1),
    ]


def test_a_cell_over_groups_is_a_stream_and_over_a_day_is_practice():
    rows = [
        ["День", "пара", "ИС-11", "ТО-12"],
        ["Понедельник", 1, "Физика Орлов А.Н.", ""],
        ["", 2, "", ""],
        ["", 3, "", ""],
        ["Вторник", 1, "Учебная практика Ива В.И.", ""],
        ["", 2, "", ""],
        ["", 3, "", ""],
    ]
    found = flat(rows, merged=[(1, 2, 1, 3), (4, 2, 6, 2)])
    one, other, practice = found
    assert one["Поток"] == other["Поток"] == "1-1-C2"
    assert practice["Занятие"] == "весь день"


# Taken in


@pytest.fixture
def empty(world):
    Lesson.objects.update(entry=None)
    TimetableEntry.objects.all().delete()


WIDE = [
    ["День", "пара", "2-ИС", "", "1-ЭК", ""],
    ["Понедельник", 1, "Математика Жданов Л.Б.", 101, "Экономика организации Хромов О.И.", 202],
    ["", 2, "Линейка", "", "", ""],
    ["", 3, "Математика Жданов Л.Б. ЗАЧЁТ", 101, "Математика Жданов Л.Б.", "101"],
    ["Вторник", 1, "Матиматика Жданов Л.Б.", 101, "", ""],
]  # fmt: skip


def test_cells_are_left_out_by_place_and_names_confirmed(world, empty, client_of):
    wizard = Wizard(client_of(world.dispatcher), "timetable")
    assert wizard.upload(WIDE).status_code == 302
    assert wizard.agree().status_code == 302
    outcome = wizard.look().context["outcome"]
    names = {one.title: one for one in outcome.questions}
    assert set(names) == {"Линейка", "Матиматика"}
    maths = world.course.discipline
    answers = {
        f"answer-{names['Линейка'].place}": "skip",
        f"answer-{names['Матиматика'].place}": str(maths.pk),
    }
    wizard.apply(**answers, action="answer")
    outcome = wizard.look().context["outcome"]
    left = said(outcome.left_out)
    assert "Список|3|C3|«Линейка»" in left
    assert "Список|4|C4|«Математика Жданов Л.Б. ЗАЧЁТ»: лишние слова «ЗАЧЁТ»" in left
    assert "Список|4|E4|у группы 1-ЭК" in left
    assert outcome.errors == []
    assert wizard.apply().status_code == 302
    assert set(TimetableEntry.objects.values_list("weekday", "number", "room__number")) == {
        (1, 1, "101"),
        (1, 1, "202"),
        (2, 1, "101"),
    }  # fmt: skip


# file: (lines understood, cells left out, options)
FILES = {
    "20_timetable_college_week_1188merged.xlsx": {},
    "22_timetable_college_chisl_znam.xlsx": {},
    "30_timetable_college_engels.xls": {},
    "32_timetable_college_11sheets.xls": {"attach": True},
}


@real
@pytest.mark.parametrize("name", FILES)
@pytest.mark.on_postgresql(name=["22_timetable_college_chisl_znam.xlsx"])
def test_a_real_week_comes_in_where_the_college_knows_its_names(world, empty, name):
    """Groups, disciplines, teachers and rooms of the file are made; nothing is asked,
    every line stands, no two of them meet, and again nothing changes."""
    data = (DATA / name).read_bytes()
    rows = _rows(data, name)
    _make(world, [row for row in rows if "Не понято" not in row])
    outcome = take("timetable", data, world.dispatcher, **FILES[name])
    assert outcome.obstacles == [], said(outcome.obstacles)[:2000]
    assert outcome.added == TimetableEntry.objects.count() > 200
    lost = len(outcome.left_out)
    assert outcome.added + outcome.repeats + lost == len(rows)
    assert all(note.column and note.row and note.reason for note in outcome.left_out)
    assert all_clashes(world.period.first_day) == []
    again = take("timetable", data, world.dispatcher, **FILES[name])
    assert counts(again) == (0, 0, outcome.added)


@real
@pytest.mark.parametrize("name", FILES)
@pytest.mark.on_postgresql(name=["22_timetable_college_chisl_znam.xlsx"])
def test_a_real_week_of_strangers_asks_and_stores_nothing(world, empty, name):
    outcome = take("timetable", (DATA / name).read_bytes(), world.dispatcher)
    assert {one.sheet for one in outcome.questions} >= {"Группы", "Дисциплины"}
    assert not outcome.is_stored
    assert TimetableEntry.objects.count() == 0


def _rows(data, name):
    book = IMPORTERS["timetable"].opened(read_workbook(data, name))
    return [
        {title: cell for title, cell in zip(HEAD, row, strict=True) if cell}
        for sheet in book.sheets
        for row in sheet.rows[1:]
    ]


def _make(world, rows):
    """A college that calls everything as the file does."""
    groups, disciplines, parts = {}, {}, {}
    for row in rows:
        group, title = row["Группа"], row["Дисциплина"]
        groups[group] = groups.get(group) or Group.objects.create(name=group)
        known = disciplines.get(title)
        disciplines[title] = known or Discipline.objects.get_or_create(name=title)[0]
        teacher = row.get("Преподаватель")
        if teacher and not teachers(Employee.objects.all()).find(teacher):
            last, first, middle = said_name(teacher)
            Employee.objects.create(
                last_name=last, first_name=first, middle_name=middle
            )
        if room := row.get("Аудитория"):
            Room.objects.get_or_create(number=room)
        course, _ = Course.objects.get_or_create(
            group=groups[group], discipline=disciplines[title], period=world.period
        )
        if part := row.get("Подгруппа"):
            parts[course, part] = parts.get((course, part)) or Subgroup.objects.create(
                course=course, number=part
            )


def test_a_sheet_as_large_as_may_be_is_refused_or_read_at_once():
    """Every row a day, every cell a lesson, thousands of ranges over all of it."""
    groups = [f"Г-{n}" for n in range(12)]
    line = ["Понедельник", "1", *["Физика Орлов А.Н."] * 12]
    rows = [["День", "пара", *groups], *([line, ["Вторник", *line[1:]]] * 900)]
    merged = [Merge(1 + n % 1800, 2, 1 + n % 1800, 13) for n in range(20_000)]
    book = Workbook("р.xlsx", [Sheet("Лист", rows, merged)], "xlsx")
    started = time.monotonic()
    with pytest.raises(Refusal, match="занятий больше"):
        lay_flat(book)
    assert time.monotonic() - started < 5


def test_hundreds_of_strangers_are_no_timetable_of_ours(world, empty):
    rows = [["Группа", "Дисциплина", "День недели", "Занятие", "Преподаватель"]]
    rows += [["2-ИС", f"Предмет {n} {n * 7}", "среда", 1, ""] for n in range(2000)]
    started = time.monotonic()
    with pytest.raises(Refusal, match="2000 имён"):
        take("timetable", rows, world.dispatcher)
    assert time.monotonic() - started < 5
