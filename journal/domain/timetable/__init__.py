"""From the weekly timetable to lessons, and the bells of a day."""

from journal.domain.timetable.days import (
    Stage,
    bells_on,
    current_number,
    number_at,
    parity_of,
    stage_of,
    taught_days,
)
from journal.domain.timetable.drafts import draft_lessons
from journal.domain.timetable.laying import LayOut, Skip, lay_out

__all__ = [
    "LayOut",
    "Skip",
    "Stage",
    "bells_on",
    "current_number",
    "draft_lessons",
    "lay_out",
    "number_at",
    "parity_of",
    "stage_of",
    "taught_days",
]
