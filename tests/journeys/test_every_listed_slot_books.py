"""The slot list and the booking agree: what is listed books, and what the grid has but the list has not, does not.

The list is also held to the plain model, which judges wall time minute by minute.
"""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from clinics.models import Location
from patients.models import Patient
from scheduling.hours import WEEKDAYS, WeeklyWindow
from tests.factories import make_patient
from tests.scheduling.plain import DAY, MINUTE, Calendar
from tests.tokens import token_of

pytestmark = pytest.mark.django_db


def once(zone: str, first: date) -> Any:
    """Each zone and season is worked out in Python; one shows that both databases store what comes of it."""
    return pytest.param(zone, first, marks=pytest.mark.once)


# Sixty days that hold New York's and Auckland's spring changes of the calendar year, and their autumn ones.
SPRING, AUTUMN = date(2026, 3, 2), date(2026, 9, 21)
SEASONS = [
    ("America/New_York", SPRING),
    once("America/New_York", AUTUMN),
    once("Pacific/Auckland", SPRING),
    once("Pacific/Auckland", AUTUMN),
    # No clock changes here: one season is as good as the other.
    once("UTC", SPRING),
    once("Asia/Kolkata", AUTUMN),
    once("Africa/Nairobi", SPRING),
]
DAYS = 60

WEEK = [
    ("mon", "09:00", "12:00"),
    ("mon", "13:00", "16:30"),  # after lunch; the last half hour is too short
    ("thu", "22:15", "01:15"),
    ("sat", "21:30", "04:00"),  # over the night in which the clocks change
    ("sun", "03:30", "05:10"),  # merges with the night before
]


def wall(day: date, clock: str, zone: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(("zone", "first"), SEASONS, ids=str)
def test_every_listed_slot_books_and_no_other_start_on_the_grid_does(
    api: APIClient, user: User, clock: time_machine.Traveller, zone: str, first: date
) -> None:
    Location.objects.update(time_zone=zone)

    def on(day: int, wall: str) -> datetime:
        return datetime.combine(first + day * DAY, time.fromisoformat(wall), ZoneInfo(zone)).astimezone(UTC)

    calendar = Calendar(
        zone=ZoneInfo(zone),
        since=on(0, "00:00"),
        until=on(DAYS, "00:00"),
        now=on(0, "09:30"),  # a Monday: its first slot is past
        windows=[
            WeeklyWindow(WEEKDAYS.index(weekday), time.fromisoformat(start), time.fromisoformat(end))
            for weekday, start, end in WEEK
        ],
        extra=[(on(23, "08:00"), on(23, "10:00")), (on(28, "11:00"), on(28, "14:00"))],  # the second through lunch
        closed=[(on(14, "00:00"), on(19, "00:00")), (on(21, "10:10"), on(21, "10:40"))],  # leave, and an errand
        visits=[
            (on(7, "10:00"), on(7, "11:00")),
            (on(7, "14:20"), on(7, "14:45")),  # off the grid
            (on(31, "23:50"), on(32, "00:10")),  # over midnight
        ],
    )
    clock.move_to(calendar.now, tick=False)
    api.credentials(HTTP_AUTHORIZATION=f"Token {token_of(user)}")  # half a year later the fixture's has expired
    doctor = set_up(api, calendar)

    listed = slots(api, doctor, first)
    left_out = [start for start in calendar.grid(60, 60) if start not in listed]
    assert listed == calendar.slots(60, 60)
    assert (len(listed) > 100, len(left_out) > 20) == (True, True)

    one, other = make_patient(), make_patient()  # both free all the time, until the list is booked
    assert {start: book(api, one, doctor, start) for start in left_out} == dict.fromkeys(left_out, 400)
    assert slots(api, doctor, first) == listed
    assert {start: book(api, other, doctor, start) for start in listed} == dict.fromkeys(listed, 201)
    assert slots(api, doctor, first) == []


def set_up(api: APIClient, calendar: Calendar) -> int:
    """The calendar's doctor, an hour a visit, through the API."""
    fields = {"full_name": "Amina Odhiambo", "email": "amina@clinic.test", "specialization": "General"}
    doctor: int = post(api, "/api/doctors/", {**fields, "default_duration_minutes": 60}).json()["id"]
    week = [{"weekday": weekday, "start": start, "end": end} for weekday, start, end in WEEK]
    assert api.put(f"/api/doctors/{doctor}/hours/", week, format="json").status_code == 200
    exceptions = [("open", each) for each in calendar.extra] + [("closed", each) for each in calendar.closed]
    for kind, (start, end) in exceptions:
        exception = {"kind": kind, "start": start.isoformat(), "end": end.isoformat()}
        assert post(api, f"/api/doctors/{doctor}/exceptions/", exception).status_code == 201
    for start, end in calendar.visits:
        assert book(api, make_patient(), doctor, start, duration_minutes=(end - start) // MINUTE) == 201
    return doctor


def post(api: APIClient, route: str, body: dict[str, Any]) -> Any:
    return api.post(route, body, format="json")


def book(api: APIClient, patient: Patient, doctor: int, start: datetime, **fields: Any) -> int:
    """The status of the answer."""
    body = {"patient": patient.pk, "doctor": doctor, "appointment_time": start.isoformat(), **fields}
    status: int = post(api, "/api/appointments/", body).status_code
    return status


def slots(api: APIClient, doctor: int, first: date) -> list[datetime]:
    asked = {"doctor": doctor, "from": first, "to": first + (DAYS - 1) * DAY, "limit": 5000}
    return [datetime.fromisoformat(slot["start"]) for slot in api.get("/api/slots/", asked).json()["results"]]
