"""Courses made from the curriculum, and the hours that must agree with it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from journal.domain.curriculum.courses import State, make_courses, propose_courses
from journal.domain.curriculum.fulfilment import disagreements, read_hours
from journal.domain.curriculum.teaching import (
    by_teacher,
)
from journal.models import (
    Course,
    CourseTeacher,
    Curriculum,
    Discipline,
    Lesson,
    PlanHours,
    PlanItem,
)

DAY = timedelta(days=1)
FROM_PLAN = "/admin/journal/course/from-plan/"
TABLE = "/admin/journal/courseteacher/table/"
CHECK = "/admin/journal/course/hours/"


@pytest.fixture
def plan(world):
    """The approved curriculum of 2-ИС: mathematics is there, networks are new."""
    world.group.admission_year = 2025
    world.group.save()
    found = Curriculum.objects.create(
        name="План", specialty=world.specialty, admission_year=2025
    )
    world.networks = Discipline.objects.create(name="Сети")
    for place, (discipline, index, contact) in enumerate(
        ((world.course.discipline, "ЕН.01", 72), (world.networks, "ОП.01", 60))
    ):
        item = PlanItem.objects.create(
            curriculum=found,
            discipline=discipline,
            index=index,
            kind="discipline",
            position=place,
        )
        PlanHours.objects.create(
            item=item,
            semester=3,
            total=contact + 10,
            theory=contact - 20,
            practical=20,
            self_study=10,
            form="exam",
        )
    found.state = "approved"
    found.save()
    return found


def proposal(world, by="deputy", period=None):
    [found] = propose_courses(
        world.people[by], period or world.period, [world.group.pk]
    )
    return found


# Courses from the plan


def test_courses_follow_from_the_plan_of_the_group_and_the_semester(world, plan):
    found = proposal(world)
    assert (found.curriculum, found.semester) == (plan, 3)
    states = {line.discipline.name: line.state for line in found.lines}
    assert states["Сети"] == State.NEW
    assert states["Математика"] == State.DIFFERS  # made by hand, without the plan's row
    assert states["Физика"] == State.EXTRA
    before = list(Course.objects.order_by("pk").values())
    [course] = make_courses(world.deputy, world.period, [world.group.pk])
    assert (course.discipline, course.hours, course.semester) == (world.networks, 60, 3)
    assert course.attestation_form == "exam"
    assert course.history.get().history_user == world.deputy
    assert list(Course.objects.exclude(pk=course.pk).order_by("pk").values()) == before
    assert not make_courses(world.deputy, world.period, [world.group.pk])


def test_what_differs_is_said_in_words(world, plan):
    Course.objects.filter(pk=world.course.pk).update(hours=70, attestation_form="")
    words = {line.discipline.name: line.words for line in proposal(world).lines}
    assert words["Математика"] == (
        "часов 70, по плану 72; форма аттестации «нет», по плану «Экзамен»; "
        "не связан со строкой плана"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"admission_year": None}, "не указан год набора"),
        ({"specialty": None}, "не указана специальность"),
        ({"admission_year": 2024}, "Нет утверждённого учебного плана 09.02.07 набора"),
    ],
)
def test_a_group_without_a_plan_is_refused_with_words(world, plan, change, words):
    for name, value in change.items():
        setattr(world.group, name, value)
    world.group.save()
    found = proposal(world)
    assert words in found.refusal
    assert not make_courses(world.deputy, world.period, [world.group.pk])


def test_a_replaced_plan_is_none_and_the_next_semester_may_be_empty(world, plan):
    assert (
        "нет часов 4-го семестра" in proposal(world, period=world.next_period).refusal
    )
    Curriculum.objects.update(state="replaced")
    assert "Нет утверждённого" in proposal(world).refusal


def test_a_school_without_a_plan_goes_by_the_period_before(world):
    world.institution.kind = "school"
    world.institution.save()
    found = proposal(world, period=world.next_period)
    names = {"Математика", "Физика", "Учебная практика", "История"}
    assert {line.discipline.name for line in found.new} == names
    made = make_courses(world.deputy, world.next_period, [world.group.pk])
    assert {course.hours for course in made} == {72}


def test_only_whoever_makes_courses_of_the_group_does(world, plan):
    assert proposal(world, "studyunit").new
    with pytest.raises(PermissionDenied):
        make_courses(world.studyunit, world.period, [world.group2.pk])
    assert not propose_courses(world.teacher, world.period, [world.group.pk])


@pytest.mark.parametrize("count", [1, 30])
def test_a_proposal_costs_the_same_for_thirty_groups(
    world, plan, count, django_assert_max_num_queries
):
    from journal.models import Group

    keys = [world.group.pk]
    for number in range(count - 1):
        group = Group.objects.create(
            name=f"Н{number}",
            specialty=world.specialty,
            admission_year=2025,
            course_year=2,
        )
        keys.append(group.pk)
    with django_assert_max_num_queries(8):
        found = propose_courses(world.deputy, world.period, keys)
    assert sum(len(one.new) for one in found) == 1 + 2 * (count - 1)


def test_the_page_shows_before_it_does(world, plan, client_of):
    client = client_of(world.deputy)
    assert reverse("admin:journal_course_from_plan") == FROM_PLAN
    query = {"period": world.period.pk, "group": world.group.pk}
    html = client.get(FROM_PLAN, query).content.decode()
    assert "Завести курсов: 1" in html
    assert "будет заведён" in html
    assert not Course.objects.filter(discipline=world.networks).exists()
    answer = client.post(FROM_PLAN, query)
    assert answer.status_code == 302
    assert answer.url.startswith(TABLE)
    assert Course.objects.filter(discipline=world.networks).count() == 1
    assert client.get(FROM_PLAN, {"period": "x"}).status_code == 400
    assert client.get(FROM_PLAN, {"group": 10**6}).status_code == 400
    assert client_of(world.teacher).get(FROM_PLAN).status_code == 403
    assert client_of(world.dispatcher).post(FROM_PLAN, query).status_code == 403


# Hours


def test_hours_go_to_whoever_gave_the_lesson(world):
    lesson = world.lesson_substituted
    lesson.topic = "Динамика"
    lesson.save()
    found = read_hours(Course.objects.filter(pk=world.course2.pk), world.today)
    taught = by_teacher(found)
    [own] = taught[world.teacher2.employee.pk]
    [instead] = taught[world.teacher.employee.pk]
    assert (own.own, own.by_others, own.owed) == (2, 2, 68)
    assert (instead.gave, instead.instead, instead.load) == (2, 2, 0)
    [one] = found
    assert one.given[None].substitutes == {world.teacher.employee.pk: 2}
    assert (one.each("laid"), one.each("held"), one.each("unfilled")) == ([6], [4], [2])


def test_every_kind_of_disagreement_is_named(world, plan):
    item = plan.items.get(discipline=world.course.discipline)
    course = world.course
    course.plan_item, course.semester, course.hours = item, 3, 70
    course.save()
    [one] = read_hours(Course.objects.filter(pk=course.pk), world.today)
    assert disagreements(one) == [
        "в учебном плане 72, у курса 70",
        "в нагрузке 72",
        "в тематическом плане 8",
        "разложено 10",
    ]
    CourseTeacher.objects.filter(course=course).delete()
    course.semester, course.thematic_plan, course.hours = 5, None, 2
    course.save()
    Lesson.objects.filter(pk=world.lesson_future.pk).update(is_cancelled=True)
    [one] = read_hours(Course.objects.filter(pk=course.pk), world.today)
    assert disagreements(one) == [
        "в строке учебного плана нет часов этого семестра",
        "преподаватель не назначен",
        "нет тематического плана",
        "разложено 8 (отменено 2)",
        "проведено 4: больше плана",
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_the_check_costs_the_same_for_thirty_courses(
    world, count, django_assert_num_queries
):
    for number in range(count - 1):
        Course.objects.create(
            group=world.group,
            period=world.period,
            discipline=Discipline.objects.create(name=f"Д{number}"),
        )
    with django_assert_num_queries(5):
        read_hours(Course.objects.filter(group=world.group), world.today)


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        ("deputy", "Экономика организации", None),
        ("teacher", "Математика", "Экономика организации"),
        ("curator", "Физика", "Экономика организации"),
    ],
)
def test_anybody_checks_the_courses_they_see(world, client_of, who, shown, hidden):
    client = client_of(world.people[who])
    html = client.get(CHECK).content.decode()
    assert shown in html
    assert "нет тематического плана" in html
    assert hidden is None or hidden not in html
    assert client.get(CHECK, {"all": 1}).status_code == 200
    assert client.get(CHECK, {"group": "?"}).status_code == 400


def test_whoever_sees_no_course_has_no_check(world, client_of):
    assert client_of(world.hr).get(CHECK).status_code in (403, 404)
    assert client_of(world.student).get(CHECK).status_code in (302, 403, 404)
