"""manage.py import_marks FILE --course …"""

from journal.management.importing import command

Command = command("marks")
