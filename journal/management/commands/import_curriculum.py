"""manage.py import_curriculum FILE"""

from journal.management.importing import command

Command = command("curriculum")
