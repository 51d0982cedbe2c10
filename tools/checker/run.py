"""One run: a clinic of its own, clients that carry out a plan, and the judgement."""

import contextlib
import multiprocessing
import os
import pickle
import secrets
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.checker import log, rules
from tools.checker.client import Client
from tools.checker.clinic import Api, Board, Clinic, windows
from tools.checker.controls import Control
from tools.checker.facts import gather
from tools.checker.plan import DAY, DOCTORS, PATIENTS, SCAN, Step, plan
from tools.checker.refusals import BUFFER
from tools.checker.story import Story
from tools.serving import nursery
from tools.serving.database import Database, PostgresDatabase, SqliteFile
from tools.serving.server import Server, environment, serving

USER, PASSWORD = "checker", "checks-each-and-every-thing"
DAYS_AHEAD = 7
MOST_IDS = 100_000
SECONDS_A_DAY = 86_400
# What the clients would otherwise run into that is not what they are about.
SETTINGS = {"HOLD_MINUTES": "60", "HOLDS_PER_USER": "100000", "RATE_LIMIT_USER": "0", "RATE_LIMIT_ADDRESS": "0"}


@dataclass
class Report:
    """What a run did and what it found: ``violations`` by the name of the rule."""

    seed: int
    outcomes: Counter[str]
    seconds: float
    violations: dict[str, list[str]]

    @property
    def calls(self) -> int:
        return sum(self.outcomes.values())

    def __str__(self) -> str:
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        lines = [f"seed {self.seed}: {self.calls} calls ({told}) in {self.seconds:.1f} s"]
        for name, sentences in self.violations.items():
            lines += [f"  {name}: {len(sentences)}", *(f"    {sentence}" for sentence in sentences[:5])]
        return "\n".join(lines)


@contextmanager
def migrated(server: str, folder: Path) -> Iterator[Database]:
    """A migrated database with one user: a file in ``folder``, or a database on the PostgreSQL at ``server``."""
    database: Database
    if server:
        database = PostgresDatabase(server, f"checker_{uuid.uuid4().hex[:12]}")
    else:
        database = SqliteFile(folder / "checker.sqlite3")
    try:
        manage(database, "migrate", "--verbosity", "0")
        manage(database, "createsuperuser", "--noinput", "--username", USER, "--email", "checker@clinic.test")
        yield database
    finally:
        database.drop()


def manage(database: Database, *command: str) -> str:
    """What ``manage.py`` prints. Raises RuntimeError where it fails."""
    return nursery.printed(["manage.py", *command], {**environment(database), "DJANGO_SUPERUSER_PASSWORD": PASSWORD})


def signed_in(address: str) -> Api:
    token = Api(address).ask("POST", "/api-token-auth/", {"username": USER, "password": PASSWORD})["token"]
    return Api(address, token)


def opened(api: Api, address: str, database: Database) -> Clinic:
    """A clinic of its own: its doctors, patients and rooms are nobody else's."""
    name = secrets.token_hex(4)
    day = int(time.time()) // SECONDS_A_DAY + DAYS_AHEAD
    [location, *_] = api.ask("GET", "/api/locations/?ordering=id")["results"]
    rooms = [
        api.ask("POST", "/api/rooms/", {"location": location["id"], "name": f"Scan {number} {name}", "kind": name})
        for number in range(2)
    ]
    scan = {"name": f"Scan {name}", "duration_minutes": SCAN, "buffer_after_minutes": BUFFER, "room_kind": name}
    doctors = []
    for number in range(DOCTORS):
        person = {"full_name": f"Doctor {number} {name}", "email": f"{name}{number}@clinic.test"}
        doctors.append(api.ask("POST", "/api/doctors/", {**person, "specialization": name})["id"])
        api.ask("PUT", f"/api/doctors/{doctors[-1]}/hours/", windows(0))
    patients = [
        api.ask("POST", "/api/patients/", {"full_name": f"Patient {number} {name}", "phone_number": "0712345678"})["id"]
        for number in range(PATIENTS)
    ]
    scan_type = api.ask("POST", "/api/appointment-types/", scan)["id"]
    token = api.headers["Authorization"].removeprefix("Token ")
    facts = (day * DAY, doctors, patients, scan_type, [room["id"] for room in rooms])
    return Clinic(address, token, database.url, *facts, secrets.token_hex(8))


def check(
    address: str,
    database: Database,
    *,
    seed: int,
    operations: int,
    clients: int = 8,
    calm: bool = True,
    meanwhile: Callable[[], None] | None = None,
    keep: Path | None = None,
    token: str = "",
    clock_off: float = 0,
) -> Report:
    """Run the plan of ``seed`` against the server at ``address``, and judge it.

    ``meanwhile`` is called while the clients are at work: it makes faults, and then ``calm`` is False. ``keep`` is a
    file that the story is written to, to be judged again (`judged`). ``token`` is that of somebody who may everything.
    ``clock_off`` is told in `Story`.
    """
    began = time.monotonic()
    api = Api(address, token) if token else signed_in(address)
    clinic = opened(api, address, database)
    deadlocks = database.deadlocks()
    calls = carried_out(clinic, plan(seed, clients, operations), meanwhile)
    skew = time.time() - time.monotonic()
    facts = gather(database, clinic.doctors, clinic.run)
    facts.deadlocks -= deadlocks  # those of seeds before
    if keep:
        keep.write_bytes(pickle.dumps((seed, clinic, calls, facts, skew, calm, clock_off)))
    found = rules.judge(Story(clinic, calls, facts, skew=skew, calm=calm, clock_off=clock_off))
    return Report(seed, Counter(call.outcome for call in calls), time.monotonic() - began, found)


def judged(path: Path) -> Report:
    """Judge once more what a run has kept, without a server."""
    seed, clinic, calls, facts, skew, calm, clock_off = pickle.loads(path.read_bytes())
    found = rules.judge(Story(clinic, calls, facts, skew=skew, calm=calm, clock_off=clock_off))
    return Report(seed, Counter(call.outcome for call in calls), 0.0, found)


def calls_of(path: Path) -> list[log.Call]:
    """All calls of a run that was kept."""
    calls: list[log.Call] = pickle.loads(path.read_bytes())[2]
    return calls


def carried_out(clinic: Clinic, plans: list[list[Step]], meanwhile: Callable[[], None] | None = None) -> list[log.Call]:
    """Every call of every client, each a process of its own."""
    context = multiprocessing.get_context("fork")
    visits, entries = (Board(context.Array("q", MOST_IDS)) for _ in range(2))
    meet = context.Barrier(len(plans))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.jsonl" for number in range(len(plans))]
        processes = []
        for number, (steps, path) in enumerate(zip(plans, paths, strict=True)):
            client = Client(number, clinic, visits, entries, meet)
            processes.append(context.Process(target=client.run, args=(steps, path)))
        for process in processes:
            process.start()
        try:
            if meanwhile:
                meanwhile()
            for process in processes:
                process.join()
        finally:
            for process in processes:
                with contextlib.suppress(AttributeError, ValueError):
                    process.kill()
        if failed := [process.exitcode for process in processes if process.exitcode]:
            raise RuntimeError(f"Clients of the checker failed: exit codes {failed}.")
        return [call for path in paths for call in log.read(path)]


@contextmanager
def served(control: Control, server: str, folder: Path) -> Iterator[tuple[Server, Database]]:
    """A server on a database of its own, with what ``control`` takes away."""
    with migrated(server, folder) as database:
        if not control.guards:
            database.drop_guards()
        settings = {**SETTINGS, "DATABASE_URL": database.url + control.query}
        with serving(database, folder / "server.log", control.application, settings) as running:
            running.wait_until_it_answers()
            yield running, database
        if control.name and os.environ.get("CHECKER_SHOW_LOG"):
            print((folder / "server.log").read_text()[-3000:])
