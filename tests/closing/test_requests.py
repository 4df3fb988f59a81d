"""What is closed is corrected by a request that a second person approves."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from journal.domain.archive.closing import close_period
from journal.domain.control.requests import (
    answered_to,
    ask_result,
    decide,
    values_now,
    waiting_for,
    withdraw,
)
from journal.domain.lessons import write_cells
from journal.domain.lessons.past import past_of_cell
from journal.domain.results.correcting import corrections_of
from journal.domain.results.past import past_of_sheet
from journal.models import Absence, CorrectionRequest, Mark, Result, User
from tests.closing.conftest import cell
from tests.conftest import NOW

# Deciding


def test_approving_writes_the_cell_and_history_names_both(closed, asked):
    request = asked(closed.teacher, closed.students[0], "4", old="5")
    (done,) = decide(closed.deputy, [request.pk], True)
    assert done.is_done
    mark = Mark.objects.get(pk=closed.mark.pk)
    assert mark.value == "4"
    past = mark.history.latest("history_id")
    assert past.history_user == closed.teacher
    words = f"Описка (запрос № {request.pk}, разрешено: Седова О. Ю.)"
    assert past.history_change_reason == words
    newest = past_of_cell(closed.lesson_past.pk, closed.students[0].pk)[0]
    assert (newest.old, newest.new, newest.by) == ("5", "4", "Жданов Лев")
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("done", closed.deputy)
    steps = request.history.order_by("history_id").values_list("state", "history_user")
    deputy, teacher = closed.deputy.pk, closed.teacher.pk
    assert list(steps) == [("asked", teacher), ("approved", deputy), ("done", deputy)]


def test_an_absence_and_an_empty_cell_are_corrected_too(closed, asked):
    third, fourth = closed.students[2], closed.students[3]
    excused = asked(closed.curator, third, "б", old="н", field="absence")
    new_mark = asked(closed.teacher, fourth, "5")
    gone = asked(closed.teacher, closed.students[1], "", old="3")
    done = decide(closed.deputy, [excused.pk, new_mark.pk, gone.pk], True)
    assert [one.is_done for one in done] == [True] * 3
    assert Absence.objects.get(pk=closed.absence.pk).reason_id == "б"
    marks = Mark.objects.filter(task=closed.task)
    assert dict(marks.values_list("student", "value")) == {
        closed.students[0].pk: "5",
        fourth.pk: "5",
    }


def test_a_cell_that_changed_meanwhile_is_told_and_not_forced(closed, asked):
    request = asked(closed.teacher, closed.students[0], "4", old="5")
    closed.period.closings.get().delete()
    write_cells(closed.teacher, [cell(closed, closed.students[0], new="3")], "Описка")
    close_period(closed.period, "marks", closed.deputy)
    assert values_now([request]) == {request.pk: "3"}
    (done,) = decide(closed.deputy, [request.pk], True)
    assert not done.is_done
    assert "«3»" in done.words
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("asked", None)
    assert Mark.objects.get(pk=closed.mark.pk).value == "3"


def test_whoever_may_not_write_there_any_more_changes_nothing(closed, asked):
    request = asked(closed.teacher, closed.students[0], "4", old="5")
    closed.teacher.groups.clear()
    (done,) = decide(closed.deputy, [request.pk], True)
    assert not done.is_done
    assert Mark.objects.get(pk=closed.mark.pk).value == "5"


def test_nobody_decides_on_an_own_request(closed, asked):
    request = asked(closed.teacher, closed.students[0], "4", old="5")
    CorrectionRequest.objects.filter(pk=request.pk).update(by=closed.deputy)
    (done,) = decide(closed.deputy, [request.pk], True)
    assert not done.is_done
    assert Mark.objects.get(pk=closed.mark.pk).value == "5"
    assert not waiting_for(closed.deputy).exists()
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        CorrectionRequest.objects.filter(pk=request.pk).update(
            state="approved", decided_by=closed.deputy
        )


def test_a_refusal_says_why_and_the_asker_reads_it(closed, asked):
    request = asked(closed.teacher, closed.students[0], "4", old="5")
    with pytest.raises(ValidationError):
        decide(closed.deputy, [request.pk], False, " ")
    (done,) = decide(closed.deputy, [request.pk], False, "Приложите работу")
    assert done.is_done
    since = NOW - datetime.timedelta(days=1)
    (answer,) = answered_to(closed.teacher, since)
    assert (answer.state, answer.remark) == ("refused", "Приложите работу")
    assert Mark.objects.get(pk=closed.mark.pk).value == "5"
    (again,) = decide(closed.director, [request.pk], True)
    assert not again.is_done


def test_only_the_asker_takes_a_request_back_and_only_while_it_waits(closed, asked):
    request = asked(closed.teacher, closed.students[0], "4", old="5")
    with pytest.raises(ValidationError):
        withdraw(closed.deputy, request)
    decide(closed.deputy, [request.pk], True)
    with pytest.raises(ValidationError):
        withdraw(closed.teacher, request)
    for user in (closed.teacher, closed.curator, closed.studyunit):
        with pytest.raises(PermissionDenied):
            decide(user, [request.pk], True)


# The database


def sql(text, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


ASKED = "UPDATE journal_correctionrequest SET state = %s, decided_by_id = %s"


def test_past_the_writer_the_database_lets_one_approved_cell_through(closed, asked):
    """Not the neighbour, not another field of the cell, not without a second person."""
    first, second, third, *_ = closed.students
    asked(closed.teacher, first, "4", old="5")
    marks = "UPDATE journal_mark SET value = '2' WHERE student_id = %s AND task_id = %s"
    own, other = (first.pk, closed.task.pk), (second.pk, closed.task.pk)
    moved = "UPDATE journal_mark SET student_id = %s WHERE id = %s"
    elsewhere = "UPDATE journal_mark SET task_id = %s WHERE id = %s"
    task = closed.task_elsewhere.pk
    close_of = closed.period.closings.get()
    assert close_of.aspect == "marks"
    for state, decided in (("asked", None), ("approved", None), ("refused", closed.deputy.pk)):  # fmt: skip
        sql(ASKED, state, decided)
        with pytest.raises(IntegrityError, match="mark_period_open"):
            sql(marks, *own)
    sql(ASKED, "approved", closed.deputy.pk)
    for statement, values in (
        (marks, other),
        (moved, (closed.students[3].pk, closed.mark.pk)),
        (elsewhere, (task, closed.mark.pk)),
        ("DELETE FROM journal_mark WHERE student_id = %s AND task_id = %s", other),
    ):
        with pytest.raises(IntegrityError, match="mark_period_open"):
            sql(statement, *values)
    absences = "UPDATE journal_absence SET minutes = 5 WHERE student_id = %s"
    with pytest.raises(IntegrityError, match="absence_period_open"):
        sql(absences, third.pk)
    sql(marks, *own)
    assert Mark.objects.get(pk=closed.mark.pk).value == "2"


def test_a_signed_result_changes_past_the_writer_by_its_own_request_alone(
    world, signed
):
    ask_result(world.teacher, signed.result, "5", "Описка")
    text = "UPDATE journal_result SET mark = '5' WHERE id = %s"
    other = signed.results[world.students[1].pk]
    with pytest.raises(IntegrityError, match="result_stands"):
        sql(text, signed.result.pk)
    sql(ASKED, "approved", world.deputy.pk)
    with pytest.raises(IntegrityError, match="result_stands"):
        sql(text, other.pk)
    sql(text, signed.result.pk)
    assert Result.objects.get(pk=signed.result.pk).mark == "5"


# Results


def test_a_result_of_a_signed_sheet_is_corrected_and_its_print_says_so(world, signed):
    request = ask_result(world.teacher, signed.result, "5", "Не учтён зачёт")
    (done,) = decide(world.deputy, [request.pk], True)
    assert done.is_done
    result = Result.objects.get(pk=signed.result.pk)
    assert (result.mark, result.student_name) == ("5", "Абрамова Дарья Олеговна")
    newest = past_of_sheet(signed.sheet)[0]
    assert (newest.old, newest.new, newest.by) == (
        "4 (хорошо)",
        "5 (отлично)",
        "Жданов Лев",
    )
    assert "Не учтён зачёт" in newest.reason
    assert "Седова О. Ю." in newest.reason
    signed.sheet.refresh_from_db()
    assert signed.sheet.state == "signed"
    assert corrections_of(signed.sheet) == [
        "Абрамова Дарья Олеговна: исправлено 14.10.2026 с 4 (хорошо) на 5 (отлично)"
        f" по запросу № {request.pk}"
    ]


@pytest.mark.parametrize("signed", ["exam"], indirect=True)
def test_a_mark_becomes_a_status_and_back(world, signed):
    for new, mark, status in (("not_admitted", "", "not_admitted"), ("3", "3", "")):
        result = Result.objects.get(pk=signed.result.pk)
        request = ask_result(world.teacher, result, new, "Приказ")
        assert decide(world.deputy, [request.pk], True)[0].is_done
        result.refresh_from_db()
        assert (result.mark, result.status) == (mark, status)
    assert len(past_of_sheet(signed.sheet)) == 2 + 6  # of signing there is no step


@pytest.mark.parametrize("new", ["4", "1", "", "absent", "з?"])
def test_nonsense_and_nothing_new_are_not_asked_for(world, signed, new):
    with pytest.raises(ValidationError):
        ask_result(world.teacher, signed.result, new, "Описка")


def test_a_draft_is_mended_and_a_stranger_refused(world, signed):
    with pytest.raises(PermissionDenied):
        ask_result(world.curator, signed.result, "5", "Описка")
    with pytest.raises(ValidationError):
        ask_result(world.teacher2, signed.result, "5", "Описка")
    first = ask_result(world.teacher, signed.result, "5", "Описка")
    with pytest.raises(ValidationError, match="уже ждёт"):
        ask_result(world.teacher, signed.result, "3", "Описка")
    close_period(world.period, "results", world.deputy)
    assert decide(world.deputy, [first.pk], True)[0].is_done


def test_a_result_that_somebody_who_left_asked_for_is_told_as_such(world, signed):
    request = ask_result(world.teacher, signed.result, "5", "Описка")
    User.objects.filter(pk=world.teacher.pk).update(is_active=False)
    (done,) = decide(world.deputy, [request.pk], True)
    assert (done.is_done, "закрыта" in done.words) == (False, True)
    assert decide(world.deputy, [request.pk], False, "Уволен")[0].is_done
    again = ask_result(world.deputy, signed.result, "5", "Описка")
    assert decide(world.director, [again.pk], True)[0].is_done


# Pages


WAITING = "admin:journal_correctionrequest_waiting"


def test_the_deputy_decides_many_at_once_and_is_told_what_did_not_go(
    closed, asked, client_of
):
    first, second, third, *_ = closed.students
    one = asked(closed.teacher, first, "4", old="5")
    stale = asked(closed.teacher, second, "4", old="3")
    refused = asked(closed.curator, third, "б", old="н", field="absence")
    CorrectionRequest.objects.filter(pk=stale.pk).update(old="2")
    client, at = client_of(closed.deputy), reverse(WAITING)
    start = client.get(reverse("admin:index")).content.decode()
    assert "Запросы на исправление ждут решения: 3" in start
    page = client.get(at).content.decode()
    assert "сейчас 3: запись изменили после запроса" in page
    form = page[page.index('class="ticks rows"') :]
    first = form[form.index("<button") :]
    assert first.startswith("<button disabled")  # Enter in the answer decides nothing
    data = {"pick": [one.pk, stale.pk], "approve": ""}
    page = client.post(at, data, follow=True).content.decode()
    assert "Разрешено и исправлено: 1." in page
    assert "Быков Илья Павлович: не исправлено." in page
    page = client.post(at, {"refuse": refused.pk}).content.decode()
    assert "Напишите, почему запрос отклонён" in page
    client.post(at, {"refuse": refused.pk, "remark": "Нет справки"})
    refused.refresh_from_db()
    assert (refused.state, refused.remark) == ("refused", "Нет справки")
    start = client_of(closed.curator).get(reverse("admin:index")).content.decode()
    assert "н → б: отклонено. Нет справки" in start


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400),
        ({"approve": "x"}, 400),
        ({"approve": "99999999999999999999"}, 400),
        ({"approve": "", "pick": ["1\0"]}, 400),
        ({"approve": ""}, 200),
        ({"approve": "999999"}, 404),
        ({"refuse": "", "remark": "x", "pick": ["999999"]}, 404),
    ],
)
def test_nonsense_decides_nothing(closed, asked, client_of, data, status):
    asked(closed.teacher, closed.students[0], "4", old="5")
    answer = client_of(closed.deputy).post(reverse(WAITING), data)
    assert answer.status_code == status
    assert Mark.objects.get(pk=closed.mark.pk).value == "5"


def test_those_who_decide_nothing_have_no_such_page(closed, client_of):
    for name in ("teacher", "curator", "studyunit", "office", "hr"):
        client = client_of(closed.people[name])
        assert client.get(reverse(WAITING)).status_code == 403
        assert client.post(reverse(WAITING), {"approve": "1"}).status_code == 403


def test_the_page_costs_as_many_queries_for_thirty_as_for_one(
    closed, asked, client_of, django_assert_num_queries
):
    client, at = client_of(closed.deputy), reverse(WAITING)
    one = asked(closed.teacher, closed.students[0], "4", old="5")
    client.get(at)
    with time_machine.travel(NOW), django_assert_num_queries(5):
        client.get(at)
    for number in range(29):
        one.pk, one.field, one.state = None, str(number + 10), "asked"
        one.save()
    with time_machine.travel(NOW), django_assert_num_queries(5):
        assert client.get(at).content.decode().count('name="pick"') == 30


def test_a_teacher_asks_for_results_on_the_page_of_the_sheet(world, signed, client_of):
    client = client_of(world.teacher)
    at = reverse("admin:journal_sheet_ask", args=[signed.sheet.pk])
    sheet = reverse("admin:journal_sheet_fill", args=[signed.sheet.pk])
    assert f'href="{at}"' in client.get(sheet).content.decode()
    assert f'href="{at}"' not in client_of(world.curator).get(sheet).content.decode()
    assert client.get(at).content.decode().count("<select") == 6
    chosen = {f"result-{signed.result.pk}": "5"}
    page = client.post(at, chosen).content.decode()
    assert "Напишите, почему нужно исправить." in page
    assert client.post(at, chosen | {"reason": "Описка"}).status_code == 302
    assert CorrectionRequest.objects.get().result == signed.result
    page = client.post(at, {"reason": "Описка"}).content.decode()
    assert "Выберите, какой результат" in page
    past = reverse("admin:journal_sheet_past", args=[signed.sheet.pk])
    assert client.get(past).content.decode().count("<tr>") == 1 + 6
