"""The negative control: what the other tests here show is the work of the lock and of the constraint.

With both gone, the same clients at the same kind of server double-book; with either one in place, they do not.
"""

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import TAKEN, Clinic, booking, told

pytestmark = pytest.mark.xdist_group("concurrency")

SLOTS = 20


def storm(clinic: Clinic) -> list[int]:
    """How many visits a doctor has in each slot after 64 clients wanted it; ends with the first that is shared."""
    doctor, patients = clinic.doctor(), clinic.patients(64)
    counts: list[int] = []
    for slot in clinic.slots(doctor, SLOTS):
        clinic.at_once([booking(patient, doctor, slot) for patient in patients])
        counts.append(clinic.booked(doctor) - sum(counts))
        if counts[-1] > 1:
            break
    return counts


def test_without_lock_and_constraint_a_slot_is_double_booked(serve: Serve) -> None:
    with serve(lock=False, guards=False) as clinic:
        counts = storm(clinic)

        assert counts[-1] > 1
        assert clinic.overlaps() > 0


def test_the_constraint_alone_prevents_double_booking(serve: Serve) -> None:
    with serve(lock=False) as clinic:
        doctor = clinic.doctor()
        [slot] = clinic.slots(doctor, 1)

        answers = clinic.at_once([booking(patient, doctor, slot) for patient in clinic.patients(64)])

        # Safe, but not smooth: without the lock PostgreSQL may end some by a deadlock, a 503 here.
        assert told(answers)[201, ""] == 1
        assert clinic.booked(doctor) == 1


def test_the_lock_alone_prevents_double_booking(serve: Serve) -> None:
    with serve(guards=False) as clinic:
        doctor = clinic.doctor()
        for booked, slot in enumerate(clinic.slots(doctor, 3), start=1):
            answers = clinic.at_once([booking(patient, doctor, slot) for patient in clinic.patients(64)])

            assert told(answers) == {(201, ""): 1, (400, TAKEN): 63}
            assert clinic.booked(doctor) == booked
