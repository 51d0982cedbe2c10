"""/api/locations/, their hours and exceptions, and /api/rooms/."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from clinics.models import Location, LocationException, Room
from clinics.services import open_location
from tests.factories import at, book, make_doctor, set_hours

ANNEX = {"name": "Annex", "time_zone": "Africa/Nairobi"}
MADE = {"created_at": "2026-03-02T06:00:00Z", "updated_at": "2026-03-02T06:00:00Z"}
MONDAY = "2026-03-02T00:00:00Z"
TUESDAY = "2026-03-03T00:00:00Z"


@pytest.fixture
def clinic(db: None) -> Location:
    return Location.objects.default()


def starts(api: APIClient, doctor: int, day: str) -> list[str]:
    """The times, in UTC, at which the doctor can be booked on a day."""
    slots = api.get(f"/api/slots/?doctor={doctor}&from={day}&to={day}&duration=120").json()["results"]
    return [slot["start"][11:16] for slot in slots]


# --- Locations -------------------------------------------------------------------------------------


def test_opening_a_location_answers_with_the_record(api: APIClient) -> None:
    answer = api.post("/api/locations/", ANNEX)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": Location.objects.get(name="Annex").pk,
        **ANNEX,
        "active": True,
        "patient_cutoff_minutes": 1440,
        "marks_no_shows": False,
        **MADE,
    }


def test_a_new_location_opens_monday_to_friday(api: APIClient) -> None:
    pk = api.post("/api/locations/", ANNEX).json()["id"]
    assert api.get(f"/api/locations/{pk}/hours/").json() == [
        {"weekday": day, "start": "08:00", "end": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri")
    ]


def test_opening_hours_are_replaced_as_a_whole_and_given_to_new_doctors(api: APIClient, clinic: Location) -> None:
    week = [{"weekday": "mon", "start": "09:00", "end": "00:00"}, {"weekday": "sat", "start": "22:00", "end": "06:00"}]
    answer = api.put(f"/api/locations/{clinic.pk}/hours/", [week[1], {**week[0], "end": "24:00"}])
    assert (answer.status_code, answer.json()) == (200, week)
    hours = api.get(f"/api/doctors/{make_doctor().pk}/hours/").json()
    assert [{name: window[name] for name in week[0]} for window in hours] == week


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param({"time_zone": "UTC"}, {"name": ["This field is required."]}, id="nameless"),
        pytest.param(
            {**ANNEX, "time_zone": "Mars/Olympus"},
            {
                "time_zone": [
                    "'Mars/Olympus' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."
                ]
            },
            id="time-zone",
        ),
        pytest.param(
            {**ANNEX, "time_zone": "Factory"},
            {"time_zone": ["'Factory' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."]},
            id="no-place",
        ),
        pytest.param(
            {**ANNEX, "time_zone": "localtime"},
            {
                "time_zone": [
                    "'localtime' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."
                ]
            },
            id="the-servers",
        ),
        pytest.param(
            {**ANNEX, "name": "test  CLINIC"},
            {"name": ["A location with this name already exists."]},
            id="name-taken",
        ),
        pytest.param(
            {**ANNEX, "patient_cutoff_minutes": 10**12},
            {"patient_cutoff_minutes": ["Ensure this value is less than or equal to 527040."]},
            id="cut-off",
        ),
    ],
)
def test_a_location_is_refused_in_words(api: APIClient, clinic: Location, body: Any, error: Any) -> None:
    answer = api.post("/api/locations/", body)
    assert (answer.status_code, answer.json()) == (400, error)
    assert Location.objects.count() == 1


def test_a_location_is_edited_deactivated_and_reactivated(api: APIClient) -> None:
    pk = api.post("/api/locations/", ANNEX).json()["id"]
    url = f"/api/locations/{pk}/"
    assert api.put(url, {**ANNEX, "marks_no_shows": True}).json()["marks_no_shows"] is True
    assert api.patch(url, {"patient_cutoff_minutes": 60}).json()["patient_cutoff_minutes"] == 60
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["active"] is False
    assert [place["name"] for place in api.get("/api/locations/").json()["results"]] == ["Test Clinic"]
    assert [place["name"] for place in api.get("/api/locations/?active=false").json()["results"]] == ["Annex"]
    assert api.patch(url, {"active": True}).json()["active"] is True


def test_the_last_location_stays(api: APIClient, clinic: Location) -> None:
    answer = api.delete(f"/api/locations/{clinic.pk}/")
    assert answer.status_code == 400
    assert answer.json() == {"active": ["A clinic keeps at least one active location. Open another one first."]}


def test_a_deactivated_location_keeps_its_visits_and_offers_no_slots(api: APIClient, clinic: Location) -> None:
    visit = book("2026-03-02 10:00")
    api.post("/api/locations/", ANNEX)
    api.delete(f"/api/locations/{clinic.pk}/")
    assert starts(api, visit.doctor_id, "2026-03-03") == []
    outside = api.get(f"/api/locations/{clinic.pk}/outside-hours/").json()
    assert ([found["id"] for found in outside["results"]], outside["more"]) == ([visit.pk], False)
    assert outside["results"][0]["status"] == "scheduled"


def test_a_new_time_zone_moves_the_hours_and_keeps_the_visits(api: APIClient, clinic: Location) -> None:
    early, late = book("2026-03-03 08:00"), book("2026-03-03 17:00")
    answer = api.patch(f"/api/locations/{clinic.pk}/", {"time_zone": "Africa/Nairobi"})
    assert answer.status_code == 200
    assert starts(api, early.doctor_id, "2026-03-04") == ["05:00", "07:00", "09:00", "11:00", "13:00"]
    outside = api.get(f"/api/locations/{clinic.pk}/outside-hours/").json()["results"]
    assert [(found["id"], found["appointment_time"]) for found in outside] == [(late.pk, "2026-03-03T17:00:00Z")]


def test_a_time_zone_that_puts_a_doctor_in_two_places_is_refused(api: APIClient, clinic: Location) -> None:
    annex = open_location(name="Annex", time_zone="UTC")
    doctor = make_doctor(full_name="Ann Smith")
    week = [
        {"weekday": "mon", "start": "08:00", "end": "12:00", "location": clinic.pk},
        {"weekday": "mon", "start": "13:00", "end": "17:00", "location": annex.pk},
    ]
    api.put(f"/api/doctors/{doctor.pk}/hours/", week)
    answer = api.patch(f"/api/locations/{annex.pk}/", {"time_zone": "Africa/Nairobi"})
    assert answer.status_code == 400
    assert answer.json() == {
        "time_zone": [
            "Ann Smith: These hours put the doctor in two places at once: Test Clinic on mon 08:00-12:00 and Annex on "
            "mon 13:00-17:00."
        ]
    }
    annex.refresh_from_db()
    assert annex.time_zone == "UTC"


# --- Their exceptions ------------------------------------------------------------------------------


def test_closing_answers_with_the_visits_it_touches(api: APIClient, clinic: Location) -> None:
    inside = book("2026-03-02 09:00")
    book("2026-03-03 09:00", doctor=inside.doctor)
    closure = {"kind": "closed", "start": MONDAY, "end": TUESDAY, "reason": "Painting"}
    answer = api.post(f"/api/locations/{clinic.pk}/exceptions/", closure)
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    assert [visit["id"] for visit in body.pop("outside_hours")] == [inside.pk]
    assert body == {"id": body["id"], **closure, "outside_hours_more": False}
    inside.refresh_from_db()
    assert inside.status == "scheduled"


def test_the_list_of_visits_ends(api: APIClient, clinic: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appointments.displaced.MOST_LISTED", 2)
    visits = [book(f"2026-03-02 {hour}:00") for hour in (11, 10, 12)]
    closure = {"kind": "closed", "start": MONDAY, "end": TUESDAY}
    body = api.post(f"/api/locations/{clinic.pk}/exceptions/", closure).json()
    assert [visit["id"] for visit in body["outside_hours"]] == [visits[1].pk, visits[0].pk]
    assert body["outside_hours_more"] is True


def test_visits_beyond_those_looked_at_are_not_denied(
    api: APIClient, clinic: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appointments.displaced.MOST_LOOKED_AT", 1)
    for hour in (10, 11):
        book(f"2026-03-02 {hour}:00")
    assert api.get(f"/api/locations/{clinic.pk}/outside-hours/").json() == {"results": [], "more": True}


def test_of_all_visits_looked_at_there_are_no_more(
    api: APIClient, clinic: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appointments.displaced.MOST_LOOKED_AT", 2)
    for hour in (10, 11):
        book(f"2026-03-02 {hour}:00")
    assert api.get(f"/api/locations/{clinic.pk}/outside-hours/").json() == {"results": [], "more": False}


def test_visits_at_another_location_are_left_alone(api: APIClient, clinic: Location) -> None:
    annex = open_location(name="Annex", time_zone="UTC")
    visit = book("2026-03-02 09:00")
    closure = {"kind": "closed", "start": MONDAY, "end": TUESDAY}
    assert api.post(f"/api/locations/{annex.pk}/exceptions/", closure).json()["outside_hours"] == []
    assert starts(api, visit.doctor_id, "2026-03-02") == ["10:00", "12:00", "14:00", "16:00"]


def test_a_closure_closes_and_its_removal_opens_again(api: APIClient, clinic: Location) -> None:
    doctor = make_doctor().pk
    url = f"/api/locations/{clinic.pk}/exceptions/"
    pk = api.post(url, {"kind": "closed", "start": MONDAY, "end": TUESDAY}).json()["id"]
    assert starts(api, doctor, "2026-03-02") == []
    assert api.patch(f"{url}{pk}/", {"start": "2026-03-02T12:00:00Z"}).status_code == 200
    assert starts(api, doctor, "2026-03-02") == ["08:00", "10:00"]
    assert api.delete(f"{url}{pk}/").status_code == 204
    assert starts(api, doctor, "2026-03-02") == ["08:00", "10:00", "12:00", "14:00", "16:00"]


def test_moving_an_opening_reports_the_visits_that_it_leaves(api: APIClient, clinic: Location) -> None:
    api.post("/api/holidays/", {"date": "2026-03-02", "name": "Founders' Day"})
    url = f"/api/locations/{clinic.pk}/exceptions/"
    pk = api.post(url, {"kind": "open", "start": MONDAY, "end": TUESDAY}).json()["id"]
    visit = book("2026-03-02 09:00")
    answer = api.put(f"{url}{pk}/", {"kind": "open", "start": TUESDAY, "end": "2026-03-04T00:00:00Z"})
    assert [found["id"] for found in answer.json()["outside_hours"]] == [visit.pk]


def test_a_locations_exceptions_are_narrowed_down_and_ordered(api: APIClient, clinic: Location) -> None:
    url = f"/api/locations/{clinic.pk}/exceptions/"
    days = [("closed", "2026-03-03"), ("open", "2026-03-07")]
    early, late = (
        api.post(url, {"kind": kind, "start": f"{day}T00:00:00Z", "end": f"{day}T12:00:00Z"}).json()["id"]
        for kind, day in days
    )
    for query, found in (("", [early, late]), ("?ordering=-end", [late, early]), ("?filter=kind:open", [late])):
        assert [row["id"] for row in api.get(url + query).json()["results"]] == found, query
    assert api.get(f"{url}?ordering=kind").status_code == 400


def test_exceptions_are_listed_and_read_at_their_own_location(api: APIClient, clinic: Location) -> None:
    url = f"/api/locations/{clinic.pk}/exceptions/"
    made = api.post(url, {"kind": "closed", "start": MONDAY, "end": TUESDAY, "reason": ""}).json()
    made = {name: made[name] for name in ("id", "kind", "start", "end", "reason")}
    assert api.get(url).json() == {"count": 1, "next": None, "previous": None, "results": [made]}
    assert api.get(f"{url}{made['id']}/").json() == made
    annex = open_location(name="Annex", time_zone="UTC")
    assert api.get(f"/api/locations/{annex.pk}/exceptions/{made['id']}/").status_code == 404
    assert api.get("/api/locations/99999/exceptions/").status_code == 404


def test_an_exception_upside_down_is_refused_even_if_both_edges_come_from_two_requests(
    api: APIClient, clinic: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/api/locations/{clinic.pk}/exceptions/"
    expected = {"end": ["An exception ends after it starts."]}
    answer = api.post(url, {"kind": "closed", "start": TUESDAY, "end": MONDAY})
    assert (answer.status_code, answer.json()) == (400, expected)
    pk = api.post(url, {"kind": "closed", "start": MONDAY, "end": TUESDAY}).json()["id"]
    monkeypatch.setattr(
        "api.serializers.clinic.LocationExceptionSerializer.validate", lambda serializer, exception: exception
    )
    answer = api.patch(f"{url}{pk}/", {"start": TUESDAY})
    assert (answer.status_code, answer.json()) == (400, expected)
    assert LocationException.objects.get().start == at("2026-03-02 00:00")


# --- Rooms -----------------------------------------------------------------------------------------


def test_a_room_is_added_read_edited_and_deactivated(api: APIClient, clinic: Location) -> None:
    body = {"location": clinic.pk, "name": "Room 1", "kind": "consulting"}
    answer = api.post("/api/rooms/", body)
    room = {"id": Room.objects.get().pk, **body, "active": True, **MADE}
    assert (answer.status_code, answer.json()) == (201, room)
    url = f"/api/rooms/{room['id']}/"
    assert api.get(url).json() == room
    assert api.put(url, {**body, "kind": "ultrasound"}).json()["kind"] == "ultrasound"
    assert api.patch(url, {"name": "Scan 1"}).json()["name"] == "Scan 1"
    assert api.delete(url).status_code == 204
    assert api.get("/api/rooms/").json()["results"] == []
    assert api.patch(url, {"active": True}).json()["active"] is True
    assert [found["name"] for found in api.get("/api/rooms/?kind=ULTRASOUND").json()["results"]] == ["Scan 1"]


def test_a_rooms_name_is_unique_at_its_location(api: APIClient, clinic: Location) -> None:
    annex = open_location(name="Annex", time_zone="UTC")
    body = {"location": clinic.pk, "name": "Room 1", "kind": "consulting"}
    api.post("/api/rooms/", body)
    answer = api.post("/api/rooms/", {**body, "name": "ROOM  1"})
    assert (answer.status_code, answer.json()) == (400, {"name": ["This location already has a room with this name."]})
    assert api.post("/api/rooms/", {**body, "location": annex.pk}).status_code == 201


def test_a_room_stays_at_its_location(api: APIClient, clinic: Location) -> None:
    annex = open_location(name="Annex", time_zone="UTC")
    pk = api.post("/api/rooms/", {"location": clinic.pk, "name": "Room 1", "kind": "consulting"}).json()["id"]
    answer = api.patch(f"/api/rooms/{pk}/", {"location": annex.pk})
    assert answer.status_code == 400
    assert answer.json() == {
        "location": ["A room stays at its location. Deactivate it and add one at the other location."]
    }


def test_a_room_with_visits_is_deactivated_and_they_keep_it(api: APIClient, clinic: Location) -> None:
    room = Room.objects.create(location=clinic, name="Room 1", kind="consulting")
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-12:00")
    visit = book("2026-03-02 09:00", doctor=doctor, room=room)
    assert api.delete(f"/api/rooms/{room.pk}/").status_code == 204
    visit.refresh_from_db()
    assert (visit.room, visit.status) == (room, "scheduled")


@pytest.mark.parametrize("path", ["locations", "rooms", "holidays", "appointment-types"])
def test_the_clinics_records_need_a_token(db: None, path: str) -> None:
    assert APIClient().get(f"/api/{path}/").status_code == 401
