"""Contingent: who sits in which group, whether lists say so, and the papers given out."""

from admin_customizations.admin.contingent import (
    certificates,
    deliveries,
    membership,
    mismatches,
)

__all__ = ["certificates", "deliveries", "membership", "mismatches"]
