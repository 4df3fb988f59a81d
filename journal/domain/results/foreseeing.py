"""Reading what forecasts stand on: off a spread at hand, or set by set (F12)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Q, Subquery

from journal.domain.curriculum.trajectory import leaves_count, tag_of
from journal.domain.lessons.owed import LESSON, owed_works
from journal.domain.lessons.spread import Column, Spread
from journal.domain.results.averages import NUMERIC
from journal.domain.results.constants import experience
from journal.domain.results.official import decided, read_official
from journal.domain.results.outlook import Facts, Kind, Outlook, failing, outlooks
from journal.domain.spans import any_covers
from journal.models import (
    ControlWork,
    Course,
    Exemption,
    Institution,
    Lesson,
    Mark,
    Membership,
    Student,
    Task,
    WorkKind,
)
from journal.models.prepared import Prepared
from journal.models.sqlite import russian_key

MINUTES_KEPT = 10


def spread_outlooks(spread: Spread, today: date) -> dict[int, Outlook]:
    """The outlook of each student of a page of the journal: what it shows says all.

    One query for control works to come, one for signed results, one at most for the
    constants, kept a while.
    """
    rules = Institution.current()
    return outlooks(facts_of(spread, today), rules, experience())


def facts_of(spread: Spread, today: date) -> Facts:
    """The facts of a course off its spread. Who left, or is exempt, has no outlook."""
    course = spread.course.pk
    day = min(today, spread.course.period.last_day)
    past, ahead = _split(spread.columns, today)
    facts = Facts(spread.course.discipline_id, _share(past), _share(ahead))
    works = [
        (column.date, Kind(column.kinds[number], column.weights[number]), share)
        for column, share in zip(ahead, _shares(ahead), strict=True)
        for number in column.required
    ]
    control = _read_control(courses=[course], day=today)
    facts.expect(works, [(on, Kind(*kind)) for _, on, *kind in control])
    for line in spread.lines:
        if not any_covers(line.spans, day) or leaves_count(line.tag(day)):
            continue
        facts.asked += facts.held
        given: Counter = Counter()
        for lesson, marks in line.marks.items():
            column = spread.columns[spread.places[lesson]]
            for number, value in marks.items():
                if value in NUMERIC:
                    kind = Kind(column.kinds[number], column.weights[number])
                    given[kind, NUMERIC[value]] += 1
        facts.marks[line.student] = given
        owed = spread.owed(line, today) if spread.asking else {}
        for lesson, numbers in owed.items():
            column = spread.columns[spread.places[lesson]]
            facts.owed.setdefault(line.student, []).extend(
                Kind(column.kinds[number], column.weights[number]) for number in numbers
            )
    facts.settled = _settled([course], today)[course]
    return facts


def _split(columns: list[Column], today: date) -> tuple[list[Column], list[Column]]:
    """Lessons that were and those to come; today's is to come until a work stands in it."""
    past, ahead = [], []
    for column in columns:
        if not column.is_cancelled:
            later = column.date > today or (column.date == today and not column.kinds)
            (ahead if later else past).append(column)
    return past, ahead


def _share(columns: list[Column]) -> float:
    """Lessons that one student has: of subgroups each goes to one."""
    return sum(_shares(columns))


def _shares(columns: list[Column]) -> list[float]:
    parts = {column.subgroup for column in columns} - {None}
    return [1 if column.subgroup is None else 1 / len(parts) for column in columns]


def group_outlooks(
    courses: Iterable[int], day: date, rules: Institution, *, whole: bool = True
) -> dict[int, dict[int, Outlook]]:
    """Course → student → outlook, of members of the group on `day`. Ten queries."""
    past = experience()
    return {
        course: outlooks(facts, rules, past, whole=whole)
        for course, facts in _read_settled(courses, day).items()
    }


class AtRisk(NamedTuple):
    """Whom a 2 threatens: `disciplines` have an alarm, in `failing` it is so by now."""

    student: int
    name: str
    disciplines: list[str]
    failing: Sequence[str] = ()


def at_risk(
    groups: Iterable[int], day: date, rules: Institution
) -> dict[int, list[AtRisk]]:
    """Group → its students failing or with an alarm in courses that go on, by name.

    Not those whose result of the period is signed and positive. Eleven queries, twelve
    where there is somebody, however many groups.
    """
    courses = {
        pk: (group, name)
        for pk, group, name in _read_running(groups=sorted(groups), day=day)
    }
    past, told = experience(), defaultdict(lambda: ([], []))
    for course, facts in _read_settled(courses, day).items():
        group, discipline = courses[course]
        for student, one in outlooks(facts, rules, past, whole=False).items():
            if one.is_alarm:
                told[group, student][0].append(discipline)
        for student in failing(facts, rules):
            told[group, student][1].append(discipline)
    known = Student.objects.in_bulk({student for _, student in told})
    found = defaultdict(list)
    for (group, student), lists in told.items():
        sorts = (sorted(names, key=russian_key) for names in lists)
        found[group].append(AtRisk(student, known[student].short_name, *sorts))
    for ones in found.values():
        ones.sort(key=lambda one: (russian_key(one.name), one.student))
    return dict(found)


def lately_at_risk(
    groups: Iterable[int], day: date, rules: Institution
) -> dict[int, list[AtRisk]]:
    """`at_risk` as of some minutes ago, for pages that are opened all day."""
    keys = sorted(groups)
    key = f"at-risk-{day}-{'-'.join(map(str, keys))}"
    found = cache.get(key)
    if found is None:
        found = at_risk(keys, day, rules)
        cache.set(key, found, MINUTES_KEPT * 60)
    return found


@Prepared
def _read_running(groups, day):
    running = Course.objects.filter(
        group__in=groups, period__first_day__lte=day, period__last_day__gte=day
    )
    return running.order_by().values_list("pk", "group", "discipline__name")


def outlooks_of(
    student: int, courses: Iterable[int], day: date, rules: Institution
) -> dict[int, Outlook]:
    """Course → the outlook of one student, leaning to the group like everybody's."""
    past, found = experience(), {}
    for course, facts in _read_settled(courses, day).items():
        if student in facts.marks:
            found |= {course: outlooks(facts, rules, past, {student})[student]}
    return found


def _read_settled(courses: Iterable[int], day: date) -> dict[int, Facts]:
    """`read_facts` that know who is settled; one query more."""
    found = read_facts(courses, day)
    for course, students in _settled(found, day).items():
        found[course].settled = students
    return found


def _settled(courses: Iterable[int], day: date) -> dict[int, set[int]]:
    """Course → whose result of the period is signed and positive. One query.

    What a former group has signed settles nothing here: the mark of the new one is due.
    """
    found = defaultdict(set)
    for (student, course), stages in read_official(courses, day).items():
        result = decided(stages)
        if result and result.is_passed:
            found[course].add(student)
    return found


def read_facts(courses: Iterable[int], day: date) -> dict[int, Facts]:
    """The facts of many courses up to the end of `day`: a query a kind of fact."""
    keys = list(courses)
    if not keys:
        return {}
    found, groups = {}, {}
    for pk, discipline, group in _read_courses(courses=keys):
        found[pk], groups[pk] = Facts(discipline), group
    _read_members(found, groups, keys, day)
    _add_lessons(found, keys, day)
    for course, student, code, weight, value, count in _read_marks(
        courses=keys, day=day
    ):
        given = found[course].marks.get(student)
        if given is not None:
            given[Kind(code, weight), NUMERIC[value]] += count
    _add_owed(found, keys, day)
    _add_coming(found, keys, day)
    return found


@Prepared
def _read_courses(courses):
    rows = Course.objects.filter(pk__in=courses).order_by()
    return rows.values_list("pk", "discipline", "group")


def _read_members(found, groups: dict[int, int], keys: list[int], day: date) -> None:
    off = {
        (course, student)
        for course, student, kind, mark in _read_steps(courses=keys, day=day)
        if leaves_count(tag_of(kind, mark))
    }
    members = defaultdict(list)
    for group, student in _read_spans(groups=sorted(set(groups.values())), day=day):
        members[group].append(student)
    for course, group in groups.items():
        for student in members[group]:
            if (course, student) not in off:
                found[course].marks[student] = Counter()


@Prepared
def _read_steps(courses, day):
    rows = Exemption.objects.on(day).filter(course__in=courses).order_by()
    return rows.values_list("course", "student", "kind", "mark")


@Prepared
def _read_spans(groups, day):
    rows = Membership.objects.on(day).filter(group__in=groups).order_by()
    return rows.values_list("group", "student")


@Prepared
def _read_lessons(courses, day):
    later = Q(date__gt=day)
    return (
        Lesson.objects.held()
        .filter(course__in=courses)
        .order_by()
        .values("course", "subgroup")
        .annotate(past=Count("pk", filter=~later), ahead=Count("pk", filter=later))
        .values_list("course", "subgroup", "past", "ahead")
    )


def _add_lessons(found: dict[int, Facts], keys: list[int], day: date) -> None:
    parts: dict[int, set] = defaultdict(set)
    rows = list(_read_lessons(courses=keys, day=day))
    for course, part, *_ in rows:
        if part is not None:
            parts[course].add(part)
    for course, part, past, ahead in rows:
        share = 1 if part is None else len(parts[course])
        found[course].held += past / share
        found[course].ahead += ahead / share
    for facts in found.values():
        facts.asked = facts.held * len(facts.marks)


@Prepared
def _read_marks(courses, day):
    marks = Mark.objects.filter(
        task__lesson__course__in=courses,
        task__lesson__date__lte=day,
        value__in=list(NUMERIC),
    )
    keys = (
        "task__lesson__course",
        "student",
        "task__kind__code",
        "task__kind__weight",
        "value",
    )
    rows = marks.order_by().values(*keys).annotate(count=Count("pk"))
    return rows.values_list(*keys, "count")


def _add_owed(found: dict[int, Facts], keys: list[int], day: date) -> None:
    works = Task.objects.filter(lesson__course__in=keys)
    kind = f"{LESSON}__tasks__kind"
    rows = owed_works(day, works).values_list(
        "course", "student", f"{kind}__code", f"{kind}__weight"
    )
    for course, student, code, weight in rows:
        facts = found.get(course)
        if facts and student in facts.marks:
            facts.owed.setdefault(student, []).append(Kind(code, weight))


def _add_coming(found: dict[int, Facts], keys: list[int], day: date) -> None:
    works, control = defaultdict(list), defaultdict(list)
    parts = defaultdict(set)
    rows = list(_read_coming(courses=keys, day=day))
    for course, part, *_ in rows:
        parts[course].add(part)
    for course, part, on, *kind in rows:
        share = 1 if part is None else 1 / len(parts[course] - {None})
        works[course].append((on, Kind(*kind), share))
    for course, on, *kind in _read_control(courses=keys, day=day):
        control[course].append((on, Kind(*kind)))
    for course, facts in found.items():
        facts.expect(works[course], control[course])


@Prepared
def _read_coming(courses, day):
    tasks = Task.objects.filter(
        lesson__in=Lesson.objects.held().filter(course__in=courses, date__gt=day),
        is_required=True,
    )
    return tasks.order_by().values_list(
        "lesson__course",
        "lesson__subgroup",
        "lesson__date",
        "kind__code",
        "kind__weight",
    )


@Prepared
def _read_control(courses, day):
    """A control work in the schedule has no kind of work: it is of the first such kind."""
    kinds = WorkKind.objects.filter(is_control=True).order_by("position", "pk")
    works = ControlWork.objects.filter(course__in=courses, date__gt=day).annotate(
        code=Subquery(kinds.values("code")[:1]),
        weight=Subquery(kinds.values("weight")[:1]),
    )
    named = works.filter(code__isnull=False).order_by()
    return named.values_list("course", "date", "code", "weight")
