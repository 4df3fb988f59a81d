"""Marks typed down a column in a real browser, until the last one is stored."""

import statistics
import time

from tests.bench.places import say
from tests.installation import chromium

ROUNDS = 6
LIMIT = 1.0  # seconds from the first key to the last mark stored
SAVED = (
    "document.querySelector('.grid-state').textContent === 'Всё сохранено'"
    " && !document.querySelector('.wait')"
)


def measure_keys(facts: dict, port: int) -> dict | None:
    """Seconds from the first key until all is stored, in rounds; None: no browser."""
    path = chromium()
    if path is None:
        say("Chromium не установлен: отметки с клавиатуры не измерены")
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}")
        session = facts["sessions"]["typist"]
        context.add_cookies(
            [
                {
                    "name": facts["cookie"],
                    "value": session,
                    "url": f"http://127.0.0.1:{port}",
                }
            ]
        )
        page = context.new_page()
        page.goto(f"/admin/journal/course/{facts['typed']['course']}/spread/")
        times = [_round(page, facts["typed"], value) for value in "54" * (ROUNDS // 2)]
        browser.close()
    return {
        "title": f"{facts['typed']['students']} отметок с клавиатуры",
        "seconds": round(statistics.median(times), 3),
        "worst": round(max(times), 3),
        "limit": LIMIT,
        "passed": max(times) <= LIMIT,
    }


def _round(page, typed: dict, value: str) -> float:
    """Type the same mark for every student of the column of today's lesson."""
    place = page.evaluate(
        "lesson => [...document.querySelectorAll('.cells thead th')]"
        ".findIndex(head => head.dataset.l === String(lesson))",
        typed["lesson"],
    )
    cell = f".cells tbody tr:nth-child({{}}) > :nth-child({place + 1})"
    page.locator(cell.format(1)).click()
    started = time.perf_counter()
    for _ in range(typed["students"]):
        page.keyboard.press(value)
    page.wait_for_function(SAVED)
    seconds = time.perf_counter() - started
    shown = page.locator(cell.format(typed["students"])).inner_text()
    assert shown.strip() == value, shown
    return seconds
