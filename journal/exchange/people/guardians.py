"""Parents and other representatives: one of several children, several of one child."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from journal.exchange.importer import NEW, SKIP
from journal.exchange.lookups import ByName
from journal.exchange.mapping import Row
from journal.exchange.people.known import Known, People, fuller, plain
from journal.exchange.people.persons import PERSON_COLUMNS, PersonImporter
from journal.exchange.reading.names import split_full_name
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import reached
from journal.models import Group, Guardian, Guardianship, Membership, Student

ONE_DAY = timedelta(days=1)
SURE = ("snils", "phone", "email", "birth_date")  # with the name: the same person


class GuardianImporter(PersonImporter):
    """A row ties one representative to one student.

    The student is known by СНИЛС or number, else by name in the group. The
    representative by СНИЛС, among those of the student by name, elsewhere by name and
    telephone, address or birthday; of bare namesakes the person decides.
    """

    slug = "guardians"
    title = "Родители и представители"
    model = Guardian
    columns = PERSON_COLUMNS
    besides = (
        *("relation", "child", "child_snils", "child_number"),
        *("group", "since", "until"),
    )
    stores = (
        records(Guardian, *PERSON_COLUMNS),
        records(Guardianship, "relation", "end"),
    )
    given = {"group": "Группа"}
    asks_start = "Представляет с даты"

    # Lookups

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        today = timezone.localdate()
        self.start = self.options.start or today
        mine = reached(self.by, Student, self.permission())
        self.children = People(Student, mine)
        self.students: dict[int, Student] = mine.in_bulk()
        self.groups = ByName(Group.objects.all(), "name")
        self.members: dict[int, set[int]] = {}
        seats = Membership.objects.on(today).values_list("group", "student")
        for group, student in seats.order_by():
            self.members.setdefault(group, set()).add(student)
        self.ties: dict[int, list[Guardianship]] = {}
        for tie in Guardianship.objects.filter(student__in=mine).order_by("start"):
            self.ties.setdefault(tie.student_id, []).append(tie)
        named = {one.pk for row in rows for one in self.namesakes(row)}
        keyed = {pk for row in rows for pk in self.people.keyed(self.values(row))}
        tied = {tie.guardian_id for ties in self.ties.values() for tie in ties}
        self.load_all(named | keyed | (tied & set(self.people.all)))
        self.made: dict[str, list[tuple[Row, Guardian]]] = {}

    def namesakes(self, row: Row) -> list[Known]:
        values = self.values(row)
        return self.people.called(values, row.raw.get("full_name", ""))

    # One row

    def take(self, row: Row) -> None:
        child = self.child_of(row)
        if child is None or self.refused:
            return
        values = self.values(row)
        found = self.guardian_of(row, values, child)
        if found == SKIP:
            self.leave_out(row, f"{self.name_of(row)}: не загружается по вашему выбору")
            return
        if found is None or self.refused:
            return
        guardian = self.once_only(row, values, found)
        if guardian is not None:
            self.tie(row, guardian, child)

    def child_of(self, row: Row) -> Student | None:
        said = as_text(row.values.get("child"))
        keys = {
            "snils": row.values.get("child_snils"),
            "personal_no": row.values.get("child_number"),
        }
        keyed = set(self.children.keyed(keys))
        if len(keyed) > 1:
            self.error(row, "child_snils", "номера принадлежат разным студентам.")
            return None
        name = self._name_of_child(row, said)
        if self.refused:
            return None
        if keyed:
            (pk,) = keyed
            known = self.children.all[pk]
            if pk not in self.students:
                self.error(row, "child_snils", "этого студента вы не ведёте.")
            elif name and not known.is_called(name) and known.full_name != said:
                reason = f"номер принадлежит другому студенту: {known}."
                self.error(row, "child_snils", reason)
            return self.students.get(pk)
        if not name:
            reason = "не сказано, чей это представитель: нужен СНИЛС или номер личного "
            reason += "дела студента, или ФИО и группа."
            self.error(row, "child", reason)
            return None
        return self._child_in_group(row, name, said)

    def _name_of_child(self, row: Row, said: str) -> Mapping | None:
        if not said:
            return None
        try:
            name = split_full_name(said)
        except ValueError as error:
            self.error(row, "child", str(error))
            return None
        parts = ("last_name", "first_name", "middle_name")
        return {part: getattr(name, part) for part in parts}

    def _child_in_group(self, row: Row, name: Mapping, said: str) -> Student | None:
        named = self.children.called(name, said)
        group = as_text(row.values.get("group"))
        groups = self.groups.find(group) if group else []
        if group and len(groups) != 1:
            self.once(row, "group", f"группы «{group}» нет, или подходят несколько.")
            return None
        if groups:
            members = self.members.get(groups[0].pk, set())
            found = [one for one in named if one.pk in members]
        else:  # a pair that the journal knows already
            known = {one.pk for one in self.namesakes(row)}
            found = [
                one
                for one in named
                if any(tie.guardian_id in known for tie in self.ties.get(one.pk, ()))
            ]
        if len(found) == 1:
            return self.students[found[0].pk]
        where = f"в группе {groups[0]}" if groups else "с этим представителем"
        reason = f"студентов «{said}» {where}: {len(found)}. "
        reason += "Укажите СНИЛС или номер личного дела"
        reason += "." if groups else ", или группу."
        self.error(row, "child", reason)
        return None

    def guardian_of(
        self, row: Row, values: Mapping, child: Student
    ) -> Guardian | str | None:
        """Who represents: somebody known, somebody of an earlier row, NEW or SKIP."""
        known = self.by_key(row, values)
        if known is not None or self.refused:
            return known and self.loaded[known.pk]
        namesakes = [one for one in self.namesakes(row) if not one.contradicts(values)]
        tied = {tie.guardian_id for tie in self.ties.get(child.pk, ())}
        inside = [one for one in namesakes if one.pk in tied]
        if len(inside) == 1:
            self.match_note(row, inside[0], f"по имени среди представителей {child}")
            return self.loaded[inside[0].pk]
        earlier = self.made.get(self._key(values), ())
        for _, guardian in earlier:
            if self.is_sure(values, guardian):
                return guardian
        same = [one for one in namesakes if self.is_sure(values, self.loaded[one.pk])]
        if len(same) == 1:
            self.match_note(row, same[0], "по имени и телефону, почте или дню рождения")
            return self.loaded[same[0].pk]
        if namesakes:
            said = self.answer(row, "в журнале есть тёзка.", namesakes)
            return self.loaded[said.pk] if isinstance(said, Known) else said
        for other, _ in earlier:
            reason = (
                f"полный тёзка в строке {other.number} (лист «{other.sheet}»). Если "
            )
            reason += "это один человек, укажите в обеих строках телефон или СНИЛС."
            self.error(row, "full_name", reason, "warnings")
        return NEW

    @staticmethod
    def _key(values: Mapping) -> str:
        parts = ("last_name", "first_name", "middle_name")
        return plain(" ".join(values.get(part, "") for part in parts))

    @staticmethod
    def is_sure(values: Mapping, guardian: Guardian) -> bool:
        """Besides the name something else agrees, and nothing contradicts."""
        pairs = [(values.get(name), getattr(guardian, name)) for name in SURE]
        known = [(said, old) for said, old in pairs if said and old]
        return bool(known) and all(said == old for said, old in known)

    def once_only(
        self, row: Row, values: dict, found: Guardian | str
    ) -> Guardian | None:
        """The representative's own record, written by the first row that has it."""
        if isinstance(found, Guardian):
            key = id(found)
            if (first := self.taken.get(key)) is not None:
                self._compare(row, values, first)
                return found
            self.taken[key] = row
            if found.pk is None:
                return found
            known = self.people.all[found.pk]
            return self.record(
                Guardian, row, found, self.unsaid(row, found, fuller(values, known))
            )
        made = self.record(Guardian, row, None, values)
        if made is not None:
            self.taken[id(made)] = row
            self.made.setdefault(self._key(values), []).append((row, made))
        return made

    def _compare(self, row: Row, values: Mapping, first: Row) -> None:
        before = self.values(first)
        for name in ("snils", "birth_date", "phone", "email"):
            old, new = before.get(name), values.get(name)
            if old and new and old != new:
                reason = f"в строке {first.number} у этого человека «{as_text(old)}»."
                self.error(row, name, reason)

    def tie(self, row: Row, guardian: Guardian, child: Student) -> None:
        today = timezone.localdate()
        relation = row.values["relation"]
        until = row.values.get("until")
        end = until + ONE_DAY if until else None
        spans = [
            tie
            for tie in self.ties.get(child.pk, ())
            if guardian.pk is not None and tie.guardian_id == guardian.pk
        ]
        match = next((t for t in spans if t.end is None or t.end > today), None)
        is_trustee = relation == Guardianship.Relation.TRUSTEE
        if is_trustee and (match is None or match.relation != relation):
            reason = "доверенного представителя назначает родитель в дневнике."
            self.error(row, "relation", reason)
            return
        if match is not None:
            said = {"relation": relation, **({"end": end} if end else {})}
            self.record(Guardianship, row, match, said)
            return
        start = row.values.get("since") or self.start
        if any(tie.start == start and tie.end == end for tie in spans):
            return
        fresh = {"student": child, "guardian": guardian, "start": start}
        said = {"relation": relation, "end": end}
        before = self.verb
        if self.record(Guardianship, row, None, said, fresh) is None:
            return
        if guardian.pk is not None:
            self.verb = "changed" if before == "skipped" else before
        words = dict(Guardianship.Relation.choices)[relation]
        self.changes.append((words, "", f"{child} с {start:%d.%m.%Y}"))
