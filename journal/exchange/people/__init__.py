"""People in spreadsheets: who a row is, staff, parents."""

from journal.exchange.people.employees import EmployeeImporter
from journal.exchange.people.guardians import GuardianImporter
from journal.exchange.people.known import Known, plain, same_part
from journal.exchange.people.persons import PERSON_COLUMNS, PersonImporter

__all__ = [
    "PERSON_COLUMNS",
    "EmployeeImporter",
    "GuardianImporter",
    "Known",
    "PersonImporter",
    "plain",
    "same_part",
]
