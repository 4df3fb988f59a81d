"""Sheets of changes taken in: what is certain changes a lesson, the rest is listed."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from journal.exchange.options import Options
from journal.exchange.reading import read_workbook
from journal.exchange.registry import IMPORTERS
from journal.exchange.undo import undo
from journal.models import ImportBatch, Lesson, Subgroup
from tests.changes.conftest import week  # noqa: F401
from tests.imports import book, counts, said, take

HEAD = [
    *("дата", "неделя", "№ занятия", "группа", "по расписанию: дисциплина"),
    *("по расписанию: преподаватель", "по замене: дисциплина"),
    *("по замене: преподаватель", "кабинет"),
]
REAL = Path(__file__).parents[3] / "shared/data/timetables"


def row(week, **changes):  # noqa: F811
    names = {
        "date": f"{week.monday:%d.%m.%Y}",
        "week": "1 неделя",
        "number": "1",
        "group": "2-ИС",
        "was": "Математика",
        "whom": "Жданов Л.Б.",
        "discipline": "Математика",
        "teacher": "Цветков Ю.Ф.",
        "room": "",
    }
    return list((names | changes).values())


def load(world, *rows, **options):
    return take("changes", [HEAD, *rows], world.dispatcher, **options)


def fresh(lesson):
    return Lesson.objects.get(pk=lesson.pk)


def test_a_row_is_a_substitution_and_again_it_changes_nothing(world, week):  # noqa: F811
    outcome = load(world, row(week, room="101"))
    assert counts(outcome) == (0, 1, 0), said(outcome.left_out)
    lesson = fresh(week.first)
    assert lesson.teacher == world.master.employee
    assert lesson.planned_teacher == world.teacher.employee
    assert lesson.history.latest().history_user == world.dispatcher
    assert counts(load(world, row(week))) == (0, 0, 1)


def test_another_subject_another_room_and_nothing_at_all(world, week):  # noqa: F811
    outcome = load(
        world,
        row(week, discipline="ОП.01 Учебная практика"),
        row(week, number="2", was="Физика", whom="", discipline="-----", teacher="---"),
    )
    assert counts(outcome) == (0, 2, 0), said(outcome.left_out)
    first, second = fresh(week.first), fresh(week.second)
    assert (first.course, first.planned_course) == (world.practice, world.course)
    assert second.is_cancelled
    assert second.cancel_reason == "Занятие снято"


def test_a_lesson_where_none_was_is_an_extra_one(world, week):  # noqa: F811
    line = row(week, number="3", was="------", whom="------")
    outcome = load(world, line)
    assert counts(outcome) == (1, 0, 0), said(outcome.left_out)
    lesson = Lesson.objects.get(date=week.monday, number=3)
    assert (lesson.entry, lesson.teacher) == (None, world.master.employee)
    assert counts(load(world, line)) == (0, 0, 1)


def test_parts_of_a_group_are_told_apart(world, week):  # noqa: F811
    parts = [
        Subgroup.objects.create(course=world.course2, number=number)
        for number in (1, 2)
    ]
    Lesson.objects.filter(pk=week.second.pk).update(subgroup=parts[1])
    both = row(week, number="2", was="1 п/г Физика 2 п/г Физика", discipline="Физика")
    outcome = load(world, both)
    assert "две подгруппы" in said(outcome.left_out)
    one = row(week, number="2", was="1 п/г ------- 2 п/г Физика", discipline="Физика")
    assert counts(load(world, one)) == (0, 1, 0)
    assert fresh(week.second).teacher == world.master.employee


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"group": "9-ЯЯ"}, "«9-ЯЯ»: такого имени в журнале нет."),
        ({"teacher": "Никто Н.Н."}, "«Никто Н.Н.»: такого имени в журнале нет."),
        ({"room": "999"}, "«999»: такого имени в журнале нет."),
        ({"number": "4"}, "нет занятия № 4 по расписанию"),
        ({"number": "сто"}, "не номер занятия"),
        ({"was": "Химия"}, "по расписанию там не «Химия», а «Математика»"),
        ({"discipline": "Химия"}, "у группы нет такого курса"),
        ({"teacher": "Хромов О.И."}, "Преподаватель в это время занят"),
        ({"room": "202"}, "Аудитория в это время занята"),
        ({"date": ""}, "на какой день"),
        (
            {"was": "---", "discipline": "---", "teacher": "---"},
            "ни по расписанию, ни по замене",
        ),
    ],
)
def test_what_is_not_certain_is_listed_and_left_out(world, week, changes, words):  # noqa: F811
    before = Lesson.objects.order_by("pk").values_list()
    was = list(before)
    outcome = load(world, row(week, **changes))
    assert words in said(outcome.left_out)
    assert outcome.left_out[0].row == 2
    assert counts(outcome) == (0, 0, 0)
    assert list(before.all()) == was


def test_one_bad_row_does_not_keep_the_others_out(world, week):  # noqa: F811
    outcome = load(world, row(week, group="9-ЯЯ"), row(week))
    assert counts(outcome) == (0, 1, 0)
    assert len(outcome.left_out) == 1


def test_a_lesson_held_is_left_out(world):
    day = f"{world.lesson_past.date:%d.%m.%Y}"
    line = [day, "", "1", "2-ИС", "Математика", "", "Математика", "Цветков Ю.Ф.", ""]
    assert "уже проведено" in said(load(world, line).left_out)


def test_the_batch_is_taken_back(world, week):  # noqa: F811
    extra = row(week, number="3", was="------", whom="------")
    load(world, row(week, room="101"), extra)
    undoing = undo(ImportBatch.objects.get(), world.dispatcher)
    assert (len(undoing.restored), len(undoing.deleted)) == (1, 1)
    assert fresh(week.first).teacher == world.teacher.employee
    assert not Lesson.objects.filter(date=week.monday, number=3).exists()


def test_the_day_may_be_given_by_hand_and_the_command_says_json(
    world,
    week,  # noqa: F811
    tmp_path,
    capsys,
):
    file = tmp_path / "замены.xlsx"
    file.write_bytes(book([HEAD, row(week, date="")]))
    call_command("import_changes", str(file), "--start", f"{week.monday:%d.%m.%Y}")
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["changed"] == 1
    assert fresh(week.first).teacher == world.master.employee


def test_only_who_substitutes_loads_it(world, client_of):
    page = "/admin/import/changes/"
    for name, status in (("dispatcher", 200), ("office", 200), ("teacher", 403)):
        assert client_of(world.people[name]).get(page).status_code == status, name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("zameny_college_2022_pseudonymised.csv", {}),
        (
            "24_substitutions.xlsx",
            {
                "named": {
                    "A": "group",
                    "B": "number",
                    "C": "planned_teacher",
                    "D": "planned_discipline",
                    "E": "room",
                    "F": "teacher",
                    "G": "discipline",
                }
            },
        ),
    ],
)
def test_real_sheets_are_read_and_every_row_is_answered(world, name, options):
    file = REAL / name
    if not file.exists():
        pytest.skip("нет настоящих файлов")
    importer = IMPORTERS["changes"](
        world.dispatcher, Options(start=world.today, **options)
    )
    outcome = importer.load(read_workbook(file.read_bytes(), name))
    assert counts(outcome) == (0, 0, 0)
    lines = {"zam": 492, "24_": 4}[name[:3]]
    told = {note.row for note in (*outcome.left_out, *outcome.errors)}
    assert len(told) >= lines - outcome.repeats - 2
    assert all(note.reason for note in outcome.left_out)
