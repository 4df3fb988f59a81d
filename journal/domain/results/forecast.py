"""What a student's mark of the term will be, as chances (F12).

The model is small enough to be told to a parent. Each work has odds: how often works
like it end with 2, 3, 4, 5. A student tilts them all alike: with the tilt t the chance of
a mark m is in proportion to odds[m]·exp(t·m). Nobody knows the tilt, so all are tried,
those near the group's the likelier, and each is weighed by how well it explains the
marks so far; then the works to come are added up, done or left undone, for each. Some
works follow a student's strength closely, others hardly: such a work pulls less. The
order of marks says nothing: only which works they belong to does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import erf, exp, log, sqrt

MARKS = (2, 3, 4, 5)
MIDDLE = 3.5
TILTS = tuple(step * 0.35 for step in range(-8, 9))
EXACT = 3  # so many works to come are counted out; more are summed as normal
LATTICE = 0.25  # half a step between sums: what a normal curve does not know of them
ROUNDING = 0.005  # averages are rounded to hundredths before a threshold is asked
HELD = 0.8  # the chance that the interval holds
OF_GROUP = 20.0  # marks that an ordinary group is worth
FAINT = 1e-12  # a tilt so much fainter than the likeliest changes nothing
EARLY = 2  # with fewer marks than that it is too early to say


@dataclass(frozen=True)
class Work:
    """A work of the term: `odds` of 2, 3, 4, 5, the chance to be `done`, its weight.

    `pull` says how closely its mark follows the student's tilt; 1 is usual, above 0.

    Left undone it counts as the rules say where it `is_due` from everybody; a lesson at
    which a student may be asked is none such: who is not asked has left nothing undone.
    """

    odds: tuple[float, float, float, float]
    done: float = 1.0
    weight: int = 1
    is_due: bool = True
    pull: float = 1.0


@dataclass(frozen=True)
class Rules:
    """What the institution and its own past say.

    `spread` of tilts among students of a group and its `centre`; `thresholds` of 3, 4,
    5; `undone` is the mark that a work left undone counts as, None if as nothing.
    """

    spread: float = 0.95
    centre: float = 0.0
    thresholds: tuple[float, float, float] = (2.5, 3.5, 4.5)
    undone: int | None = None


@dataclass(frozen=True)
class Forecast:
    """The expected average, its 80 % interval, the chance of each mark, by number."""

    mean: float
    low: float
    high: float
    chances: dict[int, float]
    known: int = 0
    is_early: bool = False

    @property
    def mark(self) -> int:
        """The likeliest mark."""
        return max(MARKS, key=lambda mark: self.chances[mark])


@lru_cache(maxsize=4096)
def _tilted(
    odds: tuple, pull: float
) -> tuple[tuple[tuple[float, ...], float, float, float], ...]:
    """For each tilt: chances, log of their sum before scaling, mean, mean square."""
    found = []
    for tilt in TILTS:
        raw = [
            odd * exp(pull * tilt * (mark - MIDDLE))
            for mark, odd in zip(MARKS, odds, strict=True)
        ]
        total = sum(raw)
        chances = tuple(one / total for one in raw)
        mean = sum(mark * chance for mark, chance in zip(MARKS, chances, strict=True))
        square = sum(
            mark * mark * chance for mark, chance in zip(MARKS, chances, strict=True)
        )
        found.append((chances, log(total), mean, square))
    return tuple(found)


def weigh_tilts(
    known: Iterable[tuple[int, Work]], rules: Rules
) -> list[tuple[int, float]]:
    """(place in TILTS, chance) after the marks so far."""
    scores = [-(((tilt - rules.centre) / rules.spread) ** 2) / 2 for tilt in TILTS]
    surplus = 0.0
    for (odds, pull), marks in _by_odds(known).items():
        surplus += pull * (sum(marks) - MIDDLE * len(marks))
        for place, (_, scale, _, _) in enumerate(_tilted(odds, pull)):
            scores[place] -= len(marks) * scale
    scores = [score + tilt * surplus for score, tilt in zip(scores, TILTS, strict=True)]
    best = max(scores)
    raw = [(at, exp(score - best)) for at, score in enumerate(scores)]
    likely = [(at, one) for at, one in raw if one > FAINT]
    total = sum(one for _, one in likely)
    return [(at, one / total) for at, one in likely]


def tilt_square(known: Iterable[tuple[int, Work]], rules: Rules) -> float:
    """The expected square of how far a student's tilt is from the centre."""
    tilts = weigh_tilts(known, rules)
    return sum(chance * (TILTS[at] - rules.centre) ** 2 for at, chance in tilts)


def _by_odds(known: Iterable[tuple[int, Work]]) -> dict[tuple, list[int]]:
    """(odds, pull) → the marks of such works: they are weighed at once."""
    found: dict[tuple, list[int]] = {}
    for mark, work in known:
        found.setdefault((work.odds, work.pull), []).append(mark)
    return found


def lean(known: Iterable[tuple[int, Work]]) -> float:
    """The tilt that the marks of a whole group have in common; 0 of no marks."""
    by_odds = _by_odds(known)
    best, best_score = 0.0, None
    surplus = sum(
        pull * (sum(marks) - MIDDLE * len(marks))
        for (_, pull), marks in by_odds.items()
    )
    for place, tilt in enumerate(TILTS):
        scale = sum(
            len(marks) * _tilted(*alike)[place][1] for alike, marks in by_odds.items()
        )
        score = tilt * surplus - scale - OF_GROUP * tilt**2 / 2
        if best_score is None or score > best_score:
            best, best_score = tilt, score
    return best


def forecast(
    known: Sequence[tuple[int, Work]],
    to_come: Sequence[Work],
    rules: Rules | None = None,
) -> Forecast | None:
    """The average that a student will have, from the marks so far and the works to come.

    `known` are (mark 2…5, its work); a work of no mark yet stands in `to_come` with the
    chance that it will have one. None where there is neither.
    """
    rules = rules or Rules()
    if not known and not to_come:
        return None
    total = sum(mark * work.weight for mark, work in known)
    weight = sum(work.weight for _, work in known)
    tilts = weigh_tilts(known, rules)
    made = Counted if len(to_come) <= EXACT else Summed
    sums = made(total, weight, to_come, tilts, rules)
    passed = [sums.reach(threshold) for threshold in rules.thresholds]
    chances = dict(zip(MARKS, _steps(passed), strict=True))
    mean = sums.mean()
    low, high = sums.interval()
    return Forecast(
        mean=mean,
        low=low,
        high=high,
        chances=chances,
        known=len(known),
        is_early=len(known) < EARLY,
    )


def _steps(passed: list[float]) -> Iterable[float]:
    """Chances of 2, 3, 4, 5 out of those to reach 3, 4, 5."""
    three, four, five = passed
    four = min(four, three)
    five = min(five, four)
    return max(1 - three, 0.0), three - four, four - five, five


@dataclass
class Sums:
    """The averages that may be, for every likely tilt."""

    total: int
    weight: int
    to_come: Sequence[Work]
    tilts: list[tuple[int, float]]
    rules: Rules


@dataclass
class Counted(Sums):
    """Few works to come: every outcome with its chance."""

    outcomes: list[tuple[float, float]] = field(init=False)

    def __post_init__(self):
        chances: dict[float, float] = {}
        for place, likely in self.tilts:
            for (weight, total), chance in self._of(place).items():
                average = total / weight if weight else MARKS[0]
                chances[average] = chances.get(average, 0.0) + likely * chance
        self.outcomes = sorted(chances.items())

    def _of(self, place: int) -> dict[tuple[int, int], float]:
        """(weight, total): chance, for one tilt."""
        found = {(self.weight, self.total): 1.0}
        for work in self.to_come:
            chances = _tilted(work.odds, work.pull)[place][0]
            more: dict[tuple[int, int], float] = {}
            for (weight, total), chance in found.items():
                for step, value, share in self._ways(work, chances):
                    key = weight + step, total + value
                    more[key] = more.get(key, 0.0) + chance * share
            found = more
        return found

    def _ways(self, work: Work, chances):
        """(weight, weighted mark, chance) of one work."""
        for mark, chance in zip(MARKS, chances, strict=True):
            yield work.weight, mark * work.weight, work.done * chance
        if work.done < 1:
            undone = self.rules.undone if work.is_due else None
            if undone is None:
                yield 0, 0, 1 - work.done
            else:
                yield work.weight, undone * work.weight, 1 - work.done

    def reach(self, threshold: float) -> float:
        """The chance that the average is at least `threshold`."""
        least = threshold - ROUNDING
        return sum(chance for average, chance in self.outcomes if average >= least)

    def mean(self) -> float:
        return sum(average * chance for average, chance in self.outcomes)

    def interval(self) -> tuple[float, float]:
        """The run of outcomes whose chance is nearest to 80 %.

        Of outcomes few and far between no interval holds just that: from either end the
        fainter one goes while the rest comes nearer.
        """
        first, last = 0, len(self.outcomes) - 1
        held = 1.0
        while first < last:
            fainter = self.outcomes[first][1] <= self.outcomes[last][1]
            gone = self.outcomes[first if fainter else last][1]
            if abs(held - gone - HELD) > abs(held - HELD):
                break
            held -= gone
            first, last = (first + 1, last) if fainter else (first, last - 1)
        return self.outcomes[first][0], self.outcomes[last][0]


@dataclass
class Summed(Sums):
    """Many works to come: for each tilt their sum is nearly normal."""

    moments: list[tuple[float, ...]] = field(init=False)

    def __post_init__(self):
        """Per tilt from the lowest on: its chance, and what `_sums_to_come` says of it.

        The unlikely ones below are there too: what can be reached from a tilt is never
        less than from any below it, whichever of them a student's marks leave likely.
        """
        coming = _sums_to_come(tuple(self.to_come), self.rules.undone)
        chances = dict(self.tilts)
        highest = max(chances)
        self.moments = [
            (chances.get(place, 0.0), *coming[place]) for place in range(highest + 1)
        ]

    def reach(self, threshold: float) -> float:
        """The chance that the average is at least `threshold`."""
        return self._above(threshold - ROUNDING, LATTICE)

    def _above(self, level: float, lattice: float = 0.0) -> float:
        """Sum − level·weight of what comes must make up for what is there."""
        need = level * self.weight - self.total - lattice
        found = there = 0.0
        for likely, sums, weights, var_sum, var_weight, covariance in self.moments:
            mean = sums - level * weights
            variance = var_sum - 2 * level * covariance + level**2 * var_weight
            # Who is stronger reaches it the likelier; far tails of the curve forget that.
            reached = _normal_above(need, mean, sqrt(max(variance, 1e-9)))
            there = max(there, reached)
            found += likely * there
        return found

    def mean(self) -> float:
        return sum(
            likely * (self.total + sums) / (self.weight + weights)
            for likely, sums, weights, *_ in self.moments
        )

    def interval(self) -> tuple[float, float]:
        # An interval has no use for what a thousandth of the chance says.
        self.moments = [one for one in self.moments if one[0] > 1e-3]
        return self._quantile((1 - HELD) / 2), self._quantile((1 + HELD) / 2)

    def _quantile(self, share: float) -> float:
        low, high = float(MARKS[0]), float(MARKS[-1])
        for _ in range(9):  # to half a hundredth
            middle = (low + high) / 2
            if self._above(middle) > 1 - share:
                low = middle
            else:
                high = middle
        return (low + high) / 2


@lru_cache(maxsize=256)
def _sums_to_come(
    works: tuple[Work, ...], as_undone: int | None
) -> list[tuple[float, float, float, float, float]]:
    """Per tilt: mean of sum and of weight to come; their variances and covariance.

    Kept, since the students of a group mostly wait for the same works.
    """
    found = []
    for place in range(len(TILTS)):
        sums = weights = var_sum = var_weight = covariance = 0.0
        for work in works:
            _, _, mean, square = _tilted(work.odds, work.pull)[place]
            size, done = work.weight, work.done
            if as_undone is not None and work.is_due:
                mean = done * mean + (1 - done) * as_undone
                square = done * square + (1 - done) * as_undone**2
                done = 1.0
            sums += size * done * mean
            weights += size * done
            var_sum += size**2 * (done * square - (done * mean) ** 2)
            var_weight += size**2 * done * (1 - done)
            covariance += size**2 * mean * done * (1 - done)
        found.append((sums, weights, var_sum, var_weight, covariance))
    return found


def _normal_above(value: float, mean: float, deviation: float) -> float:
    return 0.5 - 0.5 * erf((value - mean) / (deviation * sqrt(2)))
