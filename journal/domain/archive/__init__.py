"""Keeping the journal: closing of periods, backups."""
