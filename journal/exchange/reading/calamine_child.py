"""Runs alone in a child process: a workbook on stdin, JSON on stdout.

The library allocates the rectangle up to the farthest cell and aborts the
process when memory is short, so it is never let into the web server's own.
Arguments: directory of python_calamine, memory in bytes, seconds, and the
limits max_rows, max_columns, max_cells, max_cell_length, max_text.
"""

import json
import sys
from contextlib import suppress
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any


class TooMuchError(Exception):
    pass


def main(arguments: list[str]) -> None:
    where, memory, seconds, *limits = arguments
    bound(int(memory), int(seconds))
    sys.path.append(where)
    import python_calamine as library

    worksheet, visible = (
        library.SheetTypeEnum.WorkSheet,
        library.SheetVisibleEnum.Visible,
    )
    try:
        book = library.CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
        answer = read(book, worksheet, visible, [int(limit) for limit in limits])
    except TooMuchError as refusal:
        answer = {"error": "limit", "place": refusal.args}
    except MemoryError:
        answer = {"error": "memory"}
    except library.PasswordError:
        answer = {"error": "password"}
    except BaseException as error:  # the library's panics are no Exceptions
        answer = {"error": "damaged", "detail": repr(error)[:500]}
    text = json.dumps(answer, default=encode, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode())


def bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the caller's timeout remains
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # some systems know fewer limits
            resource.setrlimit(limit, (value, value))


def read(book: Any, worksheet: Any, visible: Any, limits: list[int]) -> dict:
    total = {"cells": 0, "text": 0}
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != worksheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        merged = sheet.merged_cell_ranges or []
        sheets.append(
            {
                "name": meta.name,
                "hidden": meta.visible != visible,
                "rows": read_rows(meta.name, sheet, limits, total),
                "merged": merged[: limits[0]],
            }
        )
    return {"sheets": sheets}


def read_rows(
    name: str, sheet: Any, limits: list[int], total: dict[str, int]
) -> list[list]:
    max_rows, max_columns, max_cells, max_length, max_text = limits
    # The iterator gives the empty rows above the data, not the columns before it.
    before = [""] * (sheet.start[1] if sheet.start else 0)
    rows = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        while row and (row[-1] == "" or str(row[-1]).isspace()):
            row.pop()
        if row:
            row = before + row
            if number > max_rows:
                raise TooMuchError("rows", name, number, len(row) - 1)
            if len(row) > max_columns:
                raise TooMuchError("columns", name, number, len(row) - 1)
            lengths = [len(value) if isinstance(value, str) else 0 for value in row]
            if max(lengths) > max_length:
                raise TooMuchError("length", name, number, lengths.index(max(lengths)))
            total["cells"] += len(row)
            total["text"] += sum(lengths)
            if total["cells"] > max_cells or total["text"] > max_text:
                raise TooMuchError("cells", name, number, 0)
        if number <= max_rows:
            rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def encode(value: object) -> dict[str, str | float]:
    # bool, int, float and str are JSON's own.
    if isinstance(value, timedelta):
        return {"timedelta": value.total_seconds()}
    if isinstance(value, date | time):  # a datetime is a date too
        return {type(value).__name__: value.isoformat()}
    raise TypeError(value)


if __name__ == "__main__":
    main(sys.argv[1:])
