"""Forecasts of the mark of a term (F12)."""

import csv
import json
import math
from collections import Counter
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given
from hypothesis import strategies as st

from journal.domain.results.experience import Entry, Experience, Place, foresee
from journal.domain.results.forecast import MARKS, Rules, Work, forecast
from journal.exchange.results import read_series
from tests.test_exchange_real_files import DATA

EVEN = Work((0.1, 0.3, 0.4, 0.2))
MARK = st.sampled_from(MARKS)
ODDS = st.tuples(*[st.floats(0.05, 1)] * 4).map(
    lambda raw: tuple(one / sum(raw) for one in raw)
)
WORK = st.builds(
    Work,
    odds=ODDS,
    done=st.floats(0, 1),
    weight=st.sampled_from((1, 2, 3)),
    pull=st.sampled_from((0.4, 1.0, 1.7)),
)
KNOWN = st.lists(st.tuples(MARK, WORK), min_size=1, max_size=12)
COMING = st.lists(WORK, max_size=10)


@given(KNOWN, COMING)
def test_chances_sum_to_one_and_the_interval_holds_the_expected(known, coming):
    seen = forecast(known, coming)
    assert math.isclose(sum(seen.chances.values()), 1)
    assert all(-1e-9 <= chance <= 1 + 1e-9 for chance in seen.chances.values())
    assert 2 <= seen.low <= seen.high <= 5
    assert 2 - 1e-9 <= seen.mean <= 5 + 1e-9


@given(KNOWN, COMING, st.randoms(use_true_random=False))
def test_the_order_of_marks_does_not_matter(known, coming, chance):
    seen = forecast(known, coming)
    mixed = list(known)
    chance.shuffle(mixed)
    again = forecast(mixed, coming)
    for mark in MARKS:
        assert math.isclose(seen.chances[mark], again.chances[mark], abs_tol=1e-9)
    marks = [mark for mark, _ in known]
    if len({work for _, work in known}) == 1:
        works = [work for _, work in known]
        swapped = forecast(list(zip(marks[::-1], works, strict=True)), coming)
        assert math.isclose(seen.mean, swapped.mean, abs_tol=1e-9)


SHARP = Work((0.5, 0.25, 0.03, 0.22), weight=3, pull=1.7)


@given(KNOWN, COMING, WORK)
@example(  # tilts far below, unlikely before the 2 and no more after it
    [
        (5, SHARP),
        (3, Work((0.29, 0.03, 0.18, 0.51), weight=2, pull=1.7)),
        (5, Work((0.24, 0.06, 0.35, 0.35), weight=2, pull=1.7)),
    ],
    [
        Work((0.35, 0.04, 0.13, 0.47), weight=3, pull=0.4),
        Work((0.38, 0.03, 0.56, 0.03), 1e-5, 3, pull=1.7),
        replace(SHARP, done=0.0),
        replace(SHARP, done=0.0),
    ],
    Work((0.19, 0.04, 0.74, 0.04), weight=2, pull=1.7),
)
def test_another_two_never_lowers_the_chance_of_failing(known, coming, work):
    before = forecast(known, coming)
    after = forecast([*known, (2, work)], coming)
    assert after.chances[2] >= before.chances[2] - 1e-9
    assert after.mean <= before.mean + 1e-9


def test_with_nothing_to_come_the_average_is_certain():
    seen = forecast([(5, EVEN), (4, EVEN)], [])
    assert (seen.low, seen.high) == (4.5, 4.5)
    assert seen.mean == pytest.approx(4.5)
    assert seen.chances[5] == pytest.approx(1)
    assert seen.mark == 5


def test_weights_count_as_in_the_average():
    seen = forecast(
        [(5, Work(EVEN.odds, weight=1)), (3, Work(EVEN.odds, weight=3))], []
    )
    assert seen.mean == pytest.approx(3.5)


def test_one_work_to_come_by_hand():
    """Marks 4, 4; the last work surely gives 2 or 5, by halves for the middle tilt."""
    coin = Work((0.5, 1e-12, 1e-12, 0.5))
    seen = forecast([(4, EVEN), (4, EVEN)], [coin], Rules(spread=1e-3))
    assert seen.chances[3] == pytest.approx(0.5, abs=1e-3)  # (4 + 4 + 2) / 3 = 3.33
    assert seen.chances[4] == pytest.approx(0.5, abs=1e-3)  # (4 + 4 + 5) / 3 = 4.33
    assert seen.mean == pytest.approx(23 / 6, abs=1e-3)


@pytest.mark.parametrize("count", [4, 8])
def test_counting_and_summing_agree(monkeypatch, count):
    known, coming = [(3, EVEN), (4, EVEN), (4, EVEN), (5, EVEN)], [EVEN] * count
    monkeypatch.setattr("journal.domain.results.forecast.EXACT", 99)
    counted = forecast(known, coming)
    monkeypatch.setattr("journal.domain.results.forecast.EXACT", 0)
    summed = forecast(known, coming)
    assert summed.mean == pytest.approx(counted.mean, abs=0.01)
    for mark in MARKS:
        assert summed.chances[mark] == pytest.approx(counted.chances[mark], abs=0.03)


def test_few_marks_lean_to_how_works_turn_out_and_many_do_not():
    strong = Work((0.02, 0.08, 0.3, 0.6))
    one = forecast([(2, strong)], [strong] * 11)
    many = forecast([(2, strong)] * 6, [strong] * 6)
    assert one.mean > 3.2
    assert many.mean < 2.5


def test_undone_work_counts_as_the_institution_says():
    never = Work(EVEN.odds, done=0.0)
    as_nothing = forecast([(5, EVEN)], [never])
    as_two = forecast([(5, EVEN)], [never], Rules(undone=2))
    assert (as_nothing.low, as_nothing.high) == (5, 5)
    assert as_two.mean == pytest.approx(3.5)


def test_it_is_too_early_to_say_with_one_mark():
    assert forecast([(5, EVEN)], [EVEN]).is_early
    assert not forecast([(5, EVEN)] * 2, [EVEN]).is_early
    assert forecast([], []) is None


def test_the_past_of_a_course_says_how_its_works_turn_out():
    def series(marks):
        return [
            Entry(Place("Физика", 3, at), mark, at) for at, mark in enumerate(marks, 1)
        ]

    past = Experience().learn(series((4, 2, None)) for _ in range(40))
    fresh = series((4, None, None))
    seen = foresee(fresh, 1, past, Rules())
    assert seen.mean < 3.3  # the next was always a 2, and the last was left
    plain = foresee(fresh, 1, Experience(), Rules())
    assert plain.mean > 3.7


def test_a_work_that_follows_strength_says_more_of_a_student():
    """The second work goes with the first, the third is chance: it pulls the least."""

    def series(marks):
        return [
            Entry(Place("Физика", 4, at), mark, at) for at, mark in enumerate(marks, 1)
        ]

    strong, weak = ((5, 5, 2, 5), (5, 5, 5, 5)), ((2, 2, 2, 2), (2, 2, 5, 2))
    past = Experience().learn(series(marks) for marks in (*strong, *weak) * 30)
    first, second, chance, last = (
        past.work(Place("Физика", 4, at)) for at in (1, 2, 3, 4)
    )
    assert first.pull == second.pull == last.pull > 1 > chance.pull
    with_strength = forecast([(5, first), (5, second)], [last])
    with_chance = forecast([(5, first), (5, chance)], [last])
    assert with_strength.chances[5] > with_chance.chances[5]


def test_the_spread_of_students_is_told_by_their_own_marks():
    alike = [[(mark, EVEN) for mark in (3, 4, 4, 5)] for _ in range(60)]
    apart = [[(mark, EVEN)] * 8 for mark in (2, 5) for _ in range(30)]
    few = Experience().measure_spread([alike[:20]])
    assert few.spread == Rules.spread
    narrow = Experience().measure_spread([alike]).spread
    wide = Experience().measure_spread([apart]).spread
    assert narrow < Rules.spread < wide


# Real series


def halves(tmp_path):
    """The series of 2013, every other one to learn from and to judge on."""
    source = DATA / "forecast" / "marks_2013.csv"
    if not source.exists():
        pytest.skip("нет ../shared/data")
    with source.open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    paths = tmp_path / "fit.csv", tmp_path / "judge.csv"
    for half, path in enumerate(paths):
        with path.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(row for row in rows if int(row["series"]) % 2 == half)
    return paths


def test_forecasts_of_half_the_series_come_true_as_often_as_promised(tmp_path, capsys):
    fit, judge = halves(tmp_path)
    call_command("forecast_check", judge, fit=fit)
    outcome = json.loads(capsys.readouterr().out)
    least = {"0.25": (0.72, 0.085), "0.5": (0.82, 0.052), "0.75": (0.90, 0.027)}
    for share, (exact, brier) in least.items():
        assert outcome[share]["n"] > 3500
        assert outcome[share]["exact"] >= exact
        assert outcome[share]["brier_3_or_lower"] <= brier
        assert 0.74 <= outcome[share]["coverage_80"] <= 0.85


def test_chances_are_calibrated_without_any_training(tmp_path):
    """Of those given a chance of 60–80 % for a 4, that many get it."""
    _, judge = halves(tmp_path)
    hits = Counter()
    for group in read_series(judge):
        for one in group[::3]:
            now = math.ceil(one[0].place.planned / 2)
            marks = [entry.mark for entry in one if entry.mark]
            seen = foresee(one, now, Experience(), Rules())
            if 0.6 <= seen.chances[4] <= 0.8:
                hits[math.floor(sum(marks) / len(marks) + 0.5) == 4] += 1
    assert hits.total() > 200
    assert 0.58 <= hits[True] / hits.total() <= 0.85


HEAD = "series,course,group,planned,position,known_from,mark,final\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "нет столбцов"),
        ("a,b\n1,2\n", "нет столбцов: series"),
        (HEAD, "ни одной строки"),
        (HEAD + "0,A,A1,11,1,1,7,4\n", "Строка 2, столбец mark: «7»"),
        (HEAD + "0,A,A1,11,12,1,4,4\n", "столбец position: «12»"),
        (HEAD + "0,A,A1,99999999999999,1,1,4,4\n", "столбец planned"),
        (HEAD + "0,A,A1,=1+1,1,1,4,4\n", "столбец planned: «=1+1»"),
        (HEAD + "0,A\n", "столбец planned: «»"),
    ],
)
def test_a_table_of_nonsense_is_refused_with_its_place(tmp_path, text, said):
    path = tmp_path / "series.csv"
    path.write_text(text, encoding="utf8")
    with pytest.raises(CommandError, match=said.replace("+", r"\+")):
        call_command("forecast_check", path)


def test_a_picture_is_no_table(tmp_path):
    path = tmp_path / "series.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(CommandError, match="не таблица CSV"):
        call_command("forecast_check", path)
    with pytest.raises(CommandError, match="нет"):
        call_command("forecast_check", tmp_path / "absent.csv")
