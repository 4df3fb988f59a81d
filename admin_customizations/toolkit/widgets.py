"""Widgets of the skin for fields that a form declares itself."""

from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea

__all__ = ["Select", "Textarea"]
