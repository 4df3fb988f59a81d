"""The institution: its rules, its first days, its years."""

from journal.domain.organisation.firstdays import STEPS, Step, checklist
from journal.domain.organisation.presets import (
    PRESETS,
    REFERENCE,
    AlreadyBegunError,
    Preset,
    apply_preset,
    begin,
)

__all__ = [
    "PRESETS",
    "REFERENCE",
    "STEPS",
    "AlreadyBegunError",
    "Preset",
    "Step",
    "apply_preset",
    "begin",
    "checklist",
]
