"""manage.py import_timetable FILE"""

from journal.management.importing import command

Command = command("timetable")
