"""Which marks a sheet knows, and what points come to (domain §3, M 4)."""

from decimal import Decimal

from journal.models import AttestationForm, ComplexForm, Institution, Result, Sheet

KIND = Sheet.Kind
RUNNING = (KIND.TERM, KIND.YEAR, KIND.FINAL)
"""Sheets of record over current marks: their day moves on until they are signed."""
STATE = (KIND.STATE_EXAM, KIND.DEMO_EXAM, KIND.DEFENCE)
"""The state final attestation (ГИА)."""
COMPLEX = (KIND.COMPLEX_EXAM, KIND.COMPLEX_CREDIT)
"""One mark for several courses; forms of the plan that are no exam end in a credit."""
COMPLEX_OF = dict.fromkeys(
    (AttestationForm.EXAM, AttestationForm.MODULE_EXAM), KIND.COMPLEX_EXAM
)
SINGLE = (KIND.TERM, KIND.EXAM, KIND.CREDIT, KIND.DIFF_CREDIT, KIND.COURSEWORK)
GRADES = ("5", "4", "3", "2")
CREDITS = ("з", "х")
UNMARKED = ("н/а", "осв")
OWED = ("2", "х", "н/а")
# Per cent of the most points from which a demonstration exam gives 3, 4, 5.
THRESHOLDS = {"3": 20, "4": 40, "5": 70}


def marks_of_kind(kind: str, rules: Institution) -> tuple[str, ...]:
    """The marks that a sheet of this kind knows.

    In a school an attestation is passed with 3, 4, 5 alone (M 4): it knows no credits.
    """
    credits = () if rules.is_school else CREDITS
    if kind == KIND.CREDIT:
        return credits or GRADES
    if kind in RUNNING:
        return (*GRADES, *credits, *UNMARKED)
    if kind in (KIND.PRACTICE, KIND.MODULE_EXAM):
        return (*GRADES, *credits)
    return GRADES


def kind_name(kind: str, form: ComplexForm | None) -> str:
    """The name of a kind of sheet; a complex credit that gives no mark says so."""
    words = Sheet.Kind(kind).label
    if form and form.form == AttestationForm.CREDIT:
        return words.replace("дифференцированного ", "")
    return words


def marks_of_sheet(sheet: Sheet, rules: Institution) -> tuple[str, ...]:
    """`marks_of_kind`, a complex credit without a mark being passed or not."""
    form = sheet.complex_form and sheet.complex_form.form
    if form == AttestationForm.CREDIT:
        return marks_of_kind(KIND.CREDIT, rules)
    return marks_of_kind(sheet.kind, rules)


def takes_points(sheet: Sheet, rules: Institution) -> bool:
    """May points give its marks? They give 5 to 2, and marks of record follow lessons."""
    return sheet.kind not in RUNNING and "5" in marks_of_sheet(sheet, rules)


def statuses_of(sheet: Sheet) -> tuple[str, ...]:
    """Why a student may stand without a mark; in a mark of record that is «н/а»."""
    return () if sheet.kind in RUNNING else tuple(Result.Status.values)


def thresholds_of(sheet: Sheet) -> dict[str, int]:
    """The table of a sheet: mark → per cent of `points_most` from which it is given."""
    return sheet.heading.get("thresholds") or THRESHOLDS


def mark_of_points(points: Decimal | None, sheet: Sheet) -> str:
    """The mark that points give by the sheet's table; "" of none, or without a most."""
    if not sheet.points_most or points is None:
        return ""
    table = thresholds_of(sheet)
    share = 100 * points / sheet.points_most
    return next((mark for mark in "543" if share >= table[mark]), "2")
