"""What the marks of a term propose for one student, and the mark of record beside it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from journal.domain.curriculum.trajectory import tag_of
from journal.domain.results.averages import FAIL, NUMERIC, PASS
from journal.domain.results.elsewhere import Elsewhere
from journal.domain.results.standings import NO_MARKS, Standing, standing
from journal.models import AttestationForm, Exemption, Institution

EXEMPT = "осв"


@dataclass
class TermLine:
    """A student: what the current marks come to, and the mark of record beside it.

    `exam` is the mark of the attestation, or in words why there is none;
    `parts` are the marks of record of the courses that a year or a final mark is
    made of; `proposed` is "" where there is nothing to propose from yet.
    """

    student: int
    name: str
    average: Decimal | None = None
    count: int = 0
    missed: int = 0
    tag: str = ""
    exam: str = ""
    parts: list[str] = field(default_factory=list)
    proposed: str = ""
    mark: str = ""
    note: str = ""
    elsewhere: Elsewhere | None = None
    together: str = ""

    @property
    def differs(self) -> bool:
        """Is the mark given another one than the mark proposed?"""
        return bool(self.mark and self.proposed and self.mark != self.proposed)

    @property
    def needs_reason(self) -> bool:
        """Does the mark stand a whole step away from the marks behind it (F11)?

        One whole mark from the average, a mark where there were too few, «н/а» where
        there were enough; the mark of the attestation is a reason of its own.
        """
        if not self.differs or self.mark in (self.exam, self.together):
            return False
        if self.mark in NUMERIC and self.average is not None:
            return abs(NUMERIC[self.mark] - self.average) >= 1
        if self.mark in (PASS, FAIL) and self.proposed in NUMERIC:
            return (self.mark == FAIL) != (self.proposed == "2")
        return True


class Come(NamedTuple):
    """What has come of a course for a student: sums of marks, whether anybody has any,
    and whether those of former groups (`line.elsewhere`) count."""

    sums: tuple
    is_begun: bool
    with_elsewhere: bool = False


def propose(line: TermLine, come: Come, step, form: str, rules: Institution) -> None:
    """Say on the line what the marks come to; `step` is (kind, mark) off the common way."""
    sums = come.sums
    if line.elsewhere:
        both = line.elsewhere.added_to(sums)
        line.together = in_form(standing(both, True, rules), form, rules)
        sums = both if come.with_elsewhere else sums
    found = standing(sums, come.is_begun or sums != NO_MARKS, rules)
    line.average, line.count = found.average, sums[0]
    line.proposed = in_form(found, form, rules)
    if step:
        line.tag = tag_of(*step)
        line.proposed = _off_the_way(*step, line.proposed)


def in_form(found: Standing, form: str, rules: Institution) -> str:
    """What a standing proposes where the course ends in a credit: «з» from a 3 on."""
    is_credit = form == AttestationForm.CREDIT and not rules.is_school
    if is_credit and found.mark in NUMERIC:
        return FAIL if found.mark == "2" else PASS
    return found.mark


def _off_the_way(kind: str, mark: str, proposed: str) -> str:
    """An exempt has «осв», a recredit the mark that was recognised (D6)."""
    if kind == Exemption.Kind.INDIVIDUAL:
        return proposed
    recognised = {"зачёт": PASS}.get(mark, mark)
    return recognised if kind == Exemption.Kind.RECREDIT and recognised else EXEMPT
