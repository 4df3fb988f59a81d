"""What was taken in, who looked at what, who asks to correct, who corrects much."""

from admin_customizations.admin.control import requests, sittings, traces

__all__ = ["requests", "sittings", "traces"]
