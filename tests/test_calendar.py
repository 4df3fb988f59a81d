"""Calendars of the year: what they refuse, and what they leave of the timetable."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from journal.domain.organisation.calendar import Calendars, Levels
from journal.domain.timetable import lay_out
from journal.models import (
    AcademicYear,
    CalendarGroup,
    CalendarSpan,
    Lesson,
    Order,
    OrderKind,
    StudyCalendar,
)
from tests.test_timetable import dates, entry, next_monday

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
OTHERS = ("session", "final", "vacation")


@pytest.fixture
def main(world):
    return StudyCalendar.objects.create(name="Основной", year=world.year, is_main=True)


@pytest.fixture
def monday(world):
    return next_monday(world)


def span(calendar, kind, first, last, course_year=None) -> CalendarSpan:
    return CalendarSpan.objects.create(
        calendar=calendar,
        kind=kind,
        first_day=first,
        last_day=last,
        course_year=course_year,
    )


def refused(*args) -> str:
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        span(*args)
    return str(found.value)


# What the database refuses


@pytest.mark.parametrize("course_year", [None, 2])
def test_a_course_does_one_thing_on_a_day(main, monday, course_year):
    span(main, "session", monday, monday + WEEK, 2)
    words = refused(main, "vacation", monday + WEEK, monday + 2 * WEEK, course_year)
    assert "calendarspan_no_overlap" in words


def test_other_courses_calendars_and_days_stand_side_by_side(main, monday, world):
    other = StudyCalendar.objects.create(name="Выпускные", year=world.year)
    span(main, "session", monday, monday + WEEK, 2)
    span(main, "vacation", monday, monday + WEEK, 3)
    span(other, "final", monday, monday + WEEK)
    span(main, "vacation", monday + WEEK + DAY, monday + 2 * WEEK, 2)
    assert CalendarSpan.objects.count() == 4


def test_a_span_cannot_be_moved_upon_another(main, monday):
    span(main, "session", monday, monday + 6 * DAY)
    later = span(main, "vacation", monday + WEEK, monday + 2 * WEEK)
    later.first_day = monday + 6 * DAY
    with pytest.raises(IntegrityError), transaction.atomic():
        later.save()


def test_a_span_stays_within_its_year(main, world):
    one = CalendarSpan(calendar=main, kind="vacation", first_day=world.year.end)
    one.last_day = world.year.end + WEEK
    with pytest.raises(ValidationError, match="за границы учебного года"):
        one.full_clean()


def sent(calendar, spans, groups=()):
    """What the form of a calendar sends, with two new spans or groups."""
    data = {"name": calendar.name, "year": calendar.year.pk, "is_main": "on"}
    for prefix, rows in (("spans", spans), ("groups", groups)):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        for place, row in enumerate(rows):
            data |= {f"{prefix}-{place}-{name}": row[name] for name in row}
    return data


def test_the_form_of_a_calendar_says_what_overlaps(main, monday, world, client_of):
    rows = [
        {"kind": kind, "first_day": monday, "last_day": monday + WEEK}
        for kind in ("session", "vacation")
    ]
    client = client_of(world.deputy)
    at = f"/admin/journal/studycalendar/{main.pk}/change/"
    answer = client.post(at, sent(main, rows))
    assert "у этого курса в графике уже есть другое" in answer.content.decode()
    assert not CalendarSpan.objects.exists()
    assert client.post(at, sent(main, rows[:1])).status_code == 302
    other = StudyCalendar.objects.create(name="Выпускные", year=world.year)
    CalendarGroup.objects.create(calendar=other, group=world.group)
    answer = client.post(at, sent(main, (), [{"group": world.group.pk}]))
    assert "уже назначен другой график" in answer.content.decode()


def test_a_calendar_is_copied_by_whole_weeks_within_the_year(world, main, client_of):
    before = AcademicYear.objects.create(
        name="прошлый",
        start=world.year.start - 53 * WEEK,
        end=world.year.start,
    )
    old = StudyCalendar.objects.create(name="Основной", year=before, is_main=True)
    first = before.start + 10 * WEEK
    span(old, "session", first, first + 6 * DAY, 2)
    span(old, "vacation", before.end - 3 * DAY, before.end - DAY)
    client = client_of(world.deputy)
    at = f"/admin/journal/studycalendar/{main.pk}/copy_spans/"
    assert "С какого графика списать" in client.get(at).content.decode()
    assert client.post(at, {"source": main.pk}).status_code == 200  # no such choice
    assert client.post(at, {"source": old.pk}).status_code == 302
    found = main.spans.get()  # the year has fewer weeks than the one before
    assert (found.kind, found.course_year) == ("session", 2)
    assert found.first_day == first + 53 * WEEK
    assert found.history.get().history_user == world.deputy
    assert client.post(at, {"source": old.pk}).status_code == 403  # no longer empty


# What is left of the timetable


@pytest.mark.parametrize("kind", OTHERS)
def test_no_lesson_falls_into_a_session_or_vacation(world, main, monday, kind):
    line = entry(world, world.course, 3)
    whole_day = entry(world, world.practice, None, 4, "master")
    span(main, kind, monday, monday + 6 * DAY)
    out = lay_out([line, whole_day], monday - WEEK, monday + 2 * WEEK)
    found = [
        monday - WEEK,
        monday - WEEK + 3 * DAY,
        monday + WEEK,
        monday + WEEK + 3 * DAY,
    ]
    assert sorted(dates(out.created)) == found


def test_in_a_practice_only_whole_days_remain(world, main, monday):
    line = entry(world, world.course, 3)
    whole_day = entry(world, world.practice, None, 2, "master")
    span(main, "study_practice", monday, monday + 6 * DAY)
    out = lay_out([line, whole_day], monday, monday + WEEK)
    assert dates(out.created) == [monday + DAY]
    assert out.created[0].hours == 6


def test_a_vacation_set_later_cancels_what_was_laid_out(world, main, monday):
    line = entry(world, world.course, 3)
    lay_out([line], monday, monday + 2 * WEEK)
    rest = span(main, "vacation", monday, monday + 6 * DAY)
    lay_out([line], monday, monday + 2 * WEEK)
    held = Lesson.objects.held().filter(entry=line)
    assert dates(held) == [monday + WEEK]
    rest.delete()
    lay_out([line], monday, monday + 2 * WEEK)
    assert dates(held.order_by("date")) == [monday, monday + WEEK]


def test_a_span_of_another_course_disturbs_nobody_else(world, main, monday):
    line = entry(world, world.course, 3)
    span(main, "vacation", monday, monday + 6 * DAY, 3)
    assert dates(lay_out([line], monday, monday + WEEK).created) == [monday]
    CalendarSpan.objects.update(course_year=2)
    assert not lay_out([line], monday + DAY - WEEK, monday + DAY).created


def test_a_group_follows_its_own_calendar(world, main, monday):
    line = entry(world, world.course, 3)
    far = entry(world, world.course_elsewhere, 3, 1, "teacher_elsewhere")
    span(main, "vacation", monday, monday + 6 * DAY)
    own = StudyCalendar.objects.create(name="Выпускной", year=world.year)
    CalendarGroup.objects.create(calendar=own, group=world.group)
    out = lay_out([line, far], monday, monday + WEEK)
    assert [one.course for one in out.created] == [world.course]


@pytest.mark.parametrize("count", [1, 30])
def test_calendars_cost_the_same_for_one_group_and_for_thirty(
    world, main, monday, count, django_assert_num_queries
):
    span(main, "session", monday, monday + 6 * DAY, 2)
    groups = [world.group] * count
    with django_assert_num_queries(4):
        calendars = Calendars([world.year])
        assert all(calendars.days_of(group, world.year) for group in groups)


# Which course a group is in


def test_a_year_back_a_group_was_a_course_below(world):
    before = AcademicYear.objects.create(
        name="прошлый", start=date(2025, 9, 1), end=world.year.start
    )
    ahead = AcademicYear.objects.create(name="новый", start=world.year.end)
    levels = Levels()
    years = before, world.year, ahead
    assert [levels.of(world.group, year) for year in years] == [1, 2, 3]


def test_groups_moved_up_in_summer_are_in_the_year_ahead(world):
    ahead = AcademicYear.objects.create(name="новый", start=world.year.end)
    Order.objects.create(
        number="1",
        kind=OrderKind.NEXT_YEAR,
        state="done",
        sequence=1,
        effective_on=ahead.start,
    )
    assert Levels().of(world.group, ahead) == 2


def test_a_closed_group_stands_where_it_was(world):
    ahead = AcademicYear.objects.create(name="новый", start=world.year.end)
    world.group.closed_on = world.year.end - WEEK
    assert Levels(ahead.start + WEEK).of(world.group, world.year) == 2
