"""Lists of staff."""

from collections.abc import Sequence

from journal.exchange.importer import NEW, SKIP
from journal.exchange.lookups import ByName
from journal.exchange.mapping import Row
from journal.exchange.people.known import Known
from journal.exchange.people.persons import PERSON_COLUMNS, PersonImporter
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.models import Department, Employee

WORK = (
    *("position", "department", "staff_type", "contract", "category"),
    *("education", "hired_on", "dismissed_on"),
)


class EmployeeImporter(PersonImporter):
    """Staff: by number or СНИЛС, else by name where only one bears it."""

    slug = "employees"
    title = "Сотрудники"
    model = Employee
    columns = {
        **PERSON_COLUMNS,
        "personal_no": ("personnel_number",),
        **{name: (name,) for name in WORK},
    }
    stores = (records(Employee, *columns),)

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        self.departments = ByName(Department.objects.all(), "name")
        meant: set[int] = set()
        for row in rows:
            values = self.values(row)
            meant |= set(self.people.keyed(values))
            meant |= {
                known.pk
                for known in self.people.called(values, row.raw.get("full_name", ""))
            }
        self.load_all(meant)

    def values(self, row: Row) -> dict[str, object]:
        """The department by its key; a name that is none stays in the file."""
        found = super().values(row)
        if said := found.pop("department", None):
            known = self.departments.find(as_text(said))
            if len(known) == 1:
                found["department"] = known[0].pk
        return found

    def take(self, row: Row) -> None:
        values = self.values(row)
        if row.values.get("department") and "department" not in values:
            reason = f"отделения «{row.values['department']}» нет: не записано. "
            reason += "Внесите его в раздел «Отделения»."
            self.once(row, "department", reason, "warnings")
        found: Known | str | None = self.by_key(row, values)
        if self.refused:
            return
        if found is None:
            namesakes = self.people.called(values, row.raw.get("full_name", ""))
            found = self.of_namesakes(row, values, namesakes, "среди сотрудников")
        if found == SKIP:
            self.leave_out(row, "не загружается по вашему выбору")
        elif found is not None:
            shown = {"department": as_text(row.values.get("department"))}
            self.record_person(row, values, None if found == NEW else found, shown)
