"""Theses of the final attestation (F8)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from admin_customizations.admin.base import ModelAdmin, by_alphabet
from admin_customizations.toolkit.filters import ChoiceFilter, ScopedRelatedFilter
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.results.defences import with_defence
from journal.domain.results.topics import give_topics, groups_for_topics
from journal.exchange.results import read_topics
from journal.models import AcademicYear, Employee, Group, Student, Thesis
from journal.models.words import worded_lazily

EXAMPLE = "Иванов Иван Иванович\tСайт колледжа\tПетрова А. Н."


class TopicsForm(forms.Form):
    """A group, a year and the lines that were pasted."""

    group = forms.ModelChoiceField(Group.objects.none(), label=worded_lazily("Группа"))
    year = forms.ModelChoiceField(
        AcademicYear.objects.order_by("-start"), label="Год выпуска"
    )
    order = forms.CharField(label="Приказ", required=False, max_length=100)
    text = forms.CharField(
        label=worded_lazily("Студент, тема, руководитель"),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 14, "placeholder": EXAMPLE, "spellcheck": "true"}
        ),
    )

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.today = user, timezone.localdate()
        self.fields["group"].queryset = groups_for_topics(user, self.today)

    def save(self) -> tuple[int, int]:
        """Make the theses; ValidationError names the lines that are not understood."""
        said = self.cleaned_data
        students = Student.objects.filter(
            memberships__in=said["group"].memberships.on(self.today)
        )
        topics, wrong = read_topics(said["text"], students, Employee.objects.all())
        if wrong:
            raise ValidationError(wrong)
        return give_topics(
            self.user, said["group"], said["year"], topics, said["order"]
        )


@admin.register(Thesis)
class ThesisAdmin(ModelAdmin):
    """Topics, supervisors, reviewers, protocols."""

    actions_list = ["to_topics"]

    list_display = [
        "student",
        "group",
        "topic",
        "supervisor",
        "led",
        "is_admitted",
        "defence",
        "year",
    ]
    list_filter = [
        ("year", ScopedRelatedFilter),
        ("group", ScopedRelatedFilter),
        ("origin", ChoiceFilter),
    ]
    list_select_related = ["student", "group", "supervisor", "year"]
    ordering = [
        "-year",
        "group",
        *by_alphabet("student__last_name", "student__first_name"),
    ]
    search_fields = ["student__last_name", "topic", "supervisor__last_name"]
    autocomplete_fields = ["student", "supervisor", "consultant"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("student", "group", "year"),
                    ("kind", "origin", "order"),
                    "topic",
                ]
            },
        ),
        (
            "Руководство и отзывы",
            {
                "fields": [
                    ("supervisor", "consultant", "reviewer"),
                    ("supervisor_mark", "review_mark", "is_admitted"),
                ]
            },
        ),
        (
            "Протокол",
            {
                "fields": [
                    ("protocol_number", "protocol_date"),
                    ("is_for_use", "is_for_print"),
                    "questions",
                ]
            },
        ),
    ]
    empty_hint = "Выпускных работ пока нет. Добавьте тему и руководителя."

    def get_urls(self):
        view = self.admin_site.admin_view(self.topics)
        return [
            path("topics/", view, name="journal_thesis_topics"),
            *super().get_urls(),
        ]

    def has_topics_permission(self, request):
        return request.user.has_perm("journal.add_thesis")

    @opened_from_list("Темы списком", permission="topics", icon="content_paste")
    def to_topics(self, request):
        return HttpResponseRedirect(reverse("admin:journal_thesis_topics"))

    def topics(self, request):
        """Topics of a group pasted from a table: all of them are taken, or none."""
        if not self.has_topics_permission(request):
            raise PermissionDenied
        year = AcademicYear.objects.on(timezone.localdate()).first()
        form = TopicsForm(request.user, request.POST or None, initial={"year": year})
        if request.method == "POST" and form.is_valid():
            try:
                made, changed = form.save()
            except ValidationError as error:
                form.add_error(None, error)
            else:
                words = f"Добавлено работ: {made}, изменено: {changed}."
                self.message_user(request, words)
                group = form.cleaned_data["group"].pk
                url = reverse("admin:journal_thesis_changelist")
                return HttpResponseRedirect(f"{url}?group__id__exact={group}")
        context = {
            **shell(self.admin_site, request),
            "title": "Темы выпускных работ списком",
            "form": form,
        }
        return TemplateResponse(request, "admin/results/topics.html", context)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("supervisor_mark", "review_mark"):
            field.validators.append(RegexValidator("^[2-5]$", "Допустимо: 5, 4, 3, 2."))
        return field

    def get_queryset(self, request):
        return with_defence(super().get_queryset(request))

    @admin.display(description="работ у руководителя", ordering="led")
    def led(self, thesis):
        return thesis.led

    @admin.display(description="защита", ordering="defence")
    def defence(self, thesis):
        return thesis.defence or "—"
