"""Files that no importer may swallow, made by code: name → (file name, content)."""

import functools
import io
import struct
import zipfile

import xlsxwriter

MB = 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

ROSTER = [
    ["ФИО", "Группа"],
    ["Соколова Анна Петровна", "ИС-11"],
    ["Лебедев Пётр Ильич", "ИС-11"],
]


def xlsx(rows=ROSTER, sheet="Список", options=None, dress=None):
    """A workbook as bytes; `dress(book, sheet)` may add what rows cannot say."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options or {}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        if dress:
            dress(book, page)
    return file.getvalue()


def zipped(entries, level=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", level) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def rezipped(data, **changes):
    """The workbook with entries replaced (None: removed); keys: sheet, workbook …"""
    paths = {
        "sheet": "xl/worksheets/sheet1.xml",
        "workbook": "xl/workbook.xml",
        "strings": "xl/sharedStrings.xml",
    }
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for key, content in changes.items():
        path = paths.get(key, key)
        if content is None:
            entries.pop(path)
        else:
            entries[path] = content
    return zipped(entries)


def sheet_xml(cells, declaration=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{declaration}<worksheet xmlns="{MAIN}">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


def cell(reference, text):
    return (
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{reference}" '
        f't="inlineStr"><is><t>{text}</t></is></c></row>'
    )


def ole(streams):
    """A compound file; every stream is padded to the 4,096 bytes of a regular one."""
    chains, sectors, entries = [0xFFFFFFFD, 0xFFFFFFFE], [], []
    for name, content in streams.items():
        content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
        first, count = len(chains), len(content) // 512
        chains += [*range(first + 1, first + count), 0xFFFFFFFE]
        sectors.append(content)
        entries.append(_entry(name, 2, first, len(content)))
    child = len(streams)
    root = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1 if child else 0xFFFFFFFF)
    directory = (root + b"".join(entries))[:512].ljust(512, b"\0")
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff" * 4 * 108
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(512, b"\xff")
    return header + table[:512] + directory + b"".join(sectors)


def _entry(name, kind, start, size, child=0xFFFFFFFF):
    text = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ", text.ljust(64, b"\0"), len(text), kind, 1,
        0xFFFFFFFF, 0xFFFFFFFF, child, 0, start, size,
    )  # fmt: skip


def xls(cells, before=b""):
    """A BIFF8 workbook with one sheet; cells are (row, column, text)."""

    def record(kind, content):
        return struct.pack("<HH", kind, len(content)) + content

    def string(text, length="<H"):
        return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")

    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 0x600)) + before
    name = string("Список", "<B")
    length = len(start) + 4 + 6 + len(name) + 4
    book = start + record(0x85, struct.pack("<IBB", length, 0, 0) + name)
    book += record(0x0A, b"")
    page = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 0x600))
    for row, column, text in cells:
        page += record(0x204, struct.pack("<HHH", row, column, 0) + string(text))
    return ole({"Workbook": book + page + record(0x0A, b"")})


def ods(body, **more):
    namespaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = more.pop("kind", "spreadsheet")
        mimetype = f"application/vnd.oasis.opendocument.{kind}"
        archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {namespaces}><office:body>'
            f'<office:spreadsheet><table:table table:name="Л">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", more.get("manifest", "<manifest/>"))
    return file.getvalue()


def ods_row(*texts, repeated=""):
    cells = "".join(
        f'<table:table-cell office:value-type="string"{repeated}>'
        f"<text:p>{text}</text:p></table:table-cell>"
        for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


@functools.cache
def bomb():
    """0.8 MB that unpack into 125 MB of one sheet."""
    row = "".join(f'<c r="A1" t="inlineStr"><is><t>{n}</t></is></c>' for n in range(19))
    rows = (f"<row>{row}</row>" * 1000 for _ in range(131))
    return rezipped(xlsx(), sheet=sheet_xml("".join(rows)))


@functools.cache
def lying_bomb():
    """The same, with the sizes of the sheet understated in the central directory."""
    data = bytearray(bomb())
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        size = struct.unpack_from("<I", data, place + 24)[0]
        if size > MB:
            struct.pack_into("<I", data, place + 24, 10_000)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def locked_zip():
    data = bytearray(xlsx())
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


def chart_only():
    def dress(book, page):
        book.add_chartsheet("Диаграмма")

    data = xlsx(dress=dress)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        workbook = archive.read("xl/workbook.xml").decode()
    start = workbook.index("<sheet ")
    workbook = workbook[:start] + workbook[workbook.index("<sheet ", start + 1) :]
    return rezipped(data, workbook=workbook)


def no_sheet():
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        workbook = archive.read("xl/workbook.xml").decode()
    start, end = workbook.index("<sheets>"), workbook.index("</sheets>")
    return rezipped(xlsx(), workbook=workbook[:start] + "<sheets>" + workbook[end:])


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FOREIGN = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
NAMES = "\n".join(f"Соколова Анна {n}" for n in range(5))
REPEATED = ' table:number-columns-repeated="16000"'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)
NOISE = bytes((n * 7919 + n // 3) % 256 for n in range(5000))

# name: (file name, how to make it, a word of the reason)
FILES = {
    "nothing": ("a.xlsx", lambda: b"", "пустой"),
    "only spaces": ("a.csv", lambda: b" \r\n\r\n\t" * 9, "пустой"),
    "a picture": ("список.xlsx", lambda: PNG, "картинка"),
    "a photo": ("список.xls", lambda: b"\xff\xd8\xff\xe0" + NOISE, "картинка"),
    "a bitmap": ("a.csv", lambda: b"BM\x9a\x01\0\0\0\0\0\0" + NOISE, "картинка"),
    "a webp": ("a.xlsx", lambda: b"RIFF\x24\0\0\0WEBPVP8 " + NOISE, "картинка"),
    "a pdf": ("a.xlsx", lambda: b"%PDF-1.7\n" + NOISE, "PDF"),
    "rich text": ("a.xls", lambda: rb"{\rtf1\ansi \'d4\'c8\'ce}", "Word"),
    "a word document": ("a.xlsx", lambda: zipped({"word/document.xml": "<w/>"}), "Word"),
    "an old word document": ("a.xls", lambda: ole({"WordDocument": b"w"}), "Word"),
    "slides": ("a.xlsx", lambda: zipped({"ppt/presentation.xml": "<p/>"}), "презент"),
    "a binary workbook": ("a.xlsx", lambda: zipped({"xl/workbook.bin": b"1"}), "xlsb"),
    "numbers": ("a.xlsx", lambda: zipped({"Index/Document.iwa": b"1"}), "Numbers"),
    "an archive": ("a.xlsx", lambda: zipped({"список.xlsx": xlsx()}), "архив"),
    "a rar": ("a.xlsx", lambda: b"Rar!\x1a\x07\x00" + NOISE, "архив"),
    "a database": ("a.csv", lambda: b"SQLite format 3\0" + NOISE, "база данных"),
    "a web page": ("a.xls", lambda: "<html><table>ФИО</table>".encode(), "веб-стран"),
    "an xml table": ("a.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "XML"),
    "cut in half": ("a.xlsx", lambda: xlsx()[: len(xlsx()) // 2], "обрезан"),
    "cut at the end": ("a.xlsx", lambda: xlsx()[:-30], "обрезан"),
    "empty archive": ("a.xlsx", lambda: zipped({}), "повреждён"),
    "a byte flipped": ("a.xlsx", lambda: flipped(xlsx()), "повреждён"),
    "no workbook part": ("a.xlsx", lambda: rezipped(xlsx(), workbook=None), "повреждён"),
    "no sheet part": ("a.xlsx", lambda: rezipped(xlsx(), sheet=None), "повреждён"),
    "broken xml": (
        "a.xlsx", lambda: rezipped(xlsx(), sheet=sheet_xml("<row><c></row>")), "повреждён"
    ),
    "a sheet that is text": ("a.xlsx", lambda: rezipped(xlsx(), sheet=b"hi"), "повреждён"),
    "no sheet": ("a.xlsx", no_sheet, "нет ни одного листа"),
    "only a chart": ("a.xlsx", chart_only, "нет ни одного листа"),
    "a password": ("a.xlsx", lambda: ole({"EncryptedPackage": b"1"}), "парол"),
    "a zip password": ("a.xlsx", locked_zip, "парол"),
    "an old password": (
        "a.xls", lambda: xls([], struct.pack("<HHHHH", 0x2F, 6, 0, 7, 9)), "парол"
    ),
    "an ods password": (
        "a.ods", lambda: ods("", manifest="<m><encryption-data/></m>"), "парол"
    ),
    "rights management": (
        "a.xlsx", lambda: ole({"DRMEncryptedTransform": b"1"}), "IRM"
    ),
    "a cut old workbook": ("a.xls", lambda: xls([(0, 0, "ФИО")])[:1200], "повреждён"),
    "a damaged old workbook": ("a.xls", lambda: ole({"Workbook": NOISE}), "повреждён"),
    "an odt": ("a.ods", lambda: ods("", kind="text"), "не таблица"),
    "laughs": (
        "a.xlsx",
        lambda: rezipped(xlsx(), sheet=sheet_xml(cell("A1", "&c;"), LAUGHS)),
        "DTD",
    ),
    "a foreign entity": (
        "a.xlsx",
        lambda: rezipped(xlsx(), strings=sheet_xml(cell("A1", "&x;"), FOREIGN)),
        "DTD",
    ),
    "a dtd in utf-16": (
        "a.xlsx",
        lambda: rezipped(
            xlsx(), sheet=sheet_xml("", FOREIGN).decode().encode("utf-16")
        ),
        "DTD",
    ),
    "too large": ("a.csv", lambda: b"1;" * 3 * MB, "больше 5 МБ"),
    "too many parts": (
        "a.xlsx",
        lambda: zipped({f"xl/{n}.xml": "" for n in range(300)} | {"xl/workbook.xml": ""}),
        "огромн",
    ),
    "a bomb": ("a.xlsx", bomb, "огромн"),
    "a bomb that lies": ("a.xlsx", lying_bomb, "огромн"),
    "a spring": (
        "a.xlsx", lambda: rezipped(xlsx(), sheet=b" " * 20 * MB), "огромн"
    ),
    "a cell far away": (
        "a.xlsx",
        lambda: rezipped(
            xlsx(), sheet=sheet_xml(cell("A1", "ФИО") + cell("XFD1048576", "x"))
        ),
        "велика",
    ),
    "a cell far down": (
        "a.xlsx", lambda: rezipped(xlsx(), sheet=sheet_xml(cell("A30000", "x"))),
        "строка 30000",
    ),
    "an old cell far away": (
        "a.xls", lambda: xls([(0, 0, "ФИО"), (65535, 255, "x")]), "велика"
    ),
    "an ods repeated": (
        "a.ods",
        lambda: ods(ods_row("x", repeated=REPEATED) * 100),
        "велика",
    ),
    "too many columns": ("a.xlsx", lambda: xlsx([["x"] * 600]), "столбцов больше"),
    "a huge cell": ("a.xlsx", lambda: xlsx([["ФИО", "я" * 20_000]]), "столбец B"),
    "too many rows": ("a.csv", lambda: "Я;1\n".encode() * 30_000, "строк больше"),
    "noise": ("a.csv", lambda: NOISE, "не похож"),
    "spoilt letters": (
        "a.csv", lambda: (NAMES.encode().decode("cp1251", "replace")).encode(), "испорчен"
    ),
    "lost letters": ("a.csv", lambda: f"ФИО\n{'�' * 9}".encode(), "испорчен"),
    "cut in a letter": ("a.csv", lambda: (NAMES * 9 + "\nЯ").encode()[:-1], "обрезан"),
    "half of utf-16": (
        "a.csv", lambda: b"\xff\xfe" + NAMES.encode("utf-16-le")[:-1], "кодировк"
    ),
    "an open quote": ("a.csv", lambda: f'ФИО\n"{NAMES * 2000}'.encode(), "кавычка"),
    "a strange code page": ("a.csv", lambda: ("名簿,学級,\n" * 9).encode("shift_jis"), "кодировк"),
}  # fmt: skip


def flipped(data):
    place = data.index(b"xl/worksheets/sheet1.xml") + 60
    return data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
