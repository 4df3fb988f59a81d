"""Reports on lessons and attendance: a file each."""

from journal.reports.lessons import attendance, control_works, groups, spread, year

__all__ = ["attendance", "control_works", "groups", "spread", "year"]
