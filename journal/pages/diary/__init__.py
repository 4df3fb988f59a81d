"""The diary of students and parents: light pages outside the admin."""
