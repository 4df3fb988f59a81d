"""An extra lesson, outside the timetable."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from admin_customizations.toolkit.asked import asked_day, key_of
from admin_customizations.toolkit.pages import Day, Line
from admin_customizations.toolkit.shell import shell
from admin_customizations.toolkit.widgets import LongSelect
from journal.domain.timetable.changes import add_lesson
from journal.models import Course, CourseTeacher, Employee, Group, Room, Subgroup
from journal.models.words import worded, worded_lazily


class ExtraForm(forms.Form):
    course = forms.ModelChoiceField(
        Course.objects.none(), label=worded_lazily("Дисциплина"), widget=LongSelect
    )
    subgroup = forms.ModelChoiceField(
        Subgroup.objects.none(),
        label="Подгруппа",
        required=False,
        widget=LongSelect,
        empty_label=worded_lazily("вся группа", "весь класс"),
    )
    day = forms.DateField(label="Дата", widget=Day)
    number = forms.IntegerField(
        label="Номер занятия", min_value=1, max_value=15, widget=Line
    )
    teacher = forms.ModelChoiceField(
        Employee.objects.none(),
        label=worded_lazily("Преподаватель"),
        required=False,
        widget=LongSelect,
        empty_label=worded_lazily("кто ведёт дисциплину"),
    )
    room = forms.ModelChoiceField(
        Room.objects.none(),
        label="Аудитория",
        required=False,
        widget=LongSelect,
        empty_label="без аудитории",
    )
    reason = forms.CharField(
        label="Причина", max_length=200, required=False, widget=Line
    )

    def __init__(self, group, day, *args, **kwargs):
        super().__init__(*args, **kwargs)
        courses = Course.objects.filter(
            group=group, period__first_day__lte=day, period__last_day__gte=day
        ).select_related("discipline", "group", "period")
        self.fields["course"].queryset = courses
        self.fields["course"].label_from_instance = lambda one: str(one.discipline)
        parts = Subgroup.objects.filter(course__in=courses)
        parts = parts.select_related("course__discipline")
        self.fields["subgroup"].queryset = parts
        self.fields["subgroup"].label_from_instance = lambda one: (
            f"{one.course.discipline}: {one}"
        )
        working = Q(dismissed_on__isnull=True) | Q(dismissed_on__gt=day)
        teachers = Employee.objects.filter(working, teaching__isnull=False).distinct()
        self.fields["teacher"].queryset = teachers
        self.fields["room"].queryset = Room.objects.all()
        self.initial["day"] = day

    def clean(self):
        found = super().clean()
        course, part, day = (found.get(name) for name in ("course", "subgroup", "day"))
        if part and course and part.course_id != course.pk:
            self.add_error(
                "subgroup",
                worded(
                    "Эта подгруппа другой дисциплины.",
                    "Эта подгруппа другого предмета.",
                ),
            )
        if course and day and not found.get("teacher"):
            load = CourseTeacher.objects.on(day).filter(course=course)
            row = load.select_related("employee").order_by("pk").first()
            if row is None:
                self.add_error(
                    "teacher", worded("Выберите: дисциплину никто не ведёт.")
                )
            else:
                found["teacher"] = row.employee
        return found


class ExtraLesson:
    """The page on which a lesson outside the timetable is added."""

    def extra(self, request):
        self.may_substitute(request)
        day = asked_day(request.GET.get("date", ""), timezone.localdate())
        groups = Group.objects.visible_to(request.user).filter(closed_on__isnull=True)
        group = groups.filter(pk=key_of(request.GET, "group") or 0).first()
        form = ExtraForm(group, day, request.POST or None) if group else None
        back = f"{reverse('admin:journal_lesson_day')}?date={day.isoformat()}"
        if form and request.method == "POST" and form.is_valid():
            answers = form.cleaned_data
            try:
                add_lesson(request.user, **answers)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                words = f"Добавлено: {answers['course']}, {answers['day']:%d.%m.%Y}."
                self.message_user(request, words)
                day = answers["day"]
                back = f"{reverse('admin:journal_lesson_day')}?date={day.isoformat()}"
                return HttpResponseRedirect(back)
        context = {
            **shell(self.admin_site, request),
            "title": "Дополнительное занятие",
            "form": form,
            "groups": groups,
            "group": group,
            "first": day,
            "back": back,
        }
        return TemplateResponse(request, "admin/timetable/extra.html", context)
