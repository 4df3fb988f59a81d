"""Disciplines, curricula, thematic plans."""

from journal.exchange.curriculum.curricula import CurriculumImporter
from journal.exchange.curriculum.plans import DisciplineImporter, ThematicPlanImporter

__all__ = ["CurriculumImporter", "DisciplineImporter", "ThematicPlanImporter"]
