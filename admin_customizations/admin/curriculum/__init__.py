"""What is taught: disciplines and curricula, thematic plans, loads and subgroups."""

from admin_customizations.admin.curriculum import curricula, load, plans, subgroups

__all__ = ["curricula", "load", "plans", "subgroups"]
