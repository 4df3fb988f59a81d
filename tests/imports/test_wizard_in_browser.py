"""The wizard in a real browser, at the width of a desk and of a phone."""

import pytest

from journal.models import Student
from tests.imports import HEAD, book
from tests.imports.test_wizard import ANNA, no_files_left_over

__all__ = ["no_files_left_over"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
def test_in_the_browser_from_the_list_to_the_result_and_back(page_of, world, width):
    page = page_of(world.office, width)

    def fits(role, name):
        """What comes next stands there, on a page of its own."""
        page.get_by_role(role, name=name).wait_for()
        page.wait_for_load_state("load")
        box = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert box[0] <= box[1]

    page.goto("/admin/journal/student/")
    page.get_by_role("link", name="Загрузить из файла").click()
    fits("button", "Дальше")
    file = {"name": "а.xlsx", "mimeType": "", "buffer": book({"2-ИС": [HEAD, ANNA]})}
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Дальше").click()
    fits("button", "Проверить")
    page.get_by_role("button", name="Проверить").click()
    fits("button", "Загрузить")
    page.get_by_role("button", name="Загрузить").click()
    fits("link", "Отменить загрузку")
    page.get_by_role("link", name="Отменить загрузку").click()
    page.get_by_role("button", name="Отменить загрузку").click()
    page.get_by_text("Загрузка отменена.").first.wait_for()
    assert not Student.objects.filter(last_name="Сомова").exists()
    assert Student.history.filter(last_name="Сомова").count() == 2
