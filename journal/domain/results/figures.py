"""Figures of students and groups out of a statement (R4, R6, R8, R13–R15, R19)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from journal.domain.results.averages import NOT_CERTIFIED, mean
from journal.domain.results.categories import (
    EXCELLENT,
    FAILING,
    GOOD,
    ONE_FOUR,
    ONE_THREE,
    REST,
    UNKNOWN,
    GroupRates,
    category,
    group_rates,
)
from journal.domain.results.group import Statement, StudentLine, TaughtCourse
from journal.domain.results.official import YEAR
from journal.domain.results.standings import Standing, of_record


@dataclass
class Figures:
    """Students by category; `certified` have marks and no «н/а», `uncertified` an «н/а».

    Here an «н/а» of too few current marks is one too; no other figure counts it.
    """

    students: int
    certified: int
    uncertified: int
    by_category: Counter
    rates: GroupRates
    mean: Decimal | None

    @property
    def well(self) -> int:
        """Students with «4» and «5», one «4» included, without those with «5» alone."""
        return self.by_category[ONE_FOUR] + self.by_category[GOOD]

    @property
    def threes(self) -> int:
        return self.by_category[ONE_THREE] + self.by_category[REST]

    @property
    def excellent(self) -> int:
        return self.by_category[EXCELLENT]

    @property
    def failing(self) -> int:
        return self.by_category[FAILING]

    @property
    def unknown(self) -> int:
        return self.by_category[UNKNOWN]


def mean_of(line: StudentLine) -> Decimal | None:
    """The mean of a student's results: each discipline and course work counts alike."""
    found = [one.number for one in line.standings.values()]
    return mean([number for number in found if number is not None])


def figures_of(lines: Iterable[StudentLine]) -> Figures:
    """Figures of these students, of one group or of several together."""
    lines = list(lines)
    marks = [line.marks() for line in lines]
    means = [number for line in lines if (number := mean_of(line)) is not None]
    return Figures(
        students=len(lines),
        certified=sum(
            bool(ones) and not line.is_uncertified
            for line, ones in zip(lines, marks, strict=True)
        ),
        uncertified=sum(line.is_uncertified for line in lines),
        by_category=Counter(map(category, marks)),
        rates=group_rates(marks),
        mean=mean(means),
    )


def of_year(found: Statement) -> Statement:
    """The statement of a whole year: one column a discipline of a group.

    The result of the year is the mark for the year, else what the last period gave in
    which the student has a result (domain §2.2). Course works stand for themselves: no
    later one takes the place of one that was failed.
    """
    parts: dict[tuple[int, int], list[TaughtCourse]] = defaultdict(list)
    for course in found.disciplines:
        parts[course.group, course.subject].append(course)
    heads = [course for course in found.courses if course.is_work]
    for courses in parts.values():
        courses.sort(key=lambda one: one.last_day)
        head = courses[-1]
        head.hours = sum(one.hours for one in courses)
        heads.append(head)
        keys = [one.pk for one in reversed(courses)]
        for line in found.lines:
            known = [line.standings[key] for key in keys if key in line.standings]
            if known:
                for key in keys:
                    del line.standings[key]
                line.standings[head.pk] = _year_mark(found, line, keys) or next(
                    (one for one in known if one.mark), known[0]
                )
    order = {course.pk: place for place, course in enumerate(found.courses)}
    found.courses = sorted(heads, key=lambda one: order[one.pk])
    return found


def _year_mark(found: Statement, line: StudentLine, keys: list[int]) -> Standing | None:
    for key in keys:
        if mark := found.official.get((line.pk, key), {}).get(YEAR):
            return of_record({YEAR: mark}, YEAR)
    return None


@dataclass
class SubjectFailures:
    """A discipline over groups: who counts, how many failed, how many have «н/а».

    Its course works are another one.
    """

    discipline: str
    teachers: set[str] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    counted: int = 0
    failed: int = 0
    uncertified: int = 0

    @property
    def share(self) -> Decimal | None:
        """% неуспеваемости: «2», failed credits and «н/а» of N."""
        rates = GroupRates(self.counted, 0, self.failed + self.uncertified, 0)
        return rates.success


def failures_of(found: Statement) -> list[SubjectFailures]:
    """Disciplines in which somebody fails, the worst first, then by name."""
    by_subject: dict[tuple[int, bool], SubjectFailures] = {}
    lines = defaultdict(list)
    for line in found.lines:
        lines[line.group].append(line)
    for course in found.courses:
        place = course.subject, course.is_work
        one = by_subject.setdefault(place, SubjectFailures(course.title))
        count = Counter(
            mark for line in lines[course.group] for mark in line.marks([course.pk])
        )
        one.counted += count.total()
        one.failed += count["2"] + count["х"]
        one.uncertified += count[NOT_CERTIFIED]
        if count["2"] + count["х"] + count[NOT_CERTIFIED]:
            one.groups.add(course.group)
            one.teachers.update(course.teachers)
    failing = [one for one in by_subject.values() if one.groups]
    # Sorting is stable and the columns stand by name.
    return sorted(failing, key=lambda one: -(one.share or 0))
