"""Every formula of domain §2.0 as a table of cases, worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from journal.domain.results.averages import (
    attended_percent,
    average,
    mean,
    percent_of,
    rates,
    with_comma,
)
from journal.domain.results.categories import category, group_rates
from journal.domain.results.figures import figures_of, of_year
from journal.domain.results.group import NONE, Statement, StudentLine, TaughtCourse
from journal.domain.results.standings import Standing


def decimal(text: str) -> Decimal | None:
    """«66,67» as reports print it; "" is no figure."""
    return Decimal(text.replace(",", ".")) if text else None


@pytest.mark.parametrize(
    ("marks", "counted", "success", "quality", "sou"),
    [
        # n5 n4 n3 n2: (100+64+36+16)/4
        ("5 4 3 2", 4, "75", "50", "54"),
        ("5 5 5", 3, "100", "100", "100"),
        ("2 2", 2, "0", "0", "16"),
        # «н/а» stays in N and weighs 7: (100+7)/2
        ("5 н/а", 2, "50", "50", "53,5"),
        ("н/а", 1, "0", "", ""),
        ("4 4 3", 3, "100", "66,67", "54,67"),
        ("3 3 2", 3, "66,67", "0", "29,33"),
        # a credit counts to успеваемость alone
        ("з з х", 3, "66,67", "", ""),
        ("5 з", 2, "100", "100", "100"),
        ("4 х", 2, "50", "100", "64"),
        ("", 0, "", "", ""),
        # 1/3 and 2/3 are rounded half up
        ("5 2 2", 3, "33,33", "33,33", "44"),
    ],
)
def test_rates_of_a_discipline(marks, counted, success, quality, sou):
    found = rates(marks.split())
    assert found.counted == counted
    assert found[1:] == (decimal(success), decimal(quality), decimal(sou))


@pytest.mark.parametrize(
    ("marks", "name"),
    [
        ("5 5 5", "excellent"),
        ("5", "excellent"),
        ("5 з", "excellent"),
        ("5 5 4", "one_four"),
        ("4", "one_four"),
        ("5 4 4", "good"),
        ("4 4 з", "good"),
        ("5 5 3", "one_three"),
        ("4 4 3", "one_three"),
        ("5 3 3", "rest"),
        ("3 3", "rest"),
        # a debt comes before everything else
        ("5 5 2", "failing"),
        ("5 х", "failing"),
        ("5 н/а", "failing"),
        ("2 н/а", "failing"),
        # no mark of the scale of five: «нет сведений» is not успевающий
        ("", "unknown"),
        ("з", "unknown"),
    ],
)
def test_a_student_is_in_the_first_category_that_fits(marks, name):
    assert category(marks.split()) == name


@pytest.mark.parametrize(
    ("students", "counted", "graded", "passing", "good", "success", "quality"),
    [
        (["5 5", "4 4", "3 5", "2 5"], 4, 4, 3, 2, "75", "50"),
        # nobody has a mark: no N, no percentages
        (["", ""], 0, 0, 0, 0, "", ""),
        # who has none is not in N (the clone counts such as успевающие)
        (["5", ""], 1, 1, 1, 1, "100", "100"),
        # credits alone pass and say nothing of quality
        (["з з", "5 4"], 2, 1, 2, 1, "100", "100"),
        (["з х", "5"], 2, 2, 1, 1, "50", "50"),
        (["н/а", "5", "4"], 3, 3, 2, 2, "66,67", "66,67"),
    ],
)
def test_rates_of_a_group(students, counted, graded, passing, good, success, quality):
    found = group_rates(marks.split() for marks in students)
    assert found == (counted, graded, passing, good)
    assert (found.success, found.quality) == (decimal(success), decimal(quality))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([("5", 1), ("2", 3)], "2,75"),
        ([("5", 1), ("4", 1), ("4", 1)], "4,33"),
        ([("5", 1), ("4", 1)], "4,50"),
        # 2,765 goes up, as people round
        ([("2", 47), ("3", 153)], "2,77"),
        ([("5", 2), ("з", 5), ("х", 5)], "5,00"),
        ([("з", 1)], "—"),
        ([], "—"),
    ],
)
def test_a_weighted_average_is_said_with_a_comma(marks, expected):
    assert with_comma(average(marks)) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [("4,00 3,33", "3,67"), ("2,20 3,33", "2,77"), ("5,00", "5,00"), ("", "—")],
)
def test_the_mean_counts_each_alike(numbers, expected):
    assert with_comma(mean([decimal(one) for one in numbers.split()])) == expected


@pytest.mark.parametrize(
    ("missed", "held", "expected"),
    [
        (0, 100, "100,0"),
        (2, 8, "75,0"),
        (8, 8, "0,0"),
        (1, 3, "66,7"),
        # a half-pair is one academic hour of two
        (1, 2, "50,0"),
        (0, 0, "—"),
    ],
)
def test_attendance_in_academic_hours(missed, held, expected):
    assert with_comma(attended_percent(missed, held)) == expected


def test_a_share_of_nothing_is_no_share():
    assert percent_of(0, 0) is None
    assert percent_of(1, 8) == Decimal("12.50")


@pytest.mark.parametrize(
    ("standing", "number", "is_counted"),
    [
        (Standing(Decimal("4.20"), "4", 3), "4,20", True),
        (Standing(None, "4", is_current=False), "4", True),
        (Standing(None, "з", is_current=False), "", True),
        # too few current marks are no result yet, «н/а» of a sheet is one
        (Standing(None, "н/а", 1), "", False),
        (Standing(None, "н/а", is_current=False, status="absent"), "", True),
        (Standing(None, "осв.", is_current=False), "", False),
        (Standing(None, "п5", is_current=False), "", False),
        (Standing(None, ""), "", False),
    ],
)
def test_who_is_in_n_and_with_what(standing, number, is_counted):
    assert (standing.number, standing.is_counted) == (decimal(number), is_counted)


@pytest.mark.parametrize(
    ("marks", "work", "name", "passing", "good", "average"),
    [
        # a «2» for the work alone makes failing, whatever the disciplines say
        ("5 5", "2", "failing", 0, 0, "4,00"),
        ("4 з", "х", "failing", 0, 0, "4,00"),
        # whoever has not come to defend it has «н/а», which is in no mean
        ("5 5", "н/а", "failing", 0, 0, "5,00"),
        ("5 5", "5", "excellent", 1, 1, "5,00"),
        ("5 5", "4", "one_four", 1, 1, "4,67"),
        ("5 4", "3", "one_three", 1, 0, "4,00"),
        # not written yet, or by others of the group alone
        ("5 5", "", "excellent", 1, 1, "5,00"),
    ],
)
def test_a_course_work_counts_as_a_discipline(
    marks, work, name, passing, good, average
):
    line = StudentLine(1, "", "", group=1)
    for column, mark in (*enumerate(marks.split(), 1), (-1, work)):
        line.standings[column] = Standing(None, mark, is_current=False)
    found = figures_of([line])
    assert list(found.by_category) == [name]
    assert (found.rates.passing, found.rates.good) == (passing, good)
    assert found.mean == decimal(average)
    assert line.marks([1]) == marks.split()[:1]  # its discipline does not take it in


def test_a_later_course_work_does_not_take_the_place_of_a_failed_one():
    """In a year a discipline has one column, each of its course works its own."""
    ends = {1: date(2026, 12, 30), 2: date(2027, 6, 30)}
    marks = {1: "2", -1: "2", 2: "4", -2: "5"}
    columns = [TaughtCourse(pk, "", "", 1, 1, 1, 36, ends[abs(pk)]) for pk in marks]
    line = StudentLine(1, "", "", group=1)
    for pk, mark in marks.items():
        line.standings[pk] = Standing(None, mark, is_current=False)
    found = of_year(Statement(columns, [line], NONE))
    assert [one.pk for one in found.courses] == [-1, 2, -2]
    assert sorted(line.marks()) == ["2", "4", "5"]
