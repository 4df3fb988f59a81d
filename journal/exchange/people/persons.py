"""Who a row of a file is: by a stable key, or by name among those who may be meant."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Model

from journal.exchange.importer import NEW, SKIP, Importer
from journal.exchange.mapping import Row
from journal.exchange.people.known import (
    CHUNK,
    KEYS,
    NAME,
    Known,
    People,
    fuller,
    plain,
    same_part,
)
from journal.exchange.reading.text import tidy
from journal.exchange.rights import reached

SEX = {"male": "m", "female": "f"}

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


def stands(instance: Model, name: str) -> object:
    """What the base holds; of a foreign row the key."""
    return getattr(instance, type(instance)._meta.get_field(name).attname)


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
        renamed = renamed and row.raw.get("full_name") != known.full_name
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

    def agrees(self, row: Row, known: Known, values: dict) -> bool:
        """Whether the row says nothing new about this person."""
        instance = self.loaded[known.pk]
        said = self.unsaid(row, instance, fuller(values, known))
        return all(stands(instance, name) == value for name, value in said.items())

    def unsaid(self, row: Row, instance: Model, values: Mapping) -> dict:
        """The values without those that stand in the base as they do in the file.

        A cell that was repaired says nothing new where the base has it unrepaired too:
        what the journal lets out comes back and changes nothing.
        """
        whole = row.raw.get("full_name")
        if whole and whole == tidy(getattr(instance, "full_name", "")):
            values = {k: value for k, value in values.items() if k not in NAME}
        kept = {}
        for name, value in values.items():
            old = stands(instance, name)
            if old and old != value and isinstance(old, str):
                raw = [row.raw.get(key) for key in self.columns.get(name, (name,))]
                if tidy(old) in (value, *raw):
                    continue
            kept[name] = value
        return kept

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
        if agreeing := [known for known in likely if self.agrees(row, known, values)]:
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

    def record_person(
        self,
        row: Row,
        values: dict,
        known: Known | None,
        shown: Mapping[str, str] | None = None,
    ):
        """Add the person, or change whatever the file knows better.

        `shown` words for foreign rows.
        """
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
        values = self.unsaid(row, instance, fuller(values, known))
        return self.record(self.model, row, instance, values, shown=shown)
