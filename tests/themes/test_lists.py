"""Lists and pages: no row twice, and the price does not hang on the number of rows."""

import pytest
from django.urls import reverse

from journal.models import Course, Group, ThematicPlan, WorkProgramme
from tests.themes.conftest import line


@pytest.fixture
def shared(draft, world):
    """Three courses of the teacher follow one plan; its programme is thereby reached."""
    programme = WorkProgramme.objects.create(name="П", discipline=draft.discipline)
    draft.programme, draft.author = programme, None
    draft.save()
    for number in range(2):
        group = Group.objects.create(name=f"Г{number}")
        course = Course.objects.create(
            group=group,
            period=world.period,
            discipline=draft.discipline,
            thematic_plan=draft,
        )
        course.teachers.create(employee=world.teacher.employee, start=world.year.start)
    return draft


def test_a_plan_of_three_courses_stands_in_lists_once(shared, world, client_of):
    client = client_of(world.teacher)
    for model in ("thematicplan", "plannedlesson", "workprogramme"):
        answer = client.get(reverse(f"admin:journal_{model}_changelist"))
        rows = list(answer.context["cl"].result_list)
        assert len({row.pk for row in rows}) == len(rows), model
    answer = client.get(reverse("admin:journal_thematicplan_changelist"))
    (plan,) = (row for row in answer.context["cl"].result_list if row.pk == shared.pk)
    assert plan.hours == 10
    found = client.get(reverse("admin:journal_plannedlesson_changelist"), {"q": "Ряды"})
    assert len(found.context["cl"].result_list) == 1
    table = client.get(reverse("admin:journal_thematicplan_table", args=[shared.pk]))
    assert len(table.context["courses"]) == 3
    assert b"?course=" in table.content


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("page", "queries"), [("thematicplan_begin", 4), ("controlwork_schedule", 7)]
)
def test_a_page_costs_the_same_for_one_course_and_for_thirty(
    world, draft, client_of, django_assert_max_num_queries, count, page, queries
):
    for number in range(count):
        group = Group.objects.create(name=f"Г{number}")
        course = Course.objects.create(
            group=group, period=world.period, discipline=draft.discipline
        )
        course.control_works.create(group=group, date=world.today, name="Работа")
    client, at = client_of(world.deputy), reverse(f"admin:journal_{page}")
    client.get(at)
    with django_assert_max_num_queries(40) as found:
        html = client.get(at).content.decode()
    assert len(found) == queries, [one["sql"][:100] for one in found.captured_queries]
    assert html.count("Г") > count


@pytest.mark.parametrize("count", [1, 30])
def test_a_choice_of_plans_costs_the_same_for_one_and_for_thirty(
    world, draft, client_of, django_assert_max_num_queries, count
):
    for number in range(count):
        plan = ThematicPlan.objects.create(
            name=f"План {number}", discipline=draft.discipline
        )
        line(plan, 1, "Тема", world.lecture)
    course = Course.objects.create(
        group=world.group2, period=world.period, discipline=draft.discipline
    )
    client = client_of(world.deputy)
    at = reverse("admin:journal_thematicplan_begin_one", args=[course.pk])
    client.get(at)
    with django_assert_max_num_queries(40) as found:
        html = client.get(at).content.decode()
    assert len(found) == 8, [one["sql"][:100] for one in found.captured_queries]
    assert html.count("Списать с плана") >= min(count, 28)


def test_a_plan_is_begun_from_its_page(world, draft, client_of):
    course = Course.objects.create(
        group=world.group2, period=world.period, discipline=draft.discipline, hours=4
    )
    at = reverse("admin:journal_thematicplan_begin_one", args=[course.pk])
    deputy = client_of(world.deputy)
    assert deputy.post(at, {"how": "ничто"}).status_code == 400
    assert deputy.post(at, {"how": "copy", "source": "x"}).status_code == 404
    answer = deputy.post(at, {"how": "copy", "source": draft.pk})
    course.refresh_from_db()
    table = reverse("admin:journal_thematicplan_table", args=[course.thematic_plan_id])
    assert answer["Location"] == table
    assert "уже есть" in deputy.post(at, {"how": "empty"}).content.decode()
    assert client_of(world.teacher).get(at).status_code == 404
    assert client_of(world.curator).get(at).status_code == 403


@pytest.mark.parametrize("how", ["empty", "hours"])
def test_a_plan_may_be_begun_without_another(world, draft, client_of, how):
    course = Course.objects.create(
        group=world.group2, period=world.period, discipline=draft.discipline, hours=4
    )
    at = reverse("admin:journal_thematicplan_begin_one", args=[course.pk])
    client_of(world.deputy).post(at, {"how": how})
    course.refresh_from_db()
    hours = [one.hours for one in course.thematic_plan.lessons.all()]
    assert hours == ([] if how == "empty" else [2, 2])


def test_the_start_page_tells_of_late_plans_and_of_those_that_wait(
    world, draft, client_of
):
    ThematicPlan.objects.filter(pk=draft.pk).update(state="returned")
    html = client_of(world.teacher).get(reverse("admin:index")).content.decode()
    assert "КТП не представлен, опоздание" in html
    assert reverse("admin:journal_thematicplan_table", args=[draft.pk]) in html
    ThematicPlan.objects.filter(pk=draft.pk).update(state="submitted")
    html = client_of(world.deputy).get(reverse("admin:index")).content.decode()
    assert "Тематические планы ждут утверждения: 1" in html
