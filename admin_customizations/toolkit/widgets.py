"""Widgets of the skin for fields that a form declares itself."""

from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea

__all__ = ["Select", "Textarea", "dress"]


def dress(form):
    """Give the fields of a form from below the look of the skin."""
    for field in form.fields.values():
        is_select = getattr(field.widget, "input_type", "") == "select"
        classes = SELECT_CLASSES if is_select else INPUT_CLASSES
        field.widget.attrs["class"] = " ".join(classes)
    return form
