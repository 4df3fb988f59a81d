"""The table of a curriculum in a real browser: typing, keys, pasting, a phone."""

import pytest
from django.contrib.sessions.models import Session

from journal.models import Curriculum, PlanHours
from tests.browser.test_grid import sign_in
from tests.imports.plans import plan as from_file

pytestmark = pytest.mark.browser


@pytest.fixture
def table(page_of, world):
    def opened(query="?semester=3", who="deputy", **options):
        from_file()
        page = page_of(getattr(world, who), **options)
        plan = Curriculum.objects.get()
        page.goto(f"/admin/journal/curriculum/{plan.pk}/table/{query}")
        page.wait_for_selector("table.plan")
        return page

    return opened


def cell(page, index, column, semester=3):
    row = page.locator("#plan-table tr", has_text=index)
    return row.locator(f"td[data-s='{semester}'][data-f='{column}']")


def said(page, words):
    page.wait_for_function(
        "words => document.querySelector('.grid-state').textContent.includes(words)"
        " && !document.querySelector('.plan td.wait')",
        arg=words,
    )


def of(index, semester=3):
    return PlanHours.objects.get(item__index=index, semester=semester)


def test_digits_go_into_the_cell_tab_goes_on_and_sums_follow(table):
    page = table()
    cell(page, "ОП.01", "theory").click()
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    page.keyboard.type("32")
    page.keyboard.press("Enter")
    said(page, "Сохранено")
    hours = of("ОП.01")
    assert (hours.theory, hours.practical, hours.total) == (40, 32, 78)
    assert cell(page, "ОП.01", "total").inner_text() == "78"
    # Below in the same column, where the next hours go.
    focused = page.evaluate("document.activeElement.dataset.f")
    row = page.evaluate("document.activeElement.parentElement.innerText")
    assert focused == "practical" and "ОП.01" not in row


def test_a_wrong_value_stays_red_with_its_reason_and_escape_takes_it_back(table):
    page = table()
    cell(page, "ОП.01", "theory").click()
    page.keyboard.type("1x")
    page.keyboard.press("Enter")
    said(page, "нужно целое число часов")
    wrong = cell(page, "ОП.01", "theory")
    assert wrong.inner_text() == "1x" and "bad" in wrong.get_attribute("class")
    assert "нужно целое число" in wrong.get_attribute("title")
    wrong.focus()
    page.keyboard.press("Escape")
    assert wrong.inner_text() == "36"
    assert of("ОП.01").theory == 36


def test_arrows_move_delete_empties_and_a_block_is_pasted(table):
    page = table()
    cell(page, "ОП.01", "theory").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    said(page, "Сохранено")
    assert of("ОП.01").practical == 0
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData('text', '11\\t12\\n13\\t14\\n');
            const cell = [...document.querySelectorAll('#plan-table tr')]
                .find(row => row.textContent.includes('ОП.01'))
                .querySelector("td[data-f='theory']");
            cell.focus();
            cell.dispatchEvent(new ClipboardEvent('paste',
                {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    said(page, "Сохранено")
    page.wait_for_function(
        "() => document.querySelector('#plan-table').textContent.includes('13')"
    )
    assert (of("ОП.01").theory, of("ОП.01").practical) == (11, 12)
    assert (of("МДК.01.01").theory, of("МДК.01.01").practical) == (13, 14)


def test_forms_are_typed_and_network_and_session_may_go_away(table):
    page = table()
    page.context.set_offline(True)
    cell(page, "ОП.01", "form").click()
    page.keyboard.press("F2")
    page.keyboard.insert_text("дз")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.grid-state').dataset.kind === 'offline'"
    )
    page.context.set_offline(False)
    said(page, "Сохранено")
    assert of("ОП.01").form == "diff_credit"
    assert cell(page, "ОП.01", "form").inner_text() == "ДЗ"
    page.on("dialog", lambda dialog: dialog.accept())
    Session.objects.all().delete()
    cell(page, "ОП.01", "theory").click()
    page.keyboard.type("41")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Войдите снова").click()
    sign_in(page, "deputy")
    page.wait_for_selector("table.plan")
    said(page, "Сохранено")
    assert of("ОП.01").theory == 41


def test_weeks_are_typed_beside_the_hours(table):
    page = table(query="")
    page.locator("#plan-weeks td[data-s='3'][data-f='theory']").click()
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    said(page, "Сохранено")
    assert str(Curriculum.objects.get().weeks.get(semester=3).theory) == "2.5"
    assert "2,5 × 36 = 90" in page.locator("#plan-warnings").inner_text()


@pytest.mark.parametrize("query", ["", "?semester=3"])
def test_a_phone_scrolls_the_table_and_not_the_page(table, query):
    page = table(query, width=390, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = "document.querySelector('#plan-table')"
    assert page.evaluate(f"{box}.scrollWidth > {box}.clientWidth")
    cell(page, "ОП.01", "total").tap()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    said(page, "Сохранено")
    assert of("ОП.01").total == 9
