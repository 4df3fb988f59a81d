"""Documents over a range of days: what they change, what they leave, and taken back."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from journal.domain.lessons import TAKEN
from journal.domain.lessons.excuses import give_excuse, withdraw_excuse
from journal.models import (
    Absence,
    AbsenceReason,
    Excuse,
    Institution,
    PeriodClosing,
)
from tests.lessons.conftest import one


def paper(world, student, first=-7, days=8, reason="б", document="справка № 12"):
    return Excuse(
        student=student,
        reason=AbsenceReason.objects.get(code=reason),
        document=document,
        start=world.today + timedelta(days=first),
        end=world.today + timedelta(days=first + days),
    )


def stored(student):
    rows = Absence.objects.filter(student=student).order_by("lesson__date", "lesson")
    return list(rows.values_list("reason", "hours", "minutes", "excuse"))


def test_a_document_excuses_what_was_noted_and_what_comes(world, lesson):
    third = world.students[2]  # «н» in `lesson_past`
    one(world.teacher, world.lesson_unfilled, third, "absence", "н1")
    one(world.teacher2, world.lesson2_past, third, "absence", "о10")
    done = give_excuse(world.curator, paper(world, third))
    assert done.changed == 2
    one(world.teacher, lesson, third, "absence", "н")
    key = done.excuse.pk
    assert stored(third) == [
        ("б", 1, None, key),
        ("б", 2, None, key),
        ("о", 0, 10, None),
        ("б", 2, None, key),
    ]
    record = Absence.history.filter(student=third, history_type="~").latest()
    assert record.history_user == world.curator
    assert record.history_change_reason == "Документ: справка № 12"
    # The lateness says that the student was there.
    assert [one.pk for one in done.present] == [world.lesson2_past.pk]


def test_a_document_sent_twice_is_one_and_after_a_withdrawal_it_is_given_anew(world):
    third = world.students[2]
    first = give_excuse(world.curator, paper(world, third)).excuse
    with pytest.raises(ValidationError, match="уже записан"):
        give_excuse(world.curator, paper(world, third))
    give_excuse(world.curator, paper(world, third, document="справка № 13"))
    withdraw_excuse(world.curator, first, "ошибка")
    give_excuse(world.curator, paper(world, third))
    assert Excuse.objects.filter(withdrawn_at=None).count() == 2


def test_whoever_was_counted_present_is_told_and_left(world):
    first = world.students[0]
    done = give_excuse(world.curator, paper(world, first))
    assert {one.pk for one in done.present} == {
        world.lesson_past.pk,
        world.lesson2_past.pk,
    }
    assert stored(first) == []


def test_a_closed_period_is_told_and_not_touched(world):
    third = world.students[2]
    PeriodClosing.objects.create(period=world.period, aspect=PeriodClosing.Aspect.MARKS)
    done = give_excuse(world.curator, paper(world, third))
    assert done.changed == 0
    assert [(one.pk, "закрыт" in why) for one, why in done.kept] == [
        (world.lesson_past.pk, True)
    ]
    assert stored(third) == [("н", 2, None, None)]


def test_the_document_is_the_reason_after_the_curators_window(world):
    rules = Institution.objects.get()
    rules.curator_days = 1
    rules.save()
    third = world.students[2]
    assert one(world.curator, world.lesson_past, third, "absence", "у", "н").code == (
        "reason"
    )
    assert give_excuse(world.curator, paper(world, third)).changed == 1


def test_a_document_withdrawn_brings_back_what_it_changed(world, lesson):
    third = world.students[2]
    one(world.curator, world.lesson_unfilled, third, "absence", "у1", reason="x")
    done = give_excuse(world.curator, paper(world, third))
    one(world.teacher, lesson, third, "absence", "н1")
    back = withdraw_excuse(world.curator, done.excuse, "поддельная справка")
    assert back.changed == 2
    assert stored(third) == [
        ("у", 1, None, None),
        ("н", 2, None, None),
        ("н", 1, None, None),
    ]
    assert one(world.teacher, lesson, third, "absence", "н", "н1").value == "н"
    with pytest.raises(ValidationError, match="уже отозван"):
        withdraw_excuse(world.curator, done.excuse, "ещё раз")


def test_where_one_document_is_withdrawn_another_of_the_day_takes_over(world, lesson):
    third = world.students[2]
    first = give_excuse(world.curator, paper(world, third, -7, 8, "б"))
    other = give_excuse(world.curator, paper(world, third, -2, 5, "у", "заявление"))
    one(world.teacher, lesson, third, "absence", "н1")
    withdraw_excuse(world.curator, first.excuse, "поддельная справка")
    key = other.excuse.pk
    assert stored(third) == [("у", 2, None, key), ("у", 1, None, key)]


@pytest.mark.parametrize("who", ["teacher", "department_head", "student", "hr"])
def test_only_the_curator_gives_documents_to_the_own_group(world, who):
    with pytest.raises(PermissionDenied):
        give_excuse(world.people[who], paper(world, world.students[2]))
    with pytest.raises(PermissionDenied):
        give_excuse(world.curator, paper(world, world.stranger.student))
    assert not Excuse.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": 0}, "раньше первого"),
        ({"days": 400}, "не дольше года"),
        ({"reason": "н"}, "уважительную"),
        ({"reason": "о"}, "уважительную"),
    ],
)
def test_nonsense_in_a_document_is_refused(world, fields, words):
    with pytest.raises(ValidationError, match=words):
        give_excuse(world.curator, paper(world, world.students[2], **fields))


def test_a_document_is_entered_in_the_admin_and_leads_back_to_the_week(
    world, client_of
):
    third = world.students[2]
    client = client_of(world.curator)
    add = reverse("admin:journal_excuse_add")
    start = world.today - timedelta(days=7)
    data = {"student": third.pk, "reason": "б", "document": "справка", "start": start}
    page = client.get(f"{add}?student={third.pk}&start={start}&last={world.today}")
    assert str(third) in page.content.decode()
    wrong = client.post(add, data | {"last": start - timedelta(days=1)})
    assert "Последний день раньше первого" in wrong.content.decode()
    answer = client.post(add, data | {"last": world.today}, follow=True)
    assert answer.redirect_chain[0][0].startswith(
        reverse("admin:journal_lesson_group_week")
    )
    assert "изменено: 1\N{NO-BREAK SPACE}пропуск" in answer.content.decode()
    excuse = Excuse.objects.get()
    assert (excuse.end, excuse.by) == (world.today + timedelta(days=1), world.curator)
    card = reverse("admin:journal_excuse_change", args=[excuse.pk])
    text = client.get(card).content.decode()
    assert "Математика" in text and f"{world.today}" not in text  # said in Russian
    withdraw = reverse("admin:journal_excuse_withdraw", args=[excuse.pk])
    client.post(withdraw, {"why": "ошибка"})
    excuse.refresh_from_db()
    assert excuse.withdrawn_for == "ошибка"
    assert stored(third) == [("н", 2, None, None)]
    assert client_of(world.teacher).post(add, data).status_code == 403


# The week


def week_of(client, world, **params):
    query = {"group": world.group.pk, **params}
    return client.get(reverse("admin:journal_lesson_group_week"), query)


def test_the_week_shows_what_was_missed_in_academic_hours(world, client_of):
    one(world.teacher, world.lesson, world.students[2], "absence", "б1")
    page = week_of(client_of(world.curator), world).content.decode()
    row = page.split("Ёжиков Глеб Андреевич")[1].split("<tr")[0]
    assert row.count("<td data-a=н>") == 1
    assert row.count("<td data-a=б1>") == 1
    assert re.findall(r'"av t-(?:all|good|bad)">(\d+)', row) == ["3", "1", "2"]


def test_a_week_before_lists_those_who_sat_there_then(world, client_of):
    early = world.lesson_old.date.isocalendar()
    page = week_of(
        client_of(world.curator), world, week=f"{early.year}-W{early.week:02}"
    )
    line = page.context["page"].lines[0]
    assert line.sits_in(page.context["page"].columns[0])
    assert world.mover.pk not in [line.student for line in page.context["page"].lines]


@pytest.mark.parametrize(
    ("who", "status"),
    [("curator", 200), ("deputy", 200), ("secretary", 403), ("student", 302)],
)
def test_who_opens_the_week(world, client_of, who, status):
    answer = week_of(client_of(world.people[who]), world)
    assert answer.status_code == status
    if who == "deputy":
        assert "Документ:" not in answer.content.decode()


def test_a_foreign_group_is_404_and_nonsense_is_400(world, client_of):
    client = client_of(world.curator)
    address = reverse("admin:journal_lesson_group_week")
    assert client.get(address, {"group": world.group2.pk}).status_code == 404
    assert client.get(address, {"group": "x"}).status_code == 404
    assert client.get(address, {"week": "2026-W99"}).status_code == 400


@pytest.mark.parametrize("count", [1, 30])
def test_the_week_costs_eleven_queries(
    world, lesson, client_of, django_assert_num_queries, count, make_students
):
    for student in make_students(count):
        one(world.teacher, lesson, student, "absence", "н")
        give_excuse(world.curator, paper(world, student))
    client = client_of(world.curator)
    client.get(reverse("admin:index"))
    with django_assert_num_queries(11):
        assert week_of(client, world).status_code == 200


def test_the_undone_tick_of_a_withdrawn_document_is_no_trouble(world, lesson, student):
    done = give_excuse(world.curator, paper(world, student))
    one(world.teacher, lesson, None, TAKEN, "1")
    withdraw_excuse(world.curator, done.excuse, "ошибка")
    assert stored(student)[-1] == ("н", 2, None, None)
    assert one(world.teacher, lesson, None, TAKEN, "", old="1").status == 200
