"""The contingent: who sits where, and what moves them."""

from journal.domain.contingent.membership import (
    enrol,
    group_of,
    leave,
    roster,
    transfer,
)

__all__ = ["enrol", "group_of", "leave", "roster", "transfer"]
