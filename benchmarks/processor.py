"""Who takes how much of the processors for a request: the server's workers, PostgreSQL's processes."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.client import Tally
from benchmarks.cluster import Bench

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Meter:
    """Counts over all runs that it is given, of the server with the process id ``server``."""

    def __init__(self, server: int, bench: Bench) -> None:
        self.server, self.bench = server, bench
        self.seconds: Counter[str] = Counter()
        self.requests = 0

    def over(self, run: Callable[[], Tally]) -> Callable[[], Tally]:
        """The same run, counted."""

        def counted() -> Tally:
            before = self._spent()
            tally = run()
            for process, (who, seconds) in self._spent().items():
                self.seconds[who] += seconds - before.get(process, (who, 0.0))[1]
            self.requests += len(tally.latencies)
            return tally

        return counted

    def __str__(self) -> str:
        server, postgres = (self.seconds[who] / max(1, self.requests) * 1000 for who in ("server", "PostgreSQL"))
        return f"{server:.2f} ms in the server and {postgres:.2f} in PostgreSQL"

    def _spent(self) -> dict[int, tuple[str, float]]:
        """By process, whose it is and its seconds of processor so far."""
        with self.bench.connect("postgres") as connection:
            backends = [int(str(pid)) for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity")]
        return {**_seconds("server", children(self.server)), **_seconds("PostgreSQL", backends)}


def children(pid: int) -> list[int]:
    """The workers of a server; the process itself where it has none."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found or [pid]


def _seconds(who: str, pids: Iterable[int]) -> dict[int, tuple[str, float]]:
    found = {}
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except FileNotFoundError:  # gone meanwhile
            continue
        user, system = stat.rpartition(")")[2].split()[11:13]
        found[pid] = who, (int(user) + int(system)) / TICKS_A_SECOND
    return found
