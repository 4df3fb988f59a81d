"""Files become cells, or are refused with a reason that a secretary understands."""

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journal.exchange.fields import ROSTER
from journal.exchange.reading import Refusal, read_workbook
from journal.exchange.reading.delimited import decode
from journal.exchange.tables import find_tables
from tests import hostile

ROOT = Path(__file__).resolve().parent.parent


def cells(data, name="список.xlsx"):
    (sheet,) = read_workbook(data, name).sheets
    return sheet.rows


# What is refused


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_malformed_file_is_refused_with_a_reason_and_leaves_nothing(
    name, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    file_name, make, word = hostile.FILES[name]
    data = make()
    started = time.perf_counter()
    with pytest.raises(Refusal) as caught:
        read_workbook(data, file_name)
    assert time.perf_counter() - started < 5
    told = str(caught.value)
    assert word in told
    assert told[0].isupper() and told.endswith(".")
    assert not any(word in told for word in ("Error", "Traceback", "zip", "panic"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="нет /proc")
def test_a_bomb_of_a_megabyte_costs_neither_memory_nor_time():
    program = (
        "import resource, sys\n"
        "from tests import hostile\n"
        "from journal.exchange.reading import Refusal, read_workbook\n"
        "data = sys.stdin.buffer.read()\n"
        "try:\n    read_workbook(data, 'a.xlsx')\n"
        "except Refusal as refusal:\n    print(refusal.message[:20])\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    for make in (hostile.bomb, hostile.lying_bomb, hostile.FILES["a cell far away"][1]):
        data = make()
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=data,
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            timeout=30,
        )
        message, own, childs = done.stdout.decode().splitlines()
        assert message.startswith(("после распаковки", "таблица слишком"))
        assert int(own) // 1024 < 300
        assert int(childs) // 1024 < 300


def test_the_bomb_is_the_one_that_was_meant():
    assert 0.4 < len(hostile.bomb()) / hostile.MB < 1.2


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr("journal.exchange.reading.workbook.SECONDS", 0.001)
    with pytest.raises(Refusal, match="слишком велика"):
        read_workbook(hostile.xlsx(), "a.xlsx")


def test_formulas_never_calculated_are_told_of():
    def dress(book, page):
        page.write_formula("A2", '=CONCAT("Соколова"," Анна")', None, "")
        page.write_formula("A3", "=NA()", None, "#N/A")

    book = read_workbook(hostile.xlsx([["ФИО"]], dress=dress), "a.xlsx")
    (warning,) = book.warnings
    assert "A2" in warning and "A3" in warning and "пересчёта" in warning
    with pytest.raises(Refusal, match="пересчёта"):
        find_tables(book, ROSTER)


# What is read


def test_the_content_decides_not_the_name():
    assert read_workbook(hostile.xlsx(), "a.xls").kind == "xlsx"
    assert read_workbook(hostile.xls([(0, 0, "ФИО")]), "a.xlsx").kind == "xls"
    assert read_workbook("ФИО\nИванов".encode(), "a.xlsx").kind == "csv"


def test_an_old_workbook_and_an_open_one_are_read():
    rows = [["ФИО", "Группа"], ["Соколова Анна", "ИС-11"]]
    cells_ = [(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    assert cells(hostile.xls(cells_)) == rows
    body = "".join(hostile.ods_row(*row) for row in rows)
    assert cells(hostile.ods(body)) == rows


def test_cells_keep_their_kind_and_lose_their_dirt():
    day, moment = datetime.date(2008, 9, 1), datetime.datetime(2008, 9, 1, 8, 30)

    def dress(book, page):
        short = book.add_format({"num_format": "dd.mm.yyyy"})
        long = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        page.write_datetime("A2", datetime.datetime(2008, 9, 1), short)
        page.write_datetime("B2", moment, long)
        page.write_formula("C2", "=2+2", None, 4)

    row = ["  Соколова\u00a0 Анна\u200b\n", 12.0, 2.5, True, "Иои\u0306", "'=1+1", " "]
    assert cells(hostile.xlsx([row], dress=dress)) == [
        ["Соколова Анна", 12, 2.5, True, "Иой", "=1+1"],
        [day, moment, 4, None, None, None],
    ]


def test_dates_of_a_mac_workbook_are_the_same_days():
    def dress(book, page):
        form = book.add_format({"num_format": "dd.mm.yyyy"})
        page.write_datetime("A1", datetime.datetime(2008, 9, 1), form)

    data = hostile.xlsx([], options={"date_1904": True}, dress=dress)
    assert cells(data) == [[datetime.date(2008, 9, 1)]]


def test_rows_keep_their_numbers_under_empty_ones():
    def dress(book, page):
        page.write("C4", "Соколова Анна")

    rows = cells(hostile.xlsx([], dress=dress))
    assert (len(rows), rows[3][2]) == (4, "Соколова Анна")


def test_a_hidden_sheet_is_marked_and_a_protected_one_is_read():
    def dress(book, page):
        page.protect("secret")
        book.add_worksheet("Проверки").hide()

    book = read_workbook(hostile.xlsx(dress=dress), "a.xlsx")
    assert [sheet.hidden for sheet in book.sheets] == [False, True]
    assert book.sheet("Список").rows[1][0] == "Соколова Анна Петровна"
    with pytest.raises(Refusal, match="нет листа"):
        book.sheet("Лист9")


# Text files

TABLE = "ФИО{0}Группа\nСоколова Анна{0}ИС-11\nЁжиков Пётр{0}ИС-12\n"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_and_delimiter_gives_the_same_cells(encoding, delimiter):
    book = read_workbook(TABLE.format(delimiter).encode(encoding), "а.csv")
    assert (book.delimiter, book.encoding.replace("-sig", "")) == (
        delimiter,
        encoding.replace("-sig", ""),
    )
    assert book.sheets[0].rows == [
        ["ФИО", "Группа"],
        ["Соколова Анна", "ИС-11"],
        ["Ёжиков Пётр", "ИС-12"],
    ]


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866"])
def test_old_code_pages_are_told_apart(encoding):
    text = TABLE.format(";")
    assert decode(text.encode(encoding)) == (text, encoding)


def test_a_column_with_commas_in_it_stays_one_column():
    rows = cells(
        "ФИО\nИванов Иван, староста\nПетров Пётр\nСидоров Фёдор".encode(), "a.csv"
    )
    assert rows[1] == ["Иванов Иван, староста"]


def test_the_separator_that_excel_declares_is_believed_and_counted_as_a_row():
    rows = cells("sep=,\nФИО,Группа\nИванов;Иван,ИС-11".encode(), "a.csv")
    assert rows[1:] == [["ФИО", "Группа"], ["Иванов;Иван", "ИС-11"]]


def test_quotes_and_new_lines_in_a_cell_are_one_cell():
    rows = cells('Тема;Часы\n"Введение;\nцели ""курса""";2\n'.encode(), "План.csv")
    assert rows[1] == ['Введение; цели "курса"', "2"]


def test_the_sheet_of_a_text_file_has_the_name_of_the_file():
    book = read_workbook("ФИО\nИванов Иван".encode(), "ИСП-110.csv")
    assert [sheet.name for sheet in book.sheets] == ["ИСП-110"]
