"""The words of a college and those of a school in templates."""

from django.template import Library

from journal.models.words import worded

register = Library()
register.simple_tag(worded)
