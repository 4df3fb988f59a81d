"""A report on the screen."""

import re

from journal.reports.table import Cell, Column, Section
from journal.reports.writers import (
    render,
)
from tests.reports import HOSTILE, Page, statement


def test_html_escapes_whatever_people_write():
    table = statement(
        title="<b>", lines=["<i>"], notes=["<u>"], stamp="<s>", issuer=["<a>"],
        warnings=["<em>"], signatures=[("<p1>", "<p2>")],
        columns=[Column("name", "<h1>", ("<h3>",)), Column("v", '"<x', vertical=True)],
        rows=[*[[name, None] for name in HOSTILE], Section("<tt>"), [Cell("<q>"), 1]],
        totals=[["<big>", 1]],
    )  # fmt: skip
    page = Page(table)
    strangers = set(page.tags) & {"b", "i", "u", "s", "a", "em", "h1", "h3", "script"}
    assert not strangers and not set(page.tags) & {"tt", "q", "big", "p1", "p2"}
    assert set(HOSTILE) <= set(page.texts())
    assert 'aria-label="&lt;b&gt;"' in render(table, "html")


def test_html_tells_a_screen_reader_what_heads_what():
    page = Page(statement())
    assert page.tags.count("caption") == 1
    assert page.cell("Экзамены")[1] == {"scope": "colgroup", "colspan": "2"}
    assert page.cell("Средний балл")[1] == {"scope": "col", "rowspan": "3"}
    assert page.cell("Ёлкин")[:2] == ("th", {"scope": "row", "class": "n l"})
    assert page.cell("Подгруппа 1")[1]["scope"] == "rowgroup"
    assert page.cell("Математика")[2] == "Математика\nПетрова А. Б."


def test_html_marks_a_failing_cell_and_a_faint_row():
    text = render(statement(), "html")
    assert '<td><span class="bad">2</span></td>' in text
    assert '<tr class="muted">' in text


def test_html_keeps_totals_in_the_foot():
    foot = re.search(r"<tfoot>(.*)</tfoot>", render(statement(), "html")).group(1)
    assert "Итого" in foot and "<td>3,67</td>" in foot
