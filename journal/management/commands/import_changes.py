"""manage.py import_changes FILE"""

from journal.management.importing import command

Command = command("changes")
