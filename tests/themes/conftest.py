"""A course with a row of the curriculum, and plans to hand in for it."""

import pytest

from journal.models import (
    Course,
    Curriculum,
    LessonKind,
    PlanHours,
    PlanItem,
    PlannedLesson,
    ThematicPlan,
)

KINDS = {
    "Контрольная работа": {"is_numbered": True, "is_control": True},
    "Практическое занятие": {
        "is_numbered": True,
        "hours_kind": "practical",
        "short_name": "практ. занятие",
    },
    "Лабораторное занятие": {"is_numbered": True, "hours_kind": "laboratory"},
}


@pytest.fixture
def kinds(world) -> dict[str, LessonKind]:
    """Kinds of lessons by name: the lecture of the cast, and numbered works."""
    for position, (name, fields) in enumerate(KINDS.items(), 5):
        LessonKind.objects.create(name=name, position=position, **fields)
    return {kind.name: kind for kind in LessonKind.objects.all()}


def line(plan, number: int, topic: str, kind, hours=2, **fields) -> PlannedLesson:
    return PlannedLesson.objects.create(
        plan=plan, number=number, topic=topic, kind=kind, hours=hours, **fields
    )


@pytest.fixture
def course(world, kinds) -> Course:
    """The teacher's course: 8 hours of theory, 2 of practice in its semester."""
    curriculum = Curriculum.objects.create(
        name="План", specialty=world.specialty, admission_year=2025
    )
    item = PlanItem.objects.create(
        curriculum=curriculum, discipline=world.course.discipline, kind="discipline"
    )
    PlanHours.objects.create(item=item, semester=3, total=10, theory=8, practical=2)
    Course.objects.filter(pk=world.course.pk).update(plan_item=item, semester=3)
    world.course.refresh_from_db()
    return world.course


@pytest.fixture
def draft(world, course, kinds) -> ThematicPlan:
    """A plan of the course that may be handed in just so."""
    plan = ThematicPlan.objects.create(
        name="Математика",
        discipline=course.discipline,
        year=world.year,
        author=world.teacher.employee,
    )
    for number, topic in enumerate(("Ряды", "Интеграл", "Кривые"), 1):
        line(plan, number, topic, kinds["Лекция"])
    line(plan, 4, "Пределы", kinds["Контрольная работа"], work_number=1)
    line(plan, 5, "Вычисления", kinds["Практическое занятие"], work_number=1)
    Course.objects.filter(pk=course.pk).update(thematic_plan=plan)
    return plan
