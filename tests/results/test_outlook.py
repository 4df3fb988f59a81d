"""Outlooks of courses: what they stand on and what they say (F12)."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.domain.results.attending import attend, together
from journal.domain.results.experience import Experience
from journal.domain.results.forecast import MARKS, Forecast
from journal.domain.results.outlook import (
    Facts,
    Kind,
    Needed,
    Outlook,
    expected,
    outlooks,
)
from journal.models import (
    Institution,
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
