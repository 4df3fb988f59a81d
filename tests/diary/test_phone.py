"""The diary on a phone: nothing sideways, nothing too small to touch."""

import pytest

from journal.models import Lesson
from tests.diary.conftest import crowd

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """[...document.querySelectorAll('a[href], button, summary')]
    .filter(one => one.offsetParent && !one.closest('.skip'))
    .filter(one => one.getBoundingClientRect().height < 43.5)
    .map(one => one.outerHTML)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(page_of, world, scheme):
    week = crowd(world, 6, 5)
    Lesson.objects.filter(pk=world.lesson_past.pk).update(
        homework="https://example.org/" + "очень-длинный-адрес-" * 8,
        topic="Ы" * 120,
    )
    page = page_of(world.parent, width=390, height=844, color_scheme=scheme)
    for address in (
        "/diary/",
        f"/diary/?week={week}",
        "/diary/?week=2026-W30",
        "/diary/marks/",
        "/diary/attendance/",
        "/diary/choose/",
        "/diary/trust/",
    ):
        page.goto(address)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        assert page.evaluate(SIDEWAYS) <= 0, address
        assert page.evaluate(SMALL) == [], address


def test_a_folded_day_opens_on_a_tap_and_stands_on_paper(page_of, world):
    page = page_of(world.student, width=390)
    page.goto("/diary/")
    monday = page.locator("details.day").first
    topic = monday.get_by_text("Пределы")
    assert not topic.is_visible() and page.locator("#today ol").is_visible()
    monday.locator("summary").click()
    assert topic.is_visible()
    monday.locator("summary").click()
    page.emulate_media(media="print")
    assert topic.is_visible()
