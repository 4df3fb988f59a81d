"""A curriculum as one page: the whole plan as a table, typed in like a spreadsheet."""

import json
from collections.abc import Iterator
from html import escape

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from admin_customizations.toolkit.sent import understood
from admin_customizations.toolkit.shell import shell
from journal.domain.curriculum.cells import (
    FORM,
    MOST_CELLS,
    OF_HOURS,
    OF_WEEKS,
    Typed,
    shown,
    titles,
    write_plan,
)
from journal.domain.curriculum.overview import (
    HOURS,
    TOTAL,
    Line,
    Overview,
    number,
    read_overview,
    week_count,
)
from journal.domain.curriculum.versions import (
    may_approve_curriculum,
    may_edit_curriculum,
    may_renew,
)
from journal.models import Curriculum, Institution, PlanWeeks

MOST_TEXT = 20
WEEK_TITLES = {name: PlanWeeks._meta.get_field(name).verbose_name for name in OF_WEEKS}


def table_page(admin, request, plan: Curriculum):
    """The whole plan, or one semester of it with its hours by kind."""
    found = read_overview(plan)
    semester = request.GET.get("semester", "")
    chosen = int(semester) if semester.isdecimal() and len(semester) < 3 else 0
    if chosen > found.semesters:
        chosen = 0
    editable = may_edit_curriculum(request.user, plan)
    context = {
        **shell(admin.admin_site, request),
        "title": str(plan),
        "plan": plan,
        "semesters": range(1, found.semesters + 1),
        "chosen": chosen,
        "is_editable": editable,
        "may_approve": may_approve_curriculum(request.user, plan),
        "may_renew": may_renew(request.user, plan),
        "may_add_rows": editable and request.user.has_perm("journal.add_planitem"),
        "is_empty": not found.lines,
        **pieces(found, chosen, editable),
    }
    return TemplateResponse(request, "admin/curriculum/plan.html", context)


def pieces(found: Overview, chosen: int, editable: bool) -> dict[str, SafeString]:
    """What is drawn anew after each saving: table, weeks, warnings."""
    parts = {
        "table": _table(found, chosen, editable),
        "weeks": _weeks(found, editable),
        "warnings": _warnings(found),
    }
    # Every text in them is escaped where it is put in.
    return {name: mark_safe("".join(html)) for name, html in parts.items()}  # noqa: S308


def _table(found: Overview, chosen: int, editable: bool) -> Iterator[str]:
    columns = titles()
    kinds = [name for name in HOURS if name != TOTAL]
    yield "<table class=plan><thead><tr><th class=nm rowspan=2 scope=col>Строка плана"
    if chosen:
        yield f"<th colspan={len(OF_HOURS)} scope=colgroup>{chosen} семестр<tr>"
        yield from (f"<th scope=col>{columns[name]}" for name in OF_HOURS)
    else:
        yield f"<th colspan={len(kinds) + 1} scope=colgroup>За все семестры, часов"
        for semester in range(1, found.semesters + 1):
            yield (
                f'<th colspan=2 scope=colgroup><a href="?semester={semester}" '
                f'title="Часы {semester} семестра по видам">{semester} сем.</a>'
            )
        yield "<tr>"
        yield from (f"<th scope=col>{columns[name]}" for name in (TOTAL, *kinds))
        yield "<th scope=col>Часы<th scope=col>Форма" * found.semesters
    yield "<tbody>"
    for line in found.lines:
        yield from _line(found, line, chosen, editable)
    yield "</tbody><tfoot>"
    yield from _line(found, found.total, chosen, False)
    yield "</tfoot></table>"


def _line(found: Overview, line: Line, chosen: int, editable: bool) -> Iterator[str]:
    yield f"<tr{_of_row(line)}><th class=nm scope=row>{_name(line)}"
    if chosen:
        yield from _cells(found, line, chosen, OF_HOURS, editable)
        return
    kinds = [name for name in HOURS if name != TOTAL]
    for name in (TOTAL, *kinds):
        yield f"<td class=s>{line.in_all(name) or ''}"
    for semester in range(1, found.semesters + 1):
        yield from _cells(found, line, semester, (TOTAL, FORM), editable)


def _of_row(line: Line) -> str:
    if line.item is None:
        return " class=cycle"
    name = "module" if line.has_children else f"d{min(line.depth, 2)}"
    return f" class={name} data-i={line.item.pk}"


def _name(line: Line) -> str:
    if line.item is None:
        return escape(line.title)
    address = reverse("admin:journal_planitem_change", args=[line.item.pk])
    index = f"<b>{escape(line.item.index)}</b> " if line.item.index else ""
    return f'<a href="{address}">{index}{escape(line.title)}</a>'


def _cells(found, line: Line, semester: int, columns, editable: bool) -> Iterator[str]:
    if line.is_sum:
        sums = line.sums.get(semester, {})
        for name in columns:
            yield f"<td class=s>{(name in HOURS and sums and sums[name]) or ''}"
        return
    hours = line.cells.get(semester)
    wrong = hours is not None and hours.total != hours.contact + hours.self_study
    together = found.complex_forms.get((line.item.pk, semester))
    for name in columns:
        marks = f" data-s={semester} data-f={name}" if editable else ""
        if name == TOTAL and wrong:
            marks += ' class=odd title="Не равно сумме часов по видам"'
        if name == FORM and together:
            marks += f' class=cx title="{escape(together)}"'
        yield f"<td{marks}>{escape(shown(hours, name))}"


def _weeks(found: Overview, editable: bool) -> Iterator[str]:
    """The budget of time: weeks by kind, and the hours that they hold."""
    norm = Institution.current().week_hours
    numbers = range(1, found.semesters + 1)
    yield "<table class=plan><thead><tr><th class=nm scope=col>Недели"
    yield "".join(f"<th scope=col>{one} сем." for one in numbers)
    yield "<th scope=col>Всего<tbody>"
    for name in OF_WEEKS:
        title = str(WEEK_TITLES[name])
        yield f'<tr data-i=""><th class=nm scope=row>{title[:1].upper()}{title[1:]}'
        rows = [found.weeks.get(one) for one in numbers]
        for one, weeks in zip(numbers, rows, strict=True):
            marks = f" data-s={one} data-f={name}" if editable else ""
            yield f"<td{marks}>{shown(weeks, name)}"
        count = sum(getattr(weeks, name) for weeks in rows if weeks)
        yield f"<td class=s>{number(count) if count else ''}"
    counts = [
        week_count(found.weeks[one]) if one in found.weeks else 0 for one in numbers
    ]
    yield f"</tbody><tfoot><tr class=cycle><th class=nm scope=row>Часов: недели × {norm}"
    yield "".join(f"<td class=s>{number(one * norm)}" for one in counts)
    yield f"<td class=s>{number(sum(counts) * norm)}"
    yield "<tr class=cycle><th class=nm scope=row>Часов в плане"
    sums = [
        found.total.sums[one][TOTAL] if one in found.total.sums else 0
        for one in numbers
    ]
    for limit, hours in zip(counts, sums, strict=True):
        odd = " odd" if hours != limit * norm else ""
        yield f'<td class="s{odd}">{hours}'
    yield f"<td class=s>{sum(sums)}</tfoot></table>"


def _warnings(found: Overview) -> Iterator[str]:
    if not found.warnings:
        yield '<p class="notice">Замечаний к плану нет.</p>'
        return
    yield '<div class="notice warning"><p>На что обратить внимание: '
    yield f"{len(found.warnings)}</p><ul>"
    yield from (f"<li>{escape(one)}" for one in found.warnings)
    yield "</ul></div>"


def read_cells(body: bytes) -> tuple[list[Typed], int]:
    """The cells that the page sent, and the semester it shows; ValueError says what is wrong.

    `{"semester": 0, "cells": [{"i": item or null, "s": semester, "f": column, "o": old,
    "n": new}]}`
    """
    with understood("не разобрано: ждём cells с i, s, f, o, n"):
        data = json.loads(body)
        rows, chosen = data["cells"], data.get("semester", 0)
        if not isinstance(rows, list) or len(rows) > MOST_CELLS:
            raise ValueError(f"не больше {MOST_CELLS} ячеек за раз")
        if not _is_number(chosen) or chosen > 99:
            raise ValueError("номер семестра непонятен")
        return [_cell(row) for row in rows], chosen


def _is_number(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _cell(row) -> Typed:
    texts = [row["f"], row["o"], row["n"]]
    numbers = [row["s"]] if row["i"] is None else [row["s"], row["i"]]
    if not all(isinstance(one, str) and len(one) <= MOST_TEXT for one in texts):
        raise ValueError(f"значение: строка не длиннее {MOST_TEXT} знаков")
    if not all(map(_is_number, numbers)):
        raise ValueError("номер должен быть целым числом")
    return Typed(row["i"], row["s"], *texts)


def save_cells(admin, request, pk: int):
    """Answer every cell, and give the table as it is now; the first refusal is the status."""
    plans = Curriculum.objects.visible_to(request.user)
    plan = plans.filter(pk=min(pk, 2**63 - 1)).select_related("specialty").first()
    if plan is None:
        raise Http404
    try:
        cells, chosen = read_cells(request.body)
    except ValueError as error:
        return JsonResponse({"error": f"Запрос {error}."}, status=400)
    try:
        answers = write_plan(plan, request.user, cells)
    except PermissionDenied:
        words = "План утверждён или не ваш: ничего не сохранено. Обновите страницу."
        return JsonResponse({"error": words}, status=403)
    found = read_overview(plan)
    results = [
        {"status": one.status, "value": one.value, "message": one.message}
        for one in answers
    ]
    status = next((one.status for one in answers if one.status != 200), 200)
    drawn = pieces(found, chosen if chosen <= found.semesters else 0, True)
    return JsonResponse({"results": results, **drawn}, status=status)
