"""Reports on plans, load and hours: a file each."""

from journal.reports.curriculum import completeness, fulfilment, load, readiness

__all__ = ["completeness", "fulfilment", "load", "readiness"]
