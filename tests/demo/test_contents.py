"""What the demonstration holds: people, plans, lessons, marks and their history."""

import datetime
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import Count, Exists, F, OuterRef, Q

from journal.domain.contingent.orders import plan_order
from journal.domain.curriculum.checks import faults
from journal.domain.demo.names import person
from journal.domain.demo.staff import FAMILY, OFFICE, TEACHING
from journal.domain.demo.subjects import plan_lines, subjects
from journal.domain.timetable import bells_on
from journal.models import (
    Absence,
    ControlWork,
    Course,
    Curriculum,
    Exemption,
    Group,
    Guardianship,
    Lesson,
    LessonKind,
    LessonTopic,
    Mark,
    Membership,
    Order,
    OrderLine,
    Period,
    Student,
    SubgroupMember,
    Task,
    ThematicPlan,
    User,
    WorkKind,
    WorkProgramme,
)
from journal.models.people import validate_snils
from tests import cast

TODAY = cast.TODAY
DAY = timedelta(days=1)
ROLES = [*OFFICE, *TEACHING, *FAMILY]


def user(username):
    return User.objects.get(username=username)


def of_roster(path):
    """Was the student a member of the lesson's group, and subgroup, on its day?"""

    def covers(span, **where):
        day = OuterRef(f"{path}__date")
        still = Q(end__isnull=True) | Q(end__gt=day)
        found = span.objects.filter(still, start__lte=day, **where)
        return Exists(found.filter(student=OuterRef("student")))

    group = covers(Membership, group=OuterRef(f"{path}__course__group"))
    part = covers(SubgroupMember, subgroup=OuterRef(f"{path}__subgroup"))
    return group & (Q(**{f"{path}__subgroup__isnull": True}) | part)


# Who is there


def test_every_sign_in_is_printed_and_opens_with_the_demo_password(demo):
    names = " ".join(username for _, username, _ in demo.sign_ins)
    assert names == (
        "admin director deputy deputy_upr deputy_uvr studyunit department dispatcher "
        "secretary hr curator teacher teacher2 master student parent trustee"
    )
    hashes = dict(User.objects.values_list("username", "password"))
    assert {hashes[name] for name in ROLES} == {hashes["admin"]}
    assert check_password("demo", hashes["admin"])
    others = {hashes[name] for name in hashes.keys() - set(ROLES)}
    assert others == {"!"}


@pytest.mark.parametrize("username", ROLES)
def test_a_sign_in_has_its_role_and_its_person(demo, username):
    account = user(username)
    role = "teacher" if username == "teacher2" else username
    assert list(account.groups.values_list("role__slug", flat=True)) == [role]
    kinds = {"student": "student", "parent": "guardian", "trustee": "guardian"}
    kind = kinds.get(username, "employee")
    assert getattr(account, kind).last_name == account.last_name
    assert account.is_staff == (kind == "employee")
    assert not account.is_superuser


def test_the_students_are_as_many_as_asked_and_each_group_has_its_curator(demo):
    assert Student.objects.count() == 60
    groups = Group.objects.annotate(size=Count("memberships", distinct=True))
    assert groups.count() == 4
    assert not groups.filter(curator__isnull=True).exists()
    assert {group.course_year for group in groups} == {1, 2, 3, 4}


def test_names_have_what_lists_must_cope_with(demo):
    names = [student.full_name for student in Student.objects.all()]
    assert any("ё" in name.lower() for name in names)
    assert any("-" in name.split()[0] for name in names)
    assert any(len(name.split()) == 2 for name in names)
    assert any(name.endswith(("оглы", "кызы")) for name in names)
    for snils in Student.objects.values_list("snils", flat=True):
        validate_snils(snils)
        assert snils.startswith("000-")  # no such number was ever given out


def test_a_relative_has_the_same_surname_in_the_right_gender():
    import random

    rng = random.Random(1)
    woman = person(rng, "f", ("Ёлкин", "Ёлкина"), ("Пётр", "Петрович", "Петровна"))
    assert (woman["last_name"], woman["middle_name"]) == ("Ёлкина", "Петровна")


def test_the_student_the_parent_and_the_trustee_belong_together(demo):
    student = user("student").student
    curated = Group.objects.get(curator__user__username="curator")
    assert student.memberships.get().group == curated
    wards = Student.objects.visible_to(user("parent"))
    assert wards.count() == 2 and student in wards
    assert Membership.objects.filter(student__in=wards).count() == 2
    assert Group.objects.filter(memberships__student__in=wards).distinct().count() == 2
    assert list(Student.objects.visible_to(user("trustee"))) == [student]
    ties = Guardianship.objects.filter(guardian__user__username="trustee")
    assert {tie.delegated_by for tie in ties} == {user("parent").guardian}
    assert all(tie.end for tie in ties)


def test_most_students_have_a_guardian(demo):
    represented = Guardianship.objects.values("student").distinct().count()
    assert 42 <= represented < 60


def test_orders_moved_students_in_mid_term(demo):
    """One took leave, one moved, one was expelled; one has another name, one waits."""
    ended = Membership.objects.filter(end__isnull=False)
    assert ended.count() == 3
    moved = Student.objects.annotate(n=Count("memberships")).get(n=2)
    old, new = moved.memberships.order_by("start")
    assert old.end == new.start < TODAY
    assert old.group != new.group == Group.objects.get(curator=user("curator").employee)
    assert [one.history.count() for one in (old, new)] == [2, 1]
    orders = Order.objects.order_by("pk").values_list("kind", "state")
    assert list(orders) == [
        ("enrol", "done"),
        ("leave", "done"),
        ("transfer", "done"),
        ("expel", "done"),
        ("rename", "done"),
        ("transfer", "draft"),
    ]
    renamed = OrderLine.objects.get(order__kind="rename")
    assert renamed.student.last_name == renamed.last_name
    draft = Order.objects.get(state="draft")
    assert plan_order(draft, user("secretary")).is_possible


# What is taught


def test_the_plans_are_whole_and_but_for_one_may_be_handed_in(demo):
    """All that was handed in could be: hours, works, topics. The late one could not."""
    states = Counter(ThematicPlan.objects.values_list("state", flat=True))
    others = dict.fromkeys(("draft", "submitted", "returned"), 1)
    assert states == {**others, "approved": states.total() - 3}
    hours = {
        plan.pk: sum(line.hours for line in plan.lessons.all())
        for plan in ThematicPlan.objects.prefetch_related("lessons")
    }
    for course in Course.objects.all():
        assert course.hours == hours[course.thematic_plan_id] > 0
    kept = [plan for plan in ThematicPlan.objects.all() if faults(plan)]
    assert [plan.state for plan in kept] == ["draft"]
    (fault,) = faults(kept[0])
    assert "Сокращение «зач.»" in fault.words
    assert Curriculum.objects.count() >= 1


def test_programmes_control_works_and_steps_of_single_students(demo):
    states = Counter(WorkProgramme.objects.values_list("state", flat=True))
    assert states == {"approved": 1, "replaced": 1, "draft": 1, "submitted": 1}
    second = WorkProgramme.objects.get(version=2)
    assert second.replaces.state == "replaced" and second.topics.exists()
    works = ControlWork.objects.select_related("planned_lesson__kind")
    assert (
        works.filter(date__gt=TODAY).exists() and works.filter(date__lt=TODAY).exists()
    )
    assert all(work.planned_lesson.kind.is_control for work in works)
    kinds = Exemption.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["exempt", "individual", "recredit"]
    recredit = Exemption.objects.get(kind="recredit")
    assert not recredit.student.marks.filter(task__lesson__course=recredit.course)


@pytest.mark.parametrize("count", [1, 5, 17, 36, 68, 90])
def test_a_plan_has_just_as_many_lines_as_asked(count):
    for subject in subjects().values():
        lines = plan_lines(subject, count)
        assert len(lines) == count
        assert all(line.topic and line.homework for line in lines)


def test_the_kinds_of_the_plans_are_those_of_the_reference_data(demo):
    lines = [one for each in subjects().values() for one in plan_lines(each, 90)]
    assert {line.kind for line in lines} <= set(
        LessonKind.objects.values_list("name", flat=True)
    )
    assert {line.work for line in lines} <= set(
        WorkKind.objects.values_list("code", flat=True)
    )
    assert (LessonKind.objects.count(), WorkKind.objects.count()) == (14, 12)


def test_lessons_are_laid_out_for_the_whole_term(demo):
    period = Period.objects.get(first_day__lte=TODAY, last_day__gte=TODAY)
    for course in Course.objects.filter(period=period):
        for part in course.subgroups.all() or [None]:
            lessons = course.lessons.filter(subgroup=part, entry__isnull=False)
            assert lessons.filter(date__gt=TODAY).exists()
            assert lessons.filter(date__lt=TODAY).exists()
    earlier = Period.objects.filter(last_day__lt=period.first_day).get()
    assert Lesson.objects.filter(course__period=earlier).exists()
    assert earlier.closings.count() == 2


def test_two_teachers_divide_a_group(demo):
    divided = Course.objects.filter(subgroups__isnull=False).distinct()
    assert divided.exists()
    for course in divided:
        teachers = course.teachers.values_list("employee", "subgroup")
        assert len({employee for employee, _ in teachers}) == 2
        first, second = (
            set(part.members.values_list("student", flat=True))
            for part in course.subgroups.all()
        )
        assert not first & second


def test_one_course_changed_hands_on_a_day(demo):
    load = user("teacher2").employee.teaching.get(
        start__gt=F("course__period__first_day")
    )
    lessons = Lesson.objects.filter(course=load.course)
    owners = {
        (lesson.date >= load.start, lesson.planned_teacher_id) for lesson in lessons
    }
    former = load.course.teachers.get(end=load.start).employee
    assert owners == {(True, load.employee_id), (False, former.pk)}


def test_a_lesson_of_this_week_is_substituted_by_teacher2(demo):
    lesson = Lesson.objects.exclude(teacher=F("planned_teacher")).get()
    assert lesson.teacher == user("teacher2").employee
    assert lesson.date.isocalendar()[:2] == TODAY.isocalendar()[:2]
    assert lesson.history.filter(history_user=user("dispatcher")).count() == 2


# What there is to do


def test_the_teacher_has_an_unfilled_lesson_at_every_bell_of_today(demo):
    lessons = Lesson.objects.filter(teacher__user__username="teacher", date=TODAY)
    numbers = list(lessons.values_list("number", flat=True))
    assert numbers == list(bells_on(TODAY))
    assert not lessons.filter(attendance_taken_at__isnull=False).exists()
    assert not lessons.filter(subgroup__isnull=False).exists()
    assert [bool(topic) for topic in lessons.values_list("topic", flat=True)] == [
        True,
        *[False] * (len(numbers) - 1),
    ]
    curated = Group.objects.get(curator__user__username="curator")
    assert lessons.filter(course__group=curated).exists()
    assert Lesson.objects.filter(
        teacher__user__username="master", date=TODAY, number__isnull=True
    ).exists()


def test_some_lessons_are_overdue_and_most_are_filled(demo):
    past = Lesson.objects.filter(date__lt=TODAY)
    empty = past.filter(attendance_taken_at=None, topic="")
    assert empty.filter(teacher__user__username="teacher").count() == 1
    half = past.filter(topic="", attendance_taken_at__isnull=False)
    assert half.exists()
    filled = past.filter(attendance_taken_at__isnull=False).exclude(topic="")
    assert filled.count() > 0.95 * past.count()
    assert (
        not Lesson.objects.filter(date__gte=TODAY)
        .exclude(attendance_taken_at=None)
        .exists()
    )


def test_topics_follow_the_plan_in_its_order(demo):
    course = Course.objects.filter(
        teachers__employee__user__username="teacher",
        period__first_day__lte=TODAY,
        period__last_day__gte=TODAY,
    ).first()
    given = LessonTopic.objects.filter(lesson__course=course).order_by(
        "lesson__date", "lesson__number"
    )
    numbers = list(given.values_list("planned_lesson__number", flat=True))
    assert len(numbers) > 5
    assert numbers == sorted(set(numbers))


# Marks and absences


@pytest.mark.parametrize("model", [Lesson, LessonTopic, Task, Mark, Absence])
def test_every_row_has_a_history_that_ends_as_it_stands(demo, model):
    born = model.history.filter(history_type="+").values("id")
    assert model.objects.exists()
    assert not model.objects.exclude(pk__in=born).exists()
    last = {}
    names = [field.attname for field in model._meta.concrete_fields]
    for row in model.history.order_by("history_date", "history_id").values(*names):
        last[row["id"]] = row
    assert list(model.objects.order_by("pk").values(*names)) == [
        last[key] for key in sorted(last)
    ]


@pytest.mark.parametrize("model", [Lesson, Task, Mark, Absence, Membership])
def test_history_is_older_than_today_and_has_its_author(demo, model):
    midnight = datetime.datetime.combine(TODAY, datetime.time())
    late = model.history.filter(history_date__gte=midnight.astimezone())
    assert not late.exists()
    assert not model.history.filter(history_user__isnull=True).exists()


def test_corrections_come_after_the_day_with_a_reason(demo):
    corrected = Mark.history.filter(history_type="~")
    assert corrected.exists()
    marks = Mark.objects.select_related("task__lesson__teacher__user")
    lessons = {
        mark.pk: mark.task.lesson
        for mark in marks.filter(pk__in=corrected.values("id"))
    }
    for row in corrected:
        assert row.history_change_reason
        assert row.history_date.date() > lessons[row.id].date
        assert row.history_user == lessons[row.id].teacher.user
    certified = Absence.history.filter(history_type="~")
    assert set(certified.values_list("reason", flat=True)) == {"б"}


def test_only_those_on_the_roster_of_the_day_have_marks_and_absences(demo):
    assert not Mark.objects.exclude(of_roster("task__lesson")).exists()
    assert not Absence.objects.exclude(of_roster("lesson")).exists()


def test_who_was_absent_has_no_mark(demo):
    away = Absence.objects.filter(
        lesson=OuterRef("task__lesson"),
        student=OuterRef("student"),
        reason__counts_as_absence=True,
    )
    assert not Mark.objects.filter(Exists(away)).exists()


def test_marks_and_absences_are_spread_as_in_life(demo):
    marks = dict(Mark.objects.values_list("value").annotate(Count("pk")))
    total = sum(marks.values())
    assert 0.02 < marks["2"] / total < 0.12
    assert 0.15 < marks["5"] / total < 0.4
    assert set(marks) <= {"2", "3", "4", "5", "з", "х"}
    codes = dict(Absence.objects.values_list("reason").annotate(Count("pk")))
    assert set(codes) == {"н", "у", "б", "о"}
    seats = Lesson.objects.filter(attendance_taken_at__isnull=False).count() * 13
    assert 0.03 < Absence.objects.count() / seats < 0.15


def test_no_lesson_is_without_a_roster(demo):
    member = Membership.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("date")),
        group=OuterRef("course__group"),
        start__lte=OuterRef("date"),
    )
    part = SubgroupMember.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("date")),
        subgroup=OuterRef("subgroup"),
        start__lte=OuterRef("date"),
    )
    assert not Lesson.objects.exclude(Exists(member)).exists()
    halves = Lesson.objects.filter(subgroup__isnull=False)
    assert halves.exists() and not halves.exclude(Exists(part)).exists()
