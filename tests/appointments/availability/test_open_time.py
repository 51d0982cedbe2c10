"""When doctors are there: hours, exceptions and places of the database, as slots."""

from datetime import date, time
from typing import Any

import pytest

from appointments import hours
from appointments.availability import Week, location_of
from appointments.finding import Search, Slot, find_slots
from clinics.errors import CalendarChanged
from clinics.models import Location
from clinics.services import open_location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.hours import WeeklyWindow
from scheduling.intervals import Interval
from tests.appointments.availability.asking import MONDAY, TUESDAY, starts
from tests.factories import NOW, at, close, extra_clinic, make_doctor, set_hours, weekly_hours

pytestmark = pytest.mark.django_db


# --- Weekly hours ----------------------------------------------------------------------------------


def test_a_slot_is_a_doctor_a_place_and_a_time(doctor: Doctor, location: Location) -> None:
    found = find_slots(Search([doctor], since=MONDAY, until=MONDAY, now=NOW, limit=1))
    assert found == [Slot(at("2026-03-02 09:00"), at("2026-03-02 09:30"), doctor, location)]


def test_a_week_goes_from_monday_on_whatever_order_it_is_stored_in(doctor: Doctor, auckland: Location) -> None:
    """Where a doctor usually is, and whose an hour is that two places have come to claim, is where the week begins."""
    default = Location.objects.default()
    text = f"4 {default.pk} 08:00:00 12:00:00  ;0 {auckland.pk} 13:00:00 17:00:00  2026-12-31"
    week = Week.read(text)
    assert week.windows == {
        auckland.pk: (WeeklyWindow(0, time(13), time(17), None, date(2026, 12, 31)),),
        default.pk: (WeeklyWindow(4, time(8), time(12)),),
    }
    assert list(week.windows) == [auckland.pk, default.pk]
    assert Week.read(text) is week  # read once by a process, however many doctors work it


def test_slots_follow_each_other_through_the_weekly_hours(doctor: Doctor) -> None:
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_doctor_without_hours_has_no_slots() -> None:
    doctor = make_doctor()
    set_hours(doctor)
    assert starts(doctor, until=date(2026, 4, 30)) == []
    assert location_of(doctor, Interval(at("2026-03-02 09:00"), at("2026-03-02 09:30"))) is None


def test_a_new_doctor_has_the_opening_hours() -> None:
    found = starts(make_doctor())
    assert (found[0], found[-1], len(found)) == ("08:00", "17:30", 20)


def test_the_grid_steps_by_the_length_of_the_visit(doctor: Doctor) -> None:
    assert starts(doctor, minutes=50) == ["09:00", "09:50"]
    doctor.default_duration_minutes = 40
    assert starts(doctor) == ["09:00", "09:40", "10:20"]


def test_the_step_of_the_grid_can_be_asked_for(doctor: Doctor) -> None:
    assert starts(doctor, minutes=60, step=20) == ["09:00", "09:20", "09:40", "10:00"]


def test_overlapping_windows_do_not_list_a_slot_twice(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-10:00", "mon 09:30-11:00")
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_visit_fits_over_the_seam_of_adjoining_windows(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-10:00", "mon 10:00-11:00")
    assert starts(doctor, minutes=80) == ["09:00"]


def test_a_visit_does_not_fit_over_a_lunch_break(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-10:00", "mon 10:15-11:00")
    assert starts(doctor, minutes=45) == ["09:00", "10:15"]


def test_hours_hold_only_while_they_are_valid(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-09:30", valid_from=date(2026, 3, 9), valid_until=date(2026, 3, 16))
    assert starts(doctor, until=date(2026, 3, 30)) == ["03-09 09:00", "03-16 09:00"]


# --- Exceptions ------------------------------------------------------------------------------------


def test_leave_closes(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 09:30", "2026-03-02 10:30")
    assert starts(doctor) == ["09:00", "10:30"]


def test_a_doctor_on_leave_throughout_has_no_slots(doctor: Doctor) -> None:
    close(doctor, "2026-01-01", "2027-01-01")
    assert starts(doctor, until=date(2026, 4, 30)) == []


def test_the_grid_begins_again_after_leave(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 09:00", "2026-03-02 09:50")
    assert starts(doctor) == ["09:50", "10:20"]


def test_leave_takes_each_minute_that_it_touches(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 09:29:59", "2026-03-02 10:00:01")
    assert starts(doctor) == ["10:01"]


def test_leave_that_somebody_else_removed_is_not_there_again_when_it_is_changed(doctor: Doctor) -> None:
    seen = close(doctor, "2026-03-02 08:00", "2026-03-02 18:00")
    hours.remove_exception(AvailabilityException.objects.get(pk=seen.pk))
    with pytest.raises(CalendarChanged):
        hours.amend_exception(seen, reason="Ill")
    assert not AvailabilityException.objects.exists()


def test_of_two_who_change_one_leave_neither_takes_back_what_the_other_wrote(doctor: Doctor) -> None:
    seen = close(doctor, "2026-03-02 08:00", "2026-03-02 18:00")
    hours.amend_exception(AvailabilityException.objects.get(pk=seen.pk), end=at("2026-03-03 18:00"))
    assert hours.amend_exception(seen, reason="Ill").end == at("2026-03-03 18:00")
    stored = AvailabilityException.objects.get(pk=seen.pk)
    assert (stored.end, stored.reason) == (at("2026-03-03 18:00"), "Ill")


def test_an_extra_clinic_opens(doctor: Doctor) -> None:
    extra_clinic(doctor, "2026-03-03 14:00", "2026-03-03 15:00")
    assert starts(doctor, since=TUESDAY, until=TUESDAY) == ["03-03 14:00", "03-03 14:30"]


def test_an_extra_clinic_needs_no_weekly_hours(location: Location) -> None:
    doctor = make_doctor()
    set_hours(doctor)
    extra_clinic(doctor, "2026-03-02 14:00", "2026-03-02 14:30")
    assert starts(doctor) == ["14:00"]
    assert location_of(doctor, Interval(at("2026-03-02 14:00"), at("2026-03-02 14:30"))) == location


def test_an_extra_clinic_prolongs_the_weekly_hours(doctor: Doctor) -> None:
    extra_clinic(doctor, "2026-03-02 11:00", "2026-03-02 12:00")
    assert starts(doctor, minutes=60) == ["09:00", "10:00", "11:00"]
    assert starts(doctor, minutes=180) == ["09:00"]


@pytest.mark.parametrize("closed_first", [True, False])
def test_closed_wins_among_a_doctors_own_exceptions(doctor: Doctor, closed_first: bool) -> None:
    for closed in (closed_first, not closed_first):
        if closed:
            close(doctor, "2026-03-02 14:30", "2026-03-02 15:00")
        else:
            extra_clinic(doctor, "2026-03-02 14:00", "2026-03-02 15:30")
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30", "14:00", "15:00"]


def test_one_doctors_exceptions_leave_another_alone(doctor: Doctor) -> None:
    away = make_doctor()
    set_hours(away, "mon 09:00-10:00")
    close(away, "2026-03-01", "2026-03-08")
    found = find_slots(Search([doctor, away], since=MONDAY, until=MONDAY, now=NOW, limit=99))
    assert {slot.doctor for slot in found} == {doctor}


# --- Locations -------------------------------------------------------------------------------------


def test_hours_are_wall_time_of_their_own_location(doctor: Doctor, location: Location, auckland: Location) -> None:
    WeeklyHours.objects.create(doctor=doctor, **fields(weekly_hours("tue 09:00-10:00", auckland)))
    found = find_slots(Search([doctor], since=MONDAY, until=TUESDAY, now=NOW, limit=99))
    assert [(slot.location, f"{slot.start:%d %H:%M}") for slot in found] == [
        (location, "02 09:00"),
        (location, "02 09:30"),
        (location, "02 10:00"),
        (location, "02 10:30"),
        (auckland, "02 20:00"),  # Tuesday 09:00 NZDT
        (auckland, "02 20:30"),
    ]


def test_slots_of_one_location_can_be_asked_for(doctor: Doctor, location: Location, auckland: Location) -> None:
    WeeklyHours.objects.create(doctor=doctor, **fields(weekly_hours("tue 09:00-10:00", auckland)))
    assert starts(doctor, until=TUESDAY, location=auckland) == ["20:00", "20:30"]
    assert starts(doctor, until=TUESDAY, location=location) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_visit_does_not_run_from_one_location_into_another(doctor: Doctor, location: Location) -> None:
    next_door = open_location(name="Next door", time_zone="UTC")
    WeeklyHours.objects.create(doctor=doctor, **fields(weekly_hours("mon 11:00-12:00", next_door)))
    assert starts(doctor, minutes=50) == ["09:00", "09:50", "11:00"]
    assert location_of(doctor, Interval(at("2026-03-02 10:30"), at("2026-03-02 11:30"))) is None
    assert location_of(doctor, Interval(at("2026-03-02 10:30"), at("2026-03-02 11:00"))) == location
    assert location_of(doctor, Interval(at("2026-03-02 11:00"), at("2026-03-02 11:30"))) == next_door


def test_an_extra_clinic_elsewhere_takes_the_doctor_there(doctor: Doctor, location: Location) -> None:
    next_door = open_location(name="Next door", time_zone="UTC")
    extra_clinic(doctor, "2026-03-02 10:00", "2026-03-02 10:30", next_door)
    found = find_slots(Search([doctor], since=MONDAY, until=MONDAY, now=NOW, limit=99))
    assert [(slot.location, f"{slot.start:%H:%M}") for slot in found] == [
        (location, "09:00"),
        (location, "09:30"),
        (next_door, "10:00"),
        (location, "10:30"),
    ]


def test_an_inactive_location_has_no_slots(doctor: Doctor, location: Location) -> None:
    closed_down = open_location(name="Closed down", time_zone="UTC")
    extra_clinic(doctor, "2026-03-02 10:00", "2026-03-02 12:00", closed_down)
    WeeklyHours.objects.create(doctor=doctor, **fields(weekly_hours("mon 14:00-15:00", closed_down)))
    Location.objects.filter(pk=closed_down.pk).update(active=False)
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]
    assert location_of(doctor, Interval(at("2026-03-02 10:00"), at("2026-03-02 10:30"))) == location
    assert location_of(doctor, Interval(at("2026-03-02 14:00"), at("2026-03-02 14:30"))) is None


def test_a_doctor_is_never_at_two_places_at_once(doctor: Doctor, location: Location, auckland: Location) -> None:
    """A location that moves to another time zone can bring hours together that were apart: the first one holds."""
    WeeklyHours.objects.create(doctor=doctor, **fields(weekly_hours("mon 10:30-11:30", auckland)))
    Location.objects.filter(pk=auckland.pk).update(time_zone="UTC")
    found = find_slots(Search([doctor], since=MONDAY, until=MONDAY, now=NOW, limit=99))
    assert [(slot.location, f"{slot.start:%H:%M}") for slot in found] == [
        (location, "09:00"),
        (location, "09:30"),
        (location, "10:00"),
        (location, "10:30"),
        (auckland, "11:00"),
    ]


def fields(row: WeeklyHours) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("weekday", "start", "end", "location")}
