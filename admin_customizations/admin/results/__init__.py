"""Sheets of attestation, theses, debts, forecasts."""

from admin_customizations.admin.results import debts, foresight, sheets, term, theses

__all__ = ["debts", "foresight", "sheets", "term", "theses"]
