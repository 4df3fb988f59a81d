"""The journal itself in the admin: courses as spreads, lessons as pages."""

from admin_customizations.admin.lessons import course, kinds, lesson

__all__ = ["course", "kinds", "lesson"]
