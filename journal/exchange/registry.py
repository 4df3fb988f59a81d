"""The importers there are, by the slug in addresses and commands."""

from journal.exchange.contingent import RosterImporter
from journal.exchange.curriculum import DisciplineImporter, ThematicPlanImporter
from journal.exchange.importer import Importer
from journal.exchange.organisation import GroupImporter, RoomImporter
from journal.exchange.people import EmployeeImporter

IMPORTERS: dict[str, type[Importer]] = {
    importer.slug: importer
    for importer in (
        RosterImporter,
        GroupImporter,
        RoomImporter,
        EmployeeImporter,
        DisciplineImporter,
        ThematicPlanImporter,
    )
}
