"""A report in Excel."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from journal.reports.table import Column, Section, Table
from journal.reports.writers import (
    render,
)
from tests.reports import (
    HOSTILE,
    MADE,
    find,
    listing,
    sheet_of,
    statement,
)


def test_a_cell_that_looks_like_a_formula_stays_text():
    sheet = sheet_of(listing([*HOSTILE, "\t=1", "  =1"]))
    for name in [*HOSTILE, "  =1"]:
        cell = find(sheet, name)
        assert (cell.data_type, cell.hyperlink) == ("s", None)
    # Edited and confirmed, the text would become a formula without Excel's own mark.
    assert find(sheet, "=1+1").quotePrefix and find(sheet, "  =1").quotePrefix
    assert not find(sheet, "http://example.org").quotePrefix


def test_no_formula_and_no_link_is_anywhere_in_the_workbook():
    bad = "=cmd|'/c calc'!A1"
    table = statement(
        title=bad, issuer=[bad], lines=[bad], warnings=[bad], notes=[bad], stamp=bad,
        signatures=[(bad, bad)], rows=[Section(bad)], totals=[], author=bad,
        columns=[Column("a", bad, (bad,)), Column("b", bad, (bad,), vertical=True)],
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(render(table, "xlsx"))) as book:
        markup = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in markup and "hyperlink" not in markup
    assert bad in [c.value for row in sheet_of(table) for c in row]


def test_numbers_and_dates_are_numbers_and_dates_in_excel():
    row = next(row for row in sheet_of(statement()) if row[1].value == "Ёлкин Пётр")
    values = [c.value for c in row]
    assert values[:7] == [1, "Ёлкин Пётр", 5, "зачёт", 4.335, 12, 0]
    assert values[7:] == [87.25, datetime(2025, 9, 1)]
    assert [c.number_format for c in row[4:9]] == [
        "0.00", "0", "0", '0.0"\u00a0%"', "dd.mm.yyyy",
    ]  # fmt: skip


def test_excel_gets_what_it_cannot_count_as_text():
    table = Table(
        "Числа",
        [Column("a", "А", kind="number"), Column("b", "Б")],
        [[float("nan"), 5], [float("inf"), date(1899, 1, 1)], ["я" * 40_000, True]],
        created_at=MADE,
    )
    rows = list(sheet_of(table).iter_rows(values_only=True))
    assert (None, "5") in rows or ("", "5") in rows
    assert any(row[1] == "01.01.1899" for row in rows)
    assert any(row[0] == "я" * 32_767 and row[1] == "да" for row in rows)


def test_grouped_headings_are_merged_in_excel():
    sheet = sheet_of(statement())
    top = find(sheet, "Экзамены").row
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {f"C{top}:D{top}", f"F{top}:G{top}", f"A{top}:A{top + 2}"} <= merged
    assert f"F{top + 1}:F{top + 2}" in merged
    assert find(sheet, "Право").alignment.textRotation == 90
    assert "A1:I1" in merged  # the issuer, in the middle of the page


def test_the_workbook_is_ready_to_print():
    sheet = sheet_of(statement(paper="A3"))
    top = find(sheet, "Экзамены").row
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 8
    assert (
        sheet.page_setup.fitToHeight == 0
        and sheet.sheet_properties.pageSetUpPr.fitToPage
    )
    assert sheet.print_title_rows == f"${top}:${top + 2}"
    assert sheet.freeze_panes == f"C{top + 3}"
    assert sheet.oddFooter.left.text == "Журнал ＆ Ко"
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


def test_the_properties_name_nobody_but_the_author():
    book = load_workbook(io.BytesIO(render(statement(author="ГБПОУ"), "xlsx")))
    assert (book.properties.creator, book.properties.title) == (
        "ГБПОУ",
        "Сводная ведомость успеваемости",
    )
    assert not load_workbook(io.BytesIO(render(statement(), "xlsx"))).properties.creator


@pytest.mark.parametrize("title", ["[a]:*?/\\'", "'", "щ" * 90, "\x00"])
def test_any_title_makes_a_sheet_name(title):
    assert 1 <= len(sheet_of(statement(title=title)).title) <= 31


def test_digits_of_a_stamp_do_not_enlarge_its_letters():
    foot = sheet_of(statement(stamp="99 бутылок")).oddFooter.left
    assert (foot.size, foot.text.strip()) == (8, "99 бутылок")
