"""A complex form: one mark for several courses, from the office's page to the diary."""

import json

import pytest
from django.urls import reverse

from journal.domain.results.making import due_sheets
from journal.domain.results.official import read_official
from journal.domain.results.writing import roster_of
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Course,
    Curriculum,
    PlanItem,
    Sheet,
)
from journal.reports.registry import REPORTS
from journal.reports.results.papers import sheet_table

DUE = reverse("admin:journal_sheet_due")
ADD = reverse("admin:journal_sheet_add")


@pytest.fixture
def form(world):
    """КДЗ-1 over mathematics (of the teacher) and the practice (of the master)."""
    plan = Curriculum.objects.create(name="План", admission_year=2025)
    form = ComplexForm.objects.create(
        curriculum=plan, name="КДЗ-1", semester=3, form="diff_credit"
    )
    for course in (world.course, world.practice):
        item = PlanItem.objects.create(
            curriculum=plan, discipline=course.discipline, kind="discipline"
        )
        ComplexFormPart.objects.create(complex_form=form, item=item)
        course.plan_item, course.semester = item, 3
        course.save()
    # Its own form of attestation may stand in the plan on one of the rows alone.
    Course.objects.filter(pk=world.practice.pk).update(attestation_form="")
    return form


def page(client, name: str, *args, **asked) -> str:
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_office_makes_writes_signs_and_everybody_reads_it(world, form, client_of):
    names = f"КДЗ-1: {world.course.discipline}, {world.practice.discipline}"
    key = f"complex-{form.pk}-{world.group.pk}"
    asked = {"period": world.period.pk, "group": world.group.pk, "key": key}
    teacher = client_of(world.teacher)
    seen = page(teacher, "admin:journal_sheet_due")
    assert names in seen and "создаёт учебная часть" in seen and key not in seen
    assert teacher.post(DUE, asked).status_code == 403
    office = client_of(world.department_head)
    assert names in page(office, "admin:journal_sheet_due")
    made = office.post(DUE, asked)
    sheet = Sheet.objects.get(kind="complex_credit")
    assert made["Location"] == reverse("admin:journal_sheet_fill", args=[sheet.pk])
    rows = [
        {"s": student, "f": "mark", "o": "", "n": mark}
        for student, mark in zip(roster_of(sheet), "544253", strict=True)
    ]
    body = json.dumps({"changes": rows, "reason": ""})
    # Who teaches one of its courses writes the marks too.
    written = teacher.post(made["Location"], body, content_type="application/json")
    assert written.status_code == 200, written.content.decode()
    office.post(reverse("admin:journal_sheet_sign", args=[sheet.pk]))
    sheet.refresh_from_db()
    assert sheet.state == "signed"
    paper = sheet_table(sheet)
    assert paper.title == "Ведомость комплексного дифференцированного зачёта № 1"
    assert "КДЗ-1" in paper.lines
    assert [name for post, name in paper.signatures if post == "Преподаватель"] == [
        "Жданов Л. Б.",
        "Цветков Ю. Ф.",
    ]
    assert any(
        line.startswith("Дисциплины: ") and str(world.practice.discipline) in line
        for line in paper.lines
    )
    printed = office.get(reverse("admin:journal_sheet_print_paper", args=[sheet.pk]))
    assert printed.content.startswith(b"%PDF-")
    # Whoever may make the sheet makes its retake; the others are offered none.
    for client, may in ((office, True), (teacher, False)):
        assert (
            "Пересдача</a>" in page(client, "admin:journal_sheet_fill", sheet.pk)
        ) == may
    _is_read(world, client_of, sheet)


def _is_read(world, client_of, sheet):
    """Debts, R5, the page of the term and the diary have the mark twice."""
    both = (world.course, world.practice)
    marks = read_official([course.pk for course in both])
    first, owing = world.students[0].pk, list(roster_of(sheet))[3]
    assert {marks[first, one.pk]["attestation"].mark for one in both} == {"5"}
    debts = page(client_of(world.department_head), "admin:journal_debtmeasure_debts")
    assert "Студентов: 1, долгов: 2" in debts
    assert all(f"{owing}-{one.pk}" in debts for one in both)
    report = REPORTS["attestation"]
    answers = report.form(world.deputy)
    assert answers.answer({"group": str(world.group.pk)}) and answers.is_valid()
    table = report.build(answers.params())
    keys = [column.key for column in table.columns]
    row = next(iter(table.rows))
    assert [row[keys.index(str(one.pk))] for one in both] == [5, 5]
    term = page(
        client_of(world.teacher),
        "admin:journal_course_results",
        world.course.pk,
        "term",
    )
    assert "Экзамен, зачёт" in term
    diary = client_of(world.student)
    assert page(diary, "diary:results").count("комплексный дифф. зачёт") == 2
    assert page(diary, "diary:marks").count("комплексный дифф. зачёт: ") == 2


def test_a_complex_credit_without_a_mark_says_so(world, form):
    ComplexForm.objects.update(form="credit")
    found = {one.kind: one for one in due_sheets(world.deputy, world.period)}
    assert found["complex_credit"].kind_title == "Ведомость комплексного зачёта"


@pytest.mark.parametrize(
    ("name", "kind", "courses", "said"),
    [
        ("deputy", "complex_exam", "course", "два курса или больше"),
        ("deputy", "complex_exam", "course course_elsewhere", "курс другой группы"),
        ("deputy", "exam", "course course2", "Курс в такой ведомости один"),
        ("deputy", "exam", "", "Добавьте курс"),
        ("deputy", "state_exam", "", "Напишите название"),
        ("teacher", "complex_exam", "course handed_over", ""),
        ("curator", "exam", "course", None),
        ("deputy", "complex_exam", "course course2", ""),
    ],
)
def test_a_sheet_put_together_by_hand_agrees_with_itself(
    world, client_of, name, kind, courses, said
):
    data = {
        "kind": kind,
        "group": world.group.pk,
        "period": world.period.pk,
        "date": "14.10.2026",
        "teacher": world.teacher.employee.pk,
        "attempt": 1,
        "parts-TOTAL_FORMS": len(courses.split()),
        "parts-INITIAL_FORMS": 0,
        "members-TOTAL_FORMS": 0,
        "members-INITIAL_FORMS": 0,
    }
    for place, course in enumerate(courses.split()):
        data[f"parts-{place}-course"] = getattr(world, course).pk
    client = client_of(world.people[name])
    if said is not None:
        early = client.post(ADD, data | {"date": "31.08.2026"})
        assert "Период начинается 01.09.2026." in early.content.decode()
    answer = client.post(ADD, data)
    if said is None:
        assert answer.status_code == 403
    elif said:
        assert answer.status_code == 200 and said in answer.content.decode()
    else:
        assert answer.status_code == 302, answer.content.decode()
        sheet = Sheet.objects.get()
        assert (sheet.number, sheet.parts.count()) == ("1", 2)
        again = client.post(ADD, data)
        assert "Такая ведомость уже есть" in again.content.decode()
    assert Sheet.objects.count() == (said == "")
