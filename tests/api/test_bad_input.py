"""What cannot be meant is a 400 that says so, and leaves no trace."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from appointments.models import Appointment
from clinics.models import Location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient
from tests.factories import make_doctor, make_patient

READABLE = "Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00."
TOO_MANY = {"non_field_errors": ["More parameters, fields or files were sent than are read. Send fewer."]}
TOO_LATE = "Enter a date and time before the year 2200."


@pytest.fixture
def ids(db: None) -> dict[str, int]:
    return {"doctor": make_doctor().pk, "patient": make_patient().pk}


def refused(answer: Any) -> Any:
    assert answer.status_code == 400, answer.content
    return answer.json()


# --- Times -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        ("garbage", READABLE),
        ("", READABLE),
        ("2026-03-03", READABLE),
        ("2026-02-30T10:00:00Z", READABLE),
        ("2026-03-03T25:00:00Z", READABLE),
        ("2026-03-03T10:00:00+99:00", READABLE),
        (None, "This field may not be null."),
        (1772532000, READABLE),
        (True, READABLE),
        ([], READABLE),
        ({}, READABLE),
        ("9999-12-31T23:59:59Z", TOO_LATE),
        ("9999-12-31T23:59:59-12:00", TOO_LATE),
        ("2200-01-01T00:00:00Z", TOO_LATE),
        ("0001-01-01T00:00:00+12:00", TOO_LATE),
        ("10000-01-01T00:00:00Z", READABLE),
        ("2026-03-03T10:00:00Z\x00", READABLE),
        ("2026-03-03T１０:00:00Z", READABLE),
    ],
)
def test_a_time_that_is_none_is_refused(api: APIClient, ids: dict[str, int], moment: Any, message: str) -> None:
    body = refused(api.post("/api/appointments/", {**ids, "appointment_time": moment}))
    assert body == {"appointment_time": [message]}
    assert Appointment.objects.count() == 0


def test_a_missing_time_is_refused(api: APIClient, ids: dict[str, int]) -> None:
    assert refused(api.post("/api/appointments/", ids)) == {"appointment_time": ["This field is required."]}


@pytest.fixture
def new_york(db: None) -> None:
    Location.objects.update(time_zone="America/New_York")


def test_a_naive_time_is_read_in_the_clinics_zone(api: APIClient, ids: dict[str, int], new_york: None) -> None:
    answer = api.post("/api/appointments/", {**ids, "appointment_time": "2026-03-02T10:00:00"})
    assert (answer.status_code, answer.json()["appointment_time"]) == (201, "2026-03-02T15:00:00Z")


def test_a_local_time_that_does_not_exist_is_refused(api: APIClient, ids: dict[str, int], new_york: None) -> None:
    body = refused(api.post("/api/appointments/", {**ids, "appointment_time": "2026-03-08T02:30:00"}))
    sentence = "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it."
    assert body == {"appointment_time": [sentence]}


def test_a_local_time_that_happens_twice_is_refused(api: APIClient, ids: dict[str, int], new_york: None) -> None:
    body = refused(api.post("/api/appointments/", {**ids, "appointment_time": "2026-11-01T01:30:00"}))
    sentence = (
        "2026-11-01 01:30 happens twice in America/New_York: the clocks go back over it. Add an offset, such as +00:00."
    )
    assert body == {"appointment_time": [sentence]}


# --- References --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, -1, 999999, 2**63, 10**30, 1.0, 1e300, "1.0", "one", True, None, [], {}, "", "²"])
@pytest.mark.parametrize("field", ["doctor", "patient"])
def test_an_id_that_names_nobody_is_refused(api: APIClient, ids: dict[str, int], field: str, value: Any) -> None:
    body = refused(api.post("/api/appointments/", {**ids, "appointment_time": "2026-03-02T10:00:00Z", field: value}))
    assert list(body) == [field]


@pytest.mark.parametrize("route", ["patients", "doctors", "appointments"])
@pytest.mark.parametrize("pk", ["999999", "abc", "0", "-1", "1.0", "9" * 30, "%00", "%ff", "1%0A", "%C2%B2", "None"])
def test_an_unknown_or_malformed_id_is_not_found(api: APIClient, route: str, pk: str) -> None:
    for answer in (
        api.get(f"/api/{route}/{pk}/"),
        api.delete(f"/api/{route}/{pk}/"),
        api.patch(f"/api/{route}/{pk}/", {}),
    ):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/api/", "/api", "/api/patients", "/api/patients/1/2/3/", "/api/%00", "/api-token-auth"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_unrouted_address_is_a_json_404(api: APIClient, path: str, method: str) -> None:
    for client in (api, APIClient()):
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


# --- Bodies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["patients", "doctors", "appointments"])
@pytest.mark.parametrize(
    "body",
    ["", "not json", "{", "[" * 100_000, '{"a": NaN}', "\xff", '"\\ud800"', "1" * 5000, "null", "[]", '"text"', "1"],
)
def test_a_body_that_is_no_object_is_refused(api: APIClient, route: str, body: str) -> None:
    refused(api.post(f"/api/{route}/", body.encode("latin-1"), content_type="application/json"))


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", ""])
@pytest.mark.parametrize(
    ("route", "field"), [("patients", "full_name"), ("patients", "phone_number"), ("doctors", "specialization")]
)
def test_text_that_cannot_be_stored_is_refused(api: APIClient, route: str, field: str, text: str) -> None:
    body = {"full_name": "A", "phone_number": "0712345678", "email": "a@b.test", "specialization": "X", field: text}
    answer = refused(api.post(f"/api/{route}/", json.dumps(body), content_type="application/json"))
    assert list(answer) == [field]
    assert (Patient.objects.count(), Doctor.objects.count()) == (0, 0)


def test_a_name_of_spaces_is_no_name(api: APIClient) -> None:
    body = refused(api.post("/api/patients/", {"full_name": " \t\n ", "phone_number": "0712345678"}))
    assert body == {"full_name": ["This field may not be blank."]}


@pytest.mark.parametrize("number", [-(10**30), -1, 0, 10**30])
def test_a_number_that_is_no_id_names_nothing(api: APIClient, ids: dict[str, int], number: int) -> None:
    visit = {**ids, "doctor": number, "appointment_time": "2026-03-02T10:00:00Z"}
    sentence = f'Invalid pk "{number}" - object does not exist.'
    assert refused(api.post("/api/appointments/", visit)) == {"doctor": [sentence]}


@pytest.mark.parametrize("minutes", [0, -5, 1441, 10**12, "abc", 1.5, True, None, []])
def test_a_length_that_no_visit_has_is_refused(api: APIClient, ids: dict[str, int], minutes: Any) -> None:
    visit = {**ids, "appointment_time": "2026-03-02T10:00:00Z", "duration_minutes": minutes}
    assert list(refused(api.post("/api/appointments/", visit))) == ["duration_minutes"]


@pytest.mark.parametrize(
    "query", ["search=%00", "full_name=%00", "filter=full_name:%00", "ordering=%00", "page_size=%00"]
)
def test_nul_bytes_in_a_query_are_refused(api: APIClient, query: str) -> None:
    refused(api.get(f"/api/patients/?{query}"))


@pytest.mark.parametrize("path", ["patients/", "slots/", "holidays/"])
def test_more_parameters_than_are_read_are_refused(api: APIClient, path: str) -> None:
    query = "&".join(f"x{number}=1" for number in range(1001))
    assert refused(api.get(f"/api/{path}?{query}")) == TOO_MANY


@pytest.mark.parametrize("form", ["multipart", "application/x-www-form-urlencoded"])
def test_more_fields_than_are_read_are_refused(api: APIClient, form: str) -> None:
    fields = {f"x{number}": "1" for number in range(1001)}
    if form == "multipart":
        answer = api.post("/api/patients/", fields, format=form)
    else:
        answer = api.post("/api/patients/", urlencode(fields), content_type=form)
    assert refused(answer) == TOO_MANY


# --- Hours and exceptions ----------------------------------------------------------------------------

MONDAY = {"weekday": "mon", "start": "08:00", "end": "12:00"}


@pytest.mark.parametrize(
    ("window", "errors"),
    [
        ({"weekday": "someday"}, {"weekday": ['"someday" is not a valid choice.']}),
        ({"weekday": 0}, {"weekday": ['"0" is not a valid choice.']}),
        ({"start": "8 o'clock"}, {"start": ["Enter a time in whole minutes, such as 08:00."]}),
        ({"start": "08:00:30"}, {"start": ["Enter a time in whole minutes, such as 08:00."]}),
        ({"start": "24:00"}, {"start": ["Enter a time in whole minutes, such as 08:00."]}),
        ({"end": "25:00"}, {"end": ["Enter a time in whole minutes, such as 08:00."]}),
        ({"end": None}, {"end": ["This field may not be null."]}),
        (
            {"valid_from": "2026-05-01", "valid_until": "2026-04-30"},
            {"valid_until": ["This is before valid_from."]},
        ),
        ({"location": 999}, {"location": ['Invalid pk "999" - object does not exist.']}),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(
    api: APIClient, ids: dict[str, int], window: dict[str, Any], errors: dict[str, Any]
) -> None:
    before = list(WeeklyHours.objects.values())
    body = refused(api.put(f"/api/doctors/{ids['doctor']}/hours/", [MONDAY, MONDAY | window], format="json"))
    assert body == {"1": errors}
    assert list(WeeklyHours.objects.values()) == before


def test_a_week_is_a_list(api: APIClient, ids: dict[str, int]) -> None:
    body = refused(api.put(f"/api/doctors/{ids['doctor']}/hours/", MONDAY))
    assert body == {"non_field_errors": ['Expected a list of items but got type "dict".']}


def test_a_week_has_100_windows_at_most(api: APIClient, ids: dict[str, int]) -> None:
    refused(api.put(f"/api/doctors/{ids['doctor']}/hours/", [MONDAY] * 101, format="json"))


def test_hours_in_two_places_at_once_are_refused(api: APIClient, ids: dict[str, int]) -> None:
    here = Location.objects.default()
    there = Location.objects.create(name="Branch", time_zone="Africa/Nairobi")  # 08:00 there is 05:00 UTC
    week = [MONDAY | {"location": here.pk}, MONDAY | {"location": there.pk, "start": "11:00", "end": "14:00"}]
    body = refused(api.put(f"/api/doctors/{ids['doctor']}/hours/", week, format="json"))
    assert body == {
        "non_field_errors": [
            "These hours put the doctor in two places at once: Test Clinic on mon 08:00-12:00 and Branch on mon "
            "11:00-14:00."
        ]
    }
    week[1]["end"] = "11:00"
    week[1]["start"] = "07:00"
    assert api.put(f"/api/doctors/{ids['doctor']}/hours/", week, format="json").status_code == 200


def test_hours_that_begin_when_nothing_is_booked_any_more_are_stored(api: APIClient, ids: dict[str, int]) -> None:
    there = Location.objects.create(name="Branch", time_zone="UTC")
    late = MONDAY | {"valid_from": "9999-12-31"}
    answer = api.put(f"/api/doctors/{ids['doctor']}/hours/", [late, late | {"location": there.pk}], format="json")
    assert answer.status_code == 200


def test_windows_at_one_place_may_overlap(api: APIClient, ids: dict[str, int]) -> None:
    week = [MONDAY, MONDAY | {"start": "10:00", "end": "14:00"}]
    assert api.put(f"/api/doctors/{ids['doctor']}/hours/", week, format="json").status_code == 200


LEAVE = {"kind": "closed", "start": "2026-03-09T00:00:00Z", "end": "2026-03-10T00:00:00Z"}


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"end": "2026-03-08T00:00:00Z"}, {"end": ["An exception ends after it starts."]}),
        ({"end": LEAVE["start"]}, {"end": ["An exception ends after it starts."]}),
        ({"kind": "maybe"}, {"kind": ['"maybe" is not a valid choice.']}),
        ({"start": "soon"}, {"start": [READABLE]}),
        ({"start": "0001-01-01T00:00:00Z"}, {"start": ["Enter a date and time from the year 1900 on."]}),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(
    api: APIClient, ids: dict[str, int], change: dict[str, Any], errors: dict[str, Any]
) -> None:
    url = f"/api/doctors/{ids['doctor']}/exceptions/"
    assert refused(api.post(url, LEAVE | change)) == errors
    assert AvailabilityException.objects.count() == 0
    created = api.post(url, LEAVE).json()
    assert refused(api.patch(f"{url}{created['id']}/", change)) == errors


def test_exceptions_of_an_unknown_doctor_are_not_found(api: APIClient) -> None:
    for pk in ("999", "abc", "%00"):
        answer = api.post(f"/api/doctors/{pk}/exceptions/", LEAVE)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_an_exception_of_another_doctor_is_not_found(api: APIClient, ids: dict[str, int]) -> None:
    mine = api.post(f"/api/doctors/{ids['doctor']}/exceptions/", LEAVE).json()["id"]
    answer = api.get(f"/api/doctors/{make_doctor().pk}/exceptions/{mine}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
