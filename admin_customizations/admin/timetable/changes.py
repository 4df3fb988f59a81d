"""Changes of a day (E2): the day, one of its lessons, a teacher who is away."""

from datetime import timedelta
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path

from admin_customizations.admin.timetable.asked import (
    address_of,
    asked_place,
    asked_reason,
    asked_span,
    back_from,
)
from admin_customizations.admin.timetable.away import Away
from admin_customizations.admin.timetable.extra import ExtraLesson
from admin_customizations.reports import report_links
from admin_customizations.toolkit.asked import asked_day, asked_key, key_of
from admin_customizations.toolkit.shell import shell
from journal.domain.timetable import bells_on
from journal.domain.timetable.changes import (
    Wish,
    cancel_lesson,
    change_lesson,
    is_held,
    may_change,
    restore_lesson,
    swap_lessons,
)
from journal.domain.timetable.day import (
    Staff,
    changes_of,
    day_lessons,
    read_lessons,
    reasons_of,
    rooms_for,
    slots_for,
    swaps_for,
    teachers_for,
)
from journal.domain.timetable.taken import Taken
from journal.models import (
    Campus,
    Course,
    CourseTeacher,
    Employee,
    Group,
    Lesson,
    Membership,
    Room,
)
from journal.models.words import worded

MOST_PROPOSED = 8


class DayChanges(Away, ExtraLesson):
    """Pages over the lessons of a day, for whoever substitutes."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("day/", wrap(self.day), name="journal_lesson_day"),
            path("day/away/", wrap(self.away), name="journal_lesson_day_away"),
            path("day/extra/", wrap(self.extra), name="journal_lesson_day_extra"),
            path(
                "day/<int:pk>/", wrap(self.day_change), name="journal_lesson_day_change"
            ),
            *super().get_urls(),
        ]

    def may_substitute(self, request):
        if not request.user.has_perm("journal.substitute_lesson"):
            raise PermissionDenied

    # The day

    def day(self, request):
        """All lessons of a day, with what is changed in them."""
        self.may_substitute(request)
        first, last = asked_span(request.GET)
        group, teacher, campus = (
            key_of(request.GET, name) for name in ("group", "teacher", "campus")
        )
        lessons = day_lessons(request.user, first, last, group, teacher, campus)
        only = request.GET.get("only") == "changed"
        rows = _rows(lessons, only, first, last)
        context = {
            **shell(self.admin_site, request),
            "title": f"Изменения на {first:%d.%m.%Y}"
            if first == last
            else f"Изменения, {first:%d.%m}–{last:%d.%m.%Y}",
            "first": first,
            "last": last,
            "before": address_of(request, first - timedelta(days=1)),
            "after": address_of(request, last + timedelta(days=1)),
            "rows": rows,
            "changed": sum(bool(row["changes"]) for row in rows),
            "only": only,
            "query": urlencode({"back": request.get_full_path()}),
            "reports": report_links(
                request.user,
                changes_from=first.isoformat(),
                changes_to=last.isoformat(),
            ),
            **self._filters(request, group, teacher, campus),
        }
        return TemplateResponse(request, "admin/timetable/day.html", context)

    def _filters(self, request, group, teacher, campus) -> dict:
        teachers = Employee.objects.filter(
            Q(teaching__isnull=False) | Q(staff_type=Employee.StaffType.TEACHING)
        )
        return {
            "group": group,
            "teacher": teacher,
            "campus": campus,
            "groups": Group.objects.visible_to(request.user).filter(
                closed_on__isnull=True
            ),
            "teachers": teachers.distinct(),
            "campuses": Campus.objects.all(),
        }

    # One lesson

    def day_change(self, request, pk: int):
        """What may become of a lesson: a page of buttons, each with its proposal."""
        self.may_substitute(request)
        lesson = self._lesson(request, pk)
        problem = ""
        if request.method == "POST":
            try:
                done = self._done(request, lesson)
            except ValidationError as error:
                problem = " ".join(error.messages)
                lesson = self._lesson(request, pk)
            else:
                self.message_user(request, done)
                return HttpResponseRedirect(back_from(request, lesson.date))
        taken = Taken({lesson.date}, {lesson.pk})
        context = {
            **shell(self.admin_site, request),
            "title": f"{lesson.course.group}: {lesson.course.discipline}",
            "lesson": lesson,
            "changes": changes_of(lesson),
            "is_held": is_held(lesson),
            "problem": problem,
            "back": back_from(request, lesson.date),
            "reason": request.POST.get("reason", ""),
            **self._proposals(request, lesson, taken),
        }
        return TemplateResponse(request, "admin/timetable/change.html", context)

    def _lesson(self, request, pk: int) -> Lesson:
        if pk >= 2**63:
            raise Http404
        lessons = read_lessons(Lesson.objects.visible_to(request.user))
        lesson = get_object_or_404(lessons, pk=pk)
        if not may_change(request.user, lesson):
            raise PermissionDenied
        return lesson

    def _proposals(self, request, lesson: Lesson, taken: Taken) -> dict:
        from_day = asked_day(request.GET.get("from", ""), lesson.date)
        staff = Staff(lesson.course.period.year_id)
        teachers = [
            one
            for one in teachers_for(lesson, taken, staff)
            if one.pk != lesson.teacher_id
        ]
        free = [one for one in teachers if not one.busy]
        slots = slots_for(lesson, from_day)
        return {
            "proposed": free[:MOST_PROPOSED],
            "others": free[MOST_PROPOSED:],
            "busy": [one for one in teachers if one.busy],
            "rooms": [
                one
                for one in rooms_for(lesson, taken, _seats(lesson))
                if one.pk != lesson.room_id
            ],
            "courses": _courses(lesson),
            "slots": slots,
            "swaps": swaps_for(request.user, lesson),
            "numbers": [slot.number for slot in slots[0][2]] if slots else [],
            "earlier": from_day - timedelta(days=7),
            "later": from_day + timedelta(days=7),
        }

    def _done(self, request, lesson: Lesson) -> str:
        """Do what the pressed button says; the words to show."""
        data, user = request.POST, request.user
        reason = asked_reason(data)
        if "restore" in data:
            restore_lesson(user, lesson)
            return "Занятие возвращено по расписанию."
        if "cancel" in data:
            cancel_lesson(user, lesson, reason)
            return "Занятие отменено."
        if "swap" in data:
            other = self._lesson(request, asked_key(data["swap"]) or 0)
            if other.date != lesson.date:
                raise ValidationError("Местами меняют занятия одного дня.")
            swap_lessons(user, lesson, other, reason)
            return f"Занятия поменялись местами: {lesson.course} и {other.course}."
        wish, words = _wish(data, lesson)
        change_lesson(user, lesson, wish, reason)
        return words


def _rows(lessons: list[Lesson], only: bool, first, last) -> list[dict]:
    reasons = reasons_of(lessons)
    bells = {day: bells_on(day) for day in {lesson.date for lesson in lessons}}
    rows = []
    for lesson in lessons:
        changes = changes_of(lesson)
        if only and not changes:
            continue
        gone = not first <= lesson.date <= last
        number = lesson.planned_number if gone else lesson.number
        start, end = bells[lesson.date].get(number, (None, None))
        rows.append(
            {
                "lesson": lesson,
                "number": number,
                "moved_to": lesson.date if gone else None,
                "time": f"{start:%H:%M}–{end:%H:%M}" if start else "",
                "changes": [] if gone else changes,
                "reason": reasons.get(lesson.pk, "") if changes else "",
                "is_held": is_held(lesson),
            }
        )
    return rows


def _chosen(data, name: str, select: str) -> int | None:
    """The key on the pressed button, or the one chosen in the select beside it."""
    pressed = data.get(name, "")
    return asked_key(data.get(select, "") if pressed == "other" else pressed)


def _wish(data, lesson: Lesson) -> tuple[Wish, str]:
    if "slot" in data:
        day, number = asked_place(data["slot"])
        return Wish(day=day, number=number), f"Занятие перенесено на {day:%d.%m.%Y}."
    if course := _chosen(data, "course", "other_course"):
        course = get_object_or_404(
            Course.objects.select_related("period", "group", "discipline"),
            pk=course,
            group=lesson.course.group_id,
        )
        teacher = _teacher_of(course, lesson)
        return Wish(course=course, teacher=teacher), f"Будет {course.discipline}."
    if room := _chosen(data, "room", "other_room"):
        room = get_object_or_404(Room, pk=room)
        return Wish(room=room), f"Занятие в кабинете {room}."
    if teacher := _chosen(data, "teacher", "other"):
        teacher = get_object_or_404(Employee, pk=teacher)
        return Wish(teacher=teacher), f"Занятие ведёт {teacher.short_name}."
    raise ValidationError("Выберите, что изменить.")


def _teacher_of(course: Course, lesson: Lesson) -> Employee | None:
    load = CourseTeacher.objects.on(lesson.date).filter(course=course)
    row = load.order_by("subgroup", "pk").select_related("employee").first()
    return row.employee if row else None


def _courses(lesson: Lesson) -> list[tuple[int, str]]:
    """The other courses of the group in the period, with their teachers."""
    rows = (
        Course.objects.filter(group=lesson.course.group_id, period=lesson.course.period)
        .exclude(pk=lesson.course_id)
        .select_related("discipline")
        .prefetch_related("teachers__employee")
        .order_by("discipline__name")
    )
    return [
        (
            course.pk,
            f"{course.discipline}: "
            + (
                ", ".join(
                    dict.fromkeys(
                        one.employee.short_name
                        for one in course.teachers.all()
                        if one.end is None or one.end > lesson.date
                    )
                )
                or worded("преподавателя нет")
            ),
        )
        for course in rows
    ]


def _seats(lesson: Lesson) -> int:
    if lesson.subgroup_id:
        return lesson.subgroup.members.filter(end__isnull=True).count()
    members = Membership.objects.on(lesson.date).filter(group=lesson.course.group_id)
    return members.count()
