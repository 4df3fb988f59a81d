"""The journal itself in the admin: courses as spreads, lessons as pages."""

from admin_customizations.admin.lessons import (
    activities,
    course,
    excuses,
    homework,
    kinds,
    lesson,
    makeups,
)

__all__ = [
    "activities",
    "course",
    "excuses",
    "homework",
    "kinds",
    "lesson",
    "makeups",
]
