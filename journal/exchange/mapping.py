"""Which column is which field: proposed, corrected by a person, applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from journal.exchange.matching import Field, Guess, missing_fields
from journal.exchange.reading.workbook import (
    Cell,
    Refusal,
    column_index,
    column_letter,
)
from journal.exchange.rows import Issue, MappedRows, Reader, Row, Skipped, merge_repeats
from journal.exchange.tables import Column, FoundTable

__all__ = [
    "ColumnMapping",
    "Field",
    "Issue",
    "MappedRows",
    "Row",
    "Skipped",
    "apply",
    "merge_repeats",
    "propose",
]


@dataclass
class ColumnMapping:
    """Which column is which field.

    `columns` index → guess; `missing` required fields without a column;
    `unknown` columns that no field takes; `doubles` columns left out since a
    likelier one has their field; `from_context` values standing beside the table.
    """

    fields: Sequence[Field]
    columns: dict[int, Guess]
    missing: list[Field]
    unknown: list[Column]
    doubles: list[tuple[Column, str]]
    from_context: dict[str, Cell]

    @property
    def chosen(self) -> dict[str, str]:
        """{«B»: «full_name»}: what a form or a session keeps."""
        return {column_letter(i): guess.key for i, guess in self.columns.items()}

    @property
    def by_key(self) -> dict[str, int]:
        return {guess.key: index for index, guess in self.columns.items()}


def propose(
    found: FoundTable,
    fields: Sequence[Field],
    chosen: Mapping[str, str | None] | None = None,
) -> ColumnMapping:
    """The mapping of a table's columns; `chosen` {letter: key or None} overrides.

    A key chosen for one column leaves the column it was proposed for; a column
    chosen as None stays out. Raises Refusal for a letter or key that is not there.
    """
    columns = _chosen(found, fields, chosen or {})
    context = dict(found.context.values)
    if found.context.group:
        context["group"] = found.context.group
    context = {
        f.key: context[f.key] for f in fields if f.from_context and f.key in context
    }
    keys = {guess.key for guess in columns.values()}
    left = [column for column in found.columns if column.index not in columns]
    return ColumnMapping(
        fields=fields,
        columns=dict(sorted(columns.items())),
        missing=missing_fields(keys | set(context), fields),
        unknown=[c for c in left if c.index not in found.doubles],
        doubles=[(c, found.doubles[c.index]) for c in left if c.index in found.doubles],
        from_context=context,
    )


def _chosen(
    found: FoundTable, fields: Sequence[Field], chosen: Mapping[str, str | None]
) -> dict[int, Guess]:
    columns = dict(found.guesses)
    known = {wanted.key for wanted in fields}
    for letter, key in chosen.items():
        try:
            index = column_index(letter)
        except ValueError:
            index = -1
        if not 0 <= index < found.sheet.width:
            raise Refusal(f"в таблице нет столбца «{letter}».", found.name)
        columns.pop(index, None)
        if not key:
            continue
        if key not in known:
            raise Refusal(f"нет поля «{key}» для столбца «{letter}».", found.name)
        columns = {i: guess for i, guess in columns.items() if guess.key != key}
        columns[index] = Guess(key, 1.0, "выбрано")
    return columns


def apply(mapping: ColumnMapping, found: FoundTable) -> MappedRows:
    """The table's entries as values by field key; a full name comes in its parts.

    Headings between rows become `section` (or the group, or the semester, where
    they name one); totals, repeated headers and whatever follows the last entry
    are skipped. Raises Refusal where a required field has no column.
    """
    if mapping.missing:
        titles = ", ".join(f"«{wanted.title}»" for wanted in mapping.missing)
        raise Refusal(f"укажите столбец для поля {titles}.", found.name)
    columns = mapping.by_key
    return Reader(found, mapping.fields, columns, mapping.from_context).read_all()
