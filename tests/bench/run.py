"""The bench: `make bench ARGS="--quick --only spread,cell"`."""

import argparse
import contextlib
import gc
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import scenarios
from tests.bench.floors import Bare
from tests.bench.places import KEPT, Place, cluster, collect_static, say
from tests.bench.server import Client, serving
from tests.postgres import binaries

WARM_UP = 12
ROUNDS = 60


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument(
        "--quick", action="store_true", help="200 студентов, 15 раундов"
    )
    parser.add_argument("--only", default="", help="сценарии через запятую")
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--students", type=int)
    parser.add_argument("--terms", type=int)
    parser.add_argument("--keep", action="store_true", help="не строить заново")
    parser.add_argument("--profile", action="store_true", help="cProfile в var/bench")
    chosen = parser.parse_args()
    quick = chosen.quick
    chosen.rounds = chosen.rounds or (15 if quick else ROUNDS)
    chosen.students = chosen.students or (200 if quick else 1000)
    chosen.terms = chosen.terms or (2 if quick else 11)
    return chosen


def client_for(facts: dict, port: int, who: str) -> Client:
    if who == "reader":
        session = facts["reading"]["readers"][0][1]
    else:
        session = facts["sessions"][who]
    return Client(port, facts["cookie"], session)


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(scenario, facts: dict, port: int, bare: Bare, rounds: int) -> dict:
    """Product and floor in turns, so that noise meets both."""
    client = client_for(facts, port, scenario.who)
    scenario.begin(client, facts)
    scenario.ask(client, facts, 0, **{"X-Count": "1"})
    scenario.undo(client, facts, 0)
    product, packed, floor = [], [], []
    gc.disable()
    for turn in range(-WARM_UP, rounds):
        answer = scenario.ask(client, facts, turn)
        scenario.undo(client, facts, turn)
        started = time.perf_counter()
        done = scenario.floor(bare, facts, turn)
        seconds = time.perf_counter() - started
        scenario.floor_undo(bare, facts, turn, done)
        zipped = 0.0
        if scenario.is_page:
            headers = {"Accept-Encoding": "gzip"}
            zipped = scenario.ask(client, facts, turn, **headers).seconds
        if turn >= 0:
            product.append(answer.seconds)
            floor.append(seconds)
            packed.append(zipped)
    gc.enable()
    counted = scenario.ask(client, facts, 0, **{"X-Count": "1"})
    scenario.undo(client, facts, 0)
    client.close()
    return row_of(scenario, counted, product, packed, floor)


def row_of(scenario, counted, product, packed, floor) -> dict:
    def milliseconds(values):
        return round(statistics.median(values) * 1000, 3)

    ratio = statistics.median(product) / statistics.median(floor)
    row = {
        "scenario": scenario.name,
        "title": scenario.title,
        "ms": milliseconds(product),
        "p95": round(statistics.quantiles(product, n=20)[-1] * 1000, 3),
        "gzip_ms": milliseconds(packed) if scenario.is_page else None,
        "floor_ms": milliseconds(floor),
        "ratio": round(ratio, 2),
        "limit": scenario.limit,
        "queries": int(counted.headers["X-Queries"]),
        "bytes": len(counted.body),
        "own_bytes": scenario.own_part(counted),
    }
    checks = [
        (row["ratio"], scenario.limit),
        (row["queries"], scenario.most_queries),
        (row["own_bytes"], scenario.most_own_bytes),
    ]
    set_ = [(value, most) for value, most in checks if most is not None]
    row["passed"] = all(value <= most for value, most in set_) if set_ else None
    return row


def one_place(place: Place, chosen, wanted) -> list[dict]:
    place.prepare(chosen.students, chosen.terms, chosen.keep)
    collect_static(place)
    facts = place.facts()
    say(f"{place.vendor}: {facts['rows']}")
    bare = Bare(place)
    rows = []
    with serving(place) as port:
        for scenario in wanted:
            try:
                row = measure(scenario, facts, port, bare, chosen.rounds)
            except scenarios.WrongAnswerError as error:
                say(f"{scenario.name}: {error}")
                continue
            rows.append({"database": place.vendor, **row})
            say(line_of(rows[-1]))
            if chosen.profile:
                profile(scenario, facts, port)
    bare.link.close()
    return rows


def profile(scenario, facts, port):
    import pstats

    client = client_for(facts, port, scenario.who)
    scenario.begin(client, facts)
    made = []
    for turn in range(20):
        path = KEPT / f"profile-{turn}"
        scenario.ask(client, facts, turn, **{"X-Profile": str(path)})
        scenario.undo(client, facts, turn)
        if turn >= 5:
            made.append(str(path))
    with open(KEPT / f"profile-{scenario.name}.txt", "w") as out:
        stats = pstats.Stats(*made, stream=out)
        stats.sort_stats("tottime").print_stats(35)
        stats.sort_stats("cumulative").print_stats(70)
    client.close()


def line_of(row: dict) -> str:
    limit = f"≤ {row['limit']:g}" if row["limit"] else ""
    verdict = {True: "да", False: "НЕТ", None: ""}[row["passed"]]
    own = f"{row['own_bytes'] / 1024:.1f}" if row["own_bytes"] else ""
    packed = f"{row['gzip_ms']:.2f}" if row["gzip_ms"] else ""
    return (
        f"{row['database']:<11}{row['title']:<34}{row['ms']:>9.2f}{row['p95']:>9.2f}"
        f"{packed:>9}{row['floor_ms']:>9.2f}{row['ratio']:>8.1f} {limit:>6} {verdict:<4}"
        f"{row['queries']:>5}{row['bytes'] / 1024:>8.1f}{own:>7}"
    )


def main():
    chosen = options()
    names = set(filter(None, chosen.only.split(",")))
    wanted = [one for one in scenarios.SCENARIOS if not names or one.name in names]
    KEPT.mkdir(parents=True, exist_ok=True)
    kind = f"{chosen.students}-{chosen.terms}"
    rows = []
    with contextlib.ExitStack() as stack:
        if chosen.database != "sqlite" and binaries():
            server = stack.enter_context(cluster())
            rows += one_place(Place("postgresql", kind, server), chosen, wanted)
        if chosen.database != "postgresql":
            rows += one_place(Place("sqlite", kind, None), chosen, wanted)
    (KEPT / "results.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1))
    print("\n".join(map(line_of, rows)))


if __name__ == "__main__":
    main()
