"""What students have earned: averages, one student's facts, a group's statement."""

from journal.domain.results.averages import (
    attended_percent,
    average,
    mean,
    rates,
    suggested_mark,
    with_comma,
)
from journal.domain.results.group import Statement, read_statement
from journal.domain.results.official import Official, official_of, read_official
from journal.domain.results.standings import Standing
from journal.domain.results.student import (
    Earned,
    Exempt,
    Missed,
    Span,
    StudiedCourse,
    StudiedPeriod,
    absences_of,
    courses_of,
    held_hours,
    marks_of,
    missed_hours_of,
    own_part,
    period_at,
    periods_of,
    sat_in,
)
from journal.domain.results.studied import Studied, studied

__all__ = [
    "Earned",
    "Exempt",
    "Missed",
    "Official",
    "Span",
    "Standing",
    "Statement",
    "Studied",
    "StudiedCourse",
    "StudiedPeriod",
    "absences_of",
    "attended_percent",
    "average",
    "courses_of",
    "held_hours",
    "marks_of",
    "mean",
    "missed_hours_of",
    "official_of",
    "own_part",
    "period_at",
    "periods_of",
    "rates",
    "read_official",
    "read_statement",
    "sat_in",
    "studied",
    "suggested_mark",
    "with_comma",
]
