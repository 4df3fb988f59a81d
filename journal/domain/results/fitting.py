"""Estimating the constants of forecasts from own closed terms, and judging them (F12)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from math import ceil
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from journal.domain.results.averages import NUMERIC, average, suggested_mark
from journal.domain.results.constants import forget, to_plain
from journal.domain.results.experience import Experience, Place
from journal.domain.results.forecast import MARKS
from journal.domain.results.foreseeing import read_facts
from journal.domain.results.official import TERM, read_official
from journal.domain.results.outlook import known_works, outlooks
from journal.models import (
    Course,
    ForecastFit,
    Institution,
    Lesson,
    Mark,
    Membership,
    Period,
    User,
)

MOST_TERMS = 6  # the latest closed terms are learnt from
MOST_JUDGED = 400  # courses of the last one are judged on
SHARES = (0.25, 0.5, 0.75)
TENTHS = 10


@dataclass
class Judged:
    """How forecasts at a share of the lessons came true.

    Of `n` forecasts told: the share whose likeliest mark came, the mean square of what
    the chance of «3» or lower missed by, the share of averages inside the 80 % interval;
    `early` is the number for which it was too early. `tenths`: chances told from 0 to
    10 %, to 20 % …: how many, their mean, and how often the mark came.
    """

    share: float
    n: int = 0
    exact: float = 0.0
    brier_3_or_lower: float = 0.0
    coverage_80: float = 0.0
    early: int = 0
    tenths: list[list[float]] = field(
        default_factory=lambda: [[0, 0.0, 0] for _ in range(TENTHS)]
    )

    def add(self, seen, mark: int, mean: float) -> None:
        self.n += 1
        self.exact += seen.mark == mark
        self.brier_3_or_lower += (seen.chances[2] + seen.chances[3] - (mark <= 3)) ** 2
        self.coverage_80 += seen.low - 0.005 <= mean <= seen.high + 0.005
        for one in MARKS:
            place = min(int(seen.chances[one] * TENTHS), TENTHS - 1)
            row = self.tenths[place]
            row[0] += 1
            row[1] += seen.chances[one]
            row[2] += one == mark

    def closed(self) -> "Judged":
        """The same as shares of 1, once all are added."""
        for name in ("exact", "brier_3_or_lower", "coverage_80"):
            setattr(self, name, round(getattr(self, name) / max(self.n, 1), 4))
        for row in self.tenths:
            row[1:] = [round(value / max(row[0], 1), 4) for value in row[1:]]
        return self


def closed_terms(today: date) -> list[Period]:
    """The latest terms that are over and have marks, the earliest first."""
    over = Period.objects.filter(last_day__lt=today).select_related("year")
    found = []
    for period in over.order_by("-last_day", "-pk"):
        if Mark.objects.filter(task__lesson__course__period=period).exists():
            found.append(period)
        if len(found) == MOST_TERMS:
            break
    return found[::-1]


def refit(today: date, by: User | None = None) -> ForecastFit:
    """Learn from the closed terms; judge, on the last, what those before it taught.

    With one closed term alone its forecasts are judged by the general constants. Raises
    ValidationError where no term is over yet.
    """
    terms = closed_terms(today)
    if not terms:
        raise ValidationError(
            "Ни один период с отметками ещё не закончился: настраивать прогноз не на чем."
        )
    past = Experience()
    for term in terms[:-1]:
        learn_term(past, term)
    for term in terms[-2:-1]:
        measure_term(past, term)
    figures = [asdict(one.closed()) for one in judge(terms[-1], past)]
    learn_term(past, terms[-1])
    measure_term(past, terms[-1])
    with transaction.atomic():
        made = ForecastFit.objects.create(
            made_by=by,
            periods=[str(term) for term in terms],
            experience=to_plain(past),
            figures={"period": str(terms[-1]), "shares": figures},
        )
        forget()
    return made


def learn_term(past: Experience, term: Period) -> None:
    """Add a term: marks by discipline and kind of work, marks a lesson gives. Three queries."""
    marks = Mark.objects.filter(
        task__lesson__course__period=term, value__in=list(NUMERIC)
    )
    keys = ("task__lesson__course__discipline", "task__kind__code", "value")
    rows = marks.order_by().values(*keys).annotate(count=Count("pk"))
    given: Counter = Counter()
    for discipline, kind, value, count in rows.values_list(*keys, "count"):
        past.count(Place(str(discipline), 0, kind), NUMERIC[value], count)
        given[discipline] += count
    asked = _asked(term)
    for discipline, count in given.items():
        counts = past.lessons[str(discipline)]
        counts[0] += round(asked[discipline])
        counts[1] += count
    past.known_odds.clear()


def measure_term(past: Experience, term: Period) -> None:
    """How far students of a group were apart by the end of a term. Ten queries."""
    facts = read_facts(_some_courses(term), term.last_day)
    past.measure_spread(known_works(one, past).values() for one in facts.values())


def _some_courses(term: Period) -> list[int]:
    """All courses of a term, or so many of them evenly."""
    courses = list(
        Course.objects.filter(period=term).order_by("pk").values_list("pk", flat=True)
    )
    step = ceil(len(courses) / MOST_JUDGED) or 1
    return courses[::step]


def _asked(term: Period) -> Counter:
    """Discipline → lessons of one student that it had in the term."""
    sizes = dict(
        Membership.objects.on(term.last_day)
        .order_by()
        .values_list("group")
        .annotate(Count("pk"))
    )
    rows = (
        Lesson.objects.held()
        .filter(course__period=term)
        .order_by()
        .values("course", "course__group", "course__discipline")
        .annotate(count=Count("pk"), parts=Count("subgroup", distinct=True))
        .values_list("course__group", "course__discipline", "count", "parts")
    )
    found: Counter = Counter()
    for group, discipline, count, parts in rows:
        found[discipline] += sizes.get(group, 0) * count / max(parts, 1)
    return found


class Ending(NamedTuple):
    """What a term came to: the mark of record or of the average, and the average."""

    mark: int
    mean: float


def judge(term: Period, past: Experience) -> Sequence[Judged]:
    """Forecasts of a term that is over, as they would have been told on the way."""
    rules = Institution.current()
    courses = _some_courses(term)
    endings = _endings(courses, rules)
    days = _days(courses)
    found = [Judged(share) for share in SHARES]
    for one in found:
        by_day = defaultdict(list)
        for course, dates in days.items():
            by_day[dates[ceil(one.share * len(dates)) - 1]].append(course)
        for day, those in by_day.items():
            for course, facts in read_facts(those, day).items():
                _judge_course(
                    one, course, outlooks(facts, rules, past, whole=False), endings
                )
    return found


def _judge_course(one: Judged, course: int, seen, endings) -> None:
    for student, outlook in seen.items():
        ending = endings.get((course, student))
        if ending is None or outlook.forecast is None:
            continue
        if outlook.is_told:
            one.add(outlook.forecast, ending.mark, ending.mean)
        else:
            one.early += 1


def _days(courses: Iterable[int]) -> dict[int, list[date]]:
    """Course → the days of its lessons in order."""
    rows = Lesson.objects.held().filter(course__in=courses).order_by("date")
    found: dict[int, list[date]] = defaultdict(list)
    for course, day in rows.values_list("course", "date"):
        found[course].append(day)
    return found


def _endings(courses: list[int], rules: Institution) -> dict[tuple[int, int], Ending]:
    """(course, student) → how the term ended, where there were marks enough."""
    signed = read_official(courses)
    marks: dict[tuple[int, int], list] = defaultdict(list)
    rows = Mark.objects.filter(
        task__lesson__course__in=courses, value__in=list(NUMERIC)
    ).order_by()
    for course, student, value, weight in rows.values_list(
        "task__lesson__course", "student", "value", "task__kind__weight"
    ):
        marks[course, student].append((value, weight))
    found = {}
    for (course, student), own in marks.items():
        if len(own) < rules.marks_needed:
            continue
        mean = average(own)
        official = signed.get((student, course), {}).get(TERM)
        mark = official.mark if official else suggested_mark(mean, rules)
        if mark in NUMERIC:
            found[course, student] = Ending(NUMERIC[mark], float(mean))
    return found
