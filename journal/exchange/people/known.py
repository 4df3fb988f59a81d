"""Who is in the database already, by stable key and by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, QuerySet

from journal.exchange.reading.text import tidy

NAME = ("last_name", "first_name", "middle_name")
KEYS = {"snils": "СНИЛС", "personal_no": "номер"}
CHUNK = 5000


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
    snils: str | None = None
    personal_no: str | None = None

    @property
    def full_name(self) -> str:
        parts = (self.last_name, self.first_name, self.middle_name)
        return tidy(" ".join(filter(None, parts)))

    def __str__(self) -> str:
        born = f", {self.birth_date:%d.%m.%Y}" if self.birth_date else ""
        return self.full_name + born

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
        self.by_name: dict[str, list[Known]] = {}
        own = {field.name for field in model._meta.fields}
        fields = ("pk", *NAME, "birth_date", *(key for key in KEYS if key in own))
        rows = model._base_manager.order_by("pk").values_list(*fields)
        self.within = set(within.values_list("pk", flat=True))
        for known in (Known(*row) for row in rows.iterator(CHUNK)):
            self.all[known.pk] = known
            for key in KEYS:
                if value := getattr(known, key):
                    self.by_key[key, value] = known.pk
            if known.pk in self.within:
                self.by_surname.setdefault(plain(known.last_name), []).append(known)
                self.by_name.setdefault(known.full_name, []).append(known)

    def keyed(self, values: Mapping) -> dict[int, str]:
        """Whose keys the row bears: {pk: the key in words}."""
        found = {}
        for key, title in KEYS.items():
            value = values.get(key)
            if value and (pk := self.by_key.get((key, value))):
                found[pk] = f"{title} {value}"
        return found

    def called(self, values: Mapping, said: str = "") -> list[Known]:
        """Everybody within reach with the name of the row.

        `said` is the whole name as it stands in the file: who has it to the letter is
        meant, whatever its parts were taken for.
        """
        same = self.by_surname.get(plain(values["last_name"]), ())
        found = [known for known in same if known.is_called(values)]
        literal = self.by_name.get(said, ()) if said else ()
        return found + [known for known in literal if known not in found]


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
