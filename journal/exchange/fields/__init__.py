"""What each importer wants of a table, and how offices call it."""

from collections.abc import Mapping

from journal.exchange.fields.people import EMPLOYEES, ROSTER
from journal.exchange.fields.teaching import DISCIPLINES, GROUPS, ROOMS, THEMATIC_PLAN
from journal.exchange.matching import Field

__all__ = [
    "DISCIPLINES",
    "EMPLOYEES",
    "GROUPS",
    "ROOMS",
    "ROSTER",
    "TABLES",
    "THEMATIC_PLAN",
]

TABLES: Mapping[str, tuple[Field, ...]] = {
    "roster": ROSTER,
    "groups": GROUPS,
    "rooms": ROOMS,
    "employees": EMPLOYEES,
    "disciplines": DISCIPLINES,
    "thematic_plan": THEMATIC_PLAN,
}
