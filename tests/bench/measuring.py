"""One scenario: product and floor in turns, so that noise meets both."""

import gc
import pstats
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.floors import Bare
from tests.bench.meter import Meter
from tests.bench.places import KEPT, Place
from tests.bench.server import Client

WARM_UP = 12
LIMITED = "postgresql"  # limits of time are named for it; those of queries for both
PROFILED = 20


@dataclass
class Bench:
    """A place with its server running; `link` is the bare driver's connection."""

    place: Place
    facts: dict
    port: int
    server: int
    link: object

    def __post_init__(self):
        self.bare = Bare(self.link, self.place.vendor == "sqlite")

    def meters(self) -> tuple[Meter, Meter]:
        """Of the product with its database, and of the database alone."""
        base = [self.place.server.server.pid] if self.place.server else []
        return Meter(self.server, *base), Meter(*base)

    def client(self, who: str) -> Client:
        if who == "reader":
            session = self.facts["reading"]["readers"][0][1]
        else:
            session = self.facts["sessions"][who]
        return Client(self.port, self.facts["cookie"], session)


@dataclass
class Times:
    """Seconds of each round: by the clock, of the processor, and packed by gzip."""

    product: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    packed: list[float] = field(default_factory=list)
    product_cpu: list[float] = field(default_factory=list)
    floor_cpu: list[float] = field(default_factory=list)


def measure(scenario, bench: Bench, rounds: int) -> dict:
    """The figures of one scenario, medians of `rounds` after a warm-up."""
    client = bench.client(scenario.who)
    scenario.begin(client, bench.facts)
    for turn in range(WARM_UP):
        _round(scenario, bench, client, turn, Times(), bench.meters())
    meters, times = bench.meters(), Times()
    gc.disable()
    for turn in range(WARM_UP, WARM_UP + rounds):
        _round(scenario, bench, client, turn, times, meters)
    gc.enable()
    counted = scenario.ask(client, bench.facts, 0, **{"X-Count": "1"})
    scenario.undo(client, bench.facts, 0)
    client.close()
    return _row(scenario, counted, times, bench.place.vendor)


def _round(scenario, bench: Bench, client, turn: int, times: Times, meters):
    facts, (whole, base) = bench.facts, meters
    cpu = whole.seconds()
    times.product.append(scenario.ask(client, facts, turn).seconds)
    times.product_cpu.append(whole.seconds() - cpu)
    scenario.undo(client, facts, turn)
    cpu = base.seconds()
    started, own = time.perf_counter(), time.process_time()
    done = scenario.floor(bench.bare, facts, turn)
    times.floor.append(time.perf_counter() - started)
    own = time.process_time() - own
    times.floor_cpu.append(base.seconds() - cpu + own)
    scenario.floor_undo(bench.bare, facts, turn, done)
    if scenario.is_page:
        packed = {"Accept-Encoding": "gzip"}
        times.packed.append(scenario.ask(client, facts, turn, **packed).seconds)


def _milliseconds(values: list[float]) -> float | None:
    return round(statistics.median(values) * 1000, 3) if values else None


def _row(scenario, counted, times: Times, vendor: str) -> dict:
    limit = scenario.limit if vendor == LIMITED else None
    middle = statistics.median
    row = {
        "scenario": scenario.name,
        "title": scenario.title,
        "ms": _milliseconds(times.product),
        "p95": round(statistics.quantiles(times.product, n=20)[-1] * 1000, 3),
        "gzip_ms": _milliseconds(times.packed),
        "floor_ms": _milliseconds(times.floor),
        "ratio": round(middle(times.product) / middle(times.floor), 2),
        "limit": limit,
        "cpu_ms": _milliseconds(times.product_cpu),
        "floor_cpu_ms": _milliseconds(times.floor_cpu),
        "queries": int(counted.headers["X-Queries"]),
        "bytes": len(counted.body),
        "own_bytes": scenario.own_part(counted),
    }
    checks = [
        (row["ratio"], limit),
        (row["queries"], scenario.most_queries),
        (row["own_bytes"], scenario.most_own_bytes),
    ]
    named = [(value, most) for value, most in checks if most is not None]
    row["passed"] = all(value <= most for value, most in named) if named else None
    return row


def profile(scenario, bench: Bench):
    """What the product spends its time on, as var/bench/profile-<scenario>.txt."""
    client = bench.client(scenario.who)
    scenario.begin(client, bench.facts)
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for turn in range(PROFILED):
            path = str(Path(folder) / str(turn))
            scenario.ask(client, bench.facts, turn, **{"X-Profile": path})
            scenario.undo(client, bench.facts, turn)
            if turn >= PROFILED // 4:
                made.append(path)
        with open(KEPT / f"profile-{scenario.name}.txt", "w") as out:
            stats = pstats.Stats(*made, stream=out)
            stats.sort_stats("tottime").print_stats(35)
            stats.sort_stats("cumulative").print_stats(90)
    client.close()
