"""Thematic plans: one a discipline and group, numbered, with warnings, tied to courses."""

from journal.models import Discipline, PlannedLesson, ThematicPlan
from tests.imports import book, counts, latest, said, take

HEAD = ["Дисциплина", "№ занятия", "Тема", "Вид занятия", "Часы", "Домашнее задание"]


def plan_rows(*topics, discipline="Химия", kind="лекция"):
    return [HEAD] + [
        [discipline, number, topic, kind, 2, f"§ {number}"]
        for number, topic in enumerate(topics, 1)
    ]


def test_a_plan_with_its_lines_is_made_for_each_discipline(world):
    rows = plan_rows("Строение атома", "Химическая связь")
    rows += plan_rows("Клетка", discipline="Биология", kind="практическое занятие")[1:]
    outcome = take("thematic_plan", rows, world.deputy, create=True)
    assert counts(outcome) == (3, 0, 0), said(outcome.obstacles)
    assert outcome.also == {"планы": 2, "дисциплины": 2}
    plan = ThematicPlan.objects.get(name="Химия")
    assert (plan.year, plan.author, plan.state) == (world.year, None, "draft")
    first, second = plan.lessons.all()
    assert (first.number, first.topic, first.kind, first.hours, first.homework) == (
        1,
        "Строение атома",
        world.lecture,
        2,
        "§ 1",
    )
    assert second.number == 2
    kind = PlannedLesson.objects.get(topic="Клетка").kind
    assert kind == world.practical
    assert plan.history.get().history_user == first.history.get().history_user
    assert counts(take("thematic_plan", rows, world.deputy)) == (0, 0, 3)
    assert PlannedLesson.history.filter(id=first.pk).count() == 1


def test_groups_and_semesters_of_a_discipline_have_plans_of_their_own(world):
    rows = [["Дисциплина", "Тема", "Группа", "Курс", "Семестр"]]
    rows += [["Химия", "Строение атома", group, 1, 2] for group in ("ИС", "ЭК")]
    take("thematic_plan", rows, create=True)
    names = set(
        ThematicPlan.objects.filter(discipline__name="Химия").values_list("name")
    )
    assert names == {
        ("Химия, ИС, 1 курс, 2 семестр",),
        ("Химия, ЭК, 1 курс, 2 семестр",),
    }


def test_abbreviations_and_unknown_kinds_are_warnings(world):
    rows = plan_rows("Лаб. работа по мат. анализу", kind="пляски")
    outcome = take("thematic_plan", rows, world.deputy, create=True)
    assert counts(outcome) == (1, 0, 0)
    told = said(outcome.warnings)
    assert "Список|2|C «Тема»|сокращения «Лаб.», «мат.»" in told
    assert "D «Вид занятия»|вида занятия «пляски» нет" in told


def test_a_missing_discipline_is_one_error_or_created(world):
    outcome = take("thematic_plan", plan_rows("Атом", "Связь"), world.deputy)
    (error,) = outcome.errors
    assert "Дисциплины «Химия» нет" in error.reason and error.row == 2
    outcome = take("thematic_plan", plan_rows("Атом"), world.teacher, create=True)
    assert "отметьте" not in said(outcome.errors)
    assert not Discipline.objects.filter(name="Химия").exists()


def test_without_numbers_lines_are_counted_and_repeated_numbers_too(world):
    rows = [["Тема"], ["Строение атома и ядра"], ["Химическая связь в веществе"]]
    rows += [["Периодический закон Менделеева"]]
    given = {"discipline": "Математика"}
    take("thematic_plan", rows, given=given)
    plan = ThematicPlan.objects.get(name="Математика")
    assert [line.number for line in plan.lessons.all()] == [1, 2, 3]
    rows = plan_rows("Атом", "Связь", discipline="Физика")
    rows[2][1] = 1
    outcome = take("thematic_plan", rows)
    assert "номера занятий повторяются" in said(outcome.warnings)
    plan = ThematicPlan.objects.get(name="Физика")
    assert [line.number for line in plan.lessons.all()] == [1, 2]


def test_a_sheet_without_a_discipline_belongs_to_the_one_that_the_file_names(world):
    topics = [["Тема"], ["Строение атома и ядра"], ["Химическая связь"], ["Ряды чисел"]]
    side = [topics[0], [*topics[1], "", "Дисциплина:", "Физика"], *topics[2:]]
    outcome = take("thematic_plan", {"Первый": side, "Второй": topics})
    assert counts(outcome) == (6, 0, 0), said(outcome.obstacles)
    assert ThematicPlan.objects.get(name="Физика").lessons.count() == 6


# Rights and states


def test_a_teacher_becomes_the_author_and_ties_the_plan_to_own_courses_only(world):
    math, physics = world.course, world.course2  # of teacher, of teacher2
    for course in (math, physics):
        course.thematic_plan = None
        course.save()
    rows = plan_rows("Пределы", discipline="Математика")
    rows += plan_rows("Кинематика", discipline="Физика")[1:]
    outcome = take("thematic_plan", rows, world.teacher, attach=True)
    assert counts(outcome) == (2, 0, 0), said(outcome.obstacles)
    for course in (math, physics):
        course.refresh_from_db()
    assert math.thematic_plan.author == world.teacher.employee
    assert latest(math).history_user == world.teacher
    assert physics.thematic_plan is None
    assert outcome.also == {"планы": 2, "курсы с планом": 1}


def test_a_course_that_has_a_plan_keeps_it(world):
    rows = plan_rows("Ряды", discipline="Математика")
    outcome = take("thematic_plan", rows, world.deputy, attach=True)
    world.course.refresh_from_db()
    assert world.course.thematic_plan == world.plan
    assert "курсы с планом" not in outcome.also


def test_a_plan_of_a_colleague_is_not_touched(world):
    rows = plan_rows("Пределы", discipline="Физика")
    take("thematic_plan", rows, world.teacher2)
    rows[1][2] = "Динамика"
    outcome = take("thematic_plan", rows, world.teacher)
    assert counts(outcome) == (1, 0, 0)
    topics = {
        plan.author.user: plan.lessons.get().topic
        for plan in ThematicPlan.objects.filter(name="Физика")
    }
    assert topics == {world.teacher2: "Пределы", world.teacher: "Динамика"}


def test_an_approved_plan_stands_still_but_for_those_who_approve(world):
    rows = plan_rows("Пределы", discipline="Физика")
    take("thematic_plan", rows, world.teacher)
    plan = ThematicPlan.objects.get(name="Физика")
    plan.state = "approved"
    plan.save()
    assert counts(take("thematic_plan", rows, world.teacher)) == (0, 0, 1)
    rows[1][2] = "Производная"
    outcome = take("thematic_plan", rows, world.teacher)
    assert "должны вернуть" in said(outcome.errors) and not outcome.is_stored
    assert counts(take("thematic_plan", rows, world.deputy)) == (0, 1, 0)


def test_lines_that_the_file_no_longer_has_are_told_of(world):
    take("thematic_plan", plan_rows("Пределы", "Ряды", discipline="Физика"))
    outcome = take("thematic_plan", plan_rows("Пределы", discipline="Физика"))
    assert "остаются строки, которых нет в файле: 2" in said(outcome.warnings)


def test_a_file_in_cp1251_is_the_same_file(world):
    text = "Дисциплина;Тема;Часы\r\nФизика;Кинематика точки;2\r\n"
    assert counts(take("thematic_plan", text.encode("cp1251"))) == (1, 0, 0)
    assert counts(take("thematic_plan", text.encode("utf-8-sig"))) == (0, 0, 1)
    rows = [["Дисциплина", "Тема", "Часы"], ["Физика", "Кинематика точки", 2]]
    assert counts(take("thematic_plan", book(rows))) == (0, 0, 1)
