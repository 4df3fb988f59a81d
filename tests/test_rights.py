"""Who sees which rows, asked of the models themselves; and what no model may do."""

import datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import models

from journal.domain.people import give_role
from journal.models import (
    Absence,
    CourseTeacher,
    Employee,
    Group,
    Institution,
    Lesson,
    Mark,
    Membership,
    Role,
    Student,
    ThematicPlan,
    User,
)
from journal.models.reach import Everyone, Reach, visible_q
from journal.roles import ROLES, Anchor

MODELS = (
    "student",
    "guardian",
    "guardianship",
    "membership",
    "group",
    "course",
    "courseteacher",
    "thematicplan",
    "plannedlesson",
    "timetableentry",
    "lesson",
    "task",
    "mark",
    "absence",
)
EVERYTHING = (9, 2, 3, 10, 2, 5, 6, 1, 4, 2, 12, 4, 7, 3)
# The group 2-ИС with the whole past of who sits in it: Яшин came from 1-ЭК.
GROUP = (6, 2, 2, 7, 1, 4, 5, 1, 4, 2, 10, 3, 5, 2)
SEEN = {
    "office": EVERYTHING,
    "director": EVERYTHING,
    "deputy": EVERYTHING,
    "deputy_upr": EVERYTHING,
    "deputy_uvr": EVERYTHING,
    "department_head": GROUP,
    "studyunit": GROUP,
    "curator": GROUP,
    "dispatcher": (9, 2, 3, 10, 2, 5, 6, 1, 4, 2, 12, 0, 0, 0),
    "secretary": (9, 2, 3, 10, 2, 5, 0, 0, 0, 0, 0, 0, 0, 0),
    "hr": (0,) * 14,
    # Own course, the one taken over, and one lesson given for somebody else.
    "teacher": (0, 0, 0, 6, 1, 3, 4, 1, 4, 2, 7, 2, 4, 1),
    # Gave History away: the lessons given in it stay to be seen.
    "teacher2": (0, 0, 0, 6, 1, 2, 3, 0, 0, 1, 4, 1, 1, 1),
    "teacher_elsewhere": (0, 0, 0, 4, 1, 1, 1, 0, 0, 0, 2, 1, 2, 1),
    "master": (0, 0, 0, 6, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0),
    "student": (1, 0, 0, 1, 1, 4, 5, 1, 4, 2, 10, 3, 3, 0),
    "stranger": (1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 2, 1, 1, 0),
    # Two wards, in both groups.
    "parent": (2, 2, 3, 2, 2, 5, 6, 1, 4, 2, 12, 4, 4, 0),
    "trustee": (1, 0, 0, 1, 1, 4, 5, 1, 4, 2, 10, 3, 3, 0),
    "nobody": (0,) * 14,
}
# role: rows that may be changed, of the models that are written by a teacher or curator
CHANGED = ("lesson", "task", "mark", "absence", "thematicplan", "student")
CHANGES = {
    "office": (0, 0, 0, 0, 0, 9),
    "director": (0,) * 6,
    "deputy": (0, 0, 0, 0, 1, 0),
    "studyunit": (0, 0, 0, 0, 0, 6),
    "curator": (0, 0, 0, 2, 0, 6),
    "teacher": (7, 2, 4, 1, 1, 0),
    "teacher2": (2, 1, 1, 1, 0, 0),
    "teacher_elsewhere": (2, 1, 2, 1, 0, 0),
    "master": (1, 0, 0, 0, 0, 0),
    "secretary": (0, 0, 0, 0, 0, 9),
    "student": (0,) * 6,
    "parent": (0,) * 6,
    "nobody": (0,) * 6,
}
# Looked at by roles that reach everything, and by nobody else.
OFFICE_ONLY = {"accesscode", "forecastfit", "sittingreview"}
OWN_LISTS = {
    "abbreviation",
    "studycalendar",
    "calendarspan",
    "role",
    "institution",
    "campus",
    "room",
    "department",
    "specialty",
    "academicyear",
    "period",
    "calendarday",
    "bellschedule",
    "bell",
    "discipline",
    "cycle",
    "lessonkind",
    "workkind",
    "absencereason",
    "employee",
    "periodclosing",
    "orderreason",
    "datapower",
    "listdelivery",
    "certificatetemplate",
}


def our_models():
    return {
        model._meta.model_name: model
        for model in apps.get_app_config("journal").get_models()
        if not model.__name__.startswith("Historical")
    }


@pytest.mark.parametrize("name", SEEN)
def test_a_person_sees_as_many_rows_as_the_table_says(world, name):
    user, ours = world.people[name], our_models()
    seen = tuple(ours[model].objects.visible_to(user).count() for model in MODELS)
    assert dict(zip(MODELS, seen, strict=True)) == dict(
        zip(MODELS, SEEN[name], strict=True)
    )


@pytest.mark.parametrize("name", CHANGES)
def test_a_person_changes_as_many_rows_as_the_table_says(world, name):
    user, ours = world.people[name], our_models()
    rows = [ours[model].objects.visible_to(user, "change") for model in CHANGED]
    assert dict(zip(CHANGED, (one.count() for one in rows), strict=True)) == dict(
        zip(CHANGED, CHANGES[name], strict=True)
    )
    for one in rows:
        assert all(row.is_editable_by(user) for row in one)


def test_the_tables_name_everybody_of_the_cast(world):
    assert SEEN.keys() == world.people.keys()


@pytest.mark.parametrize("model", sorted(OWN_LISTS))
def test_a_list_of_the_institution_is_seen_whole_by_whoever_may_view_it(world, model):
    rows = our_models()[model].objects
    for user in world.people.values():
        may = user.has_perm(f"journal.view_{model}")
        assert rows.visible_to(user).count() == (rows.count() if may else 0)


@pytest.mark.parametrize("model", sorted(OFFICE_ONLY))
def test_a_model_without_a_reach_is_the_offices_alone(world, model):
    rows = our_models()[model].objects
    everywhere = {spec.slug for spec in ROLES if spec.anchor == Anchor.ALL}
    for user in world.people.values():
        slugs = set(Role.objects.filter(user=user).values_list("slug", flat=True))
        whole = rows.visible_to(user).query.where.children == []
        assert not whole or slugs & everywhere


def test_every_model_has_a_reach_or_stands_on_a_list_here():
    unreached = {name for name, one in our_models().items() if one.reach is None}
    everyones = {
        name for name, one in our_models().items() if isinstance(one.reach, Everyone)
    }
    assert unreached == OFFICE_ONLY
    assert everyones == OWN_LISTS


@pytest.mark.parametrize("model", sorted(our_models()))
def test_the_way_of_a_reach_leads_to_what_it_names(model):
    targets = {
        "student": "student",
        "group": "group",
        "course": "course",
        "lesson": "lesson",
        "employee": "employee",
        "department": "department",
        "specialty": "specialty",
        "user": "user",
    }
    reach = our_models()[model].reach
    ways = [
        (anchor, path)
        for anchor, named in (vars(reach).items() if reach else ())
        for path in (named if isinstance(named, tuple) else (named,))
    ]
    for anchor, path in ways:
        step = our_models()[model]
        for name in (path or "pk").split("__"):
            if name != "pk":
                step = step._meta.get_field(name).related_model
        assert path is None or step._meta.model_name == targets[anchor]


# One person


def test_an_account_sees_itself_where_it_may_see_accounts(world):
    assert not User.objects.visible_to(world.teacher).exists()
    assert User.objects.visible_to(world.office).count() == 20


def test_who_is_not_signed_in_sees_nothing(world):
    for model in our_models().values():
        assert not model.objects.visible_to(AnonymousUser()).exists()


def test_who_is_blocked_sees_nothing_superuser_or_not(world):
    for user in (world.office, User.objects.create_superuser("root")):
        user.is_active = False
        assert not Student.objects.visible_to(user).exists()


def test_several_roles_add_up_each_with_its_own_rows(world):
    """A curator who also teaches elsewhere sees cards of the own group alone."""
    user = world.curator
    course = world.course_elsewhere
    CourseTeacher.objects.create(
        course=course, employee=user.employee, start=world.year.start
    )
    give_role(user, "teacher")
    user = User.objects.get(pk=user.pk)
    assert Student.objects.visible_to(user).count() == 6
    assert Group.objects.visible_to(user).count() == 2
    assert Mark.objects.visible_to(user).count() == 7
    assert Mark.objects.visible_to(user, "change").count() == 0
    assert Absence.objects.visible_to(user, "change").count() == 2


def test_a_right_taken_away_is_gone_with_the_next_request(world):
    Role.objects.get(slug="teacher").permissions.remove(
        Permission.objects.get(codename="view_mark")
    )
    assert not Mark.objects.visible_to(User.objects.get(pk=world.teacher.pk)).exists()


def test_a_role_of_the_institutions_own_has_the_rows_of_its_anchor(world):
    role = Role.objects.create(name="Воспитатель", slug="own-1", anchor=Anchor.GROUP)
    role.permissions.add(Permission.objects.get(codename="view_student"))
    hr = world.hr
    hr.groups.set([role])
    Group.objects.filter(pk=world.group2.pk).update(curator=hr.employee)
    hr = User.objects.get(pk=hr.pk)
    assert Student.objects.visible_to(hr).count() == 3
    assert not Mark.objects.visible_to(hr).exists()


def test_everything_and_something_together_are_everything(world):
    """The condition of all rows survives being joined with another by "or"."""
    root = User.objects.create_superuser("root")
    one = visible_q(root, Lesson) | visible_q(world.teacher, Lesson)
    assert Lesson.objects.filter(one).count() == 12
    other = visible_q(world.teacher, Lesson) | visible_q(root, Lesson)
    assert Lesson.objects.filter(other).count() == 12


# Time


def test_after_a_transfer_the_past_follows_the_student(world):
    """The new curator sees all of it, the teachers of the former group their span."""
    student = world.sister
    end = world.today
    Membership.objects.filter(student=student).update(end=end)
    Membership.objects.create(student=student, group=world.group, start=end)
    seen = Mark.objects.visible_to
    assert seen(world.curator).filter(student=student).count() == 1
    assert seen(world.teacher_elsewhere).filter(student=student).count() == 1
    assert not seen(world.teacher).filter(student=student).exists()
    assert Student.objects.visible_to(world.curator).filter(pk=student.pk).exists()


def test_a_former_curator_keeps_the_span_that_was_theirs(world):
    """The group's lessons stay, the card of who left goes."""
    student = world.students[1]
    Membership.objects.filter(student=student).update(end=world.today)
    Membership.objects.create(student=student, group=world.group2, start=world.today)
    curator = world.curator
    assert not Student.objects.visible_to(curator).filter(pk=student.pk).exists()
    assert Mark.objects.visible_to(curator).filter(student=student).count() == 1


def test_a_load_that_ended_leaves_the_lessons_given(world):
    CourseTeacher.objects.filter(course=world.course).update(end=world.today)
    teacher = world.teacher
    mine = Lesson.objects.visible_to(teacher).filter(course=world.course)
    assert mine.count() == 5
    Lesson.objects.filter(pk=world.lesson_future.pk).update(
        teacher=world.teacher2.employee, planned_teacher=world.teacher2.employee
    )
    assert mine.count() == 4


@pytest.mark.parametrize("day", [-1, 0, 1])
def test_parents_see_a_child_until_it_is_of_age(world, day):
    birth = world.today.replace(year=world.today.year - 18)
    student = world.students[0]
    student.birth_date = birth + datetime.timedelta(days=day)
    student.save()
    seen = Mark.objects.visible_to(world.parent).filter(student=student).exists()
    assert seen == (day == 1)
    student.guardians_see_adult = True
    student.save()
    assert Mark.objects.visible_to(world.parent).filter(student=student).exists()


def test_parents_of_adults_see_them_where_the_institution_says_so(world):
    student = world.students[0]
    Student.objects.filter(pk=student.pk).update(birth_date="2000-02-29")
    assert not Mark.objects.visible_to(world.parent).filter(student=student).exists()
    college = Institution.objects.get()
    college.guardians_see_adults = True
    college.save()
    assert Mark.objects.visible_to(world.parent).filter(student=student).exists()


def test_a_plan_is_its_authors_before_it_belongs_to_a_course(world):
    plan = ThematicPlan.objects.create(
        name="Черновик",
        discipline=world.course.discipline,
        author=world.teacher.employee,
    )
    assert plan.is_editable_by(world.teacher)
    assert not ThematicPlan.objects.visible_to(world.teacher2).exists()


def test_staff_is_seen_whole_by_whoever_assigns_it(world):
    """The head of the study unit chooses a teacher of another department too."""
    assert Employee.objects.visible_to(world.studyunit).count() == 15
    assert not Employee.objects.visible_to(world.studyunit, "change").exists()


# What no model does

PARENT_LINK = {("role", "group_ptr")}
CASCADES = {("bell", "schedule")}
# A log outlives whom it names.
HELD_BY_NOTHING = {("dataaccess", "student")}


def test_no_fact_goes_with_another():
    found = set()
    for name, model in our_models().items():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.OneToOneField):
                rule = field.remote_field.on_delete
                if rule not in (models.PROTECT, models.RESTRICT):
                    found.add((name, field.name))
    assert found == CASCADES | PARENT_LINK | HELD_BY_NOTHING


def test_nobody_has_a_right_over_history(db):
    for role in Role.objects.all():
        assert not role.permissions.filter(codename__contains="historical").exists()


def test_models_of_record_keep_their_history():
    unrecorded = {
        name for name, model in our_models().items() if not hasattr(model, "history")
    }
    assert unrecorded == {
        "reportbatch",
        "accesscode",
        "dataaccess",  # only added to
        "notice",  # only added to
        "forecastfit",  # only added to
        "importbatch",
        "orderreason",
        "campus",
        "specialty",
        "calendarday",
        "bell",
        "cycle",
        "lessonkind",
        "workkind",
        "absencereason",
        "abbreviation",
        "calendarfeed",
    }


def test_reach_of_nothing_is_nobodys(world):
    assert Reach() == Reach(student=None)
    assert visible_q(world.nobody, Student) == visible_q(world.nobody, Lesson)
