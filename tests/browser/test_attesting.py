"""An exam sheet by keyboard: made, filled, signed and printed in under a minute."""

import time

import pytest
from django.urls import reverse

from journal.models import Membership, Result, Sheet, Student

pytestmark = pytest.mark.browser


@pytest.fixture
def full_group(world):
    """Twenty-five students in the group of the teacher."""
    for number in range(len(world.students) + 1, 25):
        student = Student.objects.create(
            last_name=f"Яковлев{'аобву'[number % 5]}", first_name=f"Ян {number}"
        )
        Membership.objects.create(
            student=student, group=world.group, start=world.year.start
        )
    return world


def test_twenty_five_results_are_typed_signed_and_printed(
    live_server, full_group, page_of
):
    world = full_group
    page = page_of(world.teacher)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(reverse("admin:journal_sheet_due"))
    began = time.monotonic()
    row = page.locator("tr", has_text="Математика")
    row.get_by_role("button", name="Создать").click()
    page.get_by_text("Всё сохранено").wait_for()
    page.wait_for_load_state("load")  # the words stand there before the script does
    for place in range(25):  # Н: не явился, Д: не допущен
        page.keyboard.press(("5", "4", "3", "2", "KeyY", "KeyL")[place % 6])
    assert page.get_by_text("Оценено: 25 из 25").is_visible()
    page.wait_for_function("document.querySelectorAll('.results .wait').length === 0")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Ведомость подписана").first.wait_for()
    link = page.get_by_role("link", name="Печать").get_attribute("href")
    paper = page.request.get(link)
    assert paper.body().startswith(b"%PDF-")
    assert time.monotonic() - began < 60
    sheet = Sheet.objects.get()
    assert sheet.state == "signed"
    assert Result.objects.filter(sheet=sheet).count() == 25
    assert Result.objects.filter(sheet=sheet, status="absent").count() == 4


def test_a_column_of_marks_is_pasted_and_words_are_understood(
    live_server, world, page_of
):
    page = page_of(world.teacher)
    page.goto(reverse("admin:journal_sheet_due"))
    row = page.locator("tr", has_text="Математика")
    row.get_by_role("button", name="Создать").click()
    page.get_by_text("Всё сохранено").wait_for()
    page.wait_for_load_state("load")  # the words stand there before the script does
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text", "5\\nне явился\\n4\\n9\\nд\\n3");
            const input = document.querySelector("input.mark");
            input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )
    page.get_by_text("Не вставлено (1): 9").wait_for()
    # A note goes back to what it was while a mark is on its way.
    mark, note = page.locator("input.mark").nth(3), page.locator("input.note").last
    mark.focus()
    page.keyboard.press("2")
    for words in ("болел", ""):
        note.fill(words)
        note.press("Tab")
    page.locator("input.note").first.focus()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text", "билет 3\\nбилет 7");
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )
    name = page.locator("tr[data-s] th").nth(1).text_content().split(". ")[1]
    page.get_by_label(f"По уважительной причине: {name}").check()
    page.wait_for_function("document.querySelectorAll('.results .wait').length === 0")
    found = [
        one.mark or one.status for one in Result.objects.order_by("student__last_name")
    ]
    assert sorted(found) == ["2", "3", "4", "5", "absent", "not_admitted"]
    notes = Result.objects.exclude(note="").values_list("note", flat=True)
    assert sorted(notes) == ["билет 3", "билет 7"]
    assert Result.objects.get(status="absent").excused
