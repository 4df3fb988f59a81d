"""The red list: who is late with what, and how much of it a page shows."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admin_customizations import start
from admin_customizations.duties.lines import Duty, folded, most_urgent
from journal.domain.control import red_list
from journal.domain.control.filling import LED
from journal.domain.timetable import Stage, stage_of
from journal.models import Lesson
from tests import cast


def late_lessons(world):
    return (
        Lesson.objects.filter(date__lt=world.today, is_cancelled=False)
        .exclude(attendance_taken_at__isnull=False, topic__gt="")
        .order_by("date")
    )


def test_the_list_counts_lessons_teachers_and_what_they_lack(world):
    found = red_list(world.deputy, world.today)
    rows = list(late_lessons(world))
    assert rows
    assert found.lessons == len(rows)
    assert found.teachers == len({row.teacher_id for row in rows}) == len(found.worst)
    for line in found.worst:
        own = [row for row in rows if row.teacher_id == line.teacher]
        assert line.lessons == len(own)
        assert line.since == min(row.date for row in own)
        assert line.not_taken == sum(row.attendance_taken_at is None for row in own)
        assert line.no_topic == sum(not row.topic for row in own)


def test_the_longest_list_comes_first_and_the_rest_is_counted(world):
    whole = red_list(world.deputy, world.today)
    assert len(whole.worst) > 1
    assert [line.lessons for line in whole.worst] == sorted(
        (line.lessons for line in whole.worst), reverse=True
    )
    short = red_list(world.deputy, world.today, most=1)
    assert short.worst == whole.worst[:1]
    assert (short.teachers, short.lessons) == (whole.teachers, whole.lessons)


def test_nothing_late_is_an_empty_list(world):
    found = red_list(world.deputy, world.year.start)
    assert (found.worst, found.teachers, found.lessons) == ([], 0, 0)


def test_a_head_sees_the_late_of_the_own_department_alone(world):
    assert red_list(world.department_head, world.today).lessons == 3
    world.group.department = world.department2
    world.group.save()
    assert red_list(world.department_head, world.today).lessons == 0
    assert red_list(world.deputy, world.today).lessons == 3


def test_the_start_page_shows_the_worst_and_leads_to_all(world, client_of, monkeypatch):
    monkeypatch.setattr(start, "SHOWN", 1)
    whole = red_list(world.deputy, world.today)
    client, home = client_of(world.deputy), reverse("admin:index")
    page = client.get(home).content.decode()
    assert page.count("&amp;late=1") == 1
    assert page.count("<details open><summary><h2>Не заполнено в срок") == 1
    words = f"преподавателей {whole.teachers}, занятий {whole.lessons}"
    assert words in page
    page = client.get(home, {"late": "all"}).content.decode()
    assert page.count("&amp;late=1") == whole.teachers
    assert words not in page
    monkeypatch.setattr(start, "ON_A_SCREEN", 0)
    page = client.get(home).content.decode()
    counted = f"занятий {whole.lessons}, преподавателей {whole.teachers}"
    assert f"<details><summary><h2>Не заполнено в срок: {counted}" in page


@pytest.mark.parametrize(
    ("day", "number", "clock", "stage"),
    [
        (0, 1, (8, 59), "AHEAD"),
        (0, 1, (9, 0), "RUNNING"),
        (0, 1, (10, 29), "RUNNING"),
        (0, 1, (10, 30), "OVER"),
        (0, 2, (10, 30), "RUNNING"),  # no bell of its own: until the day is over
        (0, None, (23, 59), "RUNNING"),
        (-1, None, (0, 0), "OVER"),
        (1, 1, (9, 0), "AHEAD"),
    ],
)
def test_a_lesson_is_over_when_its_bell_rings(day, number, clock, stage):
    now = datetime.datetime.combine(cast.TODAY, datetime.time(*clock))
    bells = {1: (datetime.time(9), datetime.time(10, 30))}
    lesson = cast.TODAY + datetime.timedelta(days=day)
    assert stage_of(lesson, number, bells, now) is Stage[stage]


def test_a_running_lesson_lacks_nothing_before_it_is_over(world, client_of):
    """Of 9:00 to 10:30, opened at ten and at eleven."""

    def told():
        page = client_of(world.teacher).get(reverse("admin:index")).content.decode()
        return page.partition("Мои занятия сегодня")[2].partition("</section>")[0]

    assert "идёт сейчас" in told() and "не записано" not in told()
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        assert "идёт сейчас" not in told()
        assert "не записано: присутствие" in told()


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (0, 0, []),
        (1, 1, ["строка"]),
        (2, 2, ["Ведомости: 2", "строка", "строка"]),
        (2, 7, ["Ведомости: 7", "строка", "строка", "Все: 7"]),
    ],
)
def test_several_lines_of_one_matter_become_one_that_counts_them(count, total, words):
    found = folded("Ведомости: {}", [Duty("строка", "/")] * count, total, "/list/")
    assert [one.words for duty in found for one in (duty, *duty.lines)] == words
    assert all(duty.is_late for duty in found)


def test_what_is_late_stands_first():
    calm, late = Duty("спокойно", "/", is_late=False), Duty("поздно", "/")
    assert most_urgent([calm, late, calm]) == [late, calm, calm]


def test_the_present_teacher_is_named_and_beside_whoever_gave_the_lesson(
    world, client_of
):
    """History was the second teacher's until a week ago; nobody filled a lesson of it."""
    lesson = world.lesson_handed_over
    Lesson.objects.exclude(pk=lesson.pk).update(is_cancelled=True)
    Lesson.objects.filter(pk=lesson.pk).update(topic="", attendance_taken_at=None)
    now, former = world.teacher.employee, world.teacher2.employee
    (line,) = red_list(world.deputy, world.today).worst
    assert (line.teacher, line.name, line.lessons) == (now.pk, str(now), 1)
    assert line.led == f"{LED.get(former.sex, 'вёл(а)')} {former.short_name}"
    assert (line.not_taken, line.no_topic, line.since) == (1, 1, lesson.date)
    client = client_of(world.deputy)
    page = client.get(reverse("admin:index")).content.decode()
    assert f'{now}</a> <span class="dim">{line.led}</span>' in page
    link = re.search(r'"([^"]*\?answers=[^"]*)"', page)[1].replace("&amp;", "&")
    listed = client.get(link).context_data["cl"].queryset
    assert list(listed) == [lesson]
    other = link.replace(f"answers={now.pk}", f"answers={former.pk}")
    assert not client.get(other).context_data["cl"].queryset
    assert client.get(link.replace("answers=", "answers=x")).status_code == 200


def test_the_list_costs_one_query_whatever_it_lists(world):
    for day in (world.today, world.today + datetime.timedelta(days=30)):
        red_list(world.deputy, day)  # the settings and the roles are known by now
        with CaptureQueriesContext(
            connection,
        ) as asked:
            red_list(world.deputy, day)
        assert len(asked) == 2  # and one for the term
