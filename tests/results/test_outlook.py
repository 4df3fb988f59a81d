"""Outlooks of courses: what they stand on, what they say, what they cost (F12)."""

import datetime
import math
from collections import Counter
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from journal.domain.lessons import Change, write_cells
from journal.domain.lessons.spread import read_spread
from journal.domain.results.attending import attend, read_attending, together
from journal.domain.results.constants import experience, from_plain, to_plain
from journal.domain.results.experience import Experience, Place
from journal.domain.results.fitting import closed_terms, refit
from journal.domain.results.forecast import MARKS, Forecast
from journal.domain.results.foreseeing import at_risk, facts_of, read_facts
from journal.domain.results.outlook import (
    Facts,
    Kind,
    Needed,
    Outlook,
    expected,
    outlooks,
)
from journal.models import (
    ForecastFit,
    Institution,
    Mark,
    Membership,
    Student,
    Task,
)
from journal.pages.diary.foretold import needed_words, outlook_words

ANSWER, CONTROL = Kind("ОЗ", 1), Kind("КР", 3)
GIVEN = st.lists(
    st.tuples(st.sampled_from((ANSWER, CONTROL)), st.sampled_from(MARKS)), max_size=12
)
OTHERS = st.lists(GIVEN, max_size=4)
RULES = Institution()


def course(*students, ahead=12, held=10):
    marks = {number: Counter(given) for number, given in enumerate(students)}
    return Facts(1, held, ahead, held * len(students), marks)


@given(GIVEN.filter(bool), OTHERS, st.integers(0, 30))
def test_chances_of_every_student_sum_to_one(own, others, ahead):
    for one in outlooks(
        course(own, *others, ahead=ahead), RULES, Experience()
    ).values():
        if one.forecast is not None:
            assert math.isclose(sum(one.forecast.chances.values()), 1)
            assert 2 <= one.forecast.low <= one.forecast.high <= 5


@given(
    GIVEN.filter(bool), OTHERS, st.integers(0, 30), st.sampled_from((ANSWER, CONTROL))
)
def test_another_two_never_makes_failing_less_likely(own, others, ahead, kind):
    def failing(given):
        seen = outlooks(course(given, *others, ahead=ahead), RULES, Experience())
        return seen[0].forecast.chances[2]

    assert failing([*own, (kind, 2)]) >= failing(own) - 1e-9


@given(GIVEN.filter(bool), st.randoms(use_true_random=False))
def test_the_order_in_which_marks_came_says_nothing(own, chance):
    mixed = list(own)
    chance.shuffle(mixed)
    first, second = (
        outlooks(course(given), RULES, Experience())[0].forecast
        for given in (own, mixed)
    )
    assert math.isclose(first.mean, second.mean, abs_tol=1e-9)


def test_the_next_mark_up_by_hand():
    """3, 3, 4: for «4» 3.495·(3 + 6) − 10 over six works; a five lifts by 1.505."""
    facts = course([(ANSWER, 3), (ANSWER, 3), (ANSWER, 4)], ahead=15, held=0)
    past = Experience()
    past.lessons["1"] = [10_000, 4_000]
    (one,) = outlooks(facts, RULES, past).values()
    assert one.needed.mark == 4 and one.needed.works == 6
    assert one.needed.average == pytest.approx(3.495 + (3.495 * 3 - 10) / 6)
    assert one.needed.fives == 1
    assert outlook_words(one).endswith("до «4» осталось: 1\N{NO-BREAK SPACE}пятёрка")


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        (None, ""),
        (Needed(4, 3.6, 0, 0), "до «4»: работ в этом периоде больше не ожидается"),
        (Needed(5, 5.2, 9, 6), "до «5»: оставшихся работ уже не хватит"),
        (
            Needed(5, 4.75, 3, 2),
            "до «5» осталось: в среднем 4,8 ещё за 2 работы (примерно)",
        ),
        (Needed(3, 2.7, 2, 6), "до «3» осталось: 2 пятёрки"),
    ],
)
def test_what_is_needed_is_said_in_words(needed, words):
    assert needed_words(needed).replace("\N{NO-BREAK SPACE}", " ") == words


def test_who_has_the_best_mark_needs_nothing():
    (one,) = outlooks(course([(ANSWER, 5)] * 4), RULES, Experience()).values()
    assert one.needed is None


def test_undone_required_work_counts_where_the_institution_says_so():
    facts = course([(ANSWER, 3)] * 2, ahead=0)
    facts.owed[0] = [CONTROL]
    counting = Institution(undone_counts="two")
    lax, strict = (
        outlooks(facts, rules, Experience())[0].forecast.chances[2]
        for rules in (RULES, counting)
    )
    assert strict > lax + 0.3


def test_sums_are_of_chances_and_not_of_rounded_marks():
    half = Forecast(3.5, 3, 4, {2: 0.0, 3: 0.5, 4: 0.5, 5: 0.0}, 5)
    bad = Forecast(2.5, 2, 3, {2: 0.4, 3: 0.6, 4: 0.0, 5: 0.0}, 5)
    sums = expected([half, half, bad])
    assert sums.counts == pytest.approx({2: 0.4, 3: 1.6, 4: 1.0, 5: 0.0})
    assert sums.success == pytest.approx(100 * 2.6 / 3)
    assert sums.quality == pytest.approx(100 / 3)
    assert sums.deviation == pytest.approx(math.sqrt(0.24))
    assert sums.quality_deviation == pytest.approx(math.sqrt(0.5))
    assert expected([]).success is None


def test_alarm_is_the_chance_of_a_two_and_never_too_early():
    lost = outlooks(course([(ANSWER, 2)] * 6, ahead=1), RULES, Experience())[0]
    early = outlooks(course([(ANSWER, 2)], ahead=1), RULES, Experience())[0]
    assert lost.is_alarm and not early.is_alarm and not early.is_told
    assert outlook_words(early) == "прогноз давать рано: отметок мало"
    assert outlook_words(Outlook(None)) == ""


# Attendance


def test_attendance_by_hand():
    """(8 + 40·0.1) of 80 + 40 hours; of 60 ahead six will be missed."""
    one = attend(80, 8, 60, 0.1)
    assert one.now == pytest.approx(90)
    assert one.to_miss == pytest.approx(6)
    assert one.percent == pytest.approx(90)
    low, high = one.interval
    assert 100 * (1 - 68 / 140) < low < 90 < high <= 100 * (1 - 8 / 140)
    assert attend(0, 0, 0, 0.1).percent is None


def test_who_misses_more_is_expected_to_and_nothing_ahead_is_certain():
    worse, better = attend(40, 20, 40, 0.1), attend(40, 2, 40, 0.1)
    assert worse.percent < better.percent
    sure = attend(40, 4, 0, 0.1)
    assert sure.interval == (sure.percent, sure.percent) == (90, 90)


def test_many_students_are_less_uncertain_than_each():
    one = attend(400, 120, 40, 0.3)
    many = together([one] * 25)
    assert many.percent == pytest.approx(one.percent)
    spread, of_many = (high - low for low, high in (one.interval, many.interval))
    assert of_many == pytest.approx(spread / 5)


# Reading


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


def test_facts_are_read_in_seven_queries_for_one_course_and_for_all(
    world, django_assert_num_queries
):
    every = [world.course.pk, world.course2.pk, world.course_elsewhere.pk]
    for keys in (every[:1], every):
        read_facts(keys, world.today)
        with django_assert_num_queries(7):
            read_facts(keys, world.today)
    read_attending(every, world.today)
    with django_assert_num_queries(3):  # four where there are subgroups
        read_attending(every, world.today)


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
    past.lessons["7"] = [10, 4]
    again = from_plain(to_plain(past))
    assert again.whole == [0, 0, 3, 0] == again.courses["7"]
    assert again.odds(Place("7", 0, "КР")) == past.odds(Place("7", 0, "КР"))
    assert again.per_lesson("7", 0.4, 0) == 0.4
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
def test_a_curator_reads_who_is_at_risk_in_what_in_nine_queries(
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
    with django_assert_num_queries(9):
        found = at_risk([world.group.pk], world.today, rules)
    names = [one.name for one in found[world.group.pk]]
    assert names == [student.short_name for student in students]
    assert found[world.group.pk][0].disciplines == [str(world.course.discipline)]
    page = client_of(world.curator).get(reverse("admin:index")).content.decode()
    assert f"{names[0]} ({world.course.discipline})" in page
    assert ("среди них" in page) == (count > 12)
    assert (
        "Двоев"
        not in client_of(world.teacher).get(reverse("admin:index")).content.decode()
    )


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
    with django_assert_num_queries(11):
        page = client.get(address).content.decode()
    assert "ожидается «" in page
