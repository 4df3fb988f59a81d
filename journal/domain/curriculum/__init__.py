"""Curricula, loads, thematic plans and work programmes."""
