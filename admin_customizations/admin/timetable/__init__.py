"""The weekly timetable, and the schedules of sessions."""

from admin_customizations.admin.timetable import session, weekly

__all__ = ["session", "weekly"]
