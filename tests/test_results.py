"""Arithmetic of marks and attendance (domain §2.0)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.domain.results import (
    Span,
    StudiedPeriod,
    attended_percent,
    average,
    period_at,
    with_comma,
)


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ([], "—"),
        ([("з", 1), ("х", 2)], "—"),
        ([("5", 1)], "5,00"),
        ([("5", 1), ("4", 1)], "4,50"),
        ([("5", 3), ("2", 1)], "4,25"),
        ([("4", 1), ("5", 2)], "4,67"),
        ([("4", 1), ("4", 1), ("5", 1)], "4,33"),
        ([("5", 1), ("з", 100)], "5,00"),
        ([("3", 199), ("2", 1)], "3,00"),  # 2,995 goes up
        ([("4", 1)] * 7 + [("5", 1)], "4,13"),  # 4,125 goes up
    ],
)
def test_the_average_is_weighted_to_two_decimals_half_up(marks, shown):
    assert with_comma(average(marks)) == shown


@given(st.lists(st.tuples(st.sampled_from("5432зх"), st.integers(1, 100))))
def test_an_average_lies_between_the_worst_and_the_best_mark(marks):
    numbers = [int(value) for value, _ in marks if value.isdecimal()]
    mean = average(marks)
    if numbers:
        assert min(numbers) <= mean <= max(numbers)
        assert mean == average(reversed(marks))
    else:
        assert mean is None


@pytest.mark.parametrize(
    ("missed", "held", "percent"),
    [
        (0, 0, None),
        (0, 10, Decimal("100.0")),
        (10, 10, Decimal("0.0")),
        (3, 14, Decimal("78.6")),
        (1, 2000, Decimal("100.0")),  # 99,95 goes up
    ],
)
def test_attendance_in_percent(missed, held, percent):
    assert attended_percent(missed, held) == percent


def test_a_span_is_half_open():
    span = Span(1, "2-ИС", date(2026, 9, 1), date(2026, 10, 1))
    assert span.covers(date(2026, 9, 1)) and span.covers(date(2026, 9, 30))
    assert not span.covers(date(2026, 10, 1)) and not span.covers(date(2026, 8, 31))
    assert span.meets(date(2026, 9, 30), date(2026, 12, 1))
    assert not span.meets(date(2026, 10, 1), date(2026, 12, 1))
    assert Span(1, "2-ИС", date(2026, 9, 1), None).covers(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("day", "number"),
    [((2026, 8, 1), 1), ((2026, 10, 1), 1), ((2027, 1, 5), 1), ((2027, 3, 1), 2)],
)
def test_the_period_to_open_on_a_day(day, number):
    periods = [
        StudiedPeriod(
            2, "2026–2027", "semester", 2, date(2027, 1, 12), date(2027, 6, 30)
        ),
        StudiedPeriod(
            1, "2026–2027", "semester", 1, date(2026, 9, 1), date(2026, 12, 31)
        ),
    ]
    assert period_at(periods, date(*day)).number == number
    assert period_at([], date(*day)) is None
