"""A doctor's day closes while people book it.

What is booked at the moment when the closing is answered is all that there will ever be: whoever was booked came before
the change, everybody else is refused. A booking that read the old hours and stored its visit afterwards would show.
"""

from functools import partial

import httpx
import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import OUTSIDE_HOURS, Call, Clinic, booking, together, told

pytestmark = pytest.mark.xdist_group("concurrency")

# The closing goes among the bookings: some come before it and some after.
AMONG = 8
ROUNDS = 6


def test_no_visit_slips_in_once_leave_is_answered(clinic: Clinic) -> None:
    for _ in range(ROUNDS):
        reported, booked, visits = leave_among_bookings(clinic)

        assert reported == booked == visits


def test_without_the_lock_a_visit_slips_in(serve: Serve) -> None:
    with serve(lock=False) as clinic:
        for _ in range(100):
            reported, booked, _ = leave_among_bookings(clinic)
            if reported != booked:
                break

        assert len(reported) < len(booked)


def test_no_visit_slips_in_once_new_hours_are_answered(clinic: Clinic) -> None:
    for _ in range(ROUNDS):
        doctor = clinic.doctor()
        bookings, _ = bookings_of_a_day(clinic, doctor)
        seen: list[int] = []

        def close(doctor: int = doctor, seen: list[int] = seen) -> httpx.Response:
            answer = clinic.send(Call("PUT", f"/api/doctors/{doctor}/hours/", []))
            seen.extend(clinic.visits(doctor))
            return answer

        book = [partial(clinic.send, call) for call in bookings]
        answers = together([*book[:AMONG], close, *book[AMONG:]])

        answer = answers.pop(AMONG)
        assert (answer.status_code, answer.json()) == (200, [])
        assert seen == booked_or_refused(answers)
        outside = clinic.ask(Call("GET", f"/api/doctors/{doctor}/outside-hours/"))
        assert sorted(visit["id"] for visit in outside) == seen


def leave_among_bookings(clinic: Clinic) -> tuple[list[int], list[int], list[int]]:
    """A doctor goes on leave amid bookings: the visits that the answer reports, that were booked, that there are."""
    doctor = clinic.doctor()
    bookings, day = bookings_of_a_day(clinic, doctor)
    edges = {"start": f"{day}T00:00:00Z", "end": f"{day}T23:59:00Z"}
    leave = Call("POST", f"/api/doctors/{doctor}/exceptions/", {"kind": "closed", **edges})
    answers = clinic.at_once([*bookings[:AMONG], leave, *bookings[AMONG:]])
    answer = answers.pop(AMONG)
    assert answer.status_code == 201
    reported = sorted(visit["id"] for visit in answer.json()["outside_hours"])
    return reported, booked_or_refused(answers), clinic.visits(doctor)


def bookings_of_a_day(clinic: Clinic, doctor: int) -> tuple[list[Call], str]:
    """A booking for each of the twenty visits that fit into the doctor's first free day, and its date."""
    times = clinic.slots(doctor, 20)
    [day] = {time[:10] for time in times}
    patients = clinic.patients(20)
    return [booking(patient, doctor, time) for patient, time in zip(patients, times, strict=True)], day


def booked_or_refused(answers: list[httpx.Response]) -> list[int]:
    """The ids of the visits that were booked. All others were told that the doctor is not available."""
    assert set(told(answers)) <= {(201, ""), (400, OUTSIDE_HOURS)}
    return sorted(answer.json()["id"] for answer in answers if answer.status_code == 201)
