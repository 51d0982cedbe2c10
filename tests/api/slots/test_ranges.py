"""From when until when GET /api/slots/ may be asked."""

import pytest
from rest_framework.test import APIClient

from clinics.models import Location
from clinics.services import open_location
from doctors.models import Doctor
from tests.api.slots.asking import UNREADABLE, refusal, starts
from tests.factories import make_doctor, make_patient, set_hours

pytestmark = pytest.mark.django_db
UPSIDE_DOWN = "The range ends before it starts: give a `to` after `from`."
TOO_LONG = "Ask for 62 days at most."


# --- Edges -----------------------------------------------------------------------------------------


@pytest.fixture
def nairobi(doctor: Doctor) -> Doctor:
    """The clinic is in Nairobi: nine to half past ten is six to half past seven UTC."""
    Location.objects.update(time_zone="Africa/Nairobi")
    return doctor


@pytest.mark.parametrize(
    "since",
    [
        "2026-03-09T09:30:00+03:00",
        "2026-03-09T09:30:00 03:00",  # a plus sign that nobody encoded
        "2026-03-09 09:30:00 0300",
        "2026-03-09T06:30:00Z",
        "2026-03-09T06:30Z",
        "2026-03-09T09:30:00",
        "2026-03-09T09:30",
        "2026-03-09 09:30",
    ],
)
def test_an_edge_is_an_instant_or_wall_time_in_the_clinics_zone(api: APIClient, nairobi: Doctor, since: str) -> None:
    assert starts(api, since=since, until="2026-03-09") == ["2026-03-09T06:30:00Z", "2026-03-09T07:00:00Z"]


def test_a_lost_plus_sign_is_put_back(api: APIClient, nairobi: Doctor) -> None:
    response = api.get("/api/slots/?from=2026-03-09T09:30:00+03:00&to=2026-03-09T10:30:00+03:00")
    assert [slot["start"] for slot in response.json()["results"]] == ["2026-03-09T06:30:00Z", "2026-03-09T07:00:00Z"]


def test_a_date_is_the_whole_day_in_the_clinics_zone(api: APIClient, nairobi: Doctor) -> None:
    set_hours(nairobi, "mon 00:00-00:30", "mon 23:30-00:00", "tue 00:00-00:30")
    assert starts(api, since="2026-03-09", until="2026-03-09") == ["2026-03-08T21:00:00Z", "2026-03-09T20:30:00Z"]


@pytest.mark.parametrize(
    ("zone", "edge", "sentence"),
    [
        (
            "America/New_York",
            "2026-03-08T02:30:00",
            "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it.",
        ),
        (
            "Pacific/Auckland",
            "2026-04-05T02:30:00",
            "2026-04-05 02:30 happens twice in Pacific/Auckland: the clocks go back over it. "
            "Add an offset, such as +00:00.",
        ),
    ],
)
def test_an_edge_that_does_not_exist_once_is_refused(api: APIClient, zone: str, edge: str, sentence: str) -> None:
    Location.objects.update(time_zone=zone)
    assert refusal(api, since=edge) == {"from": [sentence]}
    assert refusal(api, until=edge) == {"to": [sentence]}


@pytest.mark.parametrize(
    ("edge", "sentence"),
    [
        ("garbage", UNREADABLE),
        ("2026-13-01T00:00:00Z", UNREADABLE),
        ("2026-03-02T25:00:00Z", UNREADABLE),
        ("1772000000", UNREADABLE),
        ("20260302", UNREADABLE),
        ("2026-02-30", "2026-02-30 is not a day of the calendar."),
        ("9999-12-31", "Enter a date from 1900 to 2199."),
        ("0001-01-01", "Enter a date from 1900 to 2199."),
        ("0001-01-01T00:00:00Z", "Enter a date and time from the year 1900 on."),
        ("9999-12-31T23:59:59Z", "Enter a date and time before the year 2200."),
        ("9999-12-31T23:59:59-12:00", "Enter a date and time before the year 2200."),
        ("2026-03-02\x00", UNREADABLE),
    ],
)
def test_an_edge_that_cannot_be_read_is_refused(api: APIClient, edge: str, sentence: str) -> None:
    assert refusal(api, since=edge) == {"from": [sentence]}
    assert refusal(api, until=edge) == {"to": [sentence]}


# --- How far apart ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02", "2026-05-03"),  # the dates are 62 days apart
        ("2026-03-02T00:00:00Z", "2026-05-03T00:00:00Z"),
        ("2026-03-02T00:00:00Z", "2026-05-02"),
        ("2026-03-02", "2026-05-03T00:00:00Z"),
    ],
)
def test_sixty_two_days_are_the_most(api: APIClient, doctor: Doctor, since: str, until: str) -> None:
    assert len(starts(api, since=since, until=until)) == 9 * 3  # Mondays, 2 March to 27 April


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02", "2026-05-04"),
        ("2026-03-02T00:00:00Z", "2026-05-03T00:00:01Z"),
        ("2026-03-02T00:00:00Z", "2026-05-03"),
        ("1900-01-01", "2026-05-03"),
        ("", "2199-12-31"),
    ],
)
def test_more_than_sixty_two_days_are_refused(api: APIClient, since: str, until: str) -> None:
    assert refusal(api, since=since, until=until) == {"to": [TOO_LONG]}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(("since", "until"), [("2026-03-01", "2026-05-02"), ("2026-09-15", "2026-11-16")])
def test_sixty_two_days_between_dates_are_as_many_whatever_the_clocks_do(
    api: APIClient, zone: str, since: str, until: str
) -> None:
    Location.objects.update(time_zone=zone)
    assert starts(api, since=since, until=until) == []


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-03", "2026-03-02"),
        ("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-01"),
        ("2026-03-03", "2026-03-02T23:00:00Z"),
        ("", "2026-03-01"),
        ("", "1900-01-02T00:00:00Z"),
    ],
)
def test_a_range_upside_down_is_refused(api: APIClient, since: str, until: str) -> None:
    assert refusal(api, since=since, until=until) == {"to": [UPSIDE_DOWN]}


@pytest.mark.parametrize("until", [{}, {"until": "2199-12-31"}])
def test_no_slot_is_listed_that_is_too_late_to_be_asked_for(api: APIClient, until: dict[str, str]) -> None:
    place = open_location(name="Honolulu", time_zone="Pacific/Honolulu")
    busy = make_doctor()
    set_hours(busy, "tue 13:00-15:00", location=place)  # 31 December 2199 is a Tuesday: until one in the night of UTC
    found = starts(api, doctor=busy.pk, since="2199-12-31", **until)
    assert found == ["2199-12-31T23:00:00Z", "2199-12-31T23:30:00Z"]
    visit = {"patient": make_patient().pk, "doctor": busy.pk, "appointment_time": found[-1]}
    assert api.post("/api/appointments/", visit).status_code == 201
