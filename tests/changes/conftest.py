"""A laid out Monday of the cast, and hands that change it."""

import datetime
from types import SimpleNamespace

import pytest

from journal.domain.timetable import lay_out
from journal.models import Lesson, TimetableEntry


@pytest.fixture
def week(world):
    """The Monday after next: `first` and `second` of 2-ИС in room 101, `elsewhere` of 1-ЭК."""
    monday = world.today + datetime.timedelta(days=15 - world.today.isoweekday())
    found = SimpleNamespace(monday=monday, tuesday=monday + datetime.timedelta(days=1))
    for name, course, teacher, number, room in (
        ("first", world.course, "teacher", 1, world.room),
        ("second", world.course2, "teacher2", 2, world.room),
        ("elsewhere", world.course_elsewhere, "teacher_elsewhere", 1, world.room2),
    ):
        entry = TimetableEntry.objects.create(
            course=course,
            teacher=world.people[teacher].employee,
            room=room,
            weekday=1,
            number=number,
            start=world.period.first_day,
        )
        end = monday + datetime.timedelta(days=1)
        lay_out([entry], monday, end, by=world.dispatcher)
        setattr(found, name, Lesson.objects.get(entry=entry))
    return found
