"""The shape of a report and how its values are shown."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from journal.reports.table import Cell, Column, header
from journal.reports.writers import (
    WRITERS,
    file_name_of,
    render,
)
from journal.reports.writers.layout import shown
from tests.reports import MADE, statement


def test_equal_neighbouring_headings_merge_and_others_reach_down():
    grid = header(statement().columns)
    spans = [[(h.text, h.x, h.colspan, h.rowspan) for h in row] for row in grid]
    assert spans[0] == [
        ("№", 0, 1, 3),
        ("Фамилия, имя, отчество", 1, 1, 3),
        ("Экзамены", 2, 2, 1),
        ("Средний балл", 4, 1, 3),
        ("Пропущено часов", 5, 2, 1),
        ("% посещ.", 7, 1, 3),
        ("Дата", 8, 1, 3),
    ]
    assert ("всего", 5, 1, 2) in spans[1] and ("из них", 6, 1, 1) in spans[1]
    assert spans[2] == [("неуваж.", 6, 1, 1)]


def test_the_same_heading_over_distant_columns_stays_two_headings():
    columns = [Column("a", "1", ("А",)), Column("b", "2"), Column("c", "3", ("А",))]
    assert [h.text for h in header(columns)[0]] == ["А", "2", "А"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": [Column("a", "А"), Column("a", "Б")]}, "repeat: a"),
        ({"columns": []}, "needs columns"),
        ({"orientation": "upright"}, "orientation"),
        ({"paper": "A5"}, "paper"),
        ({"created_at": datetime(2025, 1, 1)}, "aware"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        statement(**changes)


@pytest.mark.parametrize("row", [[1, "а"], {"nmae": "а"}, "123456789"])
def test_a_row_that_does_not_match_the_columns_is_refused_by_every_format(row):
    for format in WRITERS:
        with pytest.raises(ValueError, match="row 1"):
            render(statement(rows=[row]), format)


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (5, Column("a", "", kind="number"), "5"),
        (4.5, Column("a", "", kind="number"), "4,5"),
        (4.0, Column("a", "", kind="number"), "4"),
        (4.335, Column("a", "", kind="number", decimals=2), "4,34"),
        (2.5, Column("a", "", kind="number", decimals=0), "3"),
        (Decimal("1.005"), Column("a", "", kind="number", decimals=2), "1,01"),
        (5, Column("a", "", kind="number", decimals=2), "5,00"),
        # a Decimal has the digits it has: figures of one row look alike
        (Decimal("4.00"), Column("a", "", kind="number"), "4,00"),
        (Decimal(5), Column("a", "", kind="number"), "5"),
        (Decimal("4.3356"), Column("a", "", kind="number"), "4,34"),
        (-3, Column("a", "", kind="number"), "−3"),
        (-0.001, Column("a", "", kind="number", decimals=1), "0,0"),
        (87.25, Column("a", "", kind="percent", decimals=1), "87,3\u00a0%"),
        (float("nan"), Column("a", "", kind="percent"), ""),
        (float("inf"), Column("a", "", kind="number"), ""),
        ("н/а", Column("a", "", kind="number"), "н/а"),
        (None, Column("a", ""), ""),
        (date(2025, 9, 1), Column("a", "", kind="date"), "01.09.2025"),
        (True, Column("a", ""), "да"),
        (Cell(2, "bad"), Column("a", "", kind="number"), "2"),
        ("а\x00\x1b\u202eб\ud800", Column("a", ""), "аб"),
    ],
)
def test_values_are_shown_the_russian_way(value, column, text):
    assert shown(value, column) == text


def test_moments_are_shown_in_the_institutions_time(settings):
    settings.TIME_ZONE = "Asia/Vladivostok"
    table = statement()
    assert shown(MADE, Column("a", "", kind="date")) == "23.11.2025 07:30"
    assert "Дата составления: 23.11.2025" in render(table, "html")
    assert file_name_of(table, "pdf") == "svodnaya-vedomost-uspevaemosti_2025-11-23.pdf"
