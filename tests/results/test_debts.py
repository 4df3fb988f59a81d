"""Debts, the measures taken, R40; theses and R9, by figures worked out by hand."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from admin_customizations.admin.results import owing
from journal.domain.results.debts import read_debts
from journal.domain.results.defences import with_defence
from journal.domain.results.measures import add_measures
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, roster_of, write_results
from journal.models import DebtMeasure, Diploma, Membership, Result, SheetMember, Thesis
from journal.reports.registry import REPORTS


def signed(user, kind, course, day, marks: str):
    sheet = open_sheet(user, kind, [course], date=day, teacher=user.employee)
    changes = [
        ResultChange(student, "standing", "", mark)
        for student, mark in zip(roster_of(sheet), marks.split(), strict=True)
    ]
    write_results(user, sheet.pk, changes)
    return sign_sheet(user, sheet.pk)


@pytest.fixture
def debts(world):
    """Быков owes the exam, Ершов the exam and the credit of another teacher."""
    day = world.today - timedelta(days=1)
    signed(world.teacher, "exam", world.course, day, "5 2 absent 4 4 4")
    signed(world.teacher2, "credit", world.course2, day, "з з х з з з")
    return lambda user: [
        (one.name.split()[0], one.discipline)
        for one in read_debts(Result.objects.visible_to(user), world.today)
    ]


def test_everybody_sees_debts_of_the_own_rows(world, debts):
    whole = [("Быков", "Математика"), ("Ершов", "Математика"), ("Ершов", "Физика")]
    for name in ("deputy", "department_head", "curator", "studyunit"):
        assert sorted(debts(world.people[name])) == whole
    assert sorted(debts(world.teacher2)) == [("Ершов", "Физика")]
    assert debts(world.teacher_elsewhere) == []


def test_who_has_left_owes_nothing_here(world, debts):
    Membership.objects.filter(student=world.students[1]).update(end=world.today)
    assert ("Быков", "Математика") not in debts(world.deputy)


def test_debts_cost_five_queries(world, debts, django_assert_num_queries):
    rows = Result.objects.visible_to(world.deputy)
    with django_assert_num_queries(5):
        read_debts(rows, world.today)


def test_a_measure_is_noted_for_many_at_once(world, debts):
    places = [(world.students[1].pk, world.course.pk)]
    places += [(world.students[3].pk, world.course.pk)]
    due = world.today + timedelta(days=20)
    count = add_measures(
        world.curator, places, "schedule", world.today, due, "сдать зачётную неделю"
    )
    assert count == 2
    assert DebtMeasure.history.filter(history_user=world.curator).count() == 2
    (debt, *_) = read_debts(Result.objects.all(), world.today)
    assert (debt.due_on, debt.is_overdue(world.today)) == (due, False)
    with pytest.raises(PermissionDenied):
        add_measures(world.teacher, places, "talk", world.today)
    before, after = (world.today + timedelta(days=step) for step in (-1, 1))
    for days, words in (
        ((world.today, before), "раньше даты меры"),
        ((after,), "не позже сегодня"),
    ):
        with pytest.raises(ValidationError, match=words):
            add_measures(world.curator, places, "talk", *days)


def test_a_measure_sent_twice_is_noted_once(world, debts):
    own = (world.students[1].pk, world.course.pk)
    both = [own, (world.students[3].pk, world.course.pk)]
    assert add_measures(world.curator, [own], "talk", world.today) == 1
    assert add_measures(world.curator, both, "talk", world.today) == 1
    with pytest.raises(ValidationError, match="уже записана"):
        add_measures(world.curator, both, "talk", world.today)
    assert add_measures(world.curator, [own], "talk", world.today, text="ещё") == 1


def test_the_page_notes_what_is_ticked(world, debts, client_of):
    client, url = client_of(world.curator), reverse("admin:journal_debtmeasure_debts")
    text = client.get(url).content.decode()
    assert "Студентов: 2, долгов: 3" in text
    debt = f"{world.students[1].pk}-{world.course.pk}"
    answers = {"kind": "talk", "day": "2026-10-14", "text": "беседа", "debt": debt}
    assert client.post(url, answers).status_code == 302
    assert DebtMeasure.objects.get().by == world.curator
    assert "Отметьте долги" in client.post(url, answers | {"debt": []}).content.decode()
    foreign = f"{world.students2[1].pk}-{world.course_elsewhere.pk}"
    assert client.post(url, answers | {"debt": foreign}).status_code == 403
    for text in ("x-1", "1", f"{10**18}-1", f"1-{10**30}"):
        wrong = client.post(url, answers | {"debt": text})
        assert "Долг не разобран" in wrong.content.decode()
    for course in (world.course2.pk, 10**17):
        settled = f"{world.students[1].pk}-{course}"
        answer = client.post(url, answers | {"debt": settled})
        assert "Такого долга нет" in answer.content.decode()
    wrong = client.post(url, answers | {"day": "2026-10-32"}).content.decode()
    assert "<p>Дата: Введите правильную дату.</p>" in wrong
    assert f'value="{debt}" checked' in wrong
    assert DebtMeasure.objects.count() == 1
    assert client_of(world.dispatcher).get(url).status_code == 403


def test_debts_are_narrowed_and_paged(world, debts, client_of, monkeypatch):
    client, url = client_of(world.deputy), reverse("admin:journal_debtmeasure_debts")

    def text(**asked):
        return client.get(url, asked).content.decode()

    assert "долгов: 3" in text(group=world.group.pk)
    assert "Таких долгов нет" in text(group=world.group2.pk)
    assert "долгов: 3" in text(department=world.department.pk)
    assert "Таких долгов нет" in text(late=1)
    assert client.get(url, {"group": "x"}).status_code == 400
    monkeypatch.setattr(owing, "PER_PAGE", 2)
    first, second = text(), text(p="2")
    assert "долгов: 3" in second and "Страница 2 из 2" in second
    assert (first.count('name="debt"'), second.count('name="debt"')) == (2, 1)


def test_a_measure_is_added_about_a_debt_alone_and_stays_with_it(
    world, debts, client_of
):
    client = client_of(world.curator)
    data = {"student": world.students[1].pk, "course": world.course2.pk}
    data |= {"kind": "talk", "date": "2026-10-14", "text": "беседа"}
    add = reverse("admin:journal_debtmeasure_add")
    assert "Такого долга нет" in client.post(add, data).content.decode()
    data["course"] = world.course.pk
    early = client.post(add, data | {"due_on": "2026-10-01"}).content.decode()
    assert "Срок ликвидации раньше" in early
    assert not DebtMeasure.objects.exists()
    assert client.post(add, data).status_code == 302
    measure = DebtMeasure.objects.get()
    url = reverse("admin:journal_debtmeasure_change", args=[measure.pk])
    other = data | {"student": world.students[3].pk, "kind": "council"}
    assert client.post(url, other).status_code == 302
    measure.refresh_from_db()
    assert (measure.student, measure.kind) == (world.students[1], "council")


def built(slug: str, user, **answers):
    report = REPORTS[slug]
    form = report.form(user)
    assert form.answer({name: str(value) for name, value in answers.items()})
    assert form.is_valid(), form.errors
    return report.build(form.params())


def test_r40_lists_debts_attempts_and_measures(world, debts):
    add_measures(
        world.deputy,
        [(world.students[1].pk, world.course.pk)],
        "commission",
        world.today,
        world.today,
        "к 14.10",
    )
    table = built("debts", world.deputy, day="2026-10-15")
    lines = list(table.body())
    assert lines[0].section == "2-ИС"
    assert list(lines[1].values)[1:6] == [
        "Быков Илья Павлович",
        "Математика, этот учебный год, 1 семестр",
        world.today - timedelta(days=1),
        "2 (13.10.2026)",
        "пересдача комиссии 14.10.2026 (к 14.10)",
    ]
    assert next(iter(table.foot())).values[1:3] == ["Студентов: 2", "Долгов: 3"]
    assert table.notes == ["Срок ликвидации прошёл: 1"]


@pytest.fixture
def theses(world):
    """Five theses: four are admitted, one for use, two for print, one with honours."""
    origins = ("student", "employer", "research", "college", "college")
    for place, (student, origin) in enumerate(
        zip(world.students, origins, strict=True)
    ):
        Thesis.objects.create(
            student=student,
            group=world.group,
            year=world.year,
            topic=f"Тема {place}",
            origin=origin,
            supervisor=world.teacher.employee,
            is_admitted=place < 4,
            is_for_use=place == 0,
            is_for_print=place < 2,
        )
    Membership.objects.update(form="full_time")
    Diploma.objects.create(
        student=world.students[0],
        kind="honours",
        issued_on=world.today,
        year_started=2022,
        year_finished=2026,
    )


@pytest.fixture
def defence(world, theses):
    """The sheet of their defence, filled and not yet signed."""
    sheet = open_sheet(
        world.deputy,
        "defence",
        [],
        group=world.group,
        period=world.period,
        date=world.today,
        title="Защита",
        members=[
            SheetMember(employee=world.deputy.employee, post="chair"),
            SheetMember(employee=world.teacher.employee),
        ],
    )
    values = dict(
        zip(
            [one.pk for one in world.students],
            ("5", "5", "4", "2", "not_admitted"),
            strict=True,
        )
    )
    values[world.mover.pk] = "not_admitted"
    changes = [
        ResultChange(student, "standing", "", value)
        for student, value in values.items()
    ]
    write_results(world.deputy, sheet.pk, changes)
    return sheet


def test_r9_counts_defences_by_hand(world, defence):
    """5, 5, 4, 2 of four who defended: mean 4,00, quality 75, shares 50, 25, 0, 25."""
    before = built("defences", world.deputy)
    assert before.warnings == ["Без отметки в подписанной ведомости: 4"]
    sign_sheet(world.deputy, defence.pk)
    table = built("defences", world.deputy)
    (line,) = table.body()
    shown = [str(value) for value in line.values]
    assert shown == [
        "09.02.07 Информационные системы",
        "очная",
        *("4", "4"),
        *("2", "50.00", "1", "25.00", "0", "0.00", "1", "25.00"),
        *("4.00", "75.00"),
        *("1", "1", "1", "1", "2", "1"),
    ]
    assert table.warnings == []
    assert table.lines[-1].endswith("по состоянию на 14.10.2026")
    yesterday = built("defences", world.deputy, day=world.today - timedelta(days=1))
    (line,) = yesterday.body()
    assert (line.values[3], line.values[-1]) == (0, 0)


def test_a_list_of_theses_says_the_mark_and_the_load_of_the_supervisor(world, defence):
    def marks():
        rows = with_defence(Thesis.objects.order_by("pk"))
        return [(one.defence, one.led) for one in rows]

    assert marks() == [(None, 5)] * 5
    sign_sheet(world.deputy, defence.pk)
    assert [mark for mark, _ in marks()] == ["5", "5", "4", "2", None]
