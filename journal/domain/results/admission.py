"""Whom a sheet might not admit: proposed with the reason, never written by itself (F7)."""

from django.utils import timezone

from journal.domain.results.debts import read_debts
from journal.domain.results.official import TERM, read_official
from journal.domain.results.scales import RUNNING, STATE
from journal.models import Result, Sheet


def proposed_out(sheet: Sheet, students: list[int]) -> dict[int, str]:
    """Student → why not to be admitted: «н/а» of the term, debts before the ГИА.

    The state attestation is for those without debts (273-ФЗ art. 59 p. 6); for an exam a
    student is to be attested in its course. One query, three of the ГИА.
    """
    if sheet.kind in RUNNING or sheet.attempt > 1:
        return {}
    if sheet.kind in STATE:
        results = Result.objects.all()
        debts = read_debts(results, timezone.localdate(), students)
        found: dict[int, list[str]] = {}
        for debt in debts:
            found.setdefault(debt.student, []).append(debt.title)
        return {one: f"долги: {', '.join(names)}" for one, names in found.items()}
    courses = list(sheet.parts.order_by().values_list("course", flat=True))
    official = read_official(courses)
    return {
        student: "н/а за период"
        for student in students
        for course in courses
        if (stages := official.get((student, course)))
        and TERM in stages
        and stages[TERM].mark == "н/а"
    }
