"""Lines written as a table: all or nothing, never over what another wrote."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from journal.domain.curriculum.approval import approve_plan, submit_plan
from journal.domain.curriculum.dates import walk
from journal.domain.curriculum.sheet import (
    PLAN,
    SheetChangedError,
    SheetRefusedError,
    SheetRow,
    cells_of,
    lines_of,
    save_sheet,
    version_of,
)
from journal.models import LessonTopic, PlannedLesson, ThematicPlan

pytestmark = pytest.mark.on_postgresql(
    "test_rows_are_added_moved_and_deleted_at_once",
    "test_what_did_not_change_leaves_no_history",
    "test_the_page_answers_409_with_both",
    "test_lines_fall_on_the_lessons_in_their_order",
    "test_a_long_line_takes_several_lessons_and_short_ones_share_one",
)

HOURS, TOPIC, KIND = (PLAN.place(name) for name in ("hours", "topic", "kind"))


def rows_of(plan) -> list[SheetRow]:
    return [SheetRow(one.pk, cells_of(PLAN, one)) for one in lines_of(PLAN, plan)]


def new(topic: str, kind="лекция", hours="2") -> SheetRow:
    cells = [""] * len(PLAN.fields)
    cells[TOPIC], cells[KIND], cells[HOURS] = topic, kind, hours
    return SheetRow(None, cells)


def save(plan, rows, by, base=None, **options):
    base = version_of(PLAN, plan) if base is None else base
    return save_sheet(PLAN, plan, rows, base, by, **options)


def topics(plan) -> list[str]:
    return list(plan.lessons.order_by("number").values_list("topic", flat=True))


def test_rows_are_added_moved_and_deleted_at_once(draft, world):
    rows = rows_of(draft)
    moved = [
        rows[3],
        new("Новая"),
        rows[0],
        rows[1],
        SheetRow(None, [""] * 10),
        rows[4],
    ]
    keys = save(draft, moved, world.teacher)
    assert topics(draft) == ["Пределы", "Новая", "Ряды", "Интеграл", "Вычисления"]
    numbers = draft.lessons.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5]
    assert keys[4] is None and keys[1] == draft.lessons.get(topic="Новая").pk
    deleted = PlannedLesson.history.get(id=rows[2].pk, history_type="-")
    made = PlannedLesson.history.get(id=keys[1])
    assert made.history_user == world.teacher and deleted.topic == "Кривые"


def test_what_did_not_change_leaves_no_history(draft, world):
    before = PlannedLesson.history.count()
    save(draft, rows_of(draft), world.teacher)
    assert PlannedLesson.history.count() == before
    rows = rows_of(draft)
    rows[0].cells[HOURS] = "3 ч"
    save(draft, rows, world.teacher)
    assert PlannedLesson.history.count() == before + 1
    assert draft.lessons.get(number=1).hours == 3


def test_wrong_cells_are_named_and_nothing_is_stored(draft, world):
    rows = [*rows_of(draft), new("", hours="много"), new("Тема", kind="ничто")]
    rows[0].cells[TOPIC] = "Иначе"
    rows[1].cells[HOURS] = "-2"
    with pytest.raises(SheetRefusedError) as refused:
        save(draft, rows, world.teacher)
    assert refused.value.found == [
        (1, "hours", "Нужно целое число от 0 до 500."),
        (5, "topic", "Впишите тему."),
        (5, "hours", "Нужно целое число от 0 до 500."),
        (6, "kind", "Вида занятия «ничто» нет в списке."),
    ]
    assert topics(draft)[0] == "Ряды"


def test_a_table_drawn_before_another_wrote_is_not_stored(draft, world):
    base = version_of(PLAN, draft)
    save(draft, [*rows_of(draft), new("Чужая")], world.deputy)
    with pytest.raises(SheetChangedError):
        save(draft, [new("Моя")], world.teacher, base)
    assert topics(draft)[-1] == "Чужая"


def test_a_line_that_was_given_is_not_deleted(draft, world):
    first = draft.lessons.get(number=1)
    LessonTopic.objects.create(lesson=world.lesson, planned_lesson=first, hours=2)
    with pytest.raises(SheetRefusedError) as refused:
        save(draft, rows_of(draft)[1:], world.teacher)
    assert refused.value.found == [
        (-1, "topic", "Строку «Ряды» удалить нельзя: по ней проведено занятие.")
    ]


def test_only_who_may_mend_the_plan_writes(draft, world):
    rows = rows_of(draft)
    for stranger in (world.teacher2, world.curator, world.student):
        with pytest.raises(PermissionDenied):
            save(draft, rows, stranger)
    submit_plan(draft, world.teacher)
    with pytest.raises(PermissionDenied):
        save(draft, rows, world.teacher)
    save(draft, rows, world.deputy)


def test_a_line_of_another_plan_is_no_line_of_this_one(draft, world):
    other = world.planned[0]
    cells = cells_of(PLAN, other)
    cells[TOPIC] = "Похищена"
    save(draft, [*rows_of(draft), SheetRow(other.pk, cells)], world.teacher)
    other.refresh_from_db()
    assert other.plan == world.plan and other.topic != "Похищена"


def test_works_are_numbered_with_the_table(draft, world):
    rows = [*rows_of(draft), new("Ещё", kind="практ. занятие")]
    save(draft, rows, world.teacher, number=True)
    assert draft.lessons.get(topic="Ещё").work_number == 2


# The page


@pytest.fixture
def page(draft, client_of, world):
    at = reverse("admin:journal_thematicplan_table", args=[draft.pk])

    def send(by, body, **headers):
        client = client_of(by)
        text = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(at, text, content_type="application/json", headers=headers)

    send.at = at
    return send


def body_of(plan, rows=None, **more) -> dict:
    rows = rows_of(plan) if rows is None else rows
    shown = [{"id": row.pk, "cells": row.cells} for row in rows]
    return {"base": version_of(PLAN, plan), "rows": shown, **more}


def test_the_page_stores_and_answers_with_dates_and_faults(page, draft, world):
    answer = page(world.teacher, body_of(draft, [*rows_of(draft), new("Лишняя")]))
    assert answer.status_code == 200
    found = answer.json()
    assert found["version"] == version_of(PLAN, draft)
    assert [one["words"] for one in found["faults"]] == [
        "Группа 2-ИС: теория — 10 ч, по учебному плану 8 ч (лишних 2)."
    ]
    assert found["cells"][-1][KIND] == "Лекция"


def test_the_page_answers_409_with_both(page, draft, world):
    mine = body_of(draft, [new("Моя")])
    page(world.deputy, body_of(draft, [*rows_of(draft), new("Чужая")]))
    answer = page(world.teacher, mine)
    assert answer.status_code == 409
    found = answer.json()
    assert found["rows"][-1]["cells"][TOPIC] == "Чужая"
    assert found["by"] == str(world.deputy) or world.deputy.last_name in found["by"]


def test_errors_come_cell_by_cell(page, draft, world):
    answer = page(world.teacher, body_of(draft, [new("", hours="?")]))
    assert answer.status_code == 400
    assert [error[1] for error in answer.json()["errors"]] == ["topic", "hours"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b'{"base": true, "rows": []}',
        b'{"base": 1, "rows": [{"id": 1, "cells": []}]}',
        b'{"base": 1, "rows": "x"}',
        b'{"base": 1, "rows": [{"id": "1", "cells": []}]}',
        b"[" * 100_000,
        json.dumps(
            {"base": 1, "rows": [{"id": None, "cells": [""] * 10}] * 501}
        ).encode(),
        json.dumps(
            {"base": 1, "rows": [{"id": None, "cells": ["x" * 5000] * 10}]}
        ).encode(),
        json.dumps({"base": 1, "rows": [{"id": 5, "cells": [""] * 10}] * 2}).encode(),
    ],
)
def test_nonsense_is_refused_with_words(page, world, body, draft):
    answer = page(world.teacher, body)
    assert answer.status_code == 400 and answer.json()["error"]
    assert draft.lessons.count() == 5


def test_strangers_meet_404_and_readers_403(page, draft, world):
    assert page(world.teacher2, body_of(draft)).status_code == 404
    answer = page(world.curator, body_of(draft))
    assert answer.status_code == 403 and "не меняется" in answer.json()["error"]
    answer = page(world.teacher, body_of(draft), **{"X-User": "999999"})
    assert answer.status_code == 401


@pytest.mark.parametrize("count", [1, 30])
def test_a_page_costs_the_same_for_one_line_and_for_thirty(
    page, draft, world, client_of, count, django_assert_max_num_queries
):
    save(draft, [new(f"Тема {number}") for number in range(count)], world.teacher)
    client = client_of(world.teacher)
    client.get(page.at)
    with django_assert_max_num_queries(24) as found:
        assert client.get(page.at).status_code == 200
    assert len(found) == QUERIES, [one["sql"][:90] for one in found.captured_queries]


QUERIES = 20


# Dates


def test_lines_fall_on_the_lessons_in_their_order(draft, world):
    approve(draft, world)
    found = walk(world.course, lines_of(PLAN, draft))
    days = [found.words(line.pk) for line in lines_of(PLAN, draft)]
    lessons = [world.lesson_unfilled, world.lesson, world.lesson_future]
    assert days == [*(f"{one.date:%d.%m}" for one in lessons), "", ""]
    assert (found.lacking, found.spare) == (4, 0)


def test_a_cancelled_lesson_shifts_the_rest_by_itself(draft, world):
    approve(draft, world)
    world.lesson.is_cancelled = True
    world.lesson.save()
    found = walk(world.course, lines_of(PLAN, draft))
    second = draft.lessons.get(number=2)
    assert found.words(second.pk) == f"{world.lesson_future.date:%d.%m}"
    assert found.lacking == 6


def test_a_line_stays_on_the_lesson_that_gave_it(world):
    found = walk(world.course, world.planned)
    given = found.falls[world.planned[0].pk]
    assert [(fall.lesson, fall.is_given) for fall in given] == [
        (world.lesson_past.pk, True)
    ]


def test_a_long_line_takes_several_lessons_and_short_ones_share_one(draft, world):
    draft.lessons.filter(number=1).update(hours=3)
    draft.lessons.filter(number=2).update(hours=1)
    found = walk(world.course, lines_of(PLAN, draft))
    first, second, third, *_ = lines_of(PLAN, draft)
    assert [fall.lesson for fall in found.falls[first.pk]] == [
        world.lesson_unfilled.pk,
        world.lesson.pk,
    ]
    assert [fall.lesson for fall in found.falls[second.pk]] == [world.lesson.pk]
    assert found.falls[third.pk][0].lesson == world.lesson_future.pk


def approve(plan: ThematicPlan, world) -> None:
    submit_plan(plan, world.teacher)
    approve_plan(plan, world.deputy)
