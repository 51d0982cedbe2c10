"""A clinic that is really served: gunicorn with two processes of four threads, and clients that all come at once."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import httpx

from tools.serving import nursery
from tools.serving import server as gunicorn
from tools.serving.database import Database
from tools.serving.server import PROCESSES, THREADS, Server, environment

T = TypeVar("T")

TAKEN = '{"non_field_errors":["This doctor is already booked at that time."]}'
BUSY_PATIENT = '{"non_field_errors":["This patient already has an appointment at that time."]}'
OUTSIDE_HOURS = '{"non_field_errors":["Doctor is not available at this time."]}'


def migrate_and_seed(database: Database) -> dict[str, Any]:
    """What `seed` prints. It runs in a process of its own: this one has other settings and another database."""
    seeded = nursery.printed(["-m", "tests.concurrency.seed"], environment(database))
    people: dict[str, Any] = json.loads(seeded)
    return people


def together(actions: Sequence[Callable[[], T]]) -> list[T]:
    """The results, in order, of actions that a barrier releases at the same moment, a thread each."""
    barrier = Barrier(len(actions))

    def client(action: Callable[[], T]) -> T:
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as clients:
        return list(clients.map(client, actions))


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


def booking(patient: int, doctor: int, start: str) -> Call:
    return Call("POST", "/api/appointments/", {"patient": patient, "doctor": doctor, "appointment_time": start})


def move(appointment: int, start: str, **changes: Any) -> Call:
    return Call("POST", f"/api/appointments/{appointment}/reschedule/", {"appointment_time": start, **changes})


def told(answers: Iterable[httpx.Response]) -> dict[tuple[int, str], int]:
    """How many got which answer: its status and, unless it is a success, its exact body."""
    return dict(Counter((answer.status_code, "" if answer.is_success else answer.text) for answer in answers))


class Clinic:
    """A running server with its database and log, as a client sees it who may do everything.

    Doctors and patients are handed out once each, so that tests which share the server share nobody in it.
    """

    def __init__(self, server: Server, database: Database, people: dict[str, Any]) -> None:
        self.server, self.database = server, database
        self.token: str = people["token"]
        self._doctors, self._patients = iter(people["doctors"]), iter(people["patients"])
        self.client = httpx.Client(
            base_url=server.address,
            headers={"Authorization": f"Token {people['token']}"},
            timeout=60,
            trust_env=False,
            # A connection for every call, as from so many clients: none waits for another's.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    def doctor(self) -> int:
        return next(self._doctors)

    def doctors(self, count: int) -> list[int]:
        return [next(self._doctors) for _ in range(count)]

    def patient(self) -> int:
        return next(self._patients)

    def patients(self, count: int) -> list[int]:
        return [next(self._patients) for _ in range(count)]

    def slots(self, doctor: int, count: int) -> list[str]:
        """The first starts that the doctor has free three days from now or later."""
        since = datetime.now(UTC).date() + timedelta(days=3)
        found = self.ask(Call("GET", f"/api/slots/?doctor={doctor}&from={since}&limit={count}"))
        starts = [slot["start"] for slot in found["results"]]
        assert len(starts) == count
        return starts

    def book(self, patient: int, doctor: int, start: str) -> int:
        """The id of a new appointment."""
        appointment: int = self.ask(booking(patient, doctor, start))["id"]
        return appointment

    def ask(self, call: Call) -> Any:
        """What a call that succeeds answers."""
        answer = self.send(call)
        assert answer.is_success, f"{call}: {answer.status_code} {answer.text}"
        return answer.json()

    def send(self, call: Call) -> httpx.Response:
        return self.client.request(call.method, call.path, json=call.body, headers=call.headers)

    def at_once(self, calls: Sequence[Call]) -> list[httpx.Response]:
        """The answers, in the order of the calls, each of which a client of its own makes at the same moment."""
        return together([partial(self.send, call) for call in calls])

    def visits(self, doctor: int) -> list[int]:
        """The ids of the doctor's visits that take time, by the database."""
        found = self.database.rows(f"SELECT id FROM ({BLOCKING}) AS visit WHERE doctor_id = ? ORDER BY id", doctor)
        return [visit for (visit,) in found]

    def booked(self, doctor: int) -> int:
        return len(self.visits(doctor))

    def overlaps(self) -> int:
        """How many pairs of visits of one doctor, patient or room share time, in the whole database."""
        [(count,)] = self.database.rows(OVERLAPS)
        return int(count)

    def troubles(self) -> list[str]:
        """The lines of the server's log that a calm day does not have."""
        return self.server.troubles()

    def stop(self) -> None:
        """End the server, and with it its connections to the database. Stopping twice changes nothing."""
        self.client.close()
        self.server.stop()

    def history(self, appointment: int) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = self.ask(Call("GET", f"/api/appointments/{appointment}/history/"))
        return changes


BLOCKING = "SELECT * FROM appointments_appointment WHERE status NOT IN ('cancelled', 'no_show')"
OVERLAPS = f"""
    SELECT count(*) FROM ({BLOCKING}) AS one JOIN ({BLOCKING}) AS other
    ON one.id < other.id AND one.start < other."end" AND other.start < one."end"
    AND (one.doctor_id = other.doctor_id OR one.patient_id = other.patient_id OR one.room_id = other.room_id)
"""


@contextmanager
def serving(
    database: Database,
    people: dict[str, Any],
    log: Path,
    application: str = "core.wsgi",
    more: Mapping[str, str] | None = None,
) -> Iterator[Clinic]:
    """Run the server while the block does."""
    with gunicorn.serving(database, log, application, more) as server:
        clinic = Clinic(server, database, people)
        _warm_up(clinic)
        try:
            yield clinic
        finally:
            clinic.client.close()


def _warm_up(clinic: Clinic) -> None:
    """Let every thread import what it needs and connect, so that the clients meet at the database."""
    try:
        answers = clinic.at_once([Call("GET", "/api/doctors/?page_size=100")] * (4 * PROCESSES * THREADS))
    except httpx.TransportError as error:
        raise RuntimeError(f"The server did not start:\n{clinic.server.log.read_text()}") from error
    assert told(answers) == {(200, ""): len(answers)}
