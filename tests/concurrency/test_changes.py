"""Several people change the same calendar at the same moment."""

import pytest

from tests.concurrency.server import TAKEN, Call, Clinic, move, told

pytestmark = pytest.mark.xdist_group("concurrency")

CHANGED_MEANWHILE = '{"detail":"Somebody else has just changed this appointment. Read it again and decide anew."}'


def test_of_two_clerks_who_move_visits_to_one_slot_one_succeeds_and_the_other_visit_stays(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    starts = clinic.slots(doctor, 24)
    targets, origins = starts[:8], starts[8:]
    patients = clinic.patients(16)
    visits = [clinic.book(patient, doctor, start) for patient, start in zip(patients, origins, strict=True)]

    # Eight pairs of clerks at once, a pair for each free slot.
    answers = clinic.at_once([move(visit, targets[number // 2]) for number, visit in enumerate(visits)])

    assert [told(answers[pair : pair + 2]) for pair in range(0, 16, 2)] == [{(200, ""): 1, (400, TAKEN): 1}] * 8
    for number, (visit, answer) in enumerate(zip(visits, answers, strict=True)):
        stands = clinic.ask(Call("GET", f"/api/appointments/{visit}/"))["appointment_time"]
        assert stands == (targets[number // 2] if answer.is_success else origins[number])
    assert clinic.booked(doctor) == 16
    assert clinic.overlaps() == 0


def test_32_who_cancel_one_visit_all_succeed_and_leave_one_line_of_history(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    [slot] = clinic.slots(doctor, 1)
    visit = clinic.book(clinic.patient(), doctor, slot)
    ways = [Call("DELETE", f"/api/appointments/{visit}/"), Call("POST", f"/api/appointments/{visit}/cancel/", {})]

    answers = clinic.at_once(ways * 16)

    assert [answer.status_code for answer in answers] == [204, 200] * 16
    assert [change["to_status"] for change in clinic.history(visit)] == ["scheduled", "cancelled"]
    assert clinic.slots(doctor, 1) == [slot]


def test_a_visit_moved_to_16_times_at_once_ends_at_one_of_them(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    origin, *times = clinic.slots(doctor, 17)
    visit = clinic.book(clinic.patient(), doctor, origin)

    answers = clinic.at_once([move(visit, time) for time in times])

    assert told(answers) == {(200, ""): 16}
    end = clinic.ask(Call("GET", f"/api/appointments/{visit}/"))["appointment_time"]
    assert end in times
    assert clinic.slots(doctor, 16) == [start for start in (origin, *times) if start != end]
    moves = clinic.history(visit)[1:]
    assert sorted(change["to_appointment_time"] for change in moves) == times
    chain = [origin, *(change["to_appointment_time"] for change in moves)]
    assert [change["from_appointment_time"] for change in moves] == chain[:-1]
    assert chain[-1] == end


def test_a_visit_moved_to_16_doctors_at_once_ends_at_one_of_them(clinic: Clinic) -> None:
    origin, *doctors = clinic.doctors(17)
    [slot] = clinic.slots(origin, 1)
    visit = clinic.book(clinic.patient(), origin, slot)

    answers = clinic.at_once([move(visit, slot, doctor=doctor) for doctor in doctors])

    assert set(told(answers)) <= {(200, ""), (409, CHANGED_MEANWHILE)}
    winners = [doctor for doctor, answer in zip(doctors, answers, strict=True) if answer.is_success]
    moves = clinic.history(visit)[1:]
    assert sorted(change["to_doctor"] for change in moves) == winners
    chain = [origin, *(change["to_doctor"] for change in moves)]
    assert [change["from_doctor"] for change in moves] == chain[:-1]
    assert [doctor for doctor in (origin, *doctors) if clinic.booked(doctor)] == [chain[-1]]
