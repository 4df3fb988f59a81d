"""manage.py import_disciplines FILE"""

from journal.management.importing import command

Command = command("disciplines")
