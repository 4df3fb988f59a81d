"""From an uploaded file to cells that can be trusted to be what they look like."""

from typing import IO

from journal.exchange.reading.asc import read_asc
from journal.exchange.reading.container import check_zip, identify
from journal.exchange.reading.delimited import read_delimited
from journal.exchange.reading.plx import read_plx
from journal.exchange.reading.spreadsheet import read_spreadsheet
from journal.exchange.reading.workbook import MAX_UPLOAD, Cell, Refusal, Sheet, Workbook

__all__ = ["Cell", "Refusal", "Sheet", "Workbook", "read_workbook"]


def read_workbook(file: bytes | IO[bytes], name: str) -> Workbook:
    """xlsx, xlsm, xls, ods, csv, txt, a .plx or an aSc file as sheets of cleaned cells.

    The content decides, not the extension. Bounded before anything is parsed
    (5 MB; 200 zip entries, 50 MB unpacked, ratio 100) and while it is
    (20,000 rows, 500 columns, 300,000 cells, 10,000 signs a cell); a few
    seconds and no temporary file. Raises Refusal (Russian, says what to do).
    """
    data = file if isinstance(file, bytes) else file.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        raise Refusal(
            f"файл больше {MAX_UPLOAD // 1024 // 1024} МБ. Удалите из него картинки "
            "и лишние листы или разделите список на части."
        )
    kind = identify(data)
    if kind == "text":
        sheet, encoding, delimiter = read_delimited(data, name)
        return Workbook(name, [sheet], "csv", encoding, delimiter)
    if kind == "asc":
        return Workbook(name, [read_asc(data)], kind)
    if kind == "plx":
        plan, warnings = read_plx(data)
        return Workbook(name, [plan], kind, warnings=warnings)
    warnings = check_zip(data) if kind in ("xlsx", "ods") else []
    return Workbook(name, read_spreadsheet(data), kind, warnings=warnings)
