"""A room is booked together with the doctor: chosen among the free ones of the kind that the type needs, or named."""

from typing import Any

import pytest
from django.db import connection

from appointments import holds, policy, services
from appointments.errors import NoRoomFree, OutsideHours, RoomTaken, RoomUnsuitable
from appointments.finding import Search, find_slots
from appointments.models import Appointment
from clinics import services as clinic_services
from clinics.models import AppointmentType, Room
from doctors.models import Doctor
from tests.factories import (
    NOW,
    at,
    book,
    close,
    extra_clinic,
    make_doctor,
    make_patient,
    make_room,
    make_type,
    set_hours,
)

pytestmark = pytest.mark.django_db
TEN = "2026-03-02 10:00"


@pytest.fixture
def rooms() -> list[Room]:
    """Two with an ultrasound."""
    return [make_room("ultrasound"), make_room("Ultrasound")]


@pytest.fixture
def scan(rooms: list[Room]) -> AppointmentType:
    return make_type(room_kind="ultrasound")


# --- Chosen ----------------------------------------------------------------------------------------


def test_the_first_free_room_of_the_kind_is_chosen(scan: AppointmentType, rooms: list[Room]) -> None:
    make_room("consulting")
    assert [book(TEN, appointment_type=scan).room for _ in rooms] == rooms


def test_without_a_free_room_of_the_kind_nothing_is_booked(scan: AppointmentType, rooms: list[Room]) -> None:
    for _ in rooms:
        book(TEN, appointment_type=scan)
    with pytest.raises(NoRoomFree) as caught:
        book("2026-03-02 10:15", appointment_type=scan)
    assert caught.value.message == "No room for this (ultrasound) is free at that time."
    with pytest.raises(NoRoomFree):
        book("2026-03-02 10:15", appointment_type=scan, override=True, reason="Emergency")
    assert Appointment.objects.count() == 2
    assert book("2026-03-02 10:30", appointment_type=scan).room == rooms[0]


def test_a_type_that_needs_no_room_is_given_none(rooms: list[Room]) -> None:
    assert book(TEN, appointment_type=make_type()).room is None
    assert book(TEN).room is None


def test_a_room_is_free_again_when_its_visit_is_cancelled(scan: AppointmentType, rooms: list[Room]) -> None:
    first, _ = (book(TEN, appointment_type=scan) for _ in rooms)
    services.cancel(first)
    assert book(TEN, appointment_type=scan).room == rooms[0]


def test_a_room_of_another_location_does_not_do(scan: AppointmentType, rooms: list[Room]) -> None:
    there = clinic_services.open_location(name="There", time_zone="UTC")
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-18:00", location=there)
    with pytest.raises(NoRoomFree):
        book(TEN, doctor=doctor, appointment_type=scan)
    room = make_room("ultrasound", location=there)
    assert book(TEN, doctor=doctor, appointment_type=scan).room == room


def test_a_room_out_of_use_is_not_chosen(scan: AppointmentType, rooms: list[Room]) -> None:
    clinic_services.deactivate_room(rooms[0])
    assert book(TEN, appointment_type=scan).room == rooms[1]


# --- Named -----------------------------------------------------------------------------------------


def test_a_room_that_is_named_is_taken(scan: AppointmentType, rooms: list[Room]) -> None:
    assert book(TEN, appointment_type=scan, room=rooms[1]).room == rooms[1]
    office = make_room("consulting")
    assert book(TEN, room=office).room == office


def test_a_named_room_that_is_taken_is_not_replaced(scan: AppointmentType, rooms: list[Room]) -> None:
    book(TEN, appointment_type=scan)
    with pytest.raises(RoomTaken):
        book(TEN, appointment_type=scan, room=rooms[0])


def test_a_named_room_has_to_suit(scan: AppointmentType, rooms: list[Room]) -> None:
    there = clinic_services.open_location(name="There", time_zone="UTC")
    out_of_use = clinic_services.deactivate_room(make_room("ultrasound"))
    for wrong in (make_room("consulting"), make_room("ultrasound", location=there), out_of_use):
        with pytest.raises(RoomUnsuitable) as caught:
            book(TEN, appointment_type=scan, room=wrong)
        assert (caught.value.field, caught.value.message) == (
            "room",
            "This room is out of use, elsewhere, or of another kind than the visit needs.",
        )
    assert Appointment.objects.count() == 0


# --- Moved -----------------------------------------------------------------------------------------


def test_a_chosen_room_is_kept_on_a_move_where_it_is_free(scan: AppointmentType, rooms: list[Room]) -> None:
    _, visit = (book(TEN, appointment_type=scan) for _ in rooms)
    moved = services.reschedule(visit, start=at("2026-03-02 11:00"))
    assert moved.room == rooms[1]


def test_a_chosen_room_is_replaced_on_a_move_where_it_is_taken(scan: AppointmentType, rooms: list[Room]) -> None:
    visit = book(TEN, appointment_type=scan)
    book("2026-03-02 11:00", appointment_type=scan)
    moved = services.reschedule(visit, start=at("2026-03-02 11:00"))
    line = moved.history.last()
    assert (moved.room, line.from_room, line.to_room) == (rooms[1], rooms[0], rooms[1])


def test_a_room_that_no_type_asks_for_is_kept_or_the_move_refused(rooms: list[Room]) -> None:
    visit = book(TEN, room=rooms[0])
    book("2026-03-02 12:00", room=rooms[0])
    assert services.reschedule(visit, start=at("2026-03-02 11:00")).room == rooms[0]
    with pytest.raises(RoomTaken):
        services.reschedule(visit, start=at("2026-03-02 12:00"))
    assert services.reschedule(visit, start=at("2026-03-02 12:00"), room=rooms[1]).room == rooms[1]
    assert services.reschedule(visit, start=at("2026-03-02 12:15"), room=None).room is None


def test_a_visit_does_not_collide_with_its_own_room(rooms: list[Room]) -> None:
    visit = book(TEN, room=rooms[0])
    assert services.reschedule(visit, start=at("2026-03-02 10:15")).room == rooms[0]


def test_another_room_is_a_line_of_history_and_needs_no_new_confirmation(rooms: list[Room]) -> None:
    visit = services.confirm(book(TEN, room=rooms[0]))
    changed = services.amend(visit, room=rooms[1])
    line = changed.history.last()
    assert (changed.status, changed.room, line.action) == ("confirmed", rooms[1], "moved")
    assert (line.from_room, line.to_room) == (rooms[0], rooms[1])


def test_a_room_can_be_given_up_where_no_type_needs_one(rooms: list[Room]) -> None:
    assert services.amend(book(TEN, room=rooms[0]), room=None).room is None


def test_a_room_is_given_up_whatever_the_hours_say_by_now(rooms: list[Room]) -> None:
    doctor = make_doctor()
    visit = book(TEN, doctor=doctor, room=rooms[0])
    close(doctor, "2026-03-02 08:00", "2026-03-02 18:00")
    given_up = services.amend(visit, room=None)
    assert (given_up.room, given_up.start, given_up.end) == (None, at(TEN), at("2026-03-02 10:30"))
    with pytest.raises(OutsideHours):
        services.amend(visit, room=rooms[1])


def test_a_type_that_needs_a_room_keeps_one(scan: AppointmentType, rooms: list[Room]) -> None:
    assert services.amend(book(TEN, appointment_type=scan), room=None).room == rooms[0]


def test_changing_rooms_onto_a_taken_one_is_refused(rooms: list[Room]) -> None:
    book(TEN, room=rooms[0])
    visit = book(TEN, room=rooms[1])
    with pytest.raises(RoomTaken):
        services.amend(visit, room=rooms[0])


def test_undo_restores_the_room(scan: AppointmentType, rooms: list[Room]) -> None:
    visit = book(TEN, appointment_type=scan)
    changed = services.amend(visit, room=rooms[1])
    assert services.undo(changed).room == rooms[0]


def test_undo_takes_the_next_room_where_the_old_one_is_taken(scan: AppointmentType, rooms: list[Room]) -> None:
    visit = services.cancel(book(TEN, appointment_type=scan))
    book(TEN, appointment_type=scan)
    assert services.undo(visit).room == rooms[1]


def test_undo_leads_back_to_the_place(rooms: list[Room]) -> None:
    there = clinic_services.open_location(name="There", time_zone="UTC")
    doctor = make_doctor()
    extra_clinic(doctor, "2026-03-03 08:00", "2026-03-03 12:00", there)
    visit = book(TEN, doctor=doctor)
    moved = services.reschedule(visit, start=at("2026-03-03 10:00"))
    assert moved.location == there
    set_hours(doctor)  # and nowhere at all from now on
    assert services.undo(moved).location == visit.location


def test_undo_leads_back_to_the_place_though_the_doctor_is_elsewhere_by_now(rooms: list[Room]) -> None:
    there = clinic_services.open_location(name="There", time_zone="UTC")
    visit = book(TEN, room=rooms[1])
    here = visit.location
    services.cancel(visit)
    extra_clinic(visit.doctor, "2026-03-02 08:00", "2026-03-02 18:00", there)
    undone = services.undo(visit)
    assert (undone.location, undone.room, undone.history.last().overrode) == (here, rooms[1], ["outside_hours"])


# --- Seen by others --------------------------------------------------------------------------------


def test_a_hold_keeps_its_room(scan: AppointmentType, rooms: list[Room]) -> None:
    kept, token = holds.hold(doctor=make_doctor(), start=at(TEN), appointment_type=scan)
    assert kept.room == rooms[0]
    assert book(TEN, appointment_type=scan).room == rooms[1]
    with pytest.raises(NoRoomFree):
        book(TEN, appointment_type=scan)
    assert book(TEN, doctor=kept.doctor, hold=token).room == rooms[0]


def test_a_room_that_was_named_for_a_hold_is_the_bookings(rooms: list[Room]) -> None:
    kept, token = holds.hold(doctor=make_doctor(), start=at(TEN), room=rooms[1])
    assert book(TEN, doctor=kept.doctor, hold=token).room == rooms[1]


def test_slots_are_where_one_room_is_free_throughout(scan: AppointmentType, rooms: list[Room]) -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 09:00-12:00")
    for start in ("2026-03-02 09:00", "2026-03-02 11:00"):
        book(start, appointment_type=scan, duration_minutes=60)
    for start in ("2026-03-02 09:30", "2026-03-02 11:30"):
        book(start, appointment_type=scan)

    def starts(**asked: Any) -> list[str]:
        search = Search([doctor], NOW.date(), NOW.date(), now=NOW, limit=99, **asked)
        return [f"{slot.start:%H:%M}" for slot in find_slots(search)]

    assert starts(appointment_type=scan) == ["09:00", "10:00", "10:30", "11:00"]
    assert starts(appointment_type=scan, minutes=90, step=30) == ["10:00"]  # no visit changes rooms half-way
    assert starts() == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


# --- The judge and the lock ------------------------------------------------------------------------


def test_the_constraint_refuses_a_room_that_the_check_lets_pass(
    rooms: list[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    book(TEN, room=rooms[0])
    monkeypatch.setattr(policy, "RULES", ())
    monkeypatch.setattr(policy.Proposal, "room", rooms[0])
    with pytest.raises(RoomTaken):
        book(TEN, room=rooms[0])
    assert Appointment.objects.count() == 1


def test_a_room_that_is_given_up_and_chosen_again_is_no_change(scan: AppointmentType) -> None:
    visit = book(TEN, appointment_type=scan)
    services.amend(visit, room=None)
    visit.refresh_from_db()
    assert (visit.version, visit.history.count()) == (1, 1)


def test_rooms_are_locked_last(scan: AppointmentType, django_assert_max_num_queries: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serialises writers by BEGIN IMMEDIATE")
    doctor = make_doctor()
    with django_assert_max_num_queries(40) as captured:
        book(TEN, doctor=doctor, appointment_type=scan)
    locks = [query["sql"] for query in captured.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]
    tables = [sql.split(" FROM ")[1].split()[0] for sql in locks]
    assert tables == ['"doctors_doctor"', '"patients_patient"', '"clinics_room"']


# --- Queries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 30])
def test_booking_with_a_type_and_a_room_takes_the_same_queries_however_many_rooms_there_are(
    number: int, doctor: Doctor, django_assert_num_queries: Any
) -> None:
    scan = make_type(room_kind="mri", specializations=["General"], minimum_notice_minutes=30, booking_horizon_days=90)
    for _ in range(number):
        make_room("mri")
    patient = make_patient()
    with django_assert_num_queries(11):
        services.book(doctor=doctor, patient=patient, start=at(TEN), appointment_type=scan)


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor()
