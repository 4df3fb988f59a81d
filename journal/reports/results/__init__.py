"""Statements and ratings of results: a file each."""

from journal.reports.results import statement

__all__ = ["statement"]
