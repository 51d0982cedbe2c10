"""`python -m benchmarks [--quick]`: fill what is not filled yet, measure in turns, print and write the table."""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import report
from benchmarks.arena import Clinic, Result, clinic, floor
from benchmarks.cluster import Bench, machine, running
from benchmarks.measures import england, growth, migration, process, scramble, search, throughput
from benchmarks.servers import ROOT, environment

HOME = ROOT / ".bench"
MEASURES = ("throughput", "growth", "lists", "pages", "search", "scramble", "england", "migration", "process")


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of the clinics (patients, doctors, visits), and how long is measured (seconds, rounds, requests)."""

    large: tuple[int, int, int]
    small: tuple[int, int, int]
    deep: tuple[int, int, int]
    seconds: float
    turns: int
    each: int
    page: int
    crowd: tuple[int, int]
    peak: float
    mix: float

    @property
    def told(self) -> str:
        sizes = "; ".join(
            f"{name}: {patients:,} patients, {doctors:,} doctors, {visits:,} visits over five years"
            for name, (patients, doctors, visits) in (("large", self.large), ("small", self.small), ("deep", self.deep))
        )
        return f"The clinics, loaded with every guard on: {sizes}."


FULL = Scale(
    large=(1_000_000, 10_000, 10_000_000),
    small=(10_000, 200, 10_000),
    deep=(10_000, 200, 100_000),
    seconds=5,
    turns=7,
    each=100,
    page=1_000_000,
    crowd=(2000, 300),
    peak=10,
    mix=3600,
)
QUICK = Scale(
    large=(10_000, 200, 50_000),
    small=(1_000, 200, 5_000),
    deep=(1_000, 200, 50_000),
    seconds=1.5,
    turns=3,
    each=20,
    page=5_000,
    crowd=(200, 60),
    peak=3,
    mix=5,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Small clinics and short rounds: about two minutes.")
    parser.add_argument("--only", nargs="*", default=[], help=" ".join(MEASURES))
    parser.add_argument("--home", type=Path, default=HOME, help="Where the databases are kept. Default: .bench")
    parser.add_argument(
        "--out", type=Path, help="Where results.md and results.svg go. Default: benchmarks, quick: --home"
    )
    parser.add_argument("--mix", type=float, help="Seconds of everything before memory is read. Default: an hour")
    parser.add_argument("--turns", type=int, help="Rounds of each comparison. Default: 7, quick: 3")
    given = parser.parse_args()
    scale, kind = (QUICK, "quick") if given.quick else (FULL, "full")
    scale = replace(scale, mix=given.mix or scale.mix, turns=given.turns or scale.turns)
    # So that servers end, and what was booked is remembered, too, when somebody ends this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    given.home.mkdir(exist_ok=True)
    results = []
    with ExitStack() as stack:
        bench = Bench(stack.enter_context(running(given.home / "cluster")))
        names = {size: f"{kind}_{size}" for size in ("large", "small", "deep")}
        for size, name in names.items():
            fill(bench, name, getattr(scale, size), given.home)
        for result in Run(bench, names, scale, given.home, set(given.only)).results():
            results.append(result)
            print(report.table([result]).splitlines()[2], flush=True)
    if not given.only:
        out = given.out or (given.home if given.quick else ROOT / "benchmarks")
        report.write(results, machine(), scale.told, out)
        print(f"\nWritten: {out / 'results.md'}")


def fill(bench: Bench, name: str, size: tuple[int, int, int], home: Path) -> None:
    """Load the database unless an earlier run has; what is half loaded is loaded anew, what is older is migrated."""
    memory = home / f"{name}.json"
    django = environment(bench.url(name), DJANGO_SETTINGS_MODULE="core.settings")
    if bench.exists(name) and memory.exists():
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=django, check=True)
        return
    print(f"Filling {name}: {size[0]:,} patients, {size[1]:,} doctors, {size[2]:,} visits.", flush=True)
    bench.drop(name)
    bench.create(name)
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.data", *map(str, size)],
        cwd=ROOT,
        env=django,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    memory.write_text(json.dumps(json.loads(run.stdout)))


@dataclass(frozen=True, slots=True)
class Run:
    """One run of all that was asked for."""

    bench: Bench
    names: dict[str, str]
    scale: Scale
    home: Path
    only: set[str]

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only

    def serve(self, size: str) -> AbstractContextManager[Clinic]:
        return clinic(self.bench, self.names[size], self.home)

    def prewarm(self) -> None:
        for name in self.names.values():
            with self.bench.connect(name) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
                connection.execute(
                    "SELECT sum(pg_prewarm(oid::regclass)) FROM pg_class "
                    "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
                )

    def results(self) -> Iterator[Result]:
        self.prewarm()
        scale, url = self.scale, self.bench.url(self.names["large"])
        with self.serve("large") as large, floor(self.bench, self.home) as bare:
            if self.wants("throughput"):
                yield from throughput.booking(large, bare, self.bench, seconds=scale.seconds, turns=scale.turns)
                yield from throughput.finding(large, bare, self.bench, seconds=scale.seconds, turns=scale.turns)
            if self.wants("growth"):
                yield from self.growth(large)
            if self.wants("lists"):
                yield from growth.every_list(large, each=scale.each // 5)
            if self.wants("pages"):
                yield from growth.deep_pages(large, page=scale.page, each=scale.each, turns=scale.turns)
            if self.wants("search"):
                yield from search.compare(url, each=scale.each)
            if self.wants("scramble"):
                clients, slots = scale.crowd
                crowd = scramble.scramble(large, bare, self.bench, clients=clients, slots=slots)
                yield from crowd
            if self.wants("england"):
                yield from england.englands(large, bare, seconds=scale.peak)
            if self.wants("migration"):
                yield from migration.indexing(large, url)
            if self.wants("process"):
                yield from process.memory(large, seconds=scale.mix)
                yield from process.cold_start(url, turns=scale.turns)

    def growth(self, large: Clinic) -> Iterator[Result]:
        scale = self.scale
        with self.serve("small") as small:
            label = f"{scale.large[2] // scale.small[2]:,} times the visits"
            yield from growth.compare(large, small, label=label, goal=1.3, each=scale.each, turns=scale.turns)
            with self.serve("deep") as deep:
                label = "Ten times the history a doctor"
                yield from growth.compare(deep, small, label=label, goal=1.2, each=scale.each, turns=scale.turns)


if __name__ == "__main__":
    main()
