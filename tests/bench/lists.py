"""Lists of the admin over tables of ten thousand rows, fifty a page."""

import statistics
from urllib.parse import quote

from tests.bench.scenarios import expect

ROUNDS, WARM_UP = 30, 5
MOST_P95, MOST_QUERIES = 150, 15  # ms, queries
LISTS = {
    "студенты": "student/",
    "студенты, поиск": "student/?q=Петров",
    "студенты, страница 40": "student/?p=40",
    "студенты в группе": "student/?study=in",
    "представители": "guardian/",
    "представители, поиск": "guardian/?q=Петров",
    "сотрудники": "employee/",
    "пребывание в группах": "membership/",
    "учётные записи": "user/",
    "согласия": "consent/",
    "занятия": "lesson/",
}


def measure_lists(bench) -> list[dict]:
    """Milliseconds and queries of each list as the deputy opens it."""
    client = bench.client("deputy")
    found = []
    for title, path in LISTS.items():
        address = f"/admin/journal/{quote(path, safe='/?=')}"
        times = []
        for turn in range(WARM_UP + ROUNDS):
            answer = client.ask(address)
            expect(answer.status == 200, answer)
            if turn >= WARM_UP:
                times.append(answer.seconds * 1000)
        counted = client.ask(address, **{"X-Count": "1"})
        p95 = statistics.quantiles(times, n=20)[-1]
        queries = int(counted.headers["X-Queries"])
        found.append(
            {
                "title": title,
                "ms": round(statistics.median(times), 1),
                "p95": round(p95, 1),
                "queries": queries,
                "passed": p95 <= MOST_P95 and queries <= MOST_QUERIES,
            }
        )
    client.close()
    return found
