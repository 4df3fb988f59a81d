"""R18, R21, R23: figures worked out by hand."""

from datetime import date, timedelta

import pytest

from journal.domain.contingent.movement import read_movement, read_results
from journal.models import Group, Membership, OrderReason
from journal.reports.registry import get
from tests.contingent import DAY, carry, newcomer


def figures(world, first, last):
    """name: (start, arrived, moved in, moved out, left, end)."""
    found = read_movement(Group.objects.all(), first, last)
    return {
        one.name: (
            one.start,
            one.arrived.total(),
            one.moved_in,
            one.moved_out,
            one.left.total(),
            one.end,
        )
        for one in found.groups
    }


@pytest.fixture
def moved(world):
    """A fortnight: one came, one moved, one went on leave and back, one was expelled."""
    reason = OrderReason.objects.create(name="Отчислен по неуспеваемости", side="out")
    carry(
        world,
        "enrol",
        {"student": newcomer(), "group": world.group},
        effective_on=world.today - 9 * DAY,
    )
    carry(
        world,
        "transfer",
        {"student": world.students[1], "group": world.group2},
        number="2",
        effective_on=world.today - 8 * DAY,
    )
    carry(
        world,
        "leave",
        world.students[2],
        number="3",
        effective_on=world.today - 7 * DAY,
    )
    carry(
        world,
        "return",
        world.students[2],
        number="4",
        effective_on=world.today - 3 * DAY,
    )
    carry(
        world,
        "expel",
        world.students2[1],
        number="5",
        effective_on=world.today - 2 * DAY,
        reason=reason,
    )
    carry(
        world,
        "terms",
        {"student": world.students[3], "funding": "person"},
        number="6",
        effective_on=world.today - DAY,
    )
    return world


def test_the_statement_balances_and_keeps_transfers_apart(moved):
    found = figures(moved, moved.today - 10 * DAY, moved.today)
    assert found == {"2-ИС": (6, 2, 0, 1, 1, 6), "1-ЭК": (3, 0, 1, 0, 1, 3)}


def test_a_first_import_has_no_reason(world):
    found = read_movement(Group.objects.all(), world.year.start, world.today)
    reasons = {one.name: dict(one.arrived) for one in found.groups}
    assert reasons == {"2-ИС": {"не указано": 5}, "1-ЭК": {"не указано": 4}}
    assert [(one.moved_in, one.moved_out) for one in found.groups] == [(1, 0), (0, 1)]


def test_reasons_are_those_of_the_orders(moved):
    found = read_movement(Group.objects.all(), moved.today - 10 * DAY, moved.today)
    by_name = {one.name: one for one in found.groups}
    assert dict(by_name["2-ИС"].arrived) == {
        "зачисление": 1,
        "выход из академического отпуска": 1,
    }
    assert dict(by_name["2-ИС"].left) == {"академический отпуск": 1}
    assert dict(by_name["1-ЭК"].left) == {"Отчислен по неуспеваемости": 1}


def table(world, slug, user="office", **answers):
    report = get(slug)
    form = report.form(world.people[user])
    assert form.answer(answers)
    assert form.is_valid(), form.errors
    return report.build(form.params())


def test_the_list_names_orders_and_where_from(moved):
    first = (moved.today - 10 * DAY).isoformat()
    found = table(moved, "movement", first=first, view="list")
    rows = [list(row) for row in found.rows]
    assert ["Быков Илья Павлович", "переведён(а) из 2-ИС", "№ 2 от 14.10.2026"] in [
        [row[1], row[4], row[6]] for row in rows
    ]
    assert len(rows) == 6


def test_the_dynamics_begin_at_the_day_of_reference(moved):
    found = table(moved, "dynamics")
    (september, october) = found.rows
    assert found.lines[-1] == "Эталон: 9 на 20.09.2026"
    assert september["start"] == september["end"] == 9
    assert (october["arrived"], october["left"], october["end"]) == (2, 2, 9)
    assert october["change"] == 0


def test_a_curator_counts_the_own_group(moved):
    first = (moved.today - 10 * DAY).isoformat()
    found = table(moved, "movement", "curator", first=first)
    assert [row["name"] for row in found.rows] == ["2-ИС"]


def test_the_results_of_a_year_count_each_student_once(world):
    world.group.name_pattern = "{курс}-ИС"
    world.group.save()
    carry(world, "leave", world.students[4])
    carry(world, "expel", world.students[0], number="2")
    conditional = OrderReason.objects.create(
        name="Условный перевод на следующий курс", side="other"
    )
    after = world.year.start + timedelta(days=365)
    carry(
        world,
        "next_year",
        {"group": world.group},
        {"student": world.students[1]},
        {"student": world.students[2], "reason": conditional},
        number="3",
        effective_on=after,
    )
    (line,) = read_results(Group.objects.all(), world.year.start, after)
    assert (line.raised, line.conditionally, line.expelled, line.on_leave) == (
        1,
        1,
        1,
        1,
    )


@pytest.mark.parametrize("count", [1, 30])
def test_the_movement_asks_five_questions(world, django_assert_num_queries, count):
    for number in range(count):
        group = Group.objects.create(name=f"5-{number}")
        student = newcomer(f"Ясенев{number}")
        Membership.objects.create(student=student, group=group, start=world.today)
    with django_assert_num_queries(4):
        read_movement(Group.objects.all(), date(2026, 9, 1), world.today)


@pytest.mark.parametrize("slug", ["movement", "dynamics", "year_results"])
@pytest.mark.parametrize("name", ["teacher", "student", "parent", "nobody", "hr"])
def test_nobody_else_opens_the_movement(world, client_of, slug, name):
    answer = client_of(world.people[name]).get(f"/admin/reports/{slug}/")
    assert answer.status_code in (302, 403, 404)
    for format_ in ("html", "xlsx", "pdf"):
        at = f"/admin/reports/{slug}/?format={format_}"
        assert client_of(world.people[name]).get(at).status_code in (302, 403, 404)
