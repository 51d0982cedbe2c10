"""The gap between two visits: the larger of the earlier one's buffer after and the later one's buffer before."""

from typing import Any

import pytest

from appointments import holds, services
from appointments.errors import BufferNeeded
from appointments.finding import Search, find_slots
from clinics.models import AppointmentType
from doctors.models import Doctor
from tests.factories import NOW, at, book, make_doctor, make_patient, make_type, set_hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to twelve, half an hour each."""
    doctor = make_doctor()
    set_hours(doctor, "mon 09:00-12:00")
    return doctor


def kind(before: int, after: int, **fields: Any) -> AppointmentType:
    return make_type(buffer_before_minutes=before, buffer_after_minutes=after, **fields)


def fits(start: str, **asked: Any) -> bool:
    """Whether it can be booked; it then is."""
    try:
        book(start, **asked)
    except BufferNeeded:
        return False
    return True


@pytest.mark.parametrize(
    ("after", "before", "gap"),
    [(0, 0, 0), (15, 0, 15), (0, 15, 15), (15, 10, 15), (10, 15, 15), (15, 15, 15), (240, 5, 240)],
)
def test_the_larger_buffer_binds_and_they_do_not_add_up(doctor: Doctor, after: int, before: int, gap: int) -> None:
    set_hours(doctor, "mon 08:00-18:00")
    earlier, later = kind(0, after), kind(before, 0)
    book("2026-03-02 08:00", doctor=doctor, appointment_type=earlier)
    end = 8 * 60 + 30 + gap
    if gap:
        too_soon = f"2026-03-02 {(end - 1) // 60:02}:{(end - 1) % 60:02}"
        assert not fits(too_soon, doctor=doctor, appointment_type=later)
    assert fits(f"2026-03-02 {end // 60:02}:{end % 60:02}", doctor=doctor, appointment_type=later)


@pytest.mark.parametrize(("after", "before", "gap"), [(15, 10, 15), (10, 15, 15), (0, 20, 20), (20, 0, 20)])
def test_the_gap_is_the_same_where_the_earlier_visit_is_booked_last(
    doctor: Doctor, after: int, before: int, gap: int
) -> None:
    earlier, later = kind(0, after), kind(before, 0)
    book("2026-03-02 11:00", doctor=doctor, appointment_type=later)
    assert not fits(f"2026-03-02 10:{31 - gap:02}", doctor=doctor, appointment_type=earlier)
    assert fits(f"2026-03-02 10:{30 - gap:02}", doctor=doctor, appointment_type=earlier)


def test_a_buffer_before_does_not_reach_behind_the_visit_nor_one_after_ahead_of_it(doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor, appointment_type=kind(30, 0))
    assert fits("2026-03-02 10:30", doctor=doctor)
    book("2026-03-02 11:30", doctor=doctor, appointment_type=kind(0, 30))
    assert fits("2026-03-02 11:00", doctor=doctor)


def test_buffers_bind_the_doctor_and_not_the_patient(doctor: Doctor) -> None:
    patient, scan = make_patient(), kind(30, 30)
    book("2026-03-02 10:00", doctor=doctor, patient=patient, appointment_type=scan)
    assert fits("2026-03-02 10:30", patient=patient, appointment_type=scan)
    assert fits("2026-03-02 09:30", patient=patient, appointment_type=scan)


def test_buffers_may_lie_outside_the_hours(doctor: Doctor) -> None:
    scan = kind(30, 30)
    assert fits("2026-03-02 09:00", doctor=doctor, appointment_type=scan)
    assert fits("2026-03-02 11:30", doctor=doctor, appointment_type=scan)


def test_a_cancelled_visit_needs_no_buffer(doctor: Doctor) -> None:
    services.cancel(book("2026-03-02 10:00", doctor=doctor, appointment_type=kind(30, 30)))
    assert fits("2026-03-02 10:15", doctor=doctor)


def test_a_moving_visit_does_not_keep_a_distance_from_itself(doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor, appointment_type=kind(30, 30))
    assert services.reschedule(visit, start=at("2026-03-02 10:45")).start == at("2026-03-02 10:45")


def test_a_moving_visit_keeps_its_buffers(doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor, appointment_type=kind(0, 20))
    book("2026-03-02 11:00", doctor=doctor)
    with pytest.raises(BufferNeeded):
        services.reschedule(visit, start=at("2026-03-02 10:15"))
    assert services.reschedule(visit, start=at("2026-03-02 10:10")).start == at("2026-03-02 10:10")


def test_a_hold_has_buffers_as_its_visit_would(doctor: Doctor) -> None:
    holds.hold(doctor=doctor, start=at("2026-03-02 10:00"), appointment_type=kind(20, 20))
    assert not fits("2026-03-02 10:45", doctor=doctor)
    assert fits("2026-03-02 10:50", doctor=doctor)
    assert not fits("2026-03-02 09:15", doctor=doctor)
    assert fits("2026-03-02 09:10", doctor=doctor)


def test_the_slot_list_leaves_out_what_the_buffers_take(doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor, appointment_type=kind(10, 40))
    scan = kind(35, 0)

    def starts(asked: AppointmentType | None) -> list[str]:
        search = Search([doctor], NOW.date(), NOW.date(), now=NOW, limit=99, appointment_type=asked)
        return [f"{slot.start:%H:%M}" for slot in find_slots(search)]

    assert starts(None) == ["09:00", "11:30"]  # 09:30-10:00 is within the ten minutes before, 11:00 within the forty
    assert starts(scan) == ["09:00", "11:30"]
    assert starts(kind(0, 31)) == ["11:30"]  # 09:00-09:30 would need until 10:01
