"""The checker at work in a process of its own, while a test makes faults."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.concurrency.server import Clinic
from tools.checker.__main__ import AT_WORK
from tools.checker.log import Call
from tools.checker.run import calls_of, judged
from tools.serving.nursery import ROOT

MOST_FAULTS = 6


@dataclass
class Told:
    outcomes: Counter[str]
    violations: dict[str, list[str]]
    faults: int
    log: str
    calls: list[Call]


def told_by_the_checker(
    clinic: Clinic,
    folder: Path,
    fault: Callable[[], object],
    *,
    every: float,
    operations: int = 160,
    url: str = "",
    clock_off: float = 0,
) -> Told:
    """Make the fault some times while the checker is at work; what it found. ``url``: the database, past a proxy;
    ``clock_off``: how wrong the server's clock may be, in seconds."""
    command = [sys.executable, "-m", "tools.checker", "--address", clinic.server.address, "--token", clinic.token]
    command += ["--database", url or clinic.database.url, "--operations", str(operations), "--faults"]
    command += ["--clock-off", str(clock_off)]
    faults = 0
    with subprocess.Popen(
        [*command, "--seed", "31", "--keep", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as checker:
        assert checker.stdout
        assert checker.stdout.readline().strip() == AT_WORK
        due = time.monotonic() + every
        while checker.poll() is None:
            if faults < MOST_FAULTS and time.monotonic() > due:
                fault()
                faults += 1
                due = time.monotonic() + every
            time.sleep(0.02)
        log = checker.stdout.read()
    stories = list(folder.glob("*.story"))
    assert len(stories) == 1, log
    report = judged(stories[0])
    return Told(report.outcomes, report.violations, faults, log, calls_of(stories[0]))
