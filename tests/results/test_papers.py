"""A sheet on paper: marks in words, totals, and nothing that changes after signing."""

import pytest

from journal.domain.results.sheets import annul_sheet, open_sheet, sign_sheet
from journal.domain.results.writing import ResultChange, roster_of, write_results
from journal.models import SheetMember, Thesis
from journal.reports.results.papers import in_words, sheet_table
from journal.reports.writers import render


@pytest.fixture
def exam(world):
    """A signed exam sheet: 5, 4, 3, 2, не явился, не допущен."""
    sheet = open_sheet(
        world.teacher,
        "exam",
        [world.course],
        date=world.today,
        teacher=world.teacher.employee,
    )
    marks = ("5", "4", "3", "2", "absent", "not_admitted")
    changes = [
        ResultChange(student, "standing", "", mark)
        for student, mark in zip(roster_of(sheet), marks, strict=True)
    ]
    first = changes[0].student
    changes.append(ResultChange(first, "ticket", "", "17"))
    write_results(world.teacher, sheet.pk, changes)
    return sign_sheet(world.teacher, sheet.pk)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "ноль"),
        (5, "пять"),
        (11, "одиннадцать"),
        (20, "двадцать"),
        (25, "двадцать пять"),
        (100, "сто"),
        (119, "сто девятнадцать"),
        (240, "двести сорок"),
        (999, "девятьсот девяносто девять"),
    ],
)
def test_numbers_are_said_in_words(number, words):
    assert in_words(number) == words


def test_marks_and_totals_stand_in_figures_and_words(exam):
    table = sheet_table(exam)
    assert table.title == "Экзаменационная ведомость № 1"
    assert table.rows[0] == [1, "Абрамова Дарья Олеговна", "17", "5 (отлично)", ""]
    assert [row[3] for row in table.rows[1:]] == [
        "4 (хорошо)",
        "3 (удовлетворительно)",
        "2 (неудовлетворительно)",
        "не явился",
        "не допущен",
    ]
    assert table.notes[0] == (
        "Допущено: 5 (пять), отлично: 1 (один), хорошо: 1 (один), удовлетворительно: 1"
        " (один), неудовлетворительно: 1 (один), не явились: 1 (один), не сдавали: 0"
        " (ноль), не допущены: 1 (один)"
    )
    assert ("Преподаватель", "Жданов Л. Б.") in table.signatures
    assert ("Заведующий отделением", "Юдин Р. О.") in table.signatures
    assert "Дисциплина: Математика (72 ч)" in table.lines


def test_a_signed_paper_changes_with_nothing(world, exam):
    """Group, discipline, student, teacher, institution and hours become others."""
    before = sheet_table(exam)
    for row, name, value in (
        (world.group, "name", "3-ИС"),
        (world.group, "course_year", 3),
        (world.course.discipline, "name", "Высшая математика"),
        (world.course, "hours", 99),
        (world.students[0], "last_name", "Новикова"),
        (world.teacher.employee, "last_name", "Петров"),
        (world.institution, "name", "Академия"),
        (world.department, "name", "Отделение"),
    ):
        setattr(row, name, value)
        row.save()
    world.students[4].memberships.update(end=world.today)
    exam.refresh_from_db()
    after = sheet_table(type(exam).objects.get(pk=exam.pk))
    for name in ("title", "issuer", "lines", "rows", "notes", "signatures"):
        assert getattr(after, name) == getattr(before, name), name


def test_it_is_written_as_pdf_and_xlsx(exam):
    table = sheet_table(exam)
    assert render(table, "pdf").startswith(b"%PDF-")
    assert render(table, "xlsx").startswith(b"PK")


def test_a_draft_and_an_annulled_sheet_say_what_they_are(world, exam):
    annulled = annul_sheet(world.deputy, exam.pk, "не та группа")
    assert sheet_table(annulled).warnings == ["АННУЛИРОВАНА. не та группа"]
    draft = open_sheet(world.teacher, "exam", [world.course], date=world.today)
    table = sheet_table(draft)
    assert table.warnings == ["Проект: ведомость не подписана"]
    assert len(table.rows) == 6


def test_a_protocol_of_a_defence_has_topics_and_the_commission(world):
    sheet = open_sheet(
        world.deputy,
        "defence",
        [],
        group=world.group,
        period=world.period,
        date=world.today,
        title="Дипломные проекты",
        members=[
            SheetMember(name="Иванов И. И., АО «Связь»", post="chair"),
            SheetMember(employee=world.teacher.employee, post="member"),
        ],
    )
    for student in world.students:
        Thesis.objects.create(
            student=student,
            group=world.group,
            year=world.year,
            topic=f"Сеть {student.last_name}",
            supervisor=world.teacher.employee,
        )
    changes = [ResultChange(one, "mark", "", "5") for one in roster_of(sheet)]
    write_results(world.deputy, sheet.pk, changes)
    sheet = sign_sheet(world.deputy, sheet.pk)
    Thesis.objects.update(topic="другая")
    table = sheet_table(sheet)
    assert table.title == "Протокол защиты выпускных квалификационных работ № 1"
    assert table.rows[0][2] == "Сеть Абрамова"
    assert table.signatures == [
        ("Председатель", "Иванов И. И., АО «Связь»"),
        ("Член комиссии", "Жданов Л. Б."),
    ]
