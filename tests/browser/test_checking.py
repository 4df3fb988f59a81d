"""Homework of a group checked by keyboard: marks down the column, Enter writes."""

import pytest
from django.urls import reverse

from journal.domain.lessons.homework import Assignment, assign, hand_in
from journal.models import Mark, Submission

pytestmark = pytest.mark.browser


def test_arrows_go_down_a_column_and_enter_writes(live_server, world, page_of):
    said = Assignment(is_collected=True, kind=world.answer)
    homework = assign(world.lesson_past, said)
    hand_in(world.student, homework, "Ответ")
    first, second, *_ = world.students
    page = page_of(world.teacher, width=390)
    page.goto(reverse("admin:journal_homework_works", args=[homework.pk]))
    assert page.get_by_text("Ответ", exact=True).last.is_visible()  # unfolded: it waits
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    quality = page.get_by_label(f"Качество: {first}")
    quality.focus()
    page.keyboard.press("ArrowDown")  # a choice keeps its own arrows
    assert quality.input_value() == "full"
    page.get_by_label(f"Отметка: {first}").focus()
    for key in ("5", "ArrowDown", "4", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    below = page.get_by_label(f"Отметка: {second}")
    assert below.evaluate("field => field === document.activeElement")
    page.keyboard.press("Enter")
    page.get_by_text("Записано строк: 2").wait_for()
    marks = Mark.objects.filter(task=homework.task).values_list("student", "value")
    assert dict(marks) == {first.pk: "5", second.pk: "4"}
    assert Submission.objects.get().quality == "full"
    # A double press sends the form once.
    sent = page.evaluate(
        """() => {
            let sent = 0;
            addEventListener("submit", (event) => {
                sent += event.defaultPrevented ? 0 : 1;
                event.preventDefault();
            });
            const form = document.querySelector("form.ticks");
            form.requestSubmit();
            form.requestSubmit();
            return sent;
        }"""
    )
    assert sent == 1
