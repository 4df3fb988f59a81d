"""Marks so far of a course from a teacher's spreadsheet, through the journal's writer."""

import contextlib
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from journal.domain.archive.closing import close_period
from journal.domain.control.strangers import written_by_others
from journal.exchange.lessons.entries import days_of, read_entry
from journal.exchange.reading import Refusal
from journal.exchange.undo import undo
from journal.models import (
    Absence,
    ImportBatch,
    Lesson,
    Mark,
)
from tests import cast
from tests.conftest import NOW
from tests.imports import book, counts, look, said, take

COURSE = {"given": {"course": "Математика, 2-ИС"}}


def table(world, *rows, head=None):
    """The cast's lessons of Математика as columns: 30, 5 and 2 days ago, and today."""
    days = [f"{cast.day(world, offset):%d.%m.%Y}" for offset in (-30, -5, -2, 0)]
    return [["Группа 2-ИС"], ["№", "ФИО", *(head or days)], *rows]


def marks_of(lesson) -> dict[str, str]:
    rows = Mark.objects.filter(task__lesson=lesson)
    return {
        f"{name} {number}": value
        for name, number, value in rows.values_list(
            "student__last_name", "task__number", "value"
        )
    }


def test_cells_become_marks_and_absences_with_their_reason(world):
    """Ёжиков is absent 2 days ago in the cast, so his «н» there stands already."""
    rows = table(
        world,
        [1, "Быков Илья Павлович", 4, "н", None, "5 з"],
        [2, "Ежиков Г.А.", None, "зач", "н", None],
        [3, "Чайкина  Софья", None, None, "УП", "н 4"],
    )
    found = take("marks", rows, world.teacher, **COURSE)
    assert not found.obstacles, said(found.obstacles)
    assert counts(found) == (8, 0, 1)
    assert marks_of(world.lesson_old)["Быков 1"] == "4"
    assert marks_of(world.lesson_unfilled) == {"Ёжиков 1": "з"}
    assert marks_of(world.lesson) == {"Быков 1": "5", "Быков 2": "з", "Чайкина 1": "4"}
    letters = Absence.objects.filter(lesson__course=world.course)
    assert set(letters.values_list("student__last_name", "reason")) == {
        ("Быков", "н"),
        ("Ёжиков", "н"),
        ("Чайкина", "у"),
        ("Чайкина", "н"),
    }
    past = Mark.history.filter(student=world.students[1]).latest("history_id")
    assert past.history_user == world.teacher
    assert past.history_change_reason.startswith("импорт: «список.xlsx»")
    again = take("marks", rows, world.teacher, **COURSE)
    assert counts(again) == (0, 0, 9) and again.batch is None


def test_what_stands_in_the_journal_is_never_overwritten(world):
    found = take(
        "marks", table(world, [1, "Абрамова Дарья", 2]), world.teacher, **COURSE
    )
    assert counts(found) == (0, 0, 0)
    assert "в журнале уже «4», в файле «2»" in said(found.left_out)
    assert marks_of(world.lesson_old)["Абрамова 1"] == "4"


def test_what_is_not_understood_is_named_and_nothing_is_stored(world):
    rows = table(
        world,
        [1, "Быков Илья", 8, "+", None, 5],
        [2, "Незнакомов Пётр", 5, None, None, None],
        [3, "Чайкина Софья", None, None, None, "4,5"],
    )
    found = take("marks", rows, world.teacher, **COURSE)
    errors = said(found.obstacles)
    for place in (
        "«8» в C3: что это?",
        "«+» в D3",
        "Незнакомов Пётр: в группе такого нет",
        "«4,5» в F5",
    ):
        assert place in errors
    assert found.batch is None and not marks_of(world.lesson)
    rest = take("marks", rows, world.teacher, attach=True, **COURSE)
    left = said(rest.left_out)
    assert counts(rest) == (0, 0, 0) and "«8»: допустимы 2–5" in left
    # One number in three is none of five points: so «5» need not be a five.
    assert "F3|«5»: в таблице есть и другие числа" in left
    assert not marks_of(world.lesson)


def test_what_a_value_means_is_asked_once_for_all_its_cells(world):
    rows = table(
        world,
        [1, "Быков Илья", 9, "+", None, 5],
        [2, "Чайкина Софья", None, "+", None, "осв"],
        [3, "Ершов Тимур", None, 9, None, None],
    )
    seen = look("marks", rows, world.teacher, **COURSE)
    asked = {one.title: (one.sheet, one.row) for one in seen.questions}
    titles = ["«9» в C3, D5", "«+» в D3, D4", "«5» в F3", "«осв» в F4"]
    assert list(asked) == titles
    places = list(asked.values())
    for wrong in ("7", "9", ""):
        answers = dict.fromkeys(places, "з") | {places[0]: wrong}
        found = take("marks", rows, world.teacher, answers=answers, **COURSE)
        assert found.batch is None, wrong
    answers = dict(zip(places, ("4", "з", "3", "skip"), strict=True))
    found = take("marks", rows, world.teacher, answers=answers, **COURSE)
    assert counts(found) == (5, 0, 0), said(found.obstacles)
    unfilled = {"Быков 1": "з", "Чайкина 1": "з", "Ершов 1": "4"}
    assert marks_of(world.lesson_unfilled) == unfilled
    assert marks_of(world.lesson) == {"Быков 1": "3"}
    assert "F4|«осв»" in said(found.left_out)


def test_a_spreadsheet_that_made_dates_of_marks_is_refused_with_its_cells(world):
    import datetime

    import openpyxl

    made = openpyxl.Workbook()
    for row in table(world, [1, "Быков Илья", 5, 4, None, None]):
        made.active.append(row)
    made.active["D3"] = datetime.date(2026, 5, 4)
    made.active["F3"] = datetime.date(2026, 3, 2)
    from io import BytesIO

    file = BytesIO()
    made.save(file)
    with pytest.raises(Refusal, match=r"отметки в даты.*Sheet!D3, Sheet!F3"):
        take("marks", file.getvalue(), world.teacher, **COURSE)
    assert not marks_of(world.lesson)


def test_columns_of_works_ask_which_lesson_they_were(world):
    rows = table(world, [1, "Быков Илья", 5, 4], head=["Пределы", "Устный опрос"])
    found = look("marks", rows, world.teacher, **COURSE)
    assert [one.title for one in found.questions] == [
        "Столбец C «Пределы»",
        "Столбец D «Устный опрос»",
    ]
    offered = dict(found.questions[0].candidates)
    assert str(world.lesson_past.pk) in offered and "skip" in offered
    assert str(world.lesson_future.pk) not in offered
    answers = {("Список", 3): str(world.lesson_unfilled.pk), ("Список", 4): "skip"}
    done = take("marks", rows, world.teacher, answers=answers, **COURSE)
    assert counts(done) == (1, 0, 0) and "Устный опрос" in said(done.ignored)
    assert marks_of(world.lesson_unfilled) == {"Быков 1": "5"}


def test_two_columns_of_a_day_are_two_works(world):
    day = f"{world.today:%d.%m.%Y}"
    rows = table(world, [1, "Быков Илья", 5, 4], head=[day, day])
    found = take("marks", rows, world.teacher, **COURSE)
    assert not found.obstacles, said(found.obstacles)
    assert marks_of(world.lesson) == {"Быков 1": "5", "Быков 2": "4"}


def test_the_writer_refuses_whoever_was_elsewhere_and_closed_periods(world):
    """Яшин came 22 days ago: a mark of 30 days ago is not his to have here."""
    found = take("marks", table(world, [1, "Яшин Егор", 5]), world.teacher, **COURSE)
    assert "не в группе 2-ИС" in said(found.errors) and found.batch is None
    rows = table(world, [1, "Яшин Егор", 5, 4, "+"])
    answers = {("Список", 10_000): "5"}
    found = take("marks", rows, world.teacher, answers=answers, attach=True, **COURSE)
    assert "не в группе 2-ИС" in said(found.left_out) and counts(found) == (2, 0, 0)
    assert marks_of(world.lesson_past)["Яшин 1"] == "5"
    close_period(world.period, "marks", world.deputy)
    rows = table(world, [1, "Быков Илья", 5, 4], [2, "Чайкина Софья", 5, 4])
    found = take("marks", rows, world.teacher, **COURSE)
    (note,) = found.errors
    assert note.column == "C3, D3, C4 и ещё 1" and "Период закрыт" in note.reason
    assert found.batch is None


def test_a_deputy_loads_the_marks_of_any_course_and_its_teacher_is_told(world):
    rows = table(world, [1, "Быков Илья", 5, None, 4])
    found = take("marks", rows, world.deputy, **COURSE)
    assert counts(found) == (1, 0, 0), said(found.errors)
    assert "в журнале уже «3»" in said(found.left_out)
    (told,) = written_by_others(world.teacher, NOW)
    assert (told.by, told.place) == (world.deputy.pk, world.lesson_old)
    undo(found.batch, world.deputy)
    assert "Быков 1" not in marks_of(world.lesson_old)


def test_a_course_of_another_teacher_is_not_among_ones_own(world):
    found = look("marks", table(world, [1, "Быков Илья", 5]), world.teacher2, **COURSE)
    assert "нет среди ваших" in said(found.errors)
    asked = look("marks", table(world, [1, "Быков Илья", 5]), world.teacher2)
    assert [words for _, words in asked.questions[0].candidates] == [
        f"История, 2-ИС, {world.period}",
        f"Физика, 2-ИС, {world.period}",
    ]


def test_undoing_empties_the_cells_but_for_what_was_changed_since(world):
    rows = table(world, [1, "Быков Илья", None, 4, None, 5])
    batch = take("marks", rows, world.teacher, **COURSE).batch
    mark = Mark.objects.get(task__lesson=world.lesson)
    mark.value = "3"
    mark.save()
    done = undo(batch, world.teacher)
    assert len(done.deleted) == 1 and len(done.kept) == 1
    assert marks_of(world.lesson) == {"Быков 1": "3"}
    assert not marks_of(world.lesson_unfilled)
    gone = Mark.history.filter(history_type="-").get()
    assert gone.history_change_reason == "Отмена загрузки «список.xlsx»"


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("5", (["5"], "")),
        ("5 4", (["5", "4"], "")),
        ("5/н", (["5"], "н")),
        ("Незач.", (["х"], "")),
        ("оп", ([], "о")),
        ("4,0", (["4"], "")),
        ("5.00", (["5"], "")),
        ("4,5", None),
        ("6,0", None),
        ("6", None),
        ("н б", None),
        ("+", None),
        ("-", None),
        ("пересдача", None),
    ],
)
def test_entries(said, entry):
    assert read_entry(said) == entry


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("06.10.2026", ["2026-10-06"]),
        ("06.10.26", ["2026-10-06"]),
        ("6.10", ["2026-10-06"]),
        ("6.1", ["2026-10-06"]),
        ("9.9", ["2026-09-09", "2026-09-09"]),
        ("9.9.2026 2", ["2026-09-09"]),
        ("06.10.2025", []),
        ("Пределы", []),
    ],
)
def test_days_of_heads(said, days):
    import datetime

    lessons = [
        Lesson(date=datetime.date.fromisoformat(day), number=number)
        for day, number in (("2026-09-09", 1), ("2026-09-09", 2), ("2026-10-06", 1))
    ]
    assert [f"{one.date}" for one in days_of(said, lessons)] == days


def test_the_command_names_course_columns_and_author(world, tmp_path):
    path = tmp_path / "отметки.xlsx"
    path.write_bytes(book(table(world, [1, "Быков Илья", 5, 4], head=["Опрос", "КР"])))

    def run(*options):
        out = StringIO()
        with contextlib.suppress(SystemExit):
            call_command("import_marks", str(path), *options, stdout=out)
        return json.loads(out.getvalue())

    assert "--by" in run("--course", str(world.course.pk))["refused"]
    # Marks are no business of the journal's administrator, nor their loading (A45).
    foreign = run("--course", str(world.course.pk), "--by", "office")["refused"]
    assert "не разрешён" in foreign and "Преподаватель" in foreign
    assert "Администратор" not in foreign
    own = ("--course", str(world.course.pk), "--by", "teacher")
    assert any("Опрос" in one["reason"] for one in run(*own)["errors"])
    day = f"{cast.day(world, -5):%d.%m.%Y}"
    done = run(*own, "--map", f"Опрос={day}", "--map", "D=")
    assert (done["stored"], done["added"]) == (True, 1), done["errors"]
    assert marks_of(world.lesson_unfilled) == {"Быков 1": "5"}
    path.write_bytes(book(table(world, [1, "Чайкина Софья", "+", "-", None, 9])))
    assert len(run(*own)["errors"]) == 3
    meant = ("--map", "«+»=з", "--map", "«-»=", "--map", "«9»=")
    done = run(*own, *meant, "--map", "«9»=7")
    assert "«9»: допустимы" in done["errors"][0]["reason"]
    done = run(*own, *meant, "--map", "«9»=5")
    assert (done["stored"], done["added"]) == (True, 2), done["errors"]


def test_the_administrator_of_the_journal_loads_no_marks(world, client_of):
    """Safety A45: marks are not in the role, whatever way they come."""
    office = client_of(world.office)
    assert office.get(reverse("admin:import", args=["marks"])).status_code == 403
    page = office.get(reverse("admin:journal_course_changelist")).content.decode()
    assert reverse("admin:import", args=["marks"]) not in page


def test_a_teacher_loads_marks_step_by_step(world, client_of):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = client_of(world.teacher)
    file = SimpleUploadedFile("о.xlsx", book(table(world, [1, "Быков Илья", None, 4])))
    upload = reverse("admin:import", args=["marks"])
    page = client.post(upload, {"file": file}, follow=True)
    asked = {one.title: one.place for one in page.context["outcome"].questions}
    assert "Лист «Список»" in asked
    at = page.redirect_chain[-1][0]
    answers = {f"answer-{asked['Лист «Список»']}": str(world.course.pk)}
    page = client.post(at, {"action": "answer", **answers}, follow=True)
    text = page.content.decode()
    assert "Быков Илья" in text and "отметки и пропуски" in text.lower()
    client.post(
        at,
        {"action": "apply", "fingerprint": page.context["outcome"].fingerprint},
    )
    assert marks_of(world.lesson_unfilled) == {"Быков 1": "4"}
    assert ImportBatch.objects.get().importer == "marks"
    assert client_of(world.curator).get(upload).status_code == 403
