"""Some hold a time while others book it, at the same moment: one of all of them gets it."""

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import TAKEN, Call, Clinic, booking, told

pytestmark = pytest.mark.xdist_group("concurrency")

ROUNDS = 6
EACH = 8
GONE = '{"hold":["This hold has ended, or is for another time or doctor. Choose a time again."]}'


def holding(doctor: int, start: str) -> Call:
    return Call("POST", "/api/holds/", {"doctor": doctor, "appointment_time": start})


def with_token(token: str, patient: int, doctor: int, start: str) -> Call:
    call = booking(patient, doctor, start)
    return Call(call.method, call.path, {**call.body, "hold": token})


def race(clinic: Clinic, doctor: int, start: str) -> tuple[list[str], dict[tuple[int, str], int]]:
    """As many who hold a time as who book it: the tokens that were given, and what all were told."""
    calls = [
        call for patient in clinic.patients(EACH) for call in (holding(doctor, start), booking(patient, doctor, start))
    ]
    answers = clinic.at_once(calls)
    return [answer.json()["token"] for answer in answers[::2] if answer.is_success], told(answers)


def held_and_booked(clinic: Clinic, doctor: int) -> int:
    """How many of the doctor's holds meet a visit or another hold."""
    [(count,)] = clinic.database.rows(MEETING_HOLDS, doctor, doctor)
    return int(count)


HOLDS = 'SELECT id, doctor_id, start, "end" FROM appointments_hold'
VISITS = (
    "SELECT -id, doctor_id, start, \"end\" FROM appointments_appointment WHERE status NOT IN ('cancelled', 'no_show')"
)
MEETING_HOLDS = f"""
    SELECT count(*) FROM ({HOLDS}) AS one JOIN ({HOLDS} UNION ALL {VISITS}) AS other
    ON one.id <> other.id AND one.start < other."end" AND other.start < one."end"
    AND one.doctor_id = ? AND other.doctor_id = ?
"""


def test_of_those_who_hold_and_those_who_book_a_time_exactly_one_gets_it(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    for start in clinic.slots(doctor, ROUNDS):
        tokens, answers = race(clinic, doctor, start)

        assert answers == {(201, ""): 1, (400, TAKEN): 2 * EACH - 1}
        assert held_and_booked(clinic, doctor) == 0
        if tokens:  # what is held is booked by whoever has the token
            assert clinic.send(booking(clinic.patient(), doctor, start)).text == TAKEN
            clinic.ask(with_token(tokens[0], clinic.patient(), doctor, start))
    assert clinic.booked(doctor) == ROUNDS


def test_of_16_who_book_with_one_token_exactly_one_gets_it(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    [start] = clinic.slots(doctor, 1)
    token = clinic.ask(holding(doctor, start))["token"]

    answers = clinic.at_once([with_token(token, patient, doctor, start) for patient in clinic.patients(16)])

    assert told(answers) == {(201, ""): 1, (400, GONE): 15}
    assert clinic.booked(doctor) == 1


def test_a_user_who_holds_many_times_at_once_gets_no_more_than_may_be(clinic: Clinic) -> None:
    doctors = clinic.doctors(16)
    [start] = clinic.slots(doctors[0], 1)

    answers = clinic.at_once([holding(doctor, start) for doctor in doctors])

    full = '{"non_field_errors":["You hold 5 times already. Book one, release one, or wait until one ends."]}'
    assert told(answers) == {(201, ""): 5, (400, full): 11}
    mine = [answer.json()["id"] for answer in answers if answer.is_success]
    assert told(clinic.at_once([Call("DELETE", f"/api/holds/{hold}/") for hold in mine])) == {(204, ""): 5}


def test_without_the_lock_a_time_is_held_and_booked(serve: Serve) -> None:
    with serve(lock=False) as clinic:
        doctor = clinic.doctor()
        for start in clinic.slots(doctor, 20):
            race(clinic, doctor, start)
            if held_and_booked(clinic, doctor):
                break

        assert held_and_booked(clinic, doctor) > 0
