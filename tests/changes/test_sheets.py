"""The sheet of changes and the schedule of a session, as reports."""

import datetime

import pytest

from journal.domain.timetable.changes import (
    Wish,
    add_lesson,
    cancel_lesson,
    change_lesson,
)
from journal.models import ExamEvent, ExamMember, Room
from journal.reports.registry import get
from journal.reports.table import Section
from journal.reports.writers import WRITERS, render


def sheet(user, first, last):
    params = {"user": user, "changes_from": first, "changes_to": last}
    return get("changes_of_day").build(params)


def rows(table):
    return [list(row) for row in table.rows if not isinstance(row, Section)]


def test_the_sheet_says_what_was_planned_and_what_will_be(world, week):
    room = Room.objects.create(number="303")
    wish = Wish(teacher=world.master.employee, room=room)
    change_lesson(world.dispatcher, week.first, wish)
    cancel_lesson(world.dispatcher, week.second, "Карантин")
    add_lesson(
        world.dispatcher,
        world.course_elsewhere,
        week.monday,
        4,
        world.teacher_elsewhere.employee,
    )
    table = sheet(world.dispatcher, week.monday, week.monday)
    assert table.rows[0] == Section(f"{week.monday:%d.%m.%Y}, понедельник, 1 неделя")
    economics = str(world.course_elsewhere.discipline)
    assert rows(table) == [
        [4, "1-ЭК", "------", "------", economics, "Хромов О. И.", "", ""],
        [
            1,
            "2-ИС",
            "Математика",
            "Жданов Л. Б.",
            "Математика",
            "Цветков Ю. Ф.",
            "303",
            "",
        ],
        [2, "2-ИС", "Физика", "Щукина В. И.", "------", "------", "", "Карантин"],
    ]


def test_a_move_stands_on_both_of_its_days(world, week):
    change_lesson(world.dispatcher, week.first, Wish(day=week.tuesday, number=3))
    table = sheet(world.dispatcher, week.monday, week.tuesday)
    maths = ["Математика", "Жданов Л. Б."]
    nothing = ["------", "------"]
    assert rows(table) == [
        [1, "2-ИС", *maths, *nothing, "", f"на {week.tuesday:%d.%m}, 3-е занятие"],
        [3, "2-ИС", *nothing, *maths, "101", f"с {week.monday:%d.%m}, 1-е занятие"],
    ]
    table = sheet(world.dispatcher, week.tuesday, week.tuesday)
    assert [row[0] for row in rows(table)] == [3]


def test_only_rows_that_are_seen_stand_on_the_sheet(world, week):
    for lesson in (week.first, week.elsewhere):
        cancel_lesson(world.dispatcher, lesson)
    seen = rows(sheet(world.department_head, week.monday, week.monday))
    assert [row[1] for row in seen] == ["2-ИС"]


def test_a_day_without_changes_says_so(world, week):
    table = sheet(world.dispatcher, week.monday, week.monday)
    assert rows(table) == []
    assert "по расписанию" in table.empty


@pytest.mark.parametrize("format_", WRITERS)
def test_every_writer_writes_both(world, week, format_):
    cancel_lesson(world.dispatcher, week.first, "Карантин")
    assert render(sheet(world.dispatcher, week.monday, week.monday), format_)
    params = {
        "user": world.dispatcher,
        "exams_from": world.today,
        "exams_to": world.today,
    }
    assert render(get("session_schedule").build(params), format_)


def test_the_form_refuses_days_the_wrong_way_round(world, client_of):
    report = get("changes_of_day")
    for last, is_valid in (("2026-10-14", True), ("2026-10-13", False)):
        data = {"changes_from": "2026-10-14", "changes_to": last}
        assert report.form(world.dispatcher, data).is_valid() == is_valid
    page = "/admin/reports/changes_of_day/"
    assert client_of(world.dispatcher).get(page).status_code == 200
    assert client_of(world.teacher).get(page).status_code in (403, 404)


def test_a_schedule_by_group_teacher_and_days(world):
    event = ExamEvent.objects.create(
        group=world.group,
        course=world.course,
        kind="exam",
        date=world.today + datetime.timedelta(days=60),
        starts_at=datetime.time(9),
        ends_at=datetime.time(12),
        room=world.room,
        teacher=world.teacher.employee,
    )
    ExamMember.objects.create(event=event, employee=world.master.employee, post="chair")

    def build(user=world.dispatcher, **asked):
        params = {
            "user": user,
            "exams_from": world.today,
            "exams_to": world.today + datetime.timedelta(days=100),
            **asked,
        }
        return [list(row) for row in get("session_schedule").build(params).rows]

    (row,) = build()
    assert row[2:] == [
        "09:00–12:00",
        "2-ИС",
        "экзамен",
        "Математика",
        "101",
        "Жданов Л. Б.",
        "Цветков Ю. Ф. (председатель)",
    ]
    for person in (world.teacher, world.master):
        assert len(build(exam_teacher=person.employee.pk)) == 1
    assert build(exam_teacher=world.teacher2.employee.pk) == []
    assert build(exam_group=world.group2.pk) == []
    assert build(exams_to=world.today) == []
    assert build(user=world.teacher_elsewhere) == []
    assert len(build(user=world.master)) == 1  # sits in the commission
