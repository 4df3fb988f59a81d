"""Two lessons of a day change places: what it writes and what it refuses."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from journal.domain.timetable.changes import cancel_lesson, swap_lessons
from journal.domain.timetable.day import read_lessons, swaps_for
from journal.models import Lesson


def fresh(lesson):
    return read_lessons(Lesson.objects.filter(pk=lesson.pk)).get()


def refusal(world, first, second) -> str:
    before = list(Lesson.objects.order_by("pk").values())
    with pytest.raises(ValidationError) as refused:
        swap_lessons(world.dispatcher, first, second)
    assert list(Lesson.objects.order_by("pk").values()) == before
    return " ".join(refused.value.messages)


def test_hours_are_exchanged_and_exchanged_back(world, week):
    swap_lessons(world.dispatcher, week.first, week.second, "Просьба")
    first, second = fresh(week.first), fresh(week.second)
    assert (first.number, first.planned_number, first.planned_date) == (
        2,
        1,
        week.monday,
    )
    assert (second.number, second.planned_number) == (1, 2)
    assert first.teacher == world.teacher.employee and first.room == world.room
    for one in (first, second):
        past = one.history.latest()
        assert not past.is_cancelled and one.history.count() == 2
        assert (past.history_change_reason, past.history_user) == (
            "Просьба",
            world.dispatcher,
        )
    swap_lessons(world.dispatcher, first, second)
    assert fresh(week.first).planned_date is None
    assert fresh(week.first).number == 1


def test_whoever_is_not_free_at_the_new_hour_is_named(world, week):
    Lesson.objects.create(
        course=world.course_elsewhere,
        date=week.monday,
        number=2,
        teacher=world.teacher.employee,
        planned_teacher=world.teacher.employee,
    )
    words = "Преподаватель в это время занят: группа 1-ЭК, Экономика организации."
    assert refusal(world, week.first, week.second) == words
    swaps = swaps_for(world.dispatcher, fresh(week.first))
    offered = {one.lesson.pk: one.problem for one in swaps}
    assert offered[week.second.pk] == words


def test_held_cancelled_and_simultaneous_lessons_do_not_change_places(world, week):
    assert "в одно время" in refusal(world, week.first, week.elsewhere)
    cancel_lesson(world.dispatcher, week.second)
    assert "Отменённое" in refusal(world, week.first, fresh(week.second))
    assert swaps_for(world.dispatcher, fresh(week.first)) == []
    third = Lesson.objects.create(
        course=world.course2,
        date=week.monday,
        number=3,
        teacher=world.teacher2.employee,
        planned_teacher=world.teacher2.employee,
        attendance_taken_at=timezone.now(),
    )
    assert "уже проведено" in refusal(world, week.first, third)


def test_a_stream_changes_places_whole(world, week):
    for lesson in (week.first, week.elsewhere):
        lesson.stream, lesson.teacher, lesson.room = (
            "А",
            world.teacher.employee,
            world.room,
        )
        lesson.save()
    swap_lessons(world.dispatcher, week.first, week.second)
    assert {fresh(week.first).number, fresh(week.elsewhere).number} == {2}
    assert fresh(week.second).number == 1


def test_only_who_substitutes_changes_places(world, week, client_of):
    with pytest.raises(PermissionDenied):
        swap_lessons(world.teacher, week.first, week.second)
    page = reverse("admin:journal_lesson_day_change", args=[week.first.pk])
    client = client_of(world.dispatcher)
    assert client.post(page, {"swap": 10**12}).status_code == 404
    assert client.post(page, {"swap": "x"}).status_code == 400
    other_day = client.post(page, {"swap": world.lesson2.pk})
    assert "Местами меняют занятия одного дня" in other_day.content.decode()
    assert client.post(page, {"swap": week.second.pk}).status_code == 302
    assert fresh(week.first).number == 2
