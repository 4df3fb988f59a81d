"""Disciplines and thematic plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

from django.utils import timezone

from journal.domain.curriculum.abbreviations import abbreviations
from journal.domain.curriculum.approval import OPEN
from journal.domain.curriculum.wording import allowed_words
from journal.exchange.fields.teaching import LESSON_KINDS
from journal.exchange.importer import Importer
from journal.exchange.lookups import ByName, squeezed
from journal.exchange.mapping import ColumnMapping, Row
from journal.exchange.matching import normal
from journal.exchange.organisation import NamedImporter
from journal.exchange.reading.text import as_text
from journal.exchange.records import records
from journal.exchange.rights import may, reached, reaches_all
from journal.models import (
    AcademicYear,
    Course,
    Discipline,
    Institution,
    LessonKind,
    PlannedLesson,
    ThematicPlan,
    User,
)
from journal.models.words import worded_lazily


class DisciplineImporter(NamedImporter):
    """Disciplines, known by their name."""

    slug = "disciplines"
    title = worded_lazily("Дисциплины", "Предметы")
    model = Discipline
    key = "name"
    columns = {"name": ("name",), "short_name": ("short_name",)}
    stores = (records(Discipline, *columns),)


@dataclass(frozen=True)
class Part:
    """What one plan of a file is for: two groups have two plans of a discipline."""

    discipline: str
    group: str = ""
    year: int | None = None
    semester: int | None = None

    @property
    def name(self) -> str:
        """«История, ИБ, 1 курс, 2 семестр»"""
        words = [self.discipline, self.group]
        words += [f"{self.year} курс"] if self.year else []
        words += [f"{self.semester} семестр"] if self.semester else []
        return ", ".join(filter(None, words))

    def fits(self, course: Course) -> bool:
        """Whether a course of the discipline may follow the plan: «ИБ» suits «ИБ-21»."""
        group, wanted = squeezed(course.group.name), squeezed(self.group)
        rest = group.removeprefix(wanted)
        if not group.startswith(wanted) or (wanted and rest[:1].isalpha()):
            return False
        if self.year and course.group.course_year != self.year:
            return False
        if not self.semester:
            return True
        number = (self.semester - 1) % 2 + 1 if self.year else self.semester
        return course.period.number == number


class ThematicPlanImporter(Importer):
    """Thematic plans: one of each discipline (and group, course, semester) of the file.

    A line is known by its number in the plan; without numbers, lines are counted.
    """

    slug = "thematic_plan"
    title = "Тематические планы"
    model = ThematicPlan
    columns = {
        "section": ("section",),
        "topic": ("topic",),
        "content": ("content",),
        "hours": ("hours",),
        "practical_hours": ("practical_hours",),
        "self_study": ("self_study",),
        "homework": ("homework",),
        "equipment": ("equipment",),
    }
    besides = ("discipline", "number", "group", "year", "semester", "kind")
    as_text = ("kind",)
    given = {"discipline": "Дисциплина"}
    asks_create = worded_lazily(
        "Создать дисциплины, которых ещё нет", "Создать предметы, которых ещё нет"
    )
    create_flags = ("--create-disciplines",)
    asks_attach = worded_lazily(
        "Привязать к курсам этой дисциплины, у которых плана нет",
        "Привязать к курсам этого предмета, у которых плана нет",
    )
    stores = (
        records(Discipline),
        records(ThematicPlan),
        records(PlannedLesson, *columns, "kind"),
        records(Course, objects=("thematic_plan",)),
    )

    @classmethod
    def may_make(cls, by: User | None) -> bool:
        return may(by, "add_discipline") or may(by, "import_discipline")

    def share_context(self, mappings: list[ColumnMapping]) -> None:
        """A sheet without a discipline belongs to the only one that the file names."""
        for key in ("discipline", "group"):
            said = {
                as_text(mapping.from_context[key])
                for mapping in mappings
                if key in mapping.from_context
            }
            silent = [
                mapping
                for mapping in mappings
                if key not in mapping.from_context and key not in mapping.by_key
            ]
            if len(said) == 1 and len(silent) < len(mappings):
                for mapping in silent:
                    mapping.from_context[key] = min(said)

    # Lookups

    def prepare(self, rows: Sequence[Row]) -> None:
        self.disciplines = ByName(Discipline.objects.all(), "name")
        self.year = AcademicYear.objects.on(timezone.localdate()).first()
        self.hours = Institution.current().lesson_hours
        self.allowed = allowed_words()
        self.author = getattr(self.by, "employee", None)
        self.for_all = reaches_all(self.by, ThematicPlan, self.permission())
        self.numbers = self._number(rows)
        found = {
            discipline.pk
            for part in {part_of(row) for row in rows}
            for discipline in self.disciplines.find(part.discipline)
        }
        mine = reached(self.by, ThematicPlan, self.permission())
        mine = mine.filter(discipline__in=found, year=self.year)
        self.known: dict[tuple, list[ThematicPlan]] = {}
        for plan in mine:
            self.known.setdefault((plan.discipline_id, plan.name), []).append(plan)
        self.plans: dict[Part, ThematicPlan | None] = {}
        self.lines: dict[tuple[int, int], PlannedLesson] = {}
        for line in PlannedLesson.objects.filter(plan__in=mine).order_by():
            self.lines[line.plan_id, line.number] = line
        self.first: dict[Part, Row] = {}

    def _number(self, rows: Sequence[Row]) -> dict[tuple[str, int], int]:
        """The number of each row in its plan: its own, or the next that is free."""
        of_part: dict[Part, list[Row]] = {}
        for row in rows:
            of_part.setdefault(part_of(row), []).append(row)
        numbers = {}
        for part, lines in of_part.items():
            said = [line.values.get("number") for line in lines]
            given = {number for number in said if number}
            if len(given) < sum(number is not None for number in said):
                reason = "номера занятий повторяются, строки сосчитаны по порядку"
                self.error(lines[0], "number", f"«{part.name}»: {reason}.", "warnings")
                said, given = [None] * len(lines), set()
            free = (number for number in count(1) if number not in given)
            for line, number in zip(lines, said, strict=True):
                numbers[line.sheet, line.number] = number or next(free)
        return numbers

    @cached_property
    def kinds(self) -> ByName:
        return ByName(LessonKind.objects.order_by("position"), "name", "short_name")

    # One row

    def name_of(self, row: Row) -> str:
        number = self.numbers.get((row.sheet, row.number), "?")
        return f"{part_of(row).name}: {number}. {str(row.values['topic'])[:80]}"

    def take(self, row: Row) -> None:
        part = part_of(row)
        if not part.discipline:
            reason = "Не сказано, какая это дисциплина. Добавьте столбец «Дисциплина» "
            self.once(row, "discipline", f"{reason}или укажите её при загрузке.")
            return
        plan = self.plan_of(row, part)
        if plan is None:
            self.refused = True
            return
        values = self.values(row)
        shown = {}
        if kind := self.kind_of(row):
            values["kind"], shown["kind"] = kind.pk, str(kind)
        number = self.numbers[row.sheet, row.number]
        match = self.lines.pop((plan.pk, number), None)
        fresh = {"plan": plan, "number": number, "hours": self.hours}
        self.record(PlannedLesson, row, match, values, fresh, shown)
        stands = plan.pk is not None and plan.state not in OPEN
        if (
            stands
            and self.verb != "skipped"
            and not may(self.by, "approve_thematicplan")
        ):
            state = plan.get_state_display()
            reason = f"План «{plan}» сейчас {state}: сначала его должны вернуть."
            self.once(row, "discipline", reason)
        if cut := abbreviations(str(row.values["topic"]), self.allowed):
            words = ", ".join(f"«{word}»" for word in cut)
            reason = f"сокращения {words}: в журнале тему пишут полностью."
            self.error(row, "topic", reason, "warnings")

    def kind_of(self, row: Row) -> LessonKind | None:
        said = as_text(row.values.get("kind"))
        if not said:
            return None
        words = [
            word
            for known in LESSON_KINDS.values()
            if normal(said) in map(normal, known)
            for word in known
        ]
        for word in (said, *words):
            if found := self.kinds.find(word):
                return found[0]
        reason = (
            f"вида занятия «{said[:40]}» нет, оставлен пустым. Внесите его в раздел"
        )
        self.error(row, "kind", f"{reason} «Виды занятий».", "warnings")
        return None

    def plan_of(self, row: Row, part: Part) -> ThematicPlan | None:
        """The plan of a part, found or begun; errors are told once."""
        if part not in self.plans:
            self.first[part] = row
            discipline = self.discipline_of(row, part.discipline)
            self.plans[part] = discipline and self._plan(row, part, discipline)
        return self.plans[part]

    def discipline_of(self, row: Row, name: str) -> Discipline | None:
        found = self.disciplines.find(name)
        if len(found) == 1:
            return found[0]
        allowed = self.may_make(self.by)
        if found or not allowed or not self.options.create:
            reason = f"Дисциплины «{name[:100]}» нет. Сначала внесите её"
            if allowed:
                reason += " или отметьте «Создать дисциплины, которых ещё нет»"
            if found:
                words = ", ".join(f"«{one}»" for one in found)
                reason = (
                    f"Названию «{name[:100]}» подходят несколько дисциплин: {words}"
                )
            self.once(row, "discipline", f"{reason}.")
            return None
        made = self.make(Discipline, row, "дисциплины", name=name)
        if made is not None:
            self.disciplines.add(made)
        return made

    def _plan(self, row: Row, part: Part, of: Discipline) -> ThematicPlan | None:
        known = self.known.get((of.pk, part.name), []) if of.pk else []
        if len(known) > 1:
            self.once(row, "discipline", f"Планов «{part.name}» несколько.")
            return None
        if known:
            return known[0]
        if not self.for_all and self.author is None:
            reason = (
                "Учётная запись не связана с карточкой сотрудника: у плана не будет"
            )
            self.once(row, "", f"{reason} автора. Обратитесь к администратору журнала.")
            return None
        author = None if self.for_all else self.author
        begun = {"discipline": of, "year": self.year, "author": author}
        return self.make(ThematicPlan, row, "планы", name=part.name[:250], **begun)

    # After the last row

    def finish(self) -> None:
        mine = {plan.pk: plan for plan in self.plans.values() if plan and plan.pk}
        beyond: dict[int, list[int]] = {}
        for plan, number in self.lines:
            if plan in mine:
                beyond.setdefault(plan, []).append(number)
        for plan, numbers in beyond.items():
            words = ", ".join(map(str, sorted(numbers)[:20]))
            reason = f"в плане «{mine[plan]}» остаются строки, которых нет в файле"
            self.note("warnings", "", None, "", f"{reason}: {words}.")
        if self.options.attach:
            self._attach()

    def _attach(self) -> None:
        """Tie the plans to courses of the year that have none (and are one's own)."""
        plans = [(part, plan) for part, plan in self.plans.items() if plan]
        courses = reached(self.by, Course, self.permission()).filter(
            thematic_plan=None,
            period__year=self.year,
            discipline__in={plan.discipline_id for _, plan in plans} - {None},
        )
        groups_of = {c.pk: c for c in courses.select_related("group", "period")}
        for course in courses:
            seen = groups_of[course.pk]
            fits = [
                (part, plan)
                for part, plan in plans
                if plan.discipline_id == course.discipline_id and part.fits(seen)
            ]
            if len(fits) == 1:
                ((part, plan),) = fits
                self.record(Course, self.first[part], course, {"thematic_plan": plan})
                self.outcome.also["курсы с планом"] += 1
            elif fits:
                reason = "подходят несколько планов, выберите план в карточке курса"
                self.note("warnings", "", None, "", f"{seen}: {reason}.")


def part_of(row: Row) -> Part:
    """Which plan the row belongs to."""
    return Part(
        as_text(row.values.get("discipline")),
        as_text(row.values.get("group")),
        row.values.get("year"),
        row.values.get("semester"),
    )
