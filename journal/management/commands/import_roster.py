"""manage.py import_roster FILE"""

from journal.management.importing import command

Command = command("roster")
