"""A report on paper."""

from xml.etree import ElementTree

from journal.reports.table import Column, Row
from journal.reports.writers import render
from journal.reports.writers.pdf import FOREIGN
from tests.reports import HOSTILE, MADE, listing, printed, statement


def test_the_pdf_claims_to_be_an_archive_document():
    data = render(statement(author="ГБПОУ"), "pdf")
    assert data.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in data
    assert b"/OutputIntent" in data and b"/Encrypt" not in data


def test_another_moment_gives_another_pdf():
    later = MADE.replace(year=2026)
    assert render(statement(), "pdf") != render(statement(created_at=later), "pdf")


def test_names_that_look_like_commands_are_printed():
    text = printed(listing(HOSTILE))
    assert [name for name in HOSTILE if name not in text] == []
    assert "root:" not in text


def test_a_sign_that_the_fonts_lack_does_not_cost_the_statement():
    text = printed(
        listing(["Ким 漢 😀", "Ёлкин", "Ғәлиә Ңүрһөт", "é ё й", "\ufffe\x01"])
    )
    assert "Ким □ □" in text and "Ёлкин" in text and "Ғәлиә Ңүрһөт" in text


def test_a_long_table_repeats_its_header_and_counts_its_pages():
    names = [f"Студент {number}" for number in range(150)]
    signatures = [("Директор", "Орлов"), ("Куратор", "Ким")]
    pages = printed(listing(names, signatures=signatures)).strip("\f").split("\f")
    assert len(pages) >= 3
    assert all(page.count("ФИО") == 1 for page in pages)
    for number, page in enumerate(pages, 1):
        assert f"стр. {number} из {len(pages)}" in page
    assert "Орлов" in pages[-1] and "Ким" in pages[-1]


def test_turned_titles_of_three_lines_do_not_collide():
    titles = [
        "Дискретная математика с элементами математической логики\nПетрова А. Б.",
        "Правовое обеспечение профессиональной деятельности\nСоколов И. К.",
        "Теория вероятностей и математическая статистика\nКим А. А.",
    ] * 5
    columns = [Column("name", "ФИО")] + [
        Column(f"c{x}", title, vertical=True, kind="number")
        for x, title in enumerate(titles)
    ]
    row = ["Константинопольский Константин", *[5] * len(titles)]
    boxes = _boxes(statement(columns=columns, rows=[row], totals=[]))
    assert len([word for word, _ in boxes if word == "Петрова"]) == 5
    overlapping = [
        (a, b)
        for i, (a, one) in enumerate(boxes)
        for b, two in boxes[i + 1 :]
        if min(one[2], two[2]) - max(one[0], two[0]) > 1
        and min(one[3], two[3]) - max(one[1], two[1]) > 1
    ]
    assert overlapping == []


def test_a_word_without_end_stays_in_its_column():
    table = listing(["А" * 300, "Ёлкин"])
    assert max(box[2] for _, box in _boxes(table)) <= 595 - 28  # the right margin


def _boxes(table):
    """Words of the PDF with their boxes (x0, y0, x1, y1) in points."""
    root = ElementTree.fromstring(printed(table, "-bbox"))
    return [
        (word.text, [float(word.get(k)) for k in ("xMin", "yMin", "xMax", "yMax")])
        for word in root.iter("{http://www.w3.org/1999/xhtml}word")
    ]


def test_every_sign_that_is_trusted_is_in_the_fonts():
    trusted = [chr(code) for code in range(0x2FFF) if not FOREIGN.match(chr(code))]
    assert len(trusted) > 500
    signs = " ".join(trusted)
    rows = [Row({"name": signs}), Row({"name": signs}, "bold"), ["漢", None]]
    columns = [Column("name", signs), Column("v", signs, vertical=True)]
    assert render(statement(columns=columns, rows=rows, totals=[]), "pdf")
