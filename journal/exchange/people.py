"""Who a row of a file is: by a stable key, or by name among those who may be meant."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, QuerySet

from journal.exchange.importer import NEW, SKIP, Importer
from journal.exchange.mapping import Row
from journal.exchange.records import records
from journal.exchange.rights import reached
from journal.models import Employee

NAME = ("last_name", "first_name", "middle_name")
KEYS = {"snils": "СНИЛС", "personal_no": "номер"}
SEX = {"male": "m", "female": "f"}
CHUNK = 5000

PERSON_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "last_name": ("last_name", "full_name"),
    "first_name": ("first_name", "full_name"),
    "middle_name": ("middle_name", "full_name"),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "phone": ("phone",),
    "email": ("email",),
    "snils": ("snils",),
}


def plain(name: str) -> str:
    return name.casefold().replace("ё", "е")


def same_part(one: str, other: str) -> bool:
    """«Пётр» and «Петр», «П.» and «Пётр»; a missing part contradicts nothing."""
    one, other = plain(one), plain(other)
    if not one or not other:
        return True
    if "." in (one[1:2], other[1:2]):
        return one[:1] == other[:1]
    return one == other


@dataclass(frozen=True)
class Known:
    """Somebody who is in the database already."""

    pk: int
    last_name: str
    first_name: str
    middle_name: str
    birth_date: date | None
    snils: str | None
    personal_no: str | None

    def __str__(self) -> str:
        parts = (self.last_name, self.first_name, self.middle_name)
        born = f", {self.birth_date:%d.%m.%Y}" if self.birth_date else ""
        return " ".join(filter(None, parts)) + born

    def is_called(self, values: Mapping) -> bool:
        """Whether the names agree, as far as both are known."""
        return plain(self.last_name) == plain(values["last_name"]) and all(
            same_part(getattr(self, part), values.get(part, "")) for part in NAME[1:]
        )

    def contradicts(self, values: Mapping) -> bool:
        """Whether a stable key says that this is somebody else."""
        pairs = ((getattr(self, key), values.get(key)) for key in KEYS)
        return any(old and new and old != new for old, new in pairs)

    def born_otherwise(self, values: Mapping) -> bool:
        born = values.get("birth_date")
        return bool(self.birth_date and born and self.birth_date != born)


class People:
    """Everybody of one kind, by key and by surname: one query.

    `within` are the keys of those whom the importing person reaches; the rest count
    only for keys that are taken.
    """

    def __init__(self, model: type[Model], within: QuerySet) -> None:
        self.all: dict[int, Known] = {}
        self.by_key: dict[tuple[str, str], int] = {}
        self.by_surname: dict[str, list[Known]] = {}
        fields = ("pk", *NAME, "birth_date", *KEYS)
        rows = model._base_manager.order_by("pk").values_list(*fields)
        self.within = set(within.values_list("pk", flat=True))
        for known in (Known(*row) for row in rows.iterator(CHUNK)):
            self.all[known.pk] = known
            for key in KEYS:
                if value := getattr(known, key):
                    self.by_key[key, value] = known.pk
            if known.pk in self.within:
                self.by_surname.setdefault(plain(known.last_name), []).append(known)

    def keyed(self, values: Mapping) -> dict[int, str]:
        """Whose keys the row bears: {pk: the key in words}."""
        found = {}
        for key, title in KEYS.items():
            value = values.get(key)
            if value and (pk := self.by_key.get((key, value))):
                found[pk] = f"{title} {value}"
        return found

    def called(self, values: Mapping) -> list[Known]:
        """Everybody within reach with the name of the row."""
        same = self.by_surname.get(plain(values["last_name"]), ())
        return [known for known in same if known.is_called(values)]


def fuller(values: dict, known: Known) -> dict:
    """The values without what the database knows better: initials, е for ё."""
    kept = dict(values)
    for part in NAME:
        old, new = getattr(known, part), values.get(part)
        if not new or not old:
            continue
        shortened = "." in new[1:2] and len(old) > len(new)
        if shortened or (plain(old) == plain(new) and "ё" in old.casefold()):
            kept.pop(part)
    return kept


class PersonImporter(Importer):
    """What importers of people share: who a row is, and what is new about them."""

    columns = PERSON_COLUMNS
    people: People
    loaded: dict[int, Model]

    def prepare(self, rows: Sequence[Row]) -> None:
        self.people = People(
            self.model, reached(self.by, self.model, self.permission())
        )
        self.loaded = {}
        self.taken: dict[int, Row] = {}

    def load_all(self, pks: Collection[int]) -> None:
        """The records of all who may be meant, in a few queries."""
        wanted = sorted(set(pks) - set(self.loaded))
        for start in range(0, len(wanted), CHUNK):
            rows = self.model._base_manager.in_bulk(wanted[start : start + CHUNK])
            self.loaded.update(rows)

    def values(self, row: Row) -> dict[str, object]:
        found = super().values(row)
        if "sex" in found:
            found["sex"] = SEX[found["sex"]]
        return found

    def by_key(self, row: Row, values: Mapping) -> Known | None:
        """Who bears the keys of the row; errors are noted where that cannot be."""
        keyed = self.people.keyed(values)
        if not keyed:
            return None
        if len(keyed) > 1:
            words = "; ".join(f"{how}: {self.shown(pk)}" for pk, how in keyed.items())
            self.error(row, "snils", f"Номера принадлежат разным людям ({words}).")
            return None
        ((pk, how),) = keyed.items()
        key = "snils" if how.startswith(KEYS["snils"]) else "personal_no"
        known = self.people.all[pk]
        if pk not in self.people.within:
            self.error(
                row,
                key,
                f"{how} записан у человека, которого вы не ведёте. "
                "Проверьте номер или обратитесь к администратору журнала.",
            )
            return known
        renamed = plain(known.last_name) != plain(values["last_name"])
        first_name = values.get("first_name", "")
        if renamed and not same_part(known.first_name, first_name):
            self.error(
                row,
                key,
                f"{how} принадлежит другому человеку: {known}. Проверьте номер; "
                "если имя изменилось, исправьте его в карточке.",
            )
        else:
            self.match_note(row, known, f"по ключу ({how})")
        return known

    def shown(self, pk: int) -> str:
        if pk not in self.people.within:
            return "человек, которого вы не ведёте"
        return self.described(self.people.all[pk])

    def described(self, known: Known) -> str:
        """Who it is, so that a person can tell namesakes apart."""
        return str(known)

    def match_note(self, row: Row, known: Known, how: str) -> None:
        reason = f"{self.name_of(row)} — это {known}: найдено {how}."
        self.note("matches", row.sheet, row.number, "", reason)

    def agrees(self, known: Known, values: dict) -> bool:
        """Whether the row says nothing new about this person."""
        instance = self.loaded[known.pk]
        return all(
            getattr(instance, name) == value
            for name, value in fuller(values, known).items()
        )

    def of_namesakes(
        self, row: Row, values: dict, candidates: Iterable[Known], where: str
    ) -> Known | str | None:
        """Which of `candidates` (of that name) the row is.

        Returns the one, NEW or SKIP; None where a question is open.
        """
        left = [
            known
            for known in candidates
            if known.pk not in self.taken and not known.contradicts(values)
        ]
        likely = [known for known in left if not known.born_otherwise(values)]
        born = values.get("birth_date")
        exact = [known for known in likely if born and known.birth_date == born]
        if len(exact) == 1 or (len(likely) == len(left) == 1):
            (found,) = exact or likely
            self.match_note(row, found, f"по имени {where}")
            return found
        if not left:
            return NEW
        if agreeing := [known for known in likely if self.agrees(known, values)]:
            self.match_note(row, agreeing[0], f"по имени {where}, данные совпадают")
            return agreeing[0]
        reason = (
            f"с таким именем {where} не один человек."
            if len(left) > 1
            else f"{where} есть человек с тем же именем, но другой датой рождения."
        )
        return self.answer(row, reason, left)

    def answer(
        self, row: Row, reason: str, candidates: Sequence[Known]
    ) -> Known | str | None:
        offered = [(known, self.described(known)) for known in candidates]
        said = self.ask(row, reason, offered)
        if said in (NEW, SKIP, None):
            return said
        return next(known for known in candidates if str(known.pk) == said)

    def record_person(self, row: Row, values: dict, known: Known | None):
        """Add the person, or change whatever the file knows better."""
        if known is None:
            return self.record(self.model, row, None, values)
        if (first := self.taken.get(known.pk)) is not None:
            self.error(
                row,
                "snils",
                f"тот же человек, что в строке {first.number} (лист «{first.sheet}»). "
                "Оставьте одну из строк.",
            )
            return None
        self.taken[known.pk] = row
        instance = self.loaded[known.pk]
        return self.record(self.model, row, instance, fuller(values, known))


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
            meant |= {known.pk for known in self.people.called(values)}
        self.load_all(meant)

    def take(self, row: Row) -> None:
        values = self.values(row)
        found: Known | str | None = self.by_key(row, values)
        if self.refused:
            return
        if found is None:
            namesakes = self.people.called(values)
            found = self.of_namesakes(row, values, namesakes, "среди сотрудников")
        if found == SKIP:
            self.leave_out(row, "не загружается по вашему выбору")
        elif found is not None:
            self.record_person(row, values, None if found == NEW else found)
