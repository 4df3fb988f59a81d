"""Statements and ratings of results: a file each."""

from journal.reports.results import (
    curator,
    groups,
    objectivity,
    rating,
    statement,
    summary,
    teacher,
)

__all__ = [
    "curator",
    "groups",
    "objectivity",
    "rating",
    "statement",
    "summary",
    "teacher",
]
