"""Outlooks read from the journal: what they see, what they cost, whom they warn of (F12)."""

import datetime
from collections import Counter
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from journal.domain.lessons import Change, write_cells
from journal.domain.lessons.spread import read_spread
from journal.domain.results.attending import read_attending
from journal.domain.results.constants import experience, from_plain, to_plain
from journal.domain.results.experience import Experience, Place
from journal.domain.results.fitting import closed_terms, refit
from journal.domain.results.foreseeing import (
    at_risk,
    facts_of,
    outlooks_of,
    read_facts,
    spread_outlooks,
)
from journal.domain.results.outlook import (
    Facts,
    Kind,
    failing,
    outlooks,
)
from journal.models import (
    ControlWork,
    ForecastFit,
    Institution,
    Mark,
    Membership,
    Result,
    Sheet,
    SheetPart,
    Student,
    Task,
    WorkKind,
)

ANSWER, CONTROL = Kind("ОЗ", 1), Kind("КР", 3)


def marked(world, *marks):
    """Marks of the first students of the course on its past lesson."""
    changes = [
        Change(world.lesson_past.pk, student.pk, "1", "", mark)
        for student, mark in zip(world.students, marks, strict=False)
    ]
    return write_cells(world.teacher, changes, "проверка")


def test_a_spread_and_the_set_wise_reading_know_the_same(world):
    Task.objects.filter(lesson__course=world.course).update(is_required=True)
    for one in (world.course, world.course2, world.course_elsewhere):
        spread = read_spread(world.office, one)
        seen = facts_of(spread, world.today)
        read = read_facts([one.pk], world.today)[one.pk]
        sitting = {line.student for line in spread.lines} & seen.marks.keys()
        assert sitting == seen.marks.keys() == read.marks.keys()
        assert {k: +v for k, v in seen.marks.items()} == read.marks
        owed = {student: Counter(kinds) for student, kinds in seen.owed.items()}
        assert owed == {k: Counter(kinds) for k, kinds in read.owed.items()}


def test_facts_are_read_in_nine_queries_for_one_course_and_for_all(
    world, django_assert_num_queries
):
    every = [world.course.pk, world.course2.pk, world.course_elsewhere.pk]
    for keys in (every[:1], every):
        read_facts(keys, world.today)
        with django_assert_num_queries(9):
            read_facts(keys, world.today)
    read_attending(every, world.today)
    with django_assert_num_queries(3):  # four where there are subgroups
        read_attending(every, world.today)


def test_works_set_for_days_to_come_are_expected(world):
    """A required work ahead and a scheduled control work; both of one day are one."""
    today, lesson = world.today, world.lesson_future
    control = world.test
    WorkKind.objects.filter(pk=control.pk).update(is_control=True)
    kind = Kind(control.code, control.weight)
    later = lesson.date + datetime.timedelta(7)

    def coming():
        read = read_facts([world.course.pk], today)[world.course.pk]
        seen = facts_of(read_spread(world.office, world.course), today)
        assert seen.coming == read.coming
        return read.coming

    assert coming() == {}
    for day in (lesson.date, later):
        ControlWork.objects.create(
            course=world.course, group=world.group, date=day, name="Пределы"
        )
    assert coming() == {kind: 2}
    Task.objects.create(lesson=lesson, number=1, kind=control, is_required=True)
    assert coming() == {kind: 2}
    Task.objects.create(lesson=lesson, number=2, kind=world.answer, is_required=True)
    assert coming() == {kind: 2, Kind(world.answer.code, world.answer.weight): 1}
    lesson.is_cancelled = True
    lesson.cancellation_reason = "Актированный день"
    lesson.save()
    assert coming() == {kind: 2}


def test_a_control_work_to_come_weighs_on_what_is_expected():
    """Two lessons are left, one of them a control work that here is always failed."""
    past = Experience()
    past.count(Place("1", 0, "КР"), 2, 500)
    facts = Facts(1, 10, 2, 10, {0: Counter({(ANSWER, 4): 6})})
    before = outlooks(facts, Institution(), past)[0].forecast
    facts.expect([], [(datetime.date(2026, 12, 1), CONTROL)])
    after = outlooks(facts, Institution(), past)[0].forecast
    # (6·4 + 3·2) / 9 = 3.33: below the four that nearly stood.
    assert before.chances[4] > 0.5 > after.chances[4]
    assert after.mean < before.mean


def test_the_spread_pays_one_query_at_most_for_its_forecasts(
    world, client_of, django_assert_num_queries
):
    client = client_of(world.teacher)
    address = reverse("admin:journal_course_spread", args=[world.course.pk])
    client.get(address)
    with django_assert_num_queries(0):
        experience()
    page = client.get(address).content.decode()
    assert "Прогноз" in page and "рано" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("teacher", 200), ("curator", 200), ("office", 200), ("teacher_elsewhere", 404)],
)
def test_the_page_of_forecasts_is_for_who_sees_the_course(
    world, client_of, name, status
):
    address = reverse("admin:journal_course_forecast", args=[world.course.pk])
    answer = client_of(world.people[name]).get(address)
    assert answer.status_code == status
    if status == 200:
        assert "Что ещё нужно" in answer.content.decode()


def test_a_family_reads_its_own_forecast_alone(world, client_of):
    answer = client_of(world.student).get("/diary/forecast/").content.decode()
    assert "Прогноз" in answer
    assert world.students[2].last_name not in answer


def test_attendance_is_of_every_member_or_of_the_one_asked_about(world):
    every = read_attending([world.course.pk], world.today)[world.group.pk]
    assert len(every) > 3
    one = world.students[1].pk
    alone = read_attending([world.course.pk], world.today, one)[world.group.pk]
    assert alone == {one: every[one]}


# Constants


def test_what_was_learnt_goes_to_plain_numbers_and_back():
    past = Experience()
    past.count(Place("7", 0, "КР"), 4, 3)
    past.lessons["7"], past.spread = [10, 4], 0.8
    again = from_plain(to_plain(past))
    assert again.whole == [0, 0, 3, 0] == again.courses["7"]
    assert again.odds(Place("7", 0, "КР")) == past.odds(Place("7", 0, "КР"))
    assert again.per_lesson("7", 0.4, 0) == 0.4
    assert again.spread == 0.8
    assert to_plain(from_plain({})) == to_plain(Experience())


@pytest.fixture
def over(world):
    """A day after the term of the cast, in which there are marks."""
    cache.clear()
    return SimpleNamespace(day=world.period.last_day + datetime.timedelta(days=1))


def test_a_refit_learns_the_marks_of_closed_terms_and_judges_the_last(world, over):
    assert closed_terms(world.today) == []
    with pytest.raises(ValidationError):
        refit(world.today)
    fit = refit(over.day, world.deputy)
    assert str(world.period) in fit.periods
    assert sum(fit.experience["whole"]) > 0
    assert [one["share"] for one in fit.figures["shares"]] == [0.25, 0.5, 0.75]
    assert experience().whole == fit.experience["whole"]
    newer = ForecastFit.objects.create(experience=to_plain(Experience()))
    cache.clear()
    assert experience().whole == [0, 0, 0, 0]
    assert newer.pk != fit.pk


def test_the_command_says_why_there_is_nothing_to_learn_from(world):
    with pytest.raises(CommandError, match="ещё не закончился"):
        call_command("refit_forecast")


def test_the_deputy_alone_refits_and_sees_how_forecasts_came_true(
    world, client_of, over
):
    at = reverse("admin:journal_forecastfit_refit")
    assert client_of(world.director).get(at).status_code == 403
    deputy = client_of(world.deputy)
    assert "ещё не закончился" in deputy.get(at).content.decode()
    fit = refit(over.day)
    page = deputy.get(reverse("admin:journal_forecastfit_change", args=[fit.pk]))
    assert "Верны ли вероятности" in page.content.decode()


# Who is at risk


def give_twos(world, students, count=4):
    """Works of a past lesson that all of the students failed."""
    for number in range(1, count + 1):
        task, _ = Task.objects.get_or_create(
            lesson=world.lesson_past, number=number, defaults={"kind": world.answer}
        )
        for student in students:
            Mark.objects.update_or_create(
                task=task, student=student, defaults={"value": "2"}
            )


@pytest.mark.parametrize("count", [1, 30])
def test_a_curator_reads_who_is_at_risk_in_what_in_twelve_queries(
    world, client_of, django_assert_num_queries, count
):
    rules = Institution.current()
    assert at_risk([world.group.pk], world.today, rules) == {}
    students = [
        Student.objects.create(last_name=f"Двоев{number:02}", first_name="Ян")
        for number in range(count)
    ]
    for student in students:
        Membership.objects.create(
            student=student, group=world.group, start=world.period.first_day
        )
    give_twos(world, students)
    experience()
    with django_assert_num_queries(12):
        found = at_risk([world.group.pk], world.today, rules)
    names = [one.name for one in found[world.group.pk]]
    assert names == [student.short_name for student in students]
    assert found[world.group.pk][0].disciplines == [str(world.course.discipline)]
    assert found[world.group.pk][0].failing == [str(world.course.discipline)]
    page = client_of(world.curator).get(reverse("admin:index")).content.decode()
    for words in ("По текущим отметкам «2»", "Под угрозой «2»"):
        told = page.partition(words)[2].partition("</p>")[0]
        assert f"{names[0]} ({world.course.discipline})" in told
    assert ("среди них" in page) == (count > 12)
    assert (
        "Двоев"
        not in client_of(world.teacher).get(reverse("admin:index")).content.decode()
    )


def test_a_family_reads_above_the_week_where_a_2_stands_by_now(world, client_of):
    """Another's twos are nobody else's matter; too few of them say nothing yet."""
    told = f"По текущим отметкам «2»: {world.course.discipline}."
    student, week = world.students[0], reverse("diary:week")
    few = Facts(1, marks={1: Counter({(ANSWER, 2): 2}), 2: Counter({(ANSWER, 2): 3})})
    assert failing(few, world.institution) == [2]
    Mark.objects.filter(student=student).delete()
    give_twos(world, [student])
    for user in (world.student, world.parent):
        page = client_of(user).get(week, {"child": student.pk}).content.decode()
        assert told in page and reverse("diary:forecast") in page
    page = client_of(world.parent).get(week, {"child": world.sister.pk})
    assert page.status_code == 200 and "«2»" not in page.content.decode()
    page = client_of(world.student).get(week, {"week": "2026-W41"})
    assert "По текущим" not in page.content.decode()


def test_no_2_threatens_once_a_positive_result_of_the_period_is_signed(world):
    """The last word counts: a 2 of an exam stands over the term mark until the retake."""
    student, course = world.students[1], world.course
    Mark.objects.filter(student=student).delete()
    give_twos(world, [student])

    def told():
        found = at_risk([world.group.pk], world.today, Institution.current())
        own = [
            one for one in found.get(world.group.pk, ()) if one.student == student.pk
        ]
        seen = outlooks_of(student.pk, [course.pk], world.today, Institution.current())
        page = read_spread(world.teacher, course)
        on_page = spread_outlooks(page, world.today)[student.pk]
        assert seen[course.pk].is_alarm == on_page.is_alarm == bool(own)
        return [(one.disciplines, one.failing) for one in own]

    def sign(kind, mark, **fields):
        sheet = Sheet.objects.create(
            kind=kind,
            group=world.group,
            period=world.period,
            date=world.today,
            **fields,
        )
        SheetPart.objects.create(sheet=sheet, course=course, hours=36)
        Result.objects.create(sheet=sheet, student=student, mark=mark)
        sheet.state, sheet.signed_at = Sheet.State.SIGNED, timezone.now()
        sheet.save()
        return sheet

    warned = [([str(course.discipline)], [str(course.discipline)])]
    assert told() == warned
    sign("term", "3")
    assert told() == []
    exam = sign("exam", "2")
    assert told() == warned
    sign("exam", "4", retakes=exam, attempt=2)
    assert told() == []


@pytest.mark.parametrize("count", [1, 30])
def test_a_spread_with_forecasts_costs_as_many_queries_for_one_as_for_thirty(
    world, client_of, django_assert_num_queries, count
):
    give_twos(world, world.students[:1])
    for number in range(count):
        student = Student.objects.create(last_name=f"Новый{number}", first_name="Ян")
        Membership.objects.create(
            student=student, group=world.group, start=world.period.first_day
        )
    client = client_of(world.teacher)
    address = reverse("admin:journal_course_spread", args=[world.course.pk])
    client.get(address)
    with django_assert_num_queries(12):
        page = client.get(address).content.decode()
    assert "ожидается «" in page
