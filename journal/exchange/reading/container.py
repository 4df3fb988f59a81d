"""What a file really is, and the bounds it must keep before anything parses it."""

import re
import struct
import zipfile
import zlib
from io import BytesIO

from journal.exchange.reading.workbook import Refusal

MAX_ENTRIES = 290
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
# Small parts full of repetition pack well without being a bomb.
RATIO_FROM = 1024 * 1024
ASC_WITHIN = 4_000  # bytes from the top in which a timetable of aSc does
PLX_WITHIN = 40_000  # bytes from the top in which a plan of ММИС says what it is

SAVE_AS = "откройте её в Excel или LibreOffice и сохраните как «Книга Excel (.xlsx)»"
PICTURE = "это картинка, а не таблица. Загрузите сам список в формате .xlsx или .csv."
ARCHIVE = "это архив. Распакуйте его и загрузите таблицу, которая лежит внутри."
DAMAGED = (
    "файл повреждён или обрезан: он скопировался или скачался не до конца. "
    "Откройте исходную таблицу, сохраните её заново и загрузите ещё раз."
)
LOCKED = (
    "файл защищён паролем на открытие. Откройте его в Excel, снимите пароль "
    "(Файл → Сведения → Защита книги) и сохраните."
)
RIGHTS = (
    "файл закрыт службой управления правами (IRM). Попросите владельца снять "
    "ограничение доступа и сохранить обычную копию."
)
BOMB = (
    "после распаковки файл оказывается огромным, таблицы такими не бывают. "
    "Скопируйте нужный список в новую книгу и загрузите её."
)
ENTITIES = (
    "внутри файла посторонние вставки (DTD), которых в таблицах Excel не бывает. "
    "Скопируйте данные в новую книгу и загрузите её."
)
WEB_PAGE = f"это веб-страница, хотя и с именем таблицы: {SAVE_AS}."

# BOF of a workbook, then FILEPASS (a write reservation may stand between): the
# parser takes the weakest of the ciphers for plain text.
XLS_LOCKED = re.compile(
    rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# (first bytes, what the person is told)
KNOWN_STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"II*\x00", PICTURE),
    (b"MM\x00*", PICTURE),
    (b"%PDF", "это документ PDF. Нужна сама таблица в формате .xlsx или .csv."),
    (b"{\\rtf", "это текст Word (RTF). Перенесите список в Excel и сохраните .xlsx."),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"SQLite format 3", "это база данных, а не таблица. Загрузите .xlsx или .csv."),
)

# (an entry of the zip, what the person is told)
STRANGERS_IN_ZIP: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", f"это двоичная книга .xlsb: {SAVE_AS}."),
    ("word/document.xml", "это документ Word. Перенесите список в Excel (.xlsx)."),
    ("ppt/presentation.xml", "это презентация. Загрузите таблицу .xlsx или .csv."),
    ("index/document.iwa", "это таблица Apple Numbers: выгрузите её в формат Excel."),
)


def identify(data: bytes) -> str:
    """«xlsx», «ods», «xls», «plx», «asc» or «text» by the content alone.

    Raises Refusal for an empty file and for whatever is plainly no table.
    """
    if not data.strip(b"\x00\r\n\t "):
        raise Refusal("файл пустой. Проверьте, что таблица сохранена, и загрузите её.")
    for start, message in KNOWN_STRANGERS:
        if data.startswith(start):
            raise Refusal(message)
    bitmap = data.startswith(b"BM") and data[6:10] == bytes(4)
    if bitmap or data.startswith(b"RIFF") or data[4:8] == b"ftyp":
        raise Refusal(PICTURE)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _identify_zip(data)
    if data.startswith(OLE):
        return _identify_ole(data)
    head = data[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\x00", b"")
    head = head.lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise Refusal(WEB_PAGE)
    if head.startswith((b"<?xml", b"<!doctype", b"<workbook", b"<timetable")):
        if b"dsMMISDB" in data[:PLX_WITHIN].replace(b"\x00", b""):
            return "plx"
        if b"<timetable" in data[:ASC_WITHIN].replace(b"\x00", b""):
            return "asc"
        raise Refusal(f"это файл XML, а не таблица. Если это выгрузка: {SAVE_AS}.")
    return "text"


def _identify_ole(data: bytes) -> str:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("DRMEncrypted") or has("DRMContent"):
        raise Refusal(RIGHTS)
    if has("EncryptedPackage") or XLS_LOCKED.search(data):
        raise Refusal(LOCKED)
    if has("WordDocument"):
        raise Refusal("это документ Word. Перенесите список в Excel (.xlsx).")
    if has("PowerPoint Document"):
        raise Refusal("это презентация. Загрузите таблицу .xlsx или .csv.")
    return "xls"


def _identify_zip(data: bytes) -> str:
    archive = _open(data)
    entries = {_plain(info.filename): info for info in archive.infolist()}
    names = set(entries)
    for entry, message in STRANGERS_IN_ZIP:
        if entry in names:
            raise Refusal(message)
    if any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        if b"opendocument.spreadsheet" in _unpack(data, entries["mimetype"], 200):
            return "ods"
        raise Refusal("это документ LibreOffice, но не таблица. Загрузите .xlsx.")
    office = not names or any(name.startswith("xl/") for name in names)
    raise Refusal(DAMAGED if office else ARCHIVE)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _open(data: bytes) -> zipfile.ZipFile:
    # Counted in the bytes, before the central directory is turned into objects.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES + 20:
        raise Refusal(BOMB)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise Refusal(DAMAGED) from error
    if len(archive.infolist()) > MAX_ENTRIES:
        raise Refusal(BOMB)
    return archive


def check_zip(data: bytes) -> list[str]:
    """Keep the bounds on the bytes that really come out; warnings in return.

    ≤ 200 entries, ≤ 50 MB unpacked in sum and each, ratio ≤ 100 (of entries
    over 1 MB), no DTD, no password. Nothing is kept and nothing touches the
    disk. Raises Refusal.
    """
    archive = _open(data)
    entries = archive.infolist()
    if any(info.flag_bits & 0x1 for info in entries):
        raise Refusal(LOCKED)
    if sum(info.file_size for info in entries) > MAX_UNPACKED:
        raise Refusal(BOMB)
    total = 0
    formulas: list[str] = []
    for info in entries:
        content = _unpack(data, info, MAX_UNPACKED - total)
        total += len(content)
        name = _plain(info.filename)
        if name.endswith((".xml", ".rels", ".vml")):
            _refuse_declarations(content)
        if name == "meta-inf/manifest.xml" and b"encryption-data" in content:
            raise Refusal(LOCKED)
        if name.startswith("xl/worksheets/sheet"):
            formulas += _unanswered_formulas(content)
    if not formulas:
        return []
    cells = ", ".join(formulas[:5])
    return [
        f"Есть формулы без вычисленного значения или с ошибкой ({cells}): такие "
        "ячейки читаются пустыми. Откройте файл в Excel, дождитесь пересчёта "
        "и сохраните."
    ]


def _unpack(data: bytes, info: zipfile.ZipInfo, room: int) -> bytes:
    """The entry's bytes by its own deflate stream, whatever the header claims."""
    header = data[info.header_offset : info.header_offset + 30]
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise Refusal(DAMAGED)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = info.header_offset + 30 + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if len(packed) < info.compress_size:
        raise Refusal(DAMAGED)
    if info.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        content = _inflate(packed, room)
    else:
        raise Refusal(DAMAGED)
    if len(content) > room:
        raise Refusal(BOMB)
    if len(content) > RATIO_FROM and len(content) > MAX_RATIO * len(packed):
        raise Refusal(BOMB)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise Refusal(DAMAGED)
    return content


def _inflate(packed: bytes, room: int) -> bytes:
    stream = zlib.decompressobj(-15)
    try:
        content = stream.decompress(packed, room + 1)
    except zlib.error as error:
        raise Refusal(DAMAGED) from error
    if len(content) <= room and not stream.eof:
        raise Refusal(DAMAGED)
    return content


def _refuse_declarations(content: bytes) -> None:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:4]:
        content = content.replace(b"\x00", b"")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refusal(ENTITIES)


# A formula whose <v> is missing or empty, or whose value is an error.
UNANSWERED = re.compile(
    rb"<c ([^<>]*)>\s*(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
    rb'|<c ([^<>]*\bt="e"[^<>]*)>'
)


def _unanswered_formulas(content: bytes) -> list[str]:
    if b"<f" not in content and b't="e"' not in content:
        return []
    found = []
    for match in UNANSWERED.finditer(content[: 8 * 1024 * 1024]):
        cell = re.search(rb'\br="([A-Z]{1,3}\d{1,7})"', match[1] or match[2])
        found.append(cell[1].decode() if cell else "?")
        if len(found) == 20:
            break
    return found
