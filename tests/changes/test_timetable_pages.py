"""Where people look: weeks of a group, a teacher, a room, by rights or for everybody."""

import datetime
import io

import openpyxl
import pytest

from journal.domain.timetable.changes import Wish, cancel_lesson, change_lesson
from journal.models import ExamEvent, ExamMember, Lesson, Subgroup, SubgroupMember

pytestmark = pytest.mark.on_postgresql(
    "test_strangers_see_no_student_no_mark_no_homework_no_reason",
    "test_whoever_has_one_timetable_is_led_to_it",
    "test_families_see_their_own_group_and_no_other",
    "test_groups_of_a_stream_stand_in_one_line",
)


def at(kind, row, day=None):
    query = ""
    if day:
        year, number, _ = day.isocalendar()
        query = f"?week={year}-W{number:02}"
    return f"/timetable/{kind}/{row.pk}/{query}"


def html(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def public(world):
    world.institution.timetable_is_public = True
    world.institution.save()


def test_a_stranger_is_led_to_sign_in_unless_the_institution_says_otherwise(
    world, client, public
):
    world.institution.timetable_is_public = False
    world.institution.save()
    for page in ("/timetable/", at("group", world.group)):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer.url.startswith("/account/login/")
    world.institution.timetable_is_public = True
    world.institution.save()
    for page in ("/timetable/", at("group", world.group), at("room", world.room)):
        assert client.get(page).status_code == 200


def test_strangers_see_no_student_no_mark_no_homework_no_reason(world, client, public):
    lesson = world.lesson
    lesson.topic, lesson.homework, lesson.content = "Тайна", "Секрет", "Скрыто"
    lesson.save()
    cancel_lesson(world.dispatcher, world.lesson2, "Болезнь Щукиной")
    pages = [
        html(client.get(page))
        for page in (
            "/timetable/",
            at("group", world.group),
            at("teacher", world.teacher.employee),
            at("teacher", world.teacher2.employee),
            at("room", world.room),
        )
    ]
    everything = "".join(pages)
    for student in (*world.students, *world.students2):
        assert student.last_name not in everything or student.last_name == "Абрамова"
    for words in ("Абрамова", "Тайна", "Секрет", "Скрыто", "Болезнь", "Пределы"):
        assert words not in everything
    assert "отменено" in everything


def test_a_calendar_is_no_strangers(world, client, public):
    assert client.get("/timetable/calendar/").status_code == 302


def test_whoever_has_one_timetable_is_led_to_it(world, client_of):
    answer = client_of(world.student).get("/timetable/")
    assert answer.status_code == 302
    assert answer.url == at("group", world.group)


def test_families_see_their_own_group_and_no_other(world, client_of):
    for name in ("student", "parent", "trustee"):
        client = client_of(world.people[name])
        page = html(client.get(at("group", world.group)))
        assert "Математика" in page
        assert client.get(at("teacher", world.teacher.employee)).status_code == 404
        status = 200 if name == "parent" else 404
        assert client.get(at("group", world.group2)).status_code == status
    page = html(client_of(world.student).get(at("room", world.room2)))
    assert "Экономика" not in page


def test_a_student_sees_the_own_part_of_the_group(world, client_of):
    parts = [
        Subgroup.objects.create(course=world.course2, number=number)
        for number in (1, 2)
    ]
    SubgroupMember.objects.create(
        subgroup=parts[1], student=world.students[0], start=world.year.start
    )
    Lesson.objects.filter(pk=world.lesson2.pk).update(subgroup=parts[0])
    page = html(client_of(world.student).get(at("group", world.group)))
    assert page.count("<b>Физика</b>") == 2  # those of the days before
    Lesson.objects.filter(pk=world.lesson2.pk).update(subgroup=parts[1])
    page = html(client_of(world.student).get(at("group", world.group)))
    assert page.count("<b>Физика</b>") == 3
    assert "подгруппа 2" in page


def test_a_teacher_has_the_own_week_with_substitutions(world, client_of):
    wish = Wish(teacher=world.master.employee)
    change_lesson(world.dispatcher, world.lesson2, wish, "Болезнь")
    page = html(client_of(world.master).get(at("teacher", world.master.employee)))
    assert "Физика" in page
    assert "замена: Цветков Ю. Ф. вместо Щукина В. И." in page
    page = html(client_of(world.teacher2).get(at("teacher", world.teacher2.employee)))
    assert "замена: ведёт Цветков Ю. Ф." in page
    other = at("teacher", world.teacher.employee)
    assert client_of(world.teacher2).get(other).status_code == 404
    assert client_of(world.dispatcher).get(other).status_code == 200


def test_a_lesson_moved_shows_in_both_places(world, week, client_of):
    wish = Wish(day=week.monday + datetime.timedelta(days=7), number=3)
    change_lesson(world.dispatcher, week.first, wish)
    client = client_of(world.student)
    page = html(client.get(at("group", world.group, week.monday)))
    assert f"перенесено на {wish.day:%d.%m}, 3-е занятие" in page
    page = html(client.get(at("group", world.group, wish.day)))
    assert f"перенесено с {week.monday:%d.%m}, 1-е занятие" in page


def test_another_room_shows_in_both_rooms(world, week, client_of):
    change_lesson(world.dispatcher, week.second, Wish(room=world.room2))
    client = client_of(world.dispatcher)
    page = html(client.get(at("room", world.room, week.monday)))
    assert "перенесено: каб. 202" in page
    page = html(client.get(at("room", world.room2, week.monday)))
    assert "кабинет 202 вместо 101" in page


def test_an_exam_stands_among_the_lessons(world, client_of):
    event = ExamEvent.objects.create(
        group=world.group,
        course=world.course,
        kind="exam",
        date=world.today,
        starts_at="15:00",
        ends_at="17:00",
        room=world.room2,
        teacher=world.teacher.employee,
    )
    ExamMember.objects.create(event=event, employee=world.teacher_elsewhere.employee)
    for user, kind, row in (
        (world.teacher_elsewhere, "teacher", world.teacher_elsewhere.employee),
        (world.student, "group", world.group),
        (world.teacher, "teacher", world.teacher.employee),
        (world.dispatcher, "room", world.room2),
    ):
        page = html(client_of(user).get(at(kind, row)))
        assert "Экзамен: Математика" in page
        assert "15:00–17:00" in page


def test_groups_of_a_stream_stand_in_one_line(world, client_of):
    for course in (world.course, world.course_elsewhere):
        Lesson.objects.create(
            course=course,
            date=world.today,
            number=4,
            stream="поток",
            planned_teacher=world.master.employee,
            teacher=world.master.employee,
        )
    world.course_elsewhere.discipline = world.course.discipline
    world.course_elsewhere.save()
    page = html(client_of(world.master).get(at("teacher", world.master.employee)))
    assert "гр. 2-ИС, 1-ЭК" in page


@pytest.mark.parametrize("week", ["2026-W99", "сейчас", "1999-W01", "2026-W7"])
def test_a_week_of_nonsense_is_400(world, client_of, week):
    page = f"/timetable/group/{world.group.pk}/?week={week}"
    answer = client_of(world.student).get(page)
    assert answer.status_code == 400
    assert "например 2026-W47" in answer.content.decode()


@pytest.mark.parametrize("path", ["group/0", f"group/{'9' * 20}", "pupil/1", "group/x"])
def test_what_is_not_there_is_404(world, client_of, path):
    assert client_of(world.dispatcher).get(f"/timetable/{path}/").status_code == 404


def test_a_week_leaves_as_a_spreadsheet(world, client_of):
    page = at("group", world.group, world.today) + "&format=xlsx"
    answer = client_of(world.student).get(page)
    assert answer["Content-Disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"Математика", "Жданов Л. Б.", "09:00–10:30"} <= cells


def test_a_week_costs_the_same_whatever_it_holds(
    world, client_of, django_assert_num_queries
):
    client = client_of(world.student)
    page = at("group", world.group)
    client.get(page)
    with django_assert_num_queries(8):
        client.get(page)
    for number in range(5, 15):
        for days in range(3):
            Lesson.objects.create(
                course=world.course,
                date=world.today + datetime.timedelta(days=days),
                number=number,
                planned_teacher=world.teacher.employee,
                teacher=world.teacher.employee,
            )
    with django_assert_num_queries(8):
        client.get(page)


@pytest.mark.browser
def test_a_phone_shows_the_week_without_scrolling_aside(page_of, world, client_of):
    page = page_of(world.student, width=390)
    for address in ("/timetable/", at("group", world.group), "/timetable/calendar/"):
        page.goto(address)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
