"""A year is opened by a checklist, and looked at by weeks and groups."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from journal.domain.organisation.opening import (
    count_left,
    due_of,
    read_opening,
    year_to_open,
)
from journal.domain.organisation.picture import draw
from journal.models import (
    AcademicYear,
    CalendarDay,
    CourseTeacher,
    Curriculum,
    Group,
    Lesson,
    Subgroup,
    TimetableEntry,
)
from journal.reports.registry import get
from tests.test_calendar import main, span

OPENING = "/admin/journal/academicyear/opening/"
WEEKS = "/admin/journal/studycalendar/weeks/"
WEEK, DAY = timedelta(days=7), timedelta(days=1)

__all__ = ["main"]


def steps(world, by="deputy"):
    found = read_opening(world.people[by], world.year, world.institution)
    return {step.title: step for step in found.steps}


# The checklist


def test_every_step_says_how_far_it_is_and_who_is_asked(world):
    found = steps(world)
    assert found["Периоды года"].is_done
    assert found["Звонки"].is_done
    calendar = found["Основной календарный график"]
    assert not calendar.is_done
    assert calendar.people == ["Седова О. Ю.", "Ершова И. Г.", "Зимина Я. П."]
    week = found["Расписание недели"]
    assert (week.count, week.total, week.lacking) == (1, 2, ["1-ЭК"])
    plans = found["Утверждённые тематические планы"]
    assert (plans.count, plans.total) == (1, 5)
    assert "2-ИС: Физика" in plans.lacking
    assert found["Преподаватели курсов и подгрупп"].is_done


def test_steps_are_done_one_by_one(world, main):
    span(main, "vacation", world.year.start, world.year.start + DAY)
    CalendarDay.objects.create(date=world.today, kind="holiday")
    Group.objects.filter(pk=world.group2.pk).update(
        admission_year=world.year.start.year
    )
    TimetableEntry.objects.create(
        course=world.course_elsewhere,
        teacher=world.teacher_elsewhere.employee,
        weekday=2,
        number=4,
        start=world.year.start,
    )
    found = steps(world)
    left = [title for title, step in found.items() if not step.is_done]
    assert count_left(world.deputy, world.year, world.institution) == 2
    assert left == [
        "Утверждённые учебные планы групп",
        "Утверждённые тематические планы",
    ]
    part = Subgroup.objects.create(course=world.course, number=1)
    CourseTeacher.objects.filter(course=world.course).delete()
    Lesson.objects.filter(course=world.course_elsewhere).update(is_cancelled=True)
    found = steps(world)
    assert found["Преподаватели курсов и подгрупп"].lacking == ["2-ИС: Математика"]
    assert found["Занятия"].lacking == ["1-ЭК"]
    CourseTeacher.objects.create(
        course=world.course,
        subgroup=part,
        employee=world.teacher.employee,
        start=world.year.start,
    )
    assert steps(world)["Преподаватели курсов и подгрупп"].is_done


def test_a_group_without_an_approved_curriculum_is_named(world):
    title = "Утверждённые учебные планы групп"
    world.group.admission_year = 2025
    world.group.save()
    assert steps(world)[title].lacking == ["1-ЭК", "2-ИС"]
    Curriculum.objects.create(
        name="План", specialty=world.specialty, admission_year=2025, state="approved"
    )
    assert steps(world)[title].lacking == ["1-ЭК"]
    world.institution.kind = "school"
    assert title not in steps(world)


def test_whoever_has_a_department_sees_its_groups_alone(world):
    assert steps(world, "department_head")["Расписание недели"].total == 1


def test_the_deadline_is_the_institutions(world):
    rules = world.institution
    assert due_of(world.year, rules) == date(world.year.start.year, 9, 10)
    rules.year_due = "01.09"
    assert due_of(world.year, rules) == date(world.year.start.year, 9, 1)
    rules.year_due = "когда-нибудь"
    assert due_of(world.year, rules) == date(world.year.start.year, 9, 10)


def test_the_year_ahead_is_opened_from_summer_on(world):
    ahead = AcademicYear.objects.create(name="новый", start=world.year.end)
    assert year_to_open(world.today) == world.year
    assert year_to_open(ahead.start - 44 * DAY) == ahead


@pytest.mark.parametrize("count", [1, 30])
def test_the_checklist_costs_the_same_for_thirty_groups(
    world, count, django_assert_num_queries
):
    for number in range(count - 1):
        Group.objects.create(name=f"Н{number}")
    with django_assert_num_queries(20):
        read_opening(world.deputy, world.year, world.institution)


def test_the_page_shows_what_is_late_and_leads_where_it_is_done(world, client_of):
    assert reverse("admin:journal_academicyear_opening") == OPENING
    html = client_of(world.deputy).get(OPENING).content.decode()
    assert "просрочено дней: 34" in html  # from 10 September to 14 October
    assert reverse("admin:journal_course_from_plan") in html
    assert "Нет: 1-ЭК." in html
    html = client_of(world.director).get(OPENING).content.decode()
    assert reverse("admin:journal_course_from_plan") not in html
    client = client_of(world.deputy)
    assert client.get(OPENING, {"year": "x"}).status_code == 400
    assert client.get(OPENING, {"year": 10**6}).status_code == 400
    assert client.post(OPENING).status_code == 405


@pytest.mark.parametrize(
    ("who", "status"),
    [("department_head", 200), ("dispatcher", 200), ("teacher", 403), ("curator", 403)],
)
def test_the_checklist_is_the_offices(world, client_of, who, status):
    assert client_of(world.people[who]).get(OPENING).status_code == status


def test_without_a_year_the_page_says_what_to_do(world, client_of, monkeypatch):
    place = "admin_customizations.admin.organisation.year.year_to_open"
    monkeypatch.setattr(place, lambda today: None)
    html = client_of(world.deputy).get(OPENING).content.decode()
    assert "Заведите новый год" in html


def test_the_start_page_reminds_of_the_year_that_begins(world, client_of):
    html = client_of(world.deputy).get("/admin/").content.decode()
    assert "Открытие этот учебный год учебного года: осталось шагов" in html
    html = client_of(world.teacher).get("/admin/").content.decode()
    assert "Открытие" not in html


# The picture


def picture(world, by="deputy"):
    return draw(world.year, Group.objects.visible_to(world.people[by]), world.today)


def test_weeks_bear_the_code_of_what_fills_them(world, main):
    monday = world.today - timedelta(days=world.today.weekday())
    span(main, "session", monday + WEEK, monday + WEEK + 6 * DAY)
    span(main, "study_practice", monday + 2 * WEEK, monday + 2 * WEEK + 2 * DAY, 2)
    span(main, "vacation", monday + 3 * WEEK, monday + 3 * WEEK + DAY)
    found = picture(world)
    first, second = found.rows
    assert [one.group.name for one in found.rows] == ["1-ЭК", "2-ИС"]
    place = next(n for n, week in enumerate(found.weeks) if week.is_now)
    codes = [one.code for one in second.squares[place : place + 4]]
    assert codes == ["", "::", "0", ""]
    assert [one.code for one in first.squares[place : place + 3]] == ["", "::", ""]
    assert second.squares[place + 2].words == "учебная практика: 3 дн."
    assert second.weeks_of("session") == 1
    assert 43 <= len(found.weeks) <= 53


def test_after_the_final_attestation_a_group_is_done(world, main):
    span(main, "final", world.today, world.today + WEEK, 2)
    first, second = picture(world).rows
    assert second.squares[-2].is_outside
    assert second.squares[-2].code == ""
    assert not first.squares[-2].is_outside


@pytest.mark.parametrize("count", [1, 30])
def test_the_picture_costs_the_same_for_thirty_groups(
    world, main, count, django_assert_num_queries
):
    span(main, "session", world.today, world.today + WEEK, 2)
    for number in range(count - 1):
        Group.objects.create(name=f"Н{number}")
    with django_assert_num_queries(8):
        assert len(picture(world).rows) == count + 1


def test_the_page_and_the_report_show_the_year(world, main, client_of):
    span(main, "session", world.today, world.today + WEEK, 2)
    html = client_of(world.teacher).get(WEEKS).content.decode()
    assert "промежуточная аттестация: 4 дн." in html
    assert "1-ЭК" not in html  # teaches 2-ИС alone
    assert client_of(world.hr).get(WEEKS).status_code == 403
    assert client_of(world.deputy).get(WEEKS, {"year": "1x"}).status_code == 400
    table = get("year_weeks").build({"user": world.deputy, "year": world.year})
    names = [line.values[0] for line in table.body() if line.section is None]
    assert names == ["1-ЭК", "2-ИС"]
    client = client_of(world.deputy)
    for kind in ("html", "xlsx", "pdf"):
        answer = client.get("/admin/reports/year_weeks/", {"format": kind})
        assert answer.status_code == 200
