"""What waits for a person, counted on the start page: a matter, a line and a click."""

from datetime import date

from admin_customizations.duties import overseeing, teaching
from admin_customizations.duties.lines import Duty, looks_after, most_urgent

__all__ = ["Duty", "duties", "looks_after"]


def duties(user, today: date) -> list[Duty]:
    """Everything that waits for the person, by what the roles may do, the late first."""
    return most_urgent([*overseeing.duties(user, today), *teaching.duties(user, today)])
