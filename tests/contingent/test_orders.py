"""Orders carried out and taken back, kind by kind."""

import pytest
from django.core.exceptions import ValidationError

from journal.domain.contingent import group_of
from journal.domain.contingent.orders import carry_out, plan_order, undo
from journal.models import Group, Mark, Student, Subgroup, SubgroupMember
from tests.contingent import DAY, carry, draft, everything, newcomer, spans


def test_a_plan_says_what_will_be_done_and_writes_nothing(world):
    order = draft(world, "expel", world.students[0])
    before = everything()
    plan = plan_order(order, world.office)
    (effect,) = plan.lines
    assert plan.is_possible
    assert effect.words == (
        "отчисление из группы 2-ИС с 14.10.2026; вход закрывается с 14.10.2026; "
        "закрывается вход представителей: 1"
    )
    assert everything() == before
    assert order.lines.get().trace == []


def test_an_order_without_lines_cannot_be_carried_out(world):
    with pytest.raises(ValidationError, match="нет ни одной строки"):
        carry_out(draft(world, "expel"), world.office)


def test_enrolment_seats_everybody_of_the_order(world):
    students = [newcomer("Ясенев"), newcomer("Ящиков")]
    order = carry(
        world,
        "enrol",
        *(
            {"student": one, "group": world.group, "funding": "region"}
            for one in students
        ),
    )
    assert order.state == "done"
    assert order.sequence == 1
    assert order.carried_out_by == world.office
    for student in students:
        seat = student.memberships.get()
        assert (seat.group, seat.start, seat.end) == (world.group, world.today, None)
        assert seat.funding == "region"
        assert seat.history.get().history_user == world.office
        assert seat.history.get().history_change_reason == "Приказ № 1 от 14.10.2026"


def test_one_bad_line_stops_the_whole_order_and_is_named(world):
    good, bad = newcomer(), world.students[0]
    order = draft(
        world,
        "enrol",
        *({"student": one, "group": world.group2} for one in (good, bad)),
    )
    with pytest.raises(ValidationError) as caught:
        carry_out(order, world.office)
    (words,) = caught.value.messages
    assert words.startswith("Абрамова Дарья Олеговна: уже числится в группе 2-ИС")
    assert not good.memberships.exists()
    order.refresh_from_db()
    assert order.state == "draft"


def test_an_order_is_carried_out_once(world):
    order = carry(world, "expel", world.students[0])
    with pytest.raises(ValidationError, match="уже проведён"):
        carry_out(order, world.office)


def test_a_transfer_moves_and_keeps_funding_and_form(world):
    student = world.students[0]
    student.memberships.update(funding="person", form="extramural")
    carry(world, "transfer", {"student": student, "group": world.group2})
    assert spans(student) == [
        ("2-ИС", world.year.start, world.today),
        ("1-ЭК", world.today, None),
    ]
    assert set(student.memberships.values_list("funding", "form")) == {
        ("person", "extramural")
    }


def test_a_transfer_ends_subgroups_and_undo_brings_them_back(world):
    student = world.students[0]
    part = Subgroup.objects.create(course=world.course, number=1)
    SubgroupMember.objects.create(
        subgroup=part, student=student, start=world.year.start, end=world.today + DAY
    )
    SubgroupMember.objects.create(
        subgroup=part, student=student, start=world.today + DAY
    )
    before = everything()
    order = carry(world, "transfer", {"student": student, "group": world.group2})
    assert SubgroupMember.objects.get(student=student).end == world.today
    undo(order, world.office)
    assert everything() == before
    order.refresh_from_db()
    assert (order.state, order.undone_by) == ("undone", world.office)


def test_a_change_of_terms_ends_the_span_and_begins_the_next(world):
    student = world.students[0]
    carry(world, "terms", {"student": student, "funding": "person"})
    assert spans(student) == [
        ("2-ИС", world.year.start, world.today),
        ("2-ИС", world.today, None),
    ]
    assert student.memberships.get(end=None).funding == "person"
    with pytest.raises(ValidationError, match="и так такие"):
        carry(
            world,
            "terms",
            {"student": student, "funding": "person"},
            number="2",
            effective_on=world.today + DAY,
        )


def test_academic_leave_and_the_return_from_it(world):
    student = world.students[0]
    leave = carry(world, "leave", student)
    assert group_of(student, world.today) is None
    assert leave.lines.get().group == world.group  # who keeps the group still sees it
    student.user.refresh_from_db()
    assert student.user.valid_until is None
    back = world.today + 30 * DAY
    carry(world, "return", student, number="2", effective_on=back)
    assert group_of(student, back) == world.group
    with pytest.raises(ValidationError, match=r"зависят более поздние: № 2 от .*выход"):
        undo(leave, world.office)


def test_an_expelled_student_does_not_return_from_leave(world):
    student = world.students[0]
    carry(world, "expel", student)
    with pytest.raises(ValidationError, match="не в академическом отпуске"):
        carry(world, "return", student, number="2")
    carry(world, "reinstate", student, number="3", effective_on=world.today + DAY)
    assert group_of(student, world.today + DAY) == world.group


def test_a_student_is_expelled_from_academic_leave(world):
    student = world.students[0]
    leave = carry(world, "leave", student)
    carry(world, "expel", student, number="2", effective_on=world.today + DAY)
    student.user.refresh_from_db()
    assert student.user.valid_until == world.today
    with pytest.raises(ValidationError, match=r"№ 2 от 14\.10\.2026, отчисление"):
        undo(leave, world.office)


# Names and groups


def test_a_new_name_stands_in_the_card_and_the_account(world):
    student = world.students[0]
    order = carry(world, "rename", {"student": student, "last_name": "Ёлкина"})
    student.refresh_from_db()
    world.student.refresh_from_db()
    assert (student.last_name, student.first_name) == ("Ёлкина", "Дарья")
    assert world.student.last_name == "Ёлкина"
    undo(order, world.office)
    student.refresh_from_db()
    assert student.last_name == "Абрамова"


def test_a_later_change_of_the_name_by_hand_stands_in_the_way(world):
    order = carry(
        world, "rename", {"student": world.students[0], "last_name": "Ёлкина"}
    )
    student = Student.objects.get(pk=world.students[0].pk)
    student.last_name = "Ежова"
    student.save()
    with pytest.raises(ValidationError, match="изменено вручную: студент: Ежова Дарья"):
        undo(order, world.office)


def test_groups_go_up_with_their_names(world):
    for group, name in ((world.group, "42-АВ"), (world.group2, "41-АВ")):
        group.name, group.name_pattern = name, "4{курс}-АВ"
        group.save()
    before = everything()
    order = carry(
        world,
        "next_year",
        {"group": world.group2},
        {"group": world.group},
        *({"student": one} for one in world.students),
    )
    found = dict(Group.objects.values_list("name", "course_year"))
    assert found == {"43-АВ": 3, "42-АВ": 2}
    assert order.lines.filter(group=world.group).count() == 1 + len(world.students)
    assert order.lines.get(group=world.group2).trace[0]["words"] == (
        "2 курс, 41-АВ → 42-АВ"
    )
    undo(order, world.office)
    assert everything() == before


def test_a_group_in_its_last_course_does_not_go_up(world):
    world.specialty.years = 2
    world.specialty.save()
    with pytest.raises(ValidationError, match="последний курс"):
        carry(world, "next_year", {"group": world.group})


def test_a_group_is_closed_only_once_it_is_empty(world):
    line = {"group": world.group2}
    with pytest.raises(ValidationError, match="ещё числятся: Абрамова Майя"):
        carry(world, "disband", line)
    expelled = carry(world, "expel", *world.students2, number="2")
    closed = carry(world, "disband", line, number="3")
    world.group2.refresh_from_db()
    assert world.group2.closed_on == world.today
    with pytest.raises(ValidationError, match="Сначала отмените ликвидацию группы"):
        undo(expelled, world.office)
    undo(closed, world.office)
    undo(expelled, world.office)
    assert group_of(world.sister, world.today) == world.group2


def test_a_move_to_another_subgroup_is_dated(world):
    one, two = (
        Subgroup.objects.create(course=world.course, number=number) for number in (1, 2)
    )
    student = world.students[0]
    SubgroupMember.objects.create(subgroup=one, student=student, start=world.year.start)
    before = everything()
    order = carry(world, "subgroup", {"student": student, "subgroup": two})
    rows = SubgroupMember.objects.order_by("start").values_list(
        "subgroup", "start", "end"
    )
    assert list(rows) == [
        (one.pk, world.year.start, world.today),
        (two.pk, world.today, None),
    ]
    undo(order, world.office)
    assert everything() == before
    with pytest.raises(ValidationError, match="не числится в группе 2-ИС"):
        carry(world, "subgroup", {"student": world.sister, "subgroup": two}, number="2")


# What stands in the way


def test_marks_of_the_days_stand_in_the_way_of_undoing(world):
    student = newcomer()
    order = carry(
        world,
        "enrol",
        {"student": student, "group": world.group},
        effective_on=world.today - 10 * DAY,
    )
    Mark.objects.create(task=world.task, student=student, value="5")
    with pytest.raises(ValidationError) as caught:
        undo(order, world.office)
    assert caught.value.messages == [
        "В журнале уже есть записи за дни, которые пропадут: "
        "Ясенев Олег: отметок 1, пропусков 0, с 12.10.2026 по 12.10.2026."
    ]
    assert student.memberships.exists()


def test_a_subgroup_entered_since_stands_in_the_way(world):
    student = newcomer()
    order = carry(world, "enrol", {"student": student, "group": world.group})
    part = Subgroup.objects.create(course=world.course, number=1)
    SubgroupMember.objects.create(subgroup=part, student=student, start=world.today)
    with pytest.raises(ValidationError, match="выведите из подгрупп: Ясенев Олег"):
        undo(order, world.office)


def test_only_later_orders_of_the_same_student_stand_in_the_way(world):
    first, second = world.students[:2]
    order = carry(world, "expel", first)
    carry(world, "expel", second, number="2")
    carry(world, "rename", {"student": first, "last_name": "Ёлкина"}, number="3")
    undo(order, world.office)
    assert group_of(first, world.today) == world.group
    assert group_of(second, world.today) is None
    first.refresh_from_db()
    assert first.last_name == "Ёлкина"
