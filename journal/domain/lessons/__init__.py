"""Writing the journal; see `cells`."""

from journal.domain.lessons.book import ABSENCE, MOST_TASKS, TAKEN, Change
from journal.domain.lessons.cells import (
    MOST_CHANGES,
    Outcome,
    try_cells,
    write_all,
    write_cells,
)

__all__ = [
    "ABSENCE",
    "MOST_CHANGES",
    "MOST_TASKS",
    "TAKEN",
    "Change",
    "Outcome",
    "try_cells",
    "write_all",
    "write_cells",
]
