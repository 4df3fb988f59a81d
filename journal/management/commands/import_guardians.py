"""manage.py import_guardians FILE"""

from journal.management.importing import command

Command = command("guardians")
