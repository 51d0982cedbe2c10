"""`ETag`, `If-Match` and `If-None-Match`: nobody overwrites what they have not seen."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from appointments import services
from appointments.models import Appointment
from clinics import services as clinic_services
from clinics.models import Holiday, Location, Room
from doctors import offering, places
from doctors.models import AvailabilityException, WeeklyHours
from patients import services as patient_services
from patients.models import Patient
from tests.factories import at, book, close, make_doctor, make_patient

CHANGED = {"detail": "Somebody else has changed this since you read it. Read it again and decide anew."}
CHANGED_MEANWHILE = {"detail": "Somebody else has just changed this appointment. Read it again and decide anew."}
STALE = '"0f343b0931126a20f133d67c2b018a3b"'
LEAVE = {"kind": "closed", "start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"}

RECORDS: dict[str, tuple[Callable[[], str], dict[str, Any]]] = {
    "patient": (lambda: f"/api/patients/{make_patient().pk}/", {"full_name": "Another Name"}),
    "doctor": (lambda: f"/api/doctors/{make_doctor().pk}/", {"full_name": "Another Name"}),
    "exception": (lambda: exception_url(close(make_doctor(), "2026-03-03", "2026-03-04")), {"reason": "Ill"}),
    "appointment": (lambda: f"/api/appointments/{book().pk}/", {"notes": "Brings X-rays."}),
    "location": (lambda: f"/api/locations/{annex().pk}/", {"name": "Another Name"}),
    "closure": (lambda: closure_url(Location.objects.default()), {"reason": "Painting"}),
    "room": (lambda: f"/api/rooms/{add_room().pk}/", {"kind": "ultrasound"}),
    "holiday": (lambda: f"/api/holidays/{feast().pk}/", {"name": "Another Name"}),
    "type": (lambda: f"/api/appointment-types/{offering.add_type(name='Scan').pk}/", {"duration_minutes": 45}),
}


def annex() -> Location:
    return clinic_services.open_location(name="Annex", time_zone="UTC")


def add_room() -> Room:
    return clinic_services.add_room(location=Location.objects.default(), name="Room 1", kind="consulting")


def feast() -> Holiday:
    return places.add_holiday(date=date(2026, 3, 3), name="Feast")


def closure_url(location: Location) -> str:
    start, end = at("2026-03-03 00:00"), at("2026-03-04 00:00")
    closure = places.add_location_exception(location, kind="closed", start=start, end=end)
    return f"/api/locations/{location.pk}/exceptions/{closure.pk}/"


def exception_url(exception: AvailabilityException) -> str:
    return f"/api/doctors/{exception.doctor_id}/exceptions/{exception.pk}/"


@pytest.fixture(params=RECORDS)
def record(request: pytest.FixtureRequest, db: None) -> tuple[str, dict[str, Any]]:
    """The address of a record, and a change of it."""
    make, change = RECORDS[request.param]
    return make(), change


# --- Tags --------------------------------------------------------------------------------------------


def test_a_record_has_one_tag_until_it_changes(api: APIClient, record: tuple[str, dict[str, Any]]) -> None:
    url, change = record
    before = api.get(url)["ETag"]
    assert api.get(url)["ETag"] == before
    answer = api.patch(url, change)
    assert answer["ETag"] != before
    assert api.get(url)["ETag"] == answer["ETag"]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/api/patients/", {"full_name": "Jane Doe", "phone_number": "0712345678"}),
        ("/api/doctors/", {"full_name": "Ann Smith", "email": "ann@clinic.test", "specialization": "Cardiology"}),
        ("/api/doctors/{doctor}/exceptions/", LEAVE),
        ("/api/appointments/", {"doctor": "{doctor}", "patient": "{patient}", "appointment_time": "2026-03-02T10:00Z"}),
    ],
)
def test_what_is_created_comes_with_the_tag_that_it_has(api: APIClient, route: str, body: dict[str, Any]) -> None:
    ids = {"doctor": make_doctor().pk, "patient": make_patient().pk}
    body = {name: value.format(**ids) for name, value in body.items()}
    route = route.format(**ids)
    created = api.post(route, body)
    assert created.status_code == 201, created.content
    assert api.get(f"{route}{created.json()['id']}/")["ETag"] == created["ETag"]


def test_a_step_of_the_life_cycle_comes_with_the_new_tag(api: APIClient) -> None:
    url = f"/api/appointments/{book().pk}/"
    assert api.post(f"{url}confirm/")["ETag"] == api.get(url)["ETag"]


def test_a_name_that_an_appointment_shows_is_part_of_its_tag(api: APIClient) -> None:
    visit = book()
    url = f"/api/appointments/{visit.pk}/"
    before = api.get(url)["ETag"]
    patient_services.amend(visit.patient, full_name="Married Name")
    assert api.get(url)["ETag"] != before


def test_a_list_has_no_tag(api: APIClient) -> None:
    assert "ETag" not in api.get("/api/patients/")


# --- If-None-Match -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_who_has_it_already_is_told_so(api: APIClient, record: tuple[str, dict[str, Any]], seen: str) -> None:
    url, _ = record
    tag = api.get(url)["ETag"]
    answer = api.get(url, headers={"If-None-Match": seen.format(tag=tag)})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("seen", [STALE, "", "{bare}"])
def test_who_has_something_else_is_shown_what_there_is(
    api: APIClient, record: tuple[str, dict[str, Any]], seen: str
) -> None:
    url, _ = record
    now = api.get(url)
    answer = api.get(url, headers={"If-None-Match": seen.format(bare=now["ETag"].strip('"'))})
    assert (answer.status_code, answer.content) == (200, now.content)


# --- If-Match ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", ["{tag}", '"other", {tag}', "*"])
def test_a_change_of_what_was_seen_is_made(api: APIClient, record: tuple[str, dict[str, Any]], seen: str) -> None:
    url, change = record
    answer = api.patch(url, change, headers={"If-Match": seen.format(tag=api.get(url)["ETag"])})
    assert answer.status_code == 200
    assert answer.json().items() >= change.items()


@pytest.mark.parametrize("seen", [STALE, "W/{tag}", '"other", W/{tag}', "{bare}", ""])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_change_of_something_else_is_not(
    api: APIClient, record: tuple[str, dict[str, Any]], method: str, seen: str
) -> None:
    url, change = record
    before = api.get(url)
    seen = seen.format(tag=before["ETag"], bare=before["ETag"].strip('"'))
    answer = getattr(api, method)(url, {**before.json(), **change}, headers={"If-Match": seen})
    assert (answer.status_code, answer.json()) == (412, CHANGED)
    assert api.get(url).content == before.content


def test_of_two_with_one_tag_the_second_is_refused(api: APIClient, record: tuple[str, dict[str, Any]]) -> None:
    url, change = record
    seen = {"If-Match": api.get(url)["ETag"]}
    assert [api.patch(url, change, headers=seen).status_code for _ in range(2)] == [200, 412]


def test_a_delete_of_what_was_seen_is_done(api: APIClient, record: tuple[str, dict[str, Any]]) -> None:
    url, _ = record
    assert api.delete(url, headers={"If-Match": api.get(url)["ETag"]}).status_code == 204


@pytest.mark.parametrize(
    "step", ["cancel", "confirm", "check-in", "start", "complete", "no-show", "undo", "reschedule"]
)
def test_a_step_needs_the_tag_too(api: APIClient, step: str) -> None:
    visit = book()
    services.reschedule(visit, start=at("2026-03-02 11:00"))
    url, body = f"/api/appointments/{visit.pk}/", {"appointment_time": "2026-03-02T12:00:00Z"}
    seen = api.get(url)["ETag"]
    refused = api.post(f"{url}{step}/", body, headers={"If-Match": STALE})
    assert (refused.status_code, refused.json()) == (412, CHANGED)
    assert api.post(f"{url}{step}/", body, headers={"If-Match": seen}).status_code == 200


def test_an_appointment_that_changes_between_the_comparison_and_the_lock_is_left_alone(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = book()
    url = f"/api/appointments/{visit.pk}/"
    seen = api.get(url)["ETag"]
    locked = services.locked

    def somebody_is_faster(*args: Any) -> Any:
        Appointment.objects.filter(pk=visit.pk).update(version=2)
        return locked(*args)

    monkeypatch.setattr(services, "locked", somebody_is_faster)
    answer = api.patch(url, {"notes": "Slower"}, headers={"If-Match": seen})
    assert (answer.status_code, answer.json()) == (412, CHANGED_MEANWHILE)
    assert Appointment.objects.get().notes == ""


@pytest.mark.parametrize("kind", ["patient", "doctor", "exception"])
def test_a_record_is_locked_before_its_tag_is_compared(
    api: APIClient, kind: str, django_assert_max_num_queries: Any
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serialises writers by BEGIN IMMEDIATE")
    make, change = RECORDS[kind]
    url = make()
    seen = api.get(url)["ETag"]
    table = {"patient": "patients_patient", "doctor": "doctors_doctor", "exception": "doctors_doctor"}[kind]
    with django_assert_max_num_queries(30) as captured:
        assert api.patch(url, change, headers={"If-Match": seen}).status_code == 200
    locks = [query["sql"] for query in captured if "FOR NO KEY UPDATE" in query["sql"]]
    assert f'FROM "{table}"' in locks[0]


def test_the_tag_of_no_record_is_a_404(api: APIClient) -> None:
    assert api.patch("/api/patients/999/", {}, headers={"If-Match": "*"}).status_code == 404


def test_without_if_match_the_last_one_wins(api: APIClient, record: tuple[str, dict[str, Any]]) -> None:
    url, change = record
    assert [api.patch(url, change).status_code for _ in range(2)] == [200, 200]


# --- Weekly hours ------------------------------------------------------------------------------------


def test_a_week_has_a_tag_of_its_own(api: APIClient) -> None:
    url = f"/api/doctors/{make_doctor().pk}/hours/"
    seen = api.get(url)["ETag"]
    assert api.get(url, headers={"If-None-Match": seen}).status_code == 304
    week = [{"weekday": "mon", "start": "08:00", "end": "12:00"}]
    answer = api.put(url, week, headers={"If-Match": seen})
    assert (answer.status_code, answer["ETag"]) == (200, api.get(url)["ETag"])
    answer = api.put(url, [], headers={"If-Match": seen})
    assert (answer.status_code, answer.json()) == (412, CHANGED)
    assert WeeklyHours.objects.count() == 1


def test_what_is_not_meant_is_judged_after_the_tag(api: APIClient) -> None:
    patient = make_patient()
    answer = api.patch(f"/api/patients/{patient.pk}/", {"phone_number": "x"}, headers={"If-Match": STALE})
    assert answer.status_code == 412
    assert Patient.objects.get().phone_number == patient.phone_number
