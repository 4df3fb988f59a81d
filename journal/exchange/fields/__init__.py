"""What each importer wants of a table, and how offices call it."""

from collections.abc import Mapping

from journal.exchange.fields.curricula import CURRICULUM
from journal.exchange.fields.families import GUARDIANS
from journal.exchange.fields.lessons import MARKS
from journal.exchange.fields.people import ROSTER
from journal.exchange.fields.staff import EMPLOYEES
from journal.exchange.fields.teaching import DISCIPLINES, GROUPS, ROOMS, THEMATIC_PLAN
from journal.exchange.fields.timetable import CHANGES, TIMETABLE
from journal.exchange.matching import Field

__all__ = [
    "CHANGES",
    "CURRICULUM",
    "DISCIPLINES",
    "EMPLOYEES",
    "GROUPS",
    "GUARDIANS",
    "MARKS",
    "ROOMS",
    "ROSTER",
    "TABLES",
    "THEMATIC_PLAN",
    "TIMETABLE",
]

TABLES: Mapping[str, tuple[Field, ...]] = {
    "roster": ROSTER,
    "groups": GROUPS,
    "rooms": ROOMS,
    "employees": EMPLOYEES,
    "guardians": GUARDIANS,
    "disciplines": DISCIPLINES,
    "curriculum": CURRICULUM,
    "thematic_plan": THEMATIC_PLAN,
    "timetable": TIMETABLE,
    "changes": CHANGES,
    "marks": MARKS,
}
