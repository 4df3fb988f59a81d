"""manage.py import_thematic_plan FILE"""

from journal.management.importing import command

Command = command("thematic_plan")
