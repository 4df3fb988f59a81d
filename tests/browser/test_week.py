"""A dispatcher at the weekly grid in a real browser: by mouse, by keys, on a phone."""

import pytest

from journal.domain.timetable import lay_out
from journal.models import Lesson, TimetableEntry
from tests.browser.test_grid import Hands

pytestmark = pytest.mark.browser


@pytest.fixture
def line(world):
    made = TimetableEntry.objects.create(
        course=world.course,
        teacher=world.teacher.employee,
        room=world.room,
        weekday=1,
        number=3,
        start=world.today,
    )
    lay_out([made])
    return made


@pytest.fixture
def grid(page_of, world, line):
    def opened(**options):
        page = page_of(world.dispatcher, **options)
        # The browser lives in the present; the journal's day is that of the cast.
        page.goto(
            f"/admin/journal/timetableentry/week/?group={world.group.pk}"
            f"&day={world.today:%Y-%m-%d}"
        )
        return page

    return opened


def cell(page, weekday, number):
    return page.locator(f"table.week td[data-w='{weekday}'][data-n='{number}']")


def said(page, words):
    page.wait_for_function(
        "words => document.querySelector('.week-state').textContent.includes(words)",
        arg=words,
    )


def test_a_lesson_moves_in_two_clicks(grid, world, line):
    page = grid()
    hands = Hands(page)
    hands.click(f"[data-line='{line.pk}']")
    page.wait_for_selector("td[data-w='5'][data-n='4'][data-free]")
    hands.click(cell(page, 5, 4))
    said(page, "Сохранено")
    assert hands.count <= 4
    assert cell(page, 5, 4).inner_text().startswith("Математика")
    line.refresh_from_db()
    assert (line.weekday, line.number) == (5, 4)
    ahead = Lesson.objects.filter(entry=line, is_cancelled=False)
    assert {one.date.isoweekday() for one in ahead} == {5}


def test_keys_alone_pick_up_show_what_is_taken_and_put_down(grid, world, line):
    TimetableEntry.objects.create(
        course=world.course_elsewhere,
        teacher=world.teacher.employee,
        weekday=2,
        number=3,
        start=world.today,
    )
    page = grid()
    cell(page, 1, 3).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("td[data-w='2'][data-n='3'][data-why]")
    page.keyboard.press("ArrowRight")
    said(page, "1-ЭК")
    page.keyboard.press("Enter")
    said(page, "уже ведёт занятие")
    page.keyboard.press("ArrowDown")
    said(page, "свободно")
    page.keyboard.press("Enter")
    said(page, "Сохранено")
    line.refresh_from_db()
    assert (line.weekday, line.number) == (2, 4)
    page.keyboard.press("Enter")
    said(page, "Взято")
    page.keyboard.press("Escape")
    said(page, "Отпущено")


def test_a_course_is_placed_and_its_room_is_given(grid, world, line):
    page = grid()
    page.locator(f"[data-course='{world.course2.pk}']").click()
    page.wait_for_selector("td[data-w='4'][data-n='2'][data-free]")
    cell(page, 4, 2).dblclick()  # hands that press twice place it once
    said(page, "Сохранено")
    cell(page, 4, 2).locator("button.chip").click()
    page.locator("[data-do=edit]").click()
    form = page.locator(".week-form form")
    form.locator("[name=room]").select_option(label="202")
    form.get_by_role("button", name="Сохранить").click()
    said(page, "Сохранено")
    made = TimetableEntry.objects.get(course=world.course2, weekday=4)
    assert (made.room, made.number) == (world.room2, 2)
    page.on("dialog", lambda dialog: dialog.accept())
    cell(page, 4, 2).locator("button.chip").click()
    page.locator("[data-do=remove]").click()
    said(page, "Сохранено")
    assert not TimetableEntry.objects.filter(pk=made.pk).exists()


def test_the_page_itself_does_not_scroll_sideways_on_a_phone(grid, line):
    page = grid(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(f"[data-line='{line.pk}']").click()
    said(page, "Взято")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
