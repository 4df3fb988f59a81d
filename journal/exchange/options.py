"""What a person decides about a file besides its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from journal.exchange.outcome import RowKey
from journal.exchange.reading import Refusal, Workbook
from journal.exchange.reading.text import as_text

KINDS_OF_NAMES = ("группы", "дисциплины", "преподаватели", "аудитории")


@dataclass(frozen=True)
class SheetOptions:
    """What a person corrected on one sheet.

    `header_row` counts from 1 (0: none, None: found); `chosen` {letter: field or None};
    `given` what the sheet does not say (the group).
    """

    header_row: int | None = None
    chosen: Mapping[str, str | None] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """What a person decided about a file.

    `sheets` None takes every sheet that has a table. `named` maps titles or letters of
    columns to fields on all sheets, `given` holds for all sheets. `create` makes what
    the rows refer to and is missing, `attach` ties plans to courses. `answers` by row.
    `names` {(kind in small letters, name in the file): name in the journal, "" for none}.
    """

    sheets: Mapping[str, SheetOptions] | None = None
    named: Mapping[str, str | None] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    start: date | None = None
    create: bool = False
    attach: bool = False
    answers: Mapping[RowKey, str] = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)


def confirmed_names(workbook: Workbook) -> dict[tuple[str, str], str]:
    """The pairs of a table of three columns: kind of name, in the file, in the journal.

    A head is let be; an empty third cell means that the name is not to be loaded.
    Raises Refusal with the line in which something is amiss.
    """
    pairs: dict[tuple[str, str], str] = {}
    for sheet in workbook.sheets:
        for number, row in enumerate(sheet.rows, 1):
            cells = [*map(as_text, row), "", "", ""]
            kind, said, known = (text.strip() for text in cells[:3])
            if not said or (number == 1 and kind.casefold() not in KINDS_OF_NAMES):
                continue
            if kind.casefold() not in KINDS_OF_NAMES:
                kinds = ", ".join(f"«{one}»" for one in KINDS_OF_NAMES)
                raise Refusal(
                    f"список имён, строка {number}: «{kind[:40]}» — не вид имени. "
                    f"Бывают {kinds}."
                )
            pairs[kind.casefold(), said] = known
    return pairs
