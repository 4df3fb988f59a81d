"""Lessons laid out from the timetable; weeks, bells and special days."""

import datetime
from datetime import timedelta

import pytest
from django.utils import timezone

from journal.domain.timetable import (
    bells_on,
    current_number,
    lay_out,
    parity_of,
    taught_days,
)
from journal.domain.timetable.conflicts import Busy
from journal.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    CalendarDay,
    Lesson,
    Subgroup,
    TimetableEntry,
)
from journal.models.guards import RULES

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def entry(world, course, number, weekday=1, teacher="teacher", **fields):
    return TimetableEntry.objects.create(
        course=course,
        teacher=world.people[teacher].employee,
        weekday=weekday,
        number=number,
        **{"start": world.period.first_day, **fields},
    )


def dates(lessons):
    return [lesson.date for lesson in lessons]


def next_monday(world):
    return world.today + timedelta(days=8 - world.today.isoweekday())


def special(day, kind, **fields):
    return CalendarDay.objects.create(date=day, kind=kind, **fields)


# Weeks and bells


def test_weeks_are_counted_from_the_first_study_week():
    year = AcademicYear(start=datetime.date(2026, 9, 1))  # a Tuesday
    odd, even = TimetableEntry.Parity.ODD, TimetableEntry.Parity.EVEN
    assert parity_of(datetime.date(2026, 9, 1), year) == odd
    assert parity_of(datetime.date(2026, 9, 6), year) == odd
    assert parity_of(datetime.date(2026, 9, 7), year) == even
    assert parity_of(datetime.date(2026, 9, 14), year) == odd


def test_a_year_that_begins_on_sunday_has_its_first_week_after_it():
    year = AcademicYear(start=datetime.date(2024, 9, 1))
    assert parity_of(datetime.date(2024, 9, 2), year) == TimetableEntry.Parity.ODD
    assert parity_of(datetime.date(2024, 9, 9), year) == TimetableEntry.Parity.EVEN


def test_new_bells_never_rewrite_the_past(world):
    BellSchedule.objects.update(end=world.today)
    later = BellSchedule.objects.create(name="Новое", start=world.today)
    eight, nine = datetime.time(8), datetime.time(9)
    Bell.objects.create(schedule=later, number=1, starts_at=eight, ends_at=nine)
    assert bells_on(world.today) == {1: (eight, nine)}
    assert bells_on(world.today - DAY)[1] == (nine, datetime.time(10, 30))
    assert bells_on(world.period.first_day - DAY) == {}


def test_a_shortened_day_has_its_own_bells(world):
    short = BellSchedule.objects.create(
        name="Короткое", start=world.year.start, is_short=True
    )
    times = datetime.time(9), datetime.time(10)
    Bell.objects.create(schedule=short, number=1, starts_at=times[0], ends_at=times[1])
    assert len(bells_on(world.today)) == 4
    special(world.today, "short")
    assert bells_on(world.today) == {1: times}


@pytest.mark.parametrize(
    ("hour", "minute", "number"),
    [(7, 0, 1), (9, 0, 1), (10, 29, 1), (10, 30, 2), (14, 0, 3), (23, 0, 4)],
)
def test_in_a_break_the_next_lesson_is_the_current_one(world, hour, minute, number):
    at = datetime.datetime.combine(world.today, datetime.time(hour, minute))
    assert current_number(timezone.make_aware(at)) == number


def test_a_day_without_bells_has_no_current_lesson(world):
    BellSchedule.objects.update(start=world.today + DAY)
    assert current_number() is None


def test_holidays_are_not_taught_and_moved_days_as_another(world):
    monday = next_monday(world)
    special(monday, "holiday")
    special(monday + 5 * DAY, "working", taught_as=monday)
    special(monday + 2 * DAY, "short")
    days = taught_days(monday, monday + WEEK)
    assert monday not in days
    assert days[monday + 5 * DAY] == monday
    assert days[monday + 2 * DAY] == monday + 2 * DAY
    assert len(days) == 6


# Laying out


def test_a_line_gives_a_lesson_every_week_of_the_period(world):
    line = entry(world, world.course2, 3, room=world.room2, teacher="teacher2")
    done = lay_out([line], by=world.dispatcher)
    first = world.period.first_day + timedelta(days=6)  # the Monday after
    assert dates(done.created) == [first + WEEK * n for n in range(17)]
    assert done.skipped == done.kept == done.changed == []
    lesson = Lesson.objects.get(entry=line, date=first)
    assert (lesson.number, lesson.room, lesson.hours) == (3, world.room2, 2)
    assert lesson.teacher == lesson.planned_teacher == world.teacher2.employee
    (made,) = lesson.history.all()
    assert (made.history_type, made.history_user) == ("+", world.dispatcher)


def test_laying_out_again_changes_nothing(world):
    lines = [
        entry(world, world.course2, 3, teacher="teacher2"),
        entry(world, world.course, 4),
    ]
    first = lay_out(lines)
    written = Lesson.history.count()
    again = lay_out(lines)
    assert (len(again.kept), again.created) == (len(first.created), [])
    assert again.changed == again.skipped == []
    assert Lesson.history.count() == written


def test_dates_and_validity_are_half_open(world):
    monday = next_monday(world)
    line = entry(world, world.course, 3, start=monday, end=monday + 3 * WEEK)
    assert dates(lay_out([line], end=monday + WEEK).created) == [monday]
    later = lay_out([line], monday + WEEK, monday + 9 * WEEK)
    assert dates(later.created) == [monday + WEEK, monday + 2 * WEEK]


def test_parity_takes_every_other_week(world):
    even = entry(world, world.course, 3, parity=TimetableEntry.Parity.EVEN)
    odd = entry(world, world.course2, 3, parity=TimetableEntry.Parity.ODD)
    even_days, odd_days = dates(lay_out([even]).created), dates(lay_out([odd]).created)
    assert {parity_of(day, world.year) for day in even_days} == {2}
    assert {parity_of(day, world.year) for day in odd_days} == {1}
    assert len(even_days) + len(odd_days) == 17


def test_no_lesson_on_a_holiday_and_one_on_the_day_that_makes_up_for_it(world):
    monday = next_monday(world)
    special(monday, "holiday")
    special(monday + 5 * DAY, "working", taught_as=monday)
    line = entry(world, world.course, 3)
    found = dates(lay_out([line], monday, monday + WEEK).created)
    assert found == [monday + 5 * DAY]


def test_sunday_is_taught_only_where_a_line_says_so(world):
    monday = next_monday(world)
    lines = [entry(world, world.course, 3, weekday=day) for day in range(1, 8)]
    week = dates(lay_out(lines[:6], monday, monday + WEEK).created)
    assert len(week) == 6 and monday + 6 * DAY not in week
    assert dates(lay_out(lines, monday, monday + WEEK).created) == [monday + 6 * DAY]


def test_a_day_of_practice_has_no_bells_and_six_hours(world):
    line = entry(world, world.practice, None, teacher="master")
    lesson = lay_out([line]).created[0]
    assert (lesson.number, lesson.hours) == (None, 6)


def test_hours_are_those_of_the_institution(world):
    world.institution.lesson_hours = 1
    world.institution.save()
    assert lay_out([entry(world, world.course, 3)]).created[0].hours == 1


def test_whoever_takes_a_course_over_owns_its_lessons_from_that_day(world):
    line = entry(world, world.handed_over, 3, teacher="teacher2")
    handed_on = world.today - WEEK
    for lesson in lay_out([line]).created:
        owner = world.teacher2 if lesson.date < handed_on else world.teacher
        assert lesson.planned_teacher == lesson.teacher == owner.employee


def test_a_group_or_a_period_is_laid_out_whole(world):
    line = entry(world, world.course_elsewhere, 3, teacher="teacher_elsewhere")
    done = lay_out(world.group2)
    assert {lesson.entry_id for lesson in done.created} == {line.pk}
    rest = lay_out(world.period)
    assert len(rest.kept) == len(done.created)
    assert {lesson.course for lesson in rest.created} == {world.course, world.course2}
    assert lay_out(world.next_period).created == []


# Conflicts


def test_a_taken_place_is_skipped_in_words_and_the_rest_is_made(world):
    line = TimetableEntry.objects.get(course=world.course)
    done = lay_out([line])
    (skip,) = done.skipped  # today's lesson was made by hand
    assert (skip.date, skip.entry) == (world.today, line)
    assert skip.reason == (
        "Преподаватель Жданов Л. Б. в это время ведёт другое занятие: "
        "группа 2-ИС, Математика."
    )
    assert len(done.created) == 17


@pytest.mark.parametrize(
    ("course", "teacher", "room", "words"),
    [
        ("course_elsewhere", "teacher", None, "Преподаватель Жданов Л. Б. в это время"),
        ("course_elsewhere", "teacher2", "room", "Аудитория 101 в это время занята"),
        ("course2", "teacher2", None, "У группы 2-ИС в это время другое занятие"),
    ],
)
def test_each_kind_of_conflict_is_explained(world, course, teacher, room, words):
    lay_out([entry(world, world.course, 4, room=world.room)])
    Lesson.objects.filter(number=4).update(number=3)  # each moved for its day
    course = getattr(world, course)
    course.teachers.all().delete()
    other = entry(world, course, 3, teacher=teacher, room=room and world.room)
    done = lay_out([other])
    assert done.created == []
    assert len(done.skipped) == 17
    assert done.skipped[0].reason.startswith(words)
    assert "2-ИС, Математика" in done.skipped[0].reason


def test_subgroups_sit_side_by_side_and_a_stream_together(world):
    parts = [Subgroup.objects.create(course=world.course2, number=n) for n in (1, 2)]
    halves = [
        entry(world, world.course2, 3, subgroup=parts[0], teacher="teacher2"),
        entry(world, world.course2, 3, subgroup=parts[1], teacher="master"),
    ]
    world.course2.teachers.all().delete()
    together = [
        entry(world, course, 4, room=world.room, stream="поток")
        for course in (world.course, world.course_elsewhere)
    ]
    world.course_elsewhere.teachers.all().delete()
    done = lay_out(halves + together)
    assert done.skipped == []
    assert len(done.created) == 4 * 17
    assert {one.stream for one in done.created} == {"", "поток"}
    Lesson.objects.filter(entry__in=halves).update(number=6)
    whole = entry(world, world.handed_over, 6, teacher="curator")
    assert len(lay_out([whole]).skipped) == 17


def test_the_triggers_are_the_last_word(world, monkeypatch):
    monkeypatch.setattr(Busy, "take", lambda busy, lesson: "")
    done = lay_out([TimetableEntry.objects.get(course=world.course)])
    (skip,) = done.skipped
    assert skip.date == world.today
    assert skip.reason in RULES.values()
    assert Lesson.objects.filter(pk__in=[one.pk for one in done.created]).count() == 17


# What is there already


def test_from_today_on_lessons_follow_the_line_that_changed(world):
    line = entry(world, world.course, 3, room=world.room)
    lay_out([line])
    line.room, line.number = world.room2, 4
    line.save()
    done = lay_out([line], by=world.dispatcher)
    ahead = Lesson.objects.filter(entry=line, date__gte=world.today)
    past = Lesson.objects.filter(entry=line, date__lt=world.today)
    assert set(ahead.values_list("room", "number")) == {(world.room2.pk, 4)}
    assert set(past.values_list("room", "number")) == {(world.room.pk, 3)}
    assert len(done.changed) == ahead.count() == 11
    assert ahead[0].history.first().history_user == world.dispatcher
    assert set(ahead.values_list("is_cancelled", flat=True)) == {False}
    assert lay_out([line]).changed == []


def test_two_lines_may_swap_their_places(world):
    one, other = entry(world, world.course, 3), entry(world, world.course, 4)
    lay_out([one, other])
    for line, number in ((one, 5), (other, 3), (one, 4)):
        line.number = number
        line.save()
    done = lay_out([one, other])
    assert (len(done.changed), done.skipped) == (22, [])


def test_what_somebody_wrote_in_or_changed_by_hand_stays(world):
    line = entry(world, world.course, 3, room=world.room)
    lay_out([line])
    filled, moved, *_ = Lesson.objects.filter(entry=line, date__gt=world.today)
    filled.topic = "Пределы"
    filled.save()
    line.room = world.room2
    line.save()
    moved.room = None
    moved.save()
    done = lay_out([line])
    filled.refresh_from_db()
    moved.refresh_from_db()
    assert (filled.room, moved.room) == (world.room, None)
    assert len(done.changed) == 9


def test_a_new_teacher_gets_the_lessons_ahead_but_not_the_substitution(world):
    line = entry(world, world.course, 3)
    lay_out([line])
    substituted = Lesson.objects.filter(entry=line, date__gt=world.today)[1]
    substituted.teacher = world.master.employee
    substituted.save()
    load = world.course.teachers.get()
    load.employee = world.teacher2.employee
    load.save()
    lay_out([line])
    ahead = Lesson.objects.filter(entry=line, date__gt=world.today)
    assert set(ahead.values_list("planned_teacher", flat=True)) == {load.employee_id}
    others = ahead.exclude(pk=substituted.pk).values_list("teacher", flat=True)
    assert set(others) == {load.employee_id}
    substituted.refresh_from_db()
    assert substituted.teacher == world.master.employee


def test_lessons_out_of_the_timetable_are_cancelled_and_come_back(world):
    line = entry(world, world.course, 3)
    lay_out([line])
    line.end = world.today + 2 * WEEK
    line.save()
    lay_out([line])
    cancelled = Lesson.objects.filter(entry=line, is_cancelled=True)
    assert min(dates(cancelled)) >= line.end
    assert cancelled.count() == 9
    assert cancelled[0].cancel_reason == "Занятия больше нет в расписании"
    line.end = None
    line.save()
    assert len(lay_out([line]).changed) == 9
    assert not cancelled.all().exists()


def test_a_lesson_cancelled_by_hand_stays_cancelled(world):
    line = entry(world, world.course, 3)
    lay_out([line])
    lesson = Lesson.objects.filter(entry=line, date__gt=world.today)[0]
    lesson.is_cancelled, lesson.cancel_reason = True, "Карантин"
    lesson.save()
    assert lay_out([line]).changed == []
    lesson.refresh_from_db()
    assert lesson.is_cancelled


def test_ten_lines_cost_as_many_queries_as_one(world, django_assert_max_num_queries):
    monday, course = next_monday(world), world.course_elsewhere
    entry(world, course, 3, teacher="teacher_elsewhere")
    with django_assert_max_num_queries(13):
        assert len(lay_out(world.group2, monday, monday + WEEK).created) == 1
    for place in range(9):
        weekday, number = 2 + place // 2, 3 + place % 2
        entry(world, course, number, weekday, teacher="teacher_elsewhere")
    with django_assert_max_num_queries(12):
        done = lay_out(world.group2, monday + WEEK, monday + 2 * WEEK)
    assert len(done.created) == 10
    with django_assert_max_num_queries(11):
        again = lay_out(world.group2, monday + WEEK, monday + 2 * WEEK)
    assert len(again.kept) == 10
