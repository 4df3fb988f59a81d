"""R12, the attendance of a group: each figure worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from journal.models import Membership, Subgroup, SubgroupMember
from journal.reports import frame
from journal.reports.registry import get
from journal.reports.table import Section
from tests.conftest import standing
from tests.reports.groups import (
    absent,
    course,
    day,
    group_of,
    join,
    lesson,
    plain,
    report,
    rows,
    student,
)

# Not all tests look at the group, and in its module it stands for all of them.
pytestmark = pytest.mark.usefixtures("standing_group")

FIGURES = (
    "Пропущено часов всего",
    "Пропущено часов по уваж. причине всего",
    "Пропущено часов по уваж. причине в т. ч. по болезни",
    "Пропущено часов без уваж. причины",
    "Опозда-",
    "Прове-",
    "Посеща-",
)


def build_group(world):
    """October 2026, today the 14th. Ежов sits in it all along, Ёлкин from the 5th,
    Жуков to the 6th.

    1st: two lessons of 2 h, taken; Ежов н from one, б from the other. 2nd: 2 h, nobody
    took attendance, Жуков у. 5th: 2 h of the subgroup of Ежов. 6th: cancelled. 7th:
    4 h, Ежов late. 20th: laid out ahead.
    """
    group = group_of(world, "Ежов")
    join(group, "Ёлкин", date(2026, 10, 5))
    join(group, "Жуков", world.year.start, date(2026, 10, 7))
    algebra = course(world, group, "Алгебра")
    first, second = (lesson(world, algebra, -13) for _ in range(2))
    absent(first, "Ежов", "н")
    absent(second, "Ежов", "б")
    absent(lesson(world, algebra, -12, attendance_taken_at=None), "Жуков", "у")
    part = Subgroup.objects.create(course=algebra, number=1)
    SubgroupMember.objects.create(
        subgroup=part, student=student("Ежов"), start=world.year.start
    )
    lesson(world, algebra, -9, subgroup=part)
    lesson(world, algebra, -8, is_cancelled=True)
    absent(lesson(world, algebra, -7, hours=4), "Ежов", "о", hours=0)
    lesson(world, algebra, 6, attendance_taken_at=None)
    return group


standing_group = standing(build_group)


@pytest.fixture
def group(standing_group, today, db):
    return standing_group()


def figures(row) -> list:
    return [row[title] for title in FIGURES]


def test_hours_are_counted_by_reason_and_held_hours_by_the_roster_of_the_day(
    world, group
):
    """Held for Ежов: 2 + 2 + 2 + 4 = 10; missed 4: 100·(1 − 4/10) = 60.
    Ёлкин: only the 7th, 4. Жуков: 4 of the 1st, 2 of the 2nd, which he is known to
    have missed: 100·(1 − 2/6) = 66,7.
    """
    found = rows(report(world.curator, "attendance", group=group.pk))
    assert {name: figures(row) for name, row in found.items()} == {
        "Ежов": [4, 2, 2, 2, 1, 10, Decimal("60.0")],
        "Ёлкин": [0, None, None, None, None, 4, Decimal("100.0")],
        "Жуков": [2, 2, None, None, None, 6, Decimal("66.7")],
    }


def test_the_group_is_the_sum_of_its_students(world, group):
    """6 of 20 hours: 70 %. On the 1st 4 hours were missed, on the 2nd 2."""
    table = report(world.curator, "attendance", group=group.pk)
    total = rows(table, table.foot())["Всего"]
    assert figures(total) == [6, 4, 2, 2, 1, 20, Decimal("70.0")]
    days = {
        title.removeprefix("Числа месяца "): value
        for title, value in total.items()
        if title.startswith("Числа") and value is not None
    }
    assert days == {"1": 4, "2": 2}


def test_a_day_shows_letters_and_hours(world, group):
    found = rows(report(world.curator, "attendance", group=group.pk))
    shown = {
        name: [row[f"Числа месяца {number}"] for number in (1, 2, 3, 5, 6, 7, 8, 20)]
        for name, row in found.items()
    }
    assert shown == {
        "Ежов": ["н2 б2", "?", None, None, None, "о", None, None],
        "Ёлкин": ["–", "–", "–", None, None, None, None, None],
        "Жуков": [None, "у2", None, None, None, "–", "–", "–"],
    }


def test_two_absences_for_one_reason_add_up_and_two_latenesses_show(world, group):
    algebra = group.courses.get()
    for letter, hours in (("о", 0), ("о", 0), ("н", 2), ("н", 1)):
        absent(lesson(world, algebra, -1), "Ёлкин", letter, hours)
    row = rows(report(world.curator, "attendance", group=group.pk))["Ёлкин"]
    assert row["Числа месяца 13"] == "оо н3"
    assert figures(row)[:5] == [3, None, None, 3, 2]


def test_who_came_is_dated_and_who_left_muted_too(world, group):
    table = report(world.curator, "attendance", group=group.pk)
    styles = {row.cells["name"]: row.style for row in table.rows}
    assert styles == {
        "Ежов Яков": "",
        "Ёлкин Яков (с 05.10)": "",
        "Жуков Яков (по 06.10)": "muted",
    }


def test_lessons_without_attendance_are_said_and_left_out(world, group):
    table = report(world.curator, "attendance", group=group.pk)
    assert table.warnings == [
        "Журнал заполнен не полностью: занятий: 5, присутствие не отмечено: 1."
        " Эти занятия в проведённые часы не входят."
    ]
    group.courses.get().lessons.update(attendance_taken_at=timezone.now())
    assert report(world.curator, "attendance", group=group.pk).warnings == []


def test_the_month_of_today_is_the_default_and_has_its_own_days(world, group):
    table = report(world.curator, "attendance", group=group.pk)
    assert table.lines[0] == "Октябрь 2026"
    days = [column for column in table.columns if column.group == ("Числа месяца",)]
    assert len(days) == 31 and days[0].title == "1\nчт"
    september = report(world.curator, "attendance", group=group.pk, month="2026-09")
    assert [*rows(september)] == ["Ежов", "Жуков"]
    days = [column for column in september.columns if column.group == ("Числа месяца",)]
    assert len(days) == 30


def test_a_span_has_a_grid_a_month_then_the_months_then_the_whole(world, group):
    """September: one lesson of 2 h, Ежов and Жуков there: 4 hours, none missed.
    With October 6 of 24: 75 %.
    """
    lesson(world, group.courses.get(), -20)
    table = report(
        world.curator, "attendance", group=group.pk, month="2026-09", until="2026-10"
    )
    parts: dict = {}
    for row in table.rows:
        if isinstance(row, Section):
            part = parts.setdefault(row.title, {})
        else:
            part[row.cells["name"]] = row.cells["missed"], row.cells["held"]
    assert parts == {
        "Сентябрь 2026": {
            "Ежов Яков": (0, 2),
            "Жуков Яков": (0, 2),
            "Всего по группе": (0, 4),
        },
        "Октябрь 2026": {
            "Ежов Яков": (4, 10),
            "Ёлкин Яков (с 05.10)": (0, 4),
            "Жуков Яков (по 06.10)": (2, 6),
            "Всего по группе": (6, 20),
        },
        "По месяцам": {"Сентябрь 2026": (0, 4), "Октябрь 2026": (6, 20)},
        "Всего: сентябрь 2026 — октябрь 2026": {
            "Ежов Яков": (4, 12),
            "Ёлкин Яков": (0, 4),
            "Жуков Яков": (2, 8),
            "Всего по группе": (6, 24),
        },
    }
    *_, last = table.body()
    assert plain(last.values[-1]) == Decimal("75.0")


@pytest.mark.parametrize(
    ("month", "until"), [("2026-10", "2026-09"), ("2026-13", ""), ("1999-01", "")]
)
def test_a_span_runs_forwards_through_months_of_the_list(world, group, month, until):
    form = get("attendance").form(world.curator)
    assert form.answer({"group": str(group.pk), "month": month, "until": until})
    assert not form.is_valid()
    assert list(form.errors) == (["__all__"] if until else ["month"])


def test_an_absence_after_the_student_left_still_counts_as_held(world, group):
    """The roster was corrected afterwards: no share over a hundred, none below zero."""
    Membership.objects.filter(student=student("Ежов")).update(end=date(2026, 9, 20))
    join(group, "Яшин", date(2026, 10, 1))
    table = report(
        world.curator, "attendance", group=group.pk, month="2026-09", until="2026-10"
    )
    *_, ejov = [row for row in table.rows if row_name(row) == "Ежов Яков"]
    # 1 October: н 2 and б 2 of lessons of 2 h; the 7th, late, 4 h.
    assert (ejov.cells["missed"], ejov.cells["held"]) == (4, 8)
    assert ejov.cells["percent"] == Decimal("50.0")


def row_name(row) -> str:
    return "" if isinstance(row, Section) else row.cells["name"]


def test_nobody_in_the_group_is_said(world):
    table = report(world.deputy, "attendance", group=group_of(world, name="5-ТО").pk)
    assert table.rows == () and "никто не числился" in table.empty


# Who sees what


def test_a_teacher_sees_the_own_lessons_alone(world, group):
    """Of teacher2's course there is one lesson of 2 h; Ежов missed it."""
    history = course(world, group, "История", teacher="teacher2")
    absent(lesson(world, history, -1), "Ежов", "н")
    table = report(world.teacher2, "attendance", group=group.pk)
    found = rows(table)
    assert figures(found["Ежов"]) == [2, None, None, 2, None, 2, Decimal("0.0")]
    assert found["Ежов"]["Числа месяца 1"] is None
    assert "Только занятия, которые вы ведёте" in table.lines
    whole = rows(report(world.curator, "attendance", group=group.pk))
    assert figures(whole["Ежов"])[0] == 6


def test_the_same_share_stands_in_the_diary(world, group):
    """One rule of what was held: a parent and a curator read the same figure."""
    from journal.domain.results import Span, attended_percent, held_hours

    ejov = student("Ежов")
    spans = [Span(group.pk, group.name, world.year.start, None)]
    held = held_hours(ejov.pk, [group.courses.get().pk], spans)
    assert attended_percent(4, sum(hours for _, hours in held)) == Decimal("60.0")
    assert min(day_ for day_, _ in held) == day(world, -13)


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([("2026-09-01", None)], "Ежов"),
        (
            [("2026-09-01", "2026-10-01"), ("2026-10-20", None)],
            "Ежов (по 30.09 с 20.10)",
        ),
        ([("2026-09-07", "2026-09-10")], "Ежов (с 07.09 по 09.09)"),
        ([("2026-02-01", "2026-09-01"), ("2026-09-02", None)], "Ежов (с 02.09)"),
        ([("2026-09-01", "2026-12-01"), ("2027-01-12", None)], "Ежов"),
    ],
)
def test_the_name_says_each_coming_and_leaving_within_the_days(spans, words):
    days = [[one and date.fromisoformat(one) for one in span] for span in spans]
    assert frame.stay("Ежов", days, date(2026, 9, 1), date(2026, 10, 31)) == words
