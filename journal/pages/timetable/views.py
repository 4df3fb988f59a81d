"""Pages of the timetable: of a group, a teacher, a room; and their list.

Whoever is signed in sees what the roles open. Where the institution says so, everybody
sees all of it, without sign-in: groups, teachers, rooms, and nothing of students.
"""

import functools

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from journal.domain.words import week_of
from journal.models import Employee, ExamEvent, Group, Institution, Lesson, Room
from journal.models.reach import employee_key
from journal.models.words import worded, worded_lazily
from journal.pages.diary.week import ALLOWED, monday_of, neighbour, week_text
from journal.pages.files import made
from journal.pages.pace import paced
from journal.pages.timetable.drawing import days_html, table_of
from journal.pages.timetable.reading import read_days, sat_in
from journal.reports.writers import file_name
from journal.reports.writers import render as written

NAMES = {
    "group": worded_lazily("группа"),
    "teacher": worded_lazily("преподаватель"),
    "room": "кабинет",
}


def timetable_page(view):
    """A page that strangers open where the institution lets them."""

    @login_not_required
    @require_safe
    @functools.wraps(view)
    def page(request, *args, **kwargs):
        if request.user.is_authenticated:
            return paced(view)(request, *args, **kwargs)
        if not Institution.current().timetable_is_public:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return page


def _open(request, rows):
    """What of these rows the person sees."""
    if Institution.current().timetable_is_public:
        return rows
    return rows.visible_to(request.user)


def _events(request):
    """Exams that the person sees, and those in whose commission the person sits."""
    seen = _open(request, ExamEvent.objects.all())
    if not (employee := employee_key(request.user)):
        return seen
    return seen | ExamEvent.objects.filter(pk__in=sat_in(employee))


def _teachers(request):
    """Teachers on offer; whoever may see no staff has the own timetable alone."""
    people = Employee.objects.filter(teaching__isnull=False).distinct()
    user = request.user
    if Institution.current().timetable_is_public:
        return people
    if user.has_perm("journal.view_employee"):
        return people.visible_to(user)
    return people.filter(pk=employee_key(user))


ROWS = {
    "group": lambda request: _open(request, Group.objects.all()),
    "teacher": _teachers,
    "room": lambda request: _open(request, Room.objects.all()),
}


@timetable_page
def week(request, kind: str, pk: int):
    """A week of a group, a teacher or a room."""
    if kind not in ROWS or pk >= 2**63:
        raise Http404
    whose = get_object_or_404(ROWS[kind](request), pk=pk)
    today = timezone.localdate()
    try:
        monday = monday_of(request.GET.get("week") or week_text(today))
    except ValueError:
        words = f"Неделя указана неверно. Допустимо: {ALLOWED}."
        return _page(request, kind, whose, {"wrong": words}, status=400)
    days = read_days(
        _open(request, Lesson.objects.all()),
        _events(request),
        kind,
        pk,
        monday,
        not request.user.is_authenticated,
    )
    name = whose.short_name if kind == "teacher" else str(whose)
    title = f"Расписание: {NAMES[kind]} {name}"
    if request.GET.get("format") == "xlsx":
        table = table_of(title, week_of(monday), days)
        return made(written(table, "xlsx"), file_name(title, "xlsx", monday))
    has_items = any(day.items for day in days)
    context = {
        "week": week_of(monday),
        "body": days_html(days, kind, today) if has_items else "",
        "xlsx": f"?week={week_text(monday)}&format=xlsx",
        "arrows": [
            (f"?week={text}" if text else "", sign, words)
            for text, sign, words in (
                (neighbour(monday, -1), "‹", "Предыдущая неделя"),
                (week_text(today), "Сегодня", ""),
                (neighbour(monday, 1), "›", "Следующая неделя"),
            )
        ],
    }
    return _page(request, kind, whose, {"title": title, **context})


def _page(request, kind: str, whose, context: dict, status: int = 200):
    found = {"title": "Расписание", "kind": kind, "whose": whose, **context}
    return render(request, "timetable/week.html", found, status=status)


@timetable_page
def choose(request):
    """Groups, teachers and rooms whose timetable the person may open."""
    groups = ROWS["group"](request).filter(closed_on__isnull=True)
    by_all = Institution.current().timetable_is_public or request.user.is_staff
    lists = (
        (worded("Группы", "Классы"), "group", [(one.pk, one.name) for one in groups]),
        (
            worded("Преподаватели"),
            "teacher",
            [(one.pk, one.short_name) for one in _teachers(request)],
        ),
        (
            "Кабинеты",
            "room",
            [(one.pk, one.number) for one in ROWS["room"](request) if by_all],
        ),
    )
    sections = [
        (
            title,
            [(reverse("timetable:week", args=[kind, pk]), name) for pk, name in rows],
        )
        for title, kind, rows in lists
        if rows
    ]
    links = [link for _, shown in sections for link, _ in shown]
    if len(links) == 1:  # a student has one group
        return redirect(links[0])
    return render(request, "timetable/choose.html", {"sections": sections})
