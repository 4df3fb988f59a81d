"""Reports and papers of the contingent: a file each."""

from journal.reports.contingent import certificates, dynamics, movement, occupancy

__all__ = ["certificates", "dynamics", "movement", "occupancy"]
