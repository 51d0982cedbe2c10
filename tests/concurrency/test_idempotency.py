"""One request comes many times at the same moment: it counts once, and everybody hears the same."""

from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, Clinic, booking, told

pytestmark = pytest.mark.xdist_group("concurrency")

CLIENTS = 60
REUSED = '{"detail":"This Idempotency-Key came with another request before. Use a new key for a new request."}'
IN_FLIGHT = (
    '{"detail":"The first request with this Idempotency-Key is still being worked on. Send it again in a moment."}'
)
PATIENTS = "SELECT count(*) FROM patients_patient WHERE full_name = ?"
KEYS = "SELECT count(*) FROM accounts_idempotencykey WHERE key = ? AND status = 201"


def keyed(call: Call, key: str) -> Call:
    return Call(call.method, call.path, call.body, (("Idempotency-Key", key),))


def registration(name: str) -> Call:
    return Call("POST", "/api/patients/", {"full_name": name, "phone_number": "0712345678"})


def replayed(answers: list[httpx.Response]) -> int:
    return sum(answer.headers.get("Idempotent-Replayed") == "true" for answer in answers)


def count(clinic: Clinic, query: str, value: Any) -> int:
    [(number,)] = clinic.database.rows(query, value)
    return int(number)


def test_a_booking_sent_60_times_at_once_with_one_key_is_made_once(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    [slot] = clinic.slots(doctor, 1)

    answers = clinic.at_once([keyed(booking(clinic.patient(), doctor, slot), "booking")] * CLIENTS)

    assert told(answers) == {(201, ""): CLIENTS}
    assert len({answer.content for answer in answers}) == 1
    assert replayed(answers) == CLIENTS - 1
    assert clinic.visits(doctor) == [answers[0].json()["id"]]
    assert [change["action"] for change in clinic.history(answers[0].json()["id"])] == ["booked"]
    assert count(clinic, KEYS, "booking") == 1


def test_a_patient_registered_60_times_at_once_with_one_key_is_one_patient(clinic: Clinic) -> None:
    answers = clinic.at_once([keyed(registration("Jane Once"), "registration")] * CLIENTS)

    assert told(answers) == {(201, ""): CLIENTS}
    assert len({answer.content for answer in answers}) == 1
    assert replayed(answers) == CLIENTS - 1
    assert count(clinic, PATIENTS, "Jane Once") == 1


def test_of_two_requests_with_one_key_at_once_one_is_carried_out_and_the_other_refused(clinic: Clinic) -> None:
    calls = [keyed(registration("Jane Either"), "either"), keyed(registration("John Either"), "either")]

    answers = clinic.at_once(calls * (CLIENTS // 2))

    assert told(answers) == {(201, ""): CLIENTS // 2, (422, REUSED): CLIENTS // 2}
    assert len({answer.status_code for answer in answers[::2]}) == 1
    assert count(clinic, PATIENTS, "Jane Either") + count(clinic, PATIENTS, "John Either") == 1


def test_who_loses_the_slot_may_try_another_with_the_same_key(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    slot, other = clinic.slots(doctor, 2)
    patients = clinic.patients(16)

    def asked(patient: int, start: str) -> Call:
        return keyed(booking(patient, doctor, start), f"patient {patient}".replace(" ", "-"))

    answers = clinic.at_once([asked(patient, slot) for patient in patients])
    losers = [patient for patient, answer in zip(patients, answers, strict=True) if answer.status_code == 400]

    assert len(losers) == 15
    assert clinic.send(asked(losers[0], other)).status_code == 201
    assert clinic.booked(doctor) == 2


def test_who_waits_for_the_first_in_vain_is_told_that_it_is_in_flight(clinic: Clinic) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite nobody sees whose write it is that they wait for: they are told that it is busy")
    claim = (
        "INSERT INTO accounts_idempotencykey (user_id, key, fingerprint, headers, body, created_at) "
        "SELECT id, 'slow', '', '{}', '', now() FROM accounts_user"
    )
    with psycopg.connect(clinic.database.url) as first:
        first.execute(claim)
        answer = clinic.send(keyed(registration("Jane Waiting"), "slow"))
        first.rollback()

    assert (answer.status_code, answer.text) == (409, IN_FLIGHT)
    assert clinic.send(keyed(registration("Jane Waiting"), "slow")).status_code == 201
    assert count(clinic, PATIENTS, "Jane Waiting") == 1


def test_without_one_transaction_for_key_and_record_it_counts_many_times(serve: Serve) -> None:
    """The negative control."""
    with serve(keys=False) as clinic:
        for attempt in range(50):
            name = f"Jane Many {attempt}"
            answers = clinic.at_once([keyed(registration(name), f"many-{attempt}")] * CLIENTS)
            if (made := count(clinic, PATIENTS, name)) > 1:
                break

        assert made > 1
        assert len({answer.json()["id"] for answer in answers}) == made
