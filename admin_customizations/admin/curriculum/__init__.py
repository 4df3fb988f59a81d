"""What is taught: disciplines and curricula, plans, programmes, loads and subgroups."""

from admin_customizations.admin.curriculum import (
    control_works,
    curricula,
    load,
    plans,
    programmes,
    subgroups,
    trajectory,
)

__all__ = [
    "control_works",
    "curricula",
    "load",
    "plans",
    "programmes",
    "subgroups",
    "trajectory",
]
