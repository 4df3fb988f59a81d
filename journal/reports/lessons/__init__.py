"""Reports on lessons and attendance: a file each."""

from journal.reports.lessons import (
    activity,
    attendance,
    control_works,
    groups,
    homework,
    spread,
    year,
)

__all__ = [
    "activity",
    "attendance",
    "control_works",
    "groups",
    "homework",
    "spread",
    "year",
]
