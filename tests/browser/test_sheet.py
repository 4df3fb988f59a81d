"""The table of a plan in a real browser: keys, blocks from Excel, undo, the network away,
and two people in one table."""

import pytest

from journal.domain.curriculum.sheet import (
    PLAN,
    SheetRow,
    cells_of,
    lines_of,
    save_sheet,
    version_of,
)
from journal.models import PlannedLesson, ThematicPlan

pytestmark = pytest.mark.browser

TOPIC = PLAN.place("topic")
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text", text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
  document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture
def plan(world) -> ThematicPlan:
    """The plan of the cast as a draft of its teacher."""
    ThematicPlan.objects.filter(pk=world.plan.pk).update(state="draft")
    return world.plan


@pytest.fixture
def sheet(page_of, world, plan):
    page = page_of(world.teacher)
    page.goto(f"/admin/journal/thematicplan/{plan.pk}/table/")
    page.wait_for_selector("table.sheet tbody tr")
    return page


def cell(page, row: int, field: str):
    """The cell of a row (from 1) under a field; number and dates stand before."""
    place = PLAN.place(field) + 3
    return page.locator(f"table.sheet tbody tr:nth-child({row}) > :nth-child({place})")


def write(page, text: str):
    """Type over the cell: the keyboard of the tests has no Cyrillic keys of its own."""
    page.keyboard.press("F2")
    page.keyboard.insert_text(text)


def saved(page):
    page.wait_for_function(
        "document.querySelector('.grid-state').textContent === 'Всё сохранено'"
        " && !Object.keys(localStorage).some(key => key.startsWith('journal.sheet.'))"
    )


def topics(plan) -> list[str]:
    return list(plan.lessons.order_by("number").values_list("topic", flat=True))


def change_by(user, plan, number: int, topic: str):
    """Another person writes a topic in the same table."""
    rows = [SheetRow(one.pk, cells_of(PLAN, one)) for one in lines_of(PLAN, plan)]
    rows[number - 1].cells[TOPIC] = topic
    save_sheet(PLAN, plan, rows, version_of(PLAN, plan), user)


def test_typing_moving_and_undo_are_stored(sheet, plan):
    cell(sheet, 1, "topic").click()
    write(sheet, "Введение")
    sheet.keyboard.press("Enter")
    write(sheet, "Ряды")
    sheet.keyboard.press("Tab")
    saved(sheet)
    assert topics(plan)[:3] == ["Введение", "Ряды", "Правила дифференцирования"]
    cell(sheet, 1, "topic").click()
    sheet.keyboard.press("Alt+ArrowDown")
    sheet.keyboard.press("Control+Enter")
    write(sheet, "Вставлена")
    sheet.keyboard.press("Enter")
    saved(sheet)
    assert topics(plan)[:3] == ["Ряды", "Введение", "Вставлена"]
    for _ in range(3):
        sheet.keyboard.press("Control+z")
    saved(sheet)
    assert topics(plan)[:3] == ["Введение", "Ряды", "Правила дифференцирования"]
    sheet.keyboard.press("Control+y")
    saved(sheet)
    assert topics(plan)[:2] == ["Ряды", "Введение"]


def test_a_block_from_excel_fills_cells_and_adds_rows(sheet, plan):
    cell(sheet, 4, "topic").click()
    sheet.evaluate(
        PASTE, 'Первая\tлек.\t2\n"Вторая\nстрока"\tЛекция\t4\nТретья\tлекция\t2\n'
    )
    saved(sheet)
    assert topics(plan)[3:] == ["Первая", "Вторая строка", "Третья"]
    assert plan.lessons.get(number=5).hours == 4
    assert cell(sheet, 4, "kind").inner_text() == "Лекция"
    assert "Строк: 6, часов занятий: 14" in sheet.locator(".sheet-total").inner_text()
    sheet.keyboard.press("Control+Delete")
    saved(sheet)
    assert len(topics(plan)) == 3


def test_a_wrong_cell_is_marked_and_nothing_is_lost(sheet, plan):
    cell(sheet, 2, "hours").click()
    write(sheet, "много")
    sheet.keyboard.press("Enter")
    sheet.wait_for_selector("td.bad")
    assert "строка 2, «Часы»" in sheet.locator(".grid-state").inner_text()
    assert topics(plan)[0] == "Пределы"
    hand_in = sheet.locator("a", has_text="Представить на утверждение")
    with sheet.expect_response(lambda answer: answer.status == 400):
        hand_in.click()
    # The paper goes without the wrong cell another way: then it is not shown in it.
    ThematicPlan.objects.update(state="submitted")
    sheet.reload()
    sheet.wait_for_selector("table.sheet tbody td")
    assert cell(sheet, 2, "hours").inner_text() == "2"
    ThematicPlan.objects.update(state="draft")
    sheet.reload()
    sheet.wait_for_selector("td.bad")
    cell(sheet, 2, "hours").click()
    sheet.keyboard.type("4")
    hand_in.click()
    sheet.wait_for_url("**/submit/")
    assert plan.lessons.get(number=2).hours == 4


def keep_back(route):
    """Only pages come through, so none is read while the table is being written."""
    route.abort() if route.request.method == "POST" else route.continue_()


def test_without_the_network_the_table_waits_and_outlives_the_page(sheet, plan):
    sheet.route("**/table/", keep_back)
    cell(sheet, 1, "topic").click()
    write(sheet, "Без связи")
    sheet.keyboard.press("Enter")
    sheet.wait_for_selector(".grid-state[data-kind=offline]")
    assert topics(plan)[0] == "Пределы"
    sheet.on("dialog", lambda dialog: dialog.accept())
    sheet.reload()
    sheet.unroute("**/table/")
    saved(sheet)
    assert topics(plan)[0] == "Без связи"


def test_two_people_in_one_table_lose_nothing(sheet, plan, world):
    change_by(world.deputy, plan, 3, "Тема заместителя")
    cell(sheet, 1, "topic").click()
    write(sheet, "Тема преподавателя")
    sheet.keyboard.press("Enter")
    write(sheet, "Производн")  # still being written when the other's rows come
    sheet.wait_for_function("document.body.innerText.includes('Тема заместителя')")
    sheet.keyboard.insert_text("ые")
    sheet.keyboard.press("Enter")
    saved(sheet)
    assert topics(plan)[:3] == ["Тема преподавателя", "Производные", "Тема заместителя"]
    assert cell(sheet, 3, "topic").inner_text() == "Тема заместителя"


def test_the_same_cell_written_by_two_is_asked(sheet, plan, world):
    change_by(world.deputy, plan, 1, "Тема заместителя")
    cell(sheet, 1, "topic").click()
    write(sheet, "Моя тема")
    sheet.keyboard.press("Enter")
    dialog = sheet.locator("dialog.sheet-both[open]")
    dialog.wait_for()
    assert (
        "Моя тема" in dialog.inner_text() and "Тема заместителя" in dialog.inner_text()
    )
    dialog.locator("input[value=theirs]").check()
    dialog.locator("button").click()
    saved(sheet)
    assert topics(plan)[0] == "Тема заместителя"
    assert PlannedLesson.history.filter(topic="Моя тема").count() == 0


def test_the_table_of_an_approved_plan_is_only_read(page_of, world):
    page = page_of(world.teacher, width=390)
    page.goto(f"/admin/journal/thematicplan/{world.plan.pk}/table/")
    cell(page, 1, "topic").click()
    write(page, "Нет")
    assert not page.locator("table.sheet :is(textarea, input)").count()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_row_whose_answer_was_lost_is_not_stored_twice(sheet, plan):
    def lose(route):
        route.fetch()
        route.abort()

    before = topics(plan)
    cell(sheet, len(before), "topic").click()
    sheet.keyboard.press("Control+Enter")
    sheet.route("**/table/", lose, times=1)
    sheet.evaluate(PASTE, "Одна\tлек.\t2")
    sheet.wait_for_selector(".grid-state[data-kind=offline]")
    saved(sheet)
    assert topics(plan) == [*before, "Одна"]
