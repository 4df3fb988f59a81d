"""A teacher who is away: all lessons of some days at once."""

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from admin_customizations.admin.timetable.asked import (
    address_of,
    asked_reason,
    asked_span,
)
from admin_customizations.toolkit.asked import asked_key, key_of
from admin_customizations.toolkit.shell import shell
from journal.domain.timetable.changes import change_many, is_held
from journal.domain.timetable.day import Staff, day_lessons, teachers_for
from journal.domain.timetable.taken import Taken
from journal.models import Employee, Lesson
from journal.models.words import worded


class Away:
    """The page of a teacher's lessons, each with a substitute proposed."""

    def away(self, request):
        """All lessons of a teacher over some days, each with a substitute proposed."""
        self.may_substitute(request)
        data = request.POST or request.GET
        first, last = asked_span(data)
        teacher = get_object_or_404(Employee, pk=key_of(data, "teacher"))
        lessons = _of_teacher(request.user, teacher, first, last)
        problems: list[str] = []
        if request.method == "POST":
            try:
                given, cancelled = self._answers(request, lessons)
            except ValidationError as error:
                problems = error.messages
            else:
                self.message_user(
                    request, f"Замен: {given}, отменено занятий: {cancelled}."
                )
                return HttpResponseRedirect(address_of(request, first, last))
        context = {
            **shell(self.admin_site, request),
            "title": f"Нет {worded('преподавателя')}: {teacher.short_name}",
            "teacher": teacher,
            "first": first,
            "last": last,
            "rows": _proposed(lessons),
            "problems": problems,
            "reason": request.POST.get("reason", ""),
            "back": address_of(request, first, last),
        }
        return TemplateResponse(request, "admin/timetable/away.html", context)

    def _answers(self, request, lessons) -> tuple[int, int]:
        answers = []
        chosen = {
            lesson.pk: request.POST.get(f"lesson-{lesson.pk}", "") for lesson in lessons
        }
        keys = {asked_key(one) for one in chosen.values() if one not in ("", "cancel")}
        people = Employee.objects.in_bulk(keys)
        for lesson in lessons:
            answer = chosen[lesson.pk]
            if not answer:
                continue
            teacher = None if answer == "cancel" else people.get(int(answer))
            if answer != "cancel" and teacher is None:
                raise BadRequest(worded("Такого преподавателя нет."))
            answers.append((lesson, teacher))
        if not answers:
            raise ValidationError("Ничего не выбрано: укажите хотя бы одну замену.")
        return change_many(request.user, answers, asked_reason(request.POST))


def _of_teacher(user, teacher: Employee, first, last) -> list[Lesson]:
    """Lessons still to be given by a teacher; one of each stream stands for it."""
    found, streams = [], set()
    for lesson in day_lessons(user, first, last, teacher=teacher.pk):
        key = (lesson.stream, lesson.date, lesson.number)
        if lesson.teacher_id != teacher.pk or lesson.is_cancelled or is_held(lesson):
            continue
        if not first <= lesson.date <= last or (lesson.stream and key in streams):
            continue
        streams.add(key)
        found.append(lesson)
    return found


def _proposed(lessons: list[Lesson]) -> list[dict]:
    """Each lesson with its free teachers, the best one chosen if of the discipline."""
    if not lessons:
        return []
    taken = Taken({lesson.date for lesson in lessons})
    staff = Staff(lessons[0].course.period.year_id)
    rows = []
    for lesson in lessons:
        choices = teachers_for(lesson, taken, staff)
        free = [one for one in choices if not one.busy and one.pk != lesson.teacher_id]
        best = next(
            (
                one.pk
                for one in free
                if one.near == worded("та же дисциплина", "тот же предмет")
            ),
            None,
        )
        rows.append(
            {
                "lesson": lesson,
                "free": free,
                "best": best,
            }
        )
    return rows
