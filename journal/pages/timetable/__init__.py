"""The timetable where people look: pages by group, teacher, room; a calendar feed."""
