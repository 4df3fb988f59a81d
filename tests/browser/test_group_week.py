"""The curator's week in a real browser: keys, and a sick note in few clicks."""

import pytest

from journal.models import Absence, Excuse
from tests.browser.test_grid import Hands, cell, saved

pytestmark = pytest.mark.browser


def test_a_sick_note_for_a_week_takes_at_most_five_clicks(page_of, world):
    third = world.students[2]
    page = page_of(world.curator)
    page.goto("/admin/")
    hands = Hands(page)
    hands.click(page.get_by_role("link", name="Неделя: пропуски и документы"))
    hands.click(page.get_by_role("link", name=f"Документ: {third.last_name}"))
    hands.click("#id_document")
    page.keyboard.type("справка № 7, поликлиника № 2")
    hands.click(page.get_by_role("button", name="Сохранить", exact=True))
    page.wait_for_selector(".group-week")
    page.wait_for_load_state("load")
    assert hands.count <= 5
    excuse = Excuse.objects.get()
    assert (excuse.student, excuse.reason_id) == (third, "б")
    assert (excuse.end - excuse.start).days == 7
    row = page.locator(f"tr[data-s='{third.pk}']")
    assert "док." in row.inner_text()
    assert row.locator("td[data-a=б]").count() == 1
    assert Absence.objects.get(student=third).excuse == excuse


def test_the_curator_types_absences_only_and_the_totals_follow(page_of, world):
    page = page_of(world.curator)
    page.goto("/admin/journal/lesson/week/")
    cell(page, 1, world.lesson.pk).click()
    page.keyboard.press("5")
    assert "только отсутствие" in page.locator(".grid-state").inner_text()
    page.keyboard.press("Shift+KeyY")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    cell(page, 1, world.lesson2.pk).click()
    page.keyboard.press("Comma")
    page.wait_for_selector("td[data-a=б]")
    saved(page)
    first = page.locator("tbody tr").first.locator("td.av")
    assert first.all_inner_texts()[:3] == ["3", "2", "1"]
    rows = Absence.objects.filter(student=world.students[0])
    assert set(rows.values_list("reason", "hours")) == {("б", 2), ("н", 1)}
