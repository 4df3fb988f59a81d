"""Building the demonstration: other seeds, days and houses, and the command."""

import datetime
import hashlib
import itertools
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from journal.domain.contingent.frdo import read_frdo
from journal.domain.curriculum.fulfilment import disagreements, read_hours
from journal.domain.demo import build
from journal.domain.demo.staff import FAMILY, OFFICE, TEACHING
from journal.domain.demo.times import (
    QUARTERS,
    SEMESTERS,
    create_calendar,
    terms_around,
)
from journal.models import (
    Absence,
    Bell,
    CalendarDay,
    Course,
    Diploma,
    Group,
    Institution,
    Lesson,
    Mark,
    Membership,
    Period,
    Student,
    User,
)
from tests import cast
from tests.demo.conftest import sweep

TODAY = cast.TODAY
DAY = timedelta(days=1)
ROLES = [*OFFICE, *TEACHING, *FAMILY]


@pytest.fixture
def swept(db):
    sweep()


def contents() -> str:
    """A digest of what a person would see."""
    seen = [
        list(Student.objects.values_list("last_name", "first_name", "snils")),
        list(Membership.objects.order_by("pk").values_list("group__name", "start")),
        list(Lesson.objects.values_list("course__group__name", "date", "topic")),
        list(Mark.objects.order_by("pk").values_list("student__snils", "value")),
        list(
            Mark.history.order_by("history_date", "id").values_list(
                "value", "history_user__username", "history_date"
            )
        ),
        list(Absence.objects.order_by("pk").values_list("student__snils", "reason")),
        list(User.objects.values_list("username", "password", "date_joined")),
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def disagreeing_hours() -> dict:
    found = read_hours(Course.objects.all(), TODAY)
    assert found
    told = {str(one.course): disagreements(one) for one in found}
    return {course: words for course, words in told.items() if words}


@pytest.mark.sqlite
def test_the_same_seed_and_day_give_the_same_contents(swept):
    digests = []
    for seed in (1, 1, 2):
        sweep()
        build(students=20, seed=seed, today=TODAY, terms=1)
        digests.append(contents())
    assert digests[0] == digests[1] != digests[2]


def test_a_school_has_quarters_and_lessons_of_45_minutes(swept):
    built = build(students=30, seed=1, today=TODAY, terms=1, kind="school")
    assert Institution.objects.get().is_school
    assert set(Period.objects.values_list("kind", flat=True)) == {"quarter"}
    assert set(Lesson.objects.values_list("hours", flat=True)) == {1}
    bell = Bell.objects.filter(schedule__is_short=False).first()
    assert (bell.starts_at, bell.ends_at) == (
        datetime.time(8, 30),
        datetime.time(9, 15),
    )
    assert set(Group.objects.values_list("name", flat=True)) == {"5А", "6А", "7А", "8А"}
    assert [username for _, username, _ in built.sign_ins] == ROLES
    assert not Course.objects.exclude(attestation_form="").filter(
        group__course_year=5, discipline__name="Алгебра"
    )


@pytest.mark.parametrize("shape", [SEMESTERS, QUARTERS])
@pytest.mark.parametrize("offset", range(0, 365, 5))
def test_every_day_of_the_year_is_in_a_term_half_lived(shape, offset):
    day = datetime.date(2026, 8, 1) + timedelta(days=offset)
    terms, ahead = terms_around(day, shape, 3)
    assert terms[-1].first + 8 * DAY < day < terms[-1].last - 8 * DAY
    every = terms + ahead
    for before, after in itertools.pairwise(every):
        assert before.first < before.last < after.first


@pytest.mark.parametrize(
    "day", [datetime.date(2026, 11, 22), datetime.date(2026, 11, 4)]
)
def test_a_sunday_or_holiday_is_taught_as_a_friday(swept, day):
    terms, _ = terms_around(day, SEMESTERS, 1)
    friday = create_calendar(terms, day)
    assert friday.isoweekday() == 5
    special = CalendarDay.objects.get(date=day)
    assert (special.kind, special.taught_as) == ("working", friday)


@pytest.mark.sqlite
def test_on_a_sunday_too_the_teacher_has_lessons(swept):
    sunday = datetime.date(2026, 11, 22)
    build(students=20, seed=1, today=sunday, terms=1)
    lessons = Lesson.objects.filter(teacher__user__username="teacher", date=sunday)
    assert lessons.count() == 5
    assert not lessons.filter(attendance_taken_at__isnull=False).exists()


def test_terms_behind_bring_the_groups_that_graduated(swept):
    build(students=20, seed=3, today=TODAY, terms=3)
    assert Period.objects.filter(courses__isnull=False).distinct().count() == 3
    gone = Group.objects.filter(closed_on__isnull=False)
    assert gone.exists()
    lines = read_frdo(Diploma.objects.all())
    assert len(lines) == 5 * gone.count()
    assert [len(line.problems) for line in lines[:5]] == [0, 0, 0, 0, 1]
    marks = Mark.objects.filter(task__lesson__course__group__in=gone)
    assert marks.exists()
    assert not marks.filter(task__lesson__date__gte=TODAY - timedelta(days=90)).exists()
    assert disagreeing_hours() == {}


# The command


@pytest.mark.sqlite
def test_the_command_prints_the_sign_ins(swept, capsys):
    call_command("demo", students=20, seed=1, today=TODAY, terms=1)
    printed = capsys.readouterr().out
    for username in ROLES:
        assert re.search(rf"\s{username}\s", printed)
    assert "Пароль у всех: demo" in printed


def test_the_command_refuses_in_production(swept, settings):
    settings.DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="DEBUG=True"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_command_refuses_where_people_are_and_says_what_to_do(world):
    before = User.objects.count()
    with pytest.raises(CommandError, match="DATABASE_URL пустую базу"):
        call_command("demo")
    call_command("demo", if_empty=True, verbosity=0)
    assert User.objects.count() == before


@pytest.mark.parametrize("words", ["--students=5", "--students=x", "--today=вчера"])
def test_the_command_refuses_nonsense(db, words):
    with pytest.raises(CommandError):
        call_command("demo", words)


@pytest.mark.sqlite
def test_the_hours_of_all_courses_of_a_school_agree(swept):
    build(students=45, seed=3, today=cast.TODAY, kind="school", terms=3)
    assert disagreeing_hours() == {}
