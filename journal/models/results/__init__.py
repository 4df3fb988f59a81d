"""What attestations gave: sheets and results, theses, debts, forecasts."""

from journal.models.results.debts import DebtMeasure
from journal.models.results.foresight import ForecastFit
from journal.models.results.sheets import Result, Sheet, SheetMember, SheetPart
from journal.models.results.theses import Thesis

__all__ = [
    "DebtMeasure",
    "ForecastFit",
    "Result",
    "Sheet",
    "SheetMember",
    "SheetPart",
    "Thesis",
]
