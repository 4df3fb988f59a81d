"""The weekly grid: who sees whose week, and what a click does."""

import datetime

import pytest
from django.urls import reverse

from journal.domain.timetable import lay_out
from journal.domain.timetable.week import read_week
from journal.models import (
    CalendarSpan,
    CourseTeacher,
    Lesson,
    Room,
    StudyCalendar,
    Subgroup,
    TimetableEntry,
)

DAY = datetime.timedelta(days=1)


def at(page: str, *args, **query) -> str:
    name = f"admin:journal_timetableentry_{page}"
    return reverse(name, args=args, query=query or None)


@pytest.fixture
def line(world):
    """A line on Monday, third, laid out as lessons."""
    made = TimetableEntry.objects.create(
        course=world.course,
        teacher=world.teacher.employee,
        room=world.room,
        weekday=1,
        number=3,
        start=world.period.first_day,
    )
    lay_out([made])
    return made


@pytest.fixture
def desk(world, client_of):
    return client_of(world.dispatcher)


def put_down(desk, line, weekday, number, since):
    values = {"line": line.pk, "weekday": weekday, "number": number, "since": since}
    return desk.post(at("week_move"), values)


# Who sees what


def test_a_week_is_shown_by_group_teacher_and_room(world, desk, line):
    for owner in (
        {"group": world.group.pk},
        {"teacher": world.teacher.employee.pk},
        {"room": world.room.pk},
    ):
        html = desk.get(at("week", **owner)).content.decode()
        assert f"data-line={line.pk}" in html
        assert "data-w=1 data-n=3" in html
    html = desk.get(at("week", group=world.group2.pk)).content.decode()
    assert f"data-line={line.pk}" not in html


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"group": "x"}, 400),
        ({"group": "9" * 30}, 400),
        ({"group": "0" * 20 + "9" * 30}, 400),
        ({"day": "32.13.2026"}, 400),
        ({"group": 999999}, 404),
        ({"day": "2091-01-01"}, 200),
        ({"by": "moon"}, 200),
    ],
)
def test_nonsense_is_answered_calmly(desk, query, status):
    assert desk.get(at("week", **query)).status_code == status


def test_a_teacher_sees_own_groups_only_and_changes_nothing(world, client_of, line):
    client = client_of(world.teacher)
    html = client.get(at("week", group=world.group.pk)).content.decode()
    assert "Математика" in html
    assert "data-line" not in html.split("week-page")[1].split(">", 1)[1]
    assert client.get(at("week", group=world.group2.pk)).status_code == 404
    assert put_down(client, line, 2, 3, world.today).status_code == 403
    assert client.get(at("week_line", line.pk)).status_code == 403
    hidden = TimetableEntry.objects.create(
        course=world.course_elsewhere,
        teacher=world.teacher_elsewhere.employee,
        weekday=2,
        number=3,
        start=world.period.first_day,
    )
    assert put_down(client, hidden, 2, 4, world.today).status_code == 404


@pytest.mark.parametrize("person", ["student", "parent"])
def test_families_have_no_grid(world, client_of, person):
    client = client_of(world.people[person])
    assert client.get(at("week")).status_code in (302, 403)
    assert client.get(at("clashes")).status_code in (302, 403)


def test_vacations_give_no_hours_and_no_warning(world, desk, line):
    calendar = StudyCalendar.objects.create(year=world.year, name="Осн.", is_main=True)
    full = read_week(world.dispatcher, "group", world.group, world.today)
    CalendarSpan.objects.create(
        calendar=calendar,
        kind="vacation",
        course_year=world.group.course_year,
        first_day=world.today,
        last_day=world.today + 13 * DAY,
    )
    less = read_week(world.dispatcher, "group", world.group, world.today)
    placed = [
        next(need.placed for need in week.needs if need.course == world.course.pk)
        for week in (full, less)
    ]
    assert placed[0] - placed[1] == 2 * 2 * 2  # two lines, two weeks, two hours
    html = desk.get(at("week", group=world.group.pk)).content.decode()
    assert "не каникулы" not in html


@pytest.mark.parametrize("count", [1, 30])
def test_a_week_of_a_group_takes_ten_queries(
    world, desk, django_assert_num_queries, count
):
    TimetableEntry.objects.all().delete()
    for place in range(count):
        TimetableEntry.objects.create(
            course=world.course,
            teacher=world.teacher.employee,
            weekday=1 + place % 6,
            number=1 + place // 6,
            start=world.period.first_day,
        )
    calendar = StudyCalendar.objects.create(year=world.year, name="Осн.", is_main=True)
    CalendarSpan.objects.create(
        calendar=calendar,
        kind="vacation",
        course_year=2,
        first_day=world.today,
        last_day=world.today,
    )
    address = at("week", group=world.group.pk)
    desk.get(address)
    with django_assert_num_queries(10):
        html = desk.get(address).content.decode()
    assert html.count("data-line=") == count + 1  # and the address of the form


# What a click does


def test_a_line_moves_from_today_on_and_the_past_stays(world, desk, line):
    before = list(Lesson.objects.filter(date__lt=world.today).values_list())
    answer = put_down(desk, line, 5, 4, world.today)
    assert answer.status_code == 200
    line.refresh_from_db()
    assert line.end == world.today
    heir = TimetableEntry.objects.get(weekday=5, number=4)
    assert (heir.start, heir.room) == (world.today, world.room)
    assert list(Lesson.objects.filter(date__lt=world.today).values_list()) == before
    ahead = Lesson.objects.filter(entry=heir, is_cancelled=False)
    assert {one.date.isoweekday() for one in ahead} == {5}
    # Ten moved within their week, this week's is new, of the last week no Friday is left.
    assert ahead.count() == 11
    assert answer.json()["said"] == "Сохранено. Занятий изменено: 12."
    assert heir.history.get().history_user == world.dispatcher


def test_a_day_before_today_is_refused_in_words(world, desk, line):
    answer = put_down(desk, line, 5, 4, world.today - DAY)
    assert answer.status_code == 409
    assert "уже прошли" in answer.json()["error"]


def test_a_taken_cell_is_shown_before_and_refused(world, desk, line):
    other = TimetableEntry.objects.create(
        course=world.course_elsewhere,
        teacher=world.teacher.employee,
        weekday=2,
        number=4,
        start=world.period.first_day,
    )
    query = {"line": line.pk, "since": world.today}
    cells = desk.get(at("week_free", **query)).json()["cells"]
    assert cells["2-3"] == ""
    assert cells["2-4"].startswith("Преподаватель Жданов Л. Б. уже ведёт занятие")
    assert cells["2-0"] == cells["2-4"]
    answer = put_down(desk, line, 2, 4, world.today)
    assert answer.status_code == 409
    assert "1-ЭК" in answer.json()["error"]
    other.refresh_from_db()
    assert TimetableEntry.objects.filter(course=world.course, weekday=2).count() == 0


def test_a_course_is_placed_and_laid_out_at_once(world, desk, line):
    values = {
        "course": world.course2.pk,
        "teacher": world.teacher2.employee.pk,
        "subgroup": 0,
        "weekday": 1,
        "number": 4,
        "since": world.today,
    }
    cells = desk.get(at("week_free", **values)).json()["cells"]
    assert cells["1-4"] == ""
    assert "2-ИС" in cells["1-3"]
    assert desk.post(at("week_place"), values).status_code == 200
    made = TimetableEntry.objects.get(course=world.course2, weekday=1)
    assert Lesson.objects.filter(entry=made, date__gte=world.today).exists()
    assert not Lesson.objects.filter(entry=made, date__lt=world.today).exists()
    part = Subgroup.objects.create(course=world.course, number=1)
    assert (
        desk.post(at("week_place"), values | {"subgroup": part.pk}).status_code == 404
    )


def test_a_line_is_taken_away_from_a_day_on(world, desk, line):
    values = {"line": line.pk, "since": world.today}
    assert desk.post(at("week_remove"), values).status_code == 200
    line.refresh_from_db()
    assert line.end == world.today
    lessons = Lesson.objects.filter(entry=line)
    assert not lessons.filter(date__gte=world.today, is_cancelled=False).exists()
    assert not lessons.filter(date__lt=world.today, is_cancelled=True).exists()


def test_a_line_that_has_not_begun_goes_altogether(world, desk):
    line = TimetableEntry.objects.create(
        course=world.course,
        teacher=world.teacher.employee,
        weekday=1,
        number=3,
        start=world.today + DAY,
    )
    lay_out([line])
    laid = list(Lesson.objects.filter(entry=line).values_list("pk", flat=True))
    values = {"line": line.pk, "since": world.today}
    assert desk.post(at("week_remove"), values).status_code == 200
    assert not TimetableEntry.objects.filter(pk=line.pk).exists()
    left = Lesson.objects.filter(pk__in=laid)
    assert set(left.values_list("is_cancelled", "entry")) == {(True, None)}


def test_the_form_changes_room_teacher_and_days(world, desk, line):
    html = desk.get(at("week_line", line.pk, since=world.today)).content.decode()
    assert "Жданов Л. Б. (в нагрузке)" in html
    values = {
        "since": world.today + 7 * DAY,
        "weekday": 1,
        "number": 3,
        "parity": 1,
        "teacher": world.teacher.employee.pk,
        "room": world.room2.pk,
        "subgroup": "",
        "stream": "",
        "end": "",
    }
    answer = desk.post(at("week_line", line.pk), values)
    assert answer.status_code == 200, answer.content.decode()
    heir = TimetableEntry.objects.get(room=world.room2)
    assert (heir.parity, heir.start) == (1, world.today + 7 * DAY)
    answer = desk.post(
        at("week_line", heir.pk), values | {"weekday": 9, "room": 10**30}
    )
    assert answer.status_code == 409
    assert "День недели" in answer.json()["error"]


def test_a_stream_moves_as_one(world, desk, line):
    line.stream = "поток"
    line.save()
    CourseTeacher.objects.filter(course=world.course_elsewhere).delete()
    other = TimetableEntry.objects.create(
        course=world.course_elsewhere,
        teacher=world.teacher.employee,
        room=world.room,
        weekday=1,
        number=3,
        stream="поток",
        start=world.period.first_day,
    )
    lay_out([other])
    assert put_down(desk, line, 5, 4, world.today).status_code == 200
    ahead = TimetableEntry.objects.filter(end=None, stream="поток")
    assert set(ahead.values_list("weekday", "number")) == {(5, 4)}
    assert ahead.count() == 2


def test_warnings_say_what_is_allowed_but_worth_a_look(world, desk, line):
    small = Room.objects.create(number="5", capacity=2)
    html = desk.get(at("week", group=world.group.pk)).content.decode()
    assert "не каникулы" in html
    values = {
        "since": world.today,
        "weekday": 1,
        "number": 3,
        "parity": 0,
        "teacher": world.teacher2.employee.pk,
        "room": small.pk,
    }
    told = " ".join(desk.post(at("week_line", line.pk), values).json()["warnings"])
    assert "мест 2" in told
    assert "не назначен на курс" in told


def test_the_lessons_of_a_group_are_laid_out_by_a_button(world, desk, client_of):
    Lesson.objects.update(entry=None)
    values = {"group": world.group.pk, "since": world.today}
    answer = desk.post(at("week_lay_out"), values, follow=True)
    assert "Занятий изменено" in answer.content.decode()
    assert Lesson.objects.filter(entry__isnull=False).exists()
    assert client_of(world.teacher).post(at("week_lay_out"), values).status_code == 403


def test_clashes_and_full_rooms_stand_on_one_page(world, desk, line):
    html = desk.get(at("clashes")).content.decode()
    assert "Накладок нет" in html
    world.course_elsewhere.period = world.next_period
    world.course_elsewhere.save()
    TimetableEntry.objects.create(
        course=world.course_elsewhere,
        teacher=world.teacher.employee,
        weekday=1,
        number=3,
        start=world.period.first_day,
    )
    world.next_period.first_day = world.period.last_day - 7 * DAY
    world.next_period.save()
    world.room.capacity = 1
    world.room.save()
    html = desk.get(at("clashes")).content.decode()
    assert "преподаватель Жданов Л. Б." in html
    assert "<td>1</td>" in html


@pytest.mark.parametrize("count", [1, 30])
def test_the_search_of_clashes_takes_as_many_queries(
    world, desk, django_assert_num_queries, count
):
    TimetableEntry.objects.all().delete()
    for place in range(count):
        TimetableEntry.objects.create(
            course=world.course,
            teacher=world.teacher.employee,
            room=world.room,
            weekday=1 + place % 6,
            number=1 + place // 6,
            start=world.period.first_day,
        )
    Room.objects.update(capacity=1)
    desk.get(at("clashes"))
    with django_assert_num_queries(7):
        desk.get(at("clashes"))


def test_the_plain_form_of_a_line_in_force_changes_its_end_alone(world, desk, line):
    address = reverse("admin:journal_timetableentry_change", args=[line.pk])
    html = desk.get(address).content.decode()
    assert "откройте сетку недели" in html
    values = {
        "course": line.course_id,
        "teacher": line.teacher_id,
        "room": line.room_id,
        "weekday": 1,
        "number": 3,
        "parity": 0,
        "start": line.start,
        "end": world.today + 7 * DAY,
        "stream": "",
    }
    html = desk.post(address, values | {"room": world.room2.pk}).content.decode()
    assert "измените её в сетке недели" in html
    early = values | {"end": world.today - DAY}
    assert "Не раньше сегодняшнего дня" in desk.post(address, early).content.decode()
    assert desk.post(address, values).status_code == 302
    line.refresh_from_db()
    assert (line.end, line.room) == (world.today + 7 * DAY, world.room)
