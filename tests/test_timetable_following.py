"""Lessons laid out again: what follows its line, and what stays where it is."""

from journal.domain.timetable import lay_out
from journal.models import Lesson, TimetableEntry
from tests.test_timetable import DAY, WEEK, dates, entry, next_monday


def test_lessons_go_along_to_another_weekday_and_what_was_held_stays(world):
    monday = next_monday(world)
    spans = {"start": monday - 3 * WEEK, "end": monday + 4 * WEEK}
    line = entry(world, world.course, 3, **spans)
    lay_out([line])
    before = dates(Lesson.objects.filter(entry=line, date__lt=world.today))
    line.weekday = 5
    line.save()
    done = lay_out([line])
    rows = Lesson.objects.filter(entry=line)
    assert dates(rows.filter(date__lt=world.today)) == before
    assert {day.isoweekday() for day in dates(rows.filter(date__gt=world.today))} == {5}
    assert not rows.filter(is_cancelled=True).exists()
    assert done.created == []  # of no week a second time
    assert lay_out([line]).changed == []


def test_a_change_of_one_day_is_not_undone(world):
    monday = next_monday(world)
    line = entry(world, world.course, 3, room=world.room, start=monday)
    lay_out([line])
    moved, other, *_ = Lesson.objects.filter(entry=line, date__gt=world.today)
    planned = moved.date
    moved.planned_date, moved.planned_number = planned, 3
    moved.date, moved.number = planned + 10 * DAY, 4
    moved.save()
    other.planned_room, other.room = world.room, world.room2
    other.save()
    line.room = None
    line.save()
    done = lay_out([line])
    assert (done.created, done.skipped) == ([], [])
    moved.refresh_from_db()
    other.refresh_from_db()
    assert (moved.date, moved.number) == (planned + 10 * DAY, 4)
    assert (moved.room, other.room) == (world.room, world.room2)
    line.weekday = 2
    line.save()
    done = lay_out([line])
    assert (done.created, done.skipped) == ([], [])
    moved.refresh_from_db()
    assert (moved.date, moved.is_cancelled) == (planned + 10 * DAY, False)


def test_a_lesson_of_today_that_has_begun_does_not_move(world):
    weekday = world.today.isoweekday()
    Lesson.objects.filter(date=world.today).update(is_cancelled=True)
    TimetableEntry.objects.all().delete()
    begun = entry(world, world.course, 1, weekday)  # at nine; it is ten
    later = entry(world, world.course, 3, weekday)
    lay_out([begun, later])
    for line in (begun, later):
        line.room = world.room2 if line is begun else world.room
        line.save()
    lay_out([begun, later])
    today = Lesson.objects.filter(date=world.today, is_cancelled=False)
    rooms = {one.entry_id: one.room for one in today}
    assert rooms == {begun.pk: None, later.pk: world.room}
