"""Lists of staff."""

from collections.abc import Sequence

from journal.exchange.importer import NEW, SKIP
from journal.exchange.mapping import Row
from journal.exchange.people.known import Known
from journal.exchange.people.persons import PERSON_COLUMNS, PersonImporter
from journal.exchange.records import records
from journal.models import Employee


class EmployeeImporter(PersonImporter):
    """Staff: by number or СНИЛС, else by name where only one bears it."""

    slug = "employees"
    title = "Сотрудники"
    model = Employee
    columns = {
        **PERSON_COLUMNS,
        "personal_no": ("personnel_number",),
        "position": ("position",),
    }
    stores = (records(Employee, *columns),)

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        meant: set[int] = set()
        for row in rows:
            values = self.values(row)
            meant |= set(self.people.keyed(values))
            meant |= {
                known.pk
                for known in self.people.called(values, row.raw.get("full_name", ""))
            }
        self.load_all(meant)

    def take(self, row: Row) -> None:
        values = self.values(row)
        found: Known | str | None = self.by_key(row, values)
        if self.refused:
            return
        if found is None:
            namesakes = self.people.called(values, row.raw.get("full_name", ""))
            found = self.of_namesakes(row, values, namesakes, "среди сотрудников")
        if found == SKIP:
            self.leave_out(row, "не загружается по вашему выбору")
        elif found is not None:
            self.record_person(row, values, None if found == NEW else found)
