"""Results of record: what signed sheets say, set by set."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from journal.models import AttestationForm, Result, Sheet, SheetPart, Subgroup
from journal.models.prepared import Prepared

TERM, YEAR, FINAL, ATTESTATION = "term", "year", "final", "attestation"
COURSEWORK = "coursework"
# Sheets of which kind give which of these; all others are an attestation, and so is a
# course work where the course ends with nothing else.
STAGES = {
    Sheet.Kind.TERM: TERM,
    Sheet.Kind.YEAR: YEAR,
    Sheet.Kind.FINAL: FINAL,
    Sheet.Kind.COURSEWORK: COURSEWORK,
}


STATUSES = dict(Result.Status.choices)


class Official(NamedTuple):
    """The last word of signed sheets: a mark, or why there is none (`status`)."""

    mark: str
    status: str
    kind: str
    date: date
    attempt: int
    sheet: int

    @property
    def said(self) -> str:
        """The mark, or in words why there is none: «не явился»."""
        return self.mark or STATUSES.get(self.status, "")

    @property
    def is_passed(self) -> bool:
        """Is nothing owed? A 2, «х», «н/а», no show, no admission are a debt."""
        return self.mark in {"5", "4", "3", "з", "осв"}


Results = dict[tuple[int, int], dict[str, Official]]


def decided(stages: Mapping[str, Official]) -> Official | None:
    """The result of a period: the attestation before the mark of the term."""
    return stages.get(ATTESTATION) or stages.get(TERM)


_COLUMNS = (
    "course",
    "sheet__results__student",
    "sheet__results__mark",
    "sheet__results__status",
    "sheet__kind",
    "sheet__date",
    "sheet__attempt",
    "sheet",
    "course__attestation_form",
)


def _signed(courses):
    """Parts of signed sheets over these courses, what stands over it later."""
    parts = SheetPart.objects.filter(
        course__in=courses, sheet__state=Sheet.State.SIGNED
    )
    return parts.order_by("sheet__attempt", "sheet__date", "sheet")


def is_given(kinds: Q) -> Q:
    """The condition on courses: a signed sheet of these kinds, for the whole group.

    `kinds` is asked of parts of sheets. One of a subgroup is the whole where each of the
    subgroups that have teachers has one.
    """
    parts = SheetPart.objects.filter(kinds, sheet__state=Sheet.State.SIGNED)
    own = parts.filter(course=OuterRef("pk"))
    left = Subgroup.objects.filter(
        ~Exists(
            parts.filter(course=OuterRef("course"), sheet__subgroup=OuterRef("pk"))
        ),
        course=OuterRef("pk"),
        teachers__isnull=False,
    )
    return Q(Exists(own.filter(sheet__subgroup=None))) | Q(Exists(own), ~Exists(left))


@Prepared
def _read_all(courses):
    return _signed(courses).values_list(*_COLUMNS)


@Prepared
def _read_own(student, courses):
    rows = _signed(courses).filter(sheet__results__student=student)
    return rows.values_list(*_COLUMNS)


def read_official(courses: Iterable[int], day: date | None = None) -> Results:
    """(student, course) → stage → its last signed result up to `day`. One query.

    A retake stands over what it retakes, an annulled sheet gives nothing; the mark of a
    complex form is the mark of each of its courses (КДЗ, domain §2.0).
    """
    courses = list(courses)
    rows = _read_all(courses=courses) if courses else []
    return _last_words(row for row in rows if day is None or row[5] <= day)


def official_of(
    student: int, courses: list[int], day: date | None = None
) -> dict[int, dict[str, Official]]:
    """Course → stage → the last signed result of one student up to `day`. One query."""
    if not courses:
        return {}
    rows = _read_own(student=student, courses=courses)
    found = _last_words(row for row in rows if day is None or row[5] <= day)
    return {course: stages for (_, course), stages in found.items()}


def _last_words(rows) -> Results:
    found: Results = {}
    for course, student, mark, status, kind, *rest, form in rows:
        if student is not None and (mark or status):
            stages = found.setdefault((student, course), {})
            stages[_stage(kind, form)] = Official(mark, status, kind, *rest)
    return found


def _stage(kind: str, form: str) -> str:
    stage = STAGES.get(kind, ATTESTATION)
    alone = stage == COURSEWORK and form == AttestationForm.COURSEWORK
    return ATTESTATION if alone else stage
