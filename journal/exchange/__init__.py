"""Spreadsheets in and out: what offices already have, read with suspicion."""
