"""The system's founding document, held to the letter: each of its requests and answers, in its order, over real HTTP.

The document books for 29 May 2025. So the server's clock stands at 1 May 2025, but where a test says otherwise.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from doctors.models import Doctor
from tests.factories import make_doctor, make_patient
from tests.tokens import token_of

ROOT = Path(__file__).resolve().parents[2]
SPRING = datetime(2025, 5, 1, 9, 0, tzinfo=UTC)
YEARS_LATER = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

TOKEN = "43dca77ace84f995ffee2267f9cd070e1d4cff73"
CREDENTIALS = '{"username": "kimutai", "password": "cosmas@44"}'
JANE = {
    "full_name": "Jane Doe",
    "email": "jane@example.com",
    "phone_number": "0712345678",
    "national_id": "123456789",
    "insurance_number": "NHIF0001",
}
BOOKING = {"patient": 1, "doctor": 2, "appointment_time": "2025-05-29T10:00:00Z", "status": "scheduled"}


@pytest.fixture
def server(
    django_db_reset_sequences: None, live_server: LiveServer, clock: time_machine.Traveller
) -> Iterator[httpx.Client]:
    """The server after the quick start: a superuser, two doctors with the clinic's hours, and nobody else."""
    clock.move_to(SPRING)
    User.objects.create_superuser("kimutai", password="cosmas@44")
    make_doctor(full_name="Wanjiru Kamau")
    make_doctor(full_name="John Smith", specialization="Cardiology")
    with httpx.Client(base_url=live_server.url) as client:
        yield client


@pytest.fixture
def signed_in(server: httpx.Client) -> httpx.Client:
    """With the document's own token."""
    token_of(User.objects.get(username="kimutai"), TOKEN)
    server.headers["Authorization"] = f"Token {TOKEN}"
    return server


@pytest.fixture
def with_jane(signed_in: httpx.Client) -> httpx.Client:
    """Jane Doe is patient 1."""
    assert signed_in.post("/api/patients/", json=JANE).json()["id"] == 1
    return signed_in


def test_the_requests_work_in_the_documents_order(server: httpx.Client) -> None:
    answer = server.post("/api-token-auth/", content=CREDENTIALS, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    server.headers["Authorization"] = f"Token {answer.json()['token']}"

    answer = server.post("/api/patients/", json=JANE)
    assert answer.status_code == 201
    assert {field: answer.json()[field] for field in ("id", *JANE)} == {"id": 1, **JANE}

    answer = server.get("/api/doctors/?search=Smith&ordering=full_name")
    assert answer.status_code == 200
    assert [(doctor["id"], doctor["full_name"]) for doctor in answer.json()["results"]] == [(2, "John Smith")]

    answer = server.post("/api/appointments/", json=BOOKING)
    assert answer.status_code == 201
    assert {field: answer.json()[field] for field in ("id", *BOOKING)} == {"id": 1, **BOOKING}


# --- Authentication --------------------------------------------------------------------------------


def test_the_answer_to_name_and_password_is_a_token_and_nothing_else(server: httpx.Client) -> None:
    answer = server.post("/api-token-auth/", content=CREDENTIALS, headers={"Content-Type": "application/json"})
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["token"]
    assert re.fullmatch("[0-9a-f]{40}", answer.json()["token"])


def test_the_documents_own_token_opens_the_api_and_goes_on_to_when_another_is_issued(signed_in: httpx.Client) -> None:
    assert signed_in.get("/api/patients/").status_code == 200
    signed_in.post("/api-token-auth/", content=CREDENTIALS, headers={"Content-Type": "application/json"})
    assert signed_in.get("/api/patients/").status_code == 200


def test_without_a_token_it_is_401_in_the_documents_words(server: httpx.Client) -> None:
    for path in ("/api/patients/", "/api/doctors/", "/api/appointments/"):
        for answer in (server.get(path), server.post(path, json={})):
            assert answer.status_code == 401
            assert answer.json() == {"detail": "Authentication credentials were not provided."}
            assert answer.headers["WWW-Authenticate"] == "Token"


def test_with_a_wrong_token_it_is_401(server: httpx.Client) -> None:
    answer = server.get("/api/patients/", headers={"Authorization": f"Token {TOKEN}"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


# --- Patients and doctors --------------------------------------------------------------------------


def test_a_patient_has_the_schemas_fields(with_jane: httpx.Client) -> None:
    assert with_jane.get("/api/patients/1/").json().items() >= {"id": 1, **JANE}.items()


def test_a_patients_profile_is_edited(with_jane: httpx.Client) -> None:
    answer = with_jane.patch("/api/patients/1/", json={"full_name": "Jane Roe"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, "Jane Roe")
    answer = with_jane.put("/api/patients/1/", json=JANE)
    assert (answer.status_code, answer.json()["full_name"]) == (200, "Jane Doe")


def test_a_doctor_is_created_and_has_the_schemas_fields(signed_in: httpx.Client) -> None:
    doctor = {"full_name": "Ada Smith", "email": "ada@example.com", "specialization": "Dermatology"}
    answer = signed_in.post("/api/doctors/", json=doctor)
    assert answer.status_code == 201
    assert answer.json().items() >= {"id": 3, **doctor}.items()
    assert signed_in.get("/api/doctors/3/").json() == answer.json()


def test_doctors_are_searched_and_ordered(signed_in: httpx.Client) -> None:
    make_doctor(full_name="Ada Smith")
    names = [d["full_name"] for d in signed_in.get("/api/doctors/?search=Smith&ordering=full_name").json()["results"]]
    assert names == ["Ada Smith", "John Smith"]
    names = [d["full_name"] for d in signed_in.get("/api/doctors/?search=Smith&ordering=-full_name").json()["results"]]
    assert names == ["John Smith", "Ada Smith"]


def test_every_list_is_searched_filtered_and_ordered(with_jane: httpx.Client) -> None:
    with_jane.post("/api/appointments/", json=BOOKING)
    for path, found in {
        "/api/patients/?search=jane": [1],
        "/api/patients/?filter=full_name:Jane Doe": [1],
        "/api/patients/?filter=full_name:John Doe": [],
        "/api/patients/?ordering=full_name": [1],
        "/api/doctors/?filter=specialization:Cardiology": [2],
        "/api/doctors/?ordering=-full_name": [1, 2],
        "/api/appointments/?search=Doe": [1],
        "/api/appointments/?filter=doctor:2,status:scheduled": [1],
        "/api/appointments/?filter=doctor:1": [],
        "/api/appointments/?ordering=-appointment_time": [1],
    }.items():
        answer = with_jane.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert (path, [row["id"] for row in answer.json()["results"]]) == (path, found)


def test_a_page_has_five(signed_in: httpx.Client) -> None:
    for _ in range(6):
        make_patient()
    page = signed_in.get("/api/patients/").json()
    assert list(page) == ["count", "next", "previous", "results"]
    assert (page["count"], len(page["results"]), page["previous"]) == (6, 5, None)
    following = signed_in.get(page["next"]).json()
    assert (len(following["results"]), following["next"]) == (1, None)
    assert signed_in.get(following["previous"]).json() == page


# --- Appointments ----------------------------------------------------------------------------------


def test_an_appointment_has_the_schemas_fields(with_jane: httpx.Client) -> None:
    with_jane.post("/api/appointments/", json=BOOKING)
    assert with_jane.get("/api/appointments/1/").json().items() >= {"id": 1, **BOOKING}.items()


def test_a_time_in_the_past_is_refused(with_jane: httpx.Client, clock: time_machine.Traveller) -> None:
    clock.move_to(YEARS_LATER)
    with_jane.headers["Authorization"] = f"Token {token_of(User.objects.get(username='kimutai'))}"
    answer = with_jane.post("/api/appointments/", json=BOOKING)
    assert answer.status_code == 400
    assert answer.json() == {"appointment_time": ["Appointment time must be in the future."]}


def test_a_double_booking_is_refused(with_jane: httpx.Client) -> None:
    assert with_jane.post("/api/appointments/", json=BOOKING).status_code == 201
    other = make_patient().pk
    answer = with_jane.post("/api/appointments/", json={**BOOKING, "patient": other})
    assert answer.status_code == 400
    assert answer.json() == {"non_field_errors": ["This doctor is already booked at that time."]}


def test_a_time_outside_availability_is_refused(with_jane: httpx.Client) -> None:
    answer = with_jane.post("/api/appointments/", json={**BOOKING, "appointment_time": "2025-05-29T22:00:00Z"})
    assert answer.status_code == 400
    assert answer.json() == {"non_field_errors": ["Doctor is not available at this time."]}


def test_what_is_not_there_is_404_in_the_documents_words(signed_in: httpx.Client) -> None:
    for path in ("/api/patients/", "/api/doctors/", "/api/appointments/"):
        for unknown in (f"{path}999999/", f"{path}none/", f"{path}1/unknown/"):
            answer = signed_in.get(unknown)
            assert (unknown, answer.status_code, answer.json()) == (unknown, 404, {"detail": "Not found."})
    for unrouted in ("/api/", "/api/nurses/", "/api/nurses/1/"):
        answer = signed_in.get(unrouted)
        assert (unrouted, answer.status_code, answer.json()) == (unrouted, 404, {"detail": "Not found."})


# --- Pages and files -------------------------------------------------------------------------------


class Addresses(HTMLParser):
    """What a page loads or links to, and the text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = [value for name, value in attributes if name in ("src", "href", "spec-url") and value]
        (self.linked if tag == "a" else self.loaded).extend(found)
        self.scripts += tag == "script" and not any(name == "src" for name, _ in attributes)


@pytest.mark.parametrize("path", ["/swagger/", "/redoc/"])
def test_the_documentation_is_served_from_this_host_alone(server: httpx.Client, path: str) -> None:
    answer = server.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    loaded = Addresses(answer.text).loaded
    assert any(address.endswith(".js") for address in loaded)
    for address in loaded:
        assert re.match(r"/(?!/)|data:", address), address
        if address.startswith("/"):
            assert server.get(address).status_code == 200, address
    # Nor does what is written into the page itself ask another host.
    assert not re.search(r"(?:src|href|url)\s*[=:(]\s*[\"']?https?://", answer.text)


def test_the_root_leads_to_everything(server: httpx.Client) -> None:
    answer = server.get("/")
    page = Addresses(answer.text)
    assert answer.status_code == 200
    assert {"/swagger/", "/redoc/", "/admin/"} < set(page.linked)
    assert "<h1>Test Clinic</h1>" in answer.text
    for address in page.linked + page.loaded:
        assert server.get(address, follow_redirects=True).status_code == 200, address


def test_the_schema_knows_every_field_of_the_documents_tables(server: httpx.Client) -> None:
    schemas = server.get("/api/schema/?format=json").json()["components"]["schemas"]
    tables: dict[str, set[str]] = {
        "Patient": {"id", "full_name", "email", "phone_number", "national_id", "insurance_number"},
        "Doctor": {"id", "full_name", "email", "specialization"},
        "Appointment": {"id", "patient", "doctor", "appointment_time", "status"},
    }
    for name, fields in tables.items():
        assert fields <= set(schemas[name]["properties"]), name


def test_the_tables_have_the_documents_relations(with_jane: httpx.Client) -> None:
    """One patient and one doctor have many appointments."""
    with_jane.post("/api/appointments/", json=BOOKING)
    with_jane.post("/api/appointments/", json={**BOOKING, "appointment_time": "2025-05-29T11:00:00Z"})
    assert Doctor.objects.get(pk=2).appointments.count() == 2
    found: dict[str, Any] = with_jane.get("/api/appointments/?patient=1&doctor=2").json()
    assert [row["id"] for row in found["results"]] == [1, 2]


def test_the_procfile_has_the_documents_line() -> None:
    assert "web: gunicorn core.wsgi --log-file -" in (ROOT / "Procfile").read_text().splitlines()
