"""The schedule of control works: one a day for a group, moved where two clash."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from admin_customizations.admin.curriculum import control_works
from journal.domain.curriculum.control_works import (
    courses_to_schedule,
    propose,
    store,
)
from journal.models import ControlWork, Course, ThematicPlan
from tests import cast
from tests.themes.conftest import line


@pytest.fixture
def two(world, kinds):
    """Two courses of the group whose only line is a control work, on the same day."""
    for course, number in ((world.course, 1), (world.course2, 2)):
        course.lessons.filter(date__gte=world.today).delete()
        course.lessons.filter(topic="").delete()
        plan = ThematicPlan.objects.create(
            name=str(course), discipline=course.discipline, state="approved"
        )
        line(plan, 1, "Итоги", kinds["Контрольная работа"], work_number=1)
        Course.objects.filter(pk=course.pk).update(thematic_plan=plan)
        course.refresh_from_db()
        teacher = "teacher" if number == 1 else "teacher2"
        for offset in (7, 14):
            cast.lesson(world, course, offset, number, teacher)
    return world.course, world.course2


def days(placings) -> list:
    return [(str(one.course.discipline), one.day) for one in placings]


def test_two_works_of_a_day_part_and_that_is_said(two, world):
    courses = courses_to_schedule(
        world.deputy, Course.objects.filter(group=world.group)
    )
    found = propose(courses)
    week = timedelta(days=7)
    assert days(found) == [
        ("Математика", world.today + week),
        ("Физика", world.today + 2 * week),
    ]
    assert found[0].why == ""
    assert found[1].why == (
        f"{world.today + week:%d.%m} у группы уже работа: Математика; "
        "перенесена на следующее занятие."
    )
    assert store(found, world.deputy) == (2, 0)
    assert not any(one.is_change for one in propose(courses))
    work = ControlWork.objects.get(course=world.course)
    assert work.name == "Контрольная работа № 1. Итоги"


def test_many_courses_are_scheduled_at_the_price_of_one(
    two, world, django_assert_num_queries
):
    for count in (1, 2):
        courses = Course.objects.filter(pk__in=[one.pk for one in two[:count]])
        courses = list(courses_to_schedule(world.deputy, courses))
        with django_assert_num_queries(4):
            assert len(propose(courses)) == count


def test_a_shift_of_the_timetable_is_taken_over_in_one_step(two, world):
    courses = courses_to_schedule(
        world.deputy, Course.objects.filter(group=world.group)
    )
    store(propose(courses), world.deputy)
    lesson = world.course.lessons.get(date=world.today + timedelta(days=7))
    lesson.is_cancelled = True
    lesson.save()
    found = propose(courses)
    assert days(found) == [
        ("Физика", world.today + timedelta(days=7)),
        ("Математика", world.today + timedelta(days=14)),
    ]
    assert store(found, world.deputy) == (0, 2)
    dates = dict(ControlWork.objects.values_list("course__discipline__name", "date"))
    assert dates == dict(days(found))


def test_works_written_by_hand_keep_their_days(two, world):
    day = world.today + timedelta(days=7)
    hand = ControlWork.objects.create(
        course=world.practice, group=world.group, date=day, name="Срез"
    )
    courses = courses_to_schedule(world.deputy, Course.objects.filter(pk=two[0].pk))
    (placing,) = propose(courses)
    assert placing.day == day + timedelta(days=7)
    store([placing], world.deputy)
    hand.refresh_from_db()
    assert hand.date == day
    with pytest.raises(IntegrityError), transaction.atomic():
        ControlWork.objects.create(
            course=world.practice, group=world.group, date=day, name="Ещё"
        )


def test_without_a_lesson_left_there_is_no_day(two, world):
    world.course.lessons.filter(date__gt=world.today).delete()
    courses = courses_to_schedule(world.deputy, Course.objects.filter(pk=two[0].pk))
    (placing,) = propose(courses)
    assert placing.day is None and "Нет занятия" in placing.why
    assert store([placing], world.deputy) == (0, 0)


def test_a_teacher_schedules_own_courses_and_only_approved_plans(two, world):
    courses = Course.objects.filter(group=world.group)
    assert list(courses_to_schedule(world.teacher, courses)) == [world.course]
    ThematicPlan.objects.update(state="draft")
    assert not courses_to_schedule(world.deputy, courses).exists()
    assert not courses_to_schedule(world.curator, courses).exists()


def test_the_page_shows_and_writes(two, world, client_of):
    at = reverse("admin:journal_controlwork_schedule")
    asked = {"period": world.period.pk, "group": world.group.pk}
    client = client_of(world.deputy)
    html = client.get(at, asked).content.decode()
    assert "Записать график" in html and "перенесена на следующее занятие" in html
    assert client.post(at, asked).status_code == 302
    assert ControlWork.objects.count() == 2
    assert "График совпадает" in client.get(at, asked).content.decode()
    assert client_of(world.curator).post(at, asked).status_code == 403
    assert client_of(world.dispatcher).get(at).status_code == 200
    assert client_of(world.hr).get(at).status_code == 403
    assert client.get(at, {"period": "9" * 30, "group": "x"}).status_code == 200


def test_the_family_sees_the_work_in_the_week(two, world, client_of):
    courses = courses_to_schedule(
        world.deputy, Course.objects.filter(group=world.group)
    )
    store(propose(courses), world.deputy)
    year, week, _ = (world.today + timedelta(days=7)).isocalendar()
    page = client_of(world.student).get(f"/diary/?week={year}-W{week:02}")
    assert page.content.decode().count("Контрольная работа № 1. Итоги") == 1


def test_a_schedule_without_any_period_is_400(world, client_of):
    address = reverse("admin:journal_controlwork_schedule")
    with patch.object(control_works, "_period", return_value=None):
        assert client_of(world.deputy).get(address).status_code == 200
        assert client_of(world.deputy).post(address).status_code == 400
