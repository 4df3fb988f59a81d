"""Corrections: requests in the closed term, and marks changed late at night."""

from datetime import timedelta

from journal.domain.demo.pouring import saved
from journal.domain.demo.site import Site
from journal.domain.demo.staff import moment
from journal.models import CorrectionRequest, Lesson, Mark, User

DAY = timedelta(days=1)
WAITING = (
    "Описка: перепутаны соседние строки",
    "Работа проверена заново по заявлению студента",
    "Отметка за пересдачу не была внесена",
)
REFUSED = "Не согласен с отметкой"
REMARK = "Причины нет: приложите работу"
# What a stranger at somebody's account changed in one evening.
NIGHTLY = 9


def create_corrections(site: Site) -> None:
    """What waits for the deputy: requests of `teacher`, a night at `teacher2`'s account."""
    teacher, deputy = site.staff.user("teacher"), site.staff.user("deputy")
    if len(site.terms) > 1:
        marks = _marks_of(teacher, site.terms[-2]).exclude(value="5")
        _ask(site, list(marks[: len(WAITING) + 1]), teacher, deputy)
    marks = _marks_of(site.staff.user("teacher2"), site.terms[-1])
    before = site.today - DAY
    marks = marks.filter(value__in="23", task__lesson__date__lt=before)
    _at_night(site, list(marks[:NIGHTLY]))


def _marks_of(user: User, term):
    """Marks for works in a teacher's lessons of a term, the newest lessons first."""
    lessons = Lesson.objects.filter(
        teacher__user=user, course__period=term.period
    ).order_by()
    return (
        Mark.objects.filter(task__lesson__in=lessons, value__in="2345")
        .select_related("task__lesson__course")
        .order_by("-task__lesson__date", "task__lesson", "student")
    )


def _ask(site: Site, marks: list[Mark], teacher: User, deputy: User) -> None:
    for mark, reason in zip(marks, (REFUSED, *WAITING), strict=False):
        at = moment(site.today - DAY, 15)
        lesson = mark.task.lesson
        request = CorrectionRequest(
            group_id=lesson.course.group_id,
            course=lesson.course,
            student_id=mark.student_id,
            lesson=lesson,
            field=str(mark.task.number),
            old=mark.value,
            new=str(int(mark.value) + 1),
            reason=reason,
            by=teacher,
            at=at,
        )
        saved(request, at, teacher)
        if reason == REFUSED:
            request.state, request.remark = CorrectionRequest.State.REFUSED, REMARK
            request.decided_by, request.decided_at = deputy, at + timedelta(hours=1)
            saved(request, request.decided_at, deputy)


def _at_night(site: Site, marks: list[Mark]) -> None:
    """Unsatisfactory marks became better, two minutes apart from 22:40 on."""
    user = site.staff.user("teacher2")
    began = moment(site.today - DAY, 22) + timedelta(minutes=40)
    for place, mark in enumerate(marks):
        mark.value = "4"
        mark._change_reason = "исправление"
        saved(mark, began + timedelta(minutes=2 * place), user)
