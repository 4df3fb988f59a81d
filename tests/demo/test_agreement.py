"""What different pages say of the same marks and absences agrees, for everybody."""

from datetime import timedelta

from journal.domain.lessons.attendance import read_register
from journal.domain.lessons.spread import read_spread
from journal.domain.lessons.week import read_group_week
from journal.domain.results import (
    average,
    marks_of,
    missed_hours_of,
    read_official,
    read_statement,
)
from journal.domain.results.debts import read_debts
from journal.domain.results.foreseeing import facts_of, read_facts
from journal.domain.results.official import TERM
from journal.domain.results.term import read_term
from journal.models import (
    Course,
    Group,
    Institution,
    Period,
    Result,
    User,
)
from tests import cast


def current_courses():
    period = Period.objects.get(first_day__lte=cast.TODAY, last_day__gte=cast.TODAY)
    return Course.objects.filter(period=period).select_related(
        "group", "discipline", "period__year"
    )


def test_an_average_is_the_same_on_the_spread_in_r5_on_the_page_of_marks_and_at_home(
    demo,
):
    deputy, rules = User.objects.get(username="deputy"), Institution.current()
    compared = 0
    for course in current_courses():
        spread = read_spread(deputy, course)
        of_term = {one.student: one for one in read_term(course, TERM, rules).lines}
        found = read_statement(Course.objects.filter(pk=course.pk), cast.TODAY, rules)
        for line in found.lines:
            standing = line.standings[course.pk]
            if standing.count < max(rules.marks_needed, 1):
                continue
            page = next(one for one in spread.lines if one.student == line.pk)
            home = average(
                (one.value, one.weight) for one in marks_of(line.pk, [course.pk])
            )
            said = {spread.average(page), standing.average, home}
            said.add(of_term[line.pk].average)
            assert len(said) == 1, (course, line.name, said)
            compared += 1
    assert compared > 100


def test_missed_hours_are_the_same_in_the_week_in_r12_in_r5_and_at_home(demo):
    deputy, rules = User.objects.get(username="deputy"), Institution.current()
    monday = cast.TODAY - timedelta(days=cast.TODAY.weekday() + 7)
    hours = 0
    for group in Group.objects.filter(closed_on__isnull=True):
        week = read_group_week(deputy, group, monday)
        register = read_register(deputy, group, monday, monday + timedelta(days=6))
        of_week = {one.student: one.missed for one in week.lines}
        for line in register.lines:
            assert of_week[line.pk] == line.total().missed, (group, line.name)
        courses = current_courses().filter(group=group)
        keys = [one.pk for one in courses]
        first = courses[0].period.first_day
        term = {
            one.pk: one.total().missed
            for one in read_register(deputy, group, first, cast.TODAY).lines
        }
        for line in read_statement(courses, cast.TODAY, rules).lines:
            home = sum(missed_hours_of(line.pk, keys).values())
            assert line.missed == home == term[line.pk], (group, line.name)
            hours += home
    assert hours > 100


def test_a_debt_is_what_the_last_signed_sheet_did_not_pass(demo):
    debts = read_debts(Result.objects.all(), cast.TODAY)
    assert debts
    for debt in debts:
        stages = read_official([debt.course], cast.TODAY)[debt.student, debt.course]
        assert not all(one.is_passed for one in stages.values()), debt


def test_a_forecast_stands_on_the_same_facts_on_the_spread_and_in_reports(demo):
    deputy = User.objects.get(username="deputy")
    for course in current_courses()[:12]:
        seen = facts_of(read_spread(deputy, course), cast.TODAY)
        read = read_facts([course.pk], cast.TODAY)[course.pk]
        assert {key: +one for key, one in seen.marks.items()} == read.marks
        assert {key: sorted(one) for key, one in seen.owed.items()} == {
            key: sorted(one) for key, one in read.owed.items()
        }
