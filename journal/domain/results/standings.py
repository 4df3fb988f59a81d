"""How a student stands in a course: by signed sheets, or by the marks so far."""

from decimal import Decimal
from typing import NamedTuple

from journal.domain.curriculum.trajectory import EXEMPT, leaves_count
from journal.domain.results.averages import (
    FAIL,
    NOT_CERTIFIED,
    NUMERIC,
    PASS,
    quotient,
    suggested_mark,
)
from journal.domain.results.official import Official, decided
from journal.models import Institution

NOTHING_YET = ""


class Standing(NamedTuple):
    """How a student stands in a course: the average, and what it would come to.

    `mark` is "5" … "2", «з», «х», «н/а», «осв.», «п5» of a recredit, or "" while nobody
    on the course has a mark. `count` is the number of current marks. One that is not
    `is_current` is a mark of record: of a signed sheet, an exemption, a recredit;
    `status` says why a sheet has no mark, which counts as «н/а».
    """

    average: Decimal | None
    mark: str
    count: int = 0
    is_current: bool = True
    status: str = ""

    @property
    def number(self) -> Decimal | None:
        """The mark of record, or the average of the current ones; None of a credit."""
        if self.is_current:
            return self.average
        return Decimal(NUMERIC[self.mark]) if self.mark in NUMERIC else None

    @property
    def is_off(self) -> bool:
        """Is the student exempt, or the course recredited?"""
        return leaves_count(self.mark)

    @property
    def is_counted(self) -> bool:
        """Is the student in N (domain §2.0)? The one rule of «н/а» for every report.

        «н/а» of a signed sheet is a result: it stays in N, weighs 7 and is a debt. One
        that only says that current marks are few so far is none: whoever has it is among
        «не получившие отметок», out of N, and is counted apart. So are the exempt,
        recredits and courses in which nobody has a mark.
        """
        is_early = self.is_current and self.mark == NOT_CERTIFIED
        return self.mark != NOTHING_YET and not is_early and not self.is_off


UNKNOWN = Standing(None, NOTHING_YET, is_current=False)
NO_MARKS = (0, 0, None, None)


def of_record(stages: dict[str, Official] | None, *order: str) -> Standing | None:
    """The standing by signed sheets: the attestation before the mark of the term.

    `order` names other stages, the first that is there counts.
    """
    if not stages:
        return None
    known = filter(None, map(stages.get, order))
    if not (found := next(known, None) if order else decided(stages)):
        return None
    mark = EXEMPT if found.mark == "осв" else found.mark or NOT_CERTIFIED
    return Standing(None, mark, is_current=False, status=found.status)


def standing(sums, is_begun: bool, rules: Institution) -> Standing:
    """The standing that (marks, credits, points, weights) of one student give.

    Credits alone come to a credit where more of them are passed than failed.
    """
    count, passed, points, weights = sums
    if not is_begun:
        return Standing(None, NOTHING_YET)
    if count < max(rules.marks_needed, 1):
        return Standing(None, NOT_CERTIFIED, count)
    number = quotient(points, weights)
    if number is not None:
        return Standing(number, suggested_mark(number, rules), count)
    return Standing(None, PASS if passed > count - passed else FAIL, count)
