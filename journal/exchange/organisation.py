"""Groups and rooms."""

from collections.abc import Sequence

from django.db.models import Model

from journal.exchange.importer import Importer
from journal.exchange.lookups import ByName
from journal.exchange.mapping import Row
from journal.exchange.people import plain, same_part
from journal.exchange.reading.names import split_full_name
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import reached
from journal.models import Campus, Department, Employee, Group, Room, Specialty
from journal.models.words import worded_lazily


class NamedImporter(Importer):
    """Rows of a list, known by their name."""

    key: str  # the field that names a row

    def prepare(self, rows: Sequence[Row]) -> None:
        self.known = ByName(self.model.objects.all(), self.key)
        mine = reached(self.by, self.model, self.permission())
        self.mine = set(mine.values_list("pk", flat=True))
        self.first: dict[int, tuple[Row, dict]] = {}

    def matches(self, row: Row, values: dict) -> list[Model]:
        return self.known.find(values[self.key])

    def take(self, row: Row) -> None:
        values = self.values(row)
        values[self.key] = as_text(values[self.key])
        found = self.matches(row, values)
        if len(found) > 1:
            words = ", ".join(f"«{one}»" for one in found)
            self.error(row, self.key, f"Подходят несколько записей: {words}.")
            return
        match = found[0] if found else None
        if match is not None:
            if id(match) in self.first:
                self.again(row, values, *self.first[id(match)])
                return
            if match.pk not in self.mine:
                self.error(row, self.key, f"«{match}» ведёте не вы.")
                return
            if getattr(match, self.key) != values[self.key]:
                spelt = getattr(match, self.key)
                reason = f"«{values[self.key]}» — это «{spelt}»: написание в базе."
                self.note("matches", row.sheet, row.number, "", reason)
            del values[self.key]  # the spelling of the database stays
        self.write(row, match, values)

    def write(self, row: Row, match: Model | None, values: dict) -> None:
        found = self.foreign(row, values)
        if self.refused:
            return
        keys = {name: one.pk for name, one in found.items()}
        shown = {name: str(one) for name, one in found.items()}
        made = self.record(self.model, row, match, values | keys, shown=shown)
        if made is not None:
            self.first[id(made)] = (row, self.values(row))
            if match is None:
                self.known.add(made)

    def again(self, row: Row, values: dict, first: Row, said: dict) -> None:
        """A name that an earlier row had: a repeat, or a contradiction."""
        differs = {k for k, v in values.items() if k != self.key and said.get(k) != v}
        if differs:
            key = min(differs)
            self.error(row, key, f"В строке {first.number} о том же сказано другое.")
        else:
            self.outcome.repeats += 1
            self.verb = "left out"

    def foreign(self, row: Row, values: dict) -> dict[str, Model]:
        """What the row refers to, by field name; errors where it is not there."""
        return {}

    def only(
        self, row: Row, key: str, said: object, found: Sequence[Model], missing: str
    ) -> Model | None:
        """The one row that is meant; an error where there is none, or several."""
        if len(found) == 1:
            return found[0]
        words = ", ".join(f"«{one}»" for one in found)
        reason = f"подходят несколько: {words}. Уточните." if found else missing
        self.error(row, key, f"«{as_text(said)[:80]}»: {reason}")
        return None


class GroupImporter(NamedImporter):
    """Study groups."""

    slug = "groups"
    title = worded_lazily("Группы", "Классы")
    model = Group
    key = "name"
    columns = {
        "name": ("name",),
        "course_year": ("year",),
        "admission_year": ("admission_year",),
        "specialty": ("specialty",),
        "department": ("department",),
        "curator": ("curator",),
    }
    stores = (records(Group, *columns),)

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        self.specialties = ByName(Specialty.objects.all(), "code", "name")
        self.departments = ByName(Department.objects.all(), "name")
        self.staff = list(Employee.objects.filter(dismissed_on__isnull=True))

    def foreign(self, row: Row, values: dict) -> dict[str, Model]:
        found = {}
        if said := values.get("specialty"):
            code = as_text(said).split(" ")[0]
            known = self.specialties.find(as_text(said)) or self.specialties.find(code)
            reason = "такой специальности нет. Внесите её в раздел «Специальности»."
            found["specialty"] = self.only(row, "specialty", said, known, reason)
        if said := values.get("department"):
            known = self.departments.find(as_text(said))
            reason = "такого отделения нет. Внесите его в раздел «Отделения»."
            found["department"] = self.only(row, "department", said, known, reason)
        if said := values.get("curator"):
            known = self.called(as_text(said))
            reason = "такого сотрудника нет. Сначала загрузите сотрудников."
            found["curator"] = self.only(row, "curator", said, known, reason)
        return found

    def called(self, said: str) -> list[Employee]:
        """Staff of that name; initials are enough."""
        try:
            name = split_full_name(said)
        except ValueError:
            return []
        return [
            one
            for one in self.staff
            if plain(one.last_name) == plain(name.last_name)
            and same_part(one.first_name, name.first_name)
            and same_part(one.middle_name, name.middle_name)
        ]


class RoomImporter(NamedImporter):
    """Rooms, known by their number in a building."""

    slug = "rooms"
    title = "Аудитории"
    model = Room
    key = "number"
    columns = {
        "number": ("name",),
        "name": ("description",),
        "capacity": ("capacity",),
        "campus": ("campus",),
    }
    stores = (records(Room, *columns),)

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        self.campuses = ByName(Campus.objects.all(), "name")

    def matches(self, row: Row, values: dict) -> list[Model]:
        found = super().matches(row, values)
        if said := values.get("campus"):
            campuses = self.campuses.find(as_text(said))
            found = [
                room for room in found if room.campus_id in {c.pk for c in campuses}
            ]
        return found

    def foreign(self, row: Row, values: dict) -> dict[str, Model]:
        said = values.get("campus")
        if not said:
            return {}
        reason = "такого корпуса нет. Внесите его в раздел «Корпуса»."
        known = self.campuses.find(as_text(said))
        return {"campus": self.only(row, "campus", said, known, reason)}
