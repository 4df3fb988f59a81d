"""The bare floor: the same rows by plain SQL through the driver, in one transaction.

Each function reads what a page shows (no more, all of it fetched into Python) or writes
what a save stores (history rows included), with the joins and groupings that somebody
would write by hand for just this page. No rights are asked, no HTML is made. The driver
is opened as its manual says: psycopg prepares a statement by itself that is repeated,
sqlite3 keeps it parsed.
"""

from tests.bench.floors.absent import group_week, ledger
from tests.bench.floors.bare import Bare
from tests.bench.floors.reading import all_marks, plain_sheet, spread, statement, week
from tests.bench.floors.starting import curator_start, deputy_start, teacher_start
from tests.bench.floors.writing import (
    drop_marks,
    leave_attendance,
    save_lesson,
    take_attendance,
    write_marks,
)

__all__ = [
    "Bare",
    "all_marks",
    "curator_start",
    "deputy_start",
    "drop_marks",
    "group_week",
    "leave_attendance",
    "ledger",
    "plain_sheet",
    "save_lesson",
    "spread",
    "statement",
    "take_attendance",
    "teacher_start",
    "week",
    "write_marks",
]
