"""Reports on lessons and attendance: a file each."""

from journal.reports.lessons import attendance

__all__ = ["attendance"]
