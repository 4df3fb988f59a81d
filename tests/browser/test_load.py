"""Courses made from the approved plan, and a load handed over, in a real browser."""

import pytest
from django.urls import reverse

from journal.models import Course, Lesson
from tests.test_courses import plan  # noqa: F401

pytestmark = pytest.mark.browser


def text_of(page) -> str:
    return page.inner_text("body").replace("\xa0", " ")


def test_courses_of_a_group_are_made_from_the_plan_in_one_action(page_of, world, plan):  # noqa: F811
    page = page_of(world.deputy)
    page.goto(reverse("admin:journal_course_changelist"))
    page.get_by_role("link", name="Завести по учебному плану").first.click()
    page.get_by_label("Группа").select_option(label=world.group.name)
    page.get_by_role("button", name="Показать", exact=True).click()
    page.get_by_role("button", name="Завести курсов: 1").click()
    page.wait_for_url("**/courseteacher/table/**")
    body = text_of(page)
    assert "Заведено: 1 курс. Назначьте преподавателей." in body
    assert "Сети" in body
    course = Course.objects.get(group=world.group, discipline=world.networks)
    assert (course.hours, course.semester, course.attestation_form) == (60, 3, "exam")


def test_a_course_is_handed_over_from_a_day_on(page_of, world):
    page = page_of(world.deputy)
    load = world.course.teachers.get()
    table = reverse("admin:journal_courseteacher_table")
    page.goto(f"{table}?group={world.group.pk}&period={world.period.pk}")
    address = reverse("admin:journal_courseteacher_give_away", args=[load.pk])
    page.locator(f'a[href="{address}"]').click()
    page.locator("[name=successor]").select_option(str(world.teacher2.employee.pk))
    page.locator("[name=day]").fill(world.today.isoformat())
    page.locator("form button[type=submit], form input[type=submit]").last.click()
    page.get_by_text(f"Передано с {world.today:%d.%m.%Y}: 2 занятия").first.wait_for()
    for lesson in Lesson.objects.filter(course=world.course):
        successor = lesson.date >= world.today
        who = world.teacher2 if successor else world.teacher
        assert lesson.teacher == who.employee, lesson
