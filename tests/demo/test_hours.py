"""Hours of the demonstration: plan, load, thematic plan, lessons agree for every course."""

from journal.domain.curriculum.fulfilment import disagreements, read_hours
from journal.domain.curriculum.teaching import OVER, UNDER, read_load
from journal.domain.timetable.clashes import all_clashes
from journal.domain.timetable.week import read_week
from journal.models import (
    AcademicYear,
    CalendarSpan,
    Course,
    Curriculum,
    Group,
    Institution,
    Lesson,
    User,
)
from tests import cast


def test_the_hours_of_every_course_agree(demo):
    courses = read_hours(Course.objects.all(), cast.TODAY)
    assert courses
    for one in courses:
        assert disagreements(one) == []
        assert one.plan == one.course.hours == one.thematic > 0
        for _, given in one.units:
            assert given.laid == given.held + given.unfilled + given.ahead


def test_a_course_of_a_closed_term_owes_nothing(demo):
    past = Course.objects.filter(period__last_day__lt=cast.TODAY)
    for one in read_hours(past, cast.TODAY):
        assert set(one.owed) == {0}


def test_no_lesson_lies_in_a_session_and_practice_has_whole_days_alone(demo):
    year = AcademicYear.objects.get(start__lte=cast.TODAY, end__gt=cast.TODAY)
    practice = 0
    for span in CalendarSpan.objects.filter(calendar__is_main=True):
        lessons = Lesson.objects.filter(date__range=(span.first_day, span.last_day))
        if span.kind in ("session", "vacation"):
            assert not lessons.exists()
        elif span.calendar.year == year:
            group = {"course__group__course_year": span.course_year}
            of_course = lessons.filter(**group)
            assert not of_course.filter(number__isnull=False).exists()
            practice += of_course.count()
    assert practice


def test_one_teacher_has_too_much_and_one_too_little(demo):
    year = AcademicYear.objects.get(start__lte=cast.TODAY, end__gt=cast.TODAY)
    deputy = User.objects.get(username="deputy")
    found = read_load(deputy, year, None, Institution.current())
    flags = [one.flag for one in found.teachers]
    assert (flags.count(OVER), flags.count(UNDER)) == (1, 1)


def test_every_group_has_its_approved_curriculum(demo):
    for course in Course.objects.select_related("group", "plan_item__curriculum"):
        plan = course.plan_item.curriculum
        assert plan.state == Curriculum.State.APPROVED
        assert plan.admission_year == course.group.admission_year
        assert plan.specialty_id == course.group.specialty_id


def test_no_group_with_courses_has_an_empty_week(demo):
    """And the weeks show parts, odd weeks and whole days; a college of two hundred has
    streams as well."""
    by = User.objects.get(username="dispatcher")
    slots = []
    for group in Group.objects.filter(closed_on=None, courses__isnull=False).distinct():
        week = read_week(by, "group", group, cast.TODAY)
        assert week.shown, group
        slots += week.shown
    assert any(slot.part for slot in slots)
    assert {0, 1, 2} >= {slot.parity for slot in slots} > {0}
    assert any(slot.number is None for slot in slots)
    assert all_clashes(cast.TODAY) == []
