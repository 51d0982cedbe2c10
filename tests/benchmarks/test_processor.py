"""Who takes how much of the processors."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from benchmarks.client import Tally
from benchmarks.cluster import Bench
from benchmarks.processor import Meter, children

SPENT = 0.2  # seconds
ROUNDED = 0.05  # the kernel counts in ticks of a hundredth


class Silent:
    """A cluster without any process of PostgreSQL."""

    @contextmanager
    def connect(self, _: str) -> Iterator[Any]:
        yield self

    def execute(self, _: str) -> list[Any]:
        return []


@pytest.fixture
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that works as long as nobody ends it."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        yield process
        process.kill()


def test_a_server_is_its_workers_or_itself_where_it_has_none(worker: "subprocess.Popen[bytes]") -> None:
    assert worker.pid in children(os.getpid())
    assert children(worker.pid) == [worker.pid]


def test_what_a_server_spends_in_a_run_is_told_for_each_request(worker: "subprocess.Popen[bytes]") -> None:
    def run() -> Tally:
        began = spent(worker.pid)
        while spent(worker.pid) - began < SPENT:
            time.sleep(0)
        return Tally(latencies=[0.1] * 10)

    meter = Meter(worker.pid, cast(Bench, Silent()))
    for _ in range(2):
        meter.over(run)()
    assert meter.requests == 20
    assert 2 * SPENT - ROUNDED <= meter.seconds["server"] < 10 * SPENT
    milliseconds = meter.seconds["server"] / 20 * 1000
    assert str(meter) == f"{milliseconds:.2f} ms in the server and 0.00 in PostgreSQL"


def spent(pid: int) -> float:
    """Seconds, by the clock that clock_getcpuclockid(3) names for the process."""
    return time.clock_gettime(~pid << 3 | 2)
