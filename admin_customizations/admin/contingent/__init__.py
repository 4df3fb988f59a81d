"""Contingent: who sits in which group."""

from admin_customizations.admin.contingent import membership

__all__ = ["membership"]
