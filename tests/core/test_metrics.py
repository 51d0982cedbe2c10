"""What Prometheus is told, and who may hear it."""

import re
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from appointments.models import Appointment, Hold
from common import metrics, rates
from tests.factories import book, make_doctor, make_patient, make_type
from tests.pages import AdminPages
from tests.web.booking import Booking
from tests.web.people import visitor

pytestmark = pytest.mark.django_db

REFUSED = re.compile(r'clinic_refusals_total\{code="(\w+)"\} ([0-9.]+)')
TOKEN = {"Authorization": "Bearer for-the-metrics"}


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = "for-the-metrics"


def value(client: Client, line: str) -> float:
    """Of a line of the metrics; 0 where it is not there yet."""
    text = client.get("/metrics", headers=TOKEN).content.decode()
    found = [float(row.rpartition(" ")[2]) for row in text.splitlines() if row.startswith(f"{line} ")]
    return found[0] if found else 0


def test_by_default_nobody_may_read_metrics(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for headers in ({}, {"Authorization": "Bearer "}, TOKEN):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("sent", ["Bearer for-the-metric", "Token for-the-metrics", "for-the-metrics", "Bearer é"])
def test_another_token_is_none(client: Client, sent: str) -> None:
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_addresses_that_are_named_need_no_token(client: Client, settings: Any) -> None:
    settings.METRICS_ADDRESSES = ["10.1.0.0/16", "127.0.0.2"]
    for address, status in (("10.1.2.3", 200), ("127.0.0.2", 200), ("10.2.0.1", 404), ("127.0.0.1", 404)):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == status


def test_requests_are_counted_and_timed_by_route(client: Client, api: APIClient) -> None:
    counted = 'clinic_requests_total{method="GET",route="slots",status="200"}'
    timed = 'clinic_request_seconds_count{method="GET",route="slots"}'
    before = value(client, counted), value(client, timed)
    api.get("/api/slots/")
    assert (value(client, counted), value(client, timed)) == (before[0] + 1, before[1] + 1)


def test_without_a_database_what_was_counted_is_told_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OperationalError("connection to server at db.internal failed for user clinic")

    client.get("/")
    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get("/metrics", headers=TOKEN)
    told = answer.content.decode()
    assert answer.status_code == 200
    assert 'clinic_requests_total{method="GET",route="home",status="200"}' in told
    assert "clinic_queue_depth{" not in told


def test_committed_bookings_are_counted(client: Client, django_capture_on_commit_callbacks: object) -> None:
    booked = 'clinic_appointment_changes_total{action="booked",status="scheduled"}'
    before = value(client, booked)
    with django_capture_on_commit_callbacks(execute=True):
        book()
        assert value(client, booked) == before
    assert value(client, booked) == before + 1


def test_refusals_are_counted_by_code(client: Client, api: APIClient) -> None:
    taken = 'clinic_refusals_total{code="slot_taken"}'
    before = value(client, taken)
    doctor = make_doctor()
    book("2026-03-02 10:00", doctor=doctor)
    asked = {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": "2026-03-02T10:00:00Z"}
    assert api.post("/api/appointments/", asked).status_code == 400
    assert value(client, taken) == before + 1


def refused(client: Client) -> dict[str, float]:
    """How often which code was refused, by all faces together."""
    lines = client.get("/metrics", headers=TOKEN).content.decode().splitlines()
    counts = [REFUSED.fullmatch(line) for line in lines]
    return {found[1]: float(found[2]) for found in counts if found}


def new(client: Client, before: dict[str, float]) -> dict[str, float]:
    return {code: n - before.get(code, 0) for code, n in refused(client).items() if n != before.get(code, 0)}


def test_refusals_of_pages_are_counted_once_each(client: Client) -> None:
    doctor = make_doctor()
    book("2026-03-02 11:00", doctor=doctor)
    visit = book("2026-03-02 10:00", doctor=doctor)
    desk = visitor()
    before = refused(client)
    form = {"doctor": doctor.pk, "date": "2026-03-02", "time": "11:00", "version": 1, "minutes": 30}
    assert desk.post(f"/desk/visits/{visit.pk}/move/", form).status_code == 400
    dropped = {"doctor": doctor.pk, "start": "2026-03-02T20:00", "end": "2026-03-02T20:30", "version": 1}
    assert desk.post(f"/desk/visits/{visit.pk}/drop/", dropped).status_code == 400
    assert desk.post(f"/desk/visits/{visit.pk}/drop/", dropped | {"version": 9}).status_code == 412
    assert new(client, before) == {"slot_taken": 1, "outside_hours": 1, "version_mismatch": 1}


def test_a_time_that_is_lost_while_somebody_books_is_counted(client: Client) -> None:
    doctor, others = make_doctor(), Client()
    booking = Booking(client, make_type(duration_minutes=30))
    booking.take(doctor)
    booking.enter()
    form = booking.form()
    Hold.objects.all().delete()
    book("2026-03-02 10:00", doctor=doctor)
    before = refused(others)
    assert client.post("/book/check/", form).headers["Location"] == "/book/lost/"
    assert new(others, before) == {"slot_taken": 1}


def test_refusals_of_the_admin_are_counted(client: Client, user: User) -> None:
    doctor = book("2026-03-02 10:00").doctor
    admin = Client()
    admin.force_login(user)
    before = refused(client)
    AdminPages(admin, Appointment).add(patient=make_patient().pk, doctor=doctor.pk, start="2026-03-02T10:00")
    assert new(client, before) == {"slot_taken": 1}


def test_who_asks_too_often_is_counted(client: Client, settings: Any) -> None:
    rates.forget()
    settings.RATE_LIMIT_ADDRESS = (1, 60)
    before = refused(client)
    assert [client.get("/book/", REMOTE_ADDR="203.0.113.7").status_code for _ in range(3)] == [200, 429, 429]
    rates.forget()
    assert new(client, before) == {"too_many_requests": 2}


def test_what_waits_is_counted_in_the_database(client: Client, api: APIClient) -> None:
    waiting = {"patient": make_patient().pk, "doctor": make_doctor().pk, "earliest": "2026-03-02"}
    assert api.post("/api/waitlist/", {**waiting, "latest": "2026-03-09"}).status_code == 201
    hold = {"doctor": make_doctor().pk, "appointment_time": "2026-03-02T10:00:00Z"}
    assert api.post("/api/holds/", hold).status_code == 201
    for queue, depth in (("waitlist_entries", 1), ("waitlist_offers_pending", 0), ("holds", 1)):
        assert value(client, f'clinic_queue_depth{{queue="{queue}"}}') == depth


def test_metrics_hold_no_address_that_was_asked_for(client: Client, api: APIClient) -> None:
    api.get("/api/patients/?search=Wanjiku")
    api.get("/nowhere/Wanjiku")
    api.generic("WANJIKU", "/api/patients/")
    assert "wanjiku" not in client.get("/metrics", headers=TOKEN).content.decode().lower()


def test_a_count_that_cannot_be_written_breaks_no_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_a_full_disk(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    for counter in (metrics.REQUESTS, metrics.REFUSALS):
        monkeypatch.setattr(counter, "labels", on_a_full_disk)
    assert client.get("/api/nothing/").status_code == 404
    metrics.count_refusal("slot_taken")
