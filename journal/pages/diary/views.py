"""The pages of the diary. Each opens one child's diary in at most eight queries.

The week reads whom a 2 threatens as well, of the whole group, once in ten minutes.
"""

import functools
from datetime import date, timedelta

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from journal.domain.lessons.activities import activities_of
from journal.domain.results import (
    absences_of,
    courses_of,
    held_hours,
    missed_hours_of,
    official_of,
    period_at,
    periods_of,
)
from journal.domain.results.attested import record_of
from journal.domain.timetable.session import attestations_of
from journal.domain.words import week_of
from journal.models import Period
from journal.models.words import worded
from journal.pages.diary.access import family_of
from journal.pages.diary.activities import activities_html
from journal.pages.diary.attendance import attendance_html
from journal.pages.diary.attestation import attestation_html
from journal.pages.diary.forecast import forecast_html, risk_html
from journal.pages.diary.makeup import makeup_html
from journal.pages.diary.marks import courses_html
from journal.pages.diary.pieces import empty, joined
from journal.pages.diary.reading import read_cells, read_week, read_works
from journal.pages.diary.results import record_html
from journal.pages.diary.week import (
    ALLOWED,
    days_html,
    monday_of,
    neighbour,
    unexplained_html,
    week_text,
    why_empty,
)
from journal.pages.pace import paced

# How long an absence without a reason stands above the week.
OF_LATE = timedelta(days=7)
KINDS = dict(Period.Kind.choices)
TABS = (
    ("week", "Неделя", "view_lesson"),
    ("homework", "Задания", "view_homework"),
    ("marks", "Отметки", "view_mark"),
    ("attendance", "Посещаемость", "view_absence"),
    ("makeup", "Отработка", "view_makeup"),
    ("attestation", "Аттестация", "view_examevent"),
    ("results", "Результаты", "view_result"),
    ("forecast", "Прогноз", "view_mark"),
    ("activities", "Кружки и классные часы", "view_activity"),
)


class WrongValueError(ValueError):
    """A value in the address that is none of those allowed; says which are."""


def diary_page(name: str):
    """A page of one child's diary: `view(request, family)` gives its context."""
    codename = next(right for tab, _, right in TABS if tab == name)

    def decorate(view):
        @require_safe
        @paced
        @functools.wraps(view)
        def page(request):
            family = family_of(request.user, request.GET.get("child"))
            if family.child is None:
                return render(request, "diary/choose.html", nobody(request, family))
            if codename not in family.rights:
                return page_of(request, family, name, {"body": _not_open()}, status=403)
            try:
                context, status = view(request, family), 200
            except WrongValueError as wrong:
                body = empty("Так страницу открыть нельзя", str(wrong))
                context, status = {"body": body, "title": "Запрос не понят"}, 400
            return page_of(request, family, name, context, status)

        return page

    return decorate


def page_of(request, family, name: str, context: dict, status: int = 200):
    """A page of the diary in its frame, `name` the tab that is open."""
    query = family.tail("?")
    tabs = [
        (reverse(f"diary:{tab}") + query, title, tab == name)
        for tab, title, right in TABS
        if right in family.rights
    ]
    children = []
    if len(family.children) > 1:
        children = [
            (f"?child={child.pk}", family.label(child), child is family.child)
            for child in family.children
        ]
    return render(
        request,
        "diary/page.html",
        {"title": "Дневник", "tabs": tabs, "children": children, "family": family}
        | context,
        status=status,
    )


def _not_open():
    return empty(
        "Этот раздел дневника закрыт",
        f"Учреждение не открыло его {worded('студентам')} и родителям. Спросите "
        f"{worded('куратора группы', 'классного руководителя')}.",
    )


@diary_page("week")
def week(request, family):
    today = timezone.localdate()
    asked = request.GET.get("week")
    try:
        monday = monday_of(asked or week_text(today))
    except ValueError:
        raise WrongValueError(
            f"Неделя указана неверно. Допустимо: {ALLOWED}."
        ) from None
    child = family.child
    days = read_week(child.pk, child.spans, monday)
    lessons = [lesson.pk for day in days for lesson in day.lessons]
    is_now = week_text(monday) == week_text(today)
    since = today - OF_LATE if is_now else date.max
    cells = read_cells(child.pk, lessons, since)
    if not {"view_mark", "view_absence"} <= family.rights:
        cells = _open_cells(cells, family.rights)
    return {
        "title": f"Неделя {week_of(monday)}",
        "arrows": _arrows(family, monday),
        "links": _timetables(child.spans, monday, today),
        "body": joined(
            [
                unexplained_html(days, cells, since),
                _risk(family, today) if is_now else "",
                days_html(days, cells, today, family.tail("?")),
            ]
        )
        if lessons
        else why_empty(child.spans, days, today),
    }


def _risk(family, today):
    groups = [span.group for span in family.child.spans if span.covers(today)]
    if not groups or "view_mark" not in family.rights:
        return ""
    return risk_html(family.child.pk, groups, today, family.tail("?"))


def _timetables(spans, monday, today) -> list[tuple[str, str]]:
    """The timetable of the group of that week, and the calendar of one's own."""
    groups = [span.group for span in spans if span.covers(max(monday, today))]
    found = [(reverse("timetable:calendar"), "Календарь в телефоне")]
    if groups:
        address = reverse("timetable:week", args=["group", groups[-1]])
        address += f"?week={week_text(monday)}"
        found.insert(0, (address, worded("Расписание группы", "Расписание класса")))
    return found


def _open_cells(cells, rights):
    """Marks and absences are different rights; the office may have taken one away."""
    return {
        lesson: [
            cell
            for cell in found
            if ("view_mark" if cell.number else "view_absence") in rights
        ]
        for lesson, found in cells.items()
    }


def _arrows(family, monday) -> list[tuple[str, str, str]]:
    own = family.tail("&")
    address = reverse("diary:week")
    before, after = neighbour(monday, -1), neighbour(monday, 1)
    here = family.tail("?")
    return [
        (f"{address}?week={before}{own}" if before else "", "‹", "Предыдущая неделя"),
        (f"{address}{here}#today", "Сегодня", ""),
        (f"{address}?week={after}{own}" if after else "", "›", "Следующая неделя"),
    ]


def _period_of(request, periods):
    """The period that the address names, or the one to open today."""
    asked = request.GET.get("period")
    if not asked:
        return period_at(periods, timezone.localdate())
    if not (asked.isascii() and asked.isdecimal()):
        raise WrongValueError(
            "Период указан неверно. Выберите его из списка на странице."
        )
    chosen = next((period for period in periods if str(period.pk) == asked), None)
    if chosen is None:
        raise Http404(worded("Такого периода у студента нет."))
    return chosen


def _period_title(period) -> str:
    return f"{period.number} {KINDS[period.kind]} {period.year}"


def _studied(request, family) -> tuple[list, dict]:
    """The courses of the period asked for, and what the page says of periods."""
    child = family.child
    courses = courses_of(child.pk, child.spans)
    periods = periods_of(courses)
    period = _period_of(request, periods)
    own = family.tail("&")
    return [course for course in courses if course.period == period], {
        "period": _period_title(period) if period else "",
        "periods": [
            (f"?period={one.pk}{own}", _period_title(one), one == period)
            for one in periods
        ],
    }


def _no_courses(spans):
    if spans:
        theirs = worded("дисциплины группы", "предметы класса")
        why = (
            f"Учебная часть ещё не распределила {theirs} по периодам. Загляните позже."
        )
    else:
        why = worded(
            "Студент ещё не зачислен в группу. Если это ошибка, обратитесь в учебную "
            "часть."
        )
    return empty(worded("Дисциплин пока нет"), why)


@diary_page("marks")
def marks(request, family):
    child = family.child
    courses, context = _studied(request, family)
    ids = [course.pk for course in courses]
    if not ids:
        return context | {"title": "Отметки", "body": _no_courses(child.spans)}
    missed = {}
    if "view_absence" in family.rights:
        missed = missed_hours_of(child.pk, ids)
    signed = official_of(child.pk, ids) if "view_result" in family.rights else {}
    works = read_works(child.pk, courses, child.spans)
    body = courses_html(courses, works, missed, child.spans, signed)
    return context | {"title": "Отметки", "body": body}


@diary_page("attendance")
def attendance(request, family):
    child = family.child
    courses, context = _studied(request, family)
    ids = [course.pk for course in courses]
    if not ids:
        return context | {"title": "Посещаемость", "body": _no_courses(child.spans)}
    held = held_hours(child.pk, ids, child.spans)
    body = attendance_html(absences_of(child.pk, ids), held)
    return context | {"title": "Посещаемость", "body": body}


@diary_page("forecast")
def forecast(request, family):
    """Of a period that goes on; what is over has its marks of record."""
    child = family.child
    courses, context = _studied(request, family)
    title = {"title": "Прогноз"}
    if not courses:
        return context | title | {"body": _no_courses(child.spans)}
    today = timezone.localdate()
    if courses[0].period.last_day < today:
        over = empty(
            "Период закончился",
            "Прогноз бывает, пока период идёт. Отметки за него — на странице «Отметки».",
        )
        return context | title | {"body": over}
    may = "view_absence" in family.rights
    return context | title | {"body": forecast_html(child.pk, courses, today, may)}


@diary_page("activities")
def activities(request, family):
    own = activities_of(family.child.pk, timezone.localdate())
    return {"title": "Кружки и классные часы", "body": activities_html(own)}


@diary_page("makeup")
def makeup(request, family):
    return {"title": "Что отработать", "body": makeup_html(family.child.pk)}


@diary_page("attestation")
def attestation(request, family):
    """Of the group of the period asked for; the last one where there were two."""
    courses, context = _studied(request, family)
    title = {"title": "Аттестация"}
    if not courses:
        return context | title | {"body": _no_courses(family.child.spans)}
    period = courses[0].period
    spans = family.child.spans
    groups = [
        one.group for one in spans if one.meets(period.first_day, period.last_day)
    ]
    if not groups:
        return context | title | {"body": _no_courses(spans)}
    found, others = attestations_of(groups[-1], period)
    return context | title | {"body": attestation_html(found, others)}


@diary_page("results")
def results(request, family):
    """All attestations of the time of study, with retakes, and the debts of today."""
    record = record_of(family.child.pk, timezone.localdate())
    return {"title": "Результаты аттестаций", "body": record_html(record)}


@require_safe
@paced
def choose(request):
    """The children of a person, or why there is no diary to open."""
    family = family_of(request.user)
    if not family.children:
        return render(request, "diary/choose.html", nobody(request, family))
    today = timezone.localdate()
    address = reverse("diary:week")
    return render(
        request,
        "diary/choose.html",
        {
            "title": "Чей дневник открыть",
            "children": [
                (f"{address}?child={child.pk}", child.name, _group_on(child, today))
                for child in family.children
            ],
        },
    )


def _group_on(child, day) -> str:
    names = [span.name for span in child.spans if span.covers(day)]
    if names:
        return f"{worded('группа')} {names[0]}"
    return f"сейчас не числится в {worded('группе', 'классе')}"


def nobody(request, family) -> dict:
    """Why a person has no diary to open, and what to do."""
    if family.is_parent:
        why = (
            "К вашей учётной записи сейчас не привязан ни один ребёнок.",
            worded(
                "Так бывает, когда срок доверенности истёк или когда студенту"
                " исполнилось 18 лет и он не дал согласия на доступ родителей."
            ),
        )
    elif getattr(request.user, "student", None):
        why = (
            "Учреждение не открыло дневник вашей роли.",
            "Дневник открывает администратор журнала.",
        )
    else:
        why = (
            worded("Дневник открыт студентам и их родителям."),
            worded(
                "Эта учётная запись не связана ни с карточкой студента, ни с карточкой"
                " родителя."
            ),
        )
    curator = worded("куратору группы", "классному руководителю")
    action = f"Если это ошибка, обратитесь к {curator} или в учебную часть."
    if request.user.is_staff:
        action = format_html(
            '<a href="{}">Вернуться в кабинет сотрудника</a>', reverse("admin:index")
        )
    return {"title": "Дневника нет", "why": why, "action": action}
