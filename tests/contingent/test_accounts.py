"""Accounts follow the orders; who may carry out which."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from journal.domain.contingent import group_of
from journal.domain.contingent.orders import carry_out, plan_order, undo
from journal.domain.people import open_account
from journal.models import Employee, Guardian, Guardianship, Membership, Student, User
from tests.cast import account, person
from tests.contingent import DAY, carry, draft, newcomer

# Accounts


def test_expulsion_closes_the_account_on_the_day_of_signing(world, client_of):
    student = world.students[0]
    client = client_of(student.user)
    assert client.get("/diary/").status_code == 200
    order = carry(world, "expel", student, effective_on=world.today + DAY)
    assert client.get("/diary/").status_code == 302
    undo(order, world.office)
    student.user.refresh_from_db()
    assert student.user.valid_until is None


def test_a_parent_with_another_ward_keeps_the_account(world):
    parent, (first, second) = world.parent, (world.students[0], world.sister)
    first_order = carry(world, "expel", first)
    parent.refresh_from_db()
    assert parent.valid_until is None
    carry(world, "expel", second, number="2")
    parent.refresh_from_db()
    assert parent.valid_until == world.today
    undo(first_order, world.office)
    parent.refresh_from_db()
    assert parent.valid_until is None


def test_both_wards_expelled_at_once_close_the_account_of_the_parent(world):
    carry(world, "expel", world.students[0], world.sister)
    world.parent.refresh_from_db()
    assert world.parent.valid_until == world.today


def test_a_ward_on_academic_leave_keeps_the_parents_account(world):
    carry(world, "leave", world.sister)
    carry(world, "expel", world.students[0], number="2")
    world.parent.refresh_from_db()
    assert world.parent.valid_until is None


def test_a_parent_of_the_staff_keeps_the_account(world):
    mother = world.teacher
    guardian = person(Guardian, ("Жданова", "Алла", "Львовна"), mother)
    pupil = newcomer()
    Membership.objects.create(student=pupil, group=world.group, start=world.year.start)
    Guardianship.objects.create(
        student=pupil, guardian=guardian, relation="mother", start=world.year.start
    )
    carry(world, "expel", pupil)
    mother.refresh_from_db()
    assert mother.valid_until is None


def test_a_tie_that_has_ended_keeps_no_account(world):
    tie = Guardianship.objects.get(student=world.sister)
    tie.end = world.today
    tie.save()
    carry(world, "expel", world.students[0])
    world.parent.refresh_from_db()
    assert world.parent.valid_until == world.today


def test_a_parent_who_worked_here_loses_the_account_with_the_last_child(world):
    guardian = world.trustee.guardian
    guardian.user = None
    guardian.save()
    guardian.user = world.teacher
    guardian.save()
    employee = world.teacher.employee
    employee.dismissed_on = world.today
    employee.save()
    carry(world, "expel", world.students[0])
    world.teacher.refresh_from_db()
    assert world.teacher.valid_until == world.today


def test_reinstatement_opens_the_accounts_again(world):
    carry(world, "expel", world.students[0], world.sister)
    carry(
        world,
        "reinstate",
        world.students[0],
        number="2",
        effective_on=world.today + DAY,
    )
    world.student.refresh_from_db()
    world.parent.refresh_from_db()
    assert world.student.valid_until is None
    assert world.parent.valid_until is None


def test_a_graduate_keeps_the_diary_until_the_last_day_of_study(world):
    world.group.years = 2
    world.group.save()
    last = world.today + 20 * DAY
    carry(world, "graduate", world.students[0], effective_on=last)
    world.student.refresh_from_db()
    assert world.student.valid_until == last


# Staff


def test_hiring_opens_an_account_from_the_day_of_signing(world):
    employee = Employee.objects.create(last_name="Новикова", first_name="Анна")
    order = carry(
        world, "hire", {"employee": employee}, effective_on=world.today + 5 * DAY
    )
    employee.refresh_from_db()
    assert employee.hired_on == world.today + 5 * DAY
    assert employee.user.valid_from == world.today
    assert employee.user.is_open()
    undo(order, world.office)
    employee.refresh_from_db()
    assert (employee.user, employee.hired_on) == (None, None)
    assert not User.objects.filter(username__startswith="novikova").exists()


def test_an_account_in_use_stands_in_the_way_of_undoing_the_hiring(world):
    employee = Employee.objects.create(last_name="Новикова", first_name="Анна")
    order = carry(world, "hire", {"employee": employee})
    employee.refresh_from_db()
    employee.user.last_login = "2026-10-14T10:00Z"
    employee.user.save()
    with pytest.raises(ValidationError, match=r"пользуются.*novikova\.a"):
        undo(order, world.office)


def test_a_dismissed_teachers_open_session_is_dead_at_the_next_request(
    world, client_of
):
    client = client_of(world.teacher)
    assert client.get("/admin/").status_code == 200
    order = draft(
        world,
        "dismiss",
        {"employee": world.teacher.employee},
        effective_on=world.today + 14 * DAY,
    )
    (effect,) = plan_order(order, world.hr).lines
    assert any("Математика (2-ИС)" in words for words in effect.warnings)
    carry_out(order, world.hr)
    assert client.get("/admin/").status_code == 302
    assert world.teacher.__class__.objects.get(pk=world.teacher.pk).valid_until == (
        world.today
    )


# Rights


@pytest.mark.parametrize(
    ("name", "kind", "allowed"),
    [
        ("office", "expel", True),
        ("secretary", "expel", True),
        ("dispatcher", "expel", True),
        ("studyunit", "expel", True),
        ("hr", "expel", False),
        ("curator", "expel", False),
        ("director", "expel", False),
        ("teacher", "expel", False),
        ("parent", "expel", False),
        ("nobody", "expel", False),
        ("office", "dismiss", True),
        ("hr", "dismiss", True),
        ("secretary", "dismiss", False),
        ("dispatcher", "dismiss", False),
    ],
)
def test_who_carries_out_what(world, name, kind, allowed):
    line = (
        {"employee": world.master.employee}
        if kind == "dismiss"
        else {"student": world.students[1]}
    )
    order = draft(world, kind, line)
    if allowed:
        carry_out(order, world.people[name])
    else:
        with pytest.raises(PermissionDenied):
            carry_out(order, world.people[name])


def test_a_line_out_of_reach_keeps_the_whole_order_from_being_carried_out(world):
    order = draft(world, "expel", world.students[1], world.students2[1])
    with pytest.raises(PermissionDenied):
        carry_out(order, world.studyunit)
    order = draft(
        world,
        "transfer",
        {"student": world.students[1], "group": world.group2},
        number="2",
    )
    with pytest.raises(PermissionDenied):
        carry_out(order, world.studyunit)


def test_whoever_expelled_may_take_it_back_though_the_student_is_gone(world):
    order = draft(world, "expel", world.students[1])
    carry_out(order, world.studyunit)
    assert not Student.objects.visible_to(world.studyunit).filter(
        pk=world.students[1].pk
    )
    order.refresh_from_db()
    undo(order, world.studyunit)
    assert group_of(world.students[1], world.today) == world.group


def test_queries_do_not_grow_with_the_lines(world, django_assert_max_num_queries):
    students = [newcomer(f"Ясенев{number}") for number in range(60)]
    for student in students[:20]:
        account(f"s{student.pk}", "student")
    order = draft(
        world, "enrol", *({"student": one, "group": world.group} for one in students)
    )
    with django_assert_max_num_queries(40):
        carry_out(order, world.office)
    order.refresh_from_db()
    expelled = draft(
        world, "expel", *students, number="2", effective_on=world.today + DAY
    )
    with django_assert_max_num_queries(40):
        carry_out(expelled, world.office)
    assert open_account(newcomer("Последний")).username
