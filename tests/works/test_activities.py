"""Extra-curricular activities: their plan, their journal, who may write it (F14)."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from journal.domain.lessons.activities import (
    activities_of,
    behind,
    call_off,
    hold,
    members_on,
    read_journal,
)
from journal.models import (
    Activity,
    ActivityMember,
    ActivityPresence,
    ActivitySession,
)
from tests import cast


@pytest.fixture
def circle(world):
    """A circle of `teacher` with a session due a week ago; two members."""
    activity = Activity.objects.create(
        name="Шахматы", kind="circle", year=world.year, leader=world.teacher.employee
    )
    for student in (world.students[1], world.students2[1]):
        ActivityMember.objects.create(
            activity=activity, student=student, start=cast.day(world, -20)
        )
    for number, days in ((1, -7), (2, 7)):
        ActivitySession.objects.create(
            activity=activity,
            number=number,
            topic=f"Партия {number}",
            hours=2,
            planned_on=cast.day(world, days),
        )
    return activity


def held(world, circle, *students, user=None, days=-6):
    return hold(
        user or world.teacher,
        circle.sessions.get(number=1),
        cast.day(world, days),
        [one.pk for one in students],
        "Разбор партии",
        world.today,
    )


def test_a_session_is_held_with_who_came_and_corrected_with_history(world, circle):
    first, second = world.students[1], world.students2[1]
    assert [one.number for one in behind(world.teacher, world.today)] == [1]
    held(world, circle, first, second)
    held(world, circle, first)
    found = read_journal(circle)
    assert (found.planned_hours, found.held_hours) == (4, 2)
    assert found.there == {first.pk: {found.sessions[0].pk}}
    assert (found.percent(), found.percent(second.pk)) == (50, 0)
    assert ActivityPresence.history.count() == 3  # two came, one was taken back
    assert list(behind(world.teacher, world.today)) == []
    call_off(world.teacher, found.sessions[0])
    assert read_journal(circle).held == [] and read_journal(circle).there == {}


def test_who_was_no_member_that_day_cannot_have_come(world, circle):
    for student, days in ((world.students[2], -6), (world.students[1], -30)):
        with pytest.raises(ValidationError, match="Не участвовали"):
            held(world, circle, student, days=days)


@pytest.mark.parametrize(("days", "words"), [(1, "в будущем"), (-400, "вне учебного")])
def test_a_day_to_come_or_of_another_year_is_refused(world, circle, days, words):
    with pytest.raises(ValidationError, match=words):
        held(world, circle, days=days)


@pytest.mark.parametrize("name", ["teacher2", "curator", "director", "office"])
def test_only_the_leader_and_who_keeps_activities_write(world, circle, name):
    with pytest.raises(PermissionDenied):
        held(world, circle, user=world.people[name])
    held(world, circle, user=world.deputy_uvr)


def test_class_hours_are_for_who_sits_in_the_group_that_day(world):
    hours = Activity.objects.create(
        name="Классные часы",
        kind="class_hours",
        year=world.year,
        group=world.group,
        leader=world.curator.employee,
    )
    roster = {one.pk for one in members_on(hours, world.today)}
    assert world.students[1].pk in roster
    assert world.students2[1].pk not in roster
    assert [
        one.activity for one in activities_of(world.students[1].pk, world.today)
    ] == [hours]
    assert activities_of(world.students2[1].pk, world.today) == []


@pytest.mark.parametrize(
    ("name", "page", "form"),
    [
        ("teacher", 200, 200),
        ("deputy_uvr", 200, 200),
        ("director", 200, 403),
        ("curator", 404, 404),
        ("teacher_elsewhere", 404, 404),
    ],
)
def test_pages_of_the_journal_are_for_who_sees_and_writes_it(
    world, circle, client_of, name, page, form
):
    client = client_of(world.people[name])
    session = circle.sessions.get(number=1)
    shown = client.get(reverse("admin:journal_activity_journal", args=[circle.pk]))
    asked = client.get(reverse("admin:journal_activity_session", args=[session.pk]))
    assert (shown.status_code, asked.status_code) == (page, form)


def test_a_session_is_written_from_its_page_and_nonsense_is_told(
    world, circle, client_of
):
    client = client_of(world.teacher)
    session = circle.sessions.get(number=1)
    at = reverse("admin:journal_activity_session", args=[session.pk])
    day = cast.day(world, -6).isoformat()
    for present in ("x", "9" * 30, str(world.students[2].pk)):
        answer = client.post(at, {"day": day, "present": [present]})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
    ahead = {"day": cast.day(world, 1).isoformat(), "present": []}
    refused = client.post(at, ahead).content.decode()
    assert "в будущем" in refused and " checked" not in refused  # as it was sent
    assert client.post(at, {"day": "2026-11-31"}).status_code == 400
    sent = {"day": day, "present": [world.students[1].pk], "content": "<b>Разбор</b>"}
    assert client.post(at, sent).status_code == 302
    session.refresh_from_db()
    assert session.held_on == datetime.date.fromisoformat(day)
    page = reverse("admin:journal_activity_journal", args=[circle.pk])
    html = client.get(page).content.decode()
    assert "&lt;b&gt;Разбор" in html and "посещаемость 50" in html


@pytest.mark.parametrize("count", [1, 30])
def test_the_journal_costs_as_much_for_one_member_as_for_thirty(
    world, circle, django_assert_num_queries, count
):
    for number in range(count):
        student = cast.person(
            type(world.students[1]), (f"Лис{number}", "Яна", "Яновна")
        )
        ActivityMember.objects.create(
            activity=circle, student=student, start=cast.day(world, -20)
        )
    with django_assert_num_queries(4):  # the activity itself among them
        read_journal(
            Activity.objects.select_related("year").get(pk=circle.pk)
        ).percent()


def test_a_family_sees_its_own_activities(world, circle, client_of):
    student = world.student.student
    ActivityMember.objects.get_or_create(
        activity=circle, student=student, defaults={"start": cast.day(world, -20)}
    )
    html = client_of(world.student).get("/diary/activities/").content.decode()
    assert "Шахматы" in html and "Партия 2" in html  # the first one's day is past
    leader = world.teacher.employee.short_name
    assert f"Кружок · руководитель {leader}" in html
    held(world, circle, student)
    (own,) = activities_of(student.pk, world.today)
    assert (own.held, own.there) == (1, 1)
    ActivityMember.objects.filter(student=student).update(start=cast.day(world, -5))
    (own,) = activities_of(student.pk, world.today)
    assert own.held == 0  # held the day before the student came
    assert (
        "Шахматы"
        not in client_of(world.stranger).get("/diary/activities/").content.decode()
        or world.stranger.student == world.students2[1]
    )
