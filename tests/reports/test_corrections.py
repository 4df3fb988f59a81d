"""R37, the journal of corrections: what is one, whose, and what it says."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from journal.domain.control import corrections
from journal.domain.lessons import Change, write_cells
from journal.models import Absence, Lesson, Mark, PeriodClosing, Task
from journal.models.sqlite import russian_key
from journal.reports.registry import get
from tests.conftest import NOW
from tests.reports.groups import day, plain, report

SAID = ("Что исправлено", "Было", "Стало", "Через, дн.", "Причина")


@pytest.fixture
def clean(world):
    """The cast, made so long ago that no report asks for it."""
    for model in (Mark, Absence, Lesson):
        model.history.update(history_date=NOW - datetime.timedelta(days=60))
    return world


def write(user, lesson, student, field, old, new, reason="опечатка", confirmed=True):
    change = Change(lesson.pk, student.pk, field, old, new, confirmed)
    (outcome,) = write_cells(user, [change], reason)
    assert outcome.code == "saved", outcome


def found(user, **answers) -> list[dict]:
    table = report(user, "corrections", **answers)
    titles = [column.title for column in table.columns]
    return [
        dict(zip(titles, map(plain, line.values), strict=True)) for line in table.body()
    ]


def said(user, **answers) -> list[tuple]:
    return [tuple(row[title] for title in SAID) for row in found(user, **answers)]


def at(days: int = 0, hour: int = 10):
    moment = NOW.replace(hour=hour) + datetime.timedelta(days=days)
    return time_machine.travel(moment)


# What a correction is


def test_the_first_entry_on_the_day_of_the_lesson_is_none(clean):
    first, second, *_ = clean.students
    write(clean.teacher, clean.lesson, first, "1", "", "5", reason="")
    write(clean.teacher, clean.lesson, second, "absence", "", "н", reason="")
    assert said(clean.deputy) == []


def test_a_change_on_the_same_day_is_one(clean):
    first = clean.students[0]
    write(clean.teacher, clean.lesson, first, "1", "", "5", reason="")
    write(clean.teacher, clean.lesson, first, "1", "5", "4", reason="")
    assert said(clean.deputy) == [("отметка 1", "5", "4", 0, "")]


def test_a_deletion_says_what_stood_there(clean):
    first, _, third, *_ = clean.students
    write(clean.teacher, clean.lesson_past, first, "1", "5", "")
    write(clean.teacher, clean.lesson_past, third, "absence", "н", "")
    assert said(clean.deputy) == [
        ("отсутствие", "н, 2 ч", "—", 2, "опечатка"),
        ("отметка 1", "5", "—", 2, "опечатка"),
    ]


def test_an_entry_after_the_day_of_the_lesson_is_one(clean):
    write(clean.teacher, clean.lesson_past, clean.students[3], "1", "", "4")
    assert said(clean.deputy) == [("отметка 1", "—", "4", 2, "опечатка")]


def test_each_step_is_held_against_the_one_before_it(clean):
    """5 (on the day, none) → 4 → 3 → nothing → 2: three corrections, one new entry."""
    first = clean.students[0]
    write(clean.teacher, clean.lesson, first, "1", "", "5", reason="")
    for minute, (old, new) in enumerate((("5", "4"), ("4", "3"), ("3", ""), ("", "2"))):
        with time_machine.travel(NOW + datetime.timedelta(minutes=minute)):
            write(clean.teacher, clean.lesson, first, "1", old, new, reason="")
    steps = [(old, new) for _, old, new, *_ in said(clean.deputy)]
    assert steps == [("3", "—"), ("4", "3"), ("5", "4")]


def test_the_step_before_may_lie_before_the_asked_time(clean):
    first = clean.students[0]
    write(clean.teacher, clean.lesson, first, "1", "", "5", reason="")
    with at(days=3):
        write(clean.teacher, clean.lesson, first, "1", "5", "3")
        asked = {"first": clean.today + datetime.timedelta(days=1)}
        assert said(clean.deputy, **asked) == [("отметка 1", "5", "3", 3, "опечатка")]


def test_a_reason_of_absence_changed_by_the_curator_is_one(clean):
    third = clean.students[2]
    write(clean.curator, clean.lesson_past, third, "absence", "н", "б", "справка")
    (row,) = found(clean.deputy)
    assert (row["Было"], row["Стало"], row["Причина"]) == (
        "н, 2 ч",
        "б, 2 ч",
        "справка",
    )
    assert row["Кто исправил"] == "Ёлкина А. С.\nКуратор"


def test_topics_and_presence_are_corrected_too(clean):
    lesson = clean.lesson_past
    lesson._history_user, lesson._change_reason = clean.teacher, "не та тема"
    lesson.topic, lesson.attendance_taken_at = "Производная", None
    lesson.save()
    lesson.homework = "§ 5"
    lesson.save()
    (topic, presence) = sorted(found(clean.deputy), key=lambda row: row["Было"])
    assert [topic[title] for title in SAID] == [
        "тема", "Пределы", "Производная", 2, "не та тема",
    ]  # fmt: skip
    assert [presence[title] for title in SAID][:3] == ["присутствие", "отмечено", "—"]
    assert presence["Студент"] == "вся группа"


def test_topics_and_presence_entered_late_are_corrections_and_on_the_day_none(clean):
    for lesson in (clean.lesson, clean.lesson_unfilled):
        lesson.topic, lesson.attendance_taken_at = "Ряды", timezone.now()
        lesson.save()
    rows = found(clean.deputy)
    assert sorted(
        (row["Что исправлено"], row["Было"], row["Стало"]) for row in rows
    ) == [
        ("присутствие", "—", "отмечено"),
        ("тема", "—", "Ряды"),
    ]
    assert {row["Через, дн."] for row in rows} == {5}
    assert found(clean.deputy, kind="changed") == []


def test_a_mark_stays_in_the_book_after_its_work_was_deleted(clean):
    first = clean.students[0]
    Mark.objects.exclude(student=first).filter(task=clean.task).delete()
    Mark.history.filter(history_type="-").delete()
    write(clean.teacher, clean.lesson_past, first, "1", "5", "4")
    write(clean.teacher, clean.lesson_past, first, "1", "4", "")
    Task.objects.get(pk=clean.task.pk).delete()
    gone = [
        ("отметка 1", "4", "—", 2, "опечатка"),
        ("отметка 1", "5", "4", 2, "опечатка"),
    ]
    assert sorted(said(clean.deputy)) == sorted(gone)
    assert len(said(clean.teacher)) == len(said(clean.curator)) == 2
    assert len(said(clean.deputy, group=clean.group.pk)) == 2
    assert said(clean.deputy, group=clean.group2.pk) == []
    assert said(clean.teacher_elsewhere) == []


def test_a_change_of_a_row_taken_in_without_its_past_is_from_something_unknown(clean):
    Mark.history.all().delete()
    write(clean.teacher, clean.lesson_past, clean.students[0], "1", "5", "4")
    assert said(clean.deputy) == [("отметка 1", "неизвестно", "4", 2, "опечатка")]


# What it says


def test_a_row_names_moment_hand_student_place_and_lesson(clean):
    write(clean.teacher, clean.lesson_past, clean.students[0], "1", "5", "4")
    (row,) = found(clean.deputy)
    assert timezone.localtime(row.pop("Дата и время")).hour == 10
    assert row == {
        "Кто исправил": "Жданов Л. Б.\nПреподаватель",
        "Студент": "Абрамова Дарья Олеговна",
        "Группа": "2-ИС",
        "Дисциплина": "Математика",
        "Занятие": day(clean, -2),
        "Что исправлено": "отметка 1",
        "Было": "5",
        "Стало": "4",
        "Через, дн.": 2,
        "Причина": "опечатка",
        "Примечание": None,
    }


def test_the_post_is_said_where_there_is_one_and_the_system_signs_as_itself(clean):
    employee = clean.teacher.employee
    employee.position = "преподаватель высшей категории"
    employee.save()
    write(clean.teacher, clean.lesson_past, clean.students[0], "1", "5", "4")
    clean.mark.refresh_from_db()
    clean.mark.value = "3"
    clean.mark.save()
    hands = {row["Кто исправил"] for row in found(clean.deputy)}
    assert hands == {"Жданов Л. Б.\nпреподаватель высшей категории", "система"}


def test_night_and_closed_periods_are_remarked(clean):
    with at(hour=23):
        write(clean.teacher, clean.lesson_past, clean.students[0], "1", "5", "4")
    with at(days=1, hour=5):
        write(clean.teacher, clean.lesson_past, clean.students[1], "1", "3", "4")
        PeriodClosing.objects.create(
            period=clean.period,
            aspect="marks",
            reopened_until=NOW.replace(year=2099),  # by the clock of the database
        )
    with at(days=1, hour=22):
        write(clean.teacher, clean.lesson_past, clean.students[3], "1", "", "4")
        notes = [row["Примечание"] for row in found(clean.deputy)]
        assert notes == ["период закрыт, в нерабочее время", *["в нерабочее время"] * 2]
        assert len(said(clean.deputy, kind="quiet")) == 3
        assert [row[2] for row in said(clean.deputy, kind="closed")] == ["4"]
    with at(days=1, hour=21):
        write(clean.teacher, clean.lesson_past, clean.students[0], "1", "4", "2")
        assert (len(said(clean.deputy)), len(said(clean.deputy, kind="quiet"))) == (
            4,
            3,
        )


def test_the_newest_stands_first_and_no_more_than_the_bound(clean, monkeypatch):
    monkeypatch.setattr(corrections, "MOST", 3)
    old = "5"
    for minute, new in enumerate("43254"):
        with time_machine.travel(NOW + datetime.timedelta(minutes=minute)):
            write(clean.teacher, clean.lesson_past, clean.students[0], "1", old, new)
        old = new
    with time_machine.travel(NOW + datetime.timedelta(hours=1)):
        table = report(clean.deputy, "corrections")
    assert [line.values[8] for line in table.body()] == ["4", "5", "2"]
    assert table.warnings == [
        "Показаны последние 3 исправлений, всего их больше."
        " Сузьте период или выберите группу."
    ]


# Which are asked for


@pytest.fixture
def three(clean):
    """A change and a new entry in 2-ИС by two hands, one change in 1-ЭК."""
    first, _, third, fourth, _ = clean.students
    write(clean.teacher, clean.lesson_past, first, "1", "5", "4")
    write(clean.teacher, clean.lesson_past, fourth, "1", "", "3")
    write(clean.curator, clean.lesson_past, third, "absence", "н", "у")
    sister = clean.sister
    write(clean.teacher_elsewhere, clean.lesson_elsewhere_past, sister, "1", "5", "2")
    return clean


def test_filters_narrow(three):
    def students(**answers):
        rows = found(three.deputy, **answers)
        return sorted(row["Студент"].split()[1] for row in rows)

    group = three.group.pk
    assert students() == ["Глеб", "Дарья", "Майя", "Тимур"]
    assert students(group=group) == ["Глеб", "Дарья", "Тимур"]
    assert students(group=three.group2.pk) == ["Майя"]
    assert students(group=group, course=three.course2.pk) == []
    assert students(group=group, course=three.course.pk) == ["Глеб", "Дарья", "Тимур"]
    assert students(group=group, student=three.students[0].pk) == ["Дарья"]
    assert students(by=three.curator.pk) == ["Глеб"]
    assert students(kind="changed") == ["Глеб", "Дарья", "Майя"]
    assert students(kind="late") == ["Глеб", "Дарья", "Майя", "Тимур"]
    assert students(first=day(three, -9), last=day(three, -1)) == []
    assert students(what="marks") == ["Дарья", "Майя", "Тимур"]
    assert students(what="absences") == ["Глеб"]
    assert students(what="lessons") == students(what="results") == []
    assert students(value="5") == ["Дарья", "Майя"]  # it stood there
    assert students(value="3") == ["Тимур"]  # it stands there
    assert students(value="у") == students(value="н") == ["Глеб"]
    assert students(value="5", what="absences") == []
    assert students(reason="with") == ["Глеб", "Дарья", "Майя", "Тимур"]
    assert students(reason="without") == []


def test_corrections_without_a_reason_are_found(clean):
    first = clean.students[0]
    write(clean.teacher, clean.lesson, first, "1", "", "5", reason="")
    write(clean.teacher, clean.lesson, first, "1", "5", "4", reason="")
    write(clean.teacher, clean.lesson_past, first, "1", "5", "3")
    assert [row[2] for row in said(clean.deputy, reason="without")] == ["4"]
    assert [row[2] for row in said(clean.deputy, reason="with")] == ["3"]


def test_the_quiet_hours_are_the_institutions(clean):
    clean.institution.quiet_from = datetime.time(9, 30)
    clean.institution.quiet_until = datetime.time(10, 30)
    clean.institution.save()
    for hour, new in ((9, "4"), (10, "3"), (11, "2")):
        with at(hour=hour):
            old = Mark.objects.get(pk=clean.mark.pk).value
            write(clean.teacher, clean.lesson_past, clean.students[0], "1", old, new)
    assert [row[2] for row in said(clean.deputy, kind="quiet")] == ["3"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("office", 4),
        ("director", 4),
        ("deputy", 4),
        ("deputy_upr", 4),
        ("studyunit", 3),
        ("department_head", 3),
        ("curator", 3),
        ("teacher", 3),
        ("teacher2", 0),
        ("teacher_elsewhere", 1),
        ("master", 0),
    ],
)
def test_each_sees_the_corrections_in_the_own_rows(three, who, seen):
    assert len(said(three.people[who])) == seen


def test_disciplines_and_students_are_offered_once_the_group_is_chosen(three):
    form = get("corrections").form(three.deputy)
    form.answer({})
    assert [field.name for field in form.hidden_fields()] == ["course", "student"]
    form = get("corrections").form(three.deputy)
    form.answer({"group": str(three.group.pk)})
    assert not form.hidden_fields()
    assert [title for _, title in form.fields["student"].choices[:4]] == [
        "Все студенты",
        "Абрамова Дарья Олеговна",
        "Быков Илья Павлович",
        "Ершов Тимур Русланович",
    ]
    assert len(form.fields["course"].choices) == 5
    names = [name for _, name in form.fields["by"].choices][1:]
    assert names == sorted(names, key=russian_key) and names[0] != "Ёлкина А. С."


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"first": "2026-10-14", "last": "2026-10-01"}, "last"),
        ({"first": "2020-01-01"}, "last"),
        ({"first": "вчера"}, "first"),
        ({"first": "0001-01-01"}, "first"),
        ({"last": "9999-12-31"}, "last"),
        ({"kind": "other"}, "kind"),
        ({"what": "other"}, "what"),
        ({"value": "1"}, "value"),
        ({"reason": "other"}, "reason"),
        ({"by": "999999"}, "by"),
        ({"group": "-1"}, "group"),
        ({"course": "1"}, "course"),
        ({"student": "1"}, "student"),
    ],
)
def test_nonsense_is_refused_in_words(three, answers, wrong):
    form = get("corrections").form(three.deputy)
    assert form.answer(answers)
    assert not form.is_valid()
    assert list(form.errors) == [wrong]
    assert all(ord(error[0]) > 1000 for error in form.errors[wrong])  # in Russian
