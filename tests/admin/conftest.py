"""The college of the cast with one row of everything, near and far."""

import logging
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from journal.models import (
    AbsenceReason,
    CalendarDay,
    Campus,
    CardCheck,
    CourseTeacher,
    Curriculum,
    Cycle,
    DataAccess,
    Exemption,
    Guardian,
    Guardianship,
    ImportBatch,
    ListDelivery,
    Membership,
    Mismatch,
    PeriodClosing,
    PlanHours,
    PlanItem,
    PlannedLesson,
    Role,
    Subgroup,
    SubgroupMember,
    ThematicPlan,
    TimetableEntry,
    User,
)
from journal.models.organisation import BellSchedule
from tests import cast
from tests.admin import data_papers, movement, papers, records, teaching
from tests.conftest import standing

UNPLAYED = ("safety", "extracurricular", "certificates")


def build_more(world):
    """What the cast lacks: the roles nobody plays, and a row of each other model."""
    for name in UNPLAYED:
        world.people[name] = cast.account(name, name)
    world.people["root"] = User.objects.create_superuser(
        "root", password="demo", acknowledged_at=timezone.now()
    )
    vars(world).update(world.people)
    world.campus = Campus.objects.create(name="Главный корпус")
    world.cycle = Cycle.objects.create(name="Общепрофессиональный", code="ОП")
    world.holiday = CalendarDay.objects.create(date=cast.day(world, 21), kind="holiday")
    world.batch = ImportBatch.objects.create(
        importer="roster", file_name="список.xlsx", by=world.office
    )
    world.closing = PeriodClosing.objects.create(
        period=world.next_period, aspect="results", closed_by=world.deputy
    )
    world.looks = [
        DataAccess.objects.create(
            by=world.office, kind="opened", subject="Карточка студента", student=student
        )
        for student in (world.students[1], world.students2[1])
    ]
    world.far_parent = cast.person(Guardian, ("Носова", "Инга", "Павловна"))
    Guardianship.objects.create(
        student=world.students2[1],
        guardian=world.far_parent,
        relation="mother",
        start=world.year.start,
    )
    for suffix, group, course in (
        ("", world.group, world.course),
        ("2", world.group2, world.course_elsewhere),
    ):
        member = world.students[1] if suffix == "" else world.students2[1]
        _plans(world, suffix, group, course)
        _parts(world, suffix, course, member)
        _rounds(world, suffix, member)
    return world


def _parts(world, suffix, course, member):
    part = Subgroup.objects.create(course=course, number=1)
    SubgroupMember.objects.create(subgroup=part, student=member, start=world.year.start)
    exemption = Exemption.objects.create(
        student=member,
        course=course,
        kind="exempt",
        document="справка",
        start=world.year.start,
    )
    setattr(world, f"subgroup{suffix}", part)
    setattr(world, f"exemption{suffix}", exemption)


def _rounds(world, suffix, member):
    check = CardCheck.objects.create(
        student=member, round="curator", on=cast.day(world, -40), by=world.curator
    )
    setattr(world, f"check{suffix}", check)
    told = Mismatch.objects.create(
        group=member.memberships.get().group, kind="left", student=member
    )
    setattr(world, f"mismatch{suffix}", told)
    world.delivery = ListDelivery.objects.create(
        kind="groups",
        department=world.department,
        due_on=cast.day(world, -39 - len(suffix)),
    )


def _plans(world, suffix, group, course):
    curriculum = Curriculum.objects.create(
        name=f"Учебный план {suffix}", specialty=group.specialty, admission_year=2025
    )
    item = PlanItem.objects.create(
        curriculum=curriculum, discipline=course.discipline, kind="discipline"
    )
    PlanHours.objects.create(item=item, semester=1, total=72)
    setattr(world, f"curriculum{suffix}", curriculum)
    setattr(world, f"item{suffix}", item)
    if suffix:
        world.plan2 = ThematicPlan.objects.create(
            name="Экономика, 1 курс",
            discipline=course.discipline,
            author=world.teacher_elsewhere.employee,
        )
        course.thematic_plan = world.plan2
        course.save()
        world.planned2 = PlannedLesson.objects.create(
            plan=world.plan2, number=1, topic="Спрос"
        )
        world.entry2 = TimetableEntry.objects.create(
            course=course,
            teacher=world.teacher_elsewhere.employee,
            weekday=2,
            number=3,
            start=world.year.start,
        )


def common_rows(world) -> dict:
    """model: a row of the whole institution."""
    return {
        "role": Role.objects.get(slug="hr"),
        "institution": world.institution,
        "campus": world.campus,
        "room": world.room,
        "department": world.department2,
        "specialty": world.specialty2,
        "academicyear": world.year,
        "period": world.period,
        "calendarday": world.holiday,
        "bellschedule": BellSchedule.objects.get(),
        "discipline": world.course_elsewhere.discipline,
        "lessonkind": world.lecture,
        "workkind": world.answer,
        "absencereason": AbsenceReason.objects.get(code="н"),
        "cycle": world.cycle,
        "periodclosing": world.closing,
        "importbatch": world.batch,
        "listdelivery": world.delivery,
        "employee": world.teacher_elsewhere.employee,
    }


def rows_of(world) -> dict:
    """model: (a row of the group 2-ИС and its course, one of the group 1-ЭК)."""
    seats = Membership.objects.select_related("student")
    loads = CourseTeacher.objects
    near, far = world.students[1], world.students2[1]
    return {model: (row, row) for model, row in common_rows(world).items()} | {
        "user": (world.student, world.stranger),
        "student": (near, far),
        "dataaccess": tuple(world.looks),
        "guardian": (world.trustee.guardian, world.far_parent),
        "membership": (seats.get(student=near), seats.get(student=far)),
        "group": (world.group, world.group2),
        "course": (world.course, world.course_elsewhere),
        "courseteacher": (
            loads.get(course=world.course),
            loads.get(course=world.course_elsewhere),
        ),
        "thematicplan": (world.plan, world.plan2),
        "plannedlesson": (world.planned[0], world.planned2),
        "timetableentry": (
            TimetableEntry.objects.get(course=world.course),
            world.entry2,
        ),
        "lesson": (world.lesson_past, world.lesson_elsewhere_past),
        "subgroup": (world.subgroup, world.subgroup2),
        "exemption": (world.exemption, world.exemption2),
        "cardcheck": (world.check, world.check2),
        "mismatch": (world.mismatch, world.mismatch2),
        "curriculum": (world.curriculum, world.curriculum2),
        "planitem": (world.item, world.item2),
    }


@pytest.fixture(autouse=True)
def quiet():
    """Refusals by the thousand are not written down each with its traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def build_college(world):
    full = SimpleNamespace(**vars(build_more(world)))
    full.rows = rows_of(full)
    for more in (papers, data_papers, movement, teaching, records):
        full.rows |= more.build(full)
    return full


standing_college = standing(build_college)


@pytest.fixture
def college(standing_college, today, db):
    """`college.<anything of the world>` and more; `college.rows` as in `rows_of`."""
    return standing_college()


def url(page: str, model: str, row=None) -> str:
    args = [] if row is None else [row.pk]
    return reverse(f"admin:journal_{model}_{page}", args=args)
