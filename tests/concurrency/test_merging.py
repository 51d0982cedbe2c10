"""Two records of one person become one while the desk goes on booking for both."""

import pytest

from tests.concurrency.server import Call, Clinic, booking, move

pytestmark = pytest.mark.xdist_group("concurrency")

# Visits of a merged record that overlap none of the record that was kept.
LEFT_FOR_NOTHING = """
    SELECT count(*) FROM appointments_appointment AS visit WHERE patient_id = ? AND NOT EXISTS (
        SELECT 1 FROM appointments_appointment AS own WHERE own.patient_id = ?
        AND own.start < visit."end" AND own."end" > visit.start
    )
"""


def merging(kept: int, duplicate: int) -> Call:
    return Call("POST", f"/api/patients/{kept}/merge/", {"duplicate": duplicate})


def test_a_merge_loses_no_visit_that_is_booked_or_moved_meanwhile(calm: Clinic) -> None:
    kept, duplicate = calm.patients(2)
    here, there = calm.doctors(2)
    starts = calm.slots(here, 24)
    moving = [calm.book(duplicate, there, start) for start in starts[16:20]]
    calls = [
        booking(patient, doctor, start)
        for start in starts[:16]
        for patient, doctor in ((kept, here), (duplicate, there))
    ]
    moves = [move(visit, start) for visit, start in zip(moving, starts[20:24], strict=True)]

    answers = calm.at_once([*calls[:16], merging(kept, duplicate), *moves, *calls[16:]])

    made = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {200, 201, 400}
    assert [answer.status_code for answer in answers[16:21]] == [200] * 5
    assert calm.booked(here) + calm.booked(there) == len(made) + 4
    assert calm.database.rows(LEFT_FOR_NOTHING, duplicate, kept) == [(0,)]
    assert calm.overlaps() == 0


def test_of_two_merges_that_cross_one_record_is_kept(clinic: Clinic) -> None:
    one, other = clinic.patients(2)
    answers = clinic.at_once([merging(one, other), merging(other, one)] * 8)
    assert {answer.status_code for answer in answers} == {200, 308}
    [merged] = clinic.database.rows(
        "SELECT id, merged_into_id FROM patients_patient WHERE id IN (?, ?) AND merged_into_id IS NOT NULL", one, other
    )
    assert sorted(merged) == sorted((one, other))
