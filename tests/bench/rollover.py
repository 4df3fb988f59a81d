"""The whole college into the next academic year, and back: `python -m` in a place."""

import contextlib
import json
import time
from datetime import date

from tests.bench.places import Place

LIMIT = 5.0  # seconds there, and seconds back


def measure_rollover(place: Place) -> dict:
    """Seconds of the one transaction there and of the one back, in a copy."""
    copy = place.beside("rollover")
    place._copy_to(copy)
    try:
        *_, line = copy.python("-m", "tests.bench.rollover").splitlines()
        with contextlib.closing(copy.connect()) as base:
            sql = "SELECT count(*) FROM journal_order WHERE state = 'undone'"
            (undone,) = base.execute(sql).fetchone()
    finally:
        copy.drop()
    row = json.loads(line)
    if not undone:
        raise RuntimeError("rollover: nothing was taken back")
    passed = row["there"] <= LIMIT and row["back"] <= LIMIT
    return {"database": place.vendor, **row, "limit": LIMIT, "passed": passed}


def main():
    import django

    django.setup()
    from journal.domain.contingent.rollover import propose, roll_back, roll_over
    from journal.models import AcademicYear, User

    by = User.objects.get(username="admin")
    year = AcademicYear.objects.order_by("-start").first()
    day = date(year.start.year + 1, 9, 1)
    steps = propose(by, day)
    students = sum(len(step.students) for step in steps)
    started = time.perf_counter()
    roll_over(by, "К-1", day, day)
    there = time.perf_counter() - started
    started = time.perf_counter()
    roll_back(by)
    back = time.perf_counter() - started
    facts = {"students": students, "groups": len(steps)}
    print(json.dumps({**facts, "there": round(there, 2), "back": round(back, 2)}))


if __name__ == "__main__":
    main()
