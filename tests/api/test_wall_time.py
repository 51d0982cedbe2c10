"""A time without an offset is wall time of the place that it is about, wherever the clinic's first location is."""

from datetime import date

import pytest
from rest_framework.test import APIClient

from clinics import services as clinic_services
from clinics.models import Location
from doctors import services as doctor_services
from doctors.models import Doctor
from doctors.places import add_location_exception
from tests.factories import at, book, close, make_doctor, make_patient, weekly_hours

SEVERAL = "This doctor sees patients in several time zones. Add an offset, such as +03:00."


@pytest.fixture
def nairobi(user: object) -> Location:
    """Three hours ahead of the first location."""
    return clinic_services.open_location(name="Nairobi", time_zone="Africa/Nairobi")


def working(*weeks: tuple[str, Location]) -> Doctor:
    doctor = make_doctor()
    doctor_services.set_weekly_hours(doctor, [weekly_hours(window, place) for window, place in weeks])
    return doctor


@pytest.fixture
def there(nairobi: Location) -> Doctor:
    """A doctor in Nairobi alone."""
    return working(("tue 08:00-18:00", nairobi))


@pytest.fixture
def both(nairobi: Location) -> Doctor:
    """In the mornings in Nairobi, from 12:00 UTC on (15:00 in Nairobi) at the first location."""
    return working(("tue 08:00-12:00", nairobi), ("tue 12:00-18:00", Location.objects.default()))


def booked(api: APIClient, doctor: Doctor, wall: str) -> tuple[int, object]:
    body = {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": wall}
    answer = api.post("/api/appointments/", body, format="json")
    return answer.status_code, answer.json().get("appointment_time")


def test_a_booking_is_read_where_the_doctor_works(api: APIClient, there: Doctor) -> None:
    assert booked(api, there, "2026-03-03T09:00") == (201, "2026-03-03T06:00:00Z")


def test_a_doctor_of_two_zones_is_asked_about_where_the_doctor_is_when_that_clock_shows_the_time(
    api: APIClient, both: Doctor
) -> None:
    assert booked(api, both, "2026-03-03T09:00") == (201, "2026-03-03T06:00:00Z")
    assert booked(api, both, "2026-03-03T16:00") == (201, "2026-03-03T16:00:00Z")


@pytest.mark.parametrize("wall", ["2026-03-03T20:00", "2026-03-07T10:00"], ids=["in the evening", "on a Saturday"])
def test_where_the_hours_do_not_tell_the_offset_is_asked_for(api: APIClient, both: Doctor, wall: str) -> None:
    assert booked(api, both, wall) == (400, [SEVERAL])


def test_where_two_clocks_would_do_the_offset_is_asked_for(api: APIClient, nairobi: Location) -> None:
    doctor = working(("tue 09:00-12:00", nairobi), ("tue 09:30-12:00", Location.objects.default()))
    assert booked(api, doctor, "2026-03-03T10:00") == (400, [SEVERAL])


def test_where_leave_is_noted_is_no_place_where_the_doctor_works(api: APIClient, there: Doctor) -> None:
    close(there, "2026-03-03 05:00", "2026-03-03 15:00")  # at the first location, as nobody has said where
    body = {"patient": make_patient().pk, "doctor": there.pk, "appointment_time": "2026-03-03T10:00"}
    refused = api.post("/api/appointments/", body, format="json")
    answer = api.post("/api/appointments/", {**body, "override": True, "reason": "Asked for."}, format="json")
    assert refused.json() == {"non_field_errors": ["Doctor is not available at this time."]}
    assert (answer.status_code, answer.json()["appointment_time"]) == (201, "2026-03-03T07:00:00Z")


def test_hours_that_hold_no_more_have_a_clock_only_where_there_are_no_others(api: APIClient, nairobi: Location) -> None:
    ended = {"valid_until": date(2026, 2, 23)}
    here = weekly_hours("mon 08:00-18:00", Location.objects.default(), **ended)
    for week in ([weekly_hours("tue 08:00-18:00", nairobi), here], [weekly_hours("tue 08:00-18:00", nairobi, **ended)]):
        doctor = make_doctor()
        doctor_services.set_weekly_hours(doctor, week)
        body = {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": "2026-03-03T20:00"}
        answer = api.post("/api/appointments/", {**body, "override": True, "reason": "Asked for."}, format="json")
        assert (answer.status_code, answer.json()["appointment_time"]) == (201, "2026-03-03T17:00:00Z")


def test_beside_a_clock_that_shows_the_time_twice_another_is_meant_only_where_the_doctor_is_there(
    api: APIClient, nairobi: Location
) -> None:
    york = clinic_services.open_location(name="New York", time_zone="America/New_York")
    at_night = working(("sun 00:00-06:00", york), ("mon 08:00-18:00", nairobi))
    on_sunday = working(("mon 00:00-06:00", york), ("sun 01:00-06:00", nairobi))
    assert booked(api, at_night, "2026-11-01T01:30") == (400, [SEVERAL])
    assert booked(api, on_sunday, "2026-11-01T01:30") == (201, "2026-10-31T22:30:00Z")


def test_a_time_that_no_clock_of_several_shows_is_refused_as_such(api: APIClient, user: object) -> None:
    zones = {"New York": "America/New_York", "Chicago": "America/Chicago"}
    places = [clinic_services.open_location(name=name, time_zone=zone) for name, zone in zones.items()]
    doctor = working(("sun 00:00-06:00", places[0]), ("mon 08:00-18:00", places[1]))
    reason = "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it."
    assert booked(api, doctor, "2026-03-08T02:30") == (400, [reason])


def test_places_in_zones_that_show_the_same_time_are_one(api: APIClient, nairobi: Location) -> None:
    kampala = clinic_services.open_location(name="Kampala", time_zone="Africa/Kampala")
    doctor = working(("tue 08:00-12:00", nairobi), ("tue 13:00-18:00", kampala))
    assert booked(api, doctor, "2026-03-03T20:00") == (400, None)  # outside hours, which the policy says
    assert booked(api, doctor, "2026-03-03T14:00") == (201, "2026-03-03T11:00:00Z")


def test_a_doctor_without_hours_is_at_the_first_location(api: APIClient, nairobi: Location) -> None:
    doctor = working()
    body = {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": "2026-03-03T10:00"}
    answer = api.post("/api/appointments/", {**body, "override": True, "reason": "Asked for."}, format="json")
    assert (answer.status_code, answer.json()["appointment_time"]) == (201, "2026-03-03T10:00:00Z")


@pytest.mark.parametrize("wall", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_year_without_neighbours_is_refused(api: APIClient, there: Doctor, wall: str) -> None:
    assert booked(api, there, wall) == (400, ["Enter a date and time before the year 2200."])


def test_a_move_is_read_where_the_doctor_works_to_whom_it_leads(api: APIClient, there: Doctor) -> None:
    visit = book("2026-03-03 10:00", doctor=make_doctor())
    moves = [{"appointment_time": "2026-03-03T09:00"}, {"appointment_time": "2026-03-03T09:30", "doctor": there.pk}]
    starts = []
    for body in moves:
        answer = api.post(f"/api/appointments/{visit.pk}/reschedule/", body, format="json")
        starts.append((answer.status_code, answer.json()["appointment_time"]))
    assert starts == [(200, "2026-03-03T09:00:00Z"), (200, "2026-03-03T06:30:00Z")]


def test_a_change_is_read_where_the_visits_doctor_works(api: APIClient, there: Doctor) -> None:
    visit = book("2026-03-03 07:00", doctor=there)
    answer = api.patch(f"/api/appointments/{visit.pk}/", {"appointment_time": "2026-03-03T11:00"}, format="json")
    assert (answer.status_code, answer.json()["appointment_time"]) == (200, "2026-03-03T08:00:00Z")


def test_holds_and_series_are_read_there_too(api: APIClient, there: Doctor) -> None:
    held = api.post("/api/holds/", {"doctor": there.pk, "appointment_time": "2026-03-03T09:00"}, format="json")
    body = {"patient": make_patient().pk, "doctor": there.pk, "appointment_time": "2026-03-03T10:00"}
    made = api.post("/api/series/", {**body, "rule": "FREQ=WEEKLY;COUNT=2"}, format="json")
    assert (held.status_code, held.json()["appointment_time"]) == (201, "2026-03-03T06:00:00Z")
    starts = [visit["appointment_time"] for visit in made.json()["appointments"]]
    assert (made.status_code, starts) == (201, ["2026-03-03T07:00:00Z", "2026-03-10T07:00:00Z"])


NIGHT = {"kind": "closed", "start": "2026-03-03T08:00", "end": "2026-03-03T12:00"}
IN_NAIROBI = ("2026-03-03T05:00:00Z", "2026-03-03T09:00:00Z")
AT_HOME = ("2026-03-03T08:00:00Z", "2026-03-03T12:00:00Z")


def test_leave_is_read_at_its_location(api: APIClient, there: Doctor, nairobi: Location) -> None:
    url = f"/api/doctors/{there.pk}/exceptions/"
    first = api.post(url, NIGHT, format="json").json()
    away = api.post(url, {**NIGHT, "location": nairobi.pk}, format="json").json()
    moved = api.patch(f"{url}{away['id']}/", {"end": "2026-03-03T13:00"}, format="json").json()
    assert (first["start"], first["end"]) == AT_HOME
    assert (away["start"], away["end"]) == IN_NAIROBI
    assert moved["end"] == "2026-03-03T10:00:00Z"


def test_a_closure_is_read_at_the_location_that_it_closes(api: APIClient, nairobi: Location) -> None:
    closed = api.post(f"/api/locations/{nairobi.pk}/exceptions/", NIGHT, format="json").json()
    assert (closed["start"], closed["end"]) == IN_NAIROBI


def ids(answer: object) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def test_edges_of_a_list_are_read_at_the_location_that_is_asked_about(
    api: APIClient, there: Doctor, nairobi: Location
) -> None:
    early, late = (book(start, doctor=there) for start in ("2026-03-03 06:00", "2026-03-03 07:00"))
    here = f"/api/appointments/?location={nairobi.pk}"
    assert ids(api.get(f"{here}&appointment_time=2026-03-03T09:00")) == [early.pk]
    assert ids(api.get(f"{here}&appointment_time_after=2026-03-03T10:00")) == [late.pk]
    assert ids(api.get("/api/appointments/?appointment_time=2026-03-03T07:00")) == [late.pk]
    assert ids(api.get(f"{here}&appointment_time_before=2026-03-03")) == []
    assert ids(api.get(f"/api/appointments/?filter=location:{nairobi.pk},appointment_time:2026-03-03T09:00")) == [
        early.pk
    ]


def test_edges_of_a_locations_closures_are_read_there(api: APIClient, nairobi: Location) -> None:
    url = f"/api/locations/{nairobi.pk}/exceptions/"
    found = add_location_exception(nairobi, kind="closed", start=at("2026-03-02 21:00"), end=at("2026-03-03 21:00"))
    assert ids(api.get(f"{url}?start=2026-03-03")) == [found.pk]
    assert ids(api.get(f"{url}?end=2026-03-04T00:00")) == [found.pk]
    assert ids(api.get(f"{url}?start_after=2026-03-03T00:01")) == []


def test_edges_of_slots_are_read_at_the_location_that_is_asked_about(
    api: APIClient, there: Doctor, nairobi: Location
) -> None:
    query = f"/api/slots/?doctor={there.pk}&from=2026-03-03T09:00&to=2026-03-03T10:00&duration=60"
    assert [slot["start"] for slot in api.get(f"{query}&location={nairobi.pk}").json()["results"]] == [
        "2026-03-03T06:00:00Z"
    ]
    assert [slot["start"] for slot in api.get(query).json()["results"]] == ["2026-03-03T09:00:00Z"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/api/appointments/?location={}&appointment_time_after=2026-03-08T02:30", "appointment_time_after"),
        ("/api/slots/?doctor={doctor}&location={}&from=2026-03-08T02:30", "from"),
    ],
)
def test_an_edge_that_the_clocks_skip_is_refused_by_name(api: APIClient, user: object, query: str, field: str) -> None:
    place = clinic_services.open_location(name="New York", time_zone="America/New_York")
    answer = api.get(query.format(place.pk, doctor=make_doctor().pk))
    assert (answer.status_code, answer.json()) == (
        400,
        {field: ["2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it."]},
    )
