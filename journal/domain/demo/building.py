"""Building a demonstration: an institution of invented people, a term half lived."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from time import perf_counter

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from journal.domain.demo.activities import create_activities
from journal.domain.demo.attested import create_attested
from journal.domain.demo.calendars import Plan, create_calendars
from journal.domain.demo.cards import create_cards
from journal.domain.demo.changes import create_changes, create_sessions
from journal.domain.demo.college import (
    COLLEGE,
    House,
    approve_curricula,
    create_curricula,
    create_disciplines,
    create_specialties,
)
from journal.domain.demo.corrections import create_corrections
from journal.domain.demo.events import (
    hand_over,
    leave_undone,
    prepare_today,
    substitute,
)
from journal.domain.demo.families import (
    Cohort,
    Moves,
    create_guardians,
    create_memberships,
    create_sign_ins,
    create_students,
)
from journal.domain.demo.homework import create_homework
from journal.domain.demo.lives import Filling, Lives, fill_marks
from journal.domain.demo.norms import set_norms
from journal.domain.demo.papers import give_diplomas, give_papers
from journal.domain.demo.pouring import Pour, saved, saved_all
from journal.domain.demo.rounds import create_rounds
from journal.domain.demo.school import SCHOOL
from journal.domain.demo.site import Site
from journal.domain.demo.staff import (
    FAMILY,
    OFFICE,
    TEACHING,
    Staff,
    moment,
    staff_departments,
)
from journal.domain.demo.teaching import Study, Teaching
from journal.domain.demo.term_marks import give_term_marks
from journal.domain.demo.themes import create_themes, off_the_way
from journal.domain.demo.times import (
    Term,
    create_bells,
    create_calendar,
    create_terms,
    terms_around,
)
from journal.domain.demo.weekly import create_week, lines_of, settle
from journal.domain.organisation import REFERENCE
from journal.domain.people import give_role
from journal.domain.results.fitting import refit
from journal.domain.timetable import draft_lessons
from journal.models import (
    Absence,
    Campus,
    Department,
    Group,
    Institution,
    Lesson,
    LessonTopic,
    Mark,
    PeriodClosing,
    Role,
    Task,
    WorkKind,
)

HOUSES = {"college": COLLEGE, "school": SCHOOL}
GROUP_SIZE = 25
FEWEST_GROUPS = 4
DAY = timedelta(days=1)


@dataclass
class Built:
    """What was built: sign-ins as (role, username, what to look at), and row counts."""

    sign_ins: list[tuple[str, str, str]]
    rows: dict[str, int]
    seconds: float


@transaction.atomic
def build(
    students: int = 200,
    seed: int = 1,
    today: date | None = None,
    terms: int = 2,
    kind: str = "college",
) -> Built:
    """Fill an empty database with an invented institution.

    `students` of today in groups of about 25; the current term, half lived on `today`,
    and those before it, `terms` in all. With more than two terms the groups that have
    graduated since are there too. All follows from the arguments: the same ones give
    the same contents.
    """
    started = perf_counter()
    today = today or timezone.localdate()
    site = _found(HOUSES[kind], Random(seed), today, terms)
    _create_groups(site, students, alumni=terms > 2)
    pour = Pour(Lesson, LessonTopic, Task, Mark, Absence)
    lives = Lives(site.rng, today)
    lives.begin(one for cohort in site.cohorts for one in cohort.students)
    filling = Filling(pour, lives, site.bells)
    teaching = _begin_teaching(site)
    for term in site.terms:
        _live(site, term, teaching, filling)
    _approve(site, teaching)
    create_themes(site)
    give_term_marks(site)
    create_attested(site)
    _close_past(site)
    staff_departments(site.staff, site.departments)
    set_norms(site)
    create_changes(site)
    create_sessions(site)
    give_papers(site.home, site.staff, today)
    give_diplomas(site.cohorts, site.staff)
    create_rounds(site.home, site.staff, today)
    this_year = site.terms[-1].period.year
    create_activities(site.home, site.cohorts, site.staff, this_year, today)
    create_homework(site.home, today)
    create_corrections(site)
    if len(site.terms) > 1:
        refit(today)
    if connection.vendor == "postgresql":  # fresh rows, no statistics yet
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return Built(_sign_ins(), pour.written, perf_counter() - started)


def _found(house: House, rng: Random, today: date, count: int) -> Site:
    """The institution itself, its calendar and its staff."""
    if not WorkKind.objects.exists():
        call_command("loaddata", *REFERENCE, verbosity=0)
    terms, ahead = terms_around(today, house.shape, count)
    at = moment(terms[0].first - 14 * DAY, 9)
    saved(Institution(pk=1, **house.institution), at)
    create_terms(terms, ahead, house.period_kind, at)
    taught_as = create_calendar(terms, today)
    bells = create_bells(terms[0].first, *house.bells, at=at)
    campuses = [
        Campus.objects.create(name=name, address=address, position=number)
        for number, (name, address) in enumerate(house.campuses, 1)
    ]
    staff = Staff(house, rng, at, campuses)
    staff.hire_office()
    campuses[0].study_unit_heads.add(staff.by["studyunit"])
    departments = _create_departments(house, staff, at)
    return Site(
        house=house,
        rng=rng,
        today=today,
        terms=terms,
        ahead=ahead,
        at=at,
        staff=staff,
        bells=bells,
        taught_as=taught_as,
        specialties=create_specialties(house, departments),
        departments=departments,
        campuses=campuses,
    )


def _create_departments(house: House, staff: Staff, at: datetime) -> list[Department]:
    heads = [staff.by["department"]] + [None] * len(house.departments)
    return [
        saved(Department(name=name, position=place + 1, head=heads[place]), at)
        for place, name in enumerate(house.departments)
    ]


def _create_groups(site: Site, students: int, alumni: bool) -> None:
    """Groups with their students and families."""
    house, term = site.house, site.terms[-1]
    count = max(FEWEST_GROUPS, round(students / GROUP_SIZE))
    sizes = [students // count + (place < students % count) for place in range(count)]
    places = [house.place(index) for index in range(count)]
    if alumni:
        years = term.year - site.terms[0].year
        old = [place for place in places if place[0] == house.levels[-1]]
        for back in range(1, years + 1):
            places += [(level + back, code, nth) for level, code, nth in old]
        sizes += [max(sizes)] * (len(places) - count)
    site.cohorts = [_create_group(site, term, *place) for place in places]
    create_students(site.cohorts, sizes, house, site.staff, site.today)
    lived = site.today - term.first
    moves = Moves(term.first + lived * 0.4, term.first + lived * 0.6)
    by = site.staff.user("secretary")
    create_memberships(site.cohorts, house, moves, by, site.at)
    create_guardians(site.cohorts, site.staff)
    create_sign_ins(site.cohorts, house, site.staff, site.today)
    create_cards(site.cohorts, site.staff, site.today)


def _create_group(site: Site, term: Term, level: int, code: str, nth: int) -> Cohort:
    house, last = site.house, site.house.levels[-1]
    admission = term.year - (level - house.levels[0])
    starts = {one.year: one.period.year.start for one in site.terms}
    name, left = house.name(min(level, last), code, nth), None
    if level > last:
        left = date(admission + len(house.levels), 7, 1)
        name = f"{name} ({left.year})"
    place = list(site.specialties).index(code) if code else 0
    group = Group(
        name=name,
        name_pattern=f"{code}-{{курс}}{nth}" if code else "",
        course_year=min(level, last),
        admission_year=admission,
        specialty=site.specialties.get(code),
        department=site.departments[place % len(site.departments)],
        campus=site.campuses[place % len(site.campuses)],
        closed_on=left,
    )
    saved(group, site.at, site.staff.user("studyunit"))
    admitted = starts.get(admission, date(admission, 9, 1))
    return Cohort(group, code, level, admitted, left)


def _begin_teaching(site: Site) -> Teaching:
    disciplines = create_disciplines(site.house, site.at)
    admissions: dict[str, list[int]] = {}
    for cohort in site.cohorts:
        years = admissions.setdefault(cohort.specialty, [])
        if cohort.group.admission_year not in years:
            years.append(cohort.group.admission_year)
    items = create_curricula(
        site.house, site.specialties, disciplines, admissions, site.at
    )
    plan = Plan(site.house, site.terms + site.ahead, site.today)
    by = site.staff.user("studyunit")
    site.practices = create_calendars(plan, site.cohorts, site.at, by)
    return Teaching(site.house, site.staff, disciplines, items)


def _approve(site: Site, teaching: Teaching) -> None:
    """The curricula are approved with the hours that the terms have."""
    deputy = site.staff.by["deputy"]
    approve_curricula(
        site.house, teaching.items, teaching.lived, teaching.kinds, site.at, deputy
    )


def _live(site: Site, term: Term, teaching: Teaching, filling: Filling) -> None:
    """One term: courses, timetable, lessons, and what happened in them."""
    is_current = term is site.terms[-1]
    at = moment(term.first - 4 * DAY, 10)
    studies = teaching.studies(term, _studying(site, term))
    if term is site.terms[0]:
        _name_curators(site, studies)
    if is_current:
        hand_over(site, term, studies)
    today = site.taught_as.isoweekday() if is_current else 0
    week = create_week(studies, site.house, len(site.bells), today, site.staff)
    practice = site.practices.get((term.year, term.number))
    lines = settle(lines_of(week, term, site.staff, practice), term)
    teaching.write(studies, term, at)
    if is_current:
        off_the_way(site, term, studies)
    dispatcher = site.staff.user("dispatcher")
    entries = saved_all([line.write() for line in lines], at, dispatcher)
    lessons = draft_lessons(entries, term.first, term.last + DAY)
    for lesson in lessons:
        filling.pour.add(lesson, at, dispatcher.pk)
    if is_current:
        substitute(site, lessons, filling.pour, dispatcher)
    filling.lives.new_term(term.first, term.last)
    by_course = {study.course.pk: study for study in studies}
    sheets = list(filling.sheets(lessons, by_course, is_current))
    if is_current:
        leave_undone(site, sheets)
        prepare_today(site, lessons, by_course, filling)
    fill_marks(filling, sheets)
    filling.pour.flush()


def _studying(site: Site, term: Term) -> list[tuple[Cohort, int]]:
    """Groups that study in a term with their level in it, the curator's first."""
    found = []
    for cohort in [site.home, *site.cohorts]:
        level = cohort.level - (site.terms[-1].year - term.year)
        is_again = found and cohort is site.home
        if level in site.house.levels and not is_again:
            found.append((cohort, level))
    return found


def _name_curators(site: Site, studies: list[Study]) -> None:
    """Every group has a curator; but for the one who signs in they also teach."""
    staff = site.staff
    named = [staff.by[username] for username in TEACHING]
    teachers = [study.parts[0].teacher for study in studies]
    free = list(dict.fromkeys(one for one in teachers if one not in named))
    for place, cohort in enumerate(site.cohorts):
        at_home = cohort is site.home
        curator = staff.by["curator"] if at_home else free[place % len(free)]
        give_role(curator.user, "curator")
        cohort.group.curator = curator
        saved(cohort.group, site.at, staff.user("studyunit"))


def _close_past(site: Site) -> None:
    """The terms before the current one are closed for lessons and marks."""
    user = site.staff.user("deputy")
    for term in site.terms[:-1]:
        at = moment(min(term.last + 10 * DAY, site.today - DAY), 17)
        for aspect in (PeriodClosing.Aspect.LESSONS, PeriodClosing.Aspect.MARKS):
            closing = PeriodClosing(
                period=term.period, aspect=aspect, closed_by=user, closed_at=at
            )
            saved(closing, at, user)


def _sign_ins() -> list[tuple[str, str, str]]:
    """(role, username, what to look at) of every printed sign-in."""
    titles = dict(Role.objects.values_list("slug", "name"))
    looks = {name: look for name, (_, look) in (OFFICE | TEACHING).items()} | FAMILY
    return [
        (titles.get(name, titles["teacher"]), name, look)
        for name, look in looks.items()
    ]
