"""The table of a list, drawn as one string.

The skin draws each row through its templates and builds all headers anew for every row:
two thirds of a page of fifty. Here what hangs on the column alone is found once, and the
markup stays the skin's.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.contrib.admin.templatetags.admin_list import _coerce_field_name
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field
from django.contrib.admin.views.main import ALL_VAR, IS_FACETS_VAR, ORDER_VAR
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from unfold.templatetags.unfold_list import (
    CHECKBOX_CLASSES,
    LINK_CLASSES,
    ROW_CLASSES,
    result_headers,
)
from unfold.utils import (
    display_for_dropdown,
    display_for_field,
    display_for_header,
    display_for_label,
    display_for_value,
)

from admin_customizations.toolkit.steps import quick_dates

TABLE = (
    '<div class="lg:rounded-b-default -mx-1 px-1 overflow-x-auto lg:border '
    "lg:border-base-200 lg:mx-0 lg:px-0 lg:shadow-xs lg:dark:border-base-800 "
    'lg:bg-white lg:dark:bg-base-900" data-simplebar data-simplebar-auto-hide="false">'
    '<table id="result_list" class="result-list block border-base-200 '
    'border-spacing-none border-separate w-full lg:table">'
)
BODY = (
    '<tbody class="block relative lg:table-row-group {}" x-data="{{rowOpen: false}}">'
)
BODIES = (BODY.format(""), BODY.format("bg-base-50 dark:bg-white/[.02]"))
ROW = (
    '<tr class="data-row block border border-base-200 mb-3 relative rounded-default '
    'lg:table-row lg:border-none lg:mb-0 lg:rounded-none dark:border-base-800">'
)
LINK = " ".join(LINK_CLASSES)
# What stands in the address of a list and takes no row out of it.
UNNARROWED = {ALL_VAR, ORDER_VAR, IS_FACETS_VAR}
MOMENTS = (datetime.date, datetime.time)
UNBROKEN = (models.DateField, models.TimeField, models.ForeignKey)


@dataclass
class Column:
    """What all cells of a column share."""

    name: str
    classes: str
    label: str
    is_link: bool
    tag: str

    def cell(self, text: str, more: str = "") -> str:
        return (
            f'<{self.tag} class="{self.classes}{more}" data-label="{self.label}">'
            f"{text}</{self.tag}>"
        )


class DrawnTable:
    """A list (`ChangeList`) that draws its own table: `table`.

    Rows are as the skin would show them; it does without sections, sorting by hand and
    cells that can be edited, which no list of ours has.
    """

    def get_queryset(self, request, *args, **kwargs):
        return quick_dates(super().get_queryset(request, *args, **kwargs))

    def get_results(self, request):
        """A list that nothing narrows shows all there is: no link offers it again."""
        super().get_results(request)
        if not self.query and not set(self.params) - UNNARROWED:
            self.full_result_count = self.result_count

    def get_query_string(self, new_params=None, remove=None):
        """Each address of the headers is built once."""
        asked = repr((new_params, remove))
        known = self.__dict__.setdefault("_known_queries", {})
        if asked not in known:
            known[asked] = super().get_query_string(new_params, remove)
        return known[asked]

    @cached_property
    def table(self) -> SafeString:
        headers = list(result_headers(self))
        sorted_by = sum(one["sortable"] and one["sorted"] for one in headers)
        head = render_to_string(
            "unfold/helpers/change_list_headers.html",
            {"cl": self, "result_headers": headers, "num_sorted_fields": sorted_by},
        )
        columns = list(self._columns(headers))
        parts = [TABLE, head]
        for place, row in enumerate(self.result_list):
            parts += (BODIES[place % 2], ROW)
            parts += [self._cell(column, row) for column in columns]
            parts.append("</tr></tbody>")
        parts.append("</table></div>")
        return mark_safe("".join(parts))  # noqa: S308 - every text in it was escaped

    def _columns(self, headers: list[dict]):
        links = self.list_display_links
        first = True
        for place, (name, header) in enumerate(
            zip(self.list_display, headers, strict=True)
        ):
            is_link = links is not None and (name in links or (first and not links))
            classes = [f"field-{_coerce_field_name(name, place)}", *ROW_CLASSES]
            label = conditional_escape(header["text"])
            if name == "action_checkbox":
                classes, label = CHECKBOX_CLASSES, "Выберите запись"
            tag = "th" if is_link and first else "td"
            first = first and not is_link
            yield Column(name, " ".join(classes), label, is_link, tag)

    def _cell(self, column: Column, row) -> str:
        text, more = self._shown(column, row)
        text = conditional_escape(text)
        if column.is_link and (address := self._address(row)):
            text = f'<a href="{address}" class="{LINK}"{self._opener(row)}>{text}</a>'
        return column.cell(text, more)

    def _shown(self, column: Column, row) -> tuple[object, str]:
        """What a cell shows, and its further classes."""
        empty = self.model_admin.get_empty_value_display()
        try:
            field, attr, value = lookup_field(column.name, row, self.model_admin)
        except ObjectDoesNotExist:
            return empty, ""
        empty = getattr(attr, "empty_value_display", empty)
        if field is None or field.auto_created:
            more = " nowrap" if isinstance(value, MOMENTS) else ""
            return self._computed(column, row, attr, value, empty), more
        more = " nowrap" if isinstance(field, UNBROKEN) else ""
        if isinstance(field.remote_field, models.ManyToOneRel):
            related = getattr(row, field.name)
            return (empty if related is None else related), more
        return display_for_field(value, field, empty), more

    def _computed(self, column: Column, row, attr, value, empty):
        if label := getattr(attr, "label", False):
            return self._label(value, empty, label)
        if getattr(attr, "dropdown", False):
            return display_for_dropdown(row, column.name, value, empty)
        if getattr(attr, "header", False):
            return display_for_header(value, empty)
        return display_for_value(value, empty, getattr(attr, "boolean", False))

    def _label(self, value, empty, label):
        """A label is a template of its own; few of them differ."""
        if not isinstance(value, str):
            return display_for_label(value, empty, label)
        known = self.__dict__.setdefault("_known_labels", {})
        if (value, id(label)) not in known:
            known[value, id(label)] = display_for_label(value, empty, label)
        return known[value, id(label)]

    def _address(self, row) -> str:
        try:
            address = self.url_for_result(row)
        except NoReverseMatch:
            return ""
        if self._kept is None:
            there = {"preserved_filters": self.preserved_filters, "opts": self.opts}
            self._kept = add_preserved_filters(there, address)[len(address) :]
        return conditional_escape(address + self._kept)

    _kept: str | None = None  # what each address carries back to the list

    def _opener(self, row) -> str:
        if not self.is_popup:
            return ""
        value = row.serializable_value(str(self.to_field or self.pk_attname))
        return f' data-popup-opener="{conditional_escape(value)}"'
