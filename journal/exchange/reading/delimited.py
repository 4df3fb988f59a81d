"""csv and txt: which encoding, which delimiter; refused rather than misread."""

import csv
import re
from collections import Counter
from io import StringIO
from pathlib import PurePath

from journal.exchange.reading import workbook as limits
from journal.exchange.reading.container import DAMAGED
from journal.exchange.reading.spreadsheet import rectangle
from journal.exchange.reading.text import clean_cell
from journal.exchange.reading.workbook import Cell, Refusal, Sheet, column_letter

DELIMITERS = ";\t,|"
ENCODINGS = ("cp1251", "koi8-r", "cp866")

BINARY = (
    "это не таблица: файл не похож ни на книгу Excel, ни на текст. "
    "Загрузите список в формате .xlsx или .csv."
)
UNREADABLE = (
    "не удалось понять кодировку текста, буквы превратились бы в знаки. Откройте файл "
    "в Excel и сохраните как «Книга Excel (.xlsx)» или «CSV UTF-8»."
)
SPOILT = (
    "текст в файле уже испорчен неверной кодировкой (вместо букв «Рџ», «�»). "
    "Выгрузите таблицу заново, лучше в формат .xlsx."
)
QUOTES = (
    "в файле CSV не закрыта кавычка, поэтому строки слиплись. "
    "Сохраните таблицу из Excel заново, лучше в формат .xlsx."
)


def read_delimited(data: bytes, name: str) -> tuple[Sheet, str, str]:
    """(sheet named by the file's stem, encoding, delimiter) of a text file.

    Raises Refusal for binary content, text whose encoding cannot be told or is
    already broken, and tables over the limits.
    """
    text, encoding = decode(data)
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r"\s*sep=(.)\s*", first)  # Excel's own convention
    if declared:
        text, delimiter = rest, declared[1]
    else:
        delimiter = find_delimiter(text)
    sheet_name = str(clean_cell(PurePath(name).stem) or "CSV")
    rows = _rows(text, delimiter, sheet_name)
    if declared:
        rows.insert(0, [])
    return Sheet(sheet_name, rectangle(rows)), encoding, delimiter


def decode(data: bytes) -> tuple[str, str]:
    """(text, encoding). Raises Refusal rather than let wrong letters through."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _checked(_try(data, encoding)), encoding
    if b"\x00" in data[:4000]:
        even, odd = data[0:4000:2].count(0), data[1:4000:2].count(0)
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        if abs(odd - even) < len(data[:4000]) // 20:
            raise Refusal(BINARY)
        return _checked(_try(data, encoding)), encoding
    text = _try(data, "utf-8")
    if text is not None:
        return _checked(text), "utf-8"
    if len(data) > 100 and _try(data[: data.rfind(b"\n") + 1] or b"\xff", "utf-8"):
        raise Refusal(DAMAGED)  # only the last line is broken: cut off in a letter
    tried = [(_try(data, encoding), encoding) for encoding in ENCODINGS]
    scored = [(_russian(text), text, e) for text, e in tried if text is not None]
    score, text, encoding = max(scored, default=(0.0, None, ""))
    if text is None or score < 0.8:
        control = sum(byte < 9 or 13 < byte < 32 for byte in data[:4000])
        raise Refusal(BINARY if control > 10 else UNREADABLE)
    return _checked(text), encoding


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _checked(text: str | None) -> str:
    if text is None:
        raise Refusal(UNREADABLE)
    sample = text[:200_000]
    if re.search(r"[\x00-\x08\x0e-\x1f]", sample):
        raise Refusal(BINARY)
    if "\ufffd" in sample:
        raise Refusal(SPOILT)
    letters = re.findall(r"[^\W\d_]", sample)
    # UTF-8 read as cp1251 turns every Russian letter into «Р» or «С» and a sign.
    spoilt = sum(letter in "РС" for letter in letters)
    if spoilt > 20 and spoilt * 3 > len(letters):
        raise Refusal(SPOILT)
    return text


def _russian(text: str) -> float:
    """How far the signs beyond ASCII are Russian words: 1 all, 0 none.

    A wrong code page gives signs that are no letters, small letters before
    capitals («иВАНОВ» is koi8-r read as cp1251), or letters that Russian words
    hardly use; «оеаинтсрвл» are two thirds of any Russian text.
    """
    sample = text[:20_000]
    beyond = [sign for sign in sample if ord(sign) > 127]
    if not beyond:
        return 0.0
    good = sum(s in "ёЁ№«»–—…\xa0’“”„°•" or "А" <= s <= "я" for s in beyond)
    wrong = len(re.findall(r"[а-яё][А-ЯЁ]", sample))
    words = len(re.findall(r"[А-Яа-яЁё]{2,}", sample))
    score = good / len(beyond) - wrong / (words + 1)
    usual = sum(sign in "оеаинтсрвлОЕАИНТСРВЛ" for sign in beyond)
    return score if usual * 4 > good else 0.0


def find_delimiter(text: str) -> str:
    """The sign that cuts most lines into the same number (over one) of cells.

    A comma between names of one column does not: ";" where nothing cuts.
    """
    lines = [line for line in text[:100_000].splitlines()[:200] if line.strip()][:100]
    best, best_score = ";", 0.0
    for delimiter in DELIMITERS:
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        width, times = counts.most_common(1)[0] if counts else (1, 0)
        if width < 2 or times * 2 < sum(counts.values()):
            continue
        score = times / sum(counts.values()) + min(width, 20) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(text: str, delimiter: str, sheet: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    cells = 0
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, 1):
            if number > limits.MAX_ROWS:
                message = f"строк больше {limits.MAX_ROWS}. Разделите файл на части."
                raise Refusal(message, sheet)
            if len(row) > limits.MAX_COLUMNS:
                message = f"столбцов больше {limits.MAX_COLUMNS}. Удалите лишние."
                raise Refusal(message, sheet, number)
            for column, value in enumerate(row):
                if len(value) > limits.MAX_CELL_LENGTH:
                    many_lines = value.count("\n") > 20
                    message = (
                        QUOTES if many_lines else "слишком длинный текст в ячейке."
                    )
                    raise Refusal(message, sheet, number, column_letter(column))
            cells += len(row)
            if cells > limits.MAX_CELLS:
                raise Refusal("ячеек слишком много. Разделите файл на части.", sheet)
            rows.append([clean_cell(value) for value in row])
    except csv.Error as error:
        message = QUOTES if '"' in text else "слишком длинный текст в ячейке."
        raise Refusal(message, sheet) from error
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    return rows
