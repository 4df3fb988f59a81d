"""Curricula: from .plx, from a flat table, from old tables by agreed columns."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.db.models import Model

from journal.exchange.curriculum.drafts import (
    USUAL,
    Draft,
    about,
    key_of,
    kind_of,
    module_of,
    normal_index,
    read_draft,
)
from journal.exchange.curriculum.heads import Head, Heads, weeks_of
from journal.exchange.curriculum.storing import HOURS, STORES, standing
from journal.exchange.curriculum.wide import IN_ALL, cycle_of, hours_of, is_wide
from journal.exchange.fields.curricula import CURRICULUM
from journal.exchange.importer import Importer
from journal.exchange.lookups import ByName
from journal.exchange.mapping import Row
from journal.exchange.reading.text import as_text
from journal.exchange.reading.workbook import Workbook
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    Cycle,
    Discipline,
    PlanHours,
    PlanItem,
    PlanWeeks,
    Specialty,
)
from journal.models.curriculum.programmes import HoursKind

Kind = PlanItem.Kind


class CurriculumImporter(Importer):
    """A draft of a curriculum, of one specialty and admission, row by row.

    A row of the plan is known by its index, without one by its name. Hours of a module
    that has children are theirs and are not taken again. Disciplines and cycles that are
    missing come into being with the plan. Nothing is deleted: what stands in the draft
    and not in the file is told. A plan that is approved takes nothing in.
    """

    slug = "curriculum"
    title = "Учебные планы"
    model = Curriculum
    columns: ClassVar = {}
    besides = tuple(known.key for known in CURRICULUM)
    as_text = ("study_form", "base", "admission_year")
    given: ClassVar = {
        "specialty": "Специальность",
        "admission_year": "Год набора",
        "study_form": "Форма обучения",
        "base": "На базе",
        "plan": "Название плана",
    }
    reads_also = (".plx",)
    stores = STORES

    # The file as a whole

    def rows(self, workbook: Workbook) -> list[Row]:
        """Modules before what belongs to them; the places in the plan are the file's."""
        rows = super().rows(workbook)
        self.position = {(r.sheet, r.number): n for n, r in enumerate(rows, 1)}
        self.modules = {
            (about(row), module_of(row, normal_index(as_text(row.values.get("index")))))
            for row in rows
        }
        return sorted(rows, key=lambda row: bool(as_text(row.values.get("parent"))))

    def prepare(self, rows: Sequence[Row]) -> None:
        self.heads = Heads(self.by, self.permission())
        self.disciplines = ByName(Discipline.objects.all(), "name")
        self.cycles = ByName(Cycle.objects.all(), "code")
        self.cycle_names = set(Cycle.objects.values_list("name", flat=True))
        self.drafts: dict[tuple, Draft | None] = {}
        self.blocks: dict[str, list[tuple[Row, bool]]] = {}
        self.counted: Counter[str] = Counter()
        self.by_semester: Counter[int] = Counter()

    def name_of(self, row: Row) -> str:
        index = normal_index(as_text(row.values.get("index")))
        semester = row.values.get("semester")
        words = f"{index} {row.values['name']}".strip()
        return f"{words}, {semester} семестр" if semester else words

    # One row

    def take(self, row: Row) -> None:
        draft = self.draft_of(row)
        if draft is None:
            self.refused = True
            return
        index = normal_index(as_text(row.values.get("index")))
        if is_wide(row) and self.is_no_item(row, draft, index):
            return
        item = self.item_of(row, draft, index)
        if item is None:
            self.refused = True
            return
        for semester, said in self.hours_said(row, item, index).items():
            self.take_hours(row, draft, item, semester, said)

    def draft_of(self, row: Row) -> Draft | None:
        """The plan that the row belongs to, found or begun; errors are told once."""
        key = about(row)
        if key not in self.drafts:
            self.drafts[key] = None

            def tell(name: str, reason: str) -> None:
                self.once(row, name, reason[:1].upper() + reason[1:])

            head = self.heads.read(row, tell)
            plan = head and self.heads.draft(head, tell)
            if plan is not None:
                self.drafts[key] = self._begin(row, head, plan)
        return self.drafts[key]

    def _begin(self, row: Row, head: Head, plan: Curriculum) -> Draft | None:
        if plan.pk is None:
            specialty = head.specialty
            if specialty is not None and specialty.pk is None:
                said = {"code": specialty.code, "name": specialty.name}
                specialty = self.make(Specialty, row, "специальности", **said)
            plan = self.make(
                Curriculum,
                row,
                "учебные планы",
                name=head.title,
                specialty=specialty,
                admission_year=head.admission_year,
                form=head.form,
                base=head.base,
            )
        if plan is None:
            return None
        draft = read_draft(plan)
        self.take_weeks(row, draft)
        return draft

    def take_weeks(self, row: Row, draft: Draft) -> None:
        try:
            found = weeks_of(row)
        except ValueError as error:
            self.once(row, "", str(error))
            return
        verb = self.verb
        for semester, values in found.items():
            match = draft.weeks.get(semester)
            if match is None and not any(values.values()):
                continue
            fresh = {"curriculum": draft.plan, "semester": semester}
            self.record(PlanWeeks, row, match, values, fresh)
        self.verb = verb if not self.changes else self.verb

    def is_no_item(self, row: Row, draft: Draft, index: str) -> bool:
        """Headings of cycles and sums stand between the rows of an old table."""
        code = cycle_of(index)
        if code in IN_ALL:
            reason = (
                f"«{index}» похоже на итог и не загружено: строке плана дайте номер."
            )
            self.error(row, "index", reason, "warnings")
            self.leave_out(row, "похоже на итог")
        elif code:
            draft.cycle = self.cycle_of(row, code, as_text(row.values["name"]))
            self.leave_out(row, "цикл")
        elif not index and "index" in row.values:
            reason = "у строки нет индекса, она не загружена."
            self.error(row, "index", reason, "warnings")
            self.leave_out(row, "нет индекса")
        else:
            return False
        return True

    def cycle_of(self, row: Row, code: str, name: str) -> Cycle | None:
        found = self.cycles.find(code)
        if found:
            return found[0]
        name = (name or code)[:120]
        name = f"{name[:90]} ({code})" if name in self.cycle_names else name
        self.cycle_names.add(name)
        made = self.make(Cycle, row, "циклы", code=code, name=name)
        if made is not None:
            self.cycles.add(made)
        return made

    def discipline_of(self, row: Row) -> Discipline | None:
        name = as_text(row.values["name"])
        found = self.disciplines.find(name)
        if len(found) > 1:
            words = ", ".join(f"«{one}»" for one in found)
            self.error(row, "name", f"подходят несколько дисциплин: {words}.")
            return None
        if found:
            return found[0]
        made = self.make(Discipline, row, "дисциплины", name=name)
        if made is not None:
            self.disciplines.add(made)
        return made

    def item_of(self, row: Row, draft: Draft, index: str) -> PlanItem | None:
        name = as_text(row.values["name"])
        key = key_of(index, name)
        if key in draft.names:
            if draft.names[key] != name:
                reason = f"индекс «{index}» уже у строки «{draft.names[key][:60]}»."
                self.error(row, "index", reason)
                return None
            return draft.items.get(key)
        draft.names[key] = name
        item = self._item(row, draft, index, draft.items.get(key))
        if item is None:
            draft.items.pop(key, None)
            return None
        draft.items[key] = item
        self.counted["items"] += 1
        if item.kind in (Kind.DISCIPLINE, Kind.COURSE):
            self.counted["disciplines"] += 1
        return item

    def _item(
        self, row: Row, draft: Draft, index: str, match: PlanItem | None
    ) -> PlanItem | None:
        discipline = self.discipline_of(row)
        if discipline is None:
            return None
        raw = as_text(row.values.get("index"))
        if index != " ".join(raw.split()):
            reason = f"индекс «{raw.strip()}» записан русскими буквами: «{index}»"
            self.error(row, "index", reason, "repairs")
        if index and not USUAL.fullmatch(index):
            reason = f"индекс «{index}» необычный: проверьте, не буквы ли вместо цифр."
            self.error(row, "index", reason, "warnings")
        module = module_of(row, index)
        parent = draft.items.get(key_of(module, "")) if module else None
        if module and parent is None:
            reason = f"модуля «{module}» нет среди строк плана."
            self.error(row, "parent", reason)
            return None
        if match is not None and not module:
            parent = match.parent
        cycle = draft.cycle or (match and match.cycle)
        if code := as_text(row.values.get("cycle")):
            cycle = self.cycle_of(row, code, as_text(row.values.get("cycle_name")))
        values = {
            "index": index,
            "kind": kind_of(row, index, match and match.kind),
            "position": self.position[row.sheet, row.number],
            "discipline": discipline,
            "cycle": cycle,
            "parent": parent,
        }
        fresh = {"curriculum": draft.plan, "raw_index": raw}
        shown = {"discipline": str(discipline), "cycle": str(cycle), "parent": module}
        return self.record(PlanItem, row, match, values, fresh, shown)

    def hours_said(
        self, row: Row, item: PlanItem, index: str
    ) -> dict[int, dict[str, object]]:
        """Semester → hours and form; none for a module whose children hold them."""
        if (about(row), index) in self.modules:
            if any(row.values.get(name) for name in ("total", "form", "forms")):
                reason = "часы и форма модуля повторяют его строки и не загружены"
                self.note("left_out", row.sheet, row.number, "", reason)
            return {}
        if is_wide(row):
            return self._hours_of_wide(row, item)
        said = {
            name: row.values[name]
            for name in (*HOURS, "form")
            if row.values.get(name) is not None
        }
        semester = row.values.get("semester")
        if not semester and any(said.values()):
            self.error(row, "semester", "не сказано, в каком семестре эти часы.")
        return {semester: said} if semester else {}

    def _hours_of_wide(self, row: Row, item: PlanItem) -> dict[int, dict[str, object]]:
        found, told = hours_of(row, item.kind)
        for kind, key, reason in told:
            self.error(row, key, reason, kind)
        shifted = any(key == "required_hours" for _, key, _ in told)
        self.blocks.setdefault(str(item.cycle), []).append((row, shifted))
        return {} if self.refused else found

    def take_hours(
        self, row: Row, draft: Draft, item: PlanItem, semester: int, said: dict
    ) -> None:
        place = (key_of(item.index, item.discipline.name), semester)
        first = draft.seen.setdefault(place, row)
        if first is not row:
            reason = f"часы {semester} семестра этой строки уже есть в строке"
            self.error(row, "semester", f"{reason} {first.number}.")
            return
        match = draft.hours.pop((item.pk, semester), None)
        whole = {name: getattr(match, name, 0) for name in HOURS} | said
        kinds = sum(int(whole[name]) for name in HoursKind.values)
        if "total" not in said:
            said["total"] = whole["total"] = kinds
        if kinds != said["total"]:
            reason = f"всего {said['total']} ч, а по видам вместе {kinds}."
            self.error(row, "total", reason, "warnings")
        fresh = {"item": item, "semester": semester}
        self.record(PlanHours, row, match, said, fresh)
        self.counted["hours"] += int(said["total"])
        self.by_semester[semester] += int(said["total"])
        if name := as_text(row.values.get("complex_form")):
            form = str(said.get("form") or getattr(match, "form", ""))
            self.take_complex_form(row, draft, item, (semester, name), form)

    def take_complex_form(
        self, row: Row, draft: Draft, item: PlanItem, key: tuple[int, str], form: str
    ) -> None:
        semester, name = key
        if not form or draft.said_forms.setdefault(key, form) != form:
            reason = (
                f"«{name}»: у строк комплексной формы должна быть одна форма контроля."
            )
            self.error(row, "form", reason)
            return
        known = draft.forms.get(key)
        if known is None:
            said = {"curriculum": draft.plan, "name": name, "semester": semester}
            known = self.make(ComplexForm, row, "комплексные формы", **said, form=form)
            if known is None:
                return
            draft.forms[key] = known
        elif known.pk is not None:
            self.record(ComplexForm, row, known, {"form": form})
        if (known.pk, item.pk) not in draft.parts or known.pk is None:
            self.record(
                ComplexFormPart, row, None, {}, {"complex_form": known, "item": item}
            )

    # After the last row

    def finish(self) -> None:
        self.outcome.entries.sort(
            key=lambda entry: self.position[entry.sheet, entry.row]
        )
        self.outcome.totals = {
            "items": self.counted["items"],
            "disciplines": self.counted["disciplines"],
            "hours": self.counted["hours"],
            "by_semester": {str(n): h for n, h in sorted(self.by_semester.items())},
        }
        for draft in filter(None, self.drafts.values()):
            self._tell_beyond(draft)
        for rows in self.blocks.values():
            self._tell_shifted(rows)

    def _tell_shifted(self, rows: Sequence[tuple[Row, bool]]) -> None:
        """Among rows that are shifted one may look right by chance."""
        if sum(shifted for _, shifted in rows) * 2 > len(rows):
            for row, shifted in rows:
                if not shifted:
                    reason = "остальные строки этого цикла сдвинуты: проверьте и эту."
                    self.error(row, "required_hours", reason)

    def _tell_beyond(self, draft: Draft) -> None:
        gone = [
            str(item) for key, item in draft.items.items() if key not in draft.names
        ]
        items = {item.pk: item for item in draft.items.values()}
        gone += [
            f"{items[pk]}, {semester} семестр"
            for pk, semester in draft.hours
            if str(items[pk]) not in gone
        ]
        if gone:
            words = "; ".join(gone[:20])
            reason = "в черновике остаются строки, которых нет в файле"
            self.note("warnings", "", None, "", f"{reason}: {words}.")

    @classmethod
    def staying(cls, rows: Iterable[Model]) -> dict[tuple[str, int], str]:
        return standing(rows)
