"""A location closes while people book its doctors: what is booked when that is answered is all there will ever be."""

import uuid

import pytest

from scheduling.hours import WEEKDAYS
from tests.concurrency.server import OUTSIDE_HOURS, Call, Clinic, booking, told

pytestmark = pytest.mark.xdist_group("concurrency")

# The closing goes among the bookings: some come before it and some after.
AMONG = 6
ROUNDS = 4


@pytest.mark.parametrize("kind", ["exception", "holiday"])
def test_no_visit_slips_in_once_a_locations_closing_is_answered(clinic: Clinic, kind: str) -> None:
    for _ in range(ROUNDS):
        place = clinic.ask(Call("POST", "/api/locations/", {"name": uuid.uuid4().hex, "time_zone": "UTC"}))["id"]
        week = [{"weekday": day, "start": "08:00", "end": "12:00", "location": place} for day in WEEKDAYS]
        bookings = []
        for doctor in clinic.doctors(2):
            clinic.ask(Call("PUT", f"/api/doctors/{doctor}/hours/", week))
            times = zip(clinic.patients(8), clinic.slots(doctor, 8), strict=True)
            bookings += [booking(patient, doctor, time) for patient, time in times]
        [day] = {call.body["appointment_time"][:10] for call in bookings}
        closing = {
            "exception": Call(
                "POST",
                f"/api/locations/{place}/exceptions/",
                {"kind": "closed", "start": f"{day}T00:00:00Z", "end": f"{day}T23:59:00Z"},
            ),
            "holiday": Call("POST", "/api/holidays/", {"date": day, "name": "Feast", "location": place}),
        }[kind]

        answers = clinic.at_once([*bookings[:AMONG], closing, *bookings[AMONG:]])

        answer = answers.pop(AMONG)
        assert answer.status_code == 201
        assert set(told(answers)) <= {(201, ""), (400, OUTSIDE_HOURS)}
        booked = sorted(answer.json()["id"] for answer in answers if answer.status_code == 201)
        assert sorted(visit["id"] for visit in answer.json()["outside_hours"]) == booked
