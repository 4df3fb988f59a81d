"""The curator's week: students × lessons of a group, documents one click away (F3)."""

import json
from datetime import date, timedelta
from html import escape
from itertools import groupby
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from admin_customizations.access import Kind, note_when_sent
from admin_customizations.toolkit.shell import shell
from journal.domain.lessons.excuses import students_to_excuse
from journal.domain.lessons.week import (
    GroupWeek,
    WeekLesson,
    WeekLine,
    read_group_week,
)
from journal.domain.words import week_of
from journal.models import AbsenceReason, Group
from journal.models.reach import employee_key
from journal.models.sqlite import russian_key
from journal.models.words import worded
from journal.pages.diary.week import ALLOWED, monday_of, neighbour, week_text

DAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
TOTALS = (("all", "Всего"), ("good", "Уваж."), ("bad", "Неув."))
SHORT = 6


def week_address(group: int, monday: date) -> str:
    query = urlencode({"group": group, "week": week_text(monday)})
    return f"{reverse('admin:journal_lesson_group_week')}?{query}"


class GroupWeekPage:
    """The page, for the admin of lessons."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.group_week))
        return [
            path("week/", view, name="journal_lesson_group_week"),
            *super().get_urls(),
        ]

    def group_week(self, request):
        """The matrix of a week; a curator begins with the own group."""
        user, today = request.user, timezone.localdate()
        if not user.has_perms(["journal.view_lesson", "journal.view_absence"]):
            raise PermissionDenied
        try:
            monday = monday_of(request.GET.get("week") or week_text(today))
        except ValueError:
            raise BadRequest(f"week: {ALLOWED}") from None
        groups = sorted(
            Group.objects.visible_to(user).filter(closed_on__isnull=True),
            key=lambda one: (
                one.curator_id != employee_key(user),
                russian_key(one.name),
            ),
        )
        group = _asked_group(request, groups)
        context = {
            **shell(self.admin_site, request),
            "title": f"Неделя {worded('группы', 'класса')} {group}"
            if group
            else worded("Неделя группы", "Неделя класса"),
            "groups": groups,
            "group": group,
            "week": week_text(monday),
            "words": week_of(monday),
            "before": neighbour(monday, -1),
            "after": neighbour(monday, 1),
            "now": week_text(today),
        }
        if group:
            context |= _matrix(user, group, monday, today)
        response = TemplateResponse(request, "admin/lessons/week.html", context)
        if group:
            subject = f"Посещаемость за неделю: {group}"
            count = len(context["page"].lines)
            note_when_sent(request, response, Kind.LISTED, subject, count=count)
        return response


def _asked_group(request, groups: list[Group]) -> Group | None:
    asked = request.GET.get("group")
    if not asked:
        return next(iter(groups), None)
    for group in groups:
        if str(group.pk) == asked:
            return group
    raise Http404(worded("Такой группы нет.", "Такого класса нет."))


def _matrix(user, group: Group, monday: date, today: date) -> dict:
    page = read_group_week(user, group, monday)
    excusable = set()
    if user.has_perm("journal.add_excuse") and page.lines:
        own = students_to_excuse(user).filter(
            pk__in=[one.student for one in page.lines]
        )
        excusable = set(own.values_list("pk", flat=True))
    kinds = {
        one.code: one.is_excused
        for one in AbsenceReason.objects.all()
        if one.counts_as_absence
    }
    return {
        "page": page,
        "grid": week_html(page, excusable, today),
        "kinds": json.dumps(kinds, ensure_ascii=False),
        "excuses": bool(excusable),
    }


def week_html(page: GroupWeek, excusable: set[int], today: date) -> SafeString:
    """The matrix as one string; cells carry no ids, as in the journal's own grid."""
    days = [
        f"<th colspan={len(list(columns))}{' class=now' if day == today else ''}>"
        f"{DAYS[day.weekday()]}, {day:%d.%m}"
        for day, columns in groupby(page.columns, key=lambda one: one.date)
    ]
    lesson = reverse("admin:journal_lesson_change", args=[0])
    totals = "".join(
        f'<th class="av t-{name}" data-sum={name} scope=col>{title}'
        for name, title in TOTALS
    )
    paper = '<th class="av paper" scope=col>Документ' if excusable else ""
    blank = len(TOTALS) + bool(excusable)
    parts = [
        f"<table class=cells><thead><tr><th class=nm>{''.join(days)}<th colspan={blank}>"
        f"<tr><th class=nm scope=col>{worded('Студент')}",
        *(_head(column, lesson) for column in page.columns),
        totals,
        paper,
        "<tbody>",
    ]
    add = reverse("admin:journal_excuse_add")
    for line in page.lines:
        parts.append(_row(line, page, add if line.student in excusable else "", paper))
    parts.append("</table>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped above


def _head(column: WeekLesson, address: str) -> str:
    classes = "" if column.may_note else " class=ro"
    if column.is_cancelled:
        classes = ' class="ro off"'
    number = column.number or "день"
    part = f"{column.part} п/г" if column.part else ""
    title = escape(column.discipline) + (f", {part}" if part else "")
    if not column.is_taken and not column.is_cancelled:
        title += ": присутствие не отмечено"
        part = f"{part} ?".strip()
    return (
        f"<th data-l={column.lesson} data-h={column.hours} data-plain{classes}>"
        f'<a href="{address.replace("0", str(column.lesson), 1)}" title="{title}">'
        f"{number}<br>{escape(_short(column.discipline))}</a><small>{part}</small>"
    )


def _short(discipline: str) -> str:
    """«Математика» → «Матем.», «Учебная практика» → «УП»."""
    words = [word for word in discipline.split() if word[:1].isalpha()]
    if len(words) < 2:
        return discipline if len(discipline) <= SHORT else f"{discipline[: SHORT - 1]}."
    return "".join(word[0].upper() for word in words if len(word) > 1)[:SHORT]


def _row(line: WeekLine, page: GroupWeek, add: str, paper: str) -> str:
    cells = []
    for column in page.columns:
        note = line.notes.get(column.lesson)
        if note:
            cells.append(f"<td data-a={escape(note.value)}>")
        else:
            cells.append("<td>" if line.sits_in(column) else "<td class=x>")
    sums = (line.missed, line.excused, line.missed - line.excused)
    totals = "".join(
        f'<td class="av t-{name}">{hours or ""}'
        for (name, _), hours in zip(TOTALS, sums, strict=True)
    )
    papers = "; ".join(
        f"{one.words}, {one.start:%d.%m}–{one.end - timedelta(days=1):%d.%m}"
        for one in line.documents
    )
    mark = f' <i title="{escape(papers)}">док.</i>' if papers else ""
    link = ""
    if add:
        query = urlencode(
            {
                "student": line.student,
                "start": page.monday.isoformat(),
                "last": (page.monday + timedelta(days=6)).isoformat(),
            }
        )
        link = (
            f'<a href="{add}?{escape(query)}"'
            f' aria-label="Документ: {escape(line.name)}">Документ</a>'
        )
    return (
        f"<tr data-s={line.student}><th class=nm scope=row>{escape(line.name)}{mark}"
        f"{''.join(cells)}{totals}" + (f'<td class="av paper">{link}' if paper else "")
    )
