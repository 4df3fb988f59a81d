"""Columns that several tables have."""

from dataclasses import replace

from journal.exchange.fields.content import counting, repeated_groups
from journal.exchange.matching import Field, share_of

# Known by the whole header or by its beginning, and never by what stands in a column.
BY_HEADER_ALONE = {"least": 0.86, "content": share_of(lambda cell: False)}

ROW_NUMBER = Field(
    "row_number",
    "№ п/п",
    ("№", "номер п/п", "п/п", "N п/п", "порядковый номер"),
    kind="text",
    content=counting,
)
GROUP = Field(
    "group",
    "Группа",
    ("учебная группа", "класс", "группа/класс", "номер группы", "шифр группы",
     "код группы", "наименование группы", "название группы", "гр.", "№ группы"),
    without=("здоров", "физ", "крови", "инвалид", "предмет", "риск", "язык"),
    from_context=True,
    content=repeated_groups,
    limit=50,
)  # fmt: skip


def also(field: Field, *synonyms: str) -> Field:
    """The field, known by more headers."""
    return replace(field, synonyms=(*field.synonyms, *synonyms))


def by_label(choices, **also: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Values by their labels, and by the other words of offices."""
    return {key: (label, *also.get(key, ())) for key, label in choices}
