"""What is asked besides sheets and columns."""

from django import forms

from admin_customizations.imports.pending import Pending
from admin_customizations.toolkit.pages import Day
from admin_customizations.toolkit.widgets import File
from journal.exchange.contingent import first_day_of_year
from journal.exchange.importer import Importer
from journal.exchange.reading.workbook import MAX_UPLOAD
from journal.models.words import worded_lazily

MEGABYTES = MAX_UPLOAD // 1024 // 1024


TABLES = (".xlsx", ".xls", ".ods")
MORE_TABLES = (".xlsm", ".csv", ".txt")


class UploadForm(forms.Form):
    """A spreadsheet, or what else the importer reads, from the person's computer."""

    file = forms.FileField(
        label="Файл",
        max_length=200,
        widget=File,
        error_messages={
            "required": "Выберите файл.",
            "empty": "Файл пустой. Проверьте, что таблица сохранена.",
            "max_length": "Имя файла длиннее 200 знаков. Переименуйте его.",
        },
    )

    def __init__(self, importer: type[Importer], *args):
        super().__init__(*args)
        also = importer.reads_also
        words = ", ".join((*also, *TABLES))
        field = self.fields["file"]
        field.help_text = f"Файл {words} или .csv, до {MEGABYTES} МБ."
        field.widget.attrs["accept"] = ",".join((*also, *TABLES, *MORE_TABLES))

    def clean_file(self):
        found = self.cleaned_data["file"]
        if found.size > MAX_UPLOAD:
            raise forms.ValidationError(
                f"Файл больше {MEGABYTES} МБ. Удалите из него картинки и лишние листы "
                "или разделите список на части."
            )
        return found


class ChoicesForm(forms.Form):
    """The options that an importer has, where the person may use them."""

    start = forms.DateField(
        required=False,
        widget=Day,
        help_text=worded_lazily(
            "Для тех, кого в группе ещё нет. Обычно это начало учебного года.",
            "Для тех, кого в классе ещё нет. Обычно это начало учебного года.",
        ),
    )
    create = forms.BooleanField(required=False)
    attach = forms.BooleanField(required=False)

    def __init__(self, user, importer: type[Importer], pending: Pending, data=None):
        initial = {
            "start": pending.start or first_day_of_year(),
            "create": pending.create,
            "attach": pending.attach,
        }
        super().__init__(data, initial=initial)
        for name in ("start", "create", "attach"):
            title = getattr(importer, f"asks_{name}")
            self.fields[name].label = title
            if not title or (name == "create" and not importer.may_make(user)):
                del self.fields[name]

    def write(self, pending: Pending) -> None:
        said = self.cleaned_data
        pending.start = said["start"].isoformat() if said.get("start") else ""
        pending.create = said.get("create", False)
        pending.attach = said.get("attach", False)
