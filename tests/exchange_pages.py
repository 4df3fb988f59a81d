"""Small sheets to find tables on, and the people in them."""

from journal.exchange.fields import ROSTER
from journal.exchange.mapping import apply, propose
from journal.exchange.reading.workbook import Sheet
from journal.exchange.tables import find_table


def sheet(*rows, name="Лист1", merged=()):
    width = max(map(len, rows))
    return Sheet(name, [[*row, *[None] * (width - len(row))] for row in rows], merged)


def read(page, fields=ROSTER, chosen=None):
    found = find_table(page, fields)
    mapping = propose(found, fields, chosen)
    return mapping, apply(mapping, found)


def names(result):
    return [
        " ".join(filter(None, (r.values["last_name"], r.values["first_name"])))
        for r in result.rows
    ]


ANNA = ("Соколова Анна Петровна",)
PETR = ("Лебедев Пётр Ильич",)
BOTH = ["Соколова Анна", "Лебедев Пётр"]
