"""Reports: a small statement, and ways to look at what the writers made of it."""

import io
import shutil
import subprocess
from datetime import UTC, date, datetime
from html.parser import HTMLParser

from openpyxl import load_workbook

from journal.reports.table import Cell, Column, Row, Section, Table
from journal.reports.writers import render
from tests.conftest import lacking

MADE = datetime(2025, 11, 22, 21, 30, tzinfo=UTC)
HOSTILE = [
    "=1+1",
    "==1+1",
    "+7 900",
    "-2+3",
    "@SUM(A1)",
    "{=1}",
    "http://example.org",
    "internal:Sheet!A1",
    "<script>alert(1)</script>",
    '#read("/etc/passwd")',
    '"}; panic()',
    "&amp; \\ $x$ *b* _i_ // c",
]


def statement(**changes):
    """A small statement: headings over headings, turned titles, totals, signatures."""
    columns = [
        Column("n", "№", kind="number"),
        Column("name", "Фамилия, имя, отчество"),
        Column("math", "Математика\nПетрова А. Б.", ("Экзамены",), vertical=True, kind="number"),
        Column("law", "Право", ("Экзамены",), vertical=True, kind="number"),
        Column("mean", "Средний балл", kind="number", decimals=2),
        Column("all", "всего", ("Пропущено часов",), kind="hours"),
        Column("bad", "неуваж.", ("Пропущено часов", "из них"), kind="hours"),
        Column("share", "% посещ.", kind="percent", decimals=1),
        Column("day", "Дата", kind="date"),
    ]  # fmt: skip
    first = [1, "Ёлкин Пётр", 5, "зачёт", 4.335, 12, 0, 87.25, date(2025, 9, 1)]
    second = {"n": 2, "name": "Щукина Юлия", "math": Cell(2, "bad"), "mean": 3}
    fields = {
        "title": "Сводная ведомость успеваемости",
        "issuer": ["Министерство образования", "ГБПОУ «Техникум»"],
        "lines": ["группа ИС-21 · по состоянию на 22.11.2025"],
        "warnings": ["Журнал заполнен не полностью."],
        "columns": columns,
        "rows": [Section("Подгруппа 1"), first, Row(second, "muted")],
        "totals": [{"name": "Итого", "mean": 3.67, "all": 12}],
        "notes": ["Условные обозначения: н/а — не аттестован."],
        "signatures": [("Заместитель директора", "Смирнова О. В."), ("Куратор", "")],
        "orientation": "landscape",
        "stamp": "Журнал & Ко",
        "created_at": MADE,
    }
    return Table(**fields | changes)


def listing(names, **changes):
    return Table(
        "Список",
        [Column("n", "№", kind="number"), Column("name", "ФИО")],
        rows=list(enumerate(names, 1)),
        created_at=MADE,
        **changes,
    )


class Page(HTMLParser):
    """What a browser makes of the fragment: tags in order, cells with their text."""

    def __init__(self, table):
        super().__init__()
        self.tags, self.cells = [], []
        self.feed(render(table, "html"))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag in ("th", "td"):
            self.cells.append((tag, dict(attrs), ""))
        if tag == "br":
            self.handle_data("\n")

    def handle_data(self, data):
        if self.cells:
            tag, attrs, text = self.cells[-1]
            self.cells[-1] = (tag, attrs, text + data)

    def texts(self):
        return [text for _, _, text in self.cells]

    def cell(self, start):
        return next(cell for cell in self.cells if cell[2].startswith(start))


def sheet_of(table):
    return load_workbook(io.BytesIO(render(table, "xlsx"))).worksheets[0]


def find(sheet, text):
    return next(c for row in sheet.iter_rows() for c in row if c.value == text)


def printed(table, *options):
    if not shutil.which("pdftotext"):
        lacking("pdftotext", "pdftotext is not installed")
    command = ["pdftotext", "-layout", *options, "-", "-"]
    data = render(table, "pdf")
    return subprocess.run(
        command, input=data, capture_output=True, check=True
    ).stdout.decode()
