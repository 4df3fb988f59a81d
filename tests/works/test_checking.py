"""Checking homework: the page of a whole group, and how it is measured (M 5.2)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journal.domain.lessons.homework import (
    Assignment,
    Verdict,
    assign,
    hand_in,
    judge,
    measured_checking,
    to_check,
    who_does,
)
from journal.models import (
    Lesson,
    Mark,
    Subgroup,
    SubgroupMember,
    Submission,
)
from journal.reports.registry import get

# Checking


def shown(client, url) -> dict:
    """What the page sends back unasked: how each row and mark stood."""
    fields = re.findall(
        r'name="([so]\d+)" value="([^"]*)"', client.get(url).content.decode()
    )
    return {name: unescape(value) for name, value in fields}


def test_the_page_checks_the_roster_at_once_with_marks(world, homework, client_of):
    work = hand_in(world.student, homework, "Ответ")
    other = world.students[1]
    url = reverse("admin:journal_homework_works", args=[homework.pk])
    client = client_of(world.teacher)
    first, second = work.student_id, other.pk
    data = {
        f"q{first}": "full",
        f"m{first}": "5",
        f"q{second}": "partly",
        f"r{second}": "сдал  на бумаге",
    }
    assert client.post(url, shown(client, url) | data).status_code == 302
    work.refresh_from_db()
    assert (work.state, work.quality) == ("checked", "full")
    assert Mark.objects.get(task=homework.task).value == "5"
    paper = Submission.objects.get(student=other)
    assert (paper.state, paper.remark) == ("checked", "сдал на бумаге")
    data = shown(client, url) | data
    wrong = client.post(url, {**data, f"q{first}": "blue", f"q{second}": "poor"})
    assert wrong.status_code == 400
    paper.refresh_from_db()
    assert paper.quality == "partly"
    bad = client.post(url, {**data, f"m{first}": "9", "reason": "описка"})
    page = bad.content.decode()
    assert bad.status_code == 400 and "Такой отметки нет" in page
    assert f'name="o{first}" value="5"' in page and f'name="m{first}" value="9"' in page
    assert 'value="описка"' in page


def test_a_mark_alone_checks_a_work_and_a_verdict_is_taken_back(
    world, homework, client_of
):
    work = hand_in(world.student, homework, "Ответ")
    url = reverse("admin:journal_homework_works", args=[homework.pk])
    client, first, other = client_of(world.teacher), work.student_id, world.students[1]
    assert client.post(url, shown(client, url) | {f"m{first}": "4"}).status_code == 302
    work.refresh_from_db()
    assert (work.state, work.quality, work.checked_by) == (
        *("checked", ""),
        world.teacher.employee,
    )
    said = {f"m{first}": "4", f"q{first}": "poor", f"q{other.pk}": "not_done"}
    client.post(url, shown(client, url) | said)
    assert Submission.objects.get(student=other).state == "checked"
    page = client.post(url, shown(client, url) | {f"m{first}": "4"}, follow=True)
    work.refresh_from_db()
    assert (work.state, work.quality) == ("handed_in", "")
    assert not Submission.objects.filter(student=other).exists()
    assert "сдали 1 из" in page.content.decode()


def test_what_came_anew_is_not_judged_unseen(world, homework, client_of):
    work = hand_in(world.student, homework, "Первый ответ")
    url = reverse("admin:journal_homework_works", args=[homework.pk])
    client, pk = client_of(world.teacher), work.student_id
    old = shown(client, url)
    hand_in(world.student, homework, "Второй ответ")
    page = client.post(
        url, old | {f"q{pk}": "full", f"q{world.students[1].pk}": "full"}
    )
    assert page.status_code == 400 and "сдали заново" in page.content.decode()
    assert set(Submission.objects.values_list("state", flat=True)) == {"handed_in"}
    assert (
        client.post(url, old | {f"q{world.students[1].pk}": "full"}).status_code == 302
    )
    work.refresh_from_db()
    assert work.state == "handed_in"


def test_a_returned_work_stays_returned_while_its_remark_changes(
    world, homework, client_of
):
    work = hand_in(world.student, homework, "Ответ")
    judge(world.teacher, homework, work.student, Verdict("partly", "см. № 3", True))
    url = reverse("admin:journal_homework_works", args=[homework.pk])
    client, pk = client_of(world.teacher), work.student_id
    assert f'name="b{pk}" checked' in client.get(url).content.decode()
    said = {f"q{pk}": "partly", f"r{pk}": "см. № 4", f"b{pk}": "on"}
    client.post(url, shown(client, url) | said)
    work.refresh_from_db()
    assert (work.state, work.remark) == ("returned", "см. № 4")


def test_strangers_do_not_check(world, homework, client_of):
    url = reverse("admin:journal_homework_works", args=[homework.pk])
    assert client_of(world.teacher_elsewhere).get(url).status_code == 404
    curator = client_of(world.curator)
    assert curator.get(url).status_code == 200
    assert curator.post(url, {}).status_code == 403
    assert client_of(world.hr).get(url).status_code == 403


def test_the_page_of_one_homework_costs_ten_queries(world, homework, client_of):
    hand_in(world.student, homework, "Ответ")
    for user, page in (
        (world.student, "diary:homework_one"),
        (world.parent, "diary:homework_one"),
        (world.teacher, "admin:journal_homework_works"),
    ):
        client, url = client_of(user), reverse(page, args=[homework.pk])
        client.get(url)  # settings and roles are known by now
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        assert len(queries) == 10, user


def test_waiting_works_stand_on_the_start_page_and_are_measured(
    world, homework, client_of
):
    work = hand_in(world.student, homework, "Ответ")
    (waiting,) = to_check(world.teacher)
    assert waiting.waiting == 1
    page = client_of(world.teacher).get(reverse("admin:index")).content.decode()
    assert "Работы на проверку: 1" in page
    Submission.objects.filter(pk=work.pk).update(
        handed_in_at=timezone.now() - timedelta(days=3)
    )
    judge(world.teacher, homework, work.student, Verdict("full"))
    (line,) = measured_checking(world.deputy, world.year.start, world.today)
    assert (line.collected, line.handed_in, line.checked, line.good) == (1, 1, 1, 1)
    assert line.mean_days == pytest.approx(3, abs=0.1)
    assert line.asked == who_does(homework).count() > 1
    assert not to_check(world.teacher)
    assign(world.lesson_old, Assignment(is_collected=True))
    few = Subgroup.objects.create(course=world.course, number=1)
    SubgroupMember.objects.create(
        subgroup=few, student=world.students[0], start=world.year.start
    )
    Lesson.objects.filter(pk=world.lesson_old.pk).update(subgroup=few)
    with CaptureQueriesContext(connection) as queries:
        (line,) = measured_checking(world.deputy, world.year.start, world.today)
    assert line.asked == who_does(homework).count() + 1
    assert len([one for one in queries if "membership" in one["sql"]]) == 1


def test_the_report_counts_what_is_handed_in_by_teacher(world, homework):
    hand_in(world.student, homework, "Ответ")
    report = get("homework")
    form = report.form(world.deputy)
    assert form.answer({}) and form.is_valid(), form.errors
    (row,) = report.build(form.params()).rows
    assert row.cells[0] == str(world.teacher.employee)
    assert row.cells[1] == row.cells[3] == 1 and row.cells[5] == 0
    form = report.form(world.deputy)
    assert form.answer({"group": world.group2.pk}) and form.is_valid()
    assert list(report.build(form.params()).rows) == []
