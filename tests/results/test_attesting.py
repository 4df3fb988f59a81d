"""Sheets of attestation: made in one action, written, signed, retaken, annulled."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from admin_customizations.admin.results.attesting import lines_of
from journal.domain.archive.closing import close_period
from journal.domain.control.requests import ask_result, decide
from journal.domain.results.admission import proposed_out
from journal.domain.results.debts import read_debts
from journal.domain.results.due import late_sheets
from journal.domain.results.making import due_sheet, due_sheets, make_sheet
from journal.domain.results.official import read_official
from journal.domain.results.past import past_of_sheet
from journal.domain.results.retakes import open_retake, owing_on
from journal.domain.results.sheets import (
    annul_sheet,
    open_sheet,
    set_points,
    sign_sheet,
)
from journal.domain.results.writing import ResultChange, roster_of, write_results
from journal.models import (
    Course,
    Discipline,
    ExamEvent,
    ExamMember,
    Exemption,
    Result,
    SheetMember,
)
from journal.reports.results.papers import sheet_table
from tests.results.signing import filled, signed


def test_a_sheet_is_made_once_with_the_next_number_of_the_year(world, exam):
    assert (exam.kind, exam.number, exam.teacher) == (
        "exam",
        "1",
        world.teacher.employee,
    )
    found = due_sheets(world.teacher, world.period)
    assert [(one.kind, one.sheet and one.sheet.pk) for one in found] == [
        ("exam", None),  # История
        ("exam", exam.pk),
    ]
    with pytest.raises(
        ValidationError, match="уже есть: Экзаменационная ведомость № 1"
    ):
        open_sheet(world.teacher, "exam", [world.course], date=world.today)
    other = open_sheet(
        world.teacher_elsewhere, "exam", [world.course_elsewhere], date=world.today
    )
    assert other.number == "2"


def test_signing_moves_nobody_in_the_list_nor_on_the_paper(world, exam):
    """Ё stands after Е in a draft; in the frozen names too."""
    draft = [line.name for line in lines_of(exam)]
    assert any(name.startswith("Ё") for name in draft[1:])
    sheet = signed(world.teacher, exam, "5 4 3 5 4 3")
    assert [line.name for line in lines_of(sheet)] == draft
    assert [row[1] for row in sheet_table(sheet).rows] == draft


@pytest.mark.parametrize("name", ["curator", "teacher2", "dispatcher"])
def test_only_who_may_makes_a_sheet(world, name):
    key = f"course-{world.course.pk}-exam"
    with pytest.raises(PermissionDenied):
        due_sheet(world.people[name], world.period, key, world.group.pk)


def test_day_and_commission_come_of_the_session(world):
    event = ExamEvent.objects.create(
        group=world.group,
        course=world.course,
        kind="exam",
        date=world.today - timedelta(days=1),
        starts_at="09:00",
        ends_at="11:00",
        teacher=world.teacher2.employee,
    )
    ExamMember.objects.create(event=event, employee=world.deputy.employee, post="chair")
    key = f"course-{world.course.pk}-exam"
    sheet = make_sheet(
        world.deputy, due_sheet(world.deputy, world.period, key, world.group.pk)
    )
    assert (sheet.date, sheet.teacher) == (event.date, world.teacher2.employee)
    assert sheet.members.get().post == "chair"


@pytest.mark.parametrize(
    ("kind", "school", "new", "status"),
    [
        ("credit", False, "з", 200),
        ("credit", False, "5", 400),
        ("credit", True, "з", 400),
        ("credit", True, "5", 200),
        ("exam", False, "з", 400),
        ("exam", False, "н/а", 400),
        ("exam", False, "absent", 200),
        ("term", False, "absent", 400),
        ("term", False, "осв", 200),
    ],
)
def test_each_kind_has_its_scale(world, wrote, kind, school, new, status):
    world.institution.kind = "school" if school else "college"
    world.institution.save()
    sheet = open_sheet(world.teacher, kind, [world.course], date=world.today)
    answer = wrote(world.teacher, sheet, world.students[0], new, "standing")
    assert answer.status == status, answer.message


def test_points_bring_the_mark_of_the_table(world, wrote):
    sheet = open_sheet(
        world.deputy,
        "demo_exam",
        [],
        group=world.group,
        period=world.period,
        date=world.today,
        title="Демонстрационный экзамен",
        points_most=50,
    )
    marks = {}
    for student, points in zip(
        world.students, ("9,99", "10", "19,5", "35", "50"), strict=True
    ):
        assert wrote(world.deputy, sheet, student, points, "points").status == 200
        marks[points] = Result.objects.get(student=student).mark
    assert marks == {"9,99": "2", "10": "3", "19,5": "3", "35": "5", "50": "5"}
    assert wrote(world.deputy, sheet, world.mover, "50,5", "points").status == 400


def test_before_its_day_nothing_is_written(world, wrote):
    sheet = open_sheet(
        world.teacher, "exam", [world.course], date=world.today + timedelta(days=1)
    )
    answer = wrote(world.teacher, sheet, world.students[0], "5")
    assert (answer.status, answer.code) == (400, "early")


def test_of_whoever_is_exempt_no_result_is_due(world, exam):
    first = world.students[0]
    Exemption.objects.create(
        student=first,
        course=world.course,
        kind="recredit",
        mark="5",
        document="справка",
        start=world.today - timedelta(days=5),
    )
    changes = [
        ResultChange(student, "mark", "", "4")
        for student in roster_of(exam)
        if student != first.pk
    ]
    write_results(world.teacher, exam.pk, changes)
    sheet = sign_sheet(world.teacher, exam.pk)
    assert sheet.heading["freed"] == [["Абрамова Дарья Олеговна", "п5"]]
    assert sheet.results.count() == 5


def test_not_admitting_is_proposed_and_not_written(world, exam):
    term = open_sheet(world.teacher, "term", [world.course], date=world.today)
    signed(world.teacher, term, "н/а 4 4 4 4 4")
    students = list(roster_of(exam))
    assert proposed_out(exam, students) == {world.students[0].pk: "н/а за период"}
    assert exam.results.count() == 0


def test_a_retake_is_for_those_who_owe_and_takes_the_debt_away(world, exam):
    sheet = signed(world.teacher, exam, "5 2 absent 4 4 4")
    everything = Result.objects.all()
    assert [one.name for one in read_debts(everything, world.today)] == list(
        owing_on(sheet).values()
    )
    retake = open_retake(world.teacher, sheet, world.today)
    assert (retake.attempt, retake.retakes, retake.number) == (2, sheet, "2")
    assert list(roster_of(retake)) == list(owing_on(sheet) or roster_of(retake))
    with pytest.raises(ValidationError, match="никто не должен"):
        open_retake(world.teacher, sheet, world.today)  # all stand on the open one
    signed(world.teacher, retake, "3 2")
    (debt,) = read_debts(everything, world.today)
    assert [one.mark or one.status for one in debt.attempts] == ["absent", "2"]
    assert (debt.since, debt.title, debt.group) == (world.today, "Математика", "2-ИС")


def test_a_second_retake_needs_a_commission_and_there_is_no_third(world, exam):
    sheet = signed(world.teacher, exam, "2 5 5 5 5 5")
    signed(world.teacher, open_retake(world.teacher, sheet, world.today), "2")
    third = open_retake(world.teacher, sheet, world.today)
    assert third.attempt == 3
    filled(world.teacher, third, "2")
    with pytest.raises(ValidationError, match="Нужна комиссия"):
        sign_sheet(world.teacher, third.pk)
    for user, post in ((world.deputy, "chair"), (world.teacher2, "member")):
        SheetMember.objects.create(sheet=third, employee=user.employee, post=post)
    sign_sheet(world.teacher, third.pk)
    with pytest.raises(ValidationError, match="Обе пересдачи использованы"):
        open_retake(world.teacher, sheet, world.today)


def test_a_retake_comes_after_its_sheet_before_a_commission_of_different_people(
    world, exam
):
    sheet = signed(world.teacher, exam, "2 5 5 5 5 5")
    with pytest.raises(ValidationError, match="раньше самой аттестации"):
        open_retake(world.teacher, sheet, world.today - timedelta(days=1))
    twice = [
        SheetMember(employee=world.teacher2.employee, post=post)
        for post in ("chair", "member")
    ]
    with pytest.raises(ValidationError, match="в комиссии дважды"):
        open_retake(world.teacher, sheet, world.today, members=twice)
    assert not sheet.retaken_by.exists()


def test_a_good_reason_spends_no_attempt(world, exam, wrote):
    filled(world.teacher, exam, "absent 5 5 5 5 5")
    wrote(world.teacher, exam, world.students[0], "1", "excused")
    sheet = sign_sheet(world.teacher, exam.pk)
    retake = open_retake(world.teacher, sheet, world.today, [world.students[0].pk])
    assert retake.attempt == 2
    signed(world.teacher, retake, "2")
    assert open_retake(world.teacher, sheet, world.today).attempt == 2


def test_a_retake_goes_on_after_the_results_are_closed(world, exam):
    sheet = signed(world.teacher, exam, "2 5 5 5 5 5")
    close_period(world.period, "results", world.deputy)
    signed(world.teacher, open_retake(world.teacher, sheet, world.today), "4")
    with pytest.raises(ValidationError, match="Итоги периода закрыты"):
        open_sheet(world.teacher2, "credit", [world.course2], date=world.today)


def test_an_annulled_sheet_gives_nothing_and_makes_room(world, exam):
    sheet = signed(world.teacher, exam, "2 5 5 5 5 5")
    with pytest.raises(PermissionDenied):
        annul_sheet(world.teacher, sheet.pk, "ошибка")
    retake = open_retake(world.teacher, sheet, world.today)
    with pytest.raises(ValidationError, match="стоит пересдача"):
        annul_sheet(world.deputy, sheet.pk, "ошибка в дате")
    signed(world.teacher, retake, "3")
    annul_sheet(world.deputy, retake.pk, "не та дата")
    annul_sheet(world.deputy, sheet.pk, "ошибка в дате")
    assert read_official([world.course.pk]) == {}
    again = open_sheet(world.teacher, "exam", [world.course], date=world.today)
    assert again.number == "3"


def test_who_left_the_list_is_taken_off_at_signing(world, exam, wrote):
    wrote(world.teacher, exam, world.mover, "5")
    span = world.mover.memberships.get(group=world.group)
    span.end = world.today
    span.save()
    sheet = signed(world.teacher, exam, "4 4 4 4 4")
    assert not sheet.results.filter(student=world.mover).exists()
    assert Result.history.filter(student=world.mover, history_type="-").exists()


@pytest.mark.parametrize(("days", "count"), [(3, 0), (4, 1)])
def test_a_sheet_is_late_after_the_days_of_the_institution(world, days, count):
    open_sheet(
        world.teacher,
        "exam",
        [world.course],
        date=world.today - timedelta(days=days),
        teacher=world.teacher.employee,
    )
    for user in (world.teacher, world.department_head, world.deputy):
        assert late_sheets(user, world.today, 3).count() == count
    assert late_sheets(world.curator, world.today, 3).count() == 0


def test_what_is_due_costs_the_same_for_many_courses(world, django_assert_num_queries):
    due_sheets(world.deputy, world.period)
    with django_assert_num_queries(6):
        due_sheets(world.deputy, world.period)
    for number in range(30):
        Course.objects.create(
            group=world.group,
            period=world.period,
            discipline=Discipline.objects.create(name=f"Дисциплина {number}"),
            attestation_form="credit",
        )
    with django_assert_num_queries(6):
        assert len(due_sheets(world.deputy, world.period)) == 35


def test_the_table_of_points_stands_once_points_do(world):
    sheet = open_sheet(world.deputy, "exam", [world.course], date=world.today)
    table = {"3": 20, "4": 40, "5": 70}
    set_points(sheet, 100, table)
    student = world.students[1].pk
    for new, status in (("1_0", 400), ("1e2", 400), ("45", 200)):
        (answer,) = write_results(
            world.deputy, sheet.pk, [ResultChange(student, "points", "", new)]
        )
        assert answer.status == status, new
    assert sheet.results.get(student=student).mark == "4"
    for field, new in (("mark", "5"), ("status", "absent")):
        old = "4" if field == "mark" else ""
        change = ResultChange(student, field, old, new)
        (answer,) = write_results(world.deputy, sheet.pk, [change])
        assert (answer.status, answer.code) == (400, "points")
    set_points(sheet, 100, table)
    for most, other in ((50, table), (100, table | {"5": 95})):
        with pytest.raises(ValidationError, match="уберите баллы"):
            set_points(sheet, most, other)


def test_points_that_gave_another_mark_go_when_the_mark_is_corrected(world, exam):
    """60 % are «4» by the table; the points stand on in the history alone."""
    set_points(exam, 50, {"3": 20, "4": 40, "5": 70})
    changes = [ResultChange(one, "points", "", "30") for one in roster_of(exam)]
    write_results(world.teacher, exam.pk, changes)
    result = sign_sheet(world.teacher, exam.pk).results.first()
    request = ask_result(world.teacher, result, "5", "Апелляция")
    assert decide(world.deputy, [request.pk], True)[0].is_done
    result.refresh_from_db()
    assert (result.mark, result.points) == ("5", None)
    said = {(one.what, one.old, one.new) for one in past_of_sheet(exam)}
    assert ("баллы", "30.00", "") in said


def test_points_give_no_mark_that_a_sheet_does_not_know(world, client_of):
    table = {"3": 20, "4": 40, "5": 70}
    for kind in ("credit", "term"):
        sheet = open_sheet(world.deputy, kind, [world.course], date=world.today)
        with pytest.raises(ValidationError, match="нет отметок"):
            set_points(sheet, 100, table)
        url = reverse("admin:journal_sheet_points", args=[sheet.pk])
        assert client_of(world.deputy).get(url).status_code == 403


def test_a_course_work_and_an_exam_of_one_course_stand_apart(world):
    for kind, mark in (("exam", "3"), ("coursework", "5")):
        sheet = open_sheet(
            world.deputy,
            kind,
            [world.course],
            date=world.today,
            teacher=world.teacher.employee,
        )
        changes = [
            ResultChange(student, "standing", "", mark) for student in roster_of(sheet)
        ]
        write_results(world.deputy, sheet.pk, changes)
        sign_sheet(world.deputy, sheet.pk)
    stages = read_official([world.course.pk])[world.students[1].pk, world.course.pk]
    said = {stage: one.mark for stage, one in stages.items()}
    assert said == {"attestation": "3", "coursework": "5"}
    Course.objects.filter(pk=world.course.pk).update(attestation_form="coursework")
    stages = read_official([world.course.pk])[world.students[1].pk, world.course.pk]
    assert set(stages) == {"attestation"}  # nothing else ends it
