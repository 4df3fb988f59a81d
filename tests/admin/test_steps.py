"""Steps of the office in the admin: plans to approval, periods closed, students moved."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from journal.domain.archive.closing import (
    close_again,
    close_period,
    is_closed,
    may_reopen,
    reopen_period,
)
from journal.domain.curriculum.approval import (
    approve_plan,
    may_edit_plan,
    return_plan,
    submit_plan,
)
from journal.models import (
    Course,
    Institution,
    Mark,
    PeriodClosing,
    Role,
    ThematicPlan,
    User,
)
from tests.admin.conftest import url
from tests.conftest import NOW

DAY = datetime.timedelta(days=1)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


# Thematic plans


@pytest.fixture
def draft(college):
    """The plan of the cast, not yet handed in; its eight hours are all of the course."""
    ThematicPlan.objects.filter(pk=college.plan.pk).update(state="draft")
    Course.objects.filter(pk=college.course.pk).update(hours=8)
    college.plan.refresh_from_db()
    return college.plan


def test_a_plan_goes_from_the_teacher_to_the_deputy_and_back(draft, college, client_of):
    teacher, deputy = client_of(college.teacher), client_of(college.deputy)
    page = url("change", "thematicplan", draft)

    def state() -> str:
        draft.refresh_from_db()
        return draft.state

    assert "Представить на утверждение" in text_of(teacher.get(page))
    teacher.get(url("submit", "thematicplan", draft))
    assert state() == "draft"
    teacher.post(url("submit", "thematicplan", draft))
    assert state() == "submitted"
    assert draft.submitted_at
    assert "Представить на утверждение" not in text_of(teacher.get(page))
    assert "Утвердить" not in text_of(teacher.get(page))

    html = text_of(
        deputy.post(url("send_back", "thematicplan", draft), {"remark": " "})
    )
    assert "errorlist" in html or "Обязательное поле" in html
    assert state() == "submitted"
    deputy.post(url("send_back", "thematicplan", draft), {"remark": "Мало часов"})
    assert (state(), draft.remark) == ("returned", "Мало часов")
    assert "Мало часов" in text_of(teacher.get(page))

    teacher.post(url("submit", "thematicplan", draft))
    deputy.post(url("approve", "thematicplan", draft))
    assert (state(), draft.remark) == ("approved", "")
    assert draft.approved_by == college.deputy.employee
    reasons = list(
        draft.history.order_by("history_id").values_list(
            "history_change_reason", "history_user__username"
        )
    )
    assert reasons[-4:] == [
        ("Представлен на утверждение", "teacher"),
        ("Возвращён с замечанием", "deputy"),
        ("Представлен на утверждение", "teacher"),
        ("Утверждён", "deputy"),
    ]


@pytest.mark.parametrize(
    ("state", "editors"),
    [
        ("draft", {"teacher", "deputy", "root"}),
        ("returned", {"teacher", "deputy", "root"}),
        ("submitted", {"deputy", "root"}),
        ("approved", {"deputy", "root"}),
    ],
)
def test_a_plan_handed_in_stands_still_for_its_author(college, state, editors):
    plan = college.plan
    plan.state = state
    found = {name for name, user in college.people.items() if may_edit_plan(user, plan)}
    assert found == editors


def test_an_empty_plan_is_not_submitted(draft, college, client_of):
    draft.lessons.filter(given__isnull=True).delete()
    for line in draft.lessons.all():
        line.given.all().delete()
        line.delete()
    html = text_of(
        client_of(college.teacher).post(url("submit", "thematicplan", draft))
    )
    assert "В плане нет ни одной темы" in html
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_step_out_of_order_is_refused(draft, college):
    with pytest.raises(ValidationError, match="черновик"):
        approve_plan(draft, college.deputy)
    submit_plan(draft, college.teacher)
    with pytest.raises(ValidationError, match="на утверждении"):
        submit_plan(draft, college.teacher)
    for stranger in (college.teacher2, college.teacher, college.studyunit):
        with pytest.raises(ValidationError):
            approve_plan(draft, stranger)
        with pytest.raises(ValidationError):
            return_plan(draft, stranger, "нет")
    approve_plan(draft, college.deputy)
    with pytest.raises(ValidationError, match="утверждён"):
        approve_plan(draft, college.deputy)


def test_the_state_of_a_plan_is_no_field_of_its_form(draft, college, client_of):
    data = {
        "name": "Переименован",
        "discipline": draft.discipline_id,
        "year": draft.year_id,
        "state": "approved",
        "approved_by": college.teacher.employee.pk,
        "author": college.teacher2.employee.pk,
        "lessons-TOTAL_FORMS": "0",
        "lessons-INITIAL_FORMS": "0",
    }
    client_of(college.teacher).post(url("change", "thematicplan", draft), data)
    draft.refresh_from_db()
    assert (draft.name, draft.state) == ("Переименован", "draft")
    assert (draft.approved_by, draft.author) == (None, college.teacher.employee)


# Periods


def test_the_deputy_closes_and_the_director_opens_for_a_while(college, client_of):
    deputy, director = client_of(college.deputy), client_of(college.director)
    data = {"period": college.period.pk, "aspect": "marks", "reason": "Приказ"}
    assert deputy.post(url("add", "periodclosing"), data).status_code == 302
    closing = PeriodClosing.objects.get(period=college.period)
    assert closing.closed_by == college.deputy
    mark = Mark.objects.get(pk=college.mark.pk)
    mark.value = "2"
    with pytest.raises(IntegrityError), transaction.atomic():
        mark.save()

    assert deputy.post(url("reopen", "periodclosing", closing)).status_code == 403
    at = url("reopen", "periodclosing", closing)
    html = text_of(director.post(at, {"until": "2026-10-13", "reason": "ошибка"}))
    assert "до 28.10.2026" in html
    director.post(at, {"until": "2026-10-15", "reason": "Исправить ошибку"})
    closing.refresh_from_db()
    assert closing.reopened_by == college.director
    assert not is_closed(closing)
    # The guard asks the clock of the database, which does not travel with the test's.
    PeriodClosing.objects.filter(pk=closing.pk).update(
        reopened_until=timezone.now().replace(year=2100)
    )
    mark.save()

    deputy.post(url("close_again", "periodclosing", closing))
    closing.refresh_from_db()
    assert is_closed(closing)


def test_a_period_opened_for_a_while_closes_by_itself(college):
    closing = college.closing
    reopen_period(closing, college.director, college.today, "Сверка")
    closing.refresh_from_db()
    assert not is_closed(closing)
    assert closing.history.latest("history_id").history_change_reason == "Сверка"
    tomorrow = college.today + datetime.timedelta(days=1)
    with time_machine.travel(datetime.datetime.combine(tomorrow, datetime.time(1))):
        assert is_closed(closing)


@pytest.mark.parametrize("days", [-1, 15, 400])
def test_a_period_is_opened_for_two_weeks_at_most(college, days):
    until = college.today + datetime.timedelta(days=days)
    with pytest.raises(ValidationError, match="не дольше чем на 14 дней"):
        reopen_period(college.closing, college.director, until, "Сверка")


def test_who_closed_does_not_open(college):
    closing = close_period(college.period, "results", college.director)
    assert not may_reopen(college.director, closing)
    assert may_reopen(college.director, college.closing)
    assert may_reopen(college.office, closing)  # the director's second (safety A44)
    for name in ("deputy", "teacher", "department_head"):
        assert not may_reopen(college.people[name], closing), name
    with pytest.raises(ValidationError, match="не закрывал"):
        reopen_period(closing, college.director, college.today, "Сам")


def test_who_closes_early_does_not_open_again_alone(college, client_of):
    closing, director = college.closing, college.director
    college.deputy.groups.add(Role.objects.get(slug="director"))
    deputy = User.objects.get(pk=college.deputy.pk)  # closed it, and opens others now

    def step(hour, deed, *answers):
        with time_machine.travel(NOW + datetime.timedelta(hours=hour)):
            closing.refresh_from_db()
            deed(closing, *answers)

    def who_may(hours) -> set:
        closing.refresh_from_db()
        with time_machine.travel(NOW + datetime.timedelta(hours=hours)):
            return {one for one in (director, deputy) if may_reopen(one, closing)}

    assert who_may(0) == {director}
    step(1, reopen_period, director, college.today, "Сверка")
    step(2, close_again, director)
    assert who_may(3) == {deputy}
    with pytest.raises(ValidationError, match="не закрывал его последним"):
        step(3, reopen_period, director, college.today, "Один")
    page = text_of(client_of(deputy).get(url("change", "periodclosing", closing)))
    assert f"14.10.2026 12:00, {director}" in page
    step(4, reopen_period, deputy, college.today, "Жалоба")
    # A time that ran out changes nothing: the director closed last, two steps before.
    assert who_may(24) == {deputy}
    step(24, reopen_period, deputy, college.today + DAY, "Жалоба")
    step(25, close_again, deputy)
    assert who_may(26) == {director}


def test_a_period_is_closed_once(college, client_of):
    with pytest.raises(ValidationError, match="уже закрыт"):
        close_period(college.next_period, "results", college.deputy)
    data = {"period": college.next_period.pk, "aspect": "results"}
    html = text_of(client_of(college.deputy).post(url("add", "periodclosing"), data))
    assert "Этот период уже закрыт." in html
    with pytest.raises(ValidationError):
        close_again(college.closing, college.deputy)


# The rest


def test_the_dispatcher_lays_out_lessons_once(college, client_of):
    client = client_of(college.dispatcher)
    at = url("changelist", "timetableentry")
    data = {"action": "lay_out_lessons", "_selected_action": [college.entry2.pk]}
    html = client.post(at, data, follow=True).content.decode()
    count = college.entry2.lessons.count()
    assert count > 10
    assert f"Создано занятий: {count}" in html
    html = client.post(at, data, follow=True).content.decode()
    assert f"Создано занятий: 0, изменено: 0, без изменений: {count}" in html


def test_the_list_of_the_institution_is_its_page(college, client_of):
    client = client_of(college.office)
    answer = client.get(url("changelist", "institution"))
    assert answer.url == url("change", "institution", college.institution)
    assert client.post(url("add", "institution"), {}).status_code == 403
    assert Institution.objects.count() == 1
