"""Splitting a group for a course: by whom, how, until when, and what stands then."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journal.domain.contingent import leave, roster
from journal.domain.contingent.subgroups import (
    by_halves,
    by_language,
    fixed_on,
    may_split,
    read_split,
    split_group,
)
from journal.domain.lessons.spread import read_spread
from journal.models import (
    Lesson,
    Membership,
    Student,
    Subgroup,
    SubgroupMember,
)
from tests import cast
from tests.lessons.conftest import one

DAY = timedelta(days=1)
SPLITTING = {"curator", "studyunit", "teacher", "office"}


def at(course) -> str:
    return reverse("admin:journal_subgroup_split", args=[course.pk])


def halves(world, day=None) -> dict[int, int]:
    split = read_split(world.course, day or world.period.first_day)
    return by_halves(split, 2)


def lesson_of(world, part, teacher="teacher", offset=-3) -> Lesson:
    return cast.lesson(world, world.course, offset, 4, teacher, subgroup=part)


@pytest.fixture
def divided(world):
    """The group 2-ИС in two halves on the course of the teacher, from the first day."""
    split_group(world.curator, world.course, halves(world), world.period.first_day)
    return list(Subgroup.objects.filter(course=world.course))


# Who


def test_who_splits_a_group_of_a_course(world):
    may = {name for name, user in world.people.items() if may_split(user, world.course)}
    assert may == SPLITTING
    for name in world.people.keys() - SPLITTING:
        with pytest.raises(PermissionDenied):
            split_group(world.people[name], world.course, {}, world.period.first_day)


def test_a_course_given_away_is_no_longer_the_former_teachers_to_split(world):
    assert may_split(world.teacher, world.handed_over)
    assert not may_split(world.teacher2, world.handed_over)


# How


def test_everybody_of_the_day_gets_a_dated_place(world, divided):
    first, second = divided
    start = world.period.first_day
    assert [part.number for part in divided] == [1, 2]
    names = [student.last_name for student in roster(world.course, start, first)]
    assert names == ["Абрамова", "Быков", "Ершов"]
    # Who came later is in the second half from the own first day on.
    came = Membership.objects.get(student=world.mover, end=None).start
    span = SubgroupMember.objects.get(student=world.mover)
    assert (span.subgroup, span.start, span.end) == (second, came, None)
    spans = SubgroupMember.objects.exclude(student=world.mover)
    assert {span.start for span in spans} == {start}
    assert span.history.get().history_type == "+"


def test_halves_of_a_list_are_even_and_in_its_order(world):
    placing = list(by_halves(read_split(world.course, world.today), 4).values())
    assert placing == [1, 1, 2, 2, 3, 4]


def test_a_split_by_language_names_the_parts(world):
    for student, language in zip(
        world.students, ("german", "english", "german", "english", ""), strict=True
    ):
        student.language = language
        student.save()
    split = read_split(world.course, world.period.first_day)
    placing, names = by_language(split)
    assert names == {1: "английский", 2: "немецкий"}
    split_group(world.curator, world.course, placing, split.day, names)
    again = read_split(world.course, world.today)
    assert [part.name for part in again.parts] == ["английский", "немецкий"]
    outside = [seat.student for seat in again.outside]
    assert outside == [world.students[4], world.mover]
    placing, names = by_language(again)
    assert names == {1: "английский", 2: "немецкий"}


def test_a_new_split_ends_the_former_one_on_its_day(world, divided):
    first, second = divided
    student = world.students[0]
    assert split_group(world.teacher, world.course, {student.pk: 2}, world.today) == 1
    spans = SubgroupMember.objects.filter(student=student).order_by("start")
    assert [(span.subgroup, span.start, span.end) for span in spans] == [
        (first, world.period.first_day, world.today),
        (second, world.today, None),
    ]
    # Back on the very same day: as if nothing had been.
    split_group(world.teacher, world.course, {student.pk: 1}, world.today)
    assert list(spans.values_list("subgroup", "end")) == [(first.pk, None)]
    # From an earlier day on, a place of later days gives way.
    split_group(world.curator, world.course, {student.pk: 0}, world.period.first_day)
    assert not spans.all().exists()


def test_saving_the_same_changes_nothing(world, divided):
    before = list(SubgroupMember.objects.values_list("pk", "start", "end"))
    placing = halves(world)
    day = world.period.first_day
    assert split_group(world.curator, world.course, placing, day) == 0
    assert list(SubgroupMember.objects.values_list("pk", "start", "end")) == before


def test_nobody_is_ever_in_two_parts(world, divided):
    for number in (2, 1, 0, 2):
        for day in (world.today, world.today - 9 * DAY, world.today - 20 * DAY):
            keys = {student.pk: number for student in world.students}
            split_group(world.curator, world.course, keys, day)
            for step in range(0, 50, 3):
                on = SubgroupMember.objects.on(world.period.first_day + step * DAY)
                students = list(on.values_list("student", flat=True))
                assert len(students) == len(set(students))


def test_wrong_days_people_and_parts_are_refused(world):
    key = world.students[0].pk
    for placing, day, words in (
        ({key: 1}, world.period.first_day - DAY, "День разделения"),
        ({key: 1}, world.period.last_day + DAY, "День разделения"),
        ({world.students2[1].pk: 1}, world.today, "не числится в группе 2-ИС"),
        ({key: 7}, world.today, "не больше 6"),
    ):
        with pytest.raises(ValidationError, match=words):
            split_group(world.curator, world.course, placing, day)
    assert not Subgroup.objects.exists()


# Until when


@pytest.mark.parametrize("what", ["1", "absence", "taken"])
def test_once_something_is_written_only_an_order_moves(world, divided, what):
    first, _ = divided
    lesson = lesson_of(world, first)
    assert fixed_on(world.course) is None
    student = None if what == "taken" else world.students[0]
    value = {"1": "5", "absence": "н", "taken": "1"}[what]
    assert one(world.teacher, lesson, student, what, value).status == 200
    assert fixed_on(world.course) == lesson.date
    for number in (0, 2):
        with pytest.raises(ValidationError, match="только приказом"):
            split_group(
                world.curator,
                world.course,
                {world.students[0].pk: number},
                world.today,
            )
    assert SubgroupMember.objects.get(student=world.students[0]).end is None


def test_a_newcomer_is_placed_after_that_too(world, divided):
    Lesson.objects.filter(pk=lesson_of(world, divided[0]).pk).update(
        attendance_taken_at=timezone.now()
    )
    student = cast.person(Student, ("Ясенев", "Олег", ""))
    came = world.today - 3 * DAY
    Membership.objects.create(student=student, group=world.group, start=came)
    split = read_split(world.course, world.period.first_day)
    assert [seat.student for seat in split.outside] == [student]
    assert by_halves(split, 2)[world.students[0].pk] == 1
    split_group(world.curator, world.course, {student.pk: 2}, split.day)
    assert SubgroupMember.objects.get(student=student).start == came


def test_a_former_stay_in_a_part_stands_when_who_came_back_is_placed(world, divided):
    Lesson.objects.filter(pk=lesson_of(world, divided[0], offset=-20).pk).update(
        attendance_taken_at=timezone.now()
    )
    student = world.students[0]
    leave(student, world.today - 10 * DAY)
    Membership.objects.create(
        student=student, group=world.group, start=world.today - 2 * DAY
    )
    split_group(world.curator, world.course, {student.pk: 2}, world.period.first_day)
    spans = SubgroupMember.objects.filter(student=student).order_by("start")
    assert [span.subgroup.number for span in spans] == [1, 2]
    assert spans[0].end == world.today - 10 * DAY


# Both teachers in one page of the journal


@pytest.fixture
def two(world, divided):
    """A lesson of each part at the same hour, by different teachers."""
    return [
        lesson_of(world, part, teacher)
        for part, teacher in zip(divided, ("teacher", "teacher2"), strict=True)
    ]


def test_each_teacher_enters_for_the_own_part_on_the_same_page(world, two):
    ahead, behind = world.students[0], world.students[4]
    for user, lesson, other in (
        (world.teacher, two[0], two[1]),
        (world.teacher2, two[1], two[0]),
    ):
        own, foreign = (ahead, behind) if lesson is two[0] else (behind, ahead)
        assert one(user, lesson, own, "1", "5").status == 200
        outcome = one(user, lesson, foreign, "1", "5")
        assert (outcome.status, outcome.code) == (400, "roster")
        assert one(user, other, foreign, "1", "5").status in (403, 404)
    world.teacher2.employee.teaching.create(
        course=world.course,
        subgroup=two[1].subgroup,
        start=world.year.start,
    )
    for user, mine in ((world.teacher, two[0]), (world.teacher2, two[1])):
        page = read_spread(type(user).objects.get(pk=user.pk), world.course)
        columns = {column.lesson: column for column in page.columns}
        assert {lesson.pk for lesson in two} <= columns.keys()
        for lesson in two:
            assert columns[lesson.pk].is_editable == (lesson is mine)
            assert columns[lesson.pk].part == lesson.subgroup.number
        marks = {line.student: line.marks for line in page.lines}
        assert marks[ahead.pk][two[0].pk] == {1: "5"}
        assert marks[behind.pk][two[1].pk] == {1: "5"}


def test_the_page_says_which_column_is_whose(world, two, client_of):
    at_spread = reverse("admin:journal_course_spread", args=[world.course.pk])
    html = client_of(world.teacher).get(at_spread).content.decode()
    assert "<small>1 п/г</small>" in html
    assert "<small>2 п/г</small>" in html
    assert at(world.course) in html
    page = reverse("admin:journal_lesson_change", args=[two[0].pk])
    html = client_of(world.teacher).get(page).content.decode()
    assert "Абрамова Дарья" in html
    assert "Чайкина" not in html


def test_a_lesson_of_an_empty_part_says_what_to_do(world, client_of):
    part = Subgroup.objects.create(course=world.course, number=1)
    page = reverse("admin:journal_lesson_change", args=[lesson_of(world, part).pk])
    html = client_of(world.teacher).get(page).content.decode()
    assert "в этот день в ней никого нет" in html
    assert at(world.course) in html


# The page

SEEING = SPLITTING | {
    "director",
    "deputy",
    "deputy_upr",
    "deputy_uvr",
    "department_head",
    "dispatcher",
}


def test_the_page_opens_for_those_who_see_the_course(world, divided, client_of):
    for name, user in world.people.items():
        answer = client_of(user).get(at(world.course))
        status = 302 if not user.is_staff else 404
        if not user.has_perm("journal.view_subgroup") and user.is_staff:
            status = 403
        assert answer.status_code == (200 if name in SEEING else status), name
        html = answer.content.decode()
        assert ("Быков" in html) == (name in SEEING)
        assert ("Сохранить" in html) == (name in SPLITTING)


def test_who_only_looks_on_saves_nothing(world, client_of):
    data = {f"seat-{world.students[0].pk}": "1"}
    for name, status in (
        ("department_head", 403),
        ("deputy", 403),
        ("teacher_elsewhere", 404),
        ("master", 404),
        ("secretary", 403),
    ):
        answer = client_of(world.people[name]).post(at(world.course), data)
        assert answer.status_code == status, name
    assert not SubgroupMember.objects.exists()


def test_a_group_is_split_from_the_page(world, client_of):
    client = client_of(world.curator)
    html = client.get(at(world.course), {"fill": "halves"}).content.decode()
    assert not Subgroup.objects.exists()
    assert html.count(" checked") == 6
    placing = halves(world)
    data = {f"seat-{pk}": str(number) for pk, number in placing.items()}
    data |= {"day": "2026-09-01", "name-1": "Первая", "name-2": ""}
    html = client.post(at(world.course), data, follow=True).content.decode()
    assert "Распределено с 01.09.2026: 6\N{NO-BREAK SPACE}студентов" in html
    assert SubgroupMember.objects.count() == 6
    assert Subgroup.objects.get(number=1).name == "Первая"
    # A page that was drawn before puts nobody back unseen.
    stale = client.post(at(world.course), data | {"seen": "None"})
    assert "состав подгрупп изменили" in stale.content.decode()
    listed = client.get(reverse("admin:journal_subgroup_changelist"))
    assert at(world.course) in listed.content.decode()


def test_the_page_says_when_only_an_order_moves(world, divided, client_of):
    lesson = lesson_of(world, divided[0])
    one(world.teacher, lesson, world.students[0], "1", "5")
    client = client_of(world.curator)
    html = client.get(at(world.course)).content.decode()
    assert f"С {lesson.date:%d.%m.%Y} в подгруппах есть записи" in html
    data = {f"seat-{world.students[0].pk}": "2", "day": "2026-10-14"}
    answer = client.post(at(world.course), data)
    assert answer.status_code == 400
    assert "только приказом" in answer.content.decode()


@pytest.mark.parametrize(
    "data",
    [{"day": "31.02.2026"}, {"seat-1": "9"}, {"seat-1": "x"}, {"name-1": "я" * 61}],
)
def test_nonsense_is_answered_with_what_is_allowed(world, client_of, data):
    assert client_of(world.curator).post(at(world.course), data).status_code == 400
    asked = {"parts": "99", "fill": "halves"}
    assert client_of(world.curator).get(at(world.course), asked).status_code == 400


def test_the_form_of_a_subgroup_moves_nobody(world, divided, client_of):
    part = divided[0]
    span = part.members.first()
    data = {
        "course": world.course.pk,
        "number": 1,
        "name": "Первая",
        "members-TOTAL_FORMS": "1",
        "members-INITIAL_FORMS": "1",
        "members-0-id": span.pk,
        "members-0-subgroup": part.pk,
        "members-0-student": world.students[4].pk,
        "members-0-start": "2026-09-05",
    }
    page = reverse("admin:journal_subgroup_change", args=[part.pk])
    assert client_of(world.curator).post(page, data).status_code == 302
    part.refresh_from_db()
    assert part.name == "Первая"
    again = SubgroupMember.objects.get(pk=span.pk)
    assert (again.student, again.start) == (span.student, span.start)


def test_the_page_costs_the_same_for_thirty_students(world, divided, client_of):
    client = client_of(world.curator)
    Membership.objects.filter(group=world.group).exclude(
        student=world.students[0]
    ).update(end=world.today)

    def queries() -> int:
        client.get(at(world.course))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(at(world.course)).status_code == 200
        return len(caught)

    few = queries()
    for number in range(29):
        student = cast.person(Student, ("Петров", "Пётр", str(number)))
        Membership.objects.create(
            student=student, group=world.group, start=world.year.start
        )
        SubgroupMember.objects.create(
            subgroup=divided[0], student=student, start=world.year.start
        )
    assert (few, queries()) == (13, 13)
