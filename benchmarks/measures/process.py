"""What a worker weighs, and how long the application takes to load."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.arena import Clinic, Result
from benchmarks.client import load
from benchmarks.measures.growth import requests_of
from benchmarks.processor import children
from benchmarks.servers import ROOT, environment

# Django looks for the views at the first request only.
LOAD = "import core.wsgi; from django.urls import get_resolver; get_resolver().url_patterns"


def cold_start(database_url: str, *, turns: int) -> Iterator[Result]:
    def seconds() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", LOAD], cwd=ROOT, env=environment(database_url), check=True)
        return time.perf_counter() - began

    seconds()  # compiles
    found = median(seconds() for _ in range(turns))
    yield Result(
        "Cold start of core.wsgi, with every view", f"{found:.2f} s", "a limit of 1.5 s", found / 1.5, 1.0, higher=False
    )


def memory(clinic: Clinic, *, seconds: float) -> Iterator[Result]:
    """The largest worker after a mix of everything."""
    random, kinds = Random(1), list(requests_of(clinic).values())

    def anything() -> bytes:
        return random.choice(kinds)()

    load(clinic.target, anything, clients=8, seconds=seconds)
    largest = max(map(_resident, children(clinic.target.pid)))
    yield Result(
        f"Memory of a worker after {seconds / 60:.0f} minutes of everything",
        f"{largest:.0f} MB",
        "a limit of 150 MB",
        largest / 150,
        1.0,
        higher=False,
    )


def _resident(pid: int) -> float:
    """Megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
