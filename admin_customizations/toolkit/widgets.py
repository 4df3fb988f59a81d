"""Widgets of the skin for fields that a form declares itself."""

from django import forms
from django.db import models
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as Choices
from unfold.widgets import UnfoldAdminFileFieldWidget as File
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
from unfold.widgets import UnfoldAdminTextInputWidget as Line

Choice, Lines = Select, Textarea
__all__ = [
    "Choice",
    "Choices",
    "Day",
    "File",
    "Line",
    "Lines",
    "LongSelect",
    "Select",
    "Textarea",
    "Time",
    "dress",
]


class Day(forms.DateInput):
    """A day, chosen in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__({"class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")


class Time(forms.TimeInput):
    """A time of day as it is written: 08:30."""

    def __init__(self, attrs=None):
        shown = {"class": " ".join(INPUT_CLASSES), "placeholder": "08:30"}
        super().__init__(shown, format="%H:%M")


# The skin's own calendar is a link without a name, and needs a mouse.
NATIVE = {models.DateField: {"widget": Day}, models.TimeField: {"widget": Time}}


class LongSelect(Select):
    """A select of many options, built as one string: a template an option is slow."""

    def render(self, name, value, attrs=None, renderer=None):
        context = self.get_context(name, value, attrs)["widget"]
        chosen = set(context["value"])
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(context["attrs"]), options
        )


def dress(form):
    """Give the fields of a form from below the look of the skin."""
    for field in form.fields.values():
        kind = getattr(field.widget, "input_type", "")
        classes = {"select": SELECT_CLASSES, "checkbox": CHECKBOX_CLASSES}
        field.widget.attrs["class"] = " ".join(classes.get(kind, INPUT_CLASSES))
    return form
