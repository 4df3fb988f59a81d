"""Contingent: who sits in which group, and the papers given out."""

from admin_customizations.admin.contingent import certificates, membership

__all__ = ["certificates", "membership"]
