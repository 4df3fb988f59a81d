"""The bench: `make bench`, `make bench ARGS="--quick --only spread,cell"`.

Builds a college of 1,000 students with ten terms behind it on SQLite and PostgreSQL and
keeps it in var/bench/; measures every scenario over HTTP through gunicorn, in turns with
its bare floor (floors.py); then an import, eight clients at once, and on PostgreSQL the
same again with ten times the rows. Prints tables, and writes var/bench/results.json.
"""

import argparse
import contextlib
import json
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import measuring, scenarios, tables
from tests.bench.archives import measure_archives
from tests.bench.importing import measure_import
from tests.bench.keys import measure_keys
from tests.bench.lists import measure_lists
from tests.bench.places import KEPT, Place, cluster, collect_static, say
from tests.bench.rollover import measure_rollover
from tests.bench.server import serving
from tests.bench.timetable import measure_timetable
from tests.installation import ROOT
from tests.postgres import binaries

# page, the least requests a second, the highest p95 in ms
LOADS = (("spread", 80, 200), ("week", 150, 200))
SLOWER = 1.2  # with ten times the rows


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    add = parser.add_argument
    add("--quick", action="store_true", help="200 студентов, 15 раундов, без x10")
    add("--only", default="", help="сценарии через запятую; без загрузки и нагрузки")
    add("--database", choices=("sqlite", "postgresql"))
    add("--rounds", type=int, help="раундов на сценарий (60)")
    add("--students", type=int)
    add("--terms", type=int, help="семестров вместе с текущим (11)")
    add("--seconds", type=float, help="секунд нагрузки (10)")
    add("--times-ten", action=argparse.BooleanOptionalAction, default=None)
    add("--keep", action="store_true", help="взять колледж прежнего кода")
    add("--profile", action="store_true", help="cProfile сценариев в var/bench")
    chosen = parser.parse_args()
    quick = chosen.quick
    chosen.only = set(filter(None, chosen.only.split(",")))
    chosen.rounds = chosen.rounds or (15 if quick else 60)
    chosen.students = chosen.students or (200 if quick else 1000)
    chosen.terms = chosen.terms or (2 if quick else 11)
    chosen.seconds = chosen.seconds or (3 if quick else 10)
    if chosen.times_ten is None:
        chosen.times_ten = not quick
    unknown = chosen.only - {one.name for one in scenarios.SCENARIOS}
    if unknown:
        parser.error(f"нет сценария {', '.join(sorted(unknown))}")
    return chosen


def measure_place(place: Place, chosen, large: bool = False) -> dict:
    """All scenarios in one place, and the load where everything is measured."""
    facts = place.facts()
    say(f"{place.kind}, {place.vendor}: {facts['rows']}")
    found = {"rows": facts["rows"], "scenarios": [], "load": [], "keys": []}
    found["lists"] = []
    with serving(place) as (port, pid), contextlib.closing(place.connect()) as link:
        bench = measuring.Bench(place, facts, port, pid, link)
        for scenario in scenarios.SCENARIOS:
            if chosen.only and scenario.name not in chosen.only:
                continue
            row = measuring.measure(scenario, bench, chosen.rounds)
            found["scenarios"].append({"database": place.vendor, **row})
            say(tables.scenario_line(found["scenarios"][-1]))
            if chosen.profile and not large:
                measuring.profile(scenario, bench)
        for row in measure_lists(bench) if not chosen.only else ():
            found["lists"].append({"database": place.vendor, **row})
            say(tables.list_line(found["lists"][-1]))
        if not chosen.only and (row := measure_keys(facts, port)):
            found["keys"].append({"database": place.vendor, **row})
            say(tables.keys_line(found["keys"][-1]))
        for name, least, p95 in () if chosen.only else LOADS:
            for packed in (False, True):
                row = measure_load(bench, name, chosen.seconds, packed)
                row |= judged(row, place.vendor, least, p95)
                found["load"].append({"database": place.vendor, **row})
                say(tables.load_line(found["load"][-1]))
    return found


def judged(row: dict, vendor: str, least: int, p95: int) -> dict:
    """The limits of a load and whether it kept them; SQLite has only to answer."""
    if vendor != measuring.LIMITED:
        return {"least": None, "most_p95": None, "passed": not row["failed"]}
    is_fast = row["a_second"] >= least and row["p95"] <= p95
    passed = is_fast and not row["failed"]
    return {"least": least, "most_p95": p95, "passed": passed}


def measure_load(bench, name: str, seconds: float, packed: bool) -> dict:
    """Requests a second of one page by eight clients of another process."""
    scenario = next(one for one in scenarios.SCENARIOS if one.name == name)
    readers = [session for _, session in bench.facts["reading"]["readers"]]
    own = [bench.facts["sessions"].get(scenario.who)]
    task = {
        "port": bench.port,
        "path": scenario.path(bench.facts),
        "cookie": bench.facts["cookie"],
        "sessions": readers if scenario.who == "reader" else own,
        "seconds": seconds,
        "gzip": packed,
        "holds": scenario.holds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        cwd=ROOT,
        input=json.dumps(task),
        stdout=subprocess.PIPE,
        text=True,
        timeout=seconds + 120,
        check=True,
    )
    title = scenario.title + (", gzip" if packed else "")
    return {"scenario": name, "title": title, **json.loads(done.stdout)}


def compare(small: list[dict], large: list[dict]) -> list[dict]:
    """Scenario by scenario: how much slower ten times the rows are."""
    before = {row["scenario"]: row for row in small}
    found = []
    for row in large:
        was = before[row["scenario"]]
        times = round(row["ms"] / was["ms"], 2)
        found.append(
            {
                "scenario": row["scenario"],
                "title": row["title"],
                "ms": was["ms"],
                "ms_x10": row["ms"],
                "times": times,
                "cpu_ms": was["cpu_ms"],
                "cpu_ms_x10": row["cpu_ms"],
                "queries": was["queries"],
                "queries_x10": row["queries"],
                "bytes": was["bytes"],
                "bytes_x10": row["bytes"],
                "passed": times <= SLOWER and row["queries"] == was["queries"],
            }
        )
    return found


def run(chosen) -> dict:
    kind = f"{chosen.students}-{chosen.terms}"
    found = {
        "machine": f"{platform.processor() or platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "students": chosen.students,
        "terms": chosen.terms,
        "scenarios": [],
        "load": [],
        "keys": [],
        "lists": [],
        "rollover": [],
        "archives": [],
        "timetable": [],
        "import": [],
        "ten_times": [],
    }
    with contextlib.ExitStack() as stack:
        places = []
        if chosen.database != "sqlite":
            if binaries():
                server = stack.enter_context(cluster())
                places.append(Place("postgresql", kind, server))
            else:
                say("PostgreSQL не установлен: только SQLite")
        if chosen.database != "postgresql":
            places.append(Place("sqlite", kind, None))
        for place in places:
            place.prepare(chosen.students, chosen.terms, chosen.keep)
            collect_static(place)
            measured = measure_place(place, chosen)
            found["scenarios"] += measured["scenarios"]
            found["load"] += measured["load"]
            found["keys"] += measured["keys"]
            found["lists"] += measured["lists"]
            if not chosen.only:
                found["rollover"].append(measure_rollover(place))
                say(tables.rollover_line(found["rollover"][-1]))
                found["archives"].append(measure_archives(place))
                say(tables.archives_line(found["archives"][-1]))
                found["timetable"].append(measure_timetable(place))
                say(tables.timetable_line(found["timetable"][-1]))
                found["import"].append(measure_import(place))
                say(tables.import_line(found["import"][-1]))
            if chosen.times_ten and place.vendor == "postgresql":
                large = measure_place(place.tenfold(), chosen, large=True)
                found["ten_times"] = compare(measured["scenarios"], large["scenarios"])
                found["load_x10"] = large["load"]
                found["lists_x10"] = large["lists"]
    return found


def main():
    chosen = options()
    KEPT.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    started = time.monotonic()
    found = run(chosen)
    found["seconds"] = round(time.monotonic() - started)
    result = json.dumps(found, ensure_ascii=False, indent=1)
    (KEPT / "results.json").write_text(result)
    print(tables.report(found))


if __name__ == "__main__":
    main()
