"""Series want the same mornings as single bookings, at the same moment: each morning goes to one of them.

A series takes the doctor's lock once, for all its dates. So whoever is before it is seen by it, whoever comes after it
sees all of it, and what it says of its dates is exactly what the others were told.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import TAKEN, Call, Clinic, booking, told

pytestmark = pytest.mark.xdist_group("concurrency")

DATES = 8
ROUNDS = 5
SENTENCE = "08:00: This doctor is already booked at that time."


def mornings(clinic: Clinic, doctor: int) -> list[str]:
    """The start of each of the doctor's next working days: the one slot that is as long as the day."""
    since = datetime.now(UTC).date() + timedelta(days=3)
    found = clinic.ask(Call("GET", f"/api/slots/?doctor={doctor}&from={since}&duration=600&limit={DATES}"))
    starts = [slot["start"] for slot in found["results"]]
    assert len(starts) == DATES
    return starts


def series(clinic: Clinic, doctor: int, starts: list[str], **how: Any) -> Call:
    rule = f"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT={DATES}"
    body = {"patient": clinic.patient(), "doctor": doctor, "appointment_time": starts[0], "rule": rule}
    return Call("POST", "/api/series/", {**body, **how})


def race(clinic: Clinic, **how: Any) -> tuple[list[str], httpx.Response, list[str], int]:
    """A series against a single booking for each of its dates, and what each of them was told.

    The dates, the series' answer, the dates that single bookings got, and the doctor.
    """
    doctor = clinic.doctor()
    starts = mornings(clinic, doctor)
    singles = [booking(clinic.patient(), doctor, start) for start in starts]
    half = DATES // 2
    answers = clinic.at_once([*singles[:half], series(clinic, doctor, starts, **how), *singles[half:]])
    answer = answers.pop(half)
    assert set(told(answers)) <= {(201, ""), (400, TAKEN)}
    won = [start for start, single in zip(starts, answers, strict=True) if single.status_code == 201]
    return starts, answer, won, doctor


def refused(won: list[str]) -> dict[str, list[str]]:
    return {"non_field_errors": [f"{start[:10]} {SENTENCE}" for start in won]}


def test_a_series_gets_every_date_that_no_single_booking_got(clinic: Clinic) -> None:
    for _ in range(ROUNDS):
        starts, answer, won, doctor = race(clinic, on_conflict="skip")

        assert clinic.booked(doctor) == DATES
        if len(won) == DATES:  # all of them were faster
            assert (answer.status_code, answer.json()) == (400, refused(won))
            continue
        assert answer.status_code == 201
        made = answer.json()
        assert [visit["appointment_time"] for visit in made["appointments"]] == sorted(set(starts) - set(won))
        assert [skipped["appointment_time"] for skipped in made["skipped"]] == won
    assert clinic.overlaps() == 0


def test_a_series_gets_all_of_its_dates_or_none(clinic: Clinic) -> None:
    for _ in range(ROUNDS):
        doctor = clinic.doctor()
        starts = mornings(clinic, doctor)
        singles = [booking(clinic.patient(), doctor, start) for start in starts[:2]]
        wanted = [series(clinic, doctor, starts) for _ in range(4)]

        answers = clinic.at_once([*wanted[:2], *singles, *wanted[2:]])

        mine, others = [*answers[:2], *answers[4:]], answers[2:4]
        refusals = [answer.json() for answer in mine if answer.status_code == 400]
        if len(refusals) == 3:  # a series was first
            assert told(mine)[201, ""] == 1
            assert refusals == [refused(starts)] * 3
            assert told(others) == {(400, TAKEN): 2}
            assert clinic.booked(doctor) == DATES
        else:  # a single booking was: no series is made, whoever comes later
            assert told(others) == {(201, ""): 2}
            named = [refusal["non_field_errors"] for refusal in refusals]
            assert len(named) == 4
            assert all(
                sentences and set(sentences) <= set(refused(starts[:2])["non_field_errors"]) for sentences in named
            )
            assert clinic.booked(doctor) == 2
    assert clinic.overlaps() == 0


def test_of_8_series_for_the_same_dates_exactly_one_is_made(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    starts = mornings(clinic, doctor)

    answers = clinic.at_once([series(clinic, doctor, starts) for _ in range(8)])

    refusals = [answer.json() for answer in answers if answer.status_code == 400]
    assert (told(answers)[201, ""], refusals) == (1, [refused(starts)] * 7)
    assert clinic.booked(doctor) == DATES


def test_series_leave_no_deadlock_and_no_error_in_the_log(calm: Clinic) -> None:
    for _ in range(ROUNDS):
        race(calm, on_conflict="skip")


def test_without_lock_and_constraint_a_series_double_books(serve: Serve) -> None:
    with serve(lock=False, guards=False) as clinic:
        for _ in range(100):
            race(clinic, on_conflict="skip")
            if clinic.overlaps():
                break

        assert clinic.overlaps() > 0
