"""Reports and papers of the contingent: a file each."""

from journal.reports.contingent import certificates, occupancy

__all__ = ["certificates", "occupancy"]
