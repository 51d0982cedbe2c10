"""A doctor's day closes while people book it.

What closing reports as outside the hours, once it is done, is all that there will ever be: whoever was booked came
before the change and is in the report, everybody else is refused. A booking that read the old hours and stored its
visit after the report would show as a visit that the report lacks.
"""

import pytest

from tests.concurrency.server import OUTSIDE_HOURS, Call, Clinic, booking, told

pytestmark = pytest.mark.xdist_group("concurrency")

# The closing goes among the bookings: some come before it and some after.
AMONG = 8


def test_no_visit_slips_in_once_leave_is_answered(clinic: Clinic) -> None:
    for _ in range(3):
        doctor = clinic.doctor()
        times = clinic.slots(doctor, 20)
        calls = [booking(patient, doctor, time) for patient, time in zip(clinic.patients(20), times, strict=True)]
        day = {"start": f"{times[0][:10]}T00:00:00Z", "end": f"{times[-1][:10]}T23:59:00Z"}
        calls.insert(AMONG, Call("POST", f"/api/doctors/{doctor}/exceptions/", {"kind": "closed", **day}))

        answers = clinic.at_once(calls)

        leave = answers.pop(AMONG)
        assert leave.status_code == 201
        booked = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert sorted(visit["id"] for visit in leave.json()["outside_hours"]) == sorted(booked)
        assert told(answers) == expected(booked=len(booked), refused=20 - len(booked))
        assert clinic.booked(doctor) == len(booked)


def test_no_visit_slips_in_once_new_hours_are_answered(clinic: Clinic) -> None:
    for _ in range(3):
        doctor = clinic.doctor()
        times = clinic.slots(doctor, 20)
        calls = [booking(patient, doctor, time) for patient, time in zip(clinic.patients(20), times, strict=True)]
        calls.insert(AMONG, Call("PUT", f"/api/doctors/{doctor}/hours/", []))

        answers = clinic.at_once(calls)

        hours = answers.pop(AMONG)
        assert (hours.status_code, hours.json()) == (200, [])
        booked = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        outside = clinic.ask(Call("GET", f"/api/doctors/{doctor}/outside-hours/"))
        assert sorted(visit["id"] for visit in outside) == sorted(booked)
        assert told(answers) == expected(booked=len(booked), refused=20 - len(booked))


def expected(*, booked: int, refused: int) -> dict[tuple[int, str], int]:
    return {key: count for key, count in {(201, ""): booked, (400, OUTSIDE_HOURS): refused}.items() if count}
