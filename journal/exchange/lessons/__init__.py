"""The journal's own cells from a file: marks so far of a course."""

from journal.exchange.lessons.marks import MarksImporter

__all__ = ["MarksImporter"]
