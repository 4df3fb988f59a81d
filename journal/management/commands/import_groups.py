"""manage.py import_groups FILE"""

from journal.management.importing import command

Command = command("groups")
