"""A group whose results are signed, all but one discipline."""

import pytest

from journal.models import Exemption
from tests.conftest import standing
from tests.reports.groups import (
    ALGEBRA,
    BIOLOGY,
    DRAWING,
    GRAPHICS,
    LAYOUT,
    absent,
    course,
    day,
    group_of,
    join,
    lesson,
    signed,
    student,
    work,
)


def build_group(world):
    """Five students, one who left with a failed credit, five disciplines.

    Алгебра, exam: 5 4 3, Гусев did not come, Дюков is exempt. Биология, credit: Вольф
    failed. Вёрстка and Графика, one complex credit: 5 5 4 3 4 for both. Черчение has no
    sheet: Абаев 5 5 5 = 5,00, Бунин 4 4 3 = 3,67 (a «4»), the others «н/а».
    """
    group = group_of(world, "Дюков", "Гусев", "Вольф", "Бунин", "Абаев")
    join(group, "Уваров", world.year.start, day(world, -5))
    algebra = course(world, group, ALGEBRA, "exam")
    biology = course(world, group, BIOLOGY, "credit")
    layout, graphics = (
        course(world, group, name, "diff_credit", teacher="teacher2")
        for name in (LAYOUT, GRAPHICS)
    )
    drawing = course(world, group, DRAWING)
    Exemption.objects.create(
        student=student("Дюков"),
        course=algebra,
        kind="exempt",
        document="справка",
        start=day(world, -20),
    )
    signed(
        world,
        "exam",
        [algebra],
        {"Абаев": "5", "Бунин": "4", "Вольф": "3", "Гусев": "absent"},
    )
    credits = dict.fromkeys(("Абаев", "Бунин", "Гусев", "Дюков"), "з")
    signed(world, "credit", [biology], {**credits, "Вольф": "х", "Уваров": "х"})
    signed(
        world,
        "complex_credit",
        [layout, graphics],
        {"Абаев": "5", "Бунин": "5", "Вольф": "4", "Гусев": "3", "Дюков": "4"},
    )
    for offset, marks, away in (
        (-10, {"Абаев": "5", "Бунин": "4"}, ("Вольф", "н")),
        (-8, {"Абаев": "5", "Бунин": "4"}, ("Гусев", "б")),
        (-3, {"Абаев": "5", "Бунин": "3"}, None),
    ):
        one = lesson(world, drawing, offset)
        work(one, world.answer, **marks)
        if away:
            absent(one, *away)
    lesson(world, biology, -10)
    return group


standing_group = standing(build_group)


@pytest.fixture
def group(standing_group, today, db):
    return standing_group()
