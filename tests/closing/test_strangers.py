"""Whoever writes in another's journal is shown to the deputy and to the teacher (A45)."""

import datetime

import pytest
from django.urls import reverse

from journal.domain.control.requests import ask_cells, decide
from journal.domain.control.sittings import read_sittings
from journal.domain.control.strangers import written_by_others
from journal.domain.control.undoing import undo_sitting
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Mark, User
from tests.closing.conftest import NOW, cell
from tests.closing.conftest import opened as open_draft
from tests.closing.test_sittings import at, write

SINCE = NOW - datetime.timedelta(days=14)


@pytest.fixture
def master_key(world):
    """An account with all rights."""
    return User.objects.create(username="root", is_superuser=True, is_staff=True)


def told(user):
    return [(one.by, one.count) for one in written_by_others(user, SINCE)]


def test_one_entry_of_an_account_with_all_rights_is_shown_to_deputy_and_teacher(
    world, master_key, client_of, django_assert_num_queries
):
    first, second, third, *_ = world.students
    with at():
        write(world.teacher, world.lesson, first, "", "3")
        write(world.teacher, world.lesson, first, "3", "4")
        write(world.curator, world.lesson_past, third, "н", "у", "absence")
        assert not [one.signs for one in read_sittings() if one.signs]
        assert told(world.teacher) == []
    with at(minute=5):
        write(master_key, world.lesson, second, "", "5")
        write(master_key, world.lesson_past, third, "у", "", "absence")
        (one,) = read_sittings(master_key.pk)
        assert (one.count, one.strange) == (2, 2)
        assert one.signs == ["в чужом журнале"]
        assert told(world.teacher) == [(master_key.pk, 1)] * 2
        assert told(world.teacher2) == []
        page = client_of(world.teacher).get(reverse("admin:index")).content.decode()
        assert "Записано не вами, Математика" in page
        address = reverse("admin:journal_lesson_change", args=[world.lesson.pk])
        assert address in page
        page = client_of(world.deputy).get(reverse("admin:index")).content.decode()
        assert "Исправления, на которые стоит взглянуть: 1" in page
        with django_assert_num_queries(2):
            written_by_others(world.teacher, SINCE)
    with at(hour=12):
        undo_sitting(world.deputy, one, "Не по должности")
        assert not Mark.objects.filter(task__lesson=world.lesson, student=second)
        assert read_sittings(world.deputy.pk) == []


def test_what_such_an_account_writes_in_its_own_journal_is_like_anybodys(world):
    User.objects.filter(pk=world.teacher.pk).update(is_superuser=True)
    user = User.objects.get(pk=world.teacher.pk)
    first, second, *_ = world.students
    with at():
        write(user, world.lesson, first, "", "5")
        write(user, world.lesson, first, "5", "4")
        (one,) = read_sittings()
        assert (one.count, one.strange, one.signs) == (1, 0, [])
        write(user, world.lesson2, second, "", "5")
        (one,) = read_sittings()
        assert (one.count, one.strange) == (2, 1)
        assert told(world.teacher2) == [(user.pk, 1)]


def test_results_of_such_an_account_are_shown_from_the_first(world, master_key):
    with at():
        sheet = open_draft(world)
        student = world.students[0].pk
        write_results(master_key, sheet.pk, [ResultChange(student, "mark", "4", "5")])
        (one,) = read_sittings(master_key.pk)
        assert one.signs == ["в чужом журнале"]
        assert told(world.teacher) == [(master_key.pk, 1)]


def test_an_approved_request_in_a_teachers_place_is_told_to_the_teacher_alone(closed):
    with at():
        change = cell(closed, closed.students[0])
        ask_cells(closed.department_head, [change], "Описка")
        (key,) = closed.lesson_past.correction_requests.values_list("pk", flat=True)
        assert decide(closed.deputy, [key], True)[0].is_done
    with at(hour=12):
        assert told(closed.teacher) == [(closed.department_head.pk, 1)]
        assert read_sittings() == []
