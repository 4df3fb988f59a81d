"""The parts of a student's card in a row: documents, social status, benefits.

Each part is written by whoever may change it, and in the groups where they may.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Model

from journal.exchange.contingent import benefits
from journal.exchange.fields.cards import PERSONAL_FILE, SOCIAL_CARD
from journal.exchange.mapping import ColumnMapping, Row
from journal.exchange.people import PersonImporter
from journal.exchange.people.known import CHUNK
from journal.exchange.reading.workbook import column_letter
from journal.exchange.records import records
from journal.exchange.rights import may, reached, reaches_all
from journal.exchange.tables import FoundTable
from journal.models import Benefit, Group, PersonalFile, SocialCard, Student

PARTS: Mapping[type[Model], tuple[str, ...]] = {
    PersonalFile: tuple(field.key for field in PERSONAL_FILE),
    SocialCard: tuple(field.key for field in SOCIAL_CARD),
}
PART_OF_COLUMN = {key: model for model, keys in PARTS.items() for key in keys}
PASSPORT = (4, 6)  # digits of the series and of the number


class CardsImporter(PersonImporter):
    """What a roster says beside names and groups."""

    part_stores = (
        records(PersonalFile, *PARTS[PersonalFile], "document"),
        records(SocialCard, *PARTS[SocialCard]),
        records(Benefit, "document", "end"),
    )
    columns_beside = "льготы парами «Реквизит_…» и «Дата_…»"
    part_columns = tuple(PART_OF_COLUMN)

    # Columns

    @classmethod
    def read_by_title(cls, found: FoundTable) -> Mapping[int, str]:
        told = {}
        for pair in benefits.pairs(found):
            told[pair.paper] = f"льгота «{pair.kind}»: реквизиты"
            if pair.until is not None:
                told[pair.until] = f"льгота «{pair.kind}»: действует по"
        return told

    def mapping(self, found: FoundTable, unused: set[str]) -> ColumnMapping:
        """The columns, without the parts that the person may not change."""
        mapping = super().mapping(found, unused)
        for index, guess in list(mapping.columns.items()):
            model = PART_OF_COLUMN.get(guess.key)
            if model and not self.may_write(model):
                del mapping.columns[index]
                title = next((c.title for c in found.columns if c.index == index), "")
                self._withhold(found, model, f"{column_letter(index)} «{title}»")
        return mapping

    def may_write(self, model: type[Model]) -> bool:
        name = model._meta.model_name
        return may(self.by, f"add_{name}") and may(self.by, f"change_{name}")

    def _withhold(self, found: FoundTable, model: type[Model], place: str) -> None:
        reason = f"«{model._meta.verbose_name}» меняете не вы"
        self.note("ignored", found.name, None, place, reason)

    def complete(self, found: FoundTable, rows: Sequence[Row]) -> None:
        """Benefits, whose columns are named by themselves."""
        known = benefits.pairs(found)
        titles = {column.index: column.title for column in found.columns}
        if known and not self.may_write(Benefit):
            for pair in known:
                place = f"{column_letter(pair.paper)} «{titles[pair.paper]}»"
                self._withhold(found, Benefit, place)
            return
        for index in self.read_by_title(found):
            letter = column_letter(index)
            self.places[found.name, letter] = f"{letter} «{titles[index]}»"
        body = {row.number: row.cells for row in found.body} if known else {}
        for row in rows if known else ():
            row.values["benefits"] = benefits.read(row, body[row.number], known)

    # Lookups

    def load_parts(self, rows: Sequence[Row], pks: Collection[int]) -> None:
        """The cards of students who may be meant, where the file speaks of them."""
        said = {key for row in rows for key in row.values}
        self.cards: dict[type[Model], dict[int, Model]] = {}
        self.benefits: dict[int, list[Benefit]] = {}
        self.writes: dict[tuple[str, type[Model]], set[int] | None] = {}
        for model, names in PARTS.items():
            found = self.cards[model] = {}
            if said.intersection(names):
                for part in self._of(model, pks):
                    found[part.student_id] = part
        if "benefits" in said:
            for one in self._of(Benefit, pks):
                self.benefits.setdefault(one.student_id, []).append(one)

    def _of(self, model: type[Model], pks: Collection[int]):
        wanted = sorted(pks)
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            for part in model._base_manager.filter(student__in=chunk).order_by("pk"):
                part.student = self.loaded[part.student_id]
                yield part

    def writes_in(self, model: type[Model], verb: str, group: Group) -> bool:
        """Whether the person may add or change this part in this group."""
        codename = f"{verb}_{model._meta.model_name}"
        if (verb, model) not in self.writes:
            everywhere = reaches_all(self.by, Group, codename)
            mine = None if everywhere else reached(self.by, Group, codename)
            pks = None if mine is None else set(mine.values_list("pk", flat=True))
            self.writes[verb, model] = pks
        pks = self.writes[verb, model]
        return pks is None or group.pk in pks

    # One row

    def write_parts(self, row: Row, student: Student, group: Group) -> None:
        self.begun: list[str] = []  # parts of a new card, for the preview
        for model, names in PARTS.items():
            said = {
                name: row.values[name]
                for name in names
                if row.values.get(name) not in (None, "")
            }
            if said:
                self._write_card(row, student, group, model, said)
        for said in row.values.get("benefits") or ():
            self._write_benefit(row, student, group, said)
        if self.begun:
            self.changes.append(("карточка", "", ", ".join(self.begun)))

    def _write_card(self, row, student, group, model, said: Mapping) -> None:
        match = self.cards[model].get(student.pk)
        if match is None and not any(said.values()):
            return  # «нет» about a card that is not there
        said = self.unsaid(row, match, said) if match else said
        fresh = {"student": student}
        if model is PersonalFile and _is_passport(said):
            fresh["document"] = PersonalFile.Document.PASSPORT
        self.write_part(row, student, group, model, match, said, fresh)

    def _write_benefit(self, row, student, group, said: benefits.Said) -> None:
        known = self.benefits.get(student.pk, [])
        match = benefits.matching(said, known, self.start)
        if match is None and said.end is not None and said.end <= self.start:
            last = said.end - benefits.ONE_DAY
            reason = f"льгота «{said.kind}» закончилась {last:%d.%m.%Y}: не загружается"
            self.note("left_out", row.sheet, row.number, "", reason)
            return
        fresh = {"student": student, "kind": said.kind, "start": self.start}
        values = benefits.values(said)
        values = self.unsaid(row, match, values) if match else values
        self.write_part(row, student, group, Benefit, match, values, fresh)

    def write_part(self, row, student, group, model, match, values, fresh) -> None:
        """Add or change a part; a person who was there is changed, not added."""
        if match is not None and not values:
            return
        verb = "add" if match is None else "change"
        if not self.writes_in(model, verb, group):
            reason = f"«{model._meta.verbose_name}» группы {group} меняете не вы"
            self.once(row, "", reason, "left_out")
            return
        before = self.verb
        made = self.record(model, row, match, values, fresh)
        if made is None or match is not None:
            return
        title = str(fresh.get("kind") or model._meta.verbose_name)
        if student.pk is None:
            self.begun.append(title)
        else:
            self.verb = "changed" if before == "skipped" else before
            self.changes += [
                (f"{title}: {words}", "", new)
                for words, new in self.in_words(model, values)
            ] or [(title, "", "добавляется")]


def _is_passport(said: Mapping) -> bool:
    pair = str(said.get("series", "")), str(said.get("number", ""))
    digits = all(text.isascii() and text.isdigit() for text in pair)
    return digits and tuple(map(len, pair)) == PASSPORT
