"""Who sits in which group, by date."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from journal.domain.contingent import enrol, group_of, leave, roster, transfer
from journal.domain.contingent.rollover import propose
from journal.models import Membership, Student, Subgroup, SubgroupMember

DAY = timedelta(days=1)


def newcomer():
    return Student.objects.create(last_name="Ясенев", first_name="Олег")


def test_the_roster_of_a_day_has_the_students_of_that_day(world):
    moved_on = world.today - 22 * DAY
    assert world.mover in roster(world.group2, moved_on - DAY)
    assert world.mover not in roster(world.group, moved_on - DAY)
    assert world.mover in roster(world.group, moved_on)
    assert world.mover not in roster(world.group2, moved_on)


def test_a_roster_and_the_rollover_name_ё_after_е(world):
    names = [one.last_name for one in roster(world.group, world.today)]
    assert names.index("Быков") < names.index("Ёжиков") < names.index("Чайкина")
    next_year = world.year.start + 365 * DAY
    step = next(
        one for one in propose(world.office, next_year) if one.group == world.group
    )
    assert [one.last_name for one in step.students] == names


def test_a_course_has_the_roster_of_its_group_in_one_query(
    world, django_assert_num_queries
):
    with django_assert_num_queries(1):
        of_course = list(roster(world.course, world.today))
    assert of_course == list(roster(world.group, world.today))
    assert len(of_course) == 6


def test_nobody_is_on_the_roster_before_the_first_day(world):
    assert not roster(world.group, world.year.start - DAY).exists()


def test_a_subgroup_has_its_own_roster_by_date(world):
    part = Subgroup.objects.create(course=world.course, number=1)
    first, second = world.students[:2]
    SubgroupMember.objects.create(
        subgroup=part, student=first, start=world.year.start, end=world.today
    )
    SubgroupMember.objects.create(subgroup=part, student=second, start=world.year.start)
    assert list(roster(world.course, world.today - DAY, part)) == [first, second]
    assert list(roster(world.course, world.today, part)) == [second]
    leave(second, world.today + DAY)
    assert list(roster(world.course, world.today + DAY, part)) == []


def test_enrolment_begins_on_its_day(world):
    student = newcomer()
    enrol(student, world.group, world.today)
    assert student in roster(world.group, world.today)
    assert student not in roster(world.group, world.today - DAY)
    assert student.memberships.get().history.count() == 1


def test_enrolment_twice_is_refused_with_the_group_named(world):
    student = newcomer()
    enrol(student, world.group, world.today)
    for day in (world.today, world.today - DAY, world.today + DAY):
        with pytest.raises(ValidationError, match="уже числится в группе 2-ИС"):
            enrol(student, world.group2, day)
    assert student.memberships.count() == 1


def test_a_closed_group_takes_nobody(world):
    world.group.closed_on = world.today
    world.group.save()
    with pytest.raises(ValidationError, match="расформирована"):
        enrol(newcomer(), world.group, world.today)
    enrol(newcomer(), world.group, world.today - DAY)


def test_the_day_of_a_transfer_belongs_to_the_new_group(world):
    student = world.students[0]
    transfer(student, world.group2, world.today)
    assert group_of(student, world.today - DAY) == world.group
    assert group_of(student, world.today) == world.group2
    spans = student.memberships.order_by("start").values_list("start", "end")
    assert list(spans) == [
        (world.year.start, world.today),
        (world.today, None),
    ]


def test_a_transfer_ends_the_subgroups_of_the_old_group(world):
    part = Subgroup.objects.create(course=world.course, number=1)
    student = world.students[0]
    now = SubgroupMember.objects.create(
        subgroup=part, student=student, start=world.year.start, end=world.today + DAY
    )
    ahead = SubgroupMember.objects.create(
        subgroup=part, student=student, start=world.today + DAY
    )
    transfer(student, world.group2, world.today)
    now.refresh_from_db()
    assert now.end == world.today
    assert not SubgroupMember.objects.filter(pk=ahead.pk).exists()
    assert SubgroupMember.history.filter(id=ahead.pk, history_type="-").exists()


def test_a_transfer_needs_a_group_to_come_from_and_another_to_go_to(world):
    with pytest.raises(ValidationError, match="ни в какой группе"):
        transfer(newcomer(), world.group, world.today)
    with pytest.raises(ValidationError, match="и так в группе"):
        transfer(world.students[0], world.group, world.today)
    with pytest.raises(ValidationError, match="только зачислен"):
        transfer(world.students[0], world.group2, world.year.start)


def test_a_refused_transfer_leaves_everything_as_it_was(world):
    world.group2.closed_on = world.today
    world.group2.save()
    before = list(Membership.objects.values_list("pk", "end"))
    with pytest.raises(ValidationError):
        transfer(world.students[0], world.group2, world.today)
    assert list(Membership.objects.values_list("pk", "end")) == before


def test_whoever_left_is_out_from_that_day_and_may_come_back(world):
    student = world.students[0]
    leave(student, world.today)
    assert student in roster(world.group, world.today - DAY)
    assert student not in roster(world.group, world.today)
    with pytest.raises(ValidationError, match="ни в какой группе"):
        leave(student, world.today)
    enrol(student, world.group2, world.today + 5 * DAY)
    assert group_of(student, world.today) is None
    assert group_of(student, world.today + 5 * DAY) == world.group2
