"""What was taken in, who looked at what, who asks to correct, who corrects much."""

from journal.models.control.corrections import CorrectionRequest, SittingReview
from journal.models.control.traces import DataAccess, ImportBatch

__all__ = ["CorrectionRequest", "DataAccess", "ImportBatch", "SittingReview"]
