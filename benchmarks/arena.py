"""Where ours and the floor meet: the same machine, server, driver and moment, in turns."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks.client import Tally, Target, load
from benchmarks.cluster import Bench
from benchmarks.data import BUSY_DAYS, workdays
from benchmarks.servers import ROOT, environment, serving

FLOOR_TABLE = """
    CREATE EXTENSION IF NOT EXISTS btree_gist;
    CREATE TABLE IF NOT EXISTS floor_visit (
        id bigserial PRIMARY KEY, doctor bigint, patient bigint, "start" timestamptz, "end" timestamptz,
        EXCLUDE USING gist (doctor WITH =, tstzrange("start", "end", '[)') WITH &&)
    );
    INSERT INTO floor_visit VALUES (0, 0, 0, '2000-01-01', '2000-01-02') ON CONFLICT DO NOTHING;
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. ``goal`` is what was aimed for, if anything; ``higher`` says whether more is better."""

    name: str
    ours: str
    against: str
    ratio: float
    goal: float | None = None
    higher: bool = True
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.higher else self.ratio <= self.goal


@dataclass
class Clinic:
    """Our system on one database, and what is known of its content."""

    target: Target
    address: str
    pid: int
    facts: dict[str, Any]
    memory: Path
    used: int = field(default=0)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.facts['token']}"}

    def patient(self, number: int) -> int:
        first, count = self.facts["patients"]
        return int(first + number % count)

    def doctor(self, number: int) -> int:
        first, count = self.facts["doctors"]
        return int(first + number % count)

    @property
    def days_ahead(self) -> list[date]:
        """Workdays to come, without those on which some are booked out."""
        today = date.fromisoformat(self.facts["day"])
        return workdays(today + timedelta(days=1), today + timedelta(days=300))[BUSY_DAYS:]

    def free(self) -> Iterator[dict[str, Any]]:
        """Bookings that nobody has made yet: the half hours between the visits, doctor by doctor, day by day."""
        days, doctors = self.days_ahead, self.facts["doctors"][1]
        while True:
            number = self.used
            self.used += 1
            doctor, rest = number % doctors, number // doctors
            day, place = days[rest // 10 % len(days)], rest % 10
            start = datetime(day.year, day.month, day.day, 8) + timedelta(minutes=60 * place + 30)
            body = {"patient": self.patient(number * 7919), "doctor": self.doctor(doctor)}
            yield {**body, "appointment_time": f"{start:%Y-%m-%dT%H:%M:%SZ}"}

    def bookings(self) -> Callable[[], bytes]:
        bodies = self.free()
        return lambda: self.target.post("/api/appointments/", next(bodies))

    def remember(self) -> None:
        """So that the next run does not book the same again."""
        self.memory.write_text(json.dumps({**self.facts, "used": self.used}))


@contextmanager
def clinic(bench: Bench, name: str, home: Path) -> Iterator[Clinic]:
    """Serve our system on the database ``name``."""
    memory = home / f"{name}.json"
    facts = json.loads(memory.read_text())
    log = home / f"{name}.log"
    with serving("core.wsgi:application", bench.url(name), alive="/healthz", log=log) as (address, pid):
        served = Clinic(Target(address, facts["token"]), address, pid, facts, memory, facts.get("used", 0))
        try:
            yield served
        finally:
            served.remember()


@contextmanager
def floor(bench: Bench, home: Path) -> Iterator[Target]:
    """Serve the floor on a database of its own."""
    name = "floor"
    if not bench.exists(name):
        bench.create(name)
    with bench.connect(name) as connection:
        connection.execute(FLOOR_TABLE)
    token = _floor_token(bench.url(name))
    with serving(
        "benchmarks.floor.wsgi:application",
        bench.url(name),
        alive="/hello/",
        settings="benchmarks.floor.settings",
        log=home / "floor.log",
    ) as (address, _):
        yield Target(address, token)


def _floor_token(url: str) -> str:
    program = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from django.contrib.auth.models import User\n"
        "from rest_framework.authtoken.models import Token\n"
        "user, _ = User.objects.get_or_create(username='bench')\n"
        "print(Token.objects.get_or_create(user=user)[0].key)\n"
    )
    more = {"DJANGO_SETTINGS_MODULE": "benchmarks.floor.settings", "PATH": os.environ["PATH"]}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(url, **more),
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def rounds(
    ours: Callable[[], Tally], against: Callable[[], Tally], count: int, *, what: str = "rate"
) -> tuple[float, float, float]:
    """Ours and the other in turns, ``count`` times: the medians of both, and the median of the ratios."""
    pairs = []
    for number in range(count):
        both = (ours, against) if number % 2 == 0 else (against, ours)
        first, second = both[0](), both[1]()
        mine, other = (first, second) if number % 2 == 0 else (second, first)
        pairs.append((getattr(mine, what), getattr(other, what)))
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def expect(tally: Tally, *allowed: int) -> Tally:
    """The tally, if nothing else was answered. Raises RuntimeError."""
    if set(tally.statuses) - set(allowed):
        raise RuntimeError(f"Answers that should not be: {dict(tally.statuses)}")
    return tally


def steady(target: Target, source: Callable[[], bytes], *, clients: int, seconds: float, status: int = 200) -> Tally:
    return expect(load(target, source, clients=clients, seconds=seconds), status)


def asked(clinic: Clinic, path: str, **query: Any) -> Any:
    """The JSON of one answer."""
    answer = httpx.get(clinic.address + path, params=query, headers=clinic.headers, timeout=60, trust_env=False)
    answer.raise_for_status()
    return answer.json()
