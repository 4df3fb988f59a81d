"""The importers there are, by the slug in addresses and commands."""

from journal.exchange.contingent import RosterImporter
from journal.exchange.curriculum import (
    CurriculumImporter,
    DisciplineImporter,
    ThematicPlanImporter,
)
from journal.exchange.importer import Importer
from journal.exchange.lessons import MarksImporter
from journal.exchange.organisation import GroupImporter, RoomImporter
from journal.exchange.people import EmployeeImporter, GuardianImporter
from journal.exchange.timetable import ChangesImporter, TimetableImporter

IMPORTERS: dict[str, type[Importer]] = {
    importer.slug: importer
    for importer in (
        RosterImporter,
        GuardianImporter,
        GroupImporter,
        RoomImporter,
        EmployeeImporter,
        DisciplineImporter,
        CurriculumImporter,
        ThematicPlanImporter,
        TimetableImporter,
        ChangesImporter,
        MarksImporter,
    )
}
