"""People: accounts and roles, and the cards of staff, students and families."""

from admin_customizations.admin.people import (
    accounts,
    cards,
    checks,
    consents,
    guardians,
    roles,
    staff,
    students,
)

__all__ = [
    "accounts",
    "cards",
    "checks",
    "consents",
    "guardians",
    "roles",
    "staff",
    "students",
]
