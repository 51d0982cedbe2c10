"""A patient nobody else resembles goes through the system, and through its failures: no byte of them is in the log."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tools.serving.database import Database
from tools.serving.server import Server, serving

pytestmark = [pytest.mark.xdist_group("serving"), pytest.mark.once]

CANARY = {
    "full_name": "Zyxwina Canaryquist",
    "email": "zq.nightjar@example.org",
    "phone_number": "+254 798 765 432",
    "national_id": "QZ99887766",
    "insurance_number": "NHIFZQ5544",
    "date_of_birth": "1987-06-05",
    "desk_notes": "Prefers the ptarmigan door.",
}
# Any of these in a line, whatever its case, would tell of her.
TELLING = ("zyxwina", "canaryquist", "nightjar", "qz99887766", "nhifzq5544", "ptarmigan", "quetzal")
TELLING += ("798765432", "798 765 432", "798%20765%20432", "798+765+432", "1987-06-05")
ID = "5f0c9c0e-3f5e-4a57-9d38-6a4a0a6f7f10"


@pytest.fixture(autouse=True)
def clock() -> None:
    """The server's clock runs, so this one does."""


@pytest.fixture(scope="module")
def people(seeded: tuple[Database, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A database with doctors, and a token."""
    template, people = seeded
    database = template.copy("private")
    yield {**people, "database": database}
    database.drop()


@pytest.fixture(scope="module")
def server(
    people: dict[str, Any], installation: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """gunicorn, without DEBUG, with as much in the log as can be had."""
    log = tmp_path_factory.mktemp("log") / "server.log"
    more = {"LOG_LEVEL": "DEBUG", "STATIC_ROOT": installation["STATIC_ROOT"]}
    with serving(people["database"], log, "tests.core.breaking", more, "--log-level", "debug") as server:
        server.wait_until_it_answers()
        yield server


@pytest.fixture(scope="module")
def client(server: Server, people: dict[str, Any]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {people['token']}"}
    with httpx.Client(base_url=server.address, headers=headers, timeout=60, trust_env=False) as client:
        yield client


def lines(log: Path) -> list[dict[str, Any]]:
    """All that the log holds, each line a JSON object."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def go_through(client: httpx.Client, doctor: int) -> None:
    """What the desk does for her, and what is refused."""
    name = CANARY["full_name"]
    patient = client.post("/api/patients/", json=CANARY)
    assert patient.status_code == 201
    pk = patient.json()["id"]
    assert client.post("/api/patients/", json=CANARY).status_code == 400  # the same national id
    other = client.post("/api/patients/", json={"full_name": name, "phone_number": CANARY["phone_number"]})
    client.patch(f"/api/patients/{pk}/", json={"desk_notes": "Likes the quetzal picture."})
    for query in ({"search": name}, {"search": CANARY["phone_number"]}, {"filter": f"full_name:{name}"}):
        client.get("/api/patients/", params=query)
        client.get("/api/appointments/", params=query)
    since = datetime.now(UTC).date() + timedelta(days=3)
    slots = client.get("/api/slots/", params={"doctor": doctor, "from": str(since), "limit": 9}).json()["results"]
    visit = {"patient": pk, "doctor": doctor, "appointment_time": slots[0]["start"], "notes": "quetzal"}
    booked = client.post("/api/appointments/", json=visit)
    assert booked.status_code == 201
    assert client.post("/api/appointments/", json=visit).status_code == 400
    address = f"/api/appointments/{booked.json()['id']}"
    client.post(f"{address}/reschedule/", json={"appointment_time": slots[3]["start"], "reason": "quetzal"})
    client.post(f"{address}/cancel/", json={"reason": "quetzal"})
    client.get(f"{address}/history/")
    client.post("/api/holds/", json={"doctor": doctor, "patient": pk, "appointment_time": slots[5]["start"]})
    client.post(f"/api/patients/{pk}/merge/", json={"duplicate": other.json()["id"], "reason": "quetzal"})
    client.get("/api/patients/", headers={"Accept": "text/csv"})
    client.get("/api/patients/export/", params={"search": name})


def be_refused(client: httpx.Client) -> None:
    """What is not as it should be, with her data in every place that a request has."""
    name, phone = CANARY["full_name"], CANARY["phone_number"]
    answers = [
        client.post("/api/patients/", json={**CANARY, "date_of_birth": name}),
        client.post("/api/patients/", content=json.dumps(CANARY)[:-9], headers={"Content-Type": "application/json"}),
        client.post("/api/patients/", content=name, headers={"Content-Type": f"text/{CANARY['national_id']}"}),
        client.post("/api/patients/", content=name, headers={"Content-Type": "text/plain; charset=rot13"}),
        client.get(f"/api/patients/{name}/"),
        client.get(f"/api/{name}/{phone}"),
        client.get(f"/{name}/{phone}", params={"search": name}),
        client.get("/api/patients/", params={"page_size": name}),
        client.request("ZYXWINA", "/api/patients/"),
        client.get("/api/patients/", headers={"Host": "canaryquist.example.org"}),
        client.get("/api/patients/", headers={"Authorization": f"Token {CANARY['national_id']}"}),
        client.post("/api-token-auth/", json={"username": CANARY["email"], "password": phone}),
        client.post("/accounts/login/", data={"login": CANARY["email"], "password": phone}),
        client.post("/accounts/login/", data={"login": name}, headers={"Cookie": f"csrftoken={CANARY['national_id']}"}),
        client.get("/api/patients/", headers={"X-Request-ID": CANARY["email"], "User-Agent": name, "Referer": name}),
    ]
    assert [answer.status_code // 100 for answer in answers] == [4] * 14 + [2]
    for unreadable in (f"GET /?search={name} HTTP/1.1\r\n\r\n", f"{name}\r\n\r\n", f"GET / HTTP/1.1\r\n{name}\r\n\r\n"):
        address = urlsplit(str(client.base_url))
        with socket.create_connection((address.hostname, address.port), timeout=30) as raw:
            raw.sendall(unreadable.encode())
            assert raw.recv(100).startswith(b"HTTP/1.1 400")


def fail(client: httpx.Client) -> None:
    """Errors that say all that they know."""
    query = {"search": CANARY["full_name"]}
    for kind, status in (("code", 500), ("database", 503), ("constraint", 500)):
        headers = {"X-Break": kind, "X-Request-ID": ID}
        answer = client.post("/api/patients/", params=query, json=CANARY, headers=headers)
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, ID)
        assert not any(word in answer.text.lower() for word in TELLING)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/patients/", params=query, headers={"X-Break": "answer", "X-Request-ID": ID})


def test_no_byte_of_a_patient_is_in_the_log(server: Server, client: httpx.Client, people: dict[str, Any]) -> None:
    go_through(client, people["doctors"][0])
    be_refused(client)
    fail(client)
    server.stop()
    telling = [line for line in server.log.read_text().splitlines() if any(word in line.lower() for word in TELLING)]
    assert telling == []


def test_the_operator_is_told_of_each_failure(server: Server, client: httpx.Client) -> None:
    failures = [line for line in lines(server.log) if line.get("request_id") == ID and line["level"] == "error"]
    assert [(line["route"], line["method"], line["exception"].splitlines()[-1]) for line in failures] == [
        ("patient-list", "POST", "builtins.RuntimeError"),
        ("patient-list", "POST", "django.db.utils.OperationalError"),
        ("patient-list", "POST", "django.db.utils.IntegrityError"),
        ("patient-list", "GET", "builtins.RuntimeError"),
    ]
