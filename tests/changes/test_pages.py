"""The pages of a day: who opens them, what they show, how few clicks they take."""

from datetime import timedelta

import pytest
from django.urls import reverse

from journal.domain.timetable.changes import Wish, change_lesson
from journal.models import Lesson

pytestmark = pytest.mark.on_postgresql(
    "test_the_day_shows_its_lessons_and_filters_them",
    "test_each_button_does_what_it_says",
    "test_one_conflict_among_many_stops_them_all",
    "test_an_extra_lesson_by_its_form",
)

DAY = reverse("admin:journal_lesson_day")
AWAY = reverse("admin:journal_lesson_day_away")
EXTRA = reverse("admin:journal_lesson_day_extra")
MAY = {"office", "dispatcher"}


def at(lesson):
    return reverse("admin:journal_lesson_day_change", args=[lesson.pk])


def html(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_pages_of_a_day_are_for_those_who_substitute(world, client_of):
    for name, user in world.people.items():
        if not user.is_staff:
            continue
        client = client_of(user)
        for page in (
            DAY,
            at(world.lesson),
            f"{AWAY}?teacher={world.teacher.employee.pk}",
            EXTRA,
        ):
            status = 200 if name in MAY else 403
            assert client.get(page).status_code == status, (name, page)


def test_families_are_led_to_sign_in(world, client_of):
    assert client_of(world.student).get(DAY).status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        "date=вчера",
        "date=1999-01-01",
        "date=2026-13-40",
        "teacher=abc",
        "group=-1",
        "campus=99999999999999999999999",
    ],
)
def test_an_address_of_nonsense_is_400(world, client_of, query):
    assert client_of(world.dispatcher).get(f"{DAY}?{query}").status_code == 400


def test_a_lesson_that_is_not_there_is_404(world, client_of):
    for pk in (0, 10**6, 10**30):
        answer = client_of(world.dispatcher).get(f"{DAY}{pk}/")
        assert answer.status_code == 404
    assert client_of(world.dispatcher).get(f"{AWAY}?teacher=999").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {"slot": "2026-10-15"},
        {"slot": "2026-10-15/99"},
        {"slot": f"2026-10-15/{'9'.zfill(30)}"},
        {"teacher": "x"},
        {"room": "1.5"},
        {"cancel": "1", "reason": "п" * 201},
    ],
)
def test_a_form_of_nonsense_is_400(world, client_of, data):
    answer = client_of(world.dispatcher).post(at(world.lesson), data)
    assert answer.status_code == 400
    assert Lesson.objects.get(pk=world.lesson.pk).history.count() == 1


def test_a_reason_is_kept_without_what_postgresql_takes_not(world, week, client_of):
    data = {"cancel": "1", "reason": "болезнь\x00"}
    answer = client_of(world.dispatcher).post(at(week.second), data)
    assert answer.status_code == 302
    week.second.refresh_from_db()
    assert week.second.cancel_reason == "болезнь"


def test_the_day_shows_its_lessons_and_filters_them(world, week, client_of):
    client = client_of(world.dispatcher)
    page = html(client.get(DAY, {"date": week.monday}))
    assert "Математика" in page
    assert "Экономика организации" in page
    page = html(client.get(DAY, {"date": week.monday, "group": world.group2.pk}))
    assert "Экономика организации" in page
    assert "Математика" not in page
    teacher = world.teacher2.employee.pk
    page = html(client.get(DAY, {"date": week.monday, "teacher": teacher}))
    assert "Физика" in page
    assert "Математика" not in page
    assert AWAY in page
    page = html(client.get(DAY, {"date": week.monday, "only": "changed"}))
    assert "Изменений в эти дни нет" in page


def test_a_lesson_moved_away_stays_on_its_day_as_gone(world, week, client_of):
    wish = Wish(day=week.tuesday, number=3)
    change_lesson(world.dispatcher, week.first, wish, "Карантин")
    client = client_of(world.dispatcher)
    page = html(client.get(DAY, {"date": week.monday, "only": "changed"}))
    assert f"перенесено на {week.tuesday:%d.%m}, 3-е занятие" in page
    page = html(client.get(DAY, {"date": week.tuesday}))
    assert f"перенесено с {week.monday:%d.%m}, 1-е занятие" in page
    assert "Карантин" in page


def test_the_page_of_a_day_costs_the_same_whatever_it_holds(
    world, week, client_of, django_assert_num_queries
):
    client = client_of(world.dispatcher)
    client.get(DAY)
    with django_assert_num_queries(9):
        client.get(DAY, {"date": week.monday})
    for number in range(5, 15):
        for course in (world.course, world.course_elsewhere):
            Lesson.objects.create(
                course=course,
                date=week.monday,
                number=number,
                stream=f"поток {number}",
                planned_teacher=world.master.employee,
                teacher=world.master.employee,
            )
    with django_assert_num_queries(9):
        client.get(DAY, {"date": week.monday})


def test_each_button_does_what_it_says(world, week, client_of):
    client = client_of(world.dispatcher)
    lesson = week.second
    for data, field, value in (
        ({"teacher": world.master.employee.pk}, "teacher", world.master.employee),
        ({"slot": f"{week.tuesday}/3"}, "date", week.tuesday),
        ({"room": "other", "other_room": world.room2.pk}, "room", world.room2),
        (
            {"course": "other", "other_course": world.practice.pk},
            "course",
            world.practice,
        ),
        ({"cancel": "1", "reason": "Карантин"}, "cancel_reason", "Карантин"),
        ({"restore": "1"}, "is_cancelled", False),
    ):
        back = f"?back={DAY}?date=2026-10-26"
        answer = client.post(at(lesson) + back, data)
        assert answer.status_code == 302, data
        assert answer.url == f"{DAY}?date=2026-10-26"
        lesson.refresh_from_db()
        assert getattr(lesson, field) == value
    assert lesson.course == world.course2
    assert lesson.date == week.monday


def test_back_leads_nowhere_else(world, client_of):
    client = client_of(world.dispatcher)
    answer = client.post(
        f"{at(world.lesson)}?back=https://example.org/", {"cancel": "1"}
    )
    assert answer.url == f"{DAY}?date={world.today}"


def test_a_conflict_is_said_and_nothing_is_changed(world, week, client_of):
    data = {"teacher": world.teacher_elsewhere.employee.pk}
    page = html(client_of(world.dispatcher).post(at(week.first), data))
    assert "Преподаватель в это время занят: группа 1-ЭК" in page
    assert "Заняты в это время: 1" in page
    page = html(client_of(world.dispatcher).post(at(week.first), {}))
    assert "Выберите, что изменить." in page


def test_a_lesson_held_offers_nothing(world, client_of):
    page = html(client_of(world.dispatcher).get(at(world.lesson_past)))
    assert "уже проведено" in page
    assert 'name="cancel"' not in page


def test_all_lessons_of_a_teacher_who_is_ill_at_once(world, week, client_of):
    client, teacher = client_of(world.dispatcher), world.teacher.employee
    world.course.teachers.create(
        employee=world.master.employee, start=world.year.start, hours=1
    )
    query = {"teacher": teacher.pk, "date": week.monday, "to": week.tuesday}
    page = html(client.get(AWAY, query))
    assert f'<option value="{world.master.employee.pk}" selected>' in page
    answer = client.post(
        AWAY,
        {
            **query,
            f"lesson-{week.first.pk}": world.master.employee.pk,
            "reason": "Болезнь",
        },
    )
    assert answer.status_code == 302
    week.first.refresh_from_db()
    assert week.first.teacher == world.master.employee
    page = html(client.get(AWAY, query))
    assert "нет занятий, которые можно передать" in page


def test_one_conflict_among_many_stops_them_all(world, week, client_of):
    query = {
        "teacher": world.teacher.employee.pk,
        "date": week.monday,
        f"lesson-{week.first.pk}": world.teacher_elsewhere.employee.pk,
    }
    page = html(client_of(world.dispatcher).post(AWAY, query))
    assert "Ничего не изменено" in page
    assert "1-е занятие, Математика" in page
    query[f"lesson-{week.first.pk}"] = "777"
    assert client_of(world.dispatcher).post(AWAY, query).status_code == 400
    query[f"lesson-{week.first.pk}"] = ""
    page = html(client_of(world.dispatcher).post(AWAY, query))
    assert "Ничего не выбрано" in page


def test_an_extra_lesson_by_its_form(world, week, client_of):
    client = client_of(world.dispatcher)
    assert "выберите" in html(client.get(EXTRA))
    page = f"{EXTRA}?group={world.group.pk}&date={week.monday}"
    html(client.get(page))
    data = {"course": world.practice.pk, "day": week.monday, "number": 2}
    assert "У группы в это время" in html(client.post(page, data))
    answer = client.post(page, data | {"number": 3})
    assert answer.url == f"{DAY}?date={week.monday}"
    lesson = Lesson.objects.get(course=world.practice, date=week.monday)
    assert lesson.teacher == world.master.employee
    data = {**data, "number": 4, "course": world.course_elsewhere.pk}
    assert "Не добавлено" in html(client.post(page, data))


@pytest.mark.browser
def test_a_substitution_takes_at_most_four_clicks(page_of, world, client_of):
    page = page_of(world.dispatcher)
    clicks = []

    def click(target):
        clicks.append(target)
        page.locator(target).first.click()

    page.goto("/admin/")
    click(f'a[href="{DAY}"]')
    click(f'a[href^="{at(world.lesson2)}"]')
    click("button:has-text('Цветков')")
    page.get_by_text("Занятие ведёт Цветков Ю. Ф.").first.wait_for()
    assert len(clicks) <= 4
    lesson = Lesson.objects.get(pk=world.lesson2.pk)
    assert lesson.teacher == world.master.employee
    start = page_of(world.master)
    start.goto("/admin/")
    assert "Физика" in start.inner_text("body")
    assert "замена" in start.inner_text("body")


@pytest.mark.browser
def test_two_lessons_change_places_in_three_clicks(page_of, world, week):
    page = page_of(world.dispatcher)
    page.goto(f"{DAY}?date={week.monday}")
    page.locator(f'a[href^="{at(week.first)}"]').first.click()
    page.locator(f"button[name=swap][value='{week.second.pk}']").click()
    page.get_by_text("поменялись местами").first.wait_for()
    numbers = dict(Lesson.objects.values_list("pk", "number"))
    assert (numbers[week.first.pk], numbers[week.second.pk]) == (2, 1)


@pytest.mark.browser
def test_a_move_takes_at_most_four_clicks(page_of, world, client_of):
    page = page_of(world.dispatcher)
    page.goto("/admin/")
    page.locator(f'a[href="{DAY}"]').first.click()
    page.locator(f'a[href^="{at(world.lesson2)}"]').first.click()
    day = world.today + timedelta(days=1)
    page.locator(f"button[name=slot][value='{day}/3']").click()
    page.get_by_text("Занятие перенесено").first.wait_for()
    lesson = Lesson.objects.get(pk=world.lesson2.pk)
    assert (lesson.date, lesson.planned_date) == (day, world.today)


@pytest.mark.browser
def test_enter_in_the_reason_presses_nothing(page_of, world, client_of):
    page = page_of(world.dispatcher, width=390)
    page.goto(at(world.lesson2))
    page.fill("#reason", "Болезнь")
    page.press("#reason", "Enter")
    page.get_by_text("Выберите, что изменить.").first.wait_for()
    page.wait_for_load_state("load")
    assert Lesson.objects.get(pk=world.lesson2.pk).history.count() == 1
    overflow = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(overflow)
