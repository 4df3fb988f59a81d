"""What a sheet of changes says by the place of a column and above the table."""

import re
from collections.abc import Sequence
from datetime import date

from journal.exchange.mapping import ColumnMapping, propose
from journal.exchange.matching import Field
from journal.exchange.reading.text import parse_date
from journal.exchange.tables import FoundTable

DAY = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}(?!\d)")


def day_in(titles: Sequence[str]) -> date | None:
    """The one day that the lines above a table name; None where there are several."""
    said = {text for title in titles for text in DAY.findall(title)}
    days = set()
    for text in said:
        try:
            days.add(parse_date(text)[0])
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def columns_of_changes(
    found: FoundTable, mapping: ColumnMapping, fields: Sequence[Field]
) -> ColumnMapping:
    """The mapping, with «Предмет» known where it stands twice.

    To the right of «кто замещает» it is what the substitute teaches.
    """
    chosen: dict[str, str | None] = dict(mapping.chosen)
    by_key = mapping.by_key
    after = by_key.get("teacher", found.sheet.width)
    seconds = [
        column
        for column, key in mapping.doubles
        if key == "planned_discipline" and column.index > after
    ]
    if len(seconds) == 1 and "discipline" not in by_key:
        chosen[seconds[0].letter] = "discipline"
    if chosen == mapping.chosen:
        return mapping
    again = propose(found, fields, chosen)
    mapping.columns, mapping.doubles = again.columns, again.doubles
    mapping.missing, mapping.unknown = again.missing, again.unknown
    return mapping
