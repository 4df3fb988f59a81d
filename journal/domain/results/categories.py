"""Students by what all their marks say together, and a group's figures (domain §2.0)."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from journal.domain.results.averages import (
    FAIL,
    NOT_CERTIFIED,
    NUMERIC,
    percent_of,
)

FAILING, EXCELLENT, ONE_FOUR = "failing", "excellent", "one_four"
GOOD, ONE_THREE, REST, UNKNOWN = "good", "one_three", "rest", "unknown"
# In the order in which they are asked; a student is in the first that fits.
CATEGORIES = {
    FAILING: "Неуспевающие",
    EXCELLENT: "Отличники",
    ONE_FOUR: "С одной «4»",
    GOOD: "Хорошисты",
    ONE_THREE: "С одной «3»",
    REST: "Остальные с «3»",
    UNKNOWN: "Нет сведений",
}
DEBTS = ("2", FAIL, NOT_CERTIFIED)
WELL = (EXCELLENT, ONE_FOUR, GOOD)


def category(marks: Iterable[str]) -> str:
    """The category of a student with these counted marks; each student has one.

    A «2», a failed credit and «н/а» make failing. A credit passed is no mark of the
    scale of five: whoever has nothing else is unknown.
    """
    count = Counter(marks)
    if any(count[mark] for mark in DEBTS):
        return FAILING
    if not any(count[mark] for mark in NUMERIC):
        return UNKNOWN
    if count["3"]:
        return ONE_THREE if count["3"] == 1 else REST
    if count["4"]:
        return ONE_FOUR if count["4"] == 1 else GOOD
    return EXCELLENT


class GroupRates(NamedTuple):
    """Figures of students, not of marks; percentages to 2 decimals, None where N is 0.

    `counted` have a counted mark or «н/а», `passing` of them owe nothing (абсолютная),
    `good` have «4» and «5» alone, of the `graded` with a mark of the scale of five or a
    debt (качественная): whoever has credits alone is neither good nor bad.
    """

    counted: int
    graded: int
    passing: int
    good: int

    @property
    def success(self) -> Decimal | None:
        return percent_of(self.passing, self.counted)

    @property
    def quality(self) -> Decimal | None:
        return percent_of(self.good, self.graded)


def group_rates(students: Iterable[Iterable[str]]) -> GroupRates:
    """The figures of students, each given by the counted marks; none at all is not N."""
    sets = [marks for marks in map(tuple, students) if marks]
    found = Counter(map(category, sets))
    return GroupRates(
        len(sets),
        len(sets) - found[UNKNOWN],
        len(sets) - found[FAILING],
        sum(found[name] for name in WELL),
    )
