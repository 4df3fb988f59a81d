"""Courses from the plan, load, a change of hands, and the hours that follow from them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from journal.domain.curriculum.courses import State, make_courses, propose_courses
from journal.domain.curriculum.fulfilment import disagreements, read_hours
from journal.domain.curriculum.handover import hand_over, plan_hand_over
from journal.domain.curriculum.load import Given, give_load, read_table, teachers_on
from journal.domain.curriculum.teaching import (
    OVER,
    UNDER,
    by_teacher,
    read_load,
    unassigned_courses,
)
from journal.models import (
    Course,
    CourseTeacher,
    Curriculum,
    Discipline,
    Lesson,
    PlanHours,
    PlanItem,
    Subgroup,
    TimetableEntry,
)
from tests import cast

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


def test_a_draft_is_no_plan_and_the_next_semester_may_be_empty(world, plan):
    assert (
        "нет часов 4-го семестра" in proposal(world, period=world.next_period).refusal
    )
    Curriculum.objects.update(state="draft")
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


# The table of load


def test_load_is_given_in_the_table_with_history(world, client_of):
    CourseTeacher.objects.filter(course=world.course2).delete()
    part = Subgroup.objects.create(course=world.course, number=1)
    rows = {
        row.key: row for row in read_table(Course.objects.filter(group=world.group))
    }
    bare = next(row for row in rows.values() if row.course == world.course2)
    half = next(row for row in rows.values() if row.part == part)
    assert (bare.load, bare.hours, half.hours) == (None, 72, 0)
    client = client_of(world.studyunit)
    sent = {"period": world.period.pk, "group": world.group.pk}
    html = client.get(TABLE, sent).content.decode()
    assert "без преподавателя" in html
    name = world.teacher2.employee.full_name
    answer = client.post(
        TABLE, sent | {f"who-{bare.key}": name, f"hours-{bare.key}": "70"}
    )
    assert answer.status_code == 302
    load = world.course2.teachers.get()
    assert (load.employee, load.hours) == (world.teacher2.employee, 70)
    assert load.start == world.period.first_day
    assert load.history.get().history_user == world.studyunit


@pytest.mark.parametrize(
    ("who", "hours", "words"),
    [
        ("Кто-то Другой", "10", "Нет преподавателя"),
        ("", "10", "можно заменить, но не убрать"),
        (None, "-1", "целое число"),
        (None, "9999", "от 0 до 2000"),
        ("Хромов Олег Иванович", "72", "Передайте курс с даты"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(
    world, client_of, who, hours, words
):
    load = world.course.teachers.get()
    who = load.employee.full_name if who is None else who
    sent = {"period": world.period.pk, "group": world.group.pk}
    sent |= {f"who-load-{load.pk}": who, f"hours-load-{load.pk}": hours}
    answer = client_of(world.deputy).post(TABLE, sent)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert load.history.count() == 1


def test_a_foreign_course_takes_no_load(world, client_of):
    rows = read_table(Course.objects.filter(group=world.group2))
    given = {row.key: Given(row.key, row.load.employee, 5) for row in rows}
    with pytest.raises(PermissionDenied):
        give_load(world.studyunit, rows, given)
    client = client_of(world.studyunit)
    assert client.get(TABLE, {"group": world.group2.pk}).status_code == 400
    assert client_of(world.teacher).get(TABLE).status_code == 403


def test_teachers_of_the_list_work_here(world):
    employee = world.teacher2.employee
    employee.dismissed_on = world.today
    employee.save()
    names = [one.last_name for one in teachers_on(world.today)]
    assert "Жданов" in names
    assert "Щукина" not in names
    assert "Котова" not in names


# A change of hands


@pytest.fixture
def load(world):
    return world.course.teachers.get()


def test_who_takes_over_owns_the_lessons_from_that_day(world, load):
    successor = world.teacher2.employee
    entry = TimetableEntry.objects.get(course=world.course)
    Lesson.objects.filter(pk=world.lesson_future.pk).update(entry=entry)
    done = hand_over(load, successor, world.today, world.deputy)
    assert [one.pk for one in done.moved] == [world.lesson.pk, world.lesson_future.pk]
    load.refresh_from_db()
    after = world.course.teachers.get(employee=successor)
    assert (load.end, after.start, after.end) == (world.today, world.today, None)
    assert (load.hours, after.hours) == (6, 66)  # three lessons lie before
    for lesson in Lesson.objects.filter(course=world.course):
        owner = successor if lesson.date >= world.today else load.employee
        assert (lesson.planned_teacher, lesson.teacher) == (owner, owner)
    assert world.lesson.history.filter(history_user=world.deputy).count() == 1
    assert world.lesson_past.history.count() == 1
    lines = TimetableEntry.objects.filter(course=world.course).order_by("start")
    assert [(one.teacher, one.start) for one in lines] == [
        (load.employee, entry.start),
        (successor, world.today),
    ]
    world.lesson_future.refresh_from_db()
    assert world.lesson_future.entry == lines[1]


def test_a_lesson_held_and_a_substitute_stay(world, load):
    held, future = world.lesson, world.lesson_future
    held.topic = "Пределы"
    held.save()
    future.teacher = world.master.employee
    future.save()
    done = hand_over(load, world.teacher2.employee, world.today, world.deputy)
    assert done.kept == [held]
    held.refresh_from_db()
    future.refresh_from_db()
    assert held.teacher == held.planned_teacher == load.employee
    assert future.planned_teacher == world.teacher2.employee
    assert future.teacher == world.master.employee


def test_a_busy_successor_is_refused_or_leaves_the_lesson(world, load):
    successor = world.teacher2.employee
    cast.lesson(world, world.course_elsewhere, 5, 1, "teacher2")
    with pytest.raises(ValidationError, match=r"ведёт другие занятия: 19\.10 № 1"):
        hand_over(load, successor, world.today, world.deputy)
    assert world.course.teachers.count() == 1
    hand_over(load, successor, world.today, world.deputy, leave_busy=True)
    world.lesson_future.refresh_from_db()
    assert world.lesson_future.planned_teacher == successor
    assert world.lesson_future.teacher == load.employee


@pytest.mark.parametrize(
    ("offset", "who", "words"),
    [
        (-100, "teacher2", "День передачи"),
        (100, "teacher2", "День передачи"),
        (1, "teacher", "уже ведёт курс"),
    ],
)
def test_a_hand_over_that_cannot_be_says_why(world, load, offset, who, words):
    with pytest.raises(ValidationError, match=words):
        plan_hand_over(load, world.people[who].employee, cast.day(world, offset))


def test_a_course_handed_over_before_it_began_has_one_owner(world, load):
    hand_over(load, world.teacher2.employee, load.start, world.deputy)
    again = world.course.teachers.get()
    assert (again.employee, again.hours) == (world.teacher2.employee, 72)


def test_the_button_hands_over(world, load, client_of):
    at = reverse("admin:journal_courseteacher_give_away", args=[load.pk])
    client = client_of(world.deputy)
    assert "Кому передать" in client.get(at).content.decode()
    sent = {"successor": world.teacher2.employee.pk, "day": world.today.isoformat()}
    assert client.post(at, sent).status_code == 302
    assert world.course.teachers.count() == 2
    assert client.post(at, sent).status_code == 403  # it has ended
    far = world.course_elsewhere.teachers.get()
    at = reverse("admin:journal_courseteacher_give_away", args=[far.pk])
    assert client_of(world.studyunit).get(at).status_code == 404
    assert client_of(world.teacher_elsewhere).get(at).status_code == 403


# Load by teacher


def test_a_stream_counts_once_and_the_norm_is_the_terms_share(world):
    employee = world.teacher.employee
    CourseTeacher.objects.create(
        course=world.course_elsewhere,
        employee=employee,
        start=world.period.first_day,
        hours=40,
    )
    for course in (world.course, world.course_elsewhere):
        cast.lesson(world, course, 20, 3, "teacher", stream="П", hours=4)
    found = read_load(world.deputy, world.year, None, world.institution)
    one = next(one for one in found.teachers if one.employee == employee)
    assert (one.hours, one.streams) == (72 + 72 + 40 - 4, 4)
    assert one.norm == 360  # one of two semesters has a load
    assert one.flag == UNDER
    employee.load_norm = 100
    employee.save()
    world.institution.load_most = 200
    found = read_load(world.deputy, world.year, world.period, world.institution)
    one = next(one for one in found.teachers if one.employee == employee)
    assert (one.norm, one.over, one.flag) == (50, 80, OVER)


def test_courses_and_parts_without_a_teacher_are_listed(world):
    today = world.today
    CourseTeacher.objects.filter(course=world.course2).update(end=today)
    CourseTeacher.objects.filter(course=world.practice).delete()
    found = unassigned_courses(world.deputy, world.year, world.period)
    assert [(one.discipline, one.since) for one in found] == [
        ("Учебная практика", world.period.first_day),
        ("Физика", today),
    ]
    assert not unassigned_courses(world.teacher_elsewhere, world.year, None)


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
