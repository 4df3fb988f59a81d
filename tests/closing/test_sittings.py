"""Many corrections of one person in one go are shown, reviewed and taken back."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from admin_customizations.admin.control.sittings import sitting_url
from journal.domain.archive.closing import close_period
from journal.domain.control.requests import decide
from journal.domain.control.sittings import (
    DAYS,
    WINDOW,
    changed,
    flagged,
    read_sittings,
)
from journal.domain.control.undoing import approve_sitting, cells_of, undo_sitting
from journal.domain.lessons import Change, write_cells
from journal.domain.lessons.past import past_of_cell
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Absence, Mark, Result, SittingReview
from tests.closing.conftest import NOW
from tests.closing.conftest import opened as open_draft

pytestmark = pytest.mark.on_postgresql(
    "test_results_count_and_signing_does_not",
    "test_nobody_reviews_an_own_sitting_whatever_the_rights",
    "test_undoing_makes_new_corrections_and_keeps_the_history",
    "test_results_of_a_draft_are_put_back_and_of_a_signed_sheet_named",
    "test_where_nothing_may_be_put_back_nothing_is_reviewed",
    "test_a_sitting_costs_as_many_queries_for_one_change_as_for_five",
)


def at(days=0, hour=11, minute=0):
    moment = NOW.replace(hour=hour, minute=minute)
    return time_machine.travel(moment + datetime.timedelta(days=days), tick=False)


def write(user, lesson, student, old, new, field="1", reason="Описка"):
    change = Change(lesson.pk, student.pk, field, old, new, confirmed=True)
    (outcome,) = write_cells(user, [change], reason)
    assert outcome.status == 200, outcome


@pytest.fixture
def filled(world):
    """Today's lesson: a mark each; five of six students have «4»."""
    world.institution.flag_changes = 4
    world.institution.save()
    with at(hour=10, minute=30):
        for student in world.students:
            write(world.teacher, world.lesson, student, "", "4")
    return world


@pytest.fixture
def sat(filled):
    """The teacher's account made all five «5» within minutes."""
    for minute, student in enumerate(filled.students):
        with at(minute=minute):
            write(filled.teacher, filled.lesson, student, "4", "5")
    with at(hour=12):
        yield filled


def values(world) -> list[str]:
    rows = Mark.objects.filter(task__lesson=world.lesson).order_by("student")
    return list(rows.values_list("value", flat=True))


# What a sitting is


def test_changes_within_half_an_hour_are_one_sitting_and_first_entries_none(sat):
    (one,) = read_sittings()
    assert (one.person, one.count, one.quiet, one.late) == (sat.teacher.pk, 5, 0, 0)
    assert one.ended - one.began == datetime.timedelta(minutes=4)
    assert one.signs == ["много исправлений подряд"]
    assert flagged() == flagged(sat.teacher.pk) == [one]
    assert flagged(sat.teacher2.pk) == []


def test_a_pause_of_more_than_half_an_hour_or_another_hand_begins_another(filled):
    first, second, third, *_ = filled.students
    for student, minute in ((first, 0), (second, 30)):
        with at(minute=minute):
            write(filled.teacher, filled.lesson, student, "4", "5")
    with at(hour=12, minute=1):
        write(filled.teacher, filled.lesson, third, "4", "5")
        write(filled.curator, filled.lesson_past, third, "н", "у", "absence")
        found = read_sittings()
    assert sorted((one.person, one.count) for one in found) == sorted(
        [(filled.teacher.pk, 2), (filled.teacher.pk, 1), (filled.curator.pk, 1)]
    )


@pytest.mark.parametrize(
    ("hour", "minute", "signs"),
    [
        (21, 59, []),
        (22, 0, ["в нерабочее время"]),
        (23, 30, ["в нерабочее время"]),
        (5, 59, ["в нерабочее время"]),
        (6, 0, []),
    ],
)
def test_one_change_in_the_quiet_hours_is_enough(filled, hour, minute, signs):
    with at(days=1, hour=hour, minute=minute):
        write(filled.teacher, filled.lesson, filled.students[0], "4", "5")
        (one,) = read_sittings()
        assert one.signs == signs


def test_what_is_mended_long_after_is_shown_when_it_is_more_than_a_few(filled):
    filled.institution.flag_changes = 99
    filled.institution.save()
    late = filled.institution.entry_days + 1
    with at(days=late):
        for student in filled.students[:4]:
            write(filled.teacher, filled.lesson, student, "4", "5")
        assert flagged() == []
        write(filled.teacher, filled.lesson, filled.students[4], "4", "5")
        (one,) = flagged()
        assert (one.late, one.signs) == (5, ["большей частью после срока записи"])


def test_what_a_second_person_approved_is_no_sitting(closed, asked):
    closed.institution.flag_changes = 2
    closed.institution.save()
    first, second, *_ = closed.students
    requests = [
        asked(closed.teacher, first, "4", old="5"),
        asked(closed.teacher, second, "4", old="3"),
    ]
    decide(closed.deputy, [one.pk for one in requests], True)
    assert read_sittings(now=NOW + datetime.timedelta(hours=1)) == []


def test_results_count_and_signing_does_not(filled):
    sheet = open_draft(filled)
    people = [*filled.students, filled.mover]
    changes = [ResultChange(one.pk, "mark", "4", "3") for one in people]
    with at():
        write_results(filled.teacher, sheet.pk, changes)
        ((cell, *_), count) = cells_of(read_sittings()[0]), read_sittings()[0].count
        assert count == 6
        assert (cell.values, cell.now, cell.what) == (["4", "3"], "3", "результат")


def test_a_month_later_nobody_is_asked_to_look(sat):
    with at(days=31):
        assert read_sittings() == []


def test_reading_costs_five_queries_however_many(sat, django_assert_num_queries):
    read_sittings()
    with django_assert_num_queries(5):
        read_sittings()
    for student in sat.students:
        write(sat.teacher, sat.lesson, student, "5", "3")
    with django_assert_num_queries(5):
        assert len(read_sittings(now=NOW + datetime.timedelta(hours=3))) == 2


@pytest.mark.sqlite
@pytest.mark.parametrize("model", DAYS)
def test_steps_are_found_by_their_moment_and_by_no_other_index(db, model):
    plan = changed(model, NOW - WINDOW, NOW, None).order_by().explain()
    assert "history_date>? AND history_date<?" in plan.splitlines()[0]


# The review


def test_looked_at_it_waits_no_more_but_what_comes_after_does(sat):
    (one,) = flagged()
    approve_sitting(sat.deputy, one, "Сверено с работами")
    assert flagged() == []
    assert read_sittings()[0].review.by == sat.deputy
    with at(minute=20):  # within half an hour of the sitting that was looked at
        for student in sat.students:
            write(sat.teacher, sat.lesson, student, "5", "4")
    (later,) = flagged()
    assert (later.count, later.began) == (5, NOW.replace(hour=11, minute=20))
    with pytest.raises(PermissionDenied):
        approve_sitting(sat.deputy, read_sittings()[1])


@pytest.mark.parametrize(
    "who", ["teacher", "curator", "studyunit", "office", "student"]
)
def test_only_a_second_person_reviews_and_undoes(sat, who):
    (one,) = flagged()
    for act in (approve_sitting, undo_sitting):
        with pytest.raises(PermissionDenied):
            act(sat.people[who], one, "Всё в порядке")
    assert not SittingReview.objects.exists()


def test_nobody_reviews_an_own_sitting_whatever_the_rights(sat):
    sat.teacher.is_superuser = True
    sat.teacher.save()
    (one,) = flagged()
    with pytest.raises(PermissionDenied):
        approve_sitting(sat.teacher, one)
    with pytest.raises(IntegrityError, match="by_another"), transaction.atomic():
        SittingReview.objects.create(
            person=sat.teacher,
            by=sat.teacher,
            began_at=one.began,
            ended_at=one.ended,
            count=5,
            verdict="fine",
        )


# Taking it back


def test_undoing_makes_new_corrections_and_keeps_the_history(sat):
    (one,) = flagged()
    steps = Mark.history.count()
    review, left = undo_sitting(sat.deputy, one, "Чужой вход")
    assert (values(sat), left) == (["4"] * 5, [])
    assert Mark.history.count() == steps + 5
    newest = past_of_cell(sat.lesson.pk, sat.students[0].pk)[0]
    assert (newest.by, newest.old, newest.new) == ("Седова Ольга", "5", "4")
    assert newest.reason == f"Чужой вход (отмена исправлений, проверка № {review.pk})"
    assert (review.verdict, review.count, review.person) == ("undone", 5, sat.teacher)
    with at(hour=13):
        assert flagged() == []  # nor is the undoing a sitting of the deputy's
    with pytest.raises(PermissionDenied):
        undo_sitting(sat.deputy, read_sittings()[0], "Ещё раз")


def test_only_what_still_stands_as_it_was_left_is_put_back(sat):
    first = sat.students[0]
    write(sat.teacher, sat.lesson, first, "5", "3")
    one = next(one for one in flagged() if one.count == 5)
    _, left = undo_sitting(sat.deputy, one, "Чужой вход")
    assert [(cell.name, cell.now) for cell in left] == [("Абрамова Дарья", "3")]
    assert sorted(values(sat)) == ["3", "4", "4", "4", "4"]


def test_deleted_and_changed_back_and_forth_come_to_what_stood_before(filled):
    first, second, third, *_ = filled.students
    with at(hour=23):
        write(filled.teacher, filled.lesson, first, "4", "")
        write(filled.teacher, filled.lesson, first, "", "2")
        write(filled.teacher, filled.lesson, second, "4", "")
        write(filled.teacher, filled.lesson_past, third, "н", "", "absence")
        write(filled.teacher, filled.lesson_past, third, "", "5")  # a first entry
        write(filled.teacher, filled.lesson, filled.students[3], "4", "5")
        write(filled.teacher, filled.lesson, filled.students[3], "5", "4")
        (one,) = flagged()
        cells = {(cell.name, cell.what): cell for cell in cells_of(one)}
        assert cells["Абрамова Дарья", "отметка 1"].values == ["4", "", "2"]
        assert cells["Быков Илья", "отметка 1"].values == ["4", ""]
    with at(days=1):
        _, left = undo_sitting(filled.deputy, one, "Чужой вход")
    assert [cell.name for cell in left] == ["Ершов Тимур"]  # came back by itself
    assert values(filled) == ["4"] * 5
    assert (
        Absence.objects.get(lesson=filled.lesson_past, student=third).reason_id == "н"
    )


def test_results_of_a_draft_are_put_back_and_of_a_signed_sheet_named(filled):
    sheet = open_draft(filled)
    first, second, *_ = filled.students
    changes = [
        ResultChange(first.pk, "mark", "4", "5"),
        ResultChange(second.pk, "mark", "4", "н/а"),
    ]
    with at(hour=23):
        write_results(filled.teacher, sheet.pk, changes)
        (one,) = flagged()
    with at(days=1):
        _, left = undo_sitting(filled.deputy, one, "Чужой вход")
    assert left == []
    marks = Result.objects.filter(sheet=sheet).values_list("mark", flat=True)
    assert set(marks) == {"4"}


def test_where_nothing_may_be_put_back_nothing_is_reviewed(sat):
    close_period(sat.period, "marks", sat.director)
    (one,) = flagged()
    with pytest.raises(ValidationError, match="Отменить нечего"):
        undo_sitting(sat.deputy, one, "Чужой вход")
    with pytest.raises(ValidationError, match="почему"):
        undo_sitting(sat.deputy, one, " ")
    assert not SittingReview.objects.exists()
    assert values(sat) == ["5"] * 5


# Pages


FLAGGED = "admin:journal_sittingreview_flagged"


def test_the_deputy_comes_from_the_start_page_and_undoes_in_one_click(sat, client_of):
    client = client_of(sat.deputy)
    start = client.get(reverse("admin:index")).content.decode()
    assert "Исправления, на которые стоит взглянуть: 1" in start
    listed = client.get(reverse(FLAGGED)).content.decode()
    assert "Жданов Л. Б." in listed
    (one,) = flagged()
    at = sitting_url(one)
    page = client.get(at).content.decode()
    assert page.count("<b>4 → 5</b>") == 5
    page = client.post(at, {"undo": "1"}).content.decode()
    assert "Напишите, почему исправления отменяются." in page
    page = client.post(at, {"undo": "1", "note": "Чужой вход"}, follow=True)
    assert "исправления отменены" in page.content.decode()
    assert values(sat) == ["4"] * 5
    page = client.get(reverse(FLAGGED)).content.decode()
    assert "которые ждут проверки, нет" in page
    assert (
        "исправления отменены"
        in client.get(reverse(FLAGGED), {"show": "all"}).content.decode()
    )


def test_the_person_sees_the_own_sitting_and_nobody_else_does(sat, client_of):
    (one,) = flagged()
    teacher = client_of(sat.teacher)
    start = teacher.get(reverse("admin:index")).content.decode()
    assert "Ваши исправления 14.10.2026 (5) проверит другой человек" in start
    page = teacher.get(sitting_url(one)).content.decode()
    assert "завершите чужие сеансы" in page
    assert "Всё верно" not in page
    for data in ({"fine": "1"}, {"undo": "1", "note": "Чужой вход"}):
        assert teacher.post(sitting_url(one), data).status_code == 403
    for name in ("teacher2", "curator", "studyunit", "hr"):
        client = client_of(sat.people[name])
        assert client.get(sitting_url(one)).status_code == 403
        assert client.get(reverse(FLAGGED)).status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?person=1", 400),
        ("?person=x&began=2026-10-14T11:00:00%2B03:00", 400),
        ("?person=1&began=2026-10-14T11:00:00", 400),
        ("?person=1&began=2026-10-14T11:00:00%2B03:00", 404),
    ],
)
def test_an_address_of_nonsense_is_refused(sat, client_of, query, status):
    at = reverse("admin:journal_sittingreview_sitting") + query
    assert client_of(sat.deputy).get(at).status_code == status


def test_a_sitting_costs_as_many_queries_for_one_change_as_for_five(
    filled, client_of, django_assert_num_queries
):
    with at(hour=23):
        client = client_of(filled.deputy)
        write(filled.teacher, filled.lesson, filled.students[0], "4", "5")
        (one,) = flagged()
        client.get(sitting_url(one))
        with django_assert_num_queries(13):
            client.get(sitting_url(one))
        for student in filled.students[1:]:
            write(filled.teacher, filled.lesson, student, "4", "5")
        (one,) = flagged()
        with django_assert_num_queries(13):
            assert client.get(sitting_url(one)).content.decode().count("<b>") == 5
