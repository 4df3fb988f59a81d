"""Load: given in a table, handed over in the middle, counted by teacher."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from admin_customizations.admin.timetable.week import owners
from journal.domain.curriculum.handover import hand_over, plan_hand_over
from journal.domain.curriculum.load import Given, give_load, read_table, teachers_on
from journal.domain.curriculum.teaching import (
    OVER,
    UNDER,
    read_load,
    unassigned_courses,
)
from journal.domain.timetable import lay_out
from journal.models import (
    Course,
    CourseTeacher,
    Employee,
    Lesson,
    Subgroup,
    TimetableEntry,
)
from tests import cast

DAY = timedelta(days=1)
FROM_PLAN = "/admin/journal/course/from-plan/"
TABLE = "/admin/journal/courseteacher/table/"


# The table of load


def test_teachers_stand_in_russian_order_with_yo_after_ye(world):
    wanted = ["Елагин", "Ёлкин", "Жуков"]
    for name in reversed(wanted):
        Employee.objects.create(
            last_name=name, first_name="Пётр", staff_type=Employee.StaffType.TEACHING
        )
    found = [one.last_name for one in teachers_on(world.today)]
    assert [name for name in found if name in wanted] == wanted
    choice = [one.last_name for one in owners(world.deputy, "teacher")]
    assert [name for name in choice if name in wanted] == wanted


def test_load_is_given_in_the_table_with_history(world, client_of):
    CourseTeacher.objects.filter(course=world.course2).delete()
    part = Subgroup.objects.create(course=world.course, number=1)
    rows = {
        row.key: row for row in read_table(Course.objects.filter(group=world.group))
    }
    bare = next(row for row in rows.values() if row.course == world.course2)
    half = next(row for row in rows.values() if row.part == part)
    assert (bare.load, bare.hours, half.hours) == (None, 72, 0)
    client = client_of(world.studyunit)
    sent = {"period": world.period.pk, "group": world.group.pk}
    html = client.get(TABLE, sent).content.decode()
    assert "без преподавателя" in html
    name = world.teacher2.employee.full_name
    answer = client.post(
        TABLE, sent | {f"who-{bare.key}": name, f"hours-{bare.key}": "70"}
    )
    assert answer.status_code == 302
    load = world.course2.teachers.get()
    assert (load.employee, load.hours) == (world.teacher2.employee, 70)
    assert load.start == world.period.first_day
    assert load.history.get().history_user == world.studyunit


@pytest.mark.parametrize(
    ("who", "hours", "words"),
    [
        ("Кто-то Другой", "10", "Нет преподавателя"),
        ("", "10", "можно заменить, но не убрать"),
        (None, "-1", "целое число"),
        (None, "9999", "от 0 до 2000"),
        ("Хромов Олег Иванович", "72", "Передайте курс с даты"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(
    world, client_of, who, hours, words
):
    load = world.course.teachers.get()
    who = load.employee.full_name if who is None else who
    sent = {"period": world.period.pk, "group": world.group.pk}
    sent |= {f"who-load-{load.pk}": who, f"hours-load-{load.pk}": hours}
    answer = client_of(world.deputy).post(TABLE, sent)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert load.history.count() == 1


def test_a_foreign_course_takes_no_load(world, client_of):
    rows = read_table(Course.objects.filter(group=world.group2))
    given = {row.key: Given(row.key, row.load.employee, 5) for row in rows}
    with pytest.raises(PermissionDenied):
        give_load(world.studyunit, rows, given)
    client = client_of(world.studyunit)
    assert client.get(TABLE, {"group": world.group2.pk}).status_code == 400
    assert client_of(world.teacher).get(TABLE).status_code == 403


def test_teachers_of_the_list_work_here(world):
    employee = world.teacher2.employee
    employee.dismissed_on = world.today
    employee.save()
    names = [one.last_name for one in teachers_on(world.today)]
    assert "Жданов" in names
    assert "Щукина" not in names
    assert "Котова" not in names


# A change of hands


@pytest.fixture
def load(world):
    return world.course.teachers.get()


def test_who_takes_over_owns_the_lessons_from_that_day(world, load):
    successor = world.teacher2.employee
    entry = TimetableEntry.objects.get(course=world.course)
    Lesson.objects.filter(pk=world.lesson_future.pk).update(entry=entry)
    done = hand_over(load, successor, world.today, world.deputy)
    assert [one.pk for one in done.moved] == [world.lesson.pk, world.lesson_future.pk]
    load.refresh_from_db()
    after = world.course.teachers.get(employee=successor)
    assert (load.end, after.start, after.end) == (world.today, world.today, None)
    assert (load.hours, after.hours) == (6, 66)  # three lessons lie before
    for lesson in Lesson.objects.filter(course=world.course):
        owner = successor if lesson.date >= world.today else load.employee
        assert (lesson.planned_teacher, lesson.teacher) == (owner, owner)
    assert world.lesson.history.filter(history_user=world.deputy).count() == 1
    assert world.lesson_past.history.count() == 1
    lines = TimetableEntry.objects.filter(course=world.course).order_by("start")
    assert [(one.teacher, one.start) for one in lines] == [
        (load.employee, entry.start),
        (successor, world.today),
    ]
    world.lesson_future.refresh_from_db()
    assert world.lesson_future.entry == lines[1]


def test_laying_out_again_leaves_the_successor_in_peace(world, load):
    start, end = world.period.first_day, world.period.last_day
    lay_out(world.group, start, end)
    hand_over(load, world.teacher2.employee, world.today + 7 * DAY, world.deputy)
    before = list(Lesson.objects.order_by("pk").values())
    again = lay_out(world.group, start, end)
    assert not (again.created or again.changed)
    assert list(Lesson.objects.order_by("pk").values()) == before
    owned = Lesson.objects.filter(course=world.course, entry__isnull=False)
    after = owned.filter(date__gte=world.today + 7 * DAY).values_list("teacher")
    assert set(after) == {(world.teacher2.employee.pk,)}


def test_a_lesson_held_and_a_substitute_stay(world, load):
    held, future = world.lesson, world.lesson_future
    held.topic = "Пределы"
    held.save()
    future.teacher = world.master.employee
    future.save()
    done = hand_over(load, world.teacher2.employee, world.today, world.deputy)
    assert done.kept == [held]
    held.refresh_from_db()
    future.refresh_from_db()
    assert held.teacher == held.planned_teacher == load.employee
    assert future.planned_teacher == world.teacher2.employee
    assert future.teacher == world.master.employee


def test_a_busy_successor_is_refused_or_leaves_the_lesson(world, load):
    successor = world.teacher2.employee
    cast.lesson(world, world.course_elsewhere, 5, 1, "teacher2")
    with pytest.raises(ValidationError, match=r"ведёт другие занятия: 19\.10 № 1"):
        hand_over(load, successor, world.today, world.deputy)
    assert world.course.teachers.count() == 1
    hand_over(load, successor, world.today, world.deputy, leave_busy=True)
    world.lesson_future.refresh_from_db()
    assert world.lesson_future.planned_teacher == successor
    assert world.lesson_future.teacher == load.employee


@pytest.mark.parametrize(
    ("offset", "who", "words"),
    [
        (-100, "teacher2", "День передачи"),
        (100, "teacher2", "День передачи"),
        (1, "teacher", "уже ведёт курс"),
    ],
)
def test_a_hand_over_that_cannot_be_says_why(world, load, offset, who, words):
    with pytest.raises(ValidationError, match=words):
        plan_hand_over(load, world.people[who].employee, cast.day(world, offset))


def test_a_course_handed_over_before_it_began_has_one_owner(world, load):
    hand_over(load, world.teacher2.employee, load.start, world.deputy)
    again = world.course.teachers.get()
    assert (again.employee, again.hours) == (world.teacher2.employee, 72)


def test_the_button_hands_over(world, load, client_of):
    at = reverse("admin:journal_courseteacher_give_away", args=[load.pk])
    client = client_of(world.deputy)
    assert "Кому передать" in client.get(at).content.decode()
    sent = {"successor": world.teacher2.employee.pk, "day": world.today.isoformat()}
    assert client.post(at, sent).status_code == 302
    assert world.course.teachers.count() == 2
    assert client.post(at, sent).status_code == 403  # it has ended
    far = world.course_elsewhere.teachers.get()
    at = reverse("admin:journal_courseteacher_give_away", args=[far.pk])
    assert client_of(world.studyunit).get(at).status_code == 404
    assert client_of(world.teacher_elsewhere).get(at).status_code == 403


# Load by teacher


def test_a_stream_counts_once_and_the_norm_is_the_terms_share(world):
    employee = world.teacher.employee
    CourseTeacher.objects.create(
        course=world.course_elsewhere,
        employee=employee,
        start=world.period.first_day,
        hours=40,
    )
    for course in (world.course, world.course_elsewhere):
        cast.lesson(world, course, 20, 3, "teacher", stream="П", hours=4)
    found = read_load(world.deputy, world.year, None, world.institution)
    one = next(one for one in found.teachers if one.employee == employee)
    assert (one.hours, one.streams) == (72 + 72 + 40 - 4, 4)
    assert one.norm == 360  # one of two semesters has a load
    assert one.flag == UNDER
    employee.load_norm = 100
    employee.save()
    world.institution.load_most = 200
    found = read_load(world.deputy, world.year, world.period, world.institution)
    one = next(one for one in found.teachers if one.employee == employee)
    assert (one.norm, one.over, one.flag) == (50, 80, OVER)


def test_courses_and_parts_without_a_teacher_are_listed(world):
    today = world.today
    CourseTeacher.objects.filter(course=world.course2).update(end=today)
    CourseTeacher.objects.filter(course=world.practice).delete()
    found = unassigned_courses(world.deputy, world.year, world.period)
    assert [(one.discipline, one.since) for one in found] == [
        ("Учебная практика", world.period.first_day),
        ("Физика", today),
    ]
    assert not unassigned_courses(world.teacher_elsewhere, world.year, None)
