"""Rosters: students and the groups that they sit in."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from django.utils import timezone

from journal.exchange.contingent.cards import CardsImporter
from journal.exchange.fields.cards import GONE
from journal.exchange.importer import NEW, SKIP
from journal.exchange.lookups import ByName
from journal.exchange.mapping import Row
from journal.exchange.people import PERSON_COLUMNS, Known
from journal.exchange.people.known import CHUNK
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import may, reached, reaches_all
from journal.models import (
    AcademicYear,
    Group,
    Institution,
    Membership,
    Specialty,
    Student,
    User,
)
from journal.models.words import worded_lazily

TERMS = {"funding": "основание обучения", "form": "форма обучения"}


class RosterImporter(CardsImporter):
    """Students, and their place in the group of the column, of the sheet, or as told.

    A student is known by СНИЛС or number; else by name (and birth date) inside the
    group. A namesake elsewhere is told of and never taken for the same person.
    """

    slug = "roster"
    title = "Контингент"
    model = Student
    stores = (
        records(Group),
        records(Student, *PERSON_COLUMNS, "personal_no"),
        records(Membership, *TERMS),
        *CardsImporter.part_stores,
    )
    columns = {**PERSON_COLUMNS, "personal_no": ("personal_number",)}
    besides = (
        *("group", "enrolled_on", "status", "programme", *TERMS),
        *CardsImporter.part_columns,
    )
    given = {"group": "Группа"}
    same = ("group", "last_name", "first_name", "middle_name")
    asks_start = worded_lazily("В группе с даты", "В классе с даты")
    asks_create = worded_lazily(
        "Создать группы, которых ещё нет", "Создать классы, которых ещё нет"
    )
    create_flags = ("--create-groups",)

    @classmethod
    def may_make(cls, by: User | None) -> bool:
        """New groups belong to nobody yet: only for those who reach all groups."""
        return any(
            may(by, codename) and reaches_all(by, Group, codename)
            for codename in ("add_group", "import_group")
        )

    # Lookups

    def prepare(self, rows: Sequence[Row]) -> None:
        super().prepare(rows)
        self.start = self.options.start or first_day_of_year()
        self.groups = ByName(Group.objects.all(), "name")
        mine = reached(self.by, Group, self.permission())
        self.mine = set(mine.values_list("pk", flat=True))
        self.seats: dict[int, list[Membership]] = {}
        self.members: dict[int, set[int]] = {}
        self.former: dict[int, set[int]] = {}
        self._load(rows)

    def _load(self, rows: Sequence[Row]) -> None:
        names = {as_text(row.values.get("group")) for row in rows}
        found = [group for name in names for group in self.groups.find(name)]
        meant = {pk for row in rows for pk in self.people.keyed(self.values(row))}
        spans = Membership.objects.order_by("start")
        of_groups = spans.filter(group__in={group.pk for group in found})
        for span in of_groups.iterator(CHUNK):
            current = span.end is None or span.end > self.start
            known = self.members if current else self.former
            known.setdefault(span.group_id, set()).add(span.student_id)
        members = set().union(*self.members.values(), *self.former.values())
        surnames = {str(row.values["last_name"]) for row in rows}
        literal = {row.raw.get("full_name", "") for row in rows}
        called = [self.people.called({"last_name": surname}) for surname in surnames]
        called += [self.people.by_name.get(said, []) for said in literal]
        meant |= {one.pk for found in called for one in found if one.pk in members}
        self.load_all(meant)
        self._load_seats(sorted(self.loaded))
        self.load_parts(rows, self.loaded)

    def _load_seats(self, pks: Sequence[int]) -> None:
        for start in range(0, len(pks), CHUNK):
            spans = Membership.objects.filter(student__in=pks[start : start + CHUNK])
            for span in spans.select_related("group").order_by("start"):
                self.seats.setdefault(span.student_id, []).append(span)

    # One row

    def take(self, row: Row) -> None:
        if (status := row.values.get("status")) in GONE:
            self.gone(row, GONE[status][0])
            return
        group = self.group_of(row)
        if group is None:
            return
        values = self.values(row)
        found = self.student_of(row, values, group)
        if found == SKIP:
            self.leave_out(row, f"{self.name_of(row)}: не загружается по вашему выбору")
        elif found is not None and not self.refused:
            known = None if found == NEW else found
            student = self.record_person(row, values, known)
            if student is not None:
                self.seat(row, student, group)
                self.check_programme(row, group)
                self.write_parts(row, student, group)

    def gone(self, row: Row, status: str) -> None:
        """Expelled, graduated or on leave: no member of the group, whoever it is."""
        name = self.name_of(row)
        self.leave_out(row, f"{name}: статус «{status}»")
        values = self.values(row)
        keyed = self.people.keyed(values)
        groups = self.groups.find(as_text(row.values.get("group")))
        inside = {pk for one in groups for pk in self.members.get(one.pk, ())}
        named = {one.pk for one in self.people.called(values)} & inside
        for pk in set(keyed) or named:
            if pk in self.people.within and (group := self.group_now.get(pk)):
                reason = f"{name}: в файле «{status}», а в журнале числится в группе "
                self.error(
                    row, "status", f"{reason}{group}. Оформите приказ.", "warnings"
                )

    def check_programme(self, row: Row, group: Group) -> None:
        """The programme belongs to the group; a new group takes it, others are told."""
        said = as_text(row.values.get("programme"))
        if not said:
            return
        found = self.specialties.find(said)
        if len(found) == 1 and group.pk is None and group.specialty is None:
            (group.specialty,) = found
        elif group.specialty not in found:
            stands = group.specialty or "не указана"
            reason = f"в файле программа «{said[:80]}», у группы {group}: {stands}. "
            reason += "Если группа учится иначе, исправьте её карточку."
            self.once(row, "programme", reason, "warnings")

    @cached_property
    def specialties(self) -> ByName:
        return ByName(Specialty.objects.all(), "code", "name", "__str__")

    def group_of(self, row: Row) -> Group | None:
        """The group of a row; errors are told once a sheet."""
        name = as_text(row.values.get("group"))
        if not name:
            self.once(
                row,
                "group",
                "Не сказано, какая это группа. Добавьте столбец «Группа», назовите "
                "лист по группе или укажите группу при загрузке.",
            )
            return None
        found = self.groups.find(name)
        if len(found) > 1:
            known = ", ".join(str(group) for group in found)
            self.once(row, "group", f"Группе «{name}» подходят несколько: {known}.")
            return None
        if not found:
            return self.new_group(row, name)
        (group,) = found
        if group.pk is not None and group.pk not in self.mine:
            self.once(row, "group", f"Группу {group} ведёте не вы.")
        elif group.closed_on and group.closed_on <= self.start:
            self.once(
                row,
                "group",
                f"Группа {group} расформирована {group.closed_on:%d.%m.%Y}.",
            )
        else:
            return group
        return None

    def new_group(self, row: Row, name: str) -> Group | None:
        allowed = self.may_make(self.by)
        if not allowed or not self.options.create:
            hint = "Сначала создайте её"
            if allowed:
                hint += " или отметьте «Создать группы, которых ещё нет»"
            self.once(row, "group", f"Группы «{name}» нет. {hint}.")
            return None
        year = class_year(name) if Institution.current().is_school else 1
        group = self.make(Group, row, "группы", name=name, course_year=year)
        if group is not None:
            self.groups.add(group)
        return group

    def student_of(self, row: Row, values: dict, group: Group) -> Known | str | None:
        """Who the row is: somebody known, NEW or SKIP; None where it stays open."""
        known = self.by_key(row, values)
        if known is not None or self.refused:
            return known
        namesakes = self.people.called(values, row.raw.get("full_name", ""))
        members = self.members.get(group.pk, ())
        inside = [known for known in namesakes if known.pk in members]
        found = self.of_namesakes(row, values, inside, f"в группе {group}")
        if found != NEW or inside:
            return found
        others = [known for known in namesakes if not known.contradicts(values)]
        return self.of_others(row, values, group, others)

    def of_others(
        self, row: Row, values: Mapping, group: Group, others: Sequence[Known]
    ) -> Known | str | None:
        """Namesakes outside the group: told of, asked about where much agrees."""
        former = self.former.get(group.pk, set())
        back = [
            known
            for known in others
            if known.pk in former and known.pk not in self.taken
            if not known.born_otherwise(values)
        ]
        if back:
            return self.answer(row, f"раньше был(а) в группе {group}.", back)
        born = values.get("birth_date")
        same = [known for known in others if born and known.birth_date == born]
        if same:
            reason = f"уже есть {self.described(same[0])}. Если это тот же человек, "
            reason += "оформите перевод или зачисление в карточке."
            return self.answer(row, reason, ())
        for known in others[:3]:
            who = self.described(known)
            reason = f"полный тёзка уже есть: {who}. Это будет другой человек."
            self.error(row, "last_name", f"{self.name_of(row)}: {reason}", "warnings")
        return NEW

    @cached_property
    def group_now(self) -> dict[int, str]:
        seats = Membership.objects.on(timezone.localdate()).order_by()
        return dict(seats.values_list("student", "group__name"))

    def described(self, known: Known) -> str:
        group = self.group_now.get(known.pk)
        return f"{known}, группа {group}" if group else f"{known}, вне групп"

    def seat(self, row: Row, student: Student, group: Group) -> None:
        """Put the student into the group from the day on, unless already there."""
        start = row.values.get("enrolled_on") or self.start
        spans = [
            span
            for span in self.seats.get(student.pk, ())
            if span.end is None or span.end > start
        ]
        terms = {name: row.values[name] for name in TERMS if row.values.get(name)}
        if own := [span for span in spans if span.group_id == group.pk]:
            self.set_terms(row, student, own, terms)
            return
        if spans:
            span = spans[0]
            self.error(
                row,
                "group",
                f"{student} числится в группе {span.group} с {span.start:%d.%m.%Y}. "
                "Оформите перевод в карточке студента, затем загрузите снова.",
            )
            return
        fresh = {"student": student, "group": group, "start": start}
        if self.record(Membership, row, None, terms, fresh) is None:
            return
        if student.pk is not None:
            self.verb = "changed"
        words = f"{group} с {start:%d.%m.%Y}"
        self.changes.append(("группа", "", words))

    def set_terms(
        self, row: Row, student: Student, spans: Sequence[Membership], terms: Mapping
    ) -> None:
        """Funding and form where nobody has said them yet; a change is by order."""
        now = [span for span in spans if span.start <= timezone.localdate()]
        span = (now or spans)[-1]
        fresh = {}
        for name, value in terms.items():
            stands = getattr(span, name)
            if not stands:
                fresh[name] = value
            elif stands != value:
                words = dict(Membership._meta.get_field(name).flatchoices)
                reason = f"{student}: {TERMS[name]} в журнале «{words[stands]}», "
                reason += f"в файле «{words[value]}». Смена оформляется приказом."
                self.error(row, name, reason, "warnings")
        if fresh:
            self.record(Membership, row, span, fresh)


def first_day_of_year() -> date:
    """The first day of the academic year that is on, else today."""
    today = timezone.localdate()
    year = AcademicYear.objects.on(today).first()
    return year.start if year else today


def class_year(name: str) -> int:
    """«10 А» → 10."""
    digits = "".join(sign for sign in name[:2] if sign.isdigit())
    return int(digits) if digits and 1 <= int(digits) <= 11 else 1
