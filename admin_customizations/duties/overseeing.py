"""What waits for whoever looks after others: lists, plans, requests, periods."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from admin_customizations.admin.control.sittings import sitting_url
from admin_customizations.duties.lines import FRESH, Duty, days, folded, looks_after
from journal.domain.archive.closing import closed_again, not_closed
from journal.domain.contingent.deliveries import count_late
from journal.domain.contingent.mismatches import count_new
from journal.domain.control.requests import waiting_for
from journal.domain.control.sittings import flagged
from journal.domain.curriculum.completeness import count_without_plan
from journal.domain.lessons.absent import count_absent
from journal.domain.organisation.opening import (
    AFTER,
    AHEAD,
    count_left,
    due_of,
    may_see_opening,
    year_to_open,
)
from journal.domain.people.checks import Round, due_checks, rounds_of
from journal.domain.results.due import owed
from journal.domain.results.term import courses_seen
from journal.models import Course, Institution, ThematicPlan, WorkProgramme
from journal.models.words import worded_lazily

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


def duties(user, today: date) -> list[Duty]:
    return [
        *_periods(user, today),
        *_term_marks(user, today),
        *_requests(user),
        *_sittings(user),
        *_absent(user, today),
        *_mismatches(user),
        *_checks(user, today),
        *_lists(user, today),
        *_year(user, today),
        *_curricula(user, today),
        *_plans(user),
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


def _term_marks(user, today: date) -> list[Duty]:
    """Marks of the period that others owe and are late with."""
    if not user.has_perms(["journal.report_term_due", "journal.view_periodclosing"]):
        return []
    seen = Course.objects.filter(courses_seen(user))
    count = owed(seen, today - timedelta(days=1), Institution.current()).count()
    if not count:
        return []
    words = f"Отметки за период не выставлены в срок, курсов: {count}"
    return [Duty(words, reverse("admin:report", args=["term_due"]))]


def _requests(user) -> list[Duty]:
    """Requests to correct that wait for a decision."""
    if not (count := waiting_for(user).count()):
        return []
    url = reverse("admin:journal_correctionrequest_waiting")
    return [Duty(f"Запросы на исправление ждут решения: {count}", url)]


def _sittings(user) -> list[Duty]:
    """Many corrections of one person: to those who review, and to the person."""
    found = []
    reviews = user.has_perm("journal.add_sittingreview")
    if not reviews and not user.has_perm("journal.change_absence"):
        return found
    flags = flagged(None if reviews else user.pk)
    if count := sum(one.person != user.pk for one in flags):
        url = reverse("admin:journal_sittingreview_flagged")
        found.append(Duty(f"Исправления, на которые стоит взглянуть: {count}", url))
    own = [
        Duty(
            f"Ваши исправления {timezone.localtime(one.began):%d.%m.%Y} ({one.count}) "
            "проверит другой человек",
            sitting_url(one),
            is_late=False,
        )
        for one in flags
        if one.person == user.pk
    ]
    return found + folded("Ваши исправления проверит другой человек: {}", own)


def _absent(user, today: date) -> list[Duty]:
    """Everybody noted absent today, to those who look after others (F13; S 5.6)."""
    if not looks_after(user, "view_absence"):
        return []
    count, bad = count_absent(user, today)
    if not count:
        return []
    words = f"Отсутствуют сегодня: {count}" + (f", без причины: {bad}" if bad else "")
    return [Duty(words, reverse("admin:journal_lesson_absent"), is_late=bool(bad))]


def _mismatches(user) -> list[Duty]:
    """What curators told and nobody took yet."""
    if not user.has_perm("journal.answer_mismatch") or not (count := count_new(user)):
        return []
    url = reverse("admin:journal_mismatch_changelist")
    words = f"Новые расхождения со списками: {count}"
    return [Duty(words, f"{url}?state__exact=new")]


def _checks(user, today: date) -> list[Duty]:
    """One query for each round that is the person's own."""
    found = []
    for round_ in rounds_of(user):
        count = due_checks(user, round_, today).count()
        if count:
            url = reverse("admin:journal_cardcheck_round", args=[round_])
            found.append(Duty(f"{CHECKS[round_]}: {count}", f"{url}?show=due"))
    return found


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


def _curricula(user, today: date) -> list[Duty]:
    """Groups whose curriculum is due and not approved, to those who write curricula."""
    if not user.has_perms(["journal.change_curriculum", "journal.report_curricula"]):
        return []
    if not (count := count_without_plan(user, today)):
        return []
    url = reverse("admin:report", args=["curricula"])
    return [Duty(f"Наборы без утверждённого учебного плана: {count}", url)]


def _plans(user) -> list[Duty]:
    """Plans that wait for whoever approves them."""
    found = []
    for model, words in APPROVED.items():
        name = model._meta.model_name
        if not user.has_perm(f"journal.approve_{name}"):
            continue
        if count := model.objects.visible_to(user).filter(state="submitted").count():
            url = reverse(f"admin:journal_{name}_changelist")
            words = f"{words}: {count}"
            found.append(Duty(words, f"{url}?state__exact=submitted", is_late=False))
    return found
