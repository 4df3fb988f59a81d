"""The invented college: what differs from a school is data."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.subjects import plan_lines, subjects
from journal.domain.demo.times import SEMESTERS
from journal.domain.demo.wholeness import complete, unfinished
from journal.domain.timetable.drafts import PRACTICE_DAY_HOURS
from journal.models import (
    Curriculum,
    Cycle,
    Department,
    Discipline,
    Employee,
    LessonKind,
    Period,
    PlanHours,
    PlanItem,
    Specialty,
)


@dataclass(frozen=True)
class House:
    """What an institution is made of. `loads` gives "subject:lessons a week" by level,
    by (specialty, level) in a college; «0.5» is a lesson every other week."""

    institution: dict
    period_kind: str
    shape: list
    levels: range
    bells: tuple[time, int, list[int]]
    lessons_a_day: int
    specialties: dict[str, tuple[str, str]]
    departments: tuple[str, ...]
    campuses: tuple[tuple[str, str], ...]
    teacher_post: str
    curator_post: str
    age_at_entry: int
    curated: int
    qualifications: dict[str, str] = field(default_factory=dict)
    loads: dict = field(repr=False, default_factory=dict)

    def load(self, specialty: str, level: int) -> list[tuple[str, float]]:
        """(subject, lessons a week) of a group."""
        words = self.loads.get(level, "") + " " + self.loads.get((specialty, level), "")
        pairs = (word.split(":") for word in words.split())
        return [(key, float(count)) for key, count in pairs]

    def subjects(self) -> list[str]:
        """Keys of all that is taught."""
        words = " ".join(self.loads.values()).split()
        return list(dict.fromkeys(word.split(":")[0] for word in words))

    def place(self, index: int) -> tuple[int, str, int]:
        """(level, specialty, parallel) of the group of that index."""
        codes = list(self.specialties) or [""]
        turn, step = divmod(index, len(self.levels))
        parallel, which = divmod(turn, len(codes))
        return self.levels[step], codes[which], parallel + 1

    def name(self, level: int, specialty: str, parallel: int) -> str:
        if specialty:
            return f"{specialty}-{level}{parallel}"
        return f"{level}{'АБВГДЕЖИКЛМНПРСТ'[parallel - 1]}"


COLLEGE = House(
    institution={
        "name": "Государственное бюджетное профессиональное образовательное учреждение "
        "«Светлореченский многопрофильный колледж»",
        "short_name": "Светлореченский колледж",
        "founder": "Министерство образования Светлореченской области",
        "kind": "college",
        "lesson_hours": 2,
    },
    period_kind=Period.Kind.SEMESTER,
    shape=SEMESTERS,
    levels=range(1, 5),
    bells=(time(8, 30), 90, [10, 30, 10, 10]),
    lessons_a_day=3,
    specialties={
        "ИС": ("09.02.07", "Информационные системы и программирование"),
        "БУ": ("38.02.01", "Экономика и бухгалтерский учёт"),
    },
    departments=("Отделение информационных технологий", "Отделение экономики"),
    campuses=(
        ("Главный корпус", "Светлореченск, улица Учебная, дом 1"),
        ("Учебные мастерские", "Светлореченск, улица Заводская, дом 12"),
    ),
    teacher_post="преподаватель",
    curator_post="преподаватель, куратор",
    age_at_entry=16,
    curated=1,
    qualifications={"ИС": "Программист", "БУ": "Бухгалтер"},
    loads={
        1: "math:4 rus:1 lit:2 eng:2 hist:2 soc:0.5 oboz:0.5 phys:2 chem:1 inf:2 pe:1",
        2: "ruhist:1 engprof:1 bzhd:1 pe:1",
        3: "engprof:1 pe:1",
        4: "engprof:1 pe:1 law:2 management:2",
        ("ИС", 2): "highmath:2 discrete:2 coding:3 os:2 hardware:2 infotech:2",
        ("БУ", 2): "ecomath:2 firm:3 statistics:2 office:2 accounting:4",
        ("ИС", 3): "probability:2 databases:3 modules:4 testing:2 networks:2 "
        "practice_it:0",
        ("БУ", 3): "taxes:2 finance:3 assets:4 audit:2 management:2 "
        "practice_accounting:0",
        ("ИС", 4): "devtech:4 modules:3 networks:2 practice_it:0",
        ("БУ", 4): "reporting:4 analysis:3 taxes:2 practice_accounting:0",
    },
)
# A practice takes a whole day of the week, without bells.
PRACTICE = 0.0


def create_specialties(
    house: House, departments: list[Department]
) -> dict[str, Specialty]:
    """Specialties by their letters, shared out among the departments."""
    return {
        letters: Specialty.objects.create(
            code=code,
            name=name,
            department=departments[place % len(departments)],
            years=len(house.levels),
            qualification=house.qualifications.get(letters, ""),
        )
        for place, (letters, (code, name)) in enumerate(house.specialties.items())
    }


def create_disciplines(house: House, at: datetime) -> dict[str, Discipline]:
    """What is taught, by the key of its subject."""
    keys = house.subjects()
    rows = saved_all([Discipline(name=subjects()[key].name) for key in keys], at)
    return dict(zip(keys, rows, strict=True))


Items = dict[tuple[str, int, str], PlanItem]


def create_curricula(
    house: House,
    specialties: dict[str, Specialty],
    disciplines: dict[str, Discipline],
    admissions: dict[str, list[int]],
    at: datetime,
) -> Items:
    """Curricula of each specialty for each admission and the next one, drafts still.

    Gives their rows by (specialty, year of admission, subject).
    """
    rows: Items = {}
    for code, specialty in specialties.items():
        modules = _disciplines_of_modules(house, code, specialty, at)
        years = admissions.get(code, ())
        for admission in [*years, *([max(years) + 1] if years else [])]:
            curriculum = Curriculum(
                name=f"Учебный план {specialty.code}",
                specialty=specialty,
                admission_year=admission,
            )
            saved(curriculum, at)
            items = _create_items(house, code, curriculum, disciplines, modules, at)
            rows |= {(code, admission, key): item for key, item in items.items()}
    return rows


def _create_items(
    house: House,
    code: str,
    curriculum: Curriculum,
    disciplines: dict[str, Discipline],
    modules: dict[str, Discipline],
    at: datetime,
) -> dict[str, PlanItem]:
    cycles = {cycle.code: cycle for cycle in Cycle.objects.all()}
    places = _places(house, code, modules)
    parents = {
        number: PlanItem(
            curriculum=curriculum,
            cycle=cycles.get("ПМ"),
            raw_index=f"ПМ.{number}",
            index=f"ПМ.{number}",
            discipline=discipline,
            kind=PlanItem.Kind.MODULE,
            position=places[number],
        )
        for number, discipline in modules.items()
    }
    saved_all(parents.values(), at)
    items: dict[str, PlanItem] = {}
    for key in _subjects_of(house, code):
        index = subjects()[key].index
        items[key] = PlanItem(
            curriculum=curriculum,
            parent=parents.get(
                index.partition(".")[2][:2] if _of_module(index) else ""
            ),
            cycle=cycles.get("ПМ" if _of_module(index) else index.partition(".")[0]),
            raw_index=index,
            index=index,
            discipline=disciplines[key],
            kind=_kind(index),
            position=places[key],
        )
    saved_all(items.values(), at)
    return items


def _places(house: House, code: str, modules: Iterable[str]) -> dict[str, int]:
    """The place in the plan of each subject and module: each module before its own."""
    keys = _subjects_of(house, code)
    order = [key for key in keys if not _of_module(subjects()[key].index)]
    for number in modules:
        order.append(number)
        for key in keys:
            index = subjects()[key].index
            if _of_module(index) and index.partition(".")[2][:2] == number:
                order.append(key)
    return {key: place for place, key in enumerate(order, 1)}


def _subjects_of(house: House, code: str) -> list[str]:
    loads = [house.load(code, level) for level in house.levels]
    return list(dict.fromkeys(key for load in loads for key, _ in load))


def _disciplines_of_modules(
    house: House, code: str, specialty: Specialty, at: datetime
) -> dict[str, Discipline]:
    """Professional modules by their two digits."""
    used = [subjects()[key].index for key in _subjects_of(house, code)]
    digits = sorted({one.partition(".")[2][:2] for one in used if _of_module(one)})
    rows = [
        Discipline(name=f"Профессиональный модуль {number} ({specialty.code})")
        for number in digits
    ]
    return dict(zip(digits, saved_all(rows, at), strict=True))


def approve_curricula(
    house: House,
    items: Items,
    lived: dict[tuple[int, int], Counter],
    kinds: dict[str, LessonKind],
    at: datetime,
    by: Employee,
) -> None:
    """The hours of every semester, those of the terms lived as they were, and approval.

    A semester that nobody has reached is planned for seventeen weeks.
    """
    rows = []
    for (code, _, key), item in items.items():
        for level in house.levels:
            weekly = dict(house.load(code, level)).get(key)
            for number, *_ in house.shape if weekly is not None else ():
                semester = semester_of(house, level, number)
                hours = lived.get((item.pk, semester))
                if hours is None:
                    hours = _nominal(house, key, weekly, kinds)
                form = subjects()[key].form
                rows.append(_hours(item, semester, hours, form))
    saved_all(rows, at)
    plans = list(dict.fromkeys(item.curriculum for item in items.values()))
    newest = max((plan.admission_year for plan in plans), default=0)
    for curriculum in plans:
        mine = [row for row in rows if row.item.curriculum_id == curriculum.pk]
        complete(curriculum, mine, at)
        if curriculum.admission_year == newest:
            unfinished(mine, at)
            continue
        curriculum.state = Curriculum.State.APPROVED
        in_time = at.replace(year=curriculum.admission_year, month=8, day=28)
        curriculum.approved_at, curriculum.approved_by = min(at, in_time), by
        saved(curriculum, at + timedelta(hours=1), by.user)


def _nominal(house: House, key: str, weekly: float, kinds) -> Counter:
    count = round(17 * (weekly or 1))
    each = lesson_hours(house, weekly)
    lines = plan_lines(subjects()[key], count)
    return hours_of((kinds[line.kind], each) for line in lines)


def _hours(item: PlanItem, semester: int, hours: Counter, form: str) -> PlanHours:
    return PlanHours(
        item=item, semester=semester, total=hours.total(), form=form, **hours
    )


def lesson_hours(house: House, weekly: float) -> int:
    """Academic hours of a lesson, or of a day of practice."""
    if weekly == PRACTICE:
        return PRACTICE_DAY_HOURS
    return house.institution["lesson_hours"]


def semester_of(house: House, level: int, number: int) -> int:
    """The semester of a curriculum, counted through the whole study."""
    return len(house.shape) * (level - house.levels[0]) + number


def hours_of(lines: Iterable[tuple[LessonKind, int]]) -> Counter:
    """Hours by the column of the curriculum that lessons of their kind fill."""
    found: Counter = Counter()
    for kind, hours in lines:
        found[kind.hours_kind] += hours
    return found


def _of_module(index: str) -> bool:
    return index.startswith(("МДК", "УП"))


def _kind(index: str) -> str:
    if index.startswith("УП"):
        return PlanItem.Kind.STUDY_PRACTICE
    return PlanItem.Kind.COURSE if _of_module(index) else PlanItem.Kind.DISCIPLINE
