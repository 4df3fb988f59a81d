"""The invented college: what differs from a school is data."""

from dataclasses import dataclass, field
from datetime import datetime, time

from journal.domain.demo.pouring import saved, saved_all
from journal.domain.demo.subjects import subjects
from journal.domain.demo.times import SEMESTERS
from journal.models import (
    Curriculum,
    Cycle,
    Department,
    Discipline,
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


def create_curricula(
    house: House,
    specialties: dict[str, Specialty],
    disciplines: dict[str, Discipline],
    admission: int,
    at: datetime,
) -> dict[tuple[str, int, str], PlanItem]:
    """A curriculum of each specialty; its rows by (specialty, level, subject)."""
    rows = {}
    for code, specialty in specialties.items():
        curriculum = Curriculum(
            name=f"Учебный план {specialty.code}",
            specialty=specialty,
            admission_year=admission,
            state=Curriculum.State.APPROVED,
        )
        saved(curriculum, at)
        rows |= _create_items(house, code, curriculum, disciplines, at)
    return rows


def _create_items(
    house: House,
    code: str,
    curriculum: Curriculum,
    disciplines: dict[str, Discipline],
    at: datetime,
) -> dict[tuple[str, int, str], PlanItem]:
    cycles = {cycle.code: cycle for cycle in Cycle.objects.all()}
    loads = {level: house.load(code, level) for level in house.levels}
    items: dict[str, PlanItem] = {}
    parents = _create_modules(curriculum, loads, cycles, at)
    for key in dict.fromkeys(key for load in loads.values() for key, _ in load):
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
            position=len(parents) + len(items) + 1,
        )
    saved_all(items.values(), at)
    hours = []
    for level, load in loads.items():
        for key, weekly in load:
            for number, *_ in house.shape:
                semester = 2 * (level - 1) + number
                hours.append(_hours(items[key], semester, weekly, subjects()[key].form))
    saved_all(hours, at)
    return {
        (code, level, key): items[key]
        for level, load in loads.items()
        for key, _ in load
    }


def _create_modules(curriculum, loads: dict, cycles: dict, at: datetime) -> dict:
    """Professional modules by their two digits."""
    used = {subjects()[key].index for load in loads.values() for key, _ in load}
    digits = sorted(
        {index.partition(".")[2][:2] for index in used if _of_module(index)}
    )
    modules = {}
    for position, number in enumerate(digits, 1):
        name = f"Профессиональный модуль {number} ({curriculum.specialty.code})"
        discipline = saved(Discipline(name=name), at)
        modules[number] = PlanItem(
            curriculum=curriculum,
            cycle=cycles.get("ПМ"),
            raw_index=f"ПМ.{number}",
            index=f"ПМ.{number}",
            discipline=discipline,
            kind=PlanItem.Kind.MODULE,
            position=position,
        )
        saved(modules[number], at)
    return modules


def _of_module(index: str) -> bool:
    return index.startswith(("МДК", "УП"))


def _kind(index: str) -> str:
    if index.startswith("УП"):
        return PlanItem.Kind.STUDY_PRACTICE
    return PlanItem.Kind.COURSE if _of_module(index) else PlanItem.Kind.DISCIPLINE


def _hours(item: PlanItem, semester: int, weekly: float, form: str) -> PlanHours:
    """Seventeen study weeks; a third of the hours is practical work."""
    total = int(17 * (weekly * 2 or 6))
    practical = total if weekly == PRACTICE else total // 3 // 2 * 2
    return PlanHours(
        item=item,
        semester=semester,
        total=total,
        theory=total - practical,
        practical=practical,
        form=form,
    )
