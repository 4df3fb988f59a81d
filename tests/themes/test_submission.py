"""What keeps a plan from being handed in, and who is late with it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from journal.domain.curriculum.approval import (
    approve_plan,
    return_plan,
    submit_plan,
)
from journal.domain.curriculum.checks import faults
from journal.domain.curriculum.copying import (
    attach_plan,
    attachable,
    copy_plan,
    sources,
)
from journal.domain.curriculum.deadlines import plan_due
from journal.domain.curriculum.hours import compare
from journal.domain.curriculum.numbering import number_works
from journal.domain.curriculum.readiness import own_late, read_readiness
from journal.domain.curriculum.wording import faults_of_topic, is_russian
from journal.domain.lessons.topics import deviates, lines_to_give, proposed_line
from journal.models import Abbreviation, Course, Institution, PlanHours, ThematicPlan
from journal.reports.registry import REPORTS
from tests.themes.conftest import line


def words(plan) -> list[str]:
    return [str(fault) for fault in faults(plan)]


def test_a_plan_with_the_hours_of_the_curriculum_goes_to_the_deputy(draft, world):
    assert faults(draft) == []
    submit_plan(draft, world.teacher)
    draft.refresh_from_db()
    assert draft.state == "submitted" and draft.submitted_at


def test_other_hours_are_named_kind_by_kind(draft, kinds, world):
    line(draft, 6, "Опыты", kinds["Лабораторное занятие"], 4, work_number=1)
    draft.lessons.filter(number=1).delete()
    assert words(draft) == [
        "Группа 2-ИС: теория — 6 ч, по учебному плану 8 ч (не хватает 2).",
        "Группа 2-ИС: лабораторные — 4 ч, по учебному плану 0 ч (лишних 4).",
    ]
    with pytest.raises(ValidationError, match="лишних 4"):
        submit_plan(draft, world.teacher)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_an_exam_may_stand_outside_the_plan_but_not_with_other_hours(draft, kinds):
    PlanHours.objects.update(attestation=6, self_study=4)
    assert words(draft) == [
        "Группа 2-ИС: самостоятельная работа — 0 ч, по учебному плану 4 ч "
        "(не хватает 4)."
    ]
    first = draft.lessons.get(number=1)
    first.self_study = 4
    first.save()
    assert words(draft) == []


def test_without_a_row_of_the_curriculum_the_hours_of_the_course_count(draft, course):
    Course.objects.filter(pk=course.pk).update(plan_item=None, hours=12)
    (comparison,) = compare(draft)
    assert not comparison.by_plan
    assert [(one.needed, one.given) for one in comparison.sums] == [(12, 10)]


def test_each_course_of_a_plan_is_compared(draft, world, course):
    other = Course.objects.create(
        group=world.group2,
        period=world.period,
        discipline=course.discipline,
        hours=8,
        thematic_plan=draft,
    )
    assert words(draft) == [
        f"Группа {other.group}: всего занятий — 10 ч, по учебному плану 8 ч (лишних 2)."
    ]


def test_a_plan_of_no_course_is_not_handed_in(draft):
    Course.objects.filter(thematic_plan=draft).update(thematic_plan=None)
    assert words(draft) == [
        "План не привязан ни к одному курсу: не с чем сверить часы. Привяжите его."
    ]


def test_abbreviations_are_refused_unless_the_institution_lets_them(draft):
    first = draft.lessons.get(number=1)
    first.topic = "Ряды и ЭВМ, лаб. работа"
    first.save()
    assert words(draft) == ["Строка 1: Сокращения «ЭВМ», «лаб.»: тему пишут полностью."]
    Abbreviation.objects.create(name="эвм")
    assert words(draft) == ["Строка 1: Сокращение «лаб.»: тему пишут полностью."]


@pytest.mark.parametrize(
    ("topic", "fine"),
    [
        ("Present Perfect", False),
        ("Времена группы Perfect", True),
        ("Основы языка Python", True),
        ("My family and my friends: рассказ", False),
        ("1941–1945", True),
    ],
)
def test_a_topic_is_written_in_russian(topic, fine):
    assert is_russian(topic) is fine
    assert bool(faults_of_topic(topic, ())) is not fine


def test_works_need_a_number_and_no_number_twice(draft, kinds):
    line(draft, 6, "Ещё", kinds["Практическое занятие"], 0)
    line(draft, 7, "И ещё", kinds["Практическое занятие"], 0, work_number=1)
    assert words(draft) == [
        "Строка 6: Нужен номер работы: практическое занятие.",
        "Строка 7: Работа № 1 уже есть в строке 5.",
    ]


def test_works_are_numbered_kind_by_kind_with_history(draft, kinds, world):
    line(draft, 6, "Ещё", kinds["Практическое занятие"], 0)
    line(draft, 7, "Лекция", kinds["Лекция"], 0, work_number=9)
    assert number_works(draft, world.teacher) == 2
    numbers = draft.lessons.order_by("number").values_list("work_number", flat=True)
    assert list(numbers) == [None, None, None, 1, 1, 2, None]
    past = draft.lessons.get(number=6).history.first()
    assert (past.history_change_reason, past.history_user) == (
        "Нумерация работ",
        world.teacher,
    )
    assert number_works(draft, world.teacher) == 0


def test_a_work_is_called_by_its_kind_and_number(draft):
    titles = [
        one.title for one in draft.lessons.select_related("kind").order_by("number")
    ]
    assert titles[2:] == [
        "Кривые",
        "Контрольная работа № 1. Пределы",
        "Практическое занятие № 1. Вычисления",
    ]


# Only an approved plan is used (domain §4)


def test_topics_are_proposed_from_an_approved_plan_alone(draft, world):
    lesson = world.lesson
    lesson.refresh_from_db()
    assert proposed_line(lesson) is None and not lines_to_give(lesson).exists()
    submit_plan(draft, world.teacher)
    approve_plan(draft, world.deputy)
    lesson = type(lesson).objects.get(pk=lesson.pk)
    assert proposed_line(lesson).topic == "Ряды"
    lesson.topic = "Другое"
    assert deviates(lesson)
    return_plan(draft, world.deputy, "Проверьте")
    lesson = type(lesson).objects.get(pk=lesson.pk)
    assert proposed_line(lesson) is None
    Institution.objects.update(plan_must_be_approved=False)
    Institution.objects.get().save()
    assert proposed_line(lesson).topic == "Ряды"


def test_a_cancelled_lesson_gives_its_topic_back(world):
    past = world.lesson_past
    assert proposed_line(world.lesson).number == 2
    past.is_cancelled = True
    past.save()
    assert proposed_line(world.lesson).number == 1


# Copies


def test_a_copy_says_where_its_hours_differ_and_is_tied_to_its_course(
    draft, world, kinds
):
    target = world.course2
    target.hours, target.discipline = 8, draft.discipline
    target.group = world.group2
    target.save()
    found = {one.plan.pk: one for one in sources(world.deputy, target)}
    assert found[draft.pk].lines == 5
    assert found[draft.pk].differences == [
        f"Группа {world.group2}: всего занятий — 10 ч, по учебному плану 8 ч (лишних 2)."
    ]
    copy = copy_plan(draft, target, world.deputy)
    target.refresh_from_db()
    assert target.thematic_plan == copy and copy.copied_from == draft
    assert copy.state == "draft" and copy.author == world.teacher2.employee
    assert copy.year == target.period.year
    assert [one.title for one in copy.lessons.order_by("number")] == [
        one.title for one in draft.lessons.order_by("number")
    ]
    with pytest.raises(ValidationError, match="уже есть"):
        copy_plan(draft, target, world.deputy)


def test_the_price_of_sources_does_not_hang_on_their_number(
    draft, world, django_assert_num_queries
):
    with django_assert_num_queries(5):
        sources(world.deputy, world.course)
    for number in range(10):
        plan = ThematicPlan.objects.create(
            name=f"План {number}", discipline=draft.discipline
        )
        line(plan, 1, "Тема", None)
    with django_assert_num_queries(5):
        assert len(sources(world.deputy, world.course)) == 11


def test_a_teacher_ties_a_plan_to_own_courses_alone(draft, world):
    Course.objects.filter(thematic_plan=draft).update(thematic_plan=None)
    stranger = Course.objects.create(
        group=world.group2, period=world.period, discipline=draft.discipline
    )
    assert list(attachable(world.teacher, draft)) == [world.course]
    assert stranger in attachable(world.deputy, draft)
    assert attach_plan(draft, [world.course, stranger], world.teacher) == 1
    stranger.refresh_from_db()
    assert stranger.thematic_plan is None


# Deadlines


def test_two_deadlines_share_the_year(world):
    rules, period = Institution.current(), world.period
    year = period.year.start.year
    period.kind = "semester"
    found = []
    for number in (1, 2):
        period.number = number
        found.append(plan_due(rules, period))
    assert found == [date(year, 9, 10), date(year, 12, 1)]
    period.kind = "quarter"
    found = []
    for number in (1, 2, 3, 4):
        period.number = number
        found.append(plan_due(rules, period).month)
    assert found == [9, 9, 12, 12]


def test_nonsense_in_the_setting_is_refused_and_does_no_harm(world):
    rules = Institution.current()
    rules.plan_due = "десятое"
    with pytest.raises(ValidationError, match="Сроки пишут"):
        rules.full_clean()
    assert plan_due(rules, world.period).day in (1, 10)


def test_readiness_tells_who_is_late_and_by_how_many_days(draft, world):
    due = plan_due(Institution.current(), world.period)
    late = due + timedelta(days=5)
    found = {
        one.course: one for one in read_readiness(world.deputy, world.period, late)
    }
    own = found[world.course.pk]
    assert (own.state, own.late, own.is_done) == ("draft", 5, False)
    assert found[world.course2.pk].state == "none"
    assert [one.course for one in own_late(world.teacher, late)][:1] == [own.course]
    submit_plan(draft, world.teacher)
    found = {
        one.course: one for one in read_readiness(world.deputy, world.period, late)
    }
    assert found[world.course.pk].is_done
    mine = {one.course for one in read_readiness(world.teacher2, world.period, late)}
    assert world.course.pk not in mine and world.course2.pk in mine


def test_the_report_lists_courses_by_teacher(draft, world):
    report = REPORTS["plan_readiness"]
    form = report.form(world.deputy, {"term": world.period.pk, "show": "undone"})
    assert form.is_valid(), form.errors
    table = report.build(form.params())
    assert [column.title for column in table.columns][:4] == [
        "№",
        "Группа",
        "Дисциплина",
        "Состояние КТП",
    ]
    assert any("черновик" in str(row) for row in table.rows)
    assert "просрочено" in table.notes[0]


@pytest.mark.parametrize("count", [1, 30])
def test_readiness_costs_the_same_for_one_course_and_for_thirty(
    draft, world, count, django_assert_num_queries
):
    for number in range(count):
        group = type(world.group).objects.create(name=f"Г{number}")
        Course.objects.create(
            group=group, period=world.period, discipline=draft.discipline
        )
    Institution.current()
    world.deputy.get_all_permissions()
    read_readiness(world.deputy, world.period, world.today)
    with django_assert_num_queries(2):
        read_readiness(world.deputy, world.period, world.today)
