"""Rosters: who is added, who is found, who is asked about; nothing by halves."""

import datetime

import pytest

from journal.models import Group, ImportBatch, Membership, Student
from tests.imports import HEAD, book, counts, look, said, take

SNILS = "112-233-445 95"
ANNA = ["Сомова Анна Львовна", "12.03.2009", SNILS, "8 900 123-45-67"]
IGOR = ["Лосев Игорь Петрович", "01.09.2009", "", ""]


def test_students_are_added_to_the_group_of_the_sheet_from_the_day(world):
    start = datetime.date(2026, 9, 1)
    outcome = take("roster", {"2-ИС": [HEAD, ANNA, IGOR]}, world.office, start=start)
    assert counts(outcome) == (2, 0, 0), said(outcome.obstacles)
    anna = Student.objects.get(snils=SNILS)
    assert (anna.last_name, anna.first_name, anna.middle_name, anna.phone) == (
        "Сомова",
        "Анна",
        "Львовна",
        "+79001234567",
    )
    assert anna.birth_date == datetime.date(2009, 3, 12)
    (seat,) = anna.memberships.all()
    assert (seat.group, seat.start, seat.end) == (world.group, start, None)
    (record,) = anna.history.all()
    assert (record.history_type, record.history_user) == ("+", world.office)
    assert "список.xlsx" in record.history_change_reason
    assert seat.history.get().history_user == world.office
    assert (outcome.batch.by, outcome.batch.added) == (world.office, 2)


def test_without_a_day_students_sit_from_the_first_day_of_the_year(world):
    take("roster", {"2-ИС": [HEAD, ANNA]}, world.office)
    assert Membership.objects.get(student__snils=SNILS).start == world.year.start


def test_the_same_file_again_changes_nothing_and_leaves_no_history(world):
    sheets = {"2-ИС": [HEAD, ANNA, IGOR], "1-ЭК": [HEAD, ["Тихонов Олег", "", "", ""]]}
    take("roster", sheets, world.office)
    told = Student.history.count(), Membership.history.count()
    outcome = take("roster", sheets, world.office)
    assert counts(outcome) == (0, 0, 3)
    assert outcome.batch is None and ImportBatch.objects.count() == 1
    assert (Student.history.count(), Membership.history.count()) == told
    assert len(outcome.matches) == 3


def test_what_the_file_knows_better_is_changed_and_shown_old_and_new(world):
    take("roster", {"2-ИС": [HEAD, ANNA, IGOR]}, world.office)
    newer = ["Лосев Игорь Петрович", "", "", "+7 900 765-43-21"]
    outcome = take("roster", {"2-ИС": [HEAD, newer]}, world.office)
    assert counts(outcome) == (0, 1, 0)
    assert outcome.entries[0].changes == (("телефон", "", "+79007654321"),)
    igor = Student.objects.get(last_name="Лосев")
    assert igor.birth_date == datetime.date(2009, 9, 1)  # an empty cell says nothing
    assert [record.history_type for record in igor.history.all()] == ["~", "+"]


def test_one_bad_row_of_many_and_nothing_is_stored(world):
    bad = ["Белых Яна Юрьевна", "31.02.2009", "112-233-445 96", ""]
    rows = [HEAD, *[[f"Сидоров{'а' * i} Анна", "", "", ""] for i in range(1, 9)], bad]
    before = Student.objects.count(), Student.history.count()
    outcome = take("roster", {"2-ИС": rows}, world.office)
    assert not outcome.is_stored
    assert (Student.objects.count(), Student.history.count()) == before
    assert [(n.row, n.column) for n in outcome.errors] == [
        (10, "B «Дата рождения»"),
        (10, "C «СНИЛС»"),
    ]
    assert "31.02.2009" in outcome.errors[0].reason
    assert "Контрольное число" in outcome.errors[1].reason


def test_a_preview_tells_the_same_and_writes_nothing(world):
    sheets = {"2-ИС": [HEAD, ANNA, IGOR]}
    before = Student.objects.count()
    outcome = look("roster", sheets, world.office)
    assert counts(outcome) == (2, 0, 0) and not outcome.is_stored
    assert Student.objects.count() == before
    assert outcome.fingerprint == take("roster", sheets, world.office).fingerprint


# Groups


def test_a_missing_group_is_one_error_a_sheet_or_created_where_asked(world):
    sheets = {"3-ПК": [HEAD, ANNA, IGOR]}
    outcome = take("roster", sheets, world.office)
    (error,) = outcome.errors
    assert "«3-ПК» нет" in error.reason and "Создать группы" in error.reason
    outcome = take("roster", sheets, world.office, create=True)
    assert counts(outcome) == (2, 0, 0) and outcome.also == {"группы": 1}
    assert Group.objects.get(name="3-ПК").history.count() == 1


def test_a_group_is_known_however_it_is_spelt(world):
    rows = [["ФИО", "Группа"], [ANNA[0], "2 ис"], [IGOR[0], "2-ИC"]]  # a Latin C
    outcome = take("roster", rows, world.office)
    assert counts(outcome) == (2, 0, 0), said(outcome.obstacles)
    assert world.group.memberships.filter(student__last_name="Сомова").exists()


def test_a_sheet_that_names_no_group_asks_for_it(world):
    rows = [HEAD, ANNA]
    (error,) = take("roster", rows, world.office).errors
    assert "какая это группа" in error.reason
    outcome = take("roster", rows, world.office, given={"group": "2-ИС"})
    assert counts(outcome) == (1, 0, 0)


def test_one_list_on_several_sheets_of_a_gradebook_is_one_list(world):
    rows = [["ФИО"], [ANNA[0]], [IGOR[0]]]
    sheets = {"сентябрь": rows, "октябрь": rows}
    outcome = take("roster", sheets, world.office, given={"group": "2-ИС"})
    assert (counts(outcome), outcome.repeats) == ((2, 0, 0), 2)


def test_those_who_left_are_not_loaded(world):
    rows = [["ФИО", "Статус"], [ANNA[0], "Обучается"], [IGOR[0], "Отчислен"]]
    outcome = take("roster", {"2-ИС": rows}, world.office)
    assert counts(outcome) == (1, 0, 0)
    assert "Лосев" in said(outcome.left_out)


# Who is who


def test_a_namesake_in_another_group_is_told_of_and_not_merged(world):
    name = world.students2[1].full_name  # sits in 1-ЭК
    outcome = take("roster", {"2-ИС": [["ФИО"], [name]]}, world.office)
    assert counts(outcome) == (1, 0, 0)
    assert "полный тёзка" in said(outcome.warnings)
    assert Student.objects.filter(last_name=world.students2[1].last_name).count() == 2
    assert world.students2[1].memberships.count() == 1


def test_a_namesake_elsewhere_with_the_same_birthday_is_asked_about(world):
    other = world.students2[1]
    row = [other.full_name, other.birth_date.strftime("%d.%m.%Y")]
    sheets = {"2-ИС": [["ФИО", "Дата рождения"], row]}
    outcome = take("roster", sheets, world.office)
    (question,) = outcome.questions
    assert not outcome.is_stored
    assert "перевод" in question.reason and "группа 1-ЭК" in question.reason
    assert str(question.as_note.row) == "2"
    answers = {("2-ИС", 2): "new"}
    outcome = take("roster", sheets, world.office, answers=answers)
    assert counts(outcome) == (1, 0, 0)


def test_of_two_namesakes_in_the_group_the_person_says_which(world):
    sheets = {"2-ИС": [HEAD, [*IGOR[:3], "+79000000001"], [*IGOR[:3], "+79000000002"]]}
    assert counts(take("roster", sheets, world.office)) == (2, 0, 0)
    assert counts(take("roster", sheets, world.office)) == (0, 0, 2)
    row = {"2-ИС": [HEAD, [*IGOR[:3], "+79000000003"]]}
    outcome = take("roster", row, world.office)
    (question,) = outcome.open_questions
    assert len(question.candidates) == 4 and not outcome.is_stored
    forged = {("2-ИС", 2): str(world.students2[0].pk)}
    outcome = take("roster", row, world.office, answers=forged)
    assert outcome.open_questions and not outcome.is_stored
    second = question.candidates[1][0]
    outcome = take("roster", row, world.office, answers={("2-ИС", 2): second})
    assert counts(outcome) == (0, 1, 0)
    assert Student.objects.get(pk=second).phone == "+79000000003"


def test_a_row_may_be_left_out_by_answer(world):
    sheets = {"2-ИС": [HEAD, IGOR, IGOR]}
    take("roster", sheets, world.office)
    row = {"2-ИС": [HEAD, [*IGOR[:3], "+79000000003"], ANNA]}
    outcome = take("roster", row, world.office, answers={("2-ИС", 2): "skip"})
    assert counts(outcome) == (1, 0, 0), said(outcome.obstacles)


def test_another_birthday_in_the_same_group_is_asked_about(world):
    take("roster", {"2-ИС": [HEAD, IGOR]}, world.office)
    row = [IGOR[0], "02.10.2008", "", ""]
    outcome = take("roster", {"2-ИС": [HEAD, row]}, world.office)
    assert "другой датой рождения" in outcome.open_questions[0].reason


def test_initials_and_a_missing_letter_do_not_spoil_a_full_name(world):
    student = world.students[2]  # Ёжиков Глеб Андреевич
    outcome = take("roster", {"2-ИС": [["ФИО"], ["Ежиков Г.А."]]}, world.office)
    assert counts(outcome) == (0, 0, 1)
    student.refresh_from_db()
    assert student.full_name == "Ёжиков Глеб Андреевич"


def test_a_number_of_somebody_else_renames_nobody(world):
    take("roster", {"2-ИС": [HEAD, ANNA]}, world.office)
    row = ["Попов Денис Олегович", "", SNILS, ""]
    outcome = take("roster", {"2-ИС": [HEAD, row]}, world.office)
    (error,) = outcome.errors
    assert error.column == "C «СНИЛС»" and "Сомова Анна" in error.reason
    married = ["Климова Анна Львовна", "", SNILS, ""]
    outcome = take("roster", {"2-ИС": [HEAD, married]}, world.office)
    assert outcome.entries[0].changes == (("фамилия", "Сомова", "Климова"),)


def test_two_rows_of_one_person_are_an_error(world):
    outcome = take("roster", {"2-ИС": [HEAD, ANNA, [*ANNA[:3], "5"]]}, world.office)
    assert not outcome.is_stored and outcome.errors


def test_whoever_sits_elsewhere_is_transferred_by_hand(world):
    take("roster", {"2-ИС": [HEAD, ANNA]}, world.office)
    outcome = take("roster", {"1-ЭК": [HEAD, ANNA]}, world.office)
    assert "Оформите перевод" in said(outcome.errors) and not outcome.is_stored


# Rights


def test_a_foreign_student_is_an_error_and_no_update(world):
    other = world.students2[0]
    other.snils = SNILS
    other.save()
    world.group.specialty.study_unit_heads.set([world.studyunit.employee])
    own = {"2-ИС": [HEAD, ["Новый Иван Ильич", "", "", ""]]}
    assert counts(take("roster", own, world.studyunit)) == (1, 0, 0)
    foreign = {"2-ИС": [HEAD, [other.full_name, "", SNILS, "+79001112233"]]}
    (error,) = take("roster", foreign, world.studyunit).errors
    assert "не ведёте" in error.reason and other.first_name not in error.reason
    (error,) = take("roster", {"1-ЭК": [HEAD, ANNA]}, world.studyunit).errors
    assert "ведёте не вы" in error.reason
    (error,) = take(
        "roster", {"9-НН": [HEAD, ANNA]}, world.studyunit, create=True
    ).errors
    assert "нет" in error.reason and "отметьте" not in error.reason
    other.refresh_from_db()
    assert other.phone == ""


def test_what_changed_since_the_preview_is_not_stored(world):
    sheets = {"2-ИС": [HEAD, ANNA, IGOR]}
    seen = look("roster", sheets, world.office).fingerprint
    take("roster", {"2-ИС": [HEAD, ANNA]}, world.office)
    outcome = take("roster", book(sheets), world.office, expected=seen)
    assert outcome.stale and not outcome.is_stored
    assert not Student.objects.filter(last_name="Лосев").exists()


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0"])
def test_formulas_in_cells_stay_text_or_are_refused(world, text):
    outcome = take("roster", {"2-ИС": [HEAD, [text, "", "", ""], ANNA]}, world.office)
    assert counts(outcome) == (1, 0, 0)
    assert not Student.objects.filter(last_name__contains=text[:4]).exists()
