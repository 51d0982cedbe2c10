"""/api/series/ over HTTP. NOW is Monday 2026-03-02 06:00 UTC; the test clinic is in UTC."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from appointments import services
from appointments.models import Appointment, Series
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient

pytestmark = pytest.mark.django_db

TAKEN = "This doctor is already booked at that time."


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="John Smith")


@pytest.fixture
def patient() -> Patient:
    return make_patient(full_name="Jane Doe")


@pytest.fixture
def body(doctor: Doctor, patient: Patient) -> dict[str, Any]:
    return {
        "patient": patient.pk,
        "doctor": doctor.pk,
        "appointment_time": "2026-03-03T10:00:00Z",
        "rule": "FREQ=WEEKLY;COUNT=3",
    }


@pytest.fixture
def series(api: APIClient, body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = api.post("/api/series/", body).json()
    return made


def times(answer: Any) -> list[str]:
    return [visit["appointment_time"][5:16] for visit in answer["appointments"]]


def test_a_series_may_be_of_one_date(api: APIClient, body: dict[str, Any]) -> None:
    answer = api.post("/api/series/", {**body, "rule": "FREQ=DAILY;COUNT=1"})
    assert (answer.status_code, len(answer.json()["appointments"])) == (201, 1)


def test_a_series_is_made_with_its_appointments(
    api: APIClient, body: dict[str, Any], doctor: Doctor, patient: Patient
) -> None:
    answer = api.post("/api/series/", {**body, "notes": "Dressing"})
    assert answer.status_code == 201
    series = answer.json()
    visits = series.pop("appointments")
    made = Series.objects.get()
    assert series == {
        "id": made.pk,
        "patient": patient.pk,
        "patient_name": "Jane Doe",
        "doctor": doctor.pk,
        "doctor_name": "John Smith",
        "location": made.location_id,
        "time_zone": "UTC",
        "appointment_type": None,
        "room": None,
        "first_date": "2026-03-03",
        "time": "10:00",
        "duration_minutes": 30,
        "rule": "FREQ=WEEKLY;COUNT=3",
        "notes": "Dressing",
        "version": 1,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
        "skipped": [],
    }
    assert [(visit["appointment_time"], visit["series"], visit["notes"]) for visit in visits] == [
        ("2026-03-03T10:00:00Z", made.pk, "Dressing"),
        ("2026-03-10T10:00:00Z", made.pk, "Dressing"),
        ("2026-03-17T10:00:00Z", made.pk, "Dressing"),
    ]


def test_a_dry_run_lists_every_date_and_writes_nothing(api: APIClient, body: dict[str, Any], doctor: Doctor) -> None:
    taken = book("2026-03-10 10:00", doctor=doctor)
    answer = api.post("/api/series/", {**body, "rule": "FREQ=WEEKLY;COUNT=2", "dry_run": True, "notes": "Dressing"})
    assert answer.status_code == 200
    assert answer.json() == {
        "occurrences": [
            {
                "date": "2026-03-03",
                "appointment_time": "2026-03-03T10:00:00Z",
                "end": "2026-03-03T10:30:00Z",
                "status": "free",
                "code": None,
                "reason": None,
                "alternative": None,
            },
            {
                "date": "2026-03-10",
                "appointment_time": "2026-03-10T10:00:00Z",
                "end": "2026-03-10T10:30:00Z",
                "status": "refused",
                "code": "slot_taken",
                "reason": TAKEN,
                "alternative": {
                    "doctor": doctor.pk,
                    "doctor_name": "John Smith",
                    "location": taken.location_id,
                    "start": "2026-03-10T09:30:00Z",
                    "end": "2026-03-10T10:00:00Z",
                },
            },
        ]
    }
    assert (Series.objects.count(), Appointment.objects.count()) == (0, 1)


def test_the_alternative_of_a_dry_run_books(api: APIClient, body: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:00", doctor=doctor)
    found = api.post("/api/series/", {**body, "dry_run": True}).json()["occurrences"][1]["alternative"]
    single = {"patient": body["patient"], "doctor": found["doctor"], "appointment_time": found["start"]}
    assert api.post("/api/appointments/", single).status_code == 201


def test_dates_that_cannot_be_stop_the_whole(api: APIClient, body: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:00", doctor=doctor)
    book("2026-03-17 10:15", doctor=doctor)
    answer = api.post("/api/series/", body)
    assert answer.status_code == 400
    assert answer.json() == {"non_field_errors": [f"2026-03-10 10:00: {TAKEN}", f"2026-03-17 10:00: {TAKEN}"]}
    assert Series.objects.count() == 0


def test_dates_that_cannot_be_are_skipped_if_asked(api: APIClient, body: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:00", doctor=doctor)
    answer = api.post("/api/series/", {**body, "on_conflict": "skip"})
    assert answer.status_code == 201
    assert times(answer.json()) == ["03-03T10:00", "03-17T10:00"]
    assert answer.json()["skipped"] == [
        {
            "date": "2026-03-10",
            "appointment_time": "2026-03-10T10:00:00Z",
            "end": "2026-03-10T10:30:00Z",
            "status": "refused",
            "code": "slot_taken",
            "reason": TAKEN,
            "alternative": None,
        }
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rule": "FREQ=HOURLY;COUNT=3"}, "FREQ is DAILY, WEEKLY or MONTHLY: FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10."),
        ({"rule": "FREQ=DAILY;COUNT=999999999"}, "COUNT is a whole number from 1 to 200."),
        ({"rule": "x" * 256}, "Ensure this field has no more than 255 characters."),
        ({"rule": ""}, "This field may not be blank."),
        ({"rule": None}, "This field may not be null."),
        ({"rule": ["FREQ=DAILY"]}, "Not a valid string."),
        ({"appointment_time": "2026-03-01T10:00:00Z"}, "Appointment time must be in the future."),
        ({"appointment_time": "0001-01-01T00:00:00Z"}, "Appointment time must be in the future."),
        ({"on_conflict": "shrug"}, '"shrug" is not a valid choice.'),
        ({"dry_run": "perhaps"}, "Must be a valid boolean."),
        ({"duration_minutes": 0}, "Ensure this value is greater than or equal to 1."),
        ({"doctor": 0}, 'Invalid pk "0" - object does not exist.'),
    ],
)
def test_bad_input_is_refused_in_words(api: APIClient, body: dict[str, Any], wrong: Any, sentence: str) -> None:
    for dry_run in ({}, {"dry_run": True}):
        answer = api.post("/api/series/", {**body, **dry_run, **wrong})
        assert (answer.status_code, answer.json()) == (400, {next(iter(wrong)): [sentence]})


def test_the_last_years_that_can_be_asked_for_are_no_trouble(api: APIClient, body: dict[str, Any]) -> None:
    answer = api.post("/api/series/", {**body, "appointment_time": "2199-12-31T10:00:00Z", "dry_run": True})
    assert [occurrence["status"] for occurrence in answer.json()["occurrences"]] == ["free"] * 3


def test_a_retry_makes_no_second_series(api: APIClient, body: dict[str, Any]) -> None:
    first = api.post("/api/series/", body, HTTP_IDEMPOTENCY_KEY="a-key")
    again = api.post("/api/series/", body, HTTP_IDEMPOTENCY_KEY="a-key")
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert again.content == first.content
    assert (Series.objects.count(), Appointment.objects.count()) == (1, 3)


def test_a_series_is_read_with_its_visits(api: APIClient, series: dict[str, Any]) -> None:
    series.pop("skipped")
    answer = api.get(f"/api/series/{series['id']}/")
    assert answer.json() == series


def test_the_list_has_the_terms_alone(api: APIClient, series: dict[str, Any], body: dict[str, Any]) -> None:
    other = api.post("/api/series/", {**body, "patient": make_patient().pk, "appointment_time": "2026-03-04T09:00Z"})
    everything = api.get("/api/series/").json()
    assert [row["id"] for row in everything["results"]] == [series["id"], other.json()["id"]]
    assert "appointments" not in everything["results"][0]
    for query in (f"patient={body['patient']}", "search=doe", "ordering=-first_date&page=2&page_size=1"):
        found = api.get(f"/api/series/?{query}").json()["results"]
        assert [row["id"] for row in found] == [series["id"]]


def test_the_visits_of_a_series_are_found_among_the_appointments(api: APIClient, series: dict[str, Any]) -> None:
    book()
    found = api.get(f"/api/appointments/?series={series['id']}").json()["results"]
    assert [visit["id"] for visit in found] == [visit["id"] for visit in series["appointments"]]


def test_the_number_of_queries_does_not_depend_on_the_number_of_visits(
    api: APIClient, series: dict[str, Any], body: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    longer = {**body, "appointment_time": "2026-03-04T09:00:00Z", "rule": "FREQ=WEEKLY;COUNT=40"}
    other = api.post("/api/series/", longer).json()
    with django_assert_max_num_queries(10) as few:
        api.get(f"/api/series/{series['id']}/")
    with django_assert_max_num_queries(len(few)):
        assert len(api.get(f"/api/series/{other['id']}/").json()["appointments"]) == 40


def test_all_visits_to_come_change(api: APIClient, series: dict[str, Any]) -> None:
    answer = api.patch(f"/api/series/{series['id']}/", {"scope": "all", "time": "14:30", "notes": "Fasting"})
    assert answer.status_code == 200
    changed = answer.json()
    assert times(changed) == ["03-03T14:30", "03-10T14:30", "03-17T14:30"]
    assert (changed["time"], changed["notes"], changed["version"], changed["skipped"]) == ("14:30", "Fasting", 2, [])


def test_this_and_following_visits_change(api: APIClient, series: dict[str, Any]) -> None:
    second = series["appointments"][1]["id"]
    change = {"scope": "following", "appointment": second, "doctor": make_doctor().pk, "duration_minutes": 45}
    changed = api.patch(f"/api/series/{series['id']}/", change).json()
    visits = [(visit["doctor"] == change["doctor"], visit["duration_minutes"]) for visit in changed["appointments"]]
    assert visits == [(False, 30), (True, 45), (True, 45)]


def test_a_change_that_one_visit_cannot_take_changes_none(
    api: APIClient, series: dict[str, Any], doctor: Doctor
) -> None:
    book("2026-03-10 14:00", doctor=doctor)
    change = {"scope": "all", "time": "14:00"}
    answer = api.patch(f"/api/series/{series['id']}/", change)
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [f"2026-03-10 14:00: {TAKEN}"]})
    answer = api.patch(f"/api/series/{series['id']}/", {**change, "on_conflict": "skip"})
    assert times(answer.json()) == ["03-03T14:00", "03-10T10:00", "03-17T14:00"]
    assert [skipped["date"] for skipped in answer.json()["skipped"]] == ["2026-03-10"]


@pytest.mark.parametrize("verb", ["patch", "post"])
def test_it_has_to_be_said_which_visits_are_meant(api: APIClient, series: dict[str, Any], verb: str) -> None:
    def refusal(body: dict[str, Any]) -> Any:
        address = f"/api/series/{series['id']}/" + ("cancel/" if verb == "post" else "")
        answer = getattr(api, verb)(address, body)
        assert answer.status_code == 400
        return answer.json()

    assert refusal({}) == {"scope": ["This field is required."]}
    assert refusal({"scope": "some"}) == {"scope": ['"some" is not a valid choice.']}
    assert refusal({"scope": "this"}) == {"appointment": ["Say which visit of the series is meant."]}
    assert refusal({"scope": "following", "appointment": book().pk}) == {
        "appointment": ["This appointment is not one of the series."]
    }


@pytest.mark.parametrize("time", ["24:00", "10", "25:00", "10:00:30", "ten", 10, None])
def test_a_time_of_day_is_a_time_of_day(api: APIClient, series: dict[str, Any], time: Any) -> None:
    answer = api.patch(f"/api/series/{series['id']}/", {"scope": "all", "time": time})
    sentence = "This field may not be null." if time is None else "Enter a time in whole minutes, such as 08:00."
    assert (answer.status_code, answer.json()) == (400, {"time": [sentence]})


def test_visits_to_come_are_cancelled(api: APIClient, series: dict[str, Any]) -> None:
    cancel = {"scope": "following", "appointment": series["appointments"][1]["id"], "reason": "Recovered"}
    answer = api.post(f"/api/series/{series['id']}/cancel/", cancel)
    assert answer.status_code == 200
    assert [visit["status"] for visit in answer.json()["appointments"]] == ["scheduled", "cancelled", "cancelled"]
    history = api.get(f"/api/appointments/{cancel['appointment']}/history/").json()
    assert [(line["action"], line["reason"]) for line in history] == [("booked", ""), ("status", "Recovered")]
    assert api.post(f"/api/series/{series['id']}/cancel/", cancel).json() == answer.json()


def test_where_nothing_is_to_come_there_is_nothing_to_change(api: APIClient, series: dict[str, Any]) -> None:
    api.post(f"/api/series/{series['id']}/cancel/", {"scope": "all"})
    answer = api.patch(f"/api/series/{series['id']}/", {"scope": "all", "time": "14:00"})
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "detail": "No visit of the series that is meant is still to come and scheduled or confirmed.",
            "allowed": [],
        },
    )


def test_a_visit_moved_alone_stays_in_the_series(api: APIClient, series: dict[str, Any]) -> None:
    second = series["appointments"][1]["id"]
    api.post(f"/api/appointments/{second}/reschedule/", {"appointment_time": "2026-03-11T16:00:00Z"})
    assert times(api.get(f"/api/series/{series['id']}/").json()) == ["03-03T10:00", "03-11T16:00", "03-17T10:00"]


def test_what_has_changed_since_is_not_overwritten(api: APIClient, series: dict[str, Any]) -> None:
    address = f"/api/series/{series['id']}/"
    tag = api.get(address)["ETag"]
    services.cancel(Appointment.objects.get(pk=series["appointments"][0]["id"]))
    change = {"scope": "all", "time": "14:00"}
    assert api.patch(address, change, HTTP_IF_MATCH=tag).status_code == 412
    answer = api.patch(address, change, HTTP_IF_MATCH=api.get(address)["ETag"])
    assert (answer.status_code, answer["ETag"]) == (200, api.get(address)["ETag"])
    assert api.post(f"{address}cancel/", {"scope": "all"}, HTTP_IF_MATCH=tag).status_code == 412


def test_a_series_is_neither_replaced_nor_deleted(api: APIClient, series: dict[str, Any], body: dict[str, Any]) -> None:
    assert api.put(f"/api/series/{series['id']}/", body).status_code == 405
    assert api.delete(f"/api/series/{series['id']}/").status_code == 405


def test_an_unknown_series_is_not_found(api: APIClient) -> None:
    for address in ("/api/series/99/", "/api/series/x/"):
        assert api.get(address).json() == {"detail": "Not found."}
    assert api.patch("/api/series/99/", {"scope": "all"}).status_code == 404
    assert api.post("/api/series/99/cancel/", {"scope": "all"}).status_code == 404


def test_without_a_token_there_are_no_series(body: dict[str, Any]) -> None:
    assert APIClient().get("/api/series/").status_code == 401
    assert APIClient().post("/api/series/", body, format="json").status_code == 401
