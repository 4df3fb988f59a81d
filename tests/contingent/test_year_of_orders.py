"""A year of random orders, carried out and undone in random order."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journal.domain.contingent.desk import SEAT_KINDS
from journal.domain.contingent.movement import read_movement
from journal.domain.contingent.orders import carry_out, undo
from journal.models import Group, Membership, Order, OrderLine, Student
from tests.contingent import DAY

FIRST = date(2026, 9, 1)
MOST = 16
# Who is moved: the line needs a group, or it does not.
WITH_GROUP = ("enrol", "transfer", "reinstate", "return")
KINDS = (*WITH_GROUP, "enrol", "transfer", "leave", "expel", "terms", "graduate")
STEPS = st.lists(
    st.tuples(
        st.sampled_from((*KINDS, "undo", "undo")),
        st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True),
        st.integers(0, 2),
        st.integers(-20, 20),
    ),
    min_size=4,
    max_size=MOST,
)


def draw_up(step, place, students, groups) -> Order:
    kind, who, group, shift = step
    day = FIRST + timedelta(days=max(0, place * 20 + shift))
    order = Order.objects.create(
        number=str(place), date=day, kind=kind, effective_on=day
    )
    for number in who:
        target = groups[group] if kind in WITH_GROUP else None
        funding = ("person", "region")[place % 2] if kind in ("enrol", "terms") else ""
        order.lines.create(student=students[number], group=target, funding=funding)
    return order


def attempt(action, order, by) -> bool:
    """Do it, or be refused in words with nothing changed."""
    before = seats()
    try:
        with transaction.atomic():
            action(order, by)
    except ValidationError as error:
        assert all(error.messages)
        assert seats() == before
        return False
    order.refresh_from_db()
    return True


def seats() -> list[tuple]:
    rows = Membership.objects.order_by("student", "start")
    return list(rows.values_list("student", "group", "start", "end", "funding", "form"))


def check_spans():
    """No span overlaps another, and no boundary is without an order."""
    known = set(
        OrderLine.objects.filter(
            order__state="done", order__kind__in=SEAT_KINDS
        ).values_list("student", "order__effective_on")
    )
    last: dict[int, date | None] = {}
    for student, _, start, end, *_ in seats():
        if student in last:
            assert last[student] is not None
            assert last[student] <= start
        last[student] = end
        assert (student, start) in known
        assert end is None or (student, end) in known


def check_balance():
    """Start + arrived + moved in − left − moved out = end, for every group and month."""
    day, ends = FIRST, {}
    for _ in range(14):
        after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        months = read_movement(Group.objects.all(), day, after - DAY)
        for one in months.groups:
            came = one.arrived.total() + one.moved_in
            left = one.left.total() + one.moved_out
            assert one.start + came - left == one.end
            assert one.start == ends.get(one.pk, 0)
        assert sum(one.moved_in for one in months.groups) == sum(
            one.moved_out for one in months.groups
        )
        ends = {one.pk: one.end for one in months.groups}
        on_day = Membership.objects.on(after - DAY)
        assert sum(ends.values()) == on_day.count()
        day = after


@pytest.mark.soak(rounds=200)
def test_a_year_of_orders_holds_together(world, rounds):
    by = world.office

    @settings(
        max_examples=rounds,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(STEPS, st.randoms(use_true_random=False))
    def run(steps, random):
        with transaction.atomic():
            live(steps, random, by)
            transaction.set_rollback(True)

    clear(world)
    run()


def clear(world):
    """Nobody sits anywhere when the year begins."""
    OrderLine.objects.all().delete()
    Membership.objects.all().delete()


def live(steps, random, by):
    students = [
        Student.objects.create(last_name=f"Студент{number}", first_name="Ян")
        for number in range(4)
    ]
    groups = [Group.objects.create(name=f"Г{number}") for number in range(3)]
    done, began = [], transaction.savepoint()
    for place, step in enumerate(steps):
        if step[0] != "undo":
            order = draw_up(step, place, students, groups)
            if attempt(carry_out, order, by):
                done.append((step, place, order))
        elif done:
            chosen = random.choice(done)
            if attempt(undo, chosen[2], by):
                done.remove(chosen)
            else:
                later = [one[2] for one in done if one[2].sequence > chosen[2].sequence]
                assert later, "refused, and no later order to name"
        check_spans()
    check_balance()
    found = seats()
    transaction.savepoint_rollback(began)
    for step, place, _ in done:
        assert attempt(carry_out, draw_up(step, place, students, groups), by)
    assert seats() == found
