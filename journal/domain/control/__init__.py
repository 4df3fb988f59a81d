"""Who has filled what; who asks to correct what is closed, and who corrects much."""

from journal.domain.control.access import note_access
from journal.domain.control.filling import (
    RedList,
    overdue_lessons,
    overdue_until,
    red_list,
    term_start,
)

__all__ = [
    "RedList",
    "note_access",
    "overdue_lessons",
    "overdue_until",
    "red_list",
    "term_start",
]
