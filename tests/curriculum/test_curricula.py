"""Curricula: frozen by approval, renewed by versions, typed as a table, with warnings."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from journal.domain.curriculum.cells import Typed, write_plan
from journal.domain.curriculum.overview import read_overview
from journal.domain.curriculum.versions import (
    approve_curriculum,
    may_renew,
    new_version,
)
from journal.exchange.undo import undo
from journal.models import (
    ComplexForm,
    ComplexFormPart,
    Curriculum,
    ImportBatch,
    PlanHours,
    PlanItem,
    PlannedLesson,
    PlanWeeks,
)
from journal.models.guards import rule_of
from tests.imports import said
from tests.imports.plans import plan as from_file


def item(plan, index):
    return plan.items.get(index=index)


def counts(plan):
    return (
        plan.items.count(),
        PlanHours.objects.filter(item__curriculum=plan).count(),
        plan.weeks.count(),
        ComplexFormPart.objects.filter(complex_form__curriculum=plan).count(),
    )


# Approval and versions


def test_approval_says_who_and_when_and_keeps_history(world, plan):
    approve_curriculum(plan, world.deputy)
    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == ("approved", world.deputy.employee)
    assert plan.approved_at is not None
    assert plan.history.first().history_change_reason == "Утверждён"
    with pytest.raises(ValidationError, match="утверждён"):
        approve_curriculum(plan, world.deputy)


def test_nobody_else_approves_and_no_empty_plan_is_approved(world, plan):
    for who in (world.studyunit, world.office, world.director, world.department_head):
        with pytest.raises(ValidationError):
            approve_curriculum(plan, who)
    empty = Curriculum.objects.create(name="Пустой", admission_year=2026)
    with pytest.raises(ValidationError, match="нет ни одной строки с часами"):
        approve_curriculum(empty, world.deputy)


def ways_to_change(plan, other):
    row, hours = item(plan, "ОП.01"), PlanHours.objects.filter(item__curriculum=plan)
    form = plan.complex_forms.get()
    yield lambda: Curriculum.objects.filter(pk=plan.pk).update(name="Иначе")
    yield lambda: Curriculum.objects.filter(pk=plan.pk).update(state="draft")
    yield lambda: Curriculum.objects.filter(pk=plan.pk).update(note="x")
    yield lambda: PlanItem.objects.filter(pk=row.pk).update(index="ОП.09")
    yield lambda: PlanItem.objects.filter(pk=row.pk).update(curriculum=other)
    yield lambda: PlanItem.objects.filter(curriculum=other).update(curriculum=plan)
    yield lambda: PlanItem.objects.create(
        curriculum=plan, discipline=row.discipline, kind="discipline"
    )
    yield lambda: hours.update(total=1)
    yield lambda: hours.first().delete()
    yield lambda: PlanHours.objects.create(item=row, semester=5, total=1)
    yield lambda: plan.weeks.update(theory=1)
    yield lambda: plan.weeks.first().delete()
    yield lambda: PlanWeeks.objects.create(curriculum=plan, semester=5)
    yield lambda: ComplexForm.objects.filter(pk=form.pk).update(name="Иначе")
    yield lambda: form.parts.first().delete()
    yield lambda: ComplexFormPart.objects.create(complex_form=form, item=row)
    yield lambda: ComplexForm.objects.create(
        curriculum=plan, name="Ещё", semester=1, form="exam"
    )


@pytest.mark.parametrize("state", ["approved", "replaced"])
def test_the_database_changes_nothing_of_an_approved_plan(world, plan, state):
    other = Curriculum.objects.create(name="Черновик", admission_year=2025)
    PlanItem.objects.create(
        curriculum=other, discipline=world.course.discipline, kind="discipline"
    )
    approve_curriculum(plan, world.deputy)
    if state == "replaced":
        approve_curriculum(new_version(plan, world.deputy), world.deputy)
    ways = list(ways_to_change(Curriculum.objects.get(pk=plan.pk), other))
    before = counts(plan)
    for number, way in enumerate(ways):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            way()
        assert "создайте новую версию" in (rule_of(refused.value) or ""), number
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Curriculum.objects.filter(pk=plan.pk)._raw_delete("default")
    assert rule_of(refused.value) == "Утверждённый учебный план не удаляется."
    assert counts(plan) == before


def test_a_draft_is_free_and_an_unchanged_save_of_an_approved_plan_passes(world, plan):
    for number, way in enumerate(ways_to_change(plan, plan)):
        if number > 2:
            with transaction.atomic():
                way()
                transaction.set_rollback(True)
    approve_curriculum(plan, world.deputy)
    Curriculum.objects.get(pk=plan.pk).save()


def test_a_new_version_holds_all_and_replaces_the_old_one_when_approved(world, plan):
    approve_curriculum(plan, world.deputy)
    plan.refresh_from_db()
    new = new_version(plan, world.studyunit)
    assert (new.version, new.state, new.replaces, new.approved_by) == (
        2,
        "draft",
        plan,
        None,
    )
    assert counts(new) == counts(plan) == (5, 5, 2, 2)
    old_rows = {one.index: one for one in plan.items.all()}
    for row in new.items.select_related("parent"):
        old = old_rows[row.index]
        assert row.pk != old.pk and row.raw_index == old.raw_index
        assert (row.parent and row.parent.index) == (old.parent and old.parent.index)
        assert row.parent is None or row.parent.curriculum_id == new.pk
        assert [(h.semester, h.total, h.form) for h in row.hours.all()] == [
            (h.semester, h.total, h.form) for h in old.hours.all()
        ]
    assert {one.item.curriculum for one in new.complex_forms.get().parts.all()} == {new}
    assert new.items.first().history.count() == 1
    assert not may_renew(world.deputy, plan)
    with pytest.raises(ValidationError):
        new_version(plan, world.deputy)
    approve_curriculum(new, world.deputy)
    plan.refresh_from_db()
    assert plan.state == "replaced"
    assert plan.history.first().history_change_reason == "Заменён версией 2"


def test_a_file_goes_into_no_approved_plan_and_is_not_taken_back_from_it(world):
    outcome = from_file()
    made = Curriculum.objects.get()
    approve_curriculum(made, world.deputy)
    again = from_file()
    assert again.batch is None
    assert "утверждён и больше не меняется" in said(again.errors)
    undone = undo(ImportBatch.objects.get(pk=outcome.batch.pk), world.deputy)
    assert made.items.count() == 5 and PlanHours.objects.count() == 5
    assert "учебный план утверждён и больше не меняется" in undone.kept.values()
    new = new_version(Curriculum.objects.get(), world.deputy)
    again = from_file()
    assert again.obstacles == [] and again.batch is None
    assert new.items.count() == 5


# Sums and warnings


def warnings(plan):
    return "\n".join(read_overview(plan).warnings)


def test_the_tree_is_summed_by_cycle_module_and_semester(plan):
    found = read_overview(plan)
    table = [
        (line.title, line.depth, line.in_all("total"), line.is_sum)
        for line in found.lines
    ]
    assert table == [
        ("ОП Общепрофессиональный", 0, 108, True),
        ("Математика", 0, 72, False),
        ("Физическая культура", 0, 36, False),
        ("ПЦ Профессиональный", 0, 72, True),
        ("Сети", 0, 72, True),
        ("Узлы связи", 1, 36, False),
        ("Учебная практика", 1, 36, False),
    ]
    assert found.total.sums[2]["total"] == 108 and found.total.in_all("theory") == 80
    assert found.warnings == []


def test_hours_are_held_against_the_weeks_of_the_semester(world, plan):
    plan.weeks.filter(semester=1).update(theory="2.5", vacation=2)
    plan.weeks.filter(semester=2).delete()
    told = warnings(plan)
    assert "1 семестр: 72 ч, а по неделям 2,5 × 36 = 90 ч (не хватает 18 ч)." in told
    assert "2 семестр: недели в бюджете времени не указаны." in told
    world.institution.week_hours = 20
    world.institution.save()
    assert "2,5 × 20 = 50 ч (лишних 22 ч)" in warnings(plan)


def test_exams_and_credits_of_a_year_are_counted(world, plan):
    world.institution.exams_a_year, world.institution.credits_a_year = 0, 0
    world.institution.save()
    told = warnings(plan)
    assert "1 курс: экзаменов 1, а можно 0 в год." in told
    # The complex credit is one, физкультура none.
    assert "1 курс: зачётов 1, а можно 0 в год." in told
    ComplexFormPart.objects.all().delete()
    assert "1 курс: зачётов 2, а можно 0 в год." in warnings(plan)


def test_rows_are_looked_at_one_by_one(plan):
    row = item(plan, "МДК.01.01")
    row.hours.update(form="", total=40)
    PlanItem.objects.create(
        curriculum=plan, discipline=row.discipline, kind="discipline", index="ОП.03"
    )
    told = warnings(plan)
    assert "МДК.01.01 Узлы связи, 2 семестр: всего 40 ч, а по видам вместе 36" in told
    assert "МДК.01.01 Узлы связи: нет ни одной формы контроля." in told
    assert "ОП.03 Узлы связи: часов нет." in told


def test_topics_are_held_against_the_hours(world, plan):
    world.course.plan_item, world.course.semester = item(plan, "ОП.01"), 1
    world.course.save()
    PlannedLesson.objects.filter(plan=world.course.thematic_plan).update(hours=9)
    assert f"КТП «{world.course.thematic_plan}». Группа 2-ИС: теория" in warnings(plan)


# Typing


def typed(row, semester, column, old, new):
    return Typed(row.pk if row else None, semester, column, old, new)


def test_cells_are_stored_with_history_and_sums_follow(world, plan):
    row = item(plan, "ОП.01")
    answers = write_plan(
        plan,
        world.studyunit,
        [
            typed(row, 1, "theory", "20", "24"),
            typed(row, 3, "form", "", "дз"),
            typed(row, 3, "practice", "", "12"),
            typed(None, 1, "theory", "2", "2,5"),
            typed(None, 4, "vacation", "", "10,5"),
        ],
    )
    assert [(one.status, one.value) for one in answers] == [
        *((200, "24"), (200, "ДЗ"), (200, "12"), (200, "2,5"), (200, "10,5"))
    ]
    hours = row.hours.get(semester=1)
    assert (hours.theory, hours.total) == (24, 40)
    step = hours.history.first()
    assert step.history_change_reason == "Таблица учебного плана"
    assert row.hours.get(semester=3).total == 12
    assert str(plan.weeks.get(semester=4).vacation) == "10.5"


def test_a_wrong_cell_is_refused_in_words_and_the_others_are_stored(world, plan):
    row, module = item(plan, "ОП.01"), item(plan, "ПМ.01")
    cells = [
        typed(row, 1, "theory", "20", "много"),
        typed(row, 1, "theory", "20", "99999"),
        typed(row, 1, "form", "", "?"),
        typed(row, 1, "practical", "11", "12"),
        typed(module, 1, "theory", "", "5"),
        typed(row, 13, "theory", "", "5"),
        typed(row, 1, "curriculum", "", "5"),
        typed(None, 1, "theory", "2", "много"),
        Typed(10**9, 1, "theory", "", "5"),
        typed(row, 1, "self_study", "6", ""),
    ]
    answers = write_plan(plan, world.deputy, cells)
    assert [one.status for one in answers] == [*[400] * 3, 409, *[400] * 5, 200]
    assert "нужно целое число часов" in answers[0].message
    assert answers[0].value == "20"
    assert "Можно: Э, ДЗ, З, Др, КР, Э(к)" in answers[2].message
    assert "уже записал здесь «10»" in answers[3].message
    assert "Часы модуля — сумма его строк" in answers[4].message
    cleared = write_plan(plan, world.deputy, [typed(row, 1, "self_study", "6", "7")])
    assert cleared[0].message == "Другой человек уже очистил эту ячейку."
    hours = row.hours.get(semester=1)
    assert (hours.theory, hours.practical, hours.self_study) == (20, 10, 0)


def test_the_same_value_again_is_no_conflict_and_an_emptied_semester_goes(world, plan):
    row = item(plan, "УП.01")
    again = [typed(row, 2, "practice", "30", "36")]
    assert write_plan(plan, world.deputy, again)[0].status == 200
    assert row.hours.get().history.count() == 1
    gone = [typed(row, 2, "practice", "36", ""), typed(row, 2, "form", "ДЗ", "-")]
    assert [one.status for one in write_plan(plan, world.deputy, gone)] == [200, 200]
    assert not row.hours.exists()


def test_an_approved_plan_takes_no_cell_and_others_none_at_all(world, plan):
    cells = [typed(item(plan, "ОП.01"), 1, "theory", "20", "1")]
    for who in (world.director, world.teacher, world.department_head):
        with pytest.raises(PermissionDenied):
            write_plan(plan, who, cells)
    approve_curriculum(plan, world.deputy)
    with pytest.raises(PermissionDenied):
        write_plan(plan, world.deputy, cells)
