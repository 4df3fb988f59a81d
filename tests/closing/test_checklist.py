"""A period is closed by a checklist, over gaps with a reason; what came after is shown."""

import datetime
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from journal.domain.archive.checklist import checklist_of, close_checked, lacking
from journal.domain.archive.closing import close_again, close_period, reopen_period
from journal.domain.archive.reopened import edition_of, reopenings
from journal.domain.lessons import Change, write_cells
from journal.domain.results.sheets import sign_sheet
from journal.models import (
    CorrectionRequest,
    Exemption,
    Lesson,
    Mark,
    PeriodClosing,
    Result,
    Sheet,
)
from tests.closing.conftest import NOW
from tests.closing.conftest import opened as open_draft

AT = "admin:journal_periodclosing_checklist"


def points(world) -> dict:
    found = checklist_of(world.period, world.today)
    return {point.slug: point for aspect in found.values() for point in aspect}


# What is missing


def test_lessons_are_told_by_teacher_and_those_ahead_lack_nothing(world):
    found = points(world)
    held = Lesson.objects.filter(date__lte=world.today, is_cancelled=False)
    untaken = held.filter(attendance_taken_at__isnull=True)
    assert found["taken"].count == untaken.count() > 0
    own = next(gap for gap in found["taken"].gaps if gap.name.startswith("Жданов"))
    assert own.count == untaken.filter(teacher=world.teacher.employee).count()
    assert found["topic"].count == held.filter(topic="").count()
    Lesson.objects.filter(pk=world.lesson_unfilled.pk).update(is_cancelled=True)
    assert points(world)["taken"].count == untaken.count()


def test_hours_that_disagree_are_named(world):
    gaps = points(world)["hours"].gaps
    assert len(gaps) == 5
    own = next(gap for gap in gaps if gap.name == "Математика, 2-ИС")
    assert "в тематическом плане" in own.words


def test_required_works_are_owed_by_whoever_sat_there_and_was_asked(world):
    """Five students and the mover; two have marks, one is exempt, one came later."""
    assert points(world)["owed"].gaps == []
    world.task.is_required = True
    world.task.save()
    (gap,) = points(world)["owed"].gaps
    assert (gap.name, gap.count, gap.words) == ("Математика, 2-ИС", 4, "Жданов Л. Б.")
    Exemption.objects.create(
        course=world.course,
        student=world.students[2],
        kind="exempt",
        start=world.year.start,
    )
    assert points(world)["owed"].count == 3
    world.task_old.is_required = True  # the mover came eight days after it
    world.task_old.save()
    assert points(world)["owed"].count == 3 + 3
    Lesson.objects.filter(pk=world.lesson_past.pk).update(is_cancelled=True)
    assert points(world)["owed"].count == 3


def test_control_works_lack_the_marks_of_whoever_was_there(world):
    """Of a month ago: five students, two of them with marks."""
    world.test.is_control = False
    world.test.save()
    assert points(world)["works"].gaps == []
    world.test.is_control = True
    world.test.save()
    (gap,) = points(world)["works"].gaps
    assert (gap.key, gap.count) == (world.lesson_old.pk, 3)
    assert gap.words == "Жданов Лев Борисович"
    today = world.lesson_old.date + datetime.timedelta(days=1)
    found = checklist_of(world.period, today)["marks"]
    assert {point.slug: point.count for point in found}["works"] == 0  # not due yet


def test_courses_are_complete_once_their_sheets_are_signed(world, signed):
    found = points(world)
    assert found["sheets"].gaps == []
    courses = {gap.name for gap in found["term"].gaps}
    assert len(courses) == 4
    assert "Математика, 2-ИС" not in courses
    assert "Математика, 2-ИС" in {gap.name for gap in found["attestation"].gaps}
    exam = open_draft(world, "exam")
    assert [gap.key for gap in points(world)["sheets"].gaps] == [exam.pk]
    sign_sheet(world.teacher, exam.pk)
    found = points(world)
    assert found["sheets"].gaps == []
    assert len(found["attestation"].gaps) == 4


def test_requests_that_wait_are_counted(closed, asked):
    assert points(closed)["requests"].count == 0
    asked(closed.teacher, closed.students[0], "4", old="5")
    assert points(closed)["requests"].count == 1


def test_the_checklist_costs_the_same_however_many_courses(
    world, django_assert_num_queries
):
    world.task.is_required = True
    world.task.save()
    points(world)  # the settings are known by now
    with django_assert_num_queries(20):
        points(world)
    world.task2.is_required = True
    world.task2.save()
    with django_assert_num_queries(20):
        assert len(points(world)["owed"].gaps) == 2


# Closing


def test_over_gaps_a_period_is_closed_with_a_reason_that_history_keeps(world):
    gaps = lacking(checklist_of(world.period, world.today)["lessons"])
    with pytest.raises(ValidationError, match="занятия без темы: "):
        close_checked(world.deputy, world.period, "lessons", " ")
    assert not PeriodClosing.objects.exists()
    closing = close_checked(world.deputy, world.period, "lessons", "Приказ № 5")
    step = closing.history.get()
    assert step.history_user == world.deputy
    assert step.history_change_reason == f"Приказ № 5 (не заполнено: {gaps})"
    with pytest.raises(ValidationError, match="уже закрыт"):
        close_checked(world.deputy, world.period, "lessons", "Приказ № 5")


def test_where_nothing_is_missing_no_reason_is_asked_for_once_the_period_is_over(
    world,
):
    world.test.is_control = False
    world.test.save()
    assert lacking(checklist_of(world.period, world.today)["marks"]) == ""
    with pytest.raises(ValidationError, match=r"^..Период идёт до [0-9.]*. Чтобы"):
        close_checked(world.deputy, world.period, "marks")
    with pytest.raises(ValidationError, match="Период начнётся"):
        close_checked(world.deputy, world.next_period, "marks", "Приказ")
    assert not PeriodClosing.objects.exists()
    with time_machine.travel(NOW + datetime.timedelta(days=78)):
        close_checked(world.deputy, world.period, "marks")
    assert PeriodClosing.objects.get().history.get().history_change_reason is None


def test_the_deputy_closes_aspect_by_aspect_from_the_page(world, client_of):
    world.test.is_control = False
    world.test.save()
    client, at = client_of(world.deputy), reverse(AT)
    page = client.get(at).content.decode()
    assert "Занятия без темы: " in page
    assert "Недостающие отметки за обязательные работы: нет" in page
    answer = client.post(at, {"aspect": "lessons"}).content.decode()
    assert "Чтобы закрыть так, напишите почему." in answer
    page = client.post(at, {"aspect": "lessons", "reason": "Приказ"}, follow=True)
    assert "занятия: закрыто." in page.content.decode()
    page = client.post(at, {"aspect": "marks"}).content.decode()
    assert "Период идёт до 30.12.2026. Чтобы закрыть так" in page
    assert client.post(at, {"aspect": "marks", "reason": "Приказ"}).status_code == 302
    assert set(PeriodClosing.objects.values_list("aspect", flat=True)) == {
        "lessons",
        "marks",
    }
    assert client.post(at, {"aspect": "all"}).status_code == 400
    assert client.get(at, {"period": "x"}).status_code == 400
    for period in (99999, world.next_period.pk):
        assert client.get(at, {"period": period}).status_code == 404


def test_links_of_the_checklist_lead_to_what_is_missing(world, client_of):
    client = client_of(world.deputy)
    page = client.get(reverse(AT)).content.decode()
    start = page.index("/admin/journal/lesson/?answers=")
    link = page[start : page.index('"', start)].replace("&amp;", "&")
    answer = client.get(link)
    gap = points(world)["taken"].gaps[0]
    assert answer.status_code == 200
    assert answer.context_data["cl"].result_count == gap.count
    gap = points(world)["attestation"].gaps[0]
    link = f"{reverse('admin:journal_sheet_due')}?period={world.period.pk}&course={gap.key}"
    assert link.replace("&", "&amp;") in page
    assert gap.name.split(",")[0] in client.get(link).content.decode()
    # The director makes no sheets: the list of them is all that there is to look at.
    page = client_of(world.director).get(reverse(AT)).content.decode()
    assert reverse("admin:journal_sheet_due") not in page


def test_who_closes_nothing_has_no_checklist(world, client_of):
    director = client_of(world.director)
    assert director.get(reverse(AT)).status_code == 200
    answer = director.post(reverse(AT), {"aspect": "marks"})
    assert answer.status_code == 403
    for name in ("teacher", "studyunit", "department_head"):
        assert client_of(world.people[name]).get(reverse(AT)).status_code == 403
    assert not PeriodClosing.objects.exists()


def test_a_period_that_ended_waits_on_the_start_page_until_all_of_it_is_closed(
    world, client_of
):
    home = reverse("admin:index")

    def waits() -> bool:
        ended = world.period.last_day + datetime.timedelta(days=3)
        with time_machine.travel(datetime.datetime.combine(ended, datetime.time(10))):
            page = client_of(world.deputy).get(home).content.decode()
        return "3\N{NO-BREAK SPACE}дня назад, не закрыто частей" in page

    assert waits()
    for aspect in ("lessons", "marks", "results"):
        assert waits()
        close_period(world.period, aspect, world.deputy)
    assert not waits()


# Open again for a while


def test_what_was_changed_while_it_was_open_again_is_shown(closed, client_of):
    closing = closed.period.closings.get()
    first, second, *_ = closed.students

    def write(student, old, new):
        change = Change(closed.lesson_past.pk, student.pk, "1", old, new)
        return write_cells(closed.teacher, [change], "Описка")[0].code

    with time_machine.travel(NOW + datetime.timedelta(hours=1)):
        reopen_period(closing, closed.director, closed.today, "Сверка с работами")
    # The guards ask the clock of the database, which does not travel with the test's.
    PeriodClosing.objects.filter(pk=closing.pk).update(
        reopened_until=NOW.replace(year=2100)
    )
    with time_machine.travel(NOW + datetime.timedelta(hours=2)):
        assert write(first, "5", "4") == "saved"
        close_again(closing, closed.deputy)
    PeriodClosing.objects.filter(pk=closing.pk).update(reopened_until=NOW)
    anew = f"{reverse('admin:report_batches')}?period={closed.period.pk}&amp;group="
    with time_machine.travel(NOW + datetime.timedelta(hours=3)):
        assert write(second, "3", "4") == "closed"
        (one,) = reopenings(PeriodClosing.objects.get(), closed.deputy)
        page = client_of(closed.deputy).get(reverse(AT)).content.decode()
    assert (one.by, one.reason) == ("Громов П. И.", "Сверка с работами")
    assert one.since.hour + 1 == one.until.hour
    assert [(each.old, each.new) for each in one.changes] == [("5", "4")]
    assert "Сверка с работами. Изменений: 1" in page
    assert f"{anew}{closed.group.pk}" in page


def test_statements_of_a_period_that_was_open_again_say_their_edition(
    closed, client_of, django_assert_num_queries
):
    closing = closed.period.closings.get()
    asked = {"group": closed.group.pk, "period": closed.period.pk}
    statement = reverse("admin:report", args=["attestation"])

    def page(address, hours, **data):
        with time_machine.travel(NOW + datetime.timedelta(hours=hours)):
            return client_of(closed.deputy).get(address, data).content.decode()

    assert "Редакция" not in page(statement, 0, **asked)
    for hour, reason in ((1, "Сверка"), (25, "Жалоба")):
        with time_machine.travel(NOW + datetime.timedelta(hours=hour)):
            closing.refresh_from_db()
            today = closed.today + datetime.timedelta(days=hour // 24)
            reopen_period(closing, closed.director, today, reason)
        seen = page(statement, hour, **asked)
        assert "Закрытый период открыт снова по" in seen and "Редакция" not in seen
        with time_machine.travel(NOW + datetime.timedelta(hours=hour + 1)):
            close_again(closing, closed.deputy)
    words = "Редакция 3: период открывали снова до 15.10.2026 (отметки и посещаемость: Жалоба)"
    assert words in page(statement, 27, **asked)
    assert "выдайте ведомости заново" in page(reverse("admin:index"), 27)
    with django_assert_num_queries(1):
        assert edition_of(closed.next_period.pk) is None
    orders = reverse("admin:report_batches")
    chosen = page(orders, 27, **asked | {"group": [closed.group.pk, "x"]})
    assert re.search(f'name="group" value="{closed.group.pk}"[^>]* checked>', chosen)


# Results of a closed period, by the database


def sql(text, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


@pytest.fixture
def ended(world):
    """A draft of each kind that matters, then the results are closed."""
    world.draft = open_draft(world)
    world.exam = open_draft(world, "exam")
    common = {"group": world.group, "period": world.period, "date": world.today}
    world.retake = Sheet.objects.create(
        kind="exam", attempt=2, retakes=world.exam, **common
    )
    world.defence = Sheet.objects.create(kind="defence", title="ГИА", **common)
    close_period(world.period, "results", world.deputy)
    return world


SIGN = (
    "UPDATE journal_sheet SET state = 'signed', signed_at = '2026-10-14' WHERE id = %s"
)


def test_after_the_closing_no_sheet_of_the_term_is_signed_or_begun(ended):
    for sheet in (ended.draft, ended.exam):
        with pytest.raises(IntegrityError, match="sheet_period_open"):
            sql(SIGN, sheet.pk)
        with pytest.raises(ValidationError, match="закрыты"):
            sign_sheet(ended.teacher, sheet.pk)
    with pytest.raises(IntegrityError, match="sheet_period_open"), transaction.atomic():
        Sheet.objects.create(
            kind="credit", group=ended.group, period=ended.period, date=ended.today
        )
    for text in (
        "UPDATE journal_result SET mark = '5' WHERE sheet_id = %s",
        "DELETE FROM journal_result WHERE sheet_id = %s",
    ):
        with pytest.raises(IntegrityError, match="result_period_open"):
            sql(text, ended.draft.pk)
    with (
        pytest.raises(IntegrityError, match="result_period_open"),
        transaction.atomic(),
    ):
        Result.objects.create(sheet=ended.draft, student=ended.sister, mark="5")


def test_retakes_and_the_final_attestation_come_after_the_closing(ended):
    first = ended.students[0]
    for sheet in (ended.retake, ended.defence):
        Result.objects.create(sheet=sheet, student=first, mark="5")
        sql(SIGN, sheet.pk)
        sheet.refresh_from_db()
        assert sheet.state == "signed"
        with pytest.raises(IntegrityError, match="result_stands"):
            sql("UPDATE journal_result SET mark = '2' WHERE sheet_id = %s", sheet.pk)


def test_no_way_round_a_closed_period_by_moving_a_row_out_of_it(closed):
    """Safety A23: a mark, an absence and a lesson stay where they are."""
    assert not CorrectionRequest.objects.exists()
    close_period(closed.period, "lessons", closed.deputy)
    other = closed.course
    other.pk, other.period = None, closed.next_period
    other.save()
    lesson = Lesson.objects.get(pk=closed.lesson_past.pk)
    free = Lesson.objects.create(
        course=other,
        date=closed.next_period.first_day,
        number=1,
        teacher=lesson.teacher,
        planned_teacher=lesson.teacher,
    )
    for text, rule, row in (
        ("UPDATE journal_absence SET lesson_id = %s WHERE id = %s", "absence_period_open", closed.absence.pk),
        ("UPDATE journal_lesson SET course_id = %s WHERE id = %s", "lesson_period_open", lesson.pk),
    ):  # fmt: skip
        to = other.pk if "course_id" in text else free.pk
        with pytest.raises(IntegrityError, match=rule):
            sql(text, to, row)
    assert Mark.objects.filter(pk=closed.mark.pk).exists()
