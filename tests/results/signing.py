"""Sheets filled and signed in a line."""

from journal.domain.results.sheets import sign_sheet
from journal.domain.results.writing import ResultChange, roster_of, write_results
from journal.models import Sheet


def filled(user, sheet, marks: str):
    """Write marks down the list: «5 4 absent …»."""
    changes = [
        ResultChange(student, "standing", "", mark)
        for student, mark in zip(roster_of(sheet), marks.split(), strict=True)
    ]
    answers = write_results(user, sheet.pk, changes)
    assert {one.status for one in answers} == {200}, answers


def signed(user, sheet, marks: str) -> Sheet:
    filled(user, sheet, marks)
    return sign_sheet(user, sheet.pk)
