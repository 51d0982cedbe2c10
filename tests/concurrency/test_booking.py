"""Many clients want the same time at the same moment: one gets it, the others hear why not."""

import pytest

from tests.concurrency.server import BUSY_PATIENT, TAKEN, Clinic, booking, move, told

pytestmark = pytest.mark.xdist_group("concurrency")


def test_of_64_clients_for_one_slot_exactly_one_gets_it(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    [slot] = clinic.slots(doctor, 1)

    answers = clinic.at_once([booking(patient, doctor, slot) for patient in clinic.patients(64)])

    assert told(answers) == {(201, ""): 1, (400, TAKEN): 63}
    assert clinic.booked(doctor) == 1


def test_of_60_starts_a_minute_apart_no_two_overlap(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    [slot] = clinic.slots(doctor, 1)
    starts = [slot.replace(":00:00Z", f":{minute:02}:00Z") for minute in range(60)]
    assert len(set(starts)) == 60

    patients = clinic.patients(60)
    answers = clinic.at_once([booking(*facts) for facts in zip(patients, [doctor] * 60, starts, strict=True)])

    winners = clinic.booked(doctor)
    assert winners >= 1
    assert told(answers) == {(201, ""): winners, (400, TAKEN): 60 - winners}
    assert clinic.overlaps() == 0


def test_a_patient_wanted_by_16_doctors_at_one_time_sees_exactly_one(clinic: Clinic) -> None:
    patient, doctors = clinic.patient(), clinic.doctors(16)
    [slot] = clinic.slots(doctors[0], 1)

    answers = clinic.at_once([booking(patient, doctor, slot) for doctor in doctors])

    assert told(answers) == {(201, ""): 1, (400, BUSY_PATIENT): 15}
    assert sum(map(clinic.booked, doctors)) == 1
    assert clinic.overlaps() == 0


def test_bookings_and_moves_that_cross_leave_no_deadlock_and_no_error_in_the_log(calm: Clinic) -> None:
    one, other = calm.doctors(2)
    slot, *times = calm.slots(one, 33)
    # Pairs of visits that change places between two doctors: each move locks both.
    moves = []
    for here, there in zip(times[:16], times[16:], strict=True):
        moves.append(move(calm.book(calm.patient(), one, here), there, doctor=other))
        moves.append(move(calm.book(calm.patient(), other, here), there, doctor=one))
    bookings = [booking(patient, doctor, slot) for patient in calm.patients(16) for doctor in (one, other)]

    answers = calm.at_once([*moves, *bookings])

    assert told(answers[:32]) == {(200, ""): 32}
    assert sum(answer.status_code == 201 for answer in answers[32:]) == 2
    assert set(told(answers[32:])) <= {(201, ""), (400, TAKEN), (400, BUSY_PATIENT)}
    assert calm.overlaps() == 0
