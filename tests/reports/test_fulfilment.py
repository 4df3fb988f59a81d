"""R33: the programme, planned against given; load by teacher; who is missing."""

import pytest
from django.utils import timezone

from journal.models import AcademicYear, CourseTeacher, Lesson, Period, Subgroup
from journal.reports.registry import get
from tests import cast

ADDRESS = "/admin/reports/fulfilment/"


def table(world, who="deputy", slug="fulfilment", **answers):
    report = get(slug)
    form = report.form(world.people[who])
    assert form.answer({name: str(value) for name, value in answers.items()})
    assert form.is_valid(), form.errors
    return report.build(form.params())


def rows_of(found, key="discipline"):
    """Name of the row → its cells by key; a name met again keeps the last."""
    keys = [column.key for column in found.columns]
    lines = [*found.body(), *found.foot()]
    cells = [
        dict(zip(keys, one.values, strict=True)) for one in lines if not one.section
    ]
    return {row[key]: row for row in cells}


def sections(found):
    return [line.section for line in found.body() if line.section]


@pytest.fixture
def substituted(world):
    lesson = world.lesson_substituted
    lesson.topic, lesson.attendance_taken_at = "Динамика", timezone.now()
    lesson.save()
    return lesson


def test_planned_laid_out_held_and_owed_of_each_course(world, substituted):
    found = table(world)
    rows = rows_of(found)
    physics = rows["Физика"]
    figures = [physics[name] for name in ("plan", "laid", "held", "unfilled", "owed")]
    assert figures == [72, 6, 4, 2, 68]
    assert physics["substitutes"] == "Жданов Л. Б. 2"
    assert round(physics["percent"], 2) == 5.56
    assert rows["Всего"]["plan"] == 72 * 5
    assert rows["Всего"]["held"] == sum(
        lesson.hours for lesson in Lesson.objects.exclude(topic="")
    )
    assert sections(found) == ["Группа 1-ЭК, 1 курс", "Группа 2-ИС, 2 курс"]


def test_the_day_asked_for_is_the_day_counted(world):
    day = cast.day(world, -10)
    rows = rows_of(table(world, day=day.isoformat()))
    assert rows["Математика"]["held"] == 2  # the old lesson alone
    assert rows["Математика"]["laid"] == 10


def test_cancelled_lessons_count_nowhere(world):
    Lesson.objects.filter(pk=world.lesson_past.pk).update(is_cancelled=True)
    rows = rows_of(table(world))
    assert (rows["Математика"]["laid"], rows["Математика"]["held"]) == (8, 2)


def test_by_teacher_the_hours_are_those_given(world, substituted):
    found = table(world, by="teachers")
    assert "Жданов Лев Борисович" in sections(found)
    keys = [column.key for column in found.columns]
    rows, who = {}, ""
    for line in found.body():
        if line.section:
            who = line.section
        else:
            row = dict(zip(keys, line.values, strict=True))
            rows[who, row["discipline"]] = row
    own = rows["Щукина Вера Ильинична", "Физика"]
    instead = rows["Жданов Лев Борисович", "Физика"]
    assert (own["load"], own["gave"], own["by_others"], own["owed"]) == (72, 2, 2, 68)
    assert (instead["load"], instead["gave"], instead["instead"]) == (None, 2, 2)


def test_subgroups_stand_in_rows_of_their_own(world):
    course, employee = world.course2, world.teacher2.employee
    course.teachers.all().delete()
    for number in (1, 2):
        part = Subgroup.objects.create(course=course, number=number)
        CourseTeacher.objects.create(
            course=course,
            subgroup=part,
            employee=employee,
            start=world.period.first_day,
            hours=72,
        )
    Lesson.objects.filter(course=course).update(subgroup=part)
    found = table(world, group=world.group.pk)
    keys = [column.key for column in found.columns]
    rows = [
        dict(zip(keys, one.values, strict=True))
        for one in found.body()
        if not one.section
    ]
    physics = [row for row in rows if row["discipline"] == "Физика"]
    assert [(row["part"], row["laid"]) for row in physics] == [
        ("подгруппа 1", 0),
        ("подгруппа 2", 6),
    ]


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ({"department": "department2"}, {"Экономика организации"}),
        ({"teacher": "master"}, {"Учебная практика"}),
    ],
)
def test_it_is_narrowed_by_department_and_teacher(world, answers, names):
    found = {}
    for name, key in answers.items():
        row = getattr(world, key)
        found[name] = row.employee.pk if name == "teacher" else row.pk
    rows = rows_of(table(world, **found))
    assert set(rows) - {"Всего", "Всего по группе"} == names


def test_a_teacher_sees_the_own_courses_alone(world, client_of):
    rows = rows_of(table(world, "teacher_elsewhere"))
    assert set(rows) == {"Экономика организации", "Всего по группе", "Всего"}
    client = client_of(world.teacher)
    assert client.get(ADDRESS, {"group": world.group2.pk}).status_code == 400
    assert client.get(ADDRESS, {"by": "nonsense"}).status_code == 400
    assert client_of(world.hr).get(ADDRESS).status_code == 404


@pytest.mark.parametrize("slug", ["fulfilment", "teaching_load", "unassigned"])
@pytest.mark.parametrize("kind", ["html", "xlsx", "pdf"])
@pytest.mark.on_postgresql(kind=["html"])
def test_every_format_opens(world, client_of, slug, kind):
    answer = client_of(world.deputy).get(f"/admin/reports/{slug}/", {"format": kind})
    assert answer.status_code == 200


def test_load_is_shown_against_the_norm(world):
    found = table(world, slug="teaching_load")
    rows = rows_of(found, "name")
    row = rows["Жданов Лев Борисович"]
    assert (row["courses"], row["groups"], row["hours"]) == (2, 1, 144)
    assert (row["norm"], row["off"]) == (360, -216)
    assert row["note"].value == "недогрузка 216 ч"
    flagged = rows_of(table(world, slug="teaching_load", flag="over"), "name")
    assert set(flagged) == set()


def test_courses_without_a_teacher_are_those_of_the_running_period(world):
    world.course2.teachers.all().delete()
    rows = rows_of(table(world, slug="unassigned"))
    assert set(rows) == {"Физика"}
    assert rows["Физика"]["since"] == world.period.first_day


@pytest.mark.parametrize("slug", ["teaching_load", "unassigned"])
def test_an_address_may_name_the_period_alone(world, client_of, slug):
    ahead = AcademicYear.objects.create(name="новый", start=world.year.end)
    period = Period.objects.create(
        year=ahead,
        kind="semester",
        number=1,
        first_day=ahead.start,
        last_day=cast.day(world, 350),
    )
    client = client_of(world.deputy)
    at = f"/admin/reports/{slug}/"
    answer = client.get(at, {"period": period.pk})
    assert answer.status_code == 200
    assert "новый, 1 семестр" in answer.content.decode()
    for nonsense in (10**6, "x", "9" * 30):
        assert client.get(at, {"period": nonsense}).status_code == 400


def test_the_report_costs_the_same_for_thirty_courses(
    world, client_of, django_assert_max_num_queries
):
    from journal.models import Course, Discipline

    for number in range(30):
        Course.objects.create(
            group=world.group,
            period=world.period,
            discipline=Discipline.objects.create(name=f"Д{number}"),
        )
    report = get("fulfilment")
    form = report.form(world.deputy)
    assert form.answer({}) and form.is_valid()
    with django_assert_max_num_queries(9):
        report.build(form.params())
