"""A lesson: its topic, homework and works as a form, its roster as one inline."""

import zlib

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from admin_customizations.admin.base import ModelAdmin, TabularInline
from admin_customizations.admin.lessons.absent import AbsentPage
from admin_customizations.admin.lessons.assigning import FIELDS, AssignmentFields
from admin_customizations.admin.lessons.cells import (
    ask_for_cells,
    cell_past,
    save_cells,
)
from admin_customizations.admin.lessons.grid import roster_html
from admin_customizations.admin.lessons.week import GroupWeekPage
from admin_customizations.admin.timetable.changes import DayChanges
from admin_customizations.toolkit.filters import AnswerFilter, ScopedRelatedFilter
from admin_customizations.toolkit.shell import shell
from admin_customizations.toolkit.widgets import LongSelect, Textarea
from journal.domain.archive.closing import is_shut
from journal.domain.control import overdue_lessons
from journal.domain.control.filling import NO_TOPIC, NOT_TAKEN
from journal.domain.lessons import TAKEN, Change, write_cells
from journal.domain.lessons.homework import assign, free_number
from journal.domain.lessons.resizing import follow_hours
from journal.domain.lessons.spread import read_spread
from journal.domain.lessons.topics import (
    deviates,
    lines_to_give,
    link_topic,
    may_be_used,
    proposed_line,
)
from journal.models import Homework, Lesson, PlannedLesson, Task
from journal.models.reach.teaching import answering
from journal.models.words import worded

HELD = Q(is_cancelled=False)
# What one person may write over of another who has the same lesson open.
STORED = ("topic", "hours", "content", "homework", "links")
MOST_TOLD = 200  # letters of what another wrote


class LessonForm(AssignmentFields, forms.ModelForm):
    """The topic comes from the plan in its order; an own one is marked as a deviation."""

    planned = forms.ModelChoiceField(
        PlannedLesson.objects.none(),
        required=False,
        label="Строка КТП",
        widget=LongSelect,
        empty_label="Без строки КТП (своя тема)",
        help_text="Предложена следующая по порядку. Тема записывается строго по КТП.",
    )

    class Meta:
        model = Lesson
        fields = ["topic", "kind", "hours", "content", "homework", "links"]
        widgets = {
            name: Textarea(attrs={"rows": 2})
            for name in ("topic", "content", "homework", "links")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lesson = self.instance
        self.stored = {name: getattr(lesson, name) for name in STORED}
        self.offer_assignment(lesson)
        field = self.fields.get("planned")
        if field is None:
            return
        field.queryset = lines_to_give(lesson)
        plan = lesson.course.thematic_plan
        if plan is not None and not may_be_used(plan):
            state = plan.get_state_display()
            field.help_text = (
                f"КТП «{plan}» — {state}: его темы предлагаются после утверждения."
            )
        given = lesson.topics.select_related("planned_lesson__kind").first()
        line = given.planned_lesson if given else None
        if line is None and not lesson.topic:
            line = proposed_line(lesson)
            self._propose(line)
        if line:
            self.initial["planned"] = line.pk

    def _propose(self, line):
        if line is None:
            return
        self.initial["topic"] = line.title
        self.initial.setdefault("kind", None)
        if line.kind_id and not self.instance.kind_id:
            self.initial["kind"] = line.kind_id
        if not self.instance.homework:
            self.initial["homework"] = line.homework
        if not self.instance.content:
            self.initial["content"] = line.content

    @property
    def seen(self) -> str:
        """The mark of what is stored now; it comes back with what is sent."""
        return f"{zlib.crc32(repr(self.stored).encode()):x}"

    def clean(self):
        found = super().clean()
        line = found.get("planned")
        if line and not (found.get("topic") or "").strip():
            found["topic"] = line.title
        if self.data.get("seen", self.seen) != self.seen:
            self._tell_of_others(found)
        return found

    def _tell_of_others(self, found):
        """What another page stored meanwhile is told once, not written over unseen."""
        others = [
            f"{self.fields[name].label}: «{str(value)[:MOST_TOLD]}»"
            for name, value in self.stored.items()
            if name in found and found[name] != value
        ]
        if others:
            words = "Пока страница была открыта, занятие изменили. Сейчас записано:"
            raise ValidationError(
                f"{words} {'; '.join(others)}. Ваше не записано: сохраните ещё раз, "
                "если оно вернее."
            )

    def has_changed(self):
        """A proposed topic that is taken is a change, though nobody typed it."""
        return super().has_changed() or bool(not self.instance.topic)


class PlainChoices:
    """Choices without the links to their lists, which a teacher has no use for."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField):
            field.widget = getattr(field.widget, "widget", field.widget)
        return field


class TaskForm(forms.ModelForm):
    """A new work takes the next free number where none is written."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "number" in self.fields:
            self.fields["number"].required = False

    def clean_number(self):
        number = self.cleaned_data["number"]
        if number is None and self.has_changed():
            number = free_number(self.instance.lesson)
            if number is None:
                raise ValidationError("В занятии не больше шести работ.")
        return number


class TaskInline(PlainChoices, TabularInline):
    model = Task
    form = TaskForm
    fields = ["number", "kind", "topic", "is_required"]
    verbose_name_plural = "работы на занятии"
    extra = 1
    tab = False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "kind":
            field.label_from_instance = lambda kind: f"{kind}, вес {kind.weight}"
        return field


class LateFilter(AnswerFilter):
    """Lessons that ought to be filled by now."""

    title = "заполнение"
    parameter_name = "late"

    answers = {"1": ("не заполнено в срок", None)}

    def queryset(self, request, queryset):
        if self.value() != "1":
            return queryset
        late = overdue_lessons(request.user, timezone.localdate())
        return queryset.filter(pk__in=late.values("pk"))


class LacksFilter(AnswerFilter):
    """Lessons that took place and lack something, whenever they did."""

    title = "чего не хватает"
    parameter_name = "lacks"
    answers = {
        "taken": ("нет отметки присутствия", lambda: NOT_TAKEN & HELD),
        "topic": ("нет темы", lambda: NO_TOPIC & HELD),
    }


class AnsweringFilter(AnswerFilter):
    """Lessons that one teacher answers for now, by links from what is late."""

    title = "отвечает сейчас"
    parameter_name = "answers"

    def lookups(self, request, model_admin):
        if not (self.value() or "").isdecimal():
            return []
        return [(self.value(), worded("выбранный преподаватель"))]

    def queryset(self, request, queryset):
        if not self.lookup_choices:
            return queryset
        return queryset.alias(answers=answering()).filter(answers=int(self.value()))


@admin.register(Lesson)
class LessonAdmin(AbsentPage, GroupWeekPage, DayChanges, PlainChoices, ModelAdmin):
    """A teacher's lessons; each page is filled between two lessons."""

    form = LessonForm
    list_display = ["date", "number", "course", "teacher", "topic", "is_taken"]
    list_display_links = ["date", "course"]
    list_filter = [
        LateFilter,
        LacksFilter,
        AnsweringFilter,
        ("course__group", ScopedRelatedFilter),
        ("course__discipline", ScopedRelatedFilter),
        ("teacher", ScopedRelatedFilter),
    ]
    list_select_related = ["course__discipline", "course__group", "teacher"]
    search_fields = ["topic", "course__discipline__name", "course__group__name"]
    date_hierarchy = "date"
    ordering = ["-date", F("number").desc(nulls_last=True)]
    inlines = [TaskInline]
    fieldsets = [
        (None, {"fields": ["planned", "topic", ("kind", "hours"), "homework"]}),
        (
            "Домашнее задание: срок, файлы, сдача",
            {"fields": [*FIELDS], "classes": ["collapse"]},
        ),
        (
            "Содержание и материалы",
            {"fields": ["content", "links"], "classes": ["collapse"]},
        ),
    ]
    change_form_template = "admin/lessons/lesson.html"
    warn_unsaved_form = False

    @admin.display(description="присутствие", boolean=True)
    def is_taken(self, lesson):
        return lesson.attendance_taken_at is not None

    def has_add_permission(self, request):
        """Lessons come from the timetable."""
        return False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related(
                "course__group",
                "course__discipline",
                "course__period",
                "course__thematic_plan",
                "teacher",
            )
        )

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            return [
                (None, {"fields": ["topic", ("kind", "hours"), "homework", "content"]})
            ]
        return self.fieldsets

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/take/", wrap(self.take), name="journal_lesson_take"),
            path("cells/", wrap(save_cells), name="journal_cells"),
            path("cells/ask/", wrap(ask_for_cells), name="journal_cells_ask"),
            path(
                "<int:lesson>/cell/<int:student>/",
                wrap(cell_past),
                name="journal_cell_past",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def take(self, request, pk: int):
        """«Все присутствуют» from the start page: stored, and the lesson is open."""
        change = Change(min(pk, 2**63 - 1), None, TAKEN, "", "1")
        outcome = write_cells(request.user, [change])[0]
        if outcome.status == 404:
            raise Http404
        if outcome.status == 200:
            self.message_user(request, "Присутствие отмечено: все, кроме отмеченных.")
        elif outcome.status != 409:
            self.message_user(request, outcome.message, "error")
        return HttpResponseRedirect(reverse("admin:journal_lesson_change", args=[pk]))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            page = read_spread(request.user, obj.course, obj.pk)
            context |= {
                **shell(self.admin_site, request),
                "lesson": obj,
                "deviates": deviates(obj),
                "page": page,
                "is_shut": is_shut(obj.course.period_id),
                "is_empty_part": bool(obj.subgroup_id and page.lines)
                and not any(line.sits_in(page.columns[0]) for line in page.lines),
                "grid": roster_html(page, timezone.localdate()),
                "assignment": Homework.objects.filter(lesson=obj).first(),
                "title": f"{obj.course.discipline}, {obj.course.group}",
                "spread_url": reverse(
                    "admin:journal_course_spread", args=[obj.course_id]
                ),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request, obj, form, change):
        if obj.topic and obj.filled_at is None:
            obj.filled_at = timezone.now()
        super().save_model(request, obj, form, change)
        if "hours" in form.changed_data:
            follow_hours(request.user, obj, form.stored["hours"])
        if "planned" in form.cleaned_data:
            link_topic(obj, form.cleaned_data["planned"])

    def save_related(self, request, form, formsets, change):
        """The homework last: its work takes a number that the works above left."""
        super().save_related(request, form, formsets, change)
        if request.user.has_perm("journal.add_homework"):
            self._assign(request, form)

    def _assign(self, request, form):
        """What is refused of the homework leaves the rest of the lesson saved."""
        try:
            assign(form.instance, form.assignment())
        except ValidationError as error:
            words = " ".join(error.messages)
            self.message_user(request, f"Домашнее задание: {words}", "error")

    def response_change(self, request, obj):
        """Saving keeps the teacher on the lesson, or leads back to the spread."""
        if request.GET.get("from") == "spread":
            return HttpResponseRedirect(
                reverse("admin:journal_course_spread", args=[obj.course_id])
            )
        if "_continue" in request.POST or "_addanother" in request.POST:
            return super().response_change(request, obj)
        request.POST = request.POST.copy()
        request.POST["_continue"] = "1"
        return super().response_change(request, obj)
