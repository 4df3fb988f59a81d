"""What a course will come to for each of its students (F12; U 2.8, S 2.8).

From the marks so far, how works of such kinds usually turn out in the discipline, and how
often a lesson of this course gives a mark; the model itself is `forecast`.
"""

import math
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from journal.domain.results.averages import average, suggested_mark
from journal.domain.results.experience import DONE, Experience, Place
from journal.domain.results.forecast import (
    MARKS,
    ROUNDING,
    Forecast,
    Rules,
    Work,
    forecast,
    lean,
)
from journal.models import Institution

# Marks that one lesson gives to one student before a course shows its own habit, and
# the lessons of one student that this habit is worth.
PER_LESSON, OF_HABIT = 0.4, 40.0
MOST_PER_LESSON = 3
FEW = 3  # so many fives are told by number, more as an average


class Kind(NamedTuple):
    """A kind of work (its code) with its weight in the average."""

    code: str
    weight: int


Given = Counter[tuple[Kind, int]]


@dataclass
class Facts:
    """A course up to a day: what its forecasts stand on.

    `marks` are of each student on the common way: (kind, mark 2…5) → how many; `owed`
    the required works that have none. `held` and `ahead` are lessons, `asked` lessons
    of one student so far; lessons of a subgroup count to its students. `coming` are the
    works already set for days to come: required ones and the scheduled control works.
    No 2 threatens those `settled`, whose result of the period is signed and positive.
    """

    discipline: int
    held: float = 0
    ahead: float = 0
    asked: float = 0
    marks: dict[int, Given] = field(default_factory=dict)
    owed: dict[int, list[Kind]] = field(default_factory=dict)
    coming: dict[Kind, float] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)

    def expect(self, works: Iterable[tuple[date, Kind, float]], control) -> None:
        """Works set for days to come, each with the share of students that it is for.

        `control` are the scheduled control works, (day, kind) of each; one that already
        stands among the works of its day is the same work.
        """
        stand = set()
        for day, kind, share in works:
            stand.add((day, kind.code))
            self.coming[kind] = self.coming.get(kind, 0) + share
        for day, kind in control:
            if (day, kind.code) not in stand:
                self.coming[kind] = self.coming.get(kind, 0) + 1


class Needed(NamedTuple):
    """What the next mark up still takes: an average over `works` to come, or `fives`.

    `average` above 5 cannot be reached any more.
    """

    mark: int
    average: float
    fives: int
    works: int

    @property
    def is_reachable(self) -> bool:
        return self.works > 0 and self.average <= MARKS[-1]


class Outlook(NamedTuple):
    """The forecast of one student on a course; `forecast` None without any numbers."""

    forecast: Forecast | None
    needed: Needed | None = None
    is_alarm: bool = False

    @property
    def is_told(self) -> bool:
        """Is there a forecast, and is it not too early for it?"""
        return self.forecast is not None and not self.forecast.is_early


def rules_for(rules: Institution, centre: float, spread: float) -> Rules:
    """The institution's thresholds and what it counts for work left undone."""
    counts = rules.undone_counts == Institution.Undone.TWO
    return Rules(
        spread,
        centre,
        thresholds=tuple(
            float(one)
            for one in (rules.threshold_3, rules.threshold_4, rules.threshold_5)
        ),
        undone=MARKS[0] if counts else None,
    )


def outlooks(
    facts: Facts,
    rules: Institution,
    past: Experience,
    only: Container[int] | None = None,
    *,
    whole: bool = True,
) -> dict[int, Outlook]:
    """Student → the outlook on one course, of all or `only` some; a pure function.

    The order of marks says nothing, adding a 2 never lowers the chance of failing.
    `whole` false leaves out what single students are told, where only sums are asked.
    """
    known = known_works(facts, past)
    centre = lean(work for works in known.values() for work in works)
    own = rules_for(rules, centre, past.spread)
    habits = Habits(facts, past)
    set_works = [
        Work(past.odds(_place(facts, kind)), DONE, kind.weight)
        for kind, count in facts.coming.items()
        for _ in range(round(count))
    ]
    found = {}
    for student, works in known.items():
        if only is not None and student not in only:
            continue
        due = [
            Work(past.odds(_place(facts, kind)), past.still(1), kind.weight)
            for kind in facts.owed.get(student, ())
        ]
        usual = habits.weight_beside(student)
        to_come = [*habits.to_come(student), *set_works, *due]
        seen = forecast(works, to_come, own) if works else None
        if seen is None:
            found[student] = Outlook(None)
            continue
        threatens = 100 * seen.chances[2] >= rules.forecast_alarm
        alarm = threatens and not seen.is_early and student not in facts.settled
        needed = _needed(works, to_come, usual, own.thresholds) if whole else None
        found[student] = Outlook(seen, needed, alarm)
    return found


def failing(facts: Facts, rules: Institution) -> list[int]:
    """Those whose marks so far come to a 2, where there are enough of them to say so.

    By the rule of the preliminary reports (R13): nothing is foreseen here, and what is
    signed stands over current marks, so whoever is settled is not failing.
    """
    least = max(rules.marks_needed, 1)
    means = {
        student: average((str(mark), kind.weight) for kind, mark in given.elements())
        for student, given in facts.marks.items()
        if given.total() >= least and student not in facts.settled
    }
    return [one for one, mean in means.items() if suggested_mark(mean, rules) == "2"]


def _place(facts: Facts, kind: Kind | None) -> Place:
    return Place(str(facts.discipline), 0, kind.code if kind else "")


def known_works(facts: Facts, past: Experience) -> dict[int, list[tuple[int, Work]]]:
    """Student → the marks so far, each with its work."""
    return {
        student: _known(facts, given, past) for student, given in facts.marks.items()
    }


def _known(facts: Facts, given: Given, past: Experience) -> list[tuple[int, Work]]:
    found: list[tuple[int, Work]] = []
    for (kind, mark), count in given.items():
        work = Work(past.odds(_place(facts, kind)), 1.0, kind.weight)
        found += [(mark, work)] * count
    return found


class Habits:
    """How often a lesson of a course gives a mark, and of what weight.

    Of one student it is told by the marks of the others, so that a mark of the own
    changes nothing of what is expected to come: another 2 only makes things worse.
    """

    def __init__(self, facts: Facts, past: Experience):
        self.facts, self.past = facts, past
        self.usual = past.per_lesson(str(facts.discipline), PER_LESSON, OF_HABIT)
        self.odds = past.odds(_place(facts, None))
        self.given = {one: marks.total() for one, marks in facts.marks.items()}
        self.weights = {
            one: sum(kind.weight * count for (kind, _), count in marks.items())
            for one, marks in facts.marks.items()
        }
        self.all_given = sum(self.given.values())
        self.all_weights = sum(self.weights.values())

    def per_lesson(self, beside: int | None = None) -> float:
        """Marks that a lesson gives to one student, told by all or `beside` one."""
        own = self.facts.held if beside is not None else 0
        asked = max(self.facts.asked - own, 0)
        given = self.all_given - self.given.get(beside, 0)
        found = (given + OF_HABIT * self.usual) / (asked + OF_HABIT)
        return min(round(found, 2), MOST_PER_LESSON)

    def weight_beside(self, student: int) -> int:
        given = self.all_given - self.given[student]
        weights = self.all_weights - self.weights[student]
        return round(weights / given) if given else 1

    def to_come(self, student: int) -> list[Work]:
        """A chance to be asked at each lesson to come; one more where that is usual.

        A lesson for which a work is set gives that work.
        """
        habit = self.per_lesson(student)
        chances = math.ceil(habit)
        if not chances:
            return []
        weight = self.weight_beside(student)
        one = Work(self.odds, habit / chances, weight, is_due=False)
        free = max(self.facts.ahead - sum(self.facts.coming.values()), 0)
        return [one] * (round(free) * chances)


def _needed(
    works: list[tuple[int, Work]],
    to_come: Iterable[Work],
    usual: int,
    thresholds: tuple[float, float, float],
) -> Needed | None:
    """What takes the average so far to the next mark; None who has the best one."""
    total = sum(mark * work.weight for mark, work in works)
    weight = sum(work.weight for _, work in works)
    above = [
        (mark, threshold)
        for mark, threshold in zip(MARKS[1:], thresholds, strict=True)
        if total / weight < threshold - ROUNDING
    ]
    if not above:
        return None
    mark, threshold = above[0]
    least = threshold - ROUNDING
    coming = sum(work.done * work.weight for work in to_come)
    lacking = least * weight - total
    average = least + lacking / coming if coming else math.inf
    fives = math.ceil(round(lacking / (usual * (MARKS[-1] - least)), 6))
    return Needed(mark, average, fives, round(coming / usual))


class Expected(NamedTuple):
    """Sums of chances over students: how many of each mark, and how surely.

    `deviation` is of the number that succeed, with whom the mark is 3 or better;
    `quality_deviation` of those with 4 and 5 (students taken as independent).
    """

    students: int
    counts: Mapping[int, float]
    deviation: float
    quality_deviation: float

    @property
    def success(self) -> float | None:
        """% успеваемости expected."""
        return self._percent(self.counts[3] + self.counts[4] + self.counts[5])

    @property
    def quality(self) -> float | None:
        """% качества expected."""
        return self._percent(self.counts[4] + self.counts[5])

    def _percent(self, number: float) -> float | None:
        return 100 * number / self.students if self.students else None


def expected(forecasts: Iterable[Forecast]) -> Expected:
    """The marks to expect of many forecasts: chances summed, rounded marks not counted."""
    counts = dict.fromkeys(MARKS, 0.0)
    students, variance, of_quality = 0, 0.0, 0.0
    for one in forecasts:
        students += 1
        for mark in MARKS:
            counts[mark] += one.chances[mark]
        variance += one.chances[2] * (1 - one.chances[2])
        good = one.chances[4] + one.chances[5]
        of_quality += good * (1 - good)
    return Expected(students, counts, math.sqrt(variance), math.sqrt(of_quality))
