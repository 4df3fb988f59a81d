"""manage.py import_rooms FILE"""

from journal.management.importing import command

Command = command("rooms")
