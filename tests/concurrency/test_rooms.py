"""Doctors want the last room at the same moment: as many get one as there are rooms, and nothing is half done."""

import uuid

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, Clinic, booking, move, told

pytestmark = pytest.mark.xdist_group("concurrency")

ROUNDS = 6


def kind_of_room(clinic: Clinic, *, rooms: int) -> tuple[str, int]:
    """A new kind of room with so many of them, and the id of a type of visit that needs one."""
    kind = uuid.uuid4().hex
    [place, *_] = clinic.ask(Call("GET", "/api/locations/?ordering=id"))["results"]
    for number in range(rooms):
        clinic.ask(Call("POST", "/api/rooms/", {"location": place["id"], "name": f"{kind} {number}", "kind": kind}))
    needs_it = {"name": kind, "duration_minutes": 30, "room_kind": kind}
    type_id: int = clinic.ask(Call("POST", "/api/appointment-types/", needs_it))["id"]
    return kind, type_id


def in_a_room(patient: int, doctor: int, start: str, type_id: int) -> Call:
    call = booking(patient, doctor, start)
    return Call(call.method, call.path, {**call.body, "appointment_type": type_id})


def no_room(kind: str) -> str:
    return f'{{"non_field_errors":["No room for this ({kind}) is free at that time."]}}'


def race(clinic: Clinic, *, doctors: int, rooms: int) -> tuple[list[int], list[int], dict[tuple[int, str], int], str]:
    """So many doctors want a room at one time: who got one, who did not, what they were told, and the rooms' kind."""
    kind, type_id = kind_of_room(clinic, rooms=rooms)
    people = clinic.doctors(doctors)
    [slot] = clinic.slots(people[0], 1)
    pairs = zip(clinic.patients(doctors), people, strict=True)
    answers = clinic.at_once([in_a_room(patient, doctor, slot, type_id) for patient, doctor in pairs])
    won = [doctor for doctor, answer in zip(people, answers, strict=True) if answer.status_code == 201]
    return won, [doctor for doctor in people if doctor not in won], told(answers), kind


def test_of_two_doctors_who_want_the_last_room_one_gets_it_and_nothing_is_half_done(clinic: Clinic) -> None:
    for _ in range(ROUNDS):
        won, lost, answers, kind = race(clinic, doctors=2, rooms=1)

        assert answers == {(201, ""): 1, (400, no_room(kind)): 1}
        assert [clinic.booked(doctor) for doctor in (*won, *lost)] == [1, 0]
        [visit] = clinic.ask(Call("GET", f"/api/appointments/?doctor={won[0]}"))["results"]
        assert clinic.slots(lost[0], 1) == [visit["appointment_time"]]  # as free as it was
    assert clinic.overlaps() == 0


def test_of_12_doctors_who_want_one_of_3_rooms_3_get_one_each(clinic: Clinic) -> None:
    won, lost, answers, kind = race(clinic, doctors=12, rooms=3)

    assert answers == {(201, ""): 3, (400, no_room(kind)): 9}
    assert [clinic.booked(doctor) for doctor in won] == [1] * 3
    assert [clinic.booked(doctor) for doctor in lost] == [0] * 9
    assert clinic.overlaps() == 0


def test_rooms_are_never_shared_though_moves_and_bookings_cross_and_leave_no_deadlock(calm: Clinic) -> None:
    _, type_id = kind_of_room(calm, rooms=2)
    one, other = calm.doctors(2)
    slot, *later = calm.slots(one, 9)
    visits = [in_a_room(calm.patient(), doctor, start, type_id) for start in later for doctor in (one, other)]
    moves = [move(calm.ask(visit)["id"], slot) for visit in visits]
    others = [in_a_room(calm.patient(), doctor, slot, type_id) for doctor in calm.doctors(8)]

    answers = calm.at_once([*moves, *others])

    assert {answer.status_code for answer in answers} <= {200, 201, 400}
    assert sum(answer.is_success for answer in answers) == 2
    assert calm.overlaps() == 0


def test_the_constraint_alone_keeps_two_visits_out_of_a_room(serve: Serve) -> None:
    with serve(rooms=False) as clinic:
        for _ in range(ROUNDS):
            won, lost, answers, _ = race(clinic, doctors=2, rooms=1)

            assert answers[201, ""] == 1
            assert [clinic.booked(doctor) for doctor in (*won, *lost)] == [1, 0]
        assert clinic.overlaps() == 0


def test_without_the_rooms_lock_and_the_constraint_two_visits_share_a_room(serve: Serve) -> None:
    with serve(rooms=False, guards=False) as clinic:
        for _ in range(100):
            race(clinic, doctors=4, rooms=1)
            if clinic.overlaps():
                break

        assert clinic.overlaps() > 0
