"""Homework, and the page on which the works handed in are checked (F4)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from admin_customizations.admin.base import ModelAdmin, ReadOnly
from admin_customizations.admin.lessons.checking import Sheet, read_sheet, write_sheet
from admin_customizations.toolkit.filters import ChoiceFilter
from admin_customizations.toolkit.shell import shell
from journal.domain.lessons.asking import said
from journal.domain.lessons.homework import due_moment, due_words, to_check
from journal.models import Homework, Submission
from journal.models.reach import visible_q


@admin.register(Homework)
class HomeworkAdmin(ReadOnly, ModelAdmin):
    """Homework with terms and files; written on the page of its lesson."""

    list_display = ["works_link", "due_on", "is_collected"]
    list_display_links = None
    list_select_related = ["lesson__course__discipline", "lesson__course__group"]
    search_fields = ["lesson__course__discipline__name", "lesson__homework"]
    fields = ["lesson", ("due_lesson", "due_on", "is_collected")]
    empty_hint = "Заданий со сроками и файлами пока нет. Их задают на странице занятия."

    @admin.display(description="домашнее задание", ordering="lesson__date")
    def works_link(self, homework):
        url = reverse("admin:journal_homework_works", args=[homework.pk])
        return format_html('<a href="{}">{}</a>', url, homework.lesson)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("check/", wrap(self.waiting), name="journal_homework_check"),
            path("<int:pk>/works/", wrap(self.works), name="journal_homework_works"),
            *super().get_urls(),
        ]

    def waiting(self, request):
        """The own homework with works that wait, the longest first."""
        if not request.user.has_perm("journal.change_submission"):
            raise PermissionDenied
        found = to_check(request.user).select_related(
            "lesson__course__discipline", "lesson__course__group"
        )
        context = {
            **shell(self.admin_site, request),
            "title": "Работы на проверку",
            "found": found,
        }
        return TemplateResponse(request, "admin/lessons/to_check.html", context)

    def works(self, request, pk: int):
        """The roster of one homework: what came, and what is said of it."""
        user = request.user
        if not user.has_perm("journal.view_submission"):
            raise PermissionDenied
        rows = Homework.objects.visible_to(user).annotate(
            is_own=said(visible_q(user, Homework, "change"))
        )
        rows = rows.select_related(
            "lesson__course__group",
            "lesson__course__discipline",
            "lesson__subgroup",
            "due_lesson",
            "task__kind",
        )
        homework = rows.filter(pk=min(pk, 2**63 - 1)).first()
        if homework is None:
            raise Http404
        may_check = user.has_perm("journal.change_submission") and homework.is_own
        sheet, status = read_sheet(user, homework, may_check), 200
        if request.method == "POST":
            if not sheet.may_check:
                raise PermissionDenied
            if answer := self._written(request, homework, sheet):
                return answer
            status = 400
        context = {
            **shell(self.admin_site, request),
            "title": f"Домашнее задание: {homework.lesson.course.discipline}, "
            f"{homework.lesson.course.group}",
            "homework": homework,
            "sheet": sheet,
            "qualities": Submission.Quality.choices,
            "due": due_words(due_moment(homework)),
        }
        answer = TemplateResponse(request, "admin/lessons/works.html", context)
        answer.status_code = status
        return answer

    def _written(self, request, homework, sheet: Sheet):
        """The redirect after all was written; None where something was refused."""
        try:
            with transaction.atomic():
                count = write_sheet(request.user, homework, sheet, request.POST)
        except ValidationError as error:
            for words in error.messages:
                self.message_user(request, words, "error")
            return None
        self.message_user(request, f"Записано строк: {count}.")
        return HttpResponseRedirect(
            reverse("admin:journal_homework_works", args=[homework.pk])
        )


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, ModelAdmin):
    """What students handed in; checked on the page of the homework."""

    list_display = [
        "handed_in_at",
        "student",
        "homework",
        "state",
        "is_late",
        "quality",
    ]
    list_display_links = ["handed_in_at", "student"]
    list_filter = [("state", ChoiceFilter), ("quality", ChoiceFilter)]
    list_select_related = [
        "student",
        "homework__lesson__course__discipline",
        "homework__lesson__course__group",
    ]
    search_fields = ["student__last_name"]
    date_hierarchy = "handed_in_at"
    fields = [("student", "homework"), ("state", "quality"), "text", "remark"]
    empty_hint = "Сданных работ пока нет."
