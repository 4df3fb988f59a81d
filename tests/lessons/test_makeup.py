"""The make-up ledger: what is owed, what closes it, who may."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from journal.domain.lessons.makeup import (
    Closing,
    Scope,
    add_up,
    close_debts,
    parse_key,
    read_debts,
    waiting,
)
from journal.models import Exemption, Institution, Makeup, Mark, Task
from tests.lessons.conftest import one


@pytest.fixture
def work(world):
    """A required work of the lesson before last: `students[0]` has «2», others nothing."""
    task = Task.objects.create(
        lesson=world.lesson_past,
        number=2,
        kind=world.test,
        topic="Пределы",
        is_required=True,
    )
    Mark.objects.create(task=task, student=world.students[0], value="2")
    return task


def owed(world, user=None, **scope):
    """(student, «lesson» or the work's topic, how it stands) of each debt."""
    debts = read_debts(Scope(world.today, user or world.curator, **scope))
    return [
        (one.name.split()[0], "work" if one.task else "lesson", one.value)
        for one in debts
    ]


def test_missed_lessons_and_required_works_are_owed(world, work):
    found = owed(world)
    assert ("Абрамова", "work", "2") in found
    assert ("Быков", "lesson", "б") in found
    assert ("Ёжиков", "lesson", "н") in found and ("Ёжиков", "work", "") in found
    assert len([row for row in found if row[1] == "work"]) == 6
    debt = read_debts(Scope(world.today, world.curator, student=world.students[2].pk))
    assert [(one.hours, one.discipline) for one in debt] == [
        (2, "Математика"),
        (0, "Математика"),
    ]
    assert debt[0].due == world.lesson_past.date + timedelta(days=30)


def test_excused_absences_are_owed_where_the_institution_says_so(world):
    assert ("Быков", "lesson", "б") in owed(world)
    rules = Institution.objects.get()
    rules.makeup_excused = False
    rules.save()
    assert owed(world) == [("Ёжиков", "lesson", "н")]


def test_a_better_mark_takes_the_debt_away(world, work):
    one(world.teacher, world.lesson_past, world.students[0], "2", "4", old="2")
    one(world.teacher, world.lesson_past, world.students[2], "2", "3", confirmed=True)
    assert {row for row in owed(world) if row[1] == "work"} == {
        ("Быков", "work", ""),
        ("Ершов", "work", ""),
        ("Чайкина", "work", ""),
        ("Яшин", "work", ""),
    }


def test_lateness_other_works_today_and_the_own_way_are_not_owed(world, work, lesson):
    one(world.teacher, lesson, world.students[3], "absence", "о10")
    Task.objects.create(lesson=lesson, number=1, kind=world.test, is_required=True)
    Exemption.objects.create(
        student=world.students[2],
        course=world.course,
        kind=Exemption.Kind.EXEMPT,
        start=world.year.start,
    )
    found = owed(world)
    assert not [row for row in found if row[0] == "Ёжиков"]
    assert len([row for row in found if row[1] == "work"]) == 5


def close(world, user, keys, outcome="made", day=None, result="", note=""):
    debts = read_debts(Scope(world.today, user))
    how = Closing(outcome, day or world.today, result, note)
    return close_debts(user, debts, set(keys), how, world.today)


def keys_of(world, user, student):
    debts = read_debts(Scope(world.today, user, student=student.pk))
    return [debt.key for debt in debts]


def test_closing_writes_date_result_teacher_and_leaves_the_mark(world, work):
    first = world.students[0]
    keys = keys_of(world, world.teacher, first)
    assert close(world, world.teacher, keys, result="4") == 1
    made = Makeup.objects.get()
    assert (made.task, made.student, made.result) == (work, first, "4")
    assert (made.teacher, made.date) == (world.teacher.employee, world.today)
    assert made.history.get().history_user == world.teacher
    assert Mark.objects.get(task=work, student=first).value == "2"
    assert keys_of(world, world.teacher, first) == []
    assert close(world, world.teacher, keys) == 0


def test_a_debt_is_waived_only_for_a_reason(world):
    third = world.students[2]
    keys = keys_of(world, world.curator, third)
    with pytest.raises(ValidationError, match="почему"):
        close(world, world.curator, keys, outcome="waived", note=" ")
    assert close(world, world.curator, keys, outcome="waived", note="конкурс") == 1
    assert Makeup.objects.get().outcome == "waived"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"outcome": "x"}, "отработан или снят"),
        ({"result": "7"}, "Допустимые"),
        ({"day": 1}, "не позже сегодня"),
        ({"day": -9}, "не раньше самого занятия"),
    ],
)
def test_nonsense_closes_nothing(world, how, words):
    keys = keys_of(world, world.teacher, world.students[2])
    if "day" in how:
        how = {"day": world.today + timedelta(days=how["day"])}
    with pytest.raises(ValidationError, match=words):
        close(world, world.teacher, keys, **how)
    assert not Makeup.objects.exists()


@pytest.mark.parametrize("key", ["", "a:1", "x:1:1", "a:0:1", "a:1:-1", f"a:{2**63}:1"])
def test_a_forged_key_is_no_key(key):
    with pytest.raises(ValueError, match="ждём"):
        parse_key(key)


def test_teachers_see_own_lessons_curators_the_group(world):
    assert owed(world, world.teacher) == [("Ёжиков", "lesson", "н")]
    assert owed(world, world.teacher2) == [("Быков", "lesson", "б")]
    assert len(owed(world)) == 2
    assert owed(world, world.teacher_elsewhere) == []
    # The deputy sees it all and closes nothing.
    assert len(owed(world, world.deputy, group=world.group.pk)) == 2
    with pytest.raises(PermissionDenied):
        close(world, world.deputy, keys_of(world, world.deputy, world.students[2]))


def test_what_is_past_its_day_is_counted_late(world, work):
    debts = read_debts(Scope(world.today, world.curator))
    assert add_up(debts, world.today)[:3] == (8, 0, 6)
    later = world.today + timedelta(days=60)
    late = add_up(debts, later)
    assert (late.debts, late.late) == (8, 8)
    assert sum(one.late for one in late.courses) == 8


# The page


def ledger(client, **query):
    return client.get(reverse("admin:journal_makeup_ledger"), query)


def test_ticked_debts_are_closed_by_one_post(world, work, client_of):
    client = client_of(world.teacher)
    text = ledger(client).content.decode()
    assert "Не отработано: 7" in text and "отметка 2" in text and "нет отметки" in text
    keys = keys_of(world, world.teacher, world.students[2])
    data = {"debt": keys, "outcome": "made", "day": world.today, "result": "3"}
    address = reverse("admin:journal_makeup_ledger")
    answer = client.post(address, data, follow=True)
    assert "Закрыто: 2\N{NO-BREAK SPACE}долга" in answer.content.decode()
    assert "Не отработано: 5" in answer.content.decode()
    again = client.post(address, data, follow=True).content.decode()
    assert "уже закрыты" in again
    assert Makeup.objects.count() == 2
    assert client.post(address, data | {"debt": "x"}).status_code == 400
    left = keys_of(world, world.teacher, world.students[1])[0]
    typed = {"debt": left, "day": "вчера", "note": "«ё»"}
    wrong = client.post(address, data | typed).content.decode()
    assert "Не записано" in wrong and 'value="«ё»"' in wrong
    assert f'value="{left}" checked' in wrong
    # What is not the person's to see is not there to close.
    foreign = f"a:{world.lesson2_past.pk}:{world.students[1].pk}"
    client.post(address, data | {"debt": foreign})
    assert Makeup.objects.count() == 2
    assert client_of(world.deputy).post(address, data).status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"show": "work"}, 6),
        ({"show": "lesson"}, 2),
        ({"show": "late"}, 0),
        ({"student": "2"}, 2),
        ({"course": "course2"}, 1),
    ],
)
def test_the_ledger_narrows(world, work, client_of, query, count):
    if "student" in query:
        query = {"student": world.students[int(query["student"])].pk}
    if "course" in query:
        query = {"course": getattr(world, query["course"]).pk}
    assert ledger(client_of(world.curator), **query).context["count"] == count


def test_who_opens_the_ledger(world, client_of):
    assert ledger(client_of(world.curator), group=world.group2.pk).status_code == 404
    assert ledger(client_of(world.curator), show="x").status_code == 400
    assert ledger(client_of(world.curator), student="x").status_code == 400
    assert ledger(client_of(world.secretary)).status_code == 403
    text = ledger(client_of(world.deputy), group="").content.decode()
    assert "Выберите группу" in text


@pytest.mark.parametrize("count", [1, 30])
def test_the_ledger_costs_eleven_queries(
    world, work, client_of, django_assert_num_queries, count, make_students
):
    for student in make_students(count):
        one(world.teacher, world.lesson_past, student, "absence", "н")
    client = client_of(world.curator)
    client.get(reverse("admin:index"))
    with django_assert_num_queries(11):
        assert ledger(client).context["count"] == 8 + 2 * count


def test_the_start_page_says_what_waits(world, work, client_of):
    for who, count in ((world.teacher, 7), (world.curator, 8)):
        text = client_of(who).get(reverse("admin:index")).content.decode()
        assert f"Не отработано: {count}" in text
        assert f'href="{reverse("admin:journal_makeup_ledger")}?group="' in text
        assert ledger(client_of(who), group="").context["count"] == count
        courses = waiting(who, world.today).courses
        assert sum(own.debts for own in courses) == count
        for own in courses:
            assert f'?group=&amp;course={own.course}"' in text
            page = ledger(client_of(who), group="", course=own.course)
            assert page.context["count"] == own.debts
    text = client_of(world.deputy).get(reverse("admin:index")).content.decode()
    assert "Не отработано" not in text


def test_the_plain_form_refuses_what_is_not_owed(world, client_of):
    """Ёжиков missed the lesson of two days ago, Абрамова sat in it."""
    client, url = client_of(world.curator), reverse("admin:journal_makeup_add")
    there, away = world.students[0], world.students[2]
    data = {
        "student": there.pk,
        "lesson": world.lesson_past.pk,
        "outcome": "made",
        "date": world.today.isoformat(),
    }
    page = client.post(url, data)
    assert page.status_code == 200 and "Отрабатывать нечего" in page.content.decode()
    early = data | {"student": away.pk, "date": world.lesson_old.date.isoformat()}
    assert "не раньше самого занятия" in client.post(url, early).content.decode()
    assert not Makeup.objects.exists()
    assert client.post(url, data | {"student": away.pk}).status_code == 302
    made = Makeup.objects.get()
    change = reverse("admin:journal_makeup_change", args=[made.pk])
    answer = client.post(change, data | {"student": away.pk, "note": "устно"})
    made.refresh_from_db()
    assert answer.status_code == 302 and made.note == "устно"
    again = client.post(url, data | {"student": away.pk}).content.decode()
    assert "Отрабатывать нечего" in again and Makeup.objects.count() == 1
