"""Reports on plans: a file each."""

from journal.reports.curriculum import readiness

__all__ = ["readiness"]
