"""Statements and ratings of results: a file each."""

from journal.reports.results import (
    curator,
    groups,
    rating,
    statement,
    summary,
    teacher,
)

__all__ = ["curator", "groups", "rating", "statement", "summary", "teacher"]
