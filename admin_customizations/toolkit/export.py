"""Lists as spreadsheets: out only, by permission, the columns that the admin names."""

import re
from datetime import date, datetime
from io import BytesIO

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.forms import ChoiceField
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.text import capfirst
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import Resource
from tablib import Dataset
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminSelectWidget
from xlsxwriter import Workbook

FORMULA_START = tuple("=+-@;|＝＋－＠")
EXCEL_BEGINS = 1901  # Excel counts earlier days wrongly, or not at all
BLANK = "".join(map(chr, range(33))) + "\u00a0\ufeff\u200b"


def is_formula_like(text: str) -> bool:
    """Would a spreadsheet that opens this text as a cell compute it?"""
    return text[:1] in ("\t", "\r", "\n") or text.lstrip(BLANK).startswith(
        FORMULA_START
    )


def is_quoted(text: str) -> bool:
    """Would whoever reads the text take its first apostrophe for a protection?"""
    bare = text.lstrip("'").lstrip()
    return text.startswith("'") and (is_formula_like(bare) or bare[:1].isdigit())


def escape(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `unescape` gives it back."""
    return f"'{text}" if is_formula_like(text) or is_quoted(text) else text


def unescape(text: str) -> str:
    return text[1:] if is_quoted(text) else text


class ExcelFormat(XLSX):
    """A workbook in which every text is typed as text and can be no formula."""

    def get_title(self):
        return "Excel (xlsx)"

    def export_data(self, dataset, **kwargs):
        return self.export_pages([("Sheet1", dataset.headers, dataset)])

    def export_pages(self, pages):
        stream = BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False}
        with Workbook(stream, {**options, "strings_to_urls": False}) as book:
            looks = {
                "head": book.add_format({"bold": True}),
                "day": book.add_format({"num_format": "dd.mm.yyyy"}),
                "quoted": book.add_format({"quote_prefix": True}),
            }
            taken: set[str] = set()
            for name, heads, rows in pages:
                sheet = book.add_worksheet(sheet_name(name, taken))
                for column, title in enumerate(heads):
                    sheet.write_string(0, column, title, looks["head"])
                    sheet.set_column(column, column, max(12, min(40, len(title) + 2)))
                sheet.freeze_panes(1, 0)
                for number, row in enumerate(rows, 1):
                    _write_row(sheet, number, row, looks)
        return stream.getvalue()


def _write_row(sheet, number, row, looks):
    for column, value in enumerate(row):
        if isinstance(value, date):
            if value.year < EXCEL_BEGINS:
                sheet.write_string(number, column, f"{value:%d.%m.%Y}")
            else:
                sheet.write_datetime(number, column, value, looks["day"])
        elif isinstance(value, int | float):
            sheet.write_number(number, column, value)
        elif value:
            like = looks["quoted"] if is_formula_like(value) else None
            text = f"'{value}" if is_quoted(value) else value
            sheet.write_string(number, column, text[:32767], like)


def sheet_name(said: str, taken: set[str]) -> str:
    """A name that Excel accepts, once in the book; adds it to `taken`."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", said).strip(" '") or "Лист"
    name, number = plain[:31], 2
    while name.casefold() in taken or name.casefold() == "history":
        tail = f" ({number})"
        name, number = plain[: 31 - len(tail)] + tail, number + 1
    taken.add(name.casefold())
    return name


class CsvFormat(CSV):
    """A CSV that a Russian Excel opens by a double click."""

    def get_title(self):
        return "CSV"

    def export_data(self, dataset, **kwargs):
        rows = [[_in_csv(value) for value in row] for row in dataset]
        return Dataset(*rows, headers=dataset.headers).export("csv", delimiter=";")

    def export_pages(self, pages):
        """One list: a CSV has no sheets."""
        rows = [row for _, _, page in pages for row in page]
        return self.export_data(Dataset(*rows, headers=pages[0][1]))


def _in_csv(value):
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return escape(value) if isinstance(value, str) else value


class ColumnsResource(Resource):
    """The declared columns of a row, as numbers, dates and text."""

    @classmethod
    def get_display_name(cls):
        return "Список"

    def export_field(self, field, instance, **kwargs):
        value = field.get_value(instance)
        if isinstance(value, bool):
            return "да" if value else "нет"
        if isinstance(value, datetime):
            return timezone.localtime(value).date()
        if value is None or isinstance(value, date | int | float):
            return value
        return str(value)


class SheetsForm(ExportForm):
    """How a list is laid out besides the kind of the file."""

    PARTS, ONE = "parts", "one"
    parts = "лист на каждую часть"

    sheets = ChoiceField(
        label="Листы книги",
        required=False,
        initial=PARTS,
        help_text="В CSV лист всегда один.",
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheets"].choices = [
            (self.PARTS, self.parts),
            (self.ONE, "один лист на всех"),
        ]


class SafeExport(ExportMixin):
    """A list that may leave as a file (leak L10); stands before `ModelAdmin`.

    `export_columns` maps a path from the row to the heading. Rows are those of the list
    as it is filtered, as far as the person may `export` them. A list with more to it
    than columns of a row gives `export_pages` and names its headings.
    """

    export_columns: dict[str, str] = {}
    export_form_class = ExportForm
    formats = [ExcelFormat, CsvFormat]
    to_encoding = "utf-8-sig"

    def export_titles(self, request) -> dict[str, str]:
        """Path → heading of the columns that the person gets."""
        return self.export_columns

    def export_pages(self, request, rows, form):
        """(sheet, headings, rows) of each page; None: one page, the columns above."""
        return None

    def get_export_data(self, file_format, request, queryset, **kwargs):
        if not self.has_export_permission(request):
            raise PermissionDenied
        pages = self.export_pages(request, queryset, kwargs.get("export_form"))
        if pages is None:
            return super().get_export_data(file_format, request, queryset, **kwargs)
        data = file_format.export_pages(pages)
        is_text = isinstance(data, str)
        return data.encode(kwargs.get("encoding") or "utf-8") if is_text else data

    def get_resource_classes(self, request):
        columns = {
            path: Field(attribute=path, column_name=title)
            for path, title in self.export_titles(request).items()
        }
        return [type(f"{self.model.__name__}Columns", (ColumnsResource,), columns)]

    def get_export_queryset(self, request):
        rows = super().get_export_queryset(request)
        allowed = self.model._default_manager.visible_to(request.user, "export")
        return rows.filter(pk__in=allowed.values("pk"))

    def export_action(self, request):
        try:
            return super().export_action(request)
        except (IncorrectLookupParameters, OverflowError):
            return HttpResponseRedirect(request.path)

    def init_request_context_data(self, request, form):
        context = super().init_request_context_data(request, form)
        title = f"{capfirst(self.opts.verbose_name_plural)}: выгрузка"
        return {**context, "title": title}
