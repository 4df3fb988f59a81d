"""Sheets of changes taken in: what is certain changes a lesson, the rest is listed."""

import contextlib
import json

import pytest
from django.core.management import call_command

from journal.exchange.undo import undo
from journal.models import ImportBatch, Lesson, Subgroup
from tests.changes.conftest import week  # noqa: F401
from tests.imports import book, counts, said, take

HEAD = [
    *("дата", "неделя", "№ занятия", "группа", "по расписанию: дисциплина"),
    *("по расписанию: преподаватель", "по замене: дисциплина"),
    *("по замене: преподаватель", "кабинет"),
]


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
    outcome = load(world, row(week, **changes), create=True)
    assert words in said(outcome.left_out)
    assert outcome.left_out[0].row == 2
    assert counts(outcome) == (0, 0, 0)
    assert list(before.all()) == was


def test_one_bad_row_does_not_keep_the_others_out(world, week):  # noqa: F811
    outcome = load(world, row(week, group="9-ЯЯ"), row(week), create=True)
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


def test_two_rows_exchange_teachers_of_one_hour_and_are_taken_back(world, week):  # noqa: F811
    there = week.elsewhere
    other = row(
        week,
        group="1-ЭК",
        was=str(there.course.discipline),
        whom="",
        discipline=str(there.course.discipline),
        teacher="Жданов Л.Б.",
    )
    outcome = load(world, row(week, teacher="Хромов О.И."), other)
    assert counts(outcome) == (0, 2, 0), said(outcome.left_out)
    mine, theirs = fresh(week.first), fresh(there)
    assert mine.teacher == world.teacher_elsewhere.employee
    assert theirs.teacher == world.teacher.employee
    for one in (mine, theirs):
        assert not one.is_cancelled and one.history.count() == 2
        assert not one.history.latest().is_cancelled
    done = undo(ImportBatch.objects.get(), world.dispatcher)
    assert len(done.restored) == 2
    assert fresh(week.first).teacher == world.teacher.employee
    assert fresh(there).teacher == world.teacher_elsewhere.employee


def test_a_refused_row_keeps_back_the_one_that_counted_on_it(world, week):  # noqa: F811
    there = str(week.elsewhere.course.discipline)
    back = {"group": "1-ЭК", "was": there, "whom": "", "discipline": there}
    outcome = load(
        world,
        row(week, teacher="Хромов О.И."),
        row(week, **back, teacher="Жданов Л.Б.", room="никакая"),
        create=True,
    )
    assert counts(outcome) == (0, 0, 0)
    told = said(outcome.left_out)
    assert "«никакая»" in told
    assert "Преподаватель в это время занят: группа 1-ЭК" in told


def test_an_extra_lesson_takes_whoever_a_row_has_freed(world, week):  # noqa: F811
    extra = row(week, group="1-ЭК", number="2", was="---", whom="")
    extra[6:8] = [str(week.elsewhere.course.discipline), "Щукина В.И."]
    freed = row(week, number="2", was="Физика", whom="", discipline="--", teacher="--")
    outcome = load(world, extra, freed)
    assert counts(outcome) == (1, 1, 0), said(outcome.left_out)
    undone = undo(ImportBatch.objects.get(), world.dispatcher)
    assert (len(undone.restored), len(undone.deleted)) == (1, 1)


def test_a_name_that_differs_is_asked_once_and_confirmed(world, week):  # noqa: F811
    lines = (
        row(week, teacher="Цветкова Ю.Ф."),
        row(
            week,
            number="2",
            was="Физика",
            whom="",
            discipline="Физика",
            teacher="Цветкова Ю.Ф.",
        ),
    )
    asked = load(world, *lines)
    (question,) = asked.open_questions
    assert (question.kind, question.title) == ("преподаватели", "Цветкова Ю.Ф.")
    assert "строк с этим именем: 2" in question.reason and not asked.is_stored
    master = str(world.master.employee.pk)
    assert question.candidates[0] == (master, "Цветков Ю. Ф.")
    answers = {(question.sheet, question.row): master}
    assert counts(load(world, *lines, answers=answers)) == (0, 2, 0)
    assert fresh(week.second).teacher == world.master.employee


def test_a_discipline_is_confirmed_among_those_of_the_group(world, week):  # noqa: F811
    line = row(week, was="ЕН.01 ТКЦ", discipline="ЕН.01 ТКЦ")
    (question,) = load(world, line).open_questions
    words = [said for _, said in question.candidates]
    assert {"Математика", "Физика", "не загружать"} <= set(words)
    chosen = {(question.sheet, question.row): str(world.course.discipline_id)}
    assert counts(load(world, line, answers=chosen)) == (0, 1, 0)
    skipped = load(world, line, answers={(question.sheet, question.row): "skip"})
    assert "по расписанию там не «ЕН.01 ТКЦ»" in said(skipped.left_out)


def test_the_command_takes_a_file_of_confirmed_names(world, week, tmp_path, capsys):  # noqa: F811
    file, names = tmp_path / "замены.xlsx", tmp_path / "имена.csv"
    file.write_bytes(book([HEAD, row(week, teacher="Цветок Ю.", room="Актовый")]))

    def run(*pairs):
        head = "Что;В файле;В журнале"
        names.write_text("\n".join([head, *pairs]), encoding="utf-8")
        with contextlib.suppress(SystemExit):
            call_command("import_changes", str(file), "--names", str(names))
        return json.loads(capsys.readouterr().out)

    assert (
        "Актовый" in run("Преподаватели;Цветок Ю.;Цветков Ю.Ф.")["errors"][0]["reason"]
    )
    wrong = run("Преподаватели;Цветок Ю.;Никто Н.Н.")["errors"][0]["reason"]
    assert (
        wrong
        == "Список имён, преподаватели: «Никто Н.Н.» — такого имени в журнале нет."
    )
    assert "«Кафедра» — не вид имени" in run("", "Кафедра;Цветок Ю.;Х")["refused"]
    told = run("Преподаватели;Цветок Ю.;Цветков Ю.Ф.", "Аудитории;Актовый;101")
    assert told["changed"] == 1
    assert fresh(week.first).teacher == world.master.employee


def test_columns_and_the_day_are_known_by_where_they_stand(world, week):  # noqa: F811
    head = [
        "Группа",
        4,
        "Кто отсутствует",
        "Предмет",
        "Ауд.",
        "Кто замещает",
        "Предмет",
    ]
    sheet = [
        [f"ЗАМЕНА ПРЕПОДАВАТЕЛЕЙ НА ПОНЕДЕЛЬНИК {week.monday:%d.%m.%Y}"],
        head,
        [
            "2-ИС",
            1,
            "Жданов Л.Б.",
            "Математика",
            101,
            "Цветков Ю.Ф.",
            "Учебная практика",
        ],
        ["2-ИС", 2, "Щукина В.И.", "Физика", "", "Жданов Л.Б.", "Физика"],
    ]
    outcome = take("changes", sheet, world.dispatcher)
    assert counts(outcome) == (0, 2, 0), said(outcome.obstacles + outcome.left_out)
    assert fresh(week.first).course == world.practice
    assert "день взят из строки над таблицей" in said(outcome.repairs)
