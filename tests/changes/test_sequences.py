"""Whatever is done to a week, nobody is in two places, and what was held stays."""

import contextlib
from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest
from django.core.exceptions import ValidationError

from journal.domain.lessons import Change, write_cells
from journal.domain.timetable.changes import (
    Wish,
    add_lesson,
    cancel_lesson,
    change_lesson,
    restore_lesson,
)
from journal.models import Lesson, Room

STEPS = 40


def double_bookings() -> list[tuple]:
    """Teachers, rooms and groups of lessons held that are somewhere twice."""
    places = defaultdict(list)
    held = Lesson.objects.held().select_related("course", "subgroup")
    for one in held.filter(number__isnull=False):
        at = (one.date, one.number)
        places["teacher", one.teacher_id, *at].append(one)
        if one.room_id:
            places["room", one.room_id, *at].append(one)
        part = one.subgroup.number if one.subgroup_id else 0
        places["group", one.course.group_id, part, *at].append(one)
    return [
        place
        for place, lessons in places.items()
        if len(lessons) > 1
        and not (lessons[0].stream and len({one.stream for one in lessons}) == 1)
    ]


class Dispatcher:
    """Somebody who presses whatever is there."""

    def __init__(self, world, seed: int):
        self.world, self.rng = world, Random(seed)
        self.days = [world.today + timedelta(days=step) for step in range(8)]
        self.staff = [
            world.people[name].employee
            for name in ("teacher", "teacher2", "teacher_elsewhere", "master")
        ]
        self.rooms = list(Room.objects.all())

    def lesson(self) -> Lesson:
        return self.rng.choice(list(Lesson.objects.order_by("pk")))

    def step(self) -> None:
        user, pick = self.world.dispatcher, self.rng.choice
        act = pick(("teacher", "room", "move", "move", "course", "off", "back", "new"))
        place = (pick(self.days), self.rng.randint(1, 4))
        if act == "new":
            course = pick((self.world.course, self.world.course_elsewhere))
            add_lesson(user, course, *place, pick(self.staff), pick(self.rooms))
        elif act == "off":
            cancel_lesson(user, self.lesson())
        elif act == "back":
            restore_lesson(user, self.lesson())
        else:
            wish = {
                "teacher": Wish(teacher=pick(self.staff)),
                "room": Wish(room=pick(self.rooms)),
                "move": Wish(day=place[0], number=place[1]),
                "course": Wish(course=pick((self.world.course, self.world.practice))),
            }[act]
            change_lesson(user, self.lesson(), wish)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pressed_nobody_is_in_two_places(world, week, seed):
    for course in (world.course, world.course_elsewhere):
        Lesson.objects.create(
            course=course,
            date=world.today,
            number=4,
            stream="поток",
            planned_teacher=world.master.employee,
            teacher=world.master.employee,
            room=world.room,
        )
    taken = Change(world.lesson_unfilled.pk, None, "taken", "", "1")
    write_cells(world.teacher, [taken])
    names = ("date", "number", "teacher", "room", "course", "is_cancelled")
    held = Lesson.objects.filter(attendance_taken_at__isnull=False).order_by("pk")
    before = list(held.values_list("pk", *names))
    assert len(before) > 3
    dispatcher, done = Dispatcher(world, seed), 0
    for _ in range(STEPS):
        with contextlib.suppress(ValidationError):
            dispatcher.step()
            done += 1
        assert double_bookings() == []
    assert done > 5
    assert list(held.values_list("pk", *names)) == before
    planned = Lesson.objects.exclude(entry=None).select_related("entry")
    for lesson in planned.filter(planned_date=None):
        assert lesson.date.isoweekday() == lesson.entry.weekday
