"""What a lesson's page asks of homework beside its words: term, files, collecting."""

from django import forms
from django.core.exceptions import ValidationError

from admin_customizations.toolkit.widgets import Day, Select
from journal.domain.files import MOST_BYTES, WORKS, kind_of_file
from journal.domain.lessons.homework import MOST_FILES, Assignment, lessons_after
from journal.models import Homework, Lesson, WorkKind
from journal.models.words import worded_lazily

MOST_LESSONS = 40
FIELDS = (
    ("due_lesson", "due_on"),
    ("is_collected", "mark_kind"),
    "files",
    "dropped",
)


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each of a known kind and size."""

    widget = SeveralFiles(
        attrs={"multiple": True, "accept": ",".join(f".{kind}" for kind in WORKS)}
    )

    def clean(self, data, initial=None):
        files = [super(FilesField, self).clean(one) for one in data or ()]
        if len(files) > MOST_FILES:
            words = f"К заданию прикладывают не больше {MOST_FILES} файлов."
            raise ValidationError(words)
        for one in files:
            kind_of_file(one.name, one, WORKS)
        return files


def told(lesson: Lesson) -> str:
    """«12.10.2026, 2-е занятие, подгруппа 1»."""
    part = f", {lesson.subgroup}" if lesson.subgroup_id else ""
    number = f", {lesson.number}-е занятие" if lesson.number else ""
    return f"{lesson.date:%d.%m.%Y}{number}{part}"


class AssignmentFields(forms.Form):
    """The fields of a homework on the page of its lesson."""

    due_lesson = forms.TypedChoiceField(
        required=False, label="К занятию", widget=Select, coerce=int, empty_value=None
    )
    due_on = forms.DateField(
        required=False,
        label="Или к дате",
        widget=Day,
        help_text="Включительно. Главнее занятия.",
    )
    is_collected = forms.BooleanField(
        required=False,
        label="Сдают на проверку",
        help_text=worded_lazily(
            "Студент отвечает в дневнике: текстом, файлом или тем и другим."
        ),
    )
    mark_kind = forms.ModelChoiceField(
        WorkKind.objects.none(),
        required=False,
        label="Отметка за работу",
        empty_label="Без отметки",
        help_text="Отметки встанут в столбец этого занятия.",
    )
    files = FilesField(
        required=False,
        label="Приложить файлы",
        help_text=f"{', '.join(WORKS).upper()}; до {MOST_FILES} файлов, каждый не"
        f" больше {MOST_BYTES // 2**20} МБ.",
    )
    dropped = forms.MultipleChoiceField(
        required=False,
        label="Убрать приложенные",
        widget=forms.CheckboxSelectMultiple,
    )

    def offer_assignment(self, lesson: Lesson) -> None:
        """What stands, and what there is to choose."""
        if "due_lesson" not in self.fields or lesson.pk is None:
            return
        homework = (
            Homework.objects.filter(lesson=lesson)
            .select_related("task", "due_lesson__subgroup")
            .first()
        )
        later = lessons_after(lesson).select_related("subgroup")[:MOST_LESSONS]
        offered = {one.pk: told(one) for one in later}
        if homework and homework.due_lesson:
            offered[homework.due_lesson_id] = told(homework.due_lesson)
        self.fields["due_lesson"].choices = [
            ("", "К следующему по расписанию"),
            *offered.items(),
        ]
        self.fields["mark_kind"].queryset = WorkKind.objects.all()
        files = list(homework.files.values_list("pk", "name")) if homework else []
        self.fields["dropped"].choices = files
        if not files:
            self.fields["dropped"].widget = forms.MultipleHiddenInput()
        if homework is not None:
            self.initial |= {
                "due_lesson": homework.due_lesson_id,
                "due_on": homework.due_on,
                "is_collected": homework.is_collected,
                "mark_kind": homework.task.kind_id if homework.task else None,
            }

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day < self.instance.date:
            raise ValidationError("Срок раньше самого занятия.")
        return day

    def assignment(self) -> Assignment:
        found = self.cleaned_data
        due = found.get("due_lesson")
        return Assignment(
            due_lesson=due and Lesson.objects.get(pk=due),
            due_on=found.get("due_on"),
            is_collected=found.get("is_collected", False),
            kind=found.get("mark_kind"),
            files=tuple(found.get("files") or ()),
            dropped=tuple(map(int, found.get("dropped") or ())),
        )
