"""When thematic plans are due, and which are late (K 4.5.4)."""

from datetime import date

from journal.models import Institution, Period
from journal.models.organisation.institution import days_of_year

PARTS = {
    Period.Kind.SEMESTER: 2,
    Period.Kind.TRIMESTER: 3,
    Period.Kind.QUARTER: 4,
    Period.Kind.HALF: 2,
}
USUAL = [(10, 9), (1, 12)]


def due_days(rules: Institution) -> list[tuple[int, int]]:
    """(day, month) of the institution's deadlines; the usual ones where it has nonsense."""
    try:
        return days_of_year(rules.plan_due)
    except ValueError:
        return USUAL


def plan_due(rules: Institution, period: Period) -> date:
    """By when the plans of a period are to be handed in.

    The deadlines share the year among them: of two, the first is for the first half of
    the periods, the second for the rest, be they semesters or quarters.
    """
    days = due_days(rules)
    parts = max(PARTS.get(period.kind, 1), period.number)
    day, month = days[min((period.number - 1) * len(days) // parts, len(days) - 1)]
    start = period.year.start
    year = start.year if month >= start.month else start.year + 1
    return date(year, month, day)
