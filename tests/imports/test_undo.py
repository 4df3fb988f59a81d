"""An import taken back: as before; what is used, or was changed since, stays."""

import pytest

from journal.exchange.undo import may_undo, plan_undo, undo
from journal.models import (
    Group,
    ImportBatch,
    LessonTopic,
    Mark,
    Membership,
    PlannedLesson,
    Student,
    ThematicPlan,
)
from tests.imports import HEAD, take
from tests.imports.test_plans import plan_rows

ROWS = [HEAD, ["Сомова Анна Львовна", "", "", "1"], ["Лосев Игорь", "", "", ""]]
ROWS[1][3] = "8 900 123-45-67"


def facts():
    return {
        model: sorted(map(repr, model.objects.values_list()))
        for model in (Student, Membership, Group, ThematicPlan, PlannedLesson)
    }


def test_what_was_added_goes_with_its_history_kept(world):
    before = facts()
    outcome = take("roster", {"5-ПК": ROWS}, world.office, create=True)
    done = undo(outcome.batch, world.office)
    assert (len(done.deleted), done.restored, done.kept) == (5, [], {})
    assert facts() == before
    gone = Student.history.filter(last_name="Сомова").first()
    assert (gone.history_type, gone.history_user) == ("-", world.office)
    assert "Отмена загрузки" in gone.history_change_reason
    batch = ImportBatch.objects.get(pk=outcome.batch.pk)
    assert (batch.trace, batch.undone_by) == ([], world.office)
    assert batch.undone_at and not may_undo(world.office, batch)


def test_what_was_changed_gets_its_old_values(world):
    student = world.students[0]
    rows = [["ФИО", "Телефон", "Дата рождения"]]
    rows += [
        [student.full_name, "89001112233", student.birth_date.strftime("%d.%m.%Y")]
    ]
    before = facts()
    batch = take("roster", {"2-ИС": rows}, world.office).batch
    student.refresh_from_db()
    assert student.phone == "+79001112233"
    undo(batch, world.office)
    assert facts() == before
    told = student.history.order_by("history_id").values_list("history_type", "phone")
    assert list(told)[-2:] == [("~", "+79001112233"), ("~", "")]


def test_a_student_with_a_mark_stays_with_the_group_the_rest_goes(world):
    batch = take("roster", {"5-ПК": ROWS}, world.office, create=True).batch
    anna = Student.objects.get(last_name="Сомова")
    Mark.objects.create(task=world.task, student=anna, value="5")
    plan = plan_undo(batch, world.office)
    why = dict(plan.stays)
    assert "отметки" in why[anna.full_name]
    assert "5-ПК" in why and len(plan.deleted) == 2
    undo(batch, world.office)
    assert not Student.objects.filter(last_name="Лосев").exists()
    assert anna.memberships.get().group.name == "5-ПК"
    Mark.objects.filter(student=anna).delete()
    batch.refresh_from_db()
    assert may_undo(world.office, batch)
    assert len(undo(batch, world.office).deleted) == 3
    assert not Group.objects.filter(name="5-ПК").exists()


def test_what_was_changed_since_stays_and_is_named(world):
    student = world.students[0]
    rows = [HEAD, [student.full_name, "", "", "89001112233"], ROWS[2]]
    batch = take("roster", {"2-ИС": rows}, world.office).batch
    student.refresh_from_db()
    student.phone = "+70000000000"
    student.save()
    igor = Student.objects.get(last_name="Лосев")
    igor.email = "igor@example.ru"
    igor.save()
    done = undo(batch, world.office)
    assert set(dict(done.stays).values()) == {
        "изменено после загрузки",
        "остаётся вместе с записью, частью которой является",
    }
    assert done.is_empty
    student.refresh_from_db()
    assert student.phone == "+70000000000"


def test_a_plan_in_use_stays_whole(world):
    rows = plan_rows("Ряды", "Матрицы", discipline="Математика")
    batch = take("thematic_plan", rows, world.deputy).batch
    line = PlannedLesson.objects.get(topic="Ряды")
    LessonTopic.objects.create(lesson=world.lesson_old, planned_lesson=line, hours=2)
    done = undo(batch, world.deputy)
    assert done.is_empty and PlannedLesson.objects.filter(plan=line.plan).count() == 2


def test_courses_let_go_of_a_plan_that_is_taken_back(world):
    world.course.thematic_plan = None
    world.course.save()
    before = facts()
    rows = plan_rows("Ряды", discipline="Математика")
    batch = take("thematic_plan", rows, world.teacher, attach=True).batch
    undo(batch, world.teacher)
    world.course.refresh_from_db()
    assert world.course.thematic_plan is None and facts() == before


def test_a_course_tied_by_hand_holds_its_plan(world):
    rows = plan_rows("Ряды", discipline="Математика")
    batch = take("thematic_plan", rows, world.deputy).batch
    world.course.thematic_plan = ThematicPlan.objects.get(name="Математика")
    world.course.save()
    done = undo(batch, world.deputy)
    assert done.is_empty and "курсы" in str(done.stays)


def test_undone_and_loaded_again(world):
    batch = take("roster", {"5-ПК": ROWS}, world.office, create=True).batch
    undo(batch, world.office)
    again = take("roster", {"5-ПК": ROWS}, world.office, create=True)
    assert again.added == 2


def test_an_account_opened_since_holds_the_student(world):
    from journal.domain.people import open_account

    batch = take("roster", {"5-ПК": ROWS}, world.office, create=True).batch
    open_account(Student.objects.get(last_name="Сомова"))
    assert "Сомова" in str(undo(batch, world.office).stays)


@pytest.mark.parametrize(
    ("who", "may"),
    [("office", True), ("secretary", True), ("teacher", False), ("deputy_upr", False)],
)
def test_who_may_take_a_batch_back(world, who, may):
    batch = take("roster", {"2-ИС": ROWS}, world.office).batch
    assert may_undo(world.people[who], batch) is may


def test_a_teacher_takes_back_the_own_batch_and_no_other(world):
    rows = plan_rows("Ряды", discipline="Физика")
    own = take("thematic_plan", rows, world.teacher).batch
    assert may_undo(world.teacher, own)
    assert not may_undo(world.teacher2, own)
