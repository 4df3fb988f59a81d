"""Contingent: who sits where, the orders that move people, lists, the papers given out."""

from admin_customizations.admin.contingent import (
    certificates,
    deliveries,
    diplomas,
    membership,
    mismatches,
    orders,
    reasons,
)

__all__ = [
    "certificates",
    "deliveries",
    "diplomas",
    "membership",
    "mismatches",
    "orders",
    "reasons",
]
