"""Lists as spreadsheets: out only, by permission, the columns that the admin names."""

from datetime import date, datetime
from io import BytesIO

from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.text import capfirst
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import Resource
from tablib import Dataset
from unfold.contrib.import_export.forms import ExportForm
from xlsxwriter import Workbook

FORMULA_START = tuple("=+-@;|＝＋－＠")
BLANK = "".join(map(chr, range(33))) + "\u00a0\ufeff\u200b"


def is_formula_like(text: str) -> bool:
    """Would a spreadsheet that opens this text as a cell compute it?"""
    return text[:1] in ("\t", "\r", "\n") or text.lstrip(BLANK).startswith(
        FORMULA_START
    )


def escape(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `unescape` gives it back."""
    return f"'{text}" if is_formula_like(text.lstrip("'")) else text


def unescape(text: str) -> str:
    quoted = text.startswith("'") and is_formula_like(text.lstrip("'"))
    return text[1:] if quoted else text


class ExcelFormat(XLSX):
    """A workbook in which every text is typed as text and can be no formula."""

    def get_title(self):
        return "Excel (xlsx)"

    def export_data(self, dataset, **kwargs):
        stream = BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False}
        with Workbook(stream, {**options, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            day = book.add_format({"num_format": "dd.mm.yyyy"})
            quoted = book.add_format({"quote_prefix": True})
            for column, title in enumerate(dataset.headers):
                sheet.write_string(0, column, title, bold)
                sheet.set_column(column, column, max(12, len(title) + 2))
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(dataset, 1):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    elif isinstance(value, int | float):
                        sheet.write_number(number, column, value)
                    elif value:
                        like = quoted if is_formula_like(value) else None
                        sheet.write_string(number, column, value[:32767], like)
        return stream.getvalue()


class CsvFormat(CSV):
    """A CSV that a Russian Excel opens by a double click."""

    def get_title(self):
        return "CSV"

    def export_data(self, dataset, **kwargs):
        rows = [[_in_csv(value) for value in row] for row in dataset]
        return Dataset(*rows, headers=dataset.headers).export("csv", delimiter=";")


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


class SafeExport(ExportMixin):
    """A list that may leave as a file (leak L10); stands before `ModelAdmin`.

    `export_columns` maps a path from the row to the heading. Rows are those of the list
    as it is filtered, as far as the person may `export` them.
    """

    export_columns: dict[str, str] = {}
    export_form_class = ExportForm
    formats = [ExcelFormat, CsvFormat]
    to_encoding = "utf-8-sig"

    def get_resource_classes(self, request):
        columns = {
            path: Field(attribute=path, column_name=title)
            for path, title in self.export_columns.items()
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
