"""The institution: its parts and its year."""

from admin_customizations.admin.organisation import calendar, parts

__all__ = ["calendar", "parts"]
