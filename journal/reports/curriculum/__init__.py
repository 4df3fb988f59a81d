"""Reports on plans, load and hours: a file each."""

from journal.reports.curriculum import fulfilment, load, readiness

__all__ = ["fulfilment", "load", "readiness"]
