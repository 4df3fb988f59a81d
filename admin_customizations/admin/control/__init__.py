"""What was taken in, who looked at what, who asks to correct, who corrects much."""

from admin_customizations.admin.control import corrections, traces

__all__ = ["corrections", "traces"]
