"""The record of one student: every signed attestation with its retakes, and what is owed."""

from datetime import date
from typing import NamedTuple

from journal.domain.results.debts import Debt, Measure, deciding
from journal.domain.results.official import Official
from journal.domain.results.scales import CREDITS, RUNNING, STATE
from journal.models import DebtMeasure, Period, Result, Sheet
from journal.models.prepared import Prepared

KINDS = dict(Sheet.Kind.choices)
PERIODS = dict(Period.Kind.choices)


class Attested(NamedTuple):
    """One signed result of a student; `course` is None in the final attestation."""

    course: int | None
    what: str
    period: str
    result: Official
    topic: str
    excused: bool

    @property
    def form(self) -> str:
        """«экзамен», «зачёт» … out of the kind of the sheet."""
        words = KINDS[self.result.kind]
        for start in ("ведомость защиты ", "ведомость ", "ГИА: "):
            words = words.removeprefix(start)
        return form_of(self.result) or words


def form_of(result: Official) -> str:
    """The form of attestation of the courses of a sheet, "" of any other sheet."""
    if result.kind == Sheet.Kind.COMPLEX_CREDIT and result.mark in CREDITS:
        return "комплексный зачёт"
    return FORMS.get(result.kind, "")


FORMS = {
    Sheet.Kind.EXAM: "экзамен",
    Sheet.Kind.CREDIT: "зачёт",
    Sheet.Kind.DIFF_CREDIT: "дифференцированный зачёт",
    Sheet.Kind.COURSEWORK: "курсовая работа",
    Sheet.Kind.PRACTICE: "практика",
    Sheet.Kind.MODULE_EXAM: "экзамен по модулю",
    Sheet.Kind.COMPLEX_EXAM: "комплексный экзамен",
    Sheet.Kind.COMPLEX_CREDIT: "комплексный дифф. зачёт",
}


class Record(NamedTuple):
    """Attestations, the latest period first, and the debts of today."""

    attested: list[Attested]
    debts: list[Debt]


@Prepared
def _read_results(student):
    rows = Result.objects.filter(student=student, sheet__state=Sheet.State.SIGNED)
    return rows.order_by(
        "sheet__attempt", "sheet__date", "sheet", "sheet__parts"
    ).values_list(
        "mark",
        "status",
        "sheet__kind",
        "sheet__date",
        "sheet__attempt",
        "sheet",
        "sheet__title",
        "sheet__period__first_day",
        "sheet__period__year__name",
        "sheet__period__number",
        "sheet__period__kind",
        "sheet__parts__course",
        "sheet__parts__course__discipline__name",
        "topic",
        "excused",
    )


@Prepared
def _read_measures(student):
    rows = DebtMeasure.objects.filter(student=student).order_by("-date", "-pk")
    return rows.values_list("course", "date", "kind", "due_on", "text")


def record_of(student: int, day: date) -> Record:
    """What signed sheets say of a student up to `day`. Two queries.

    Marks of record of terms and years stand with the marks; here are attestations, one
    line for each course of a complex form. Debts come with the measures taken.
    """
    rows, attested, places = [], [], {}
    for (
        *result,
        title,
        first,
        year,
        number,
        kind,
        course,
        name,
        topic,
        excused,
    ) in _read_results(student=student):
        one = Official(*result)
        if one.date > day or not (one.mark or one.status):
            continue
        period = f"{year}, {number} {PERIODS[kind]}"
        found = Attested(course, name or title, period, one, topic, excused)
        places[course] = found
        if one.kind not in STATE:
            rows.append((student, course, one))
        if one.kind not in RUNNING:
            attested.append((first, found))
    measures: dict[int, list[Measure]] = {}
    for course, *measure in _read_measures(student=student):
        measures.setdefault(course, []).append(Measure(*measure))
    debts = [
        Debt(
            student,
            "",
            "",
            course,
            places[course].what,
            places[course].period,
            apart,
            attempts,
            measures.get(course, []),
        )
        for (_, course, apart), attempts in deciding(rows).items()
        if not attempts[-1].is_passed
    ]
    attested.sort(key=lambda row: row[0], reverse=True)
    return Record([one for _, one in attested], debts)
