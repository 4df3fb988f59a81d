"""manage.py import_employees FILE"""

from journal.management.importing import command

Command = command("employees")
