"""What every format of a report does alike, and the names of the files."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.reports.table import Cell, Column, Row, Section, Table
from journal.reports.writers import (
    WRITERS,
    ReportTooLargeError,
    file_name,
    render,
)
from tests.reports import Page, listing, printed, sheet_of, statement


def test_the_same_table_says_the_same_in_three_formats():
    table = statement()
    workbook = [str(c.value) for row in sheet_of(table).iter_rows() for c in row]
    texts = {
        "html": " ".join(Page(table).texts()) + render(table, "html"),
        "xlsx": " ".join(workbook),
        "pdf": printed(table),
    }
    said = ["Министерство образования", "ГБПОУ «Техникум»", table.title, *table.lines]
    said += [*table.warnings, *table.notes, "Заместитель директора", "Смирнова О. В."]
    said += ["Ёлкин Пётр", "Щукина Юлия", "зачёт", "Подгруппа 1", "Итого", "12"]
    missing = [
        (f, word) for f, text in texts.items() for word in said if word not in text
    ]
    assert missing == []


@pytest.mark.parametrize("format", WRITERS)
def test_an_empty_table_says_why_it_is_empty(format):
    table = statement(rows=[], totals=[], empty="В группе нет студентов.")
    text = {
        "html": lambda: render(table, "html"),
        "xlsx": lambda: str([c.value for row in sheet_of(table) for c in row]),
        "pdf": lambda: printed(table),
    }[format]()
    assert "В группе нет студентов." in text
    assert "Фамилия, имя, отчество" in text


@pytest.mark.parametrize("format", WRITERS)
def test_the_same_table_gives_the_same_bytes(format):
    assert render(statement(), format) == render(statement(), format)


@pytest.mark.parametrize("format", WRITERS)
def test_a_report_beyond_all_measure_is_refused_with_advice(format):
    rows = [[1, "а"]] * (WRITERS[format].cells // 2 + 1)
    table = Table("Журнал", listing([]).columns, rows)
    with pytest.raises(
        ReportTooLargeError, match=r"Отчёт слишком велик.*Сузьте период"
    ):
        render(table, format)


def test_file_names_are_latin_and_harmless():
    name = file_name("Сводная ведомость: «ИС-21» / объём щёк", "pdf", date(2025, 9, 1))
    assert name == "svodnaya-vedomost-is-21-obem-shchek_2025-09-01.pdf"
    assert file_name("../../etc/passwd", "xlsx") == "etc-passwd.xlsx"
    assert file_name("a\r\nSet-Cookie: x", "pdf") == "a-set-cookie-x.pdf"
    assert file_name("漢字", "pdf") == "report.pdf"
    assert file_name("CON", "pdf") == "report-con.pdf"
    assert len(file_name("щ" * 300, "pdf")) == 84


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_people_type_every_format_comes_out(one, other):
    table = statement(
        title=one, issuer=[other], lines=[one], warnings=[other], notes=[one], stamp=other,
        columns=[Column("a", other, (one,)), Column("b", one, (one,), vertical=True)],
        rows=[Section(one), [one, other], Row([other, Cell(one, "bad")], "bold")],
        totals=[[other, one]], signatures=[(one, other)], author=other, empty=one,
    )  # fmt: skip
    for format in WRITERS:
        assert render(table, format)
    sheet_of(table)
