"""People: accounts and roles, and the cards of staff, students and families."""

from admin_customizations.admin.people import accounts, cards, roles

__all__ = ["accounts", "cards", "roles"]
