"""Reports on lessons and attendance: a file each."""

from journal.reports.lessons import attendance, groups, year

__all__ = ["attendance", "groups", "year"]
