"""What is taught: disciplines and curricula, plans, programmes, loads and subgroups."""

from admin_customizations.admin.curriculum import (
    curricula,
    load,
    plans,
    programmes,
    subgroups,
)

__all__ = ["curricula", "load", "plans", "programmes", "subgroups"]
