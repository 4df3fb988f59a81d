"""The page «Итоги» of a course: term, year and final marks, typed down the column."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from admin_customizations.admin.results.sent import answered, read_result_changes
from admin_customizations.reports import report_links
from admin_customizations.toolkit.sent import taking
from admin_customizations.toolkit.shell import shell
from journal.domain.results.official import FINAL, TERM, YEAR
from journal.domain.results.scales import marks_of_kind
from journal.domain.results.term import (
    STAGES,
    TermPage,
    courses_of_stage,
    courses_seen,
    may_write,
    read_term,
    sign_term,
    write_term,
)
from journal.domain.results.writing import ResultChange, is_closed_for
from journal.models import Course, Institution, Result, Sheet
from journal.models.reach import EVERYTHING
from journal.models.words import worded, worded_lazily

REPORTS = ("attestation", "objectivity", "term_due")
TABS = (
    (TERM, "За период"),
    (YEAR, "За год"),
    (FINAL, worded_lazily("Итоговая по дисциплине", "Итоговая по предмету")),
)


def course_or_404(request, pk: int, seen: Q = EVERYTHING, **told) -> Course:
    """The course with what its pages show, if the person sees it, and `seen` holds.

    `told` are expressions that the page shows besides.
    """
    if pk >= 2**63:
        raise Http404
    courses = Course.objects.visible_to(request.user).select_related(
        "group", "discipline", "period__year", "thematic_plan"
    )
    return get_object_or_404(courses.filter(seen).annotate(**told), pk=pk)


class TermMarks:
    """The pages of the marks of record of a course."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/results/",
                wrap(self.term_page),
                {"stage": TERM},
                name="journal_course_results",
            ),
            path(
                "<int:pk>/results/<slug:stage>/",
                wrap(self.term_page),
                name="journal_course_results",
            ),
            path(
                "<int:pk>/results/<slug:stage>/sign/",
                wrap(require_POST(self.term_sign)),
                name="journal_course_results_sign",
            ),
            *super().get_urls(),
        ]

    def _asked(self, request, pk: int, stage: str) -> Course:
        if stage not in STAGES:
            raise Http404
        return course_or_404(request, pk, courses_seen(request.user))

    def term_page(self, request, pk: int, stage: str):
        """The table (GET), and the saving of what is typed in it (POST, JSON)."""
        course = self._asked(request, pk, stage)
        if request.method == "POST":
            return _save(request, course, stage)
        rules = Institution.current()
        together = request.GET.get("together") == "1"
        page = read_term(course, stage, rules, together)
        last = page.courses[-1]
        may = may_write(request.user, last)
        closed = is_closed_for(page.sheet or Sheet(period=last.period, attempt=1))
        is_open = not page.is_signed and not closed
        context = {
            **shell(self.admin_site, request),
            "title": f"Итоги: {course.discipline}, {course.group}",
            "course": course,
            "page": page,
            "stage": stage,
            "title_of_stage": dict(TABS)[stage],
            "tabs": _tabs(course, stage),
            "together": together,
            "closed": closed and not page.is_signed,
            "may": is_open and {"add_sheet", "change_result"} <= may,
            "may_sign": is_open and "sign_sheet" in may,
            "marks": marks_of_kind(STAGES[stage], rules),
            "titles": dict(Result.Mark.choices),
            "late": _late(page),
            "reports": _links(request.user, course),
        }
        return TemplateResponse(request, "admin/results/term.html", context)

    def term_sign(self, request, pk: int, stage: str):
        """«Выставить»: the marks are given, families see them at once."""
        course = self._asked(request, pk, stage)
        back = reverse("admin:journal_course_results", args=[pk, stage])
        try:
            sign_term(request.user, course, stage)
        except Sheet.DoesNotExist:
            raise Http404 from None
        except ValidationError as error:
            for words in error.messages:
                messages.error(request, f"Не выставлено. {words}")
        else:
            messages.success(
                request,
                worded("Отметки выставлены: студенты и родители видят их в дневнике."),
            )
        return HttpResponseRedirect(back)


@taking(read_result_changes)
def _save(
    request, course: Course, stage: str, changes: list[ResultChange], reason: str
) -> JsonResponse:
    try:
        return answered(write_term(request.user, course, stage, changes, reason))
    except PermissionDenied:
        words = worded("Эти отметки выставляет преподаватель курса.")
    except ValidationError as error:
        words = " ".join(error.messages)
    refused = {"status": 403, "code": "foreign", "value": "", "message": words}
    found = {"error": words, "results": [refused] * len(changes)}
    return JsonResponse(found, status=403)


def _tabs(course: Course, stage: str) -> list[tuple[str, str, bool]]:
    """The stages that the discipline has: a year of one course is its term."""
    of_year = len(courses_of_stage(course, YEAR)) > 1
    return [
        (
            reverse("admin:journal_course_results", args=[course.pk, one]),
            title,
            one == stage,
        )
        for one, title in TABS
        if one != YEAR or of_year or stage == YEAR
    ]


def _links(user, course: Course) -> list:
    """The reports that a term ends with."""
    links = report_links(user, group=course.group_id, period=course.period_id)
    return [one for one in links if any(f"/{slug}/" in one.url for slug in REPORTS)]


def _late(page: TermPage) -> int:
    """By how many days the marks are late, or were."""
    done = timezone.localdate()
    if page.is_signed:
        done = timezone.localtime(page.sheet.signed_at).date()
    return max((done - page.due).days, 0)
