"""The weekly timetable from tables, from the wide sheets of offices, and from aSc."""

from journal.exchange.timetable.changes import ChangesImporter
from journal.exchange.timetable.lines import TimetableImporter

__all__ = ["ChangesImporter", "TimetableImporter"]
