"""How often one may ask: 429 and Retry-After, for addresses, users and patients, on every face."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common import rates

pytestmark = pytest.mark.django_db
AWAY = {"REMOTE_ADDR": "203.0.113.7"}
PROBLEM = {
    "type": "about:blank",
    "title": "Too Many Requests",
    "status": 429,
    "detail": "Too many requests. Wait 60 seconds and try again.",
    "code": "too_many_requests",
}


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    rates.forget()
    yield
    rates.forget()


def test_an_address_that_asks_too_often_is_told_to_wait(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ADDRESS = (3, 60)
    statuses = [client.get("/api/patients/", **AWAY).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    refused = client.get("/api/patients/", **AWAY)
    assert refused.json() == {"detail": "Too many requests. Wait 60 seconds and try again."}
    assert (refused.headers["Retry-After"], refused.headers["Cache-Control"]) == ("60", "no-store")
    assert client.get("/api/patients/", REMOTE_ADDR="203.0.113.8").status_code == 401


def test_an_address_that_asks_for_problems_is_told_by_one(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ADDRESS = (1, 60)
    for _ in range(2):
        refused = client.get("/api/patients/", **AWAY, headers={"Accept": "application/problem+json"})
    assert (refused.headers["Content-Type"], refused.headers["Retry-After"]) == ("application/problem+json", "60")
    assert refused.json() == PROBLEM


def test_a_page_says_so_to_people(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ADDRESS = (1, 60)
    client.get("/", **AWAY)
    refused = client.get("/", **AWAY)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "Please wait 60 seconds, and load the page again." in refused.text


def test_what_a_client_says_of_its_address_counts_for_nothing(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ADDRESS = (1, 60)
    statuses = [client.get("/swagger/", **AWAY, headers={"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(2)]
    assert [answer.status_code for answer in statuses] == [200, 429]


def test_half_an_address_of_ipv6_is_the_clients_own_to_choose(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ADDRESS = (1, 60)
    answers = [client.get("/swagger/", REMOTE_ADDR=f"2001:db8::{n}") for n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_health_checks_and_this_machine_are_not_counted(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ADDRESS = (1, 60)
    assert [client.get("/healthz", **AWAY).status_code for _ in range(3)] == [200] * 3
    assert [client.get("/swagger/").status_code for _ in range(3)] == [200] * 3


def test_a_user_who_asks_too_often_is_told_to_wait(api: APIClient, settings: Any) -> None:
    settings.RATE_LIMIT_USER = (2, 60)
    assert [api.get("/api/doctors/").status_code for _ in range(3)] == [200, 200, 429]
    refused = api.get("/api/doctors/", headers={"Accept": "application/problem+json"})
    assert refused.headers["Retry-After"] == "60"
    assert refused.json() == PROBLEM


def test_pages_and_the_api_are_counted_together(client: Client, user: User, settings: Any) -> None:
    settings.RATE_LIMIT_USER = (2, 60)
    client.force_login(user)
    addresses = ("/admin/", "/api/doctors/", "/admin/", "/api/doctors/")
    assert [client.get(address).status_code for address in addresses] == [200, 200, 429, 429]


def test_a_patient_changes_only_so_much_an_hour_and_reads_on(settings: Any) -> None:
    settings.RATE_LIMIT_PATIENT_CHANGES = (2, 3600)
    patient, desk = APIClient(), APIClient()
    patient.force_authenticate(User.objects.create_user("jane", role=Role.PATIENT))
    desk.force_authenticate(User.objects.create_user("desk", role=Role.RECEPTIONIST))
    for client, refused in ((patient, [429, 429]), (desk, [])):
        statuses = [client.post("/api/appointments/", {}).status_code for _ in range(4)]
        assert statuses[2:] == refused or not refused
        assert 429 not in statuses[:2]
        assert client.get("/api/doctors/").status_code == 200
