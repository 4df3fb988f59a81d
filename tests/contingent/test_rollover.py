"""The college moves on a year, and back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal.domain.contingent import group_of
from journal.domain.contingent.orders import carry_out
from journal.domain.contingent.rollover import propose, roll_back, roll_over
from journal.models import Group, Membership, Order, Student
from tests.contingent import DAY, draft, everything


@pytest.fixture
def college(world):
    """2-ИС is in its last course; the name of its pattern is what 1-ИС becomes."""
    world.specialty.years = 2
    world.specialty.save()
    world.group.name_pattern = "{курс}-ИС"
    world.group.save()
    world.next_group = Group.objects.create(
        name="1-ИС", name_pattern="{курс}-ИС", specialty=world.specialty
    )
    pupil = Student.objects.create(last_name="Юрьев", first_name="Пётр")
    Membership.objects.create(
        student=pupil, group=world.next_group, start=world.year.start
    )
    world.day = world.year.start + timedelta(days=365)
    return world


def test_the_last_course_graduates_and_the_others_go_up(college):
    steps = {one.group.name: one for one in propose(college.office, college.day)}
    assert steps["2-ИС"].graduates
    assert (steps["1-ИС"].course_year, steps["1-ИС"].name) == (2, "2-ИС")
    assert steps["1-ЭК"].name == "1-ЭК"
    before = everything()
    orders = roll_over(college.office, "90", college.today, college.day)
    assert [order.kind for order in orders] == ["graduate", "disband", "next_year"]
    names = dict(Group.objects.values_list("pk", "name"))
    assert names[college.next_group.pk] == "2-ИС"
    assert names[college.group.pk] == "2-ИС (2027)"
    assert group_of(college.students[0], college.day) is None
    assert group_of(college.sister, college.day) == college.group2
    roll_back(college.office)
    assert everything() == before
    assert set(Order.objects.values_list("state", flat=True)) == {"undone"}


def test_whoever_is_ticked_off_stays_for_an_own_order(college):
    left = [college.students[0].pk, college.sister.pk]
    roll_over(college.office, "90", college.today, college.day, without=left)
    assert group_of(college.students[0], college.day) == college.group
    assert not Order.objects.filter(kind="disband").exists()
    up = Order.objects.get(kind="next_year")
    assert not up.lines.filter(student=college.sister).exists()
    assert up.lines.filter(student=None).count() == 2
    names = dict(Group.objects.values_list("pk", "name"))
    assert names[college.group.pk] == "2-ИС (2027)"  # its name went to the next ones
    assert names[college.next_group.pk] == "2-ИС"


def test_a_refused_line_leaves_everything_as_it_was(college):
    Group.objects.create(name="3-ИС")
    college.specialty.years = 4
    college.specialty.save()
    before = everything()
    with pytest.raises(ValidationError, match="уже занято"):
        roll_over(college.office, "90", college.today, college.day)
    assert everything() == before
    assert not Order.objects.exists()


def test_a_later_order_stands_in_the_way_of_going_back(college):
    roll_over(college.office, "90", college.today, college.day)
    again = draft(
        college,
        "reinstate",
        {"student": college.students[0], "group": college.group2},
        number="91",
        effective_on=college.day + DAY,
    )
    carry_out(again, college.office)
    with pytest.raises(ValidationError, match="№ 91"):
        roll_back(college.office)
    assert Order.objects.filter(state="done").count() == 4


@pytest.mark.parametrize("name", ["curator", "teacher", "hr", "director", "parent"])
def test_the_college_is_moved_by_who_carries_out_orders(college, name):
    with pytest.raises((PermissionDenied, ValidationError)):
        roll_over(college.people[name], "90", college.today, college.day)
    assert propose(college.people[name], college.day) == []


def test_the_study_unit_moves_its_own_groups(college):
    roll_over(college.studyunit, "90", college.today, college.day)
    college.group2.refresh_from_db()
    assert college.group2.course_year == 1


def test_many_students_move_on_and_back_in_hardly_more_queries_than_few(college):
    groups = [
        Group.objects.create(
            name=f"{number}-1", name_pattern=f"{number}-{{курс}}", years=4 - number % 4
        )
        for number in range(8)
    ]

    def sit(first: int, last: int):
        for number in range(first, last):
            student = Student.objects.create(last_name=f"Студент{number}")
            Membership.objects.create(
                student=student,
                group=groups[number % len(groups)],
                start=college.year.start,
            )

    def asked() -> tuple[int, int]:
        before = everything()
        with CaptureQueriesContext(connection) as there:
            roll_over(college.office, "90", college.today, college.day)
        with CaptureQueriesContext(connection) as back:
            roll_back(college.office)
        assert everything() == before
        return len(there), len(back)

    sit(0, 8)
    few = asked()
    sit(8, 160)
    many = asked()
    # Nineteen times as many students: a batch or two more, and no query a row.
    assert all(most - least < 10 for most, least in zip(many, few, strict=True))
