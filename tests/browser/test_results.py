"""Term marks by keyboard: a mark a key, proposals by Enter, signing."""

import time

import pytest
from django.urls import reverse

from journal.models import Result, Sheet

pytestmark = pytest.mark.browser


def test_marks_go_down_the_column_and_are_given(live_server, world, page_of):
    """Абрамова 4,25 and two marks, so «н/а» is proposed; six keys, then «Выставить»."""
    world.institution.marks_needed = 1
    world.institution.save()
    page = page_of(world.teacher)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(reverse("admin:journal_course_results", args=[world.course.pk]))
    began = time.monotonic()
    page.keyboard.press("Enter")  # Абрамова: what is proposed, 4
    page.keyboard.press("Digit5")  # Быков: 5 at an average of 3
    assert page.locator("tr.far").count() == 1
    for key in ("3", "2", "KeyY", "4"):
        page.keyboard.press(key)
    page.keyboard.press("Control+Enter")  # at once: what is typed is saved first
    page.get_by_text("Не выставлено. Объясните отметки").wait_for()
    for name in ("Быков", "Ершов", "Ёжиков", "Яшин"):
        note = page.get_by_label(f"Пояснение: {name}")
        if note.count():
            note.fill("устный опрос")
            note.press("Tab")
    page.get_by_role("button", name="Выставить").click()
    page.get_by_text("Отметки выставлены").wait_for()
    assert time.monotonic() - began < 30
    found = Result.objects.values_list("student__last_name", "mark").order_by("pk")
    assert dict(found) == {
        "Абрамова": "4",
        "Быков": "5",
        "Ершов": "3",
        "Ёжиков": "2",
        "Чайкина": "н/а",
        "Яшин": "4",
    }
    assert Sheet.objects.get().state == "signed"
