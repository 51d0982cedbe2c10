"""The clinic sets soft rules aside, and the history keeps which and why."""

import pytest

from appointments import services
from clinics import services as clinic_services
from clinics.models import Location
from doctors import services as doctor_services
from doctors.models import Doctor
from tests.appointments.policy.refusing import REASON, refusal
from tests.factories import (
    at,
    book,
    close,
    make_type,
    weekly_hours,
)

pytestmark = pytest.mark.django_db


def test_an_override_sets_the_soft_rules_aside_and_the_history_keeps_which_and_why(doctor: Doctor) -> None:
    book("2026-03-02 17:30", doctor=doctor, appointment_type=make_type(buffer_after_minutes=30))
    far = make_type(minimum_notice_minutes=7 * 24 * 60)
    visit = book("2026-03-02 18:10", doctor=doctor, appointment_type=far, override=True, reason=REASON)
    line = visit.history.get()
    assert (line.action, line.reason) == ("booked", REASON)
    assert line.overrode == ["outside_hours", "too_soon", "buffer_needed"]
    beyond = make_type(booking_horizon_days=1)
    later = book("2026-03-06 10:00", doctor=doctor, appointment_type=beyond, override=True, reason=REASON)
    assert later.history.get().overrode == ["too_far_ahead"]


def test_an_override_that_was_not_needed_set_nothing_aside(doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor, override=True, reason=REASON)
    assert visit.history.get().overrode == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_override_needs_a_reason(doctor: Doctor, reason: str) -> None:
    sentence = "Say why the rules are set aside: the reason is kept in the history."
    assert refusal("2026-03-07 10:00", doctor=doctor, override=True, reason=reason) == (
        "reason_needed",
        "reason",
        sentence,
    )


def test_an_override_takes_place_where_the_doctor_is_around_then(doctor: Doctor) -> None:
    here = Location.objects.default()
    there = clinic_services.open_location(name="There", time_zone="UTC")
    week = [weekly_hours("mon 08:00-12:00", here), weekly_hours("tue 08:00-12:00", there)]
    doctor_services.set_weekly_hours(doctor, week)
    override = {"doctor": doctor, "override": True, "reason": REASON}
    assert book("2026-03-02 12:00", **override).location == here
    assert book("2026-03-03 12:00", **override).location == there
    assert book("2026-03-03 07:00", **override).location == there
    assert book("2026-03-06 12:00", **override).location == here  # nowhere near: where the week begins


def test_a_visit_can_be_moved_against_the_soft_rules(doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor)
    moved = services.reschedule(visit, start=at("2026-03-02 19:00"), override=True, reason=REASON)
    line = moved.history.last()
    assert (moved.start, moved.location) == (at("2026-03-02 19:00"), visit.location)
    assert (line.action, line.reason, line.overrode) == ("moved", REASON, ["outside_hours"])


def test_undo_leads_back_to_what_was_set_aside(doctor: Doctor) -> None:
    visit = book("2026-03-02 19:00", doctor=doctor, override=True, reason=REASON)
    undone = services.undo(services.cancel(visit))
    assert (undone.status, undone.start) == ("scheduled", at("2026-03-02 19:00"))
    assert undone.history.last().overrode == ["outside_hours"]


def test_leave_is_set_aside_by_an_override(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 09:00", "2026-03-02 12:00")
    assert refusal("2026-03-02 10:00", doctor=doctor)[0] == "outside_hours"
    assert book("2026-03-02 10:00", doctor=doctor, override=True, reason=REASON).history.get().overrode == [
        "outside_hours"
    ]
