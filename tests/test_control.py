"""The red list: who is late with what, and how much of it a page shows."""

import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admin_customizations import start
from journal.domain.control import red_list
from journal.models import Lesson


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
    words = f"преподавателей {whole.teachers}, занятий {whole.lessons}"
    assert words in page
    page = client.get(home, {"late": "all"}).content.decode()
    assert page.count("&amp;late=1") == whole.teachers
    assert words not in page


def test_the_list_costs_two_queries_whatever_it_lists(world):
    for day in (world.today, world.today + datetime.timedelta(days=30)):
        red_list(world.deputy, day)  # the settings and the roles are known by now
        with CaptureQueriesContext(
            connection,
        ) as asked:
            red_list(world.deputy, day)
        assert len(asked) == 3  # and one for the term
