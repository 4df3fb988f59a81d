"""Subgroups, and the page on which a group is split for a course (B2)."""

from datetime import date

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from admin_customizations.admin.base import ModelAdmin, ReadOnly, TabularInline
from admin_customizations.admin.filters import PeriodFilter
from admin_customizations.toolkit.filters import ScopedRelatedFilter
from admin_customizations.toolkit.shell import shell
from journal.domain.contingent.subgroups import (
    MOST_PARTS,
    Split,
    by_halves,
    by_language,
    may_split,
    read_split,
    split_group,
)
from journal.domain.words import plural
from journal.models import (
    Course,
    CourseTeacher,
    Order,
    OrderKind,
    Subgroup,
    SubgroupMember,
)
from journal.models.words import worded, worded_lazily

LONGEST_NAME = 60
CHANGED = (
    "Пока страница была открыта, состав подгрупп изменили. Посмотрите, что стоит в"
    " журнале, или сохраните ещё раз: запишется то, что на этой странице."
)


class SubgroupMemberInline(ReadOnly, TabularInline):
    """Who is in a part, by days; written by the split of the group, and by orders."""

    model = SubgroupMember
    fields = ["student", "start", "end"]
    tab = False
    list_select_related = ["student"]


@admin.register(Subgroup)
class SubgroupAdmin(ModelAdmin):
    """Parts of a group on one course, with who is in them (E 4.2)."""

    list_display = ["course", "number", "name", "size", "split_link"]
    list_display_links = ["course"]
    list_filter = [
        PeriodFilter,
        ("course__group", ScopedRelatedFilter),
        ("course__discipline", ScopedRelatedFilter),
    ]
    list_select_related = ["course__discipline", "course__group"]
    search_fields = ["course__discipline__name", "course__group__name", "name"]
    autocomplete_fields = ["course"]
    ordering = ["course__group__name", "course__discipline__name", "number"]
    inlines = [SubgroupMemberInline]
    empty_hint = worded_lazily(
        "Подгрупп пока нет. Откройте страницу журнала того курса, на котором группа"
        " делится, и выберите «Подгруппы»."
    )

    def get_queryset(self, request):
        now = Count("members", Q(members__end__isnull=True))
        return super().get_queryset(request).annotate(size=now)

    @admin.display(description=worded_lazily("студентов"), ordering="size")
    def size(self, subgroup):
        return subgroup.size

    @admin.display(description="состав")
    def split_link(self, subgroup):
        return format_html(
            worded('<a href="{}">Разделить группу</a>'),
            reverse("admin:journal_subgroup_split", args=[subgroup.course_id]),
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("split/<int:pk>/", wrap(self.split), name="journal_subgroup_split"),
            *super().get_urls(),
        ]

    def split(self, request, pk: int):
        """The students of a group × the subgroups of a course."""
        self.may_look(request)
        courses = Course.objects.visible_to(request.user).select_related(
            "group", "discipline", "period__year"
        )
        if pk >= 2**63:
            raise Http404
        course = get_object_or_404(courses, pk=pk)
        if request.method != "POST":
            return self._page(request, course, *_asked(request.GET, course))
        if not may_split(request.user, course):
            raise PermissionDenied
        day, placing, names = _sent(request.POST, course)
        try:
            if request.POST.get("seen", seen := _last_written(course)) != seen:
                raise ValidationError(CHANGED)
            moved = split_group(request.user, course, placing, day, names)
        except ValidationError as error:
            split = read_split(course, day)
            problem = " ".join(error.messages)
            return self._page(request, course, split, placing, names, problem)
        students = plural(
            moved, worded("студент"), worded("студента"), worded("студентов")
        )
        self.message_user(
            request,
            f"Распределено с {day:%d.%m.%Y}: {students}." if moved else "Сохранено.",
        )
        return HttpResponseRedirect(request.path)

    def _page(self, request, course, split: Split, placing, names, problem=""):
        may = may_split(request.user, course)
        columns = _columns(split, placing, names, request.GET.get("parts"))
        context = {
            **shell(self.admin_site, request),
            "title": f"Подгруппы: {course.discipline}, {course.group}",
            "course": course,
            "split": split,
            "seen": _last_written(course),
            "columns": columns,
            "lines": _lines(split, placing, may),
            "may": may,
            "is_open": may and (split.fixed_on is None or bool(split.outside)),
            "problem": problem,
            "more": len(columns) + 1 if len(columns) < MOST_PARTS else 0,
            "order_url": self._order_url(request),
            "has_languages": any(seat.student.language for seat in split.seats),
        }
        status = 400 if problem else 200
        template = "admin/curriculum/split.html"
        return TemplateResponse(request, template, context, status=status)

    def _order_url(self, request) -> str:
        """Where an order that moves a student is written, for whoever writes orders."""
        if not self.admin_site.is_registered(Order):
            return ""
        if not request.user.has_perm("journal.add_order"):
            return ""
        return f"{reverse('admin:journal_order_add')}?kind={OrderKind.SUBGROUP}"


def _day(text: str, course: Course, *, is_split: bool) -> date:
    """The day asked for; else the first day of the period, or today for a new split."""
    if text:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise BadRequest("day: день в виде ГГГГ-ММ-ДД") from error
    period, today = course.period, timezone.localdate()
    if not is_split:
        return period.first_day
    return min(max(today, period.first_day), period.last_day)


def _last_written(course: Course) -> str:
    """The latest change of who is in the parts: an old page must not undo it unseen."""
    rows = SubgroupMember.history.filter(subgroup__course=course)
    return str(rows.aggregate(last=Max("history_id"))["last"])


def _number(text: str, most: int) -> int:
    if not text.isdecimal() or len(text) > 2 or int(text) > most:
        raise BadRequest(f"подгруппа: число от 0 до {most}")
    return int(text)


def _asked(data, course: Course) -> tuple[Split, dict, dict]:
    """The split as it stands, or as a button proposes it."""
    is_split = course.subgroups.exists()
    split = read_split(course, _day(data.get("day", ""), course, is_split=is_split))
    placing = {
        seat.student.pk: seat.part.number if seat.part else 0 for seat in split.seats
    }
    names = {part.number: part.name for part in split.parts}
    fill = data.get("fill")
    if fill == "halves":
        asked = _number(data.get("parts") or "2", MOST_PARTS)
        placing = by_halves(split, max(asked, 2))
    elif fill == "language":
        placing, names = by_language(split)
    return split, placing, names


def _sent(data, course: Course) -> tuple[date, dict[int, int], dict[int, str]]:
    day = _day(data.get("day", ""), course, is_split=True)
    placing, names = {}, {}
    for key, value in data.items():
        what, _, number = key.partition("-")
        if what not in ("seat", "name") or not number.isdecimal() or len(number) > 18:
            continue
        if what == "seat":
            placing[int(number)] = _number(value, MOST_PARTS)
        elif len(value) <= LONGEST_NAME:
            names[int(number)] = value.replace("\x00", "")
        else:
            raise BadRequest(f"название подгруппы: не длиннее {LONGEST_NAME} знаков")
    return day, placing, names


def _columns(split: Split, placing, names, asked: str | None) -> list[dict]:
    """The parts side by side: those there are, those proposed, two at least."""
    known = {part.number: part for part in split.parts}
    more = _number(asked, MOST_PARTS) if asked else 2
    count = max(more, *known, *placing.values(), *names, 2)
    teachers: dict[int, list[str]] = {}
    loads = CourseTeacher.objects.overlapping(timezone.localdate(), None)
    for load in loads.filter(course=split.course).select_related("employee"):
        teachers.setdefault(load.subgroup_id, []).append(load.employee.short_name)
    found = []
    for number in range(1, min(count, MOST_PARTS) + 1):
        part = known.get(number)
        found.append(
            {
                "number": number,
                "part": part,
                "name": names.get(number, part.name if part else ""),
                "teachers": ", ".join(teachers.get(part.pk, ())) if part else "",
            }
        )
    return found


def _lines(split: Split, placing, may: bool) -> list[dict]:
    return [
        {
            "student": seat.student,
            "language": seat.student.get_language_display(),
            "late": seat.since if seat.since > split.day else None,
            "is_fixed": split.is_fixed(seat) or not may,
            "number": placing.get(
                seat.student.pk, seat.part.number if seat.part else 0
            ),
            "is_outside": bool(split.parts) and seat.part is None,
        }
        for seat in split.seats
    ]
