"""Sheets for subgroups; heads of sheets and theses changed by their teachers."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from journal.domain.archive.checklist import checklist_of
from journal.domain.results.making import due_sheets, make_sheet
from journal.domain.results.official import is_given
from journal.domain.results.sheets import annul_sheet, open_sheet
from journal.models import (
    Course,
    CourseTeacher,
    ExamEvent,
    Exemption,
    Sheet,
    SheetMember,
    Subgroup,
    SubgroupMember,
    Thesis,
)
from tests.results.signing import signed


@pytest.fixture
def halves(world):
    """Two subgroups with a teacher each, and what is due of their course."""
    Course.objects.filter(pk=world.course.pk).update(attestation_form="credit")
    CourseTeacher.objects.filter(course=world.course).delete()
    start = world.period.first_day
    parts = [
        Subgroup.objects.create(course=world.course, number=number) for number in (1, 2)
    ]
    for part, who, count in zip(
        parts, (world.teacher, world.teacher2), (slice(0, 2), slice(2, 6)), strict=True
    ):
        CourseTeacher.objects.create(
            course=world.course, subgroup=part, employee=who.employee, start=start
        )
        for student in [*world.students, world.mover][count]:
            SubgroupMember.objects.create(subgroup=part, student=student, start=start)

    def due():
        found = due_sheets(world.deputy, world.period)
        return [one for one in found if world.course in one.courses]

    return due


def test_subgroups_with_teachers_of_their_own_have_sheets_of_their_own(world, halves):
    given = Course.objects.filter(
        is_given(Q(sheet__kind="credit")), pk=world.course.pk
    ).exists
    found = halves()
    assert [(one.title, one.teacher) for one in found] == [
        ("Математика, подгруппа 1", world.teacher.employee),
        ("Математика, подгруппа 2", world.teacher2.employee),
    ]
    for one, marks in zip(found, ("з з", "з х з з"), strict=True):
        assert not given()
        signed(one.teacher.user, make_sheet(one.teacher.user, one), marks)
    assert given() and [one.sheet.number for one in halves()] == ["1", "2"]
    with pytest.raises(ValidationError, match="уже есть"):
        open_sheet(world.deputy, "credit", [world.course], date=world.today)
    for sheet in Sheet.objects.all():
        annul_sheet(world.deputy, sheet.pk, "экзамен сдают все вместе")
    session = {"date": world.today, "starts_at": "09:00", "ends_at": "11:00"}
    ExamEvent.objects.create(
        group=world.group,
        course=world.course,
        kind="credit",
        teacher=world.teacher2.employee,
        **session,
    )
    (whole,) = halves()
    assert (whole.subgroup, whole.teacher) == (None, world.teacher2.employee)


def test_who_is_in_no_subgroup_is_named_with_a_link_to_the_split(
    world, halves, client_of
):
    """Where sheets are made, after one is made, and before the period is closed."""

    def gaps():
        point = checklist_of(world.period, world.today)["results"][-1]
        return [(gap.name, gap.words, gap.key) for gap in point.gaps]

    assert ([one.left_out for one in halves()], gaps()) == ([[], []], [])
    student = world.students[0]
    SubgroupMember.objects.filter(student=student).update(end=world.today)
    name = student.short_name
    assert [one.left_out for one in halves()] == [[name], [name]]
    assert gaps() == [("Математика, 2-ИС", name, world.course.pk)]
    client, url = client_of(world.deputy), reverse("admin:journal_sheet_due")
    split = reverse("admin:journal_subgroup_split", args=[world.course.pk])
    said = f'не будет: {name} (<a href="{split}">Математика, 2-ИС</a>).'
    asked = {"period": world.period.pk}
    assert said in client.get(url, asked).content.decode()
    asked |= {"group": world.group.pk, "key": halves()[0].key}
    assert said in client.post(url, asked, follow=True).content.decode()
    checklist = client.get(reverse("admin:journal_periodclosing_checklist"))
    assert split in checklist.content.decode()
    Exemption.objects.create(
        student=student, course=world.course, kind="exempt", start=world.today
    )
    assert ([one.left_out for one in halves()], gaps()) == ([[], []], [])


def test_a_teacher_changes_a_form_that_names_people_in_no_list_of_hers(
    world, exam, client_of
):
    """The chair of the own sheet; the student and the supervisor of the own thesis."""
    chair = SheetMember.objects.create(
        sheet=exam, employee=world.director.employee, post="chair"
    )
    thesis = Thesis.objects.create(
        student=world.students[1],
        group=world.group,
        year=world.year,
        topic="Сеть",
        supervisor=world.teacher.employee,
    )
    own = {"group": world.group.pk, "kind": "exam"}
    head = {"number": 1, "period": world.period.pk, "date": "2026-10-13", "attempt": 1}
    head |= {"teacher": world.teacher2.employee.pk}
    rows = {"parts-0-id": exam.parts.get().pk, "parts-0-course": world.course.pk}
    rows |= {"members-0-id": chair.pk, "members-0-employee": chair.employee_id}
    rows |= {"members-0-post": "chair"}
    for name in ("parts", "members"):
        rows |= {f"{name}-{count}_FORMS": 1 for count in ("TOTAL", "INITIAL")}
        rows[f"{name}-0-sheet"] = exam.pk
    told = {"student": thesis.student_id, "supervisor": thesis.supervisor_id}
    told |= {"year": world.year.pk, "kind": "work", "origin": "college"}
    client = client_of(world.teacher)
    for row, data in (
        (exam, own | head | rows),
        (thesis, own | told | {"topic": "Сеть колледжа"}),
    ):
        url = reverse(f"admin:journal_{row._meta.model_name}_change", args=[row.pk])
        answer = client.post(url, data)
        assert answer.status_code == 302, answer.context["errors"]
        row.refresh_from_db()
    assert (exam.teacher, thesis.topic) == (world.teacher2.employee, "Сеть колледжа")
    # Whoever neither stands there nor teaches is out of reach.
    head["teacher"] = world.hr.employee.pk
    url = reverse("admin:journal_sheet_change", args=[exam.pk])
    assert client.post(url, own | head | rows).status_code == 200


def test_a_draft_made_by_mistake_is_taken_away_until_it_says_something(
    world, exam, client_of, wrote
):
    SheetMember.objects.create(sheet=exam, employee=world.deputy.employee, post="chair")
    url = reverse("admin:journal_sheet_delete", args=[exam.pk])
    client = client_of(world.teacher)
    wrote(world.teacher, exam, world.students[0], "5")
    assert "сначала очистите их" in client.get(url).content.decode()
    client.post(url, {"post": "yes"})
    assert Sheet.objects.exists()
    wrote(world.teacher, exam, world.students[0], "", old="5")
    assert client_of(world.curator).post(url, {"post": "yes"}).status_code == 403
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert not Sheet.objects.exists()
    assert Sheet.history.first().history_user == world.teacher


def test_all_sheets_of_a_session_are_made_by_one_button(world, client_of):
    url, asked = reverse("admin:journal_sheet_due"), {"period": world.period.pk}
    office, teacher = client_of(world.deputy), client_of(world.teacher)
    lacking = [one for one in due_sheets(world.teacher, world.period) if not one.sheet]
    assert f"Создать все: {len(lacking)}" in teacher.get(url, asked).content.decode()
    teacher.post(url, asked | {"key": "every"})
    assert Sheet.objects.count() == len(lacking) > 1
    assert all(one.sheet for one in due_sheets(world.teacher, world.period))
    every = due_sheets(world.deputy, world.period)
    page = office.post(url, asked | {"key": "every"}, follow=True).content.decode()
    assert f"Создано ведомостей: {len(every) - len(lacking)}." in page
    assert Sheet.objects.count() == len(every) > len(lacking)
    assert "Создать все" not in page
    office.post(url, asked | {"key": "every"})
    assert Sheet.objects.count() == len(every)
    listed = office.get(reverse("admin:journal_sheet_changelist")).content.decode()
    assert str(world.course.discipline) in listed
    assert office.post(url, {"key": "every", "period": "x"}).status_code in (302, 400)


def test_the_row_of_a_sheet_says_its_day_and_takes_another(world, client_of):
    client, url = client_of(world.teacher), reverse("admin:journal_sheet_due")
    due = next(one for one in due_sheets(world.teacher, world.period) if not one.event)
    page = client.get(url, {"period": world.period.pk}).content.decode()
    assert f'form="make-{due.key}" value="2026-10-14" min="2026-09-01"' in page
    asked = {"period": world.period.pk, "group": due.group.pk, "key": due.key}
    page = client.post(url, asked | {"date": "2026-08-31"}, follow=True)
    assert "Дата ведомости — от 01.09.2026 до 28.02.2027." in page.content.decode()
    assert client.post(url, asked | {"date": "скоро"}).status_code == 400
    assert not Sheet.objects.exists()
    client.post(url, asked | {"date": "2026-10-12"})
    assert Sheet.objects.get().date == date(2026, 10, 12)
    ahead = due_sheets(world.deputy, world.next_period)
    assert {one.date for one in ahead} <= {world.next_period.first_day}
