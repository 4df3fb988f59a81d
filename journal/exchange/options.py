"""What a person decides about a file besides its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from journal.exchange.outcome import RowKey


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
    """

    sheets: Mapping[str, SheetOptions] | None = None
    named: Mapping[str, str | None] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    start: date | None = None
    create: bool = False
    attach: bool = False
    answers: Mapping[RowKey, str] = field(default_factory=dict)
