"""Statements and ratings of results: a file each."""

from journal.reports.results import (
    curator,
    debts,
    defences,
    forecast,
    groups,
    objectivity,
    rating,
    statement,
    summary,
    teacher,
)

__all__ = [
    "curator",
    "debts",
    "defences",
    "forecast",
    "groups",
    "objectivity",
    "rating",
    "statement",
    "summary",
    "teacher",
]
