"""The commands: an outcome as JSON, exit code 1 with errors, never a traceback."""

import json

import pytest
from django.core.management import call_command

from journal.models import ImportBatch, Student
from tests import hostile
from tests.imports import HEAD, book

pytestmark = pytest.mark.on_postgresql(
    "test_a_roster_is_loaded_and_the_outcome_printed",
)

ROW = ["Сомова Анна Львовна", "12.03.2009", "112-233-445 95", ""]


@pytest.fixture
def run(tmp_path, capsys):
    def command(name, data, *arguments, file="список.xlsx"):
        path = tmp_path / file
        if data is not None:
            path.write_bytes(data)
        code = 0
        try:
            call_command(name, str(path), *arguments)
        except SystemExit as stop:
            code = stop.code
        return code, json.loads(capsys.readouterr().out)

    return command


def test_a_roster_is_loaded_and_the_outcome_printed(world, run):
    data = book({"2-ИС": [HEAD, ROW]})
    code, outcome = run("import_roster", data, "--preview", "--start", "01.09.2026")
    assert (code, outcome["added"], outcome["stored"]) == (0, 1, False)
    assert not ImportBatch.objects.exists()
    code, outcome = run("import_roster", data, "--by", "secretary")
    assert (code, outcome["stored"], outcome["errors"]) == (0, True, [])
    batch = ImportBatch.objects.get(pk=outcome["batch"])
    assert (batch.by, batch.file_name) == (world.secretary, "список.xlsx")
    code, outcome = run("import_roster", data)
    assert (code, outcome["added"], outcome["changed"], outcome["skipped"]) == (
        0,
        0,
        0,
        1,
    )
    assert [match["row"] for match in outcome["matches"]] == [2]


def test_errors_name_row_column_and_reason_and_give_code_1(world, run):
    bad = [*ROW[:1], "99.99.2009", *ROW[2:]]
    code, outcome = run("import_roster", book({"2-ИС": [HEAD, bad]}))
    assert code == 1 and not outcome["stored"]
    (error,) = outcome["errors"]
    assert (error["sheet"], error["row"], error["column"]) == (
        "2-ИС",
        2,
        "B «Дата рождения»",
    )
    assert "99.99.2009" in error["reason"]


def test_columns_and_sheets_may_be_named(world, run):
    rows = [["Кто", "Зачётка", "Когда родился"], [ROW[0], "77", ROW[1]]]
    code, outcome = run(
        "import_roster",
        book({"а": rows, "б": [["ФИО"], ["Лосев Игорь"]]}),
        *("--sheet", "а", "--group", "2-ИС"),
        *("--map", "Кто=full_name", "--map", "C=birth_date", "--map", "Зачётка="),
    )
    assert (code, outcome["added"]) == (0, 1)
    student = Student.objects.get(last_name="Сомова")
    assert (student.personal_no, str(student.birth_date)) == (None, "2009-03-12")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--start", "32.13.2026"], "32.13.2026"),
        (["--map", "ФИО"], "Столбец=поле"),
        (["--map", "Ничего=full_name"], "нет столбца"),
        (["--map", "ФИО=чепуха"], "нет поля"),
        (["--sheet", "нет такого"], "нет листа"),
        (["--by", "никто"], "никто"),
        (["--by", "teacher"], "не разрешён"),
    ],
)
def test_nonsense_in_the_options_is_refused_in_json(world, run, arguments, word):
    code, outcome = run("import_roster", book({"2-ИС": [HEAD, ROW]}), *arguments)
    assert code == 1 and word in outcome["refused"]
    assert outcome["errors"][0]["reason"] == outcome["refused"]
    assert not Student.objects.filter(last_name="Сомова").exists()


@pytest.mark.parametrize(
    "command",
    [
        "import_roster",
        "import_groups",
        "import_rooms",
        "import_employees",
        "import_guardians",
        "import_disciplines",
        "import_thematic_plan",
        "import_timetable",
    ],
)
@pytest.mark.parametrize(
    "what", ["truncated", "picture", "empty", "missing", "nameless"]
)
def test_what_cannot_be_taken_is_refused_for_a_secretary_to_read(
    db, run, command, what
):
    whole = hostile.xlsx()
    data, word = {
        "truncated": (whole[: len(whole) // 2], "повреждён"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "картинка"),
        "empty": (b"", "пустой"),
        "missing": (None, "такого файла нет"),
        "nameless": (
            book([["Цвет", "Вес"], ["синий", 1.5], ["алый", 2.5]]),
            "нет столбца",
        ),
    }[what]
    code, outcome = run(command, data)
    assert code == 1
    assert word in outcome["refused"].lower()
    assert outcome["refused"].endswith(".") and "Error" not in outcome["refused"]
    assert not ImportBatch.objects.exists()
