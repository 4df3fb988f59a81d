"""The pages of a year: its opening by a checklist, its picture by weeks."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from admin_customizations.toolkit.asked import key_of
from admin_customizations.toolkit.pages import opened_from_list
from admin_customizations.toolkit.shell import shell
from journal.domain.organisation.opening import (
    Step,
    may_see_opening,
    read_opening,
    year_to_open,
)
from journal.domain.organisation.picture import CODES, TITLES, Picture, draw
from journal.domain.words import MONTHS
from journal.models import AcademicYear, Group, Institution, Role
from journal.models.words import worded

# Where a step is taken, with the right that it needs; the list of its model otherwise.
PAGES = {
    "course": ("add_course", "admin:journal_course_from_plan"),
    "courseteacher": ("change_courseteacher", "admin:journal_courseteacher_table"),
}


def _asked_year(request, default) -> AcademicYear | None:
    key = key_of(request.GET, "year")
    if key is None:
        return default
    found = AcademicYear.objects.filter(pk=key).first()
    if found is None:
        raise BadRequest("year: такого учебного года нет")
    return found


def _url(user, step: Step, first) -> str:
    """Where the person takes a step; "" for whoever may only look."""
    right, name = PAGES.get(
        step.model, (f"change_{step.model}", f"admin:journal_{step.model}_changelist")
    )
    if not user.has_perm(f"journal.{right}"):
        return ""
    query = f"?period={first.pk}" if step.model in PAGES and first else ""
    return reverse(name) + query


class OpeningOfYear:
    """A button over the list of years, and the checklist of one."""

    actions_list = ["to_opening"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "journal_academicyear_opening"
        page = wrap(require_safe(self.opening))
        return [path("opening/", page, name=name), *super().get_urls()]

    def has_opening_permission(self, request):
        return may_see_opening(request.user)

    @opened_from_list("Открытие года", permission="opening", icon="checklist")
    def to_opening(self, request):
        return HttpResponseRedirect(reverse("admin:journal_academicyear_opening"))

    def opening(self, request):
        """What is done and what is not before the year runs, and who is asked for it."""
        self.may_look(request)
        if not self.has_opening_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        year = _asked_year(request, year_to_open(today))
        found = year and read_opening(request.user, year, Institution.current())
        titles = dict(Role.objects.values_list("slug", "name"))
        context = {
            **shell(self.admin_site, request),
            "title": f"Открытие {year} учебного года" if year else "Открытие года",
            "years": AcademicYear.objects.order_by("-start")[:6],
            "opening": found,
            "late": (today - found.due).days if found else 0,
            "steps": [
                (
                    step,
                    _url(request.user, step, found.first),
                    ", ".join(step.people)
                    or ", ".join(titles.get(role, role) for role in step.roles),
                )
                for step in (found.steps if found else ())
            ],
        }
        template = "admin/organisation/opening.html"
        return TemplateResponse(request, template, context)


class YearByWeeks:
    """A button over the list of calendars, and the picture of the year."""

    actions_list = ["to_weeks"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        page = wrap(require_safe(self.weeks))
        name = "journal_studycalendar_weeks"
        return [path("weeks/", page, name=name), *super().get_urls()]

    def has_weeks_permission(self, request):
        return request.user.has_perm("journal.view_group")

    @opened_from_list("Год по неделям", permission="weeks", icon="calendar_view_month")
    def to_weeks(self, request):
        return HttpResponseRedirect(reverse("admin:journal_studycalendar_weeks"))

    def weeks(self, request):
        """Groups × weeks: study, sessions, practices, vacations."""
        self.may_look(request)
        if not self.has_weeks_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        begun = AcademicYear.objects.filter(start__lte=today).order_by("-start")
        year = _asked_year(request, begun.first() or year_to_open(today))
        groups = Group.objects.visible_to(request.user)
        found = year and draw(year, groups, today)
        context = {
            **shell(self.admin_site, request),
            "title": "Год по неделям",
            "years": AcademicYear.objects.order_by("-start")[:6],
            "year": year,
            "picture": found,
            "table": weeks_html(found) if found and found.rows else "",
            "legend": [(CODES[kind], kind, TITLES[kind]) for kind in CODES],
        }
        template = "admin/organisation/weeks.html"
        return TemplateResponse(request, template, context)


def weeks_html(found: Picture) -> str:
    """The table as one string: two thousand squares through a template are slow."""
    months: list[list] = []
    for week in found.weeks:
        name = MONTHS[week.days[3].month - 1]
        if months and months[-1][0] == name:
            months[-1][1] += 1
        else:
            months.append([name, 1])
    head = "".join(
        f'<th colspan="{count}" scope="colgroup">{name if count > 1 else name[:3]}</th>'
        for name, count in months
    )
    days = "".join(
        f'<th scope="col"{" class=now" if week.is_now else ""}'
        f' title="{week.first:%d.%m}–{week.last:%d.%m.%Y}">{week.first.day}</th>'
        for week in found.weeks
    )
    body = "".join(_row_html(row, found) for row in found.rows)
    # Codes and titles are our own; names of groups are escaped.
    return mark_safe(  # noqa: S308
        '<table><thead><tr><th class="nm" rowspan="2" scope="col">'
        f"{worded('Группа')}</th>{head}</tr>"
        f"<tr>{days}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row_html(row, found: Picture) -> str:
    squares = []
    for week, one in zip(found.weeks, row.squares, strict=True):
        kind = "none" if one.is_outside else one.kind
        classes = [f"w-{kind}"] if kind else []
        classes += ["now"] if week.is_now else []
        look = f' class="{" ".join(classes)}"' if classes else ""
        words = f"{week.first:%d.%m}–{week.last:%d.%m}: {one.words}"
        code = "·" if one.is_outside else one.code
        squares.append(f'<td{look} title="{escape(words)}">{code}</td>')
    name = escape(row.group.name)
    title = escape(row.calendar or "график не задан")
    return (
        f'<tr><th class="nm" scope="row" title="{title}">{name}</th>'
        f"{''.join(squares)}</tr>"
    )
