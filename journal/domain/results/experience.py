"""How works usually turn out, learnt from terms that are over (F12)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, pvariance

from journal.domain.results.forecast import (
    MARKS,
    Forecast,
    Rules,
    Work,
    forecast,
    lean,
    tilt_square,
)

# Of marks in secondary vocational terms, before a journal has a past of its own; from
# 69,005 marks of 2013 (OULAD, Kuzilek et al. 2017, CC BY 4.0).
GENERAL = (0.028, 0.241, 0.363, 0.368)
DONE = 0.92
# Chance that a work not done in its place still gets a mark, by how many places ago.
LATE = (0.5, 0.2, 0.01)
OF_COURSE, OF_PLACE = 12.0, 6.0  # marks that the more general odds are worth
OF_PULL = 50.0  # marks of a work that the usual pull is worth
LEAST_PULL = 0.2
LEAST_VARIANCE = 0.05
FEW_MARKS = 4  # a series of fewer says nothing of how works go together
FEW_STUDENTS = 50
LEAST_SPREAD, MOST_SPREAD = 0.4, 1.6
SPREAD_ROUNDS = 4
OF_DONE = 4.0
OWN_HABIT = 1.0  # works left undone that the usual rate of a course is worth
GONE = 0.02  # a work less likely to be done than that is not waited for
MOST_DONE = 0.97


@dataclass(frozen=True)
class Place:
    """A work in the plan of a course: its number among the planned ones.

    Where no plan numbers the works, a kind of work: its code, `planned` 0.
    """

    course: str
    planned: int
    position: int | str


@dataclass(frozen=True)
class Entry:
    """One work of one student: its mark, and from which place in the plan it is known.

    Works without a mark, and those whose mark came late, tell how works are left.
    """

    place: Place
    mark: int | None
    known_from: int

    def is_known(self, now: int) -> bool:
        """Does the mark stand in the journal when the plan has come to place `now`?"""
        return (
            self.mark is not None
            and self.place.position <= now
            and self.known_from <= now
        )


Series = Sequence[Entry]


def _four() -> list[int]:
    return [0] * 4


def _two() -> list[int]:
    return [0, 0]


@dataclass
class Experience:
    """Counts of marks by place, by course and in all; of works done; of late ones."""

    places: dict = field(default_factory=lambda: defaultdict(_four))
    courses: dict = field(default_factory=lambda: defaultdict(_four))
    whole: list = field(default_factory=lambda: [0] * 4)
    done: dict = field(default_factory=lambda: defaultdict(_two))
    late: dict = field(default_factory=lambda: defaultdict(_two))
    lessons: dict = field(default_factory=lambda: defaultdict(_two))
    pulls: dict = field(default_factory=dict)
    spread: float = Rules.spread
    known_odds: dict = field(default_factory=dict)

    def learn(self, series: Iterable[Series]) -> "Experience":
        """Add terms that are over; how works go together is told by the last of them."""
        series = list(series)
        self.pulls.update(_pulls(series))
        for one in series:
            for entry in one:
                self._learn(entry)
            self._learn_late(one)
        self.known_odds.clear()
        return self

    def _learn(self, entry: Entry):
        count = self.done[entry.place]
        count[0] += 1
        if entry.mark is not None:
            count[1] += 1
            self.count(entry.place, entry.mark)

    def count(self, place: Place, mark: int, times: int = 1):
        """Add `times` marks of a place."""
        for counts in (self.places[place], self.courses[place.course], self.whole):
            counts[mark - MARKS[0]] += times

    def per_lesson(self, course: str, usual: float, worth: float) -> float:
        """Marks that a lesson of a course gives to one student, leaning to `usual`."""
        asked, given = self.lessons.get(course, (0, 0))
        return (given + worth * usual) / (asked + worth)

    def _learn_late(self, one: Series):
        for now in range(1, one[0].place.planned + 1):
            for entry in one:
                if entry.place.position <= now and not entry.is_known(now):
                    count = self.late[_lag(now, entry)]
                    count[0] += 1
                    count[1] += entry.mark is not None

    def odds(self, place: Place) -> tuple[float, float, float, float]:
        """Chances of 2, 3, 4, 5: of this very place, leaning to course and to all."""
        if place not in self.known_odds:
            whole = _mixed(self.whole, GENERAL, OF_COURSE)
            course = _mixed(self.courses.get(place.course), whole, OF_COURSE)
            self.known_odds[place] = _mixed(self.places.get(place), course, OF_PLACE)
        return self.known_odds[place]

    def work(self, place: Place, done: float = 1.0) -> Work:
        """The work of a place in a plan, done with this chance."""
        return Work(self.odds(place), done, pull=self.pulls.get(place, 1.0))

    def measure_spread(
        self, groups: Iterable[Iterable[Sequence[tuple[int, Work]]]]
    ) -> "Experience":
        """How far students of one group are apart: `spread` as the data have it.

        `groups` of students, of each the marks of a term that is over with their works.
        Expectation and maximisation: the mean square of a tilt around that of its group,
        under the spread found so far. Too few students leave the usual one.
        """
        groups = [[one for one in group if len(one) > 1] for group in groups]
        if sum(map(len, groups)) < FEW_STUDENTS:
            return self
        centres = [lean(work for one in group for work in one) for group in groups]
        for _ in range(SPREAD_ROUNDS):
            squares = [
                tilt_square(one, Rules(self.spread, centre))
                for group, centre in zip(groups, centres, strict=True)
                for one in group
            ]
            found = math.sqrt(fmean(squares))
            self.spread = round(min(max(found, LEAST_SPREAD), MOST_SPREAD), 3)
        return self

    def rate(self, place: Place) -> float:
        """How often a work in this place gets a mark at last."""
        planned, done = self.done.get(place, (0, 0))
        return (done + OF_DONE * DONE) / (planned + OF_DONE)

    def still(self, lag: int) -> float:
        """The chance that a work left `lag` places ago is handed in after all."""
        left, done = self.late.get(lag, (0, 0))
        usual = LATE[min(lag, len(LATE) - 1)]
        return (done + OF_DONE * usual) / (left + OF_DONE)


def _lag(now: int, entry: Entry) -> int:
    return min(now - entry.place.position, len(LATE) + 1)


def _mixed(counts, odds, weight: float) -> tuple:
    if not counts:
        return tuple(odds)
    total = sum(counts) + weight
    return tuple(
        (count + weight * odd) / total for count, odd in zip(counts, odds, strict=True)
    )


def _pulls(series: Sequence[Series]) -> dict[Place, float]:
    """Place → how closely its marks follow what the same students have for other works.

    The slope of its marks over the mean of the others', per unit of variance (which is
    what a tilt moves an exponential family by), against the mean slope of the course.
    """
    marked = [
        {entry.place: entry.mark for entry in one if entry.mark is not None}
        for one in series
    ]
    marks = defaultdict(list)
    for one in marked:
        for place, mark in one.items():
            marks[place].append(mark)
    means = {place: fmean(found) for place, found in marks.items()}
    spreads = {
        place: max(pvariance(found), LEAST_VARIANCE) for place, found in marks.items()
    }
    together, alone = defaultdict(float), defaultdict(float)
    for one in marked:
        if len(one) < FEW_MARKS:
            continue
        apart = {place: mark - means[place] for place, mark in one.items()}
        whole = sum(value / spreads[place] for place, value in apart.items())
        for place, value in apart.items():
            rest = (whole - value / spreads[place]) / (len(one) - 1)
            together[place] += value * rest
            alone[place] += rest * rest
    slopes = {
        place: together[place] / square / spreads[place]
        for place, square in alone.items()
        if square
    }
    return {
        place: _pull(slope, usual, len(marks[place]))
        for place, slope, usual in _beside_usual(slopes, marks)
    }


def _beside_usual(slopes: dict, marks: dict) -> Iterable[tuple[Place, float, float]]:
    """(place, its slope, the mean slope of its plan weighed by marks)."""
    sums = defaultdict(lambda: [0.0, 0])
    for place, slope in slopes.items():
        found = sums[place.course, place.planned]
        found[0] += slope * len(marks[place])
        found[1] += len(marks[place])
    for place, slope in slopes.items():
        total, count = sums[place.course, place.planned]
        yield place, slope, total / count


def _pull(slope: float, usual: float, marks: int) -> float:
    """Relative to the usual slope, leaning to 1 where there are few marks."""
    if usual <= 0:
        return 1.0
    relative = max(slope / usual, LEAST_PULL)
    return round((marks * relative + OF_PULL) / (marks + OF_PULL), 3)


def learn_groups(groups: Iterable[Sequence[Series]]) -> Experience:
    """What terms that are over teach, given by groups of students."""
    groups = [list(group) for group in groups]
    past = Experience().learn(one for group in groups for one in group)
    over = max((one[0].place.planned for group in groups for one in group), default=0)
    return past.measure_spread(
        [known_of(one, over, past) for one in group] for group in groups
    )


def known_of(series: Series, now: int, past: Experience) -> list[tuple[int, Work]]:
    """Marks that stand in the journal at place `now` of the plan, with their works."""
    return [
        (entry.mark, past.work(entry.place)) for entry in series if entry.is_known(now)
    ]


def works_to_come(series: Series, now: int, past: Experience) -> list[Work]:
    """Works without a mark at place `now`, with the chance that they will have one.

    Whoever left more works than is usual will leave more of those to come.
    """
    expected = left = 0.0
    waiting, ahead = [], []
    for entry in series:
        usual = past.rate(entry.place)
        if entry.place.position > now:
            ahead.append((entry.place, usual))
            continue
        expected += 1 - usual
        if not entry.is_known(now):
            still = past.still(_lag(now, entry))
            left += 1 - still
            waiting.append(past.work(entry.place, still))
    habit = (left + OWN_HABIT) / (expected + OWN_HABIT)
    for place, usual in ahead:
        done = 1 - min(MOST_DONE, (1 - usual) * habit)
        waiting.append(past.work(place, done))
    return [work for work in waiting if work.done > GONE]


def foresee(
    series: Series, now: int, past: Experience, rules: Rules
) -> Forecast | None:
    """The forecast for one student at place `now` of the plan."""
    known = known_of(series, now, past)
    return forecast(known, works_to_come(series, now, past), rules)


def group_centre(group: Iterable[Series], now: int, past: Experience) -> float:
    """How far the tilt of a whole group is from what such works usually give."""
    return lean(known for one in group for known in known_of(one, now, past))


@dataclass
class Check:
    """How forecasts came true: shares of 1, of the series that had a mark at last."""

    n: int = 0
    exact: float = 0.0
    brier_3_or_lower: float = 0.0
    coverage_80: float = 0.0


def check(groups: Iterable[Sequence[Series]], share: float, past: Experience) -> Check:
    """Forecasts at `share` of the plan against the means that came of it.

    `exact` compares rounded marks, `brier_3_or_lower` the chance of 3 or lower,
    `coverage_80` counts unrounded means inside the interval.
    """
    found = Check()
    for group in groups:
        now = math.ceil(share * group[0][0].place.planned)
        rules = Rules(past.spread, group_centre(group, now, past))
        for one in group:
            marks = [entry.mark for entry in one if entry.mark is not None]
            seen = foresee(one, now, past, rules)
            if not marks or seen is None:
                continue
            mean = sum(marks) / len(marks)
            final = math.floor(mean + 0.5)
            found.n += 1
            found.exact += seen.mark == final
            failing = seen.chances[2] + seen.chances[3]
            found.brier_3_or_lower += (failing - (final <= 3)) ** 2
            found.coverage_80 += seen.low - 1e-9 <= mean <= seen.high + 1e-9
    for name in ("exact", "brier_3_or_lower", "coverage_80"):
        setattr(found, name, round(getattr(found, name) / max(found.n, 1), 4))
    return found
