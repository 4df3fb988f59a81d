"""What waits for whoever teaches: marks, works, plans, answers to what was asked."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from admin_customizations.admin.control.sittings import strange_lines
from admin_customizations.duties.lines import (
    FRESH,
    SHOWN,
    Duty,
    days,
    first_of,
    folded,
    looks_after,
)
from journal.domain.contingent.mismatches import answered_since
from journal.domain.control.requests import answered_to, spoken
from journal.domain.control.works import unmarked_works
from journal.domain.curriculum.readiness import own_late
from journal.domain.lessons.activities import behind
from journal.domain.lessons.homework import to_check
from journal.domain.lessons.makeup import Owing, waiting
from journal.domain.results.due import AHEAD, held_by, late_sheets, owed
from journal.domain.results.term import due_of
from journal.models import Course, Institution
from journal.models.reach import kept_lessons
from journal.models.words import worded

# Days after which a handed-in work has waited long for its check.
CHECKED_WITHIN = 7


def duties(user, today: date) -> list[Duty]:
    return [
        *_sheets(user, today),
        *_term_marks(user, today),
        *_control_works(user, today),
        *_makeups(user, today),
        *_homework(user),
        *_plans(user, today),
        *_activities(user, today),
        *_answers(user, today),
        *_requests(user),
        *_strangers(user),
    ]


def _makeups(user, today: date) -> list[Duty]:
    """What waits to be made good, to teachers and curators, course by course (F5)."""
    if looks_after(user, "view_makeup") or not user.has_perm("journal.add_makeup"):
        return []
    found = waiting(user, today)
    if not found.debts:
        return []
    lines = [_of_course(one) for one in found.courses[:SHOWN]]
    # Of all groups: a student who came from another one owes there as well.
    lines.append(Duty("Вся отработка", _ledger(), is_late=False))
    words = f"Не отработано: {_owing(found)}, курсов: {len(found.courses)}"
    return [Duty(words, is_late=bool(found.late), lines=tuple(lines))]


def _ledger(query: str = "") -> str:
    return f"{reverse('admin:journal_makeup_ledger')}?group={query}"


def _of_course(one: Owing) -> Duty:
    show = "&show=late" if one.late else ""
    url = _ledger(f"&course={one.course}{show}")
    return Duty(f"{one.name}: {_owing(one)}", url, is_late=bool(one.late))


def _owing(one: Owing) -> str:
    late = f", просрочено: {one.late}" if one.late else ""
    return f"{one.debts}{late}, {worded('студентов')}: {one.students}"


def _plans(user, today: date) -> list[Duty]:
    """Thematic plans that a teacher owes."""
    if not user.has_perm("journal.add_thematicplan"):
        return []
    late = own_late(user, today)
    found = [
        Duty(
            f"КТП не представлен, опоздание {days(one.late)}: {one.discipline}, "
            f"{one.group}",
            reverse("admin:journal_thematicplan_table", args=[one.plan])
            if one.plan
            else reverse("admin:journal_thematicplan_begin_one", args=[one.course]),
        )
        for one in late
    ]
    most = max((one.late for one in late), default=0)
    return folded(f"КТП не представлены: {{}}, опоздание до {days(most)}", found)


def _term_marks(user, today: date) -> list[Duty]:
    """Marks of the period that a teacher owes, and those that soon will be due."""
    if not user.has_perm("journal.sign_sheet"):
        return []
    rules = Institution.current()
    own = owed(held_by(user, today), today + AHEAD, rules)
    own = own.select_related("group", "discipline", "period")
    own = [
        (one, due_of(one.period, rules))
        for one in own.order_by("period__last_day", "pk")
    ]
    late = [_late_marks(one, due, today) for one, due in own if due < today]
    soon = [_marks_due(one, due) for one, due in own if due >= today]
    return [
        *folded("Отметки за период не выставлены в срок, курсов: {}", late),
        *folded("Отметки за период скоро выставлять, курсов: {}", soon),
    ]


def _late_marks(course: Course, due: date, today: date) -> Duty:
    words = (
        f"Отметки за период не выставлены, опоздание {days((today - due).days)}: "
        f"{course.discipline}, {course.group}"
    )
    return Duty(words, reverse("admin:journal_course_results", args=[course.pk]))


def _marks_due(course: Course, due: date) -> Duty:
    words = (
        f"Отметки за период, срок {due:%d.%m.%Y}: {course.discipline}, {course.group}"
    )
    url = reverse("admin:journal_course_results", args=[course.pk])
    return Duty(words, url, is_late=False)


def _control_works(user, today: date) -> list[Duty]:
    """Own control works that wait for marks, the oldest first."""
    if not user.has_perm("journal.change_mark") or not hasattr(user, "employee"):
        return []
    works = unmarked_works(user, today, lesson__in=kept_lessons(user))
    found = [
        Duty(
            f"{one.kind} {one.date:%d.%m}, {one.group}, {one.discipline}: без отметки "
            f"{one.missing}, срок {one.due:%d.%m.%Y}",
            reverse("admin:journal_lesson_change", args=[one.lesson]),
            is_late=one.due < today,
        )
        for one in works
    ]
    late = sum(one.is_late for one in found)
    words = "Работы ждут отметок: {}" + (f", просрочено: {late}" if late else "")
    return folded(words, found)


def _sheets(user, today: date) -> list[Duty]:
    """Attestations whose results families wait for longer than they should (U 7.3)."""
    if not user.has_perm("journal.sign_sheet"):
        return []
    allowed = Institution.current().attestation_days
    late, count = first_of(late_sheets(user, today, allowed))
    waits = [(today - one.date).days - allowed for one in late]
    found = [
        Duty(
            f"Ведомость не подписана, опоздание {days(wait)}: {one}",
            reverse("admin:journal_sheet_fill", args=[one.pk]),
        )
        for one, wait in zip(late, waits, strict=True)
    ]
    listed = f"{reverse('admin:journal_sheet_changelist')}?state__exact=draft&o=2"
    words = f"Ведомости не подписаны в срок: {{}}, опоздание до {days(max(waits, default=0))}"
    return folded(words, found, count, listed)


def _activities(user, today: date) -> list[Duty]:
    """Extra-curricular sessions that the plan names and the journal does not (M 5.3)."""
    if not user.has_perm("journal.change_activitysession"):
        return []
    late, count = first_of(behind(user, today))
    found = [
        Duty(
            f"Внеурочное занятие не отмечено, по плану {one.planned_on:%d.%m.%Y}: "
            f"{one.activity.name}, «{one.topic}»",
            reverse("admin:journal_activity_session", args=[one.pk]),
        )
        for one in late
    ]
    words = "Внеурочные занятия не отмечены по плану: {}"
    listed = reverse("admin:journal_activity_changelist")
    return folded(words, found, count, listed)


def _homework(user) -> list[Duty]:
    """Handed-in works of the own lessons that wait for a check."""
    if not user.has_perm("journal.change_submission") or not hasattr(user, "employee"):
        return []
    found = list(to_check(user))
    if not found:
        return []
    count = sum(homework.waiting for homework in found)
    waited = (timezone.now() - found[0].since).days
    words = f"Работы на проверку: {count}, самая давняя ждёт {days(waited)}"
    url = reverse("admin:journal_homework_check")
    return [Duty(words, url, is_late=waited > CHECKED_WITHIN)]


def _answers(user, today: date) -> list[Duty]:
    """What was answered of late to whoever told."""
    if not user.has_perm("journal.add_mismatch"):
        return []
    told, count = first_of(answered_since(user, today - FRESH))
    found = [
        Duty(
            f"Ответ на расхождение, {one.student or one.name}: "
            f"{one.get_state_display()}" + (f". {one.answer}" if one.answer else ""),
            reverse("admin:journal_mismatch_change", args=[one.pk]),
            is_late=False,
        )
        for one in told
    ]
    listed = reverse("admin:journal_mismatch_changelist")
    return folded("Ответы на расхождения: {}", found, count, listed)


def _requests(user) -> list[Duty]:
    """Answers of late to one's own requests to correct."""
    if not user.has_perm("journal.add_correctionrequest"):
        return []
    own = answered_to(user, timezone.now() - FRESH).select_related("student")
    answered, count = first_of(own)
    found = [
        Duty(
            f"Ответ на запрос, {one.student}, {spoken(one.old)} → {spoken(one.new)}: "
            f"{one.get_state_display()}" + (f". {one.remark}" if one.remark else ""),
            reverse("admin:journal_correctionrequest_change", args=[one.pk]),
            is_late=False,
        )
        for one in answered
    ]
    listed = reverse("admin:journal_correctionrequest_changelist")
    return folded("Ответы на ваши запросы: {}", found, count, listed)


def _strangers(user) -> list[Duty]:
    """What others wrote of late in a teacher's own journal."""
    if not user.has_perm("journal.change_mark") or not hasattr(user, "employee"):
        return []
    told, count = strange_lines(user, timezone.now() - FRESH, SHOWN)
    found = [Duty(words, url, is_late=False) for words, url in told]
    listed = reverse("admin:report", args=["corrections"])
    return folded("Записано не вами: {}", found, count, listed)
