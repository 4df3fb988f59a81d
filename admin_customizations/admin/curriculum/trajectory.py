"""Steps of one student off the common way: exemption, recredit, individual plan (D6)."""

from django import forms
from django.contrib import admin

from admin_customizations.access import Personal
from admin_customizations.admin.base import ModelAdmin
from admin_customizations.admin.filters import PeriodFilter
from admin_customizations.toolkit.filters import ChoiceFilter
from admin_customizations.toolkit.widgets import Select
from journal.models import Exemption

COURSE_SEARCH = ["course__discipline__name", "course__group__name"]
MARKS = [("", "нет"), *((mark, mark) for mark in Exemption.MARKS)]


class ExemptionForm(forms.ModelForm):
    """The mark of a recredit is chosen; an old one stays in the list as it is."""

    mark = forms.ChoiceField(
        label="Перезачтённая отметка",
        choices=MARKS,
        required=False,
        widget=Select,
        help_text="Только для перезачёта: отметка из документа.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field, old = self.fields.get("mark"), self.instance.mark
        if field is not None and old and old not in Exemption.MARKS:
            field.choices = [*MARKS, (old, old)]


@admin.register(Exemption)
class ExemptionAdmin(Personal, ModelAdmin):
    """Dated exemptions, recredits and individual plans of single students."""

    card_name = "Освобождение"
    form = ExemptionForm
    list_display = ["student", "course", "kind", "mark", "document", "start", "end"]
    list_filter = [PeriodFilter, ("kind", ChoiceFilter)]
    list_select_related = ["course__discipline", "course__group", "student"]
    search_fields = [*COURSE_SEARCH, "student__last_name", "document"]
    autocomplete_fields = ["student", "course"]
    date_hierarchy = "start"
    fieldsets = [
        (
            None,
            {"fields": ["student", "course", ("kind", "document"), ("start", "end")]},
        ),
        ("Перезачёт", {"fields": ["mark"]}),
        ("Индивидуальный план", {"fields": ["hours", "note"]}),
    ]
    empty_hint = "Освобождений и перезачётов пока нет. Индивидуальных планов тоже."
