"""Disciplines, curricula, thematic plans."""

from journal.exchange.curriculum.plans import DisciplineImporter, ThematicPlanImporter

__all__ = ["DisciplineImporter", "ThematicPlanImporter"]
