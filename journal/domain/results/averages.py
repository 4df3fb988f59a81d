"""Averages, percentages, and the marks that averages would give (domain §2.0)."""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import Case, Count, F, Q, Sum, When

from journal.models import Institution, Scale

NUMERIC = {"5": 5, "4": 4, "3": 3, "2": 2}
PASS, FAIL = Scale.PASS.value, Scale.FAIL.value
NOT_CERTIFIED = "н/а"
SOU_WEIGHT = {"5": 100, "4": 64, "3": 36, "2": 16, NOT_CERTIFIED: 7}
WEIGHT = F("task__kind__weight")
# Of grouped rows of marks: how many, credits passed among them; Σ mark·weight, Σ weight.
SUMS = {
    "count": Count("pk"),
    "passed": Count("pk", filter=Q(value=PASS)),
    "points": Sum(
        Case(*(When(value=sign, then=WEIGHT * mark) for sign, mark in NUMERIC.items()))
    ),
    "weights": Sum(WEIGHT, filter=Q(value__in=NUMERIC)),
}
CENT = Decimal("0.01")
TENTH = Decimal("0.1")


def average(marks: Iterable[tuple[str, int]]) -> Decimal | None:
    """Σ mark·weight / Σ weight of (value, weight), to 2 decimals, half up.

    «з» and «х» do not count (domain §2.0). None without a numeric mark.
    """
    total = weights = 0
    for value, weight in marks:
        if value in NUMERIC:
            total += NUMERIC[value] * weight
            weights += weight
    return quotient(total, weights)


def quotient(total: int | None, weights: int | None) -> Decimal | None:
    """The average out of Σ mark·weight and Σ weight, as `average` gives it."""
    return _share(total, weights, CENT) if weights else None


def mean(numbers: list[Decimal]) -> Decimal | None:
    """The plain mean, to 2 decimals, half up; None of nothing."""
    if not numbers:
        return None
    return (sum(numbers, Decimal(0)) / len(numbers)).quantize(CENT, ROUND_HALF_UP)


def suggested_mark(number: Decimal, rules: Institution) -> str:
    """The mark "5" … "2" that an average would give by the institution's thresholds.

    A policy, never a mark of record (domain §2.0): nobody's final mark is written so.
    """
    for mark, threshold in (
        ("5", rules.threshold_5),
        ("4", rules.threshold_4),
        ("3", rules.threshold_3),
    ):
        if number >= threshold:
            return mark
    return "2"


class Rates(NamedTuple):
    """Figures of one discipline; percentages to 2 decimals, None where N is 0."""

    counted: int
    success: Decimal | None
    quality: Decimal | None
    sou: Decimal | None


def rates(marks: Iterable[str]) -> Rates:
    """% успеваемости, % качества and СОУ of marks, «н/а» among them.

    N is whoever has a mark or «н/а»; the exempt and those without any mark are not
    to be among `marks`. A credit counts to успеваемость alone (domain §2.0).
    """
    count = Counter(marks)
    counted = count.total()
    graded = counted - count[PASS] - count[FAIL]
    well = count["5"] + count["4"]
    if not well + count["3"] + count["2"]:
        graded = 0
    weight = sum(SOU_WEIGHT.get(mark, 0) * number for mark, number in count.items())
    return Rates(
        counted,
        _share(100 * (well + count["3"] + count[PASS]), counted, CENT),
        _share(100 * well, graded, CENT),
        _share(weight, graded, CENT),
    )


def attended_percent(missed: int, held: int) -> Decimal | None:
    """100·(1 − missed / held) in academic hours, to 1 decimal, half up (domain §2.0).

    None where nothing was held.
    """
    return _share(100 * (held - missed), held, TENTH)


def percent_of(part: int, whole: int) -> Decimal | None:
    """100·part / whole, to 2 decimals, half up; None where the whole is 0."""
    return _share(100 * part, whole, CENT)


def _share(part: int, whole: int, step: Decimal) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(step, ROUND_HALF_UP)


def with_comma(number: Decimal | None) -> str:
    """«4,33» as it stands on screen; a dash for None."""
    return "—" if number is None else str(number).replace(".", ",")
