"""Term, year and final marks: what is proposed, how it is given, who may."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from journal.domain.results import Span, studied
from journal.domain.results.sheets import open_sheet, sign_sheet
from journal.domain.results.term import (
    TermLine,
    due_of,
    proposed_over,
    read_term,
    sign_term,
    write_term,
)
from journal.domain.results.writing import ResultChange, write_results
from journal.models import Exemption, Institution, Mark, Result, Sheet, Task
from tests import cast


@pytest.fixture
def rules(world):
    return Institution.objects.get()


def marks(world, course, student, *values, kind="answer", since=-20):
    """Marks of one student, each in a lesson of its own."""
    for place, value in enumerate(values):
        teacher = course.teachers.first().employee
        lesson = cast.lesson(
            world, course, since + place, None, "teacher", teacher=teacher
        )
        task = Task.objects.create(lesson=lesson, number=1, kind=getattr(world, kind))
        Mark.objects.create(task=task, student=student, value=value)


def draft(world, kind) -> Sheet:
    """An empty sheet of the course, today."""
    courses, examiner = [world.course], world.teacher.employee
    return open_sheet(world.teacher, kind, courses, date=world.today, teacher=examiner)


def line_of(page, student) -> TermLine:
    return next(one for one in page.lines if one.student == student.pk)


def fill(world, course, stage, **values):
    """Everybody of the group has a «4», but for those named by last name."""
    page = read_term(course, stage, Institution.objects.get())
    changes = [
        ResultChange(
            one.student, "mark", one.mark, values.get(one.name.split()[0], "4")
        )
        for one in page.lines
    ]
    outcomes = write_term(world.teacher, course, stage, changes)
    assert {one.status for one in outcomes} == {200}


def test_proposals_follow_weights_thresholds_and_counts(world, rules):
    """Абрамова 5·1 + 4·3 (cast) and 4 4: 25/6 = 4,17; Быков 3 (cast), 3 4: 3,33;
    Ёжиков 2·3 (cast) alone: «н/а»; Ершов is exempt, Чайкина recredited with a 5."""
    first, second, _, fourth, fifth = world.students
    marks(world, world.course, first, "4", "4")
    marks(world, world.course, second, "3", "4", since=-18)
    for student, kind, mark in ((fourth, "exempt", ""), (fifth, "recredit", "5")):
        Exemption.objects.create(
            student=student,
            course=world.course,
            kind=kind,
            mark=mark,
            document="приказ",
            start=world.year.start,
        )
    page = read_term(world.course, "term", rules)
    assert [
        (one.name.split()[0], one.average, one.count, one.missed, one.tag, one.proposed)
        for one in page.lines
    ] == [
        ("Абрамова", Decimal("4.17"), 4, 0, "", "4"),
        ("Быков", Decimal("3.33"), 3, 0, "", "3"),
        ("Ершов", None, 0, 0, "осв.", "осв"),
        ("Ёжиков", None, 1, 2, "", "н/а"),
        ("Чайкина", None, 0, 0, "п5", "5"),
        ("Яшин", None, 0, 0, "", "н/а"),
    ]


def test_nothing_is_proposed_before_anybody_has_a_mark(world, rules):
    page = read_term(world.practice, "term", rules)
    assert {one.proposed for one in page.lines} == {""}


def test_a_credit_is_proposed_as_a_credit(world, rules):
    first, second, *_ = world.students
    marks(world, world.course2, first, "3", "3")  # and a 4 of the cast: 3,33
    marks(world, world.course2, second, "2", "2", "3", since=-18)
    page = read_term(world.course2, "term", rules)
    assert [line_of(page, one).proposed for one in (first, second)] == ["з", "х"]
    rules.kind = "school"
    page = read_term(world.course2, "term", rules)
    assert [line_of(page, one).proposed for one in (first, second)] == ["3", "2"]


@pytest.mark.parametrize(
    ("proposed", "average", "mark", "exam", "far"),
    [
        ("4", "4.17", "4", "", False),
        ("4", "4.17", "5", "", False),
        ("4", "4.17", "3", "", True),
        ("4", "3.50", "5", "", True),
        ("3", "3.49", "4", "", False),
        ("3", "3.00", "4", "", True),
        ("3", "3.00", "4", "4", False),
        ("н/а", None, "4", "", True),
        ("4", "4.00", "н/а", "", True),
        ("4", "4.00", "з", "", False),
        ("2", "2.10", "з", "", True),
        ("4", "4.00", "х", "", True),
        ("", None, "4", "", False),
        ("4", "4.00", "", "", False),
    ],
)
def test_a_whole_step_needs_its_reason(proposed, average, mark, exam, far):
    line = TermLine(1, "Ёжиков", average and Decimal(average))
    line.proposed, line.mark, line.exam = proposed, mark, exam
    assert line.needs_reason is far


@pytest.mark.parametrize(
    ("marks", "stage", "proposed"),
    [
        (["4", "5"], "year", "5"),  # 4,50
        (["3", "4"], "year", "4"),  # 3,50
        (["2", "3"], "year", "3"),
        (["5", ""], "year", "5"),
        (["5", ""], "final", ""),
        (["з", "з"], "year", "з"),
        (["з", "х"], "year", "х"),
        (["з", "5"], "final", "5"),
        (["х", "5"], "final", "2"),
        (["н/а", "5"], "year", "н/а"),
        (["осв", "4"], "year", "4"),
        (["осв", "осв"], "year", "осв"),
        ([], "year", ""),
        (["", ""], "year", ""),
    ],
)
def test_marks_over_several_terms(marks, stage, proposed):
    assert proposed_over(marks, stage, Institution())[0] == proposed


def test_the_day_is_so_many_days_before_the_end(world, rules):
    assert (world.period.last_day - due_of(world.period, rules)).days == 2
    rules.term_marks_days = 5
    assert (world.period.last_day - due_of(world.period, rules)).days == 5


def test_one_sheet_is_begun_and_signed_once(world, rules):
    fill(world, world.course, "term")
    fill(world, world.course, "term", Быков="5")
    sheet = Sheet.objects.get()
    assert (sheet.kind, sheet.teacher) == ("term", world.teacher.employee)
    with pytest.raises(ValidationError, match="Объясните отметки"):
        sign_term(world.teacher, world.course, "term")
    for one in read_term(world.course, "term", rules).lines:
        note = ResultChange(one.student, "note", "", "устный опрос 12.10")
        write_term(world.teacher, world.course, "term", [note])
    sign_term(world.teacher, world.course, "term")
    page = read_term(world.course, "term", rules)
    assert page.is_signed and line_of(page, world.students[1]).mark == "5"
    again = ResultChange(world.students[0].pk, "mark", "4", "5")
    outcome = write_term(world.teacher, world.course, "term", [again])[0]
    assert (outcome.status, outcome.code) == (403, "signed")


def test_nothing_is_given_before_it_is_typed(world):
    with pytest.raises(ValidationError, match="Отметок ещё нет"):
        sign_term(world.teacher, world.course, "term")
    assert not Result.objects.exists()


def test_a_stranger_begins_no_sheet(world):
    change = ResultChange(world.students[0].pk, "mark", "", "5")
    for name in ("teacher2", "curator", "student"):
        with pytest.raises(PermissionDenied):
            write_term(world.people[name], world.course, "term", [change])
    assert not Sheet.objects.exists()


def test_marks_of_a_former_group_stand_apart_and_count_when_asked(world, rules):
    """Яшин: 5 5 4 in 1-ЭК, 4,67; in 2-ИС nothing, «н/а»; together 4,67: «5»."""
    world.course_elsewhere.discipline = world.course.discipline
    world.course_elsewhere.save()
    marks(world, world.course_elsewhere, world.mover, "5", "5", "4", since=-40)
    own = line_of(read_term(world.course, "term", rules), world.mover)
    assert (own.count, own.proposed, own.together) == (0, "н/а", "5")
    assert str(own.elsewhere) == "из группы 1-ЭК: ср. 4,67 (3)"
    both = line_of(read_term(world.course, "term", rules, True), world.mover)
    assert (both.count, both.average, both.proposed) == (3, Decimal("4.67"), "5")
    both.proposed, both.mark = "н/а", "5"
    assert not both.needs_reason  # the marks of the former group are the reason


def test_whoever_missed_the_exam_is_proposed_no_mark_over_it(world, rules):
    """A term mark 4 and no show: «н/а», as R5 says it; a 4 of the exam: 4."""
    absent, *others = world.students
    for kind, missed in (("term", "4"), ("exam", "absent")):
        sheet = draft(world, kind)
        changes = [
            ResultChange(one.pk, "standing", "", missed if one == absent else "4")
            for one in (*world.students, world.mover)
        ]
        answers = write_results(world.teacher, sheet.pk, changes)
        assert {one.status for one in answers} == {200}
        sign_sheet(world.teacher, sheet.pk)
    page = read_term(world.course, "final", rules)
    one, other = (line_of(page, student) for student in (absent, others[0]))
    assert (one.parts, one.proposed) == (["4 (не явился)"], "н/а")
    assert (other.parts, other.proposed) == (["4 (4)"], "4")
    assert line_of(read_term(world.course, "term", rules), absent).exam == "не явился"


def test_whoever_left_stands_apart(world, rules):
    page = read_term(world.course_elsewhere, "term", rules)
    assert [one.name for one in page.left] == ["Яшин Егор Львович"]
    assert world.mover.pk not in {one.student for one in page.lines}


def test_a_certificate_names_the_attestation_before_the_term_mark(world, rules):
    """Current average 4,25; the term mark is 4, the exam a 5; Физика stays current."""
    span = Span(world.group.pk, "2-ИС", world.year.start, None)
    rules.marks_needed = 1
    first = world.students[0]

    def said():
        found = studied(first.pk, [span], world.today, rules)
        return {one.discipline: (one.result, one.is_current) for one in found}

    assert said()["Математика"] == ("4 (хорошо)", True)
    for kind, mark, words in (
        ("term", "3", "3 (удовлетворительно)"),
        ("exam", "5", "5 (отлично)"),
    ):
        sheet = draft(world, kind)
        for student in (*world.students, world.mover):
            change = ResultChange(student.pk, "mark", "", mark)
            assert write_results(world.teacher, sheet.pk, [change])[0].status == 200
        sign_sheet(world.teacher, sheet.pk)
        assert said()["Математика"] == (words, False)
    assert said()["Физика"] == ("4 (хорошо)", True)
