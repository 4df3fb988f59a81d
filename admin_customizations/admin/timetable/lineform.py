"""The form of one line of the timetable, as the grid opens it."""

from django import forms

from admin_customizations.toolkit.widgets import Day, Line, LongSelect, Select
from journal.models import CourseTeacher, Employee, Room, Subgroup, TimetableEntry
from journal.models.sqlite import alphabetical
from journal.models.timetable import Weekday
from journal.models.words import worded_lazily

NUMBERS = [("", "весь день"), *((str(number), str(number)) for number in range(1, 16))]


class LineForm(forms.Form):
    """Answers are values of `editing.change`, and `since`."""

    since = forms.DateField(label="Изменить с", widget=Day)
    weekday = forms.TypedChoiceField(
        label="День недели", choices=Weekday.choices, coerce=int, widget=Select
    )
    number = forms.TypedChoiceField(
        label="Занятие",
        choices=NUMBERS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=Select,
    )
    parity = forms.TypedChoiceField(
        label="Недели",
        choices=TimetableEntry.Parity.choices,
        coerce=int,
        widget=Select,
    )
    teacher = forms.ModelChoiceField(
        Employee.objects.none(), label=worded_lazily("Преподаватель")
    )
    room = forms.ModelChoiceField(
        Room.objects.none(), label="Аудитория", required=False, empty_label="нет"
    )
    subgroup = forms.ModelChoiceField(
        Subgroup.objects.none(),
        label="Подгруппа",
        required=False,
        empty_label=worded_lazily("вся группа", "весь класс"),
        widget=Select,
    )
    stream = forms.CharField(label="Поток", max_length=40, required=False, widget=Line)
    end = forms.DateField(label="По дату (не включая)", required=False, widget=Day)

    def __init__(self, user, entry: TimetableEntry, data=None, *, since):
        kept = ("weekday", "number", "parity", "teacher", "room", "subgroup", "stream")
        initial = {name: getattr(entry, name) for name in (*kept, "end")}
        super().__init__(data, initial={**initial, "since": since})
        self.entry = entry
        self.fields["subgroup"].queryset = Subgroup.objects.filter(course=entry.course)
        self._offer("teacher", self._teachers(), self._in_load())
        self._offer("room", Room.objects.order_by("number"), {})
        period = entry.course.period
        self.fields["since"].widget.attrs |= {
            "min": f"{since:%Y-%m-%d}",
            "max": f"{period.last_day:%Y-%m-%d}",
        }

    def _teachers(self):
        working = Employee.objects.filter(dismissed_on=None)
        names = alphabetical("last_name", "first_name", "middle_name")
        return working.order_by(*names)

    def _in_load(self) -> set[int]:
        rows = CourseTeacher.objects.filter(course=self.entry.course_id)
        return set(rows.values_list("employee", flat=True))

    def _offer(self, name: str, rows, first) -> None:
        """Those of the load stand first, with a word that says so."""
        field = self.fields[name]
        field.queryset = rows
        options = [
            (one.pk, f"{_named(one)} (в нагрузке)" if one.pk in first else _named(one))
            for one in rows
        ]
        options.sort(key=lambda option: option[0] not in first)
        empty = [("", field.empty_label)] if not field.required else []
        field.widget = LongSelect(choices=empty + options)


def _named(one) -> str:
    return one.short_name if isinstance(one, Employee) else str(one)
