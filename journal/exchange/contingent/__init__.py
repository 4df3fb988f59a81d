"""The contingent in spreadsheets: students, their cards and groups, in and out."""

from journal.exchange.contingent.roster import RosterImporter, first_day_of_year

__all__ = ["RosterImporter", "first_day_of_year"]
