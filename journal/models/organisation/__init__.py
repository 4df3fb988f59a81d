"""The institution, its premises, its year and its groups."""

from journal.models.organisation.calendar import (
    AcademicYear,
    Bell,
    BellSchedule,
    CalendarDay,
    CalendarGroup,
    CalendarSpan,
    Period,
    StudyCalendar,
)
from journal.models.organisation.institution import Institution
from journal.models.organisation.parts import (
    Campus,
    Department,
    Group,
    Room,
    Specialty,
)

__all__ = [
    "AcademicYear",
    "Bell",
    "BellSchedule",
    "CalendarDay",
    "CalendarGroup",
    "CalendarSpan",
    "Campus",
    "Department",
    "Group",
    "Institution",
    "Period",
    "Room",
    "Specialty",
    "StudyCalendar",
]
