"""The weekly timetable from a flat table: lines found, refused, asked about."""

import datetime
import json

import pytest
from django.core.management import call_command

from journal.models import CourseTeacher, Lesson, Subgroup, TimetableEntry
from tests.imports import book, counts, look, said, take
from tests.imports.hands import Wizard
from tests.imports.test_round_trip import back, let_out

HEAD = [
    *("Группа", "Подгруппа", "Дисциплина", "Преподаватель", "Аудитория"),
    *("День недели", "Занятие", "Недели", "С даты", "По дату", "Поток"),
]
ROW = [
    "2-ИС",
    "",
    "Математика",
    "Жданов Л. Б.",
    "101",
    "понедельник",
    3,
    "",
    "",
    "",
    "",
]


def row(**changes):
    keys = ("group", "part", "discipline", "teacher", "room", "weekday", "number")
    names = dict(zip((*keys, "parity", "start", "end", "stream"), ROW, strict=True))
    return list((names | changes).values())


@pytest.fixture(autouse=True)
def empty(world):
    Lesson.objects.update(entry=None)
    TimetableEntry.objects.all().delete()


def load(world, *rows, **options):
    return take("timetable", [HEAD, *rows], world.dispatcher, **options)


def test_a_row_is_a_line_and_again_it_changes_nothing(world):
    outcome = load(world, row())
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)
    line = TimetableEntry.objects.get()
    assert (line.course, line.room, line.start) == (
        world.course,
        world.room,
        world.today,
    )
    assert line.history.get().history_user == world.dispatcher
    assert counts(load(world, row())) == (0, 0, 1)
    assert counts(load(world, row(room="202"))) == (0, 1, 0)


def test_all_that_a_line_may_say_is_read(world):
    Subgroup.objects.create(course=world.course, number=2)
    end = world.today + datetime.timedelta(days=21)
    start = world.today + datetime.timedelta(days=7)
    outcome = load(
        world,
        row(
            part="2 п/г",
            teacher="Жданов Лев Борисович",
            weekday="Вт",
            number="2 пара",
            parity="знаменатель",
            start=f"{start:%d.%m.%Y}",
            end=f"{end:%d.%m.%Y}",
            stream="П1",
        ),
        row(discipline=world.practice.discipline.name, teacher="Цветков Ю.Ф.",
            room="", number="весь день", weekday="суббота"),
    )  # fmt: skip
    assert counts(outcome) == (2, 0, 0), said(outcome.obstacles)
    line = TimetableEntry.objects.get(course=world.course)
    assert (line.subgroup.number, line.weekday, line.number) == (2, 2, 2)
    assert (line.parity, line.start, line.end, line.stream) == (2, start, end, "П1")
    assert TimetableEntry.objects.get(course=world.practice).number is None


def test_where_nobody_is_named_the_load_decides_or_asks(world):
    assert counts(load(world, row(teacher=""))) == (1, 0, 0)
    assert TimetableEntry.objects.get().teacher == world.teacher.employee
    CourseTeacher.objects.filter(course=world.course2).delete()
    outcome = load(world, row(discipline=world.course2.discipline.name, teacher=""))
    assert "не назван преподаватель" in said(outcome.errors)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weekday": "вчера"}, "не день недели"),
        ({"number": "17"}, "не номер занятия"),
        ({"parity": "иногда"}, "не «числитель»"),
        ({"part": "5"}, "нет подгруппы 5"),
        ({"part": "x"}, "не номер подгруппы"),
        ({"group": "1-ЭК"}, "нет курса «Математика»"),
        ({"end": "01.09.2020"}, "позже начала"),
        ({"start": "01.09.2099"}, "нет курса"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(world, changes, words):
    outcome = load(world, row(), row(**changes))
    assert not TimetableEntry.objects.exists()
    (error,) = outcome.errors
    assert (error.row, error.sheet) == (3, "Список")
    assert words in error.reason


def test_lines_that_meet_are_refused_in_the_file_and_in_the_base(world):
    twice = row(discipline=world.course2.discipline.name, teacher="Щукина В. И.")
    outcome = load(world, row(), twice)
    assert "Группа 2-ИС уже на занятии" in said(outcome.errors)
    load(world, row())
    elsewhere = row(group="1-ЭК", discipline="Экономика организации", room="")
    outcome = load(world, elsewhere)
    assert "Преподаватель Жданов Л. Б. уже ведёт" in said(outcome.errors)
    assert TimetableEntry.objects.count() == 1


def test_a_line_in_force_keeps_its_room(world):
    start = f"{world.period.first_day:%d.%m.%Y}"
    load(world, row(start=start))
    outcome = load(world, row(start=start, room="202"))
    assert "строка уже действует" in said(outcome.errors)


def test_unknown_names_are_asked_once_each_with_proposals(world):
    rows = [
        row(teacher="Ждановв Л.Б.", room="101а"),
        row(teacher="Ждановв Л.Б.", room="101а", weekday="вторник"),
    ]
    outcome = load(world, *rows)
    asked = {one.sheet: one for one in outcome.questions}
    assert set(asked) == {"Преподаватели", "Аудитории"}
    teacher = asked["Преподаватели"]
    assert teacher.title == "Ждановв Л.Б."
    assert "строк с этим именем: 2" in teacher.reason
    assert teacher.candidates[0] == (str(world.teacher.employee.pk), "Жданов Л. Б.")
    assert not outcome.is_stored
    answers = {
        ("Преподаватели", teacher.row): str(world.teacher.employee.pk),
        ("Аудитории", asked["Аудитории"].row): "skip",
    }
    outcome = load(world, *rows, answers=answers)
    assert counts(outcome) == (0, 0, 0)
    assert "имени нет в журнале" in said(outcome.left_out)
    answers["Аудитории", asked["Аудитории"].row] = str(world.room.pk)
    assert counts(load(world, *rows, answers=answers)) == (2, 0, 0)


def test_unknown_names_may_be_left_out_unasked(world):
    outcome = load(
        world, row(), row(weekday="среда", teacher="Никто Н.Н."), create=True
    )
    assert counts(outcome) == (1, 0, 0)
    (note,) = outcome.left_out
    assert (note.row, "«Никто Н.Н.»" in note.reason) == (3, True)


@pytest.mark.parametrize("count", [1, 30])
def test_a_file_takes_as_many_queries_as_a_row(
    world, django_assert_max_num_queries, count
):
    days = ("понедельник", "вторник", "среда", "четверг", "пятница")
    rows = [row(weekday=days[n % 5], number=1 + n // 5) for n in range(count)]
    with django_assert_max_num_queries(30):
        assert load(world, *rows).added == count


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_timetable_goes_out_and_comes_back_unchanged(world, client_of, kind):
    part = Subgroup.objects.create(course=world.course2, number=1)
    for fields in (
        {"weekday": 1, "number": 3, "room": world.room, "stream": "П"},
        {"weekday": 2, "number": 3, "parity": 1, "end": world.period.last_day},
        {"weekday": 3, "number": None},
        {"weekday": 4, "number": 1, "course": world.course2, "subgroup": part},
    ):
        TimetableEntry.objects.create(
            teacher=world.teacher.employee,
            start=world.period.first_day,
            **{"course": world.course, **fields},
        )
    before = list(TimetableEntry.objects.order_by("pk").values_list())
    data = let_out(client_of(world.dispatcher), "timetableentry", kind)
    outcome = back(data, world.dispatcher, kind, "timetable")
    assert counts(outcome) == (0, 0, 4), said(outcome.obstacles)
    assert list(TimetableEntry.objects.order_by("pk").values_list()) == before


def test_a_dispatcher_confirms_names_in_the_wizard(world, client_of):
    wizard = Wizard(client_of(world.dispatcher), "timetable")
    assert wizard.upload([HEAD, row(teacher="Ждановв Л.Б.")]).status_code == 302
    assert wizard.agree().status_code == 302
    page = wizard.look()
    (question,) = page.context["outcome"].questions
    html = page.content.decode()
    assert "Ждановв Л.Б." in html
    assert "Преподаватели" in html
    answer = {f"answer-{question.place}": str(world.teacher.employee.pk)}
    assert wizard.apply(**answer, action="answer").status_code == 302
    assert wizard.apply().status_code == 302
    assert TimetableEntry.objects.get().teacher == world.teacher.employee
    assert client_of(world.teacher).get(wizard.start).status_code == 403


def test_the_command_prints_the_outcome(world, tmp_path, capsys):
    path = tmp_path / "расписание.xlsx"
    path.write_bytes(book([HEAD, row(), row(weekday="вчера")]))
    with pytest.raises(SystemExit):
        call_command("import_timetable", str(path))
    answer = json.loads(capsys.readouterr().out)
    assert (answer["added"], answer["stored"]) == (1, False)
    assert answer["errors"][0]["row"] == 3
    path.write_bytes(book([HEAD, row(), row(weekday="среда", room="Луна")]))
    call_command("import_timetable", str(path), "--skip-unknown", "--by", "dispatcher")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["added"], answer["stored"]) == (1, True)
    assert look("timetable", [HEAD, row()]).skipped == 1
