"""What waits for a person, counted on the start page: one line and one click each."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from admin_customizations.admin.control.sittings import sitting_url, strange_lines
from journal.domain.archive.closing import closed_again, not_closed
from journal.domain.contingent.deliveries import count_late
from journal.domain.contingent.mismatches import answered_since, count_new
from journal.domain.control.requests import answered_to, spoken, waiting_for
from journal.domain.control.sittings import flagged
from journal.domain.control.works import unmarked_works
from journal.domain.curriculum.completeness import count_without_plan
from journal.domain.curriculum.readiness import own_late
from journal.domain.lessons.absent import count_absent
from journal.domain.lessons.activities import behind
from journal.domain.lessons.homework import to_check
from journal.domain.lessons.makeup import waiting
from journal.domain.organisation.opening import (
    AFTER,
    AHEAD,
    count_left,
    due_of,
    may_see_opening,
    year_to_open,
)
from journal.domain.people.checks import Round, due_checks, rounds_of
from journal.domain.results.due import AHEAD as AHEAD_OF_MARKS
from journal.domain.results.due import held_by, late_sheets, owed
from journal.domain.results.term import courses_seen
from journal.domain.results.term import due_of as marks_due_of
from journal.domain.words import plural
from journal.models import Course, Institution, ThematicPlan, WorkProgramme
from journal.models.reach import grants, kept_lessons
from journal.models.words import worded_lazily
from journal.roles import Anchor

# How long an answer stands on the start page of whoever told.
FRESH = timedelta(days=14)
SHOWN = 5
# Days after which a handed-in work has waited long for its check.
CHECKED_WITHIN = 7
CHECKS = {
    Round.CURATOR: worded_lazily(
        "Ждут сверки карточки своей группы", "Ждут сверки карточки своего класса"
    ),
    Round.DEPARTMENT: "Ждут сверки карточки отделения",
    Round.HR: "Ждут сверки карточки сотрудников",
}


APPROVED = {
    ThematicPlan: "Тематические планы ждут утверждения",
    WorkProgramme: "Рабочие программы ждут утверждения",
}


def days(count: int) -> str:
    return plural(count, "день", "дня", "дней")


@dataclass(frozen=True)
class Duty:
    """A line of the start page; `is_late` where somebody already waits too long."""

    words: str
    url: str
    is_late: bool = True


def duties(user, today: date) -> list[Duty]:
    """Everything that waits for the person, by what the roles may do."""
    return [
        *_absent(user, today),
        *_makeups(user, today),
        *_mismatches(user),
        *_checks(user, today),
        *_lists(user, today),
        *_year(user, today),
        *_curricula(user, today),
        *_answers(user, today),
        *_plans(user, today),
        *_requests(user, today),
        *_sittings(user, today),
        *_strangers(user),
        *_sheets(user, today),
        *_periods(user, today),
        *_term_marks(user, today),
        *_control_works(user, today),
        *_homework(user, today),
        *_activities(user, today),
    ]


def _activities(user, today: date) -> list[Duty]:
    """Extra-curricular sessions that the plan names and the journal does not (M 5.3)."""
    if not user.has_perm("journal.change_activitysession"):
        return []
    late = list(behind(user, today)[: SHOWN + 1])
    found = [
        Duty(
            f"Внеурочное занятие не отмечено, по плану {one.planned_on:%d.%m.%Y}: "
            f"{one.activity.name}, «{one.topic}»",
            reverse("admin:journal_activity_session", args=[one.pk]),
        )
        for one in late[:SHOWN]
    ]
    if len(late) > SHOWN:
        words = "Есть ещё внеурочные занятия, не отмеченные по плану: откройте список"
        found.append(Duty(words, reverse("admin:journal_activity_changelist")))
    return found


def _sheets(user, today: date) -> list[Duty]:
    """Attestations whose results families wait for longer than they should (U 7.3)."""
    if not user.has_perm("journal.sign_sheet"):
        return []
    allowed = Institution.current().attestation_days
    late = list(late_sheets(user, today, allowed)[: SHOWN + 1])
    found = [
        Duty(
            f"Ведомость не подписана, опоздание {days((today - one.date).days - allowed)}"
            f": {one}",
            reverse("admin:journal_sheet_fill", args=[one.pk]),
        )
        for one in late[:SHOWN]
    ]
    if len(late) > SHOWN:
        url = reverse("admin:journal_sheet_changelist")
        words = "Ещё ведомости, не подписанные в срок: откройте список"
        found.append(Duty(words, f"{url}?state__exact=draft&o=2"))
    return found


def _curricula(user, today: date) -> list[Duty]:
    """Groups whose curriculum is due and not approved, to those who write curricula."""
    if not user.has_perms(["journal.change_curriculum", "journal.report_curricula"]):
        return []
    if not (count := count_without_plan(user, today)):
        return []
    url = reverse("admin:report", args=["curricula"])
    return [Duty(f"Наборы без утверждённого учебного плана: {count}", url)]


def _absent(user, today: date) -> list[Duty]:
    """Everybody noted absent today, to those who look after others (F13; S 5.6)."""
    if not looks_after(user, "view_absence"):
        return []
    count, bad = count_absent(user, today)
    if not count:
        return []
    words = f"Отсутствуют сегодня: {count}" + (f", без причины: {bad}" if bad else "")
    return [Duty(words, reverse("admin:journal_lesson_absent"), is_late=bool(bad))]


def _makeups(user, today: date) -> list[Duty]:
    """What waits to be made good, to teachers and curators (F5)."""
    if looks_after(user, "view_makeup") or not user.has_perm("journal.add_makeup"):
        return []
    count, late = waiting(user, today)
    if not count:
        return []
    words = f"Не отработано: {count}" + (f", просрочено: {late}" if late else "")
    # Of all groups: a student who came from another one owes there as well.
    url = f"{reverse('admin:journal_makeup_ledger')}?group="
    return [Duty(words, url, is_late=bool(late))]


def looks_after(user, right: str) -> bool:
    """Has the person a right over other people's groups, and not just the own ones?"""
    return user.is_superuser or any(
        grant.anchor in (Anchor.ALL, Anchor.DEPARTMENT, Anchor.SPECIALTY)
        and right in grant.permissions
        for grant in grants(user)
    )


def _mismatches(user) -> list[Duty]:
    """What curators told and nobody took yet."""
    if not user.has_perm("journal.answer_mismatch") or not (count := count_new(user)):
        return []
    url = reverse("admin:journal_mismatch_changelist")
    words = f"Новые расхождения со списками: {count}"
    return [Duty(words, f"{url}?state__exact=new")]


def _answers(user, today: date) -> list[Duty]:
    """What was answered of late to whoever told."""
    if not user.has_perm("journal.add_mismatch"):
        return []
    found = answered_since(user, today - FRESH)[:SHOWN]
    return [
        Duty(
            f"Ответ на расхождение, {one.student or one.name}: "
            f"{one.get_state_display()}" + (f". {one.answer}" if one.answer else ""),
            reverse("admin:journal_mismatch_change", args=[one.pk]),
            is_late=False,
        )
        for one in found
    ]


def _lists(user, today: date) -> list[Duty]:
    count = count_late(user, today)
    if not count:
        return []
    words = f"Просрочена сдача списков: {count}"
    return [Duty(words, reverse("admin:journal_listdelivery_due"))]


def _year(user, today: date) -> list[Duty]:
    """The year that begins, until everything of it is ready."""
    if not may_see_opening(user):
        return []
    year = year_to_open(today)
    if year is None or not year.start - AHEAD <= today <= year.start + AFTER:
        return []
    rules = Institution.current()
    left, due = count_left(user, year, rules), due_of(year, rules)
    if not left:
        return []
    words = f"Открытие {year} учебного года: осталось шагов {left}, срок {due:%d.%m.%Y}"
    url = f"{reverse('admin:journal_academicyear_opening')}?year={year.pk}"
    return [Duty(words, url, is_late=today > due)]


def _plans(user, today: date) -> list[Duty]:
    """Plans that a teacher owes, and those that wait for whoever approves them."""
    found = []
    if user.has_perm("journal.add_thematicplan"):
        found += [
            Duty(
                f"КТП не представлен, опоздание {days(one.late)}: {one.discipline}, "
                f"{one.group}",
                reverse("admin:journal_thematicplan_table", args=[one.plan])
                if one.plan
                else reverse("admin:journal_thematicplan_begin_one", args=[one.course]),
            )
            for one in own_late(user, today)[:SHOWN]
        ]
    for model, words in APPROVED.items():
        name = model._meta.model_name
        if not user.has_perm(f"journal.approve_{name}"):
            continue
        if count := model.objects.visible_to(user).filter(state="submitted").count():
            url = reverse(f"admin:journal_{name}_changelist")
            words = f"{words}: {count}"
            found.append(Duty(words, f"{url}?state__exact=submitted", is_late=False))
    return found


def _requests(user, today: date) -> list[Duty]:
    """Requests to correct that wait for a decision, and answers to one's own."""
    found = []
    if count := waiting_for(user).count():
        url = reverse("admin:journal_correctionrequest_waiting")
        found.append(Duty(f"Запросы на исправление ждут решения: {count}", url))
    if user.has_perm("journal.add_correctionrequest"):
        since = timezone.now() - FRESH
        for one in answered_to(user, since).select_related("student")[:SHOWN]:
            words = (
                f"Ответ на запрос, {one.student}, {spoken(one.old)} → "
                f"{spoken(one.new)}: {one.get_state_display()}"
            )
            url = reverse("admin:journal_correctionrequest_change", args=[one.pk])
            words += f". {one.remark}" if one.remark else ""
            found.append(Duty(words, url, is_late=False))
    return found


def _sittings(user, today: date) -> list[Duty]:
    """Many corrections of one person: to those who review, and to the person."""
    found = []
    reviews = user.has_perm("journal.add_sittingreview")
    if not reviews and not user.has_perm("journal.change_absence"):
        return found
    flags = flagged(None if reviews else user.pk)
    if count := sum(one.person != user.pk for one in flags):
        url = reverse("admin:journal_sittingreview_flagged")
        found.append(Duty(f"Исправления, на которые стоит взглянуть: {count}", url))
    for one in flags:
        if one.person == user.pk:
            at = timezone.localtime(one.began)
            words = (
                f"Ваши исправления {at:%d.%m.%Y} ({one.count}) проверит другой человек"
            )
            found.append(Duty(words, sitting_url(one), is_late=False))
    return found


def _strangers(user) -> list[Duty]:
    """What others wrote of late in a teacher's own journal."""
    if not user.has_perm("journal.change_mark") or not hasattr(user, "employee"):
        return []
    lines = strange_lines(user, timezone.now() - FRESH, SHOWN)
    return [Duty(words, url, is_late=False) for words, url in lines]


def _term_marks(user, today: date) -> list[Duty]:
    """Marks of the period that a teacher owes or soon will, and those late elsewhere."""
    found, rules = [], Institution.current()
    if user.has_perm("journal.sign_sheet"):
        own = owed(held_by(user, today), today + AHEAD_OF_MARKS, rules)
        own = own.select_related("group", "discipline", "period")
        own = list(own.order_by("period__last_day", "pk"))
        found += [
            _mark_duty(course, marks_due_of(course.period, rules), today)
            for course in own[:SHOWN]
        ]
    if user.has_perms(["journal.report_term_due", "journal.view_periodclosing"]):
        seen = Course.objects.filter(courses_seen(user))
        if count := owed(seen, today - timedelta(days=1), rules).count():
            words = f"Отметки за период не выставлены в срок, курсов: {count}"
            found.append(Duty(words, reverse("admin:report", args=["term_due"])))
    return found


def _mark_duty(course: Course, due: date, today: date) -> Duty:
    words = (
        f"Отметки за период, срок {due:%d.%m.%Y}: {course.discipline}, {course.group}"
    )
    if due < today:
        words = (
            f"Отметки за период не выставлены, опоздание {days((today - due).days)}: "
            f"{course.discipline}, {course.group}"
        )
    url = reverse("admin:journal_course_results", args=[course.pk])
    return Duty(words, url, is_late=due < today)


def _control_works(user, today: date) -> list[Duty]:
    """Own control works that wait for marks, the oldest first."""
    if not user.has_perm("journal.change_mark") or not hasattr(user, "employee"):
        return []
    found = unmarked_works(user, today, lesson__in=kept_lessons(user))
    return [
        Duty(
            f"{one.kind} {one.date:%d.%m}, {one.group}, {one.discipline}: без отметки "
            f"{one.missing}, срок {one.due:%d.%m.%Y}",
            reverse("admin:journal_lesson_change", args=[one.lesson]),
            is_late=one.due < today,
        )
        for one in found[:SHOWN]
    ]


def _periods(user, today: date) -> list[Duty]:
    """Periods that ended and wait to be closed, and those that were open again."""
    if not user.has_perm("journal.add_periodclosing"):
        return []
    at = reverse("admin:journal_periodclosing_checklist")
    return [
        Duty(
            f"{period}: период закончился {days((today - period.last_day).days)} назад, "
            f"не закрыто частей: {count}",
            f"{at}?period={period.pk}",
        )
        for period, count in not_closed(today)
    ] + [
        Duty(
            f"{period}: период открывали снова, выдайте ведомости заново",
            f"{at}?period={period.pk}",
            is_late=False,
        )
        for period in closed_again(timezone.now() - FRESH)
    ]


def _homework(user, today: date) -> list[Duty]:
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


def _checks(user, today: date) -> list[Duty]:
    """One query for each round that is the person's own."""
    found = []
    for round_ in rounds_of(user):
        count = due_checks(user, round_, today).count()
        if count:
            url = reverse("admin:journal_cardcheck_round", args=[round_])
            found.append(Duty(f"{CHECKS[round_]}: {count}", f"{url}?show=due"))
    return found
