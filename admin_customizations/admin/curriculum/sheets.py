"""The page on which the lines of a plan or a programme are written as a table."""

import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from admin_customizations.toolkit.pages import change_url
from admin_customizations.toolkit.sent import understood
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.approval import OPEN, may_edit_plan
from journal.domain.curriculum.checks import SHOWN, Fault, faults
from journal.domain.curriculum.dates import walk
from journal.domain.curriculum.hours import OUTSIDE, TOTAL, asked_of, courses_of
from journal.domain.curriculum.programmes import faults_of
from journal.domain.curriculum.sheet import (
    MOST_ROWS,
    PLAN,
    Sheet,
    SheetChangedError,
    SheetRefusedError,
    SheetRow,
    cells_of,
    last_writer,
    lines_of,
    save_sheet,
    version_of,
)
from journal.models import Course, HoursKind, Institution, LessonKind

MOST_CELL = 4000


def hindrances(found: list[Fault], table_url: str) -> dict:
    """What `admin/curriculum/submit.html` shows where a paper cannot be handed in."""
    return {
        "faults": found[:SHOWN],
        "more": max(len(found) - SHOWN, 0),
        "blocked": bool(found),
        "table_url": table_url,
    }


def sheet_page(admin, request, parent, sheet: Sheet):
    """The table of a plan or a programme (GET), and its saving (POST)."""
    if request.method == "POST":
        return _save(request, parent, sheet)
    lines = lines_of(sheet, parent)
    courses = _courses(request, parent, sheet)
    course = _chosen(request, courses)
    may = may_edit_plan(request.user, parent)
    context = {
        **shell(admin.admin_site, request),
        "title": str(parent),
        "parent": parent,
        "sheet": sheet,
        "may": may,
        "is_plan": sheet is PLAN,
        "courses": courses,
        "course": course,
        "walk": walk(course, lines) if course else None,
        "kinds": list(LessonKind.objects.values_list("name", flat=True)),
        "back": change_url(admin, parent),
        "submit_url": _submit_url(parent) if may and parent.state in OPEN else "",
        "data": _data(sheet, parent, lines, courses, course, may),
    }
    return TemplateResponse(request, "admin/curriculum/sheet.html", context)


def _submit_url(parent) -> str:
    """Where the paper is handed in."""
    return reverse(f"admin:journal_{parent._meta.model_name}_submit", args=[parent.pk])


def _courses(request, parent, sheet: Sheet) -> list[Course]:
    """Courses that follow a plan, as far as the person sees them."""
    if sheet is not PLAN:
        return []
    seen = set(
        Course.objects.visible_to(request.user)
        .filter(thematic_plan=parent)
        .values_list("pk", flat=True)
    )
    return [one for one in courses_of(parent) if one.pk in seen]


def _chosen(request, courses: list[Course]) -> Course | None:
    """The course whose lessons give the dates: the one asked for, else the first."""
    asked = request.GET.get("course", "")
    found = [one for one in courses if str(one.pk) == asked] or courses[:1]
    return found[0] if found else None


def _key(text: str) -> str:
    return text.lower().replace("ё", "е").replace(".", "").strip()


def _data(sheet: Sheet, parent, lines, courses, course, may: bool) -> dict:
    kinds = {}
    for kind in LessonKind.objects.order_by("position"):
        for name in (kind.name, kind.short_name):
            if name:
                kinds.setdefault(_key(name), {"hours": kind.hours_kind})
    return {
        "fields": [
            {"name": one.name, "title": one.title, "sort": one.sort, "most": one.most}
            for one in sheet.fields
        ],
        "rows": _rows(sheet, lines),
        "version": version_of(sheet, parent),
        "may": may,
        "most": MOST_ROWS,
        "kinds": kinds,
        "hours_kinds": dict(HoursKind.choices),
        "outside": list(OUTSIDE),
        "asked": [_asked(one) for one in courses],
        "lesson_hours": Institution.current().lesson_hours,
        "has_dates": sheet is PLAN,
        **_computed(sheet, parent, lines, course),
    }


def _rows(sheet: Sheet, lines) -> list[dict]:
    return [{"id": line.pk, "cells": cells_of(sheet, line)} for line in lines]


def _asked(course: Course) -> dict:
    asked = asked_of(course)
    titles = {TOTAL: "всего занятий", **dict(HoursKind.choices)}
    return {
        "title": str(course.group),
        "sums": [
            {"kind": kind, "title": titles[kind], "needed": hours}
            for kind, hours in asked.items()
        ],
    }


def _computed(sheet: Sheet, parent, lines, course: Course | None) -> dict:
    """What follows from the rows: dates by line, and what keeps the paper back."""
    dates = {}
    if course is not None:
        walked = walk(course, lines)
        dates = {line.pk: walked.words(line.pk) for line in lines}
    found = []
    if parent.state in OPEN:
        found = faults(parent) if sheet is PLAN else faults_of(parent)
    return {"dates": dates, "faults": [one._asdict() for one in found]}


def read_rows(body: bytes, sheet: Sheet) -> tuple[list[SheetRow], int, bool]:
    """The rows that the page sent, their version, whether to number the works.

    `{"base": version, "rows": [{"id": key or null, "cells": [text, …]}, …], "number":
    bool}`. Raises ValueError that says what is wrong.
    """
    with understood("не разобран: ждём base и rows с id и cells"):
        data = json.loads(body)
        base, rows = data["base"], data["rows"]
        if isinstance(base, bool) or not isinstance(base, int):
            raise ValueError("не разобран: версия — число")
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            raise ValueError(f"слишком велик: строк не больше {MOST_ROWS}")
        found = [_row(row, len(sheet.fields)) for row in rows]
    keys = [row.pk for row in found if row.pk is not None]
    if len(set(keys)) != len(keys):
        raise ValueError("не разобран: строка дважды")
    return found, base, data.get("number") is True


def _row(row: dict, count: int) -> SheetRow:
    pk, cells = row["id"], row["cells"]
    if pk is not None and (isinstance(pk, bool) or not isinstance(pk, int)):
        raise ValueError("не разобран: номер строки — число")
    if not isinstance(cells, list) or len(cells) != count:
        raise ValueError(f"не разобран: клеток в строке {count}")
    if not all(isinstance(cell, str) and len(cell) <= MOST_CELL for cell in cells):
        raise ValueError(f"не разобран: клетка — текст не длиннее {MOST_CELL} знаков")
    return SheetRow(pk, cells)


def _save(request, parent, sheet: Sheet):
    """Store the whole table, or say why nothing was stored."""
    if request.headers.get("X-User", str(request.user.pk)) != str(request.user.pk):
        return JsonResponse({"error": "Вошёл другой человек."}, status=401)
    try:
        rows, base, number = read_rows(request.body, sheet)
    except ValueError as error:
        return JsonResponse({"error": f"Запрос {error}."}, status=400)
    try:
        keys = save_sheet(sheet, parent, rows, base, request.user, number=number)
    except PermissionDenied:
        words = f"Сейчас таблица не меняется: {parent.get_state_display()}."
        return JsonResponse({"error": words}, status=403)
    except SheetChangedError:
        return JsonResponse(_theirs(sheet, parent), status=409)
    except SheetRefusedError as error:
        return JsonResponse({"errors": error.found}, status=400)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    lines = lines_of(sheet, parent)
    cells = {line.pk: cells_of(sheet, line) for line in lines}
    course = _chosen(request, _courses(request, parent, sheet))
    answer = {
        "ids": keys,
        "cells": [cells.get(key) for key in keys],
        "version": version_of(sheet, parent),
        **_computed(sheet, parent, lines, course),
    }
    return JsonResponse(answer)


def _theirs(sheet: Sheet, parent) -> dict:
    """What stands in the journal, and who wrote it, for whoever wrote meanwhile."""
    by, at = last_writer(sheet, parent) or ("система", timezone.now())
    return {
        "version": version_of(sheet, parent),
        "rows": _rows(sheet, lines_of(sheet, parent)),
        "by": by,
        "at": f"{timezone.localtime(at):%d.%m %H:%M}",
    }
