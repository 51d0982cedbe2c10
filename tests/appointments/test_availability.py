"""What is free: hours, exceptions and visits of the database, as slots. Doctors are in UTC unless a test says other."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from appointments import hours, services
from appointments.availability import Week, location_of, outside_hours
from appointments.displaced import displaced
from appointments.finding import Edge, Search, Slot, find_slots
from appointments.models import Appointment
from clinics.errors import CalendarChanged
from clinics.models import Location
from clinics.services import open_location
from doctors import services as doctor_services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient
from scheduling.hours import WeeklyWindow
from scheduling.intervals import Interval
from tests.factories import NOW, at, book, close, extra_clinic, make_doctor, make_patient, set_hours, weekly_hours

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NumQueries = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to eleven, half an hour each."""
    doctor = make_doctor()
    set_hours(doctor, "mon 09:00-11:00")
    return doctor


@pytest.fixture
def location() -> Location:
    return Location.objects.default()


@pytest.fixture
def auckland() -> Location:
    return open_location(name="Auckland", time_zone="Pacific/Auckland")


def starts(*doctors: Doctor, since: Edge = MONDAY, until: Edge = MONDAY, **asked: Any) -> list[str]:
    """Of the slots found: ["09:00", "09:30"], with the date where it is not the Monday."""
    found = find_slots(Search(doctors, **{"since": since, "until": until, "now": NOW, "limit": 1000, **asked}))
    return [f"{slot.start:%H:%M}" if slot.start.date() == MONDAY else f"{slot.start:%m-%d %H:%M}" for slot in found]


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


# --- Visits ----------------------------------------------------------------------------------------


def test_a_booked_time_is_no_slot(doctor: Doctor) -> None:
    book("2026-03-02 09:30", doctor=doctor)
    assert starts(doctor) == ["09:00", "10:00", "10:30"]


def test_a_visit_off_the_grid_takes_both_slots_that_it_touches(doctor: Doctor) -> None:
    book("2026-03-02 09:15", doctor=doctor)
    assert starts(doctor) == ["10:00", "10:30"]


def test_a_cancelled_or_missed_visit_gives_its_time_back(doctor: Doctor) -> None:
    services.cancel(book("2026-03-02 09:00", doctor=doctor))
    services.mark_no_show(book("2026-03-02 09:30", doctor=doctor))
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_completed_visit_still_takes_its_time(doctor: Doctor) -> None:
    services.complete(book("2026-03-02 09:00", doctor=doctor))
    assert starts(doctor) == ["09:30", "10:00", "10:30"]


def test_a_visit_with_seconds_takes_each_minute_that_it_touches(doctor: Doctor) -> None:
    book("2026-03-02 09:29:30", doctor=doctor, duration_minutes=1)
    assert starts(doctor, minutes=15) == ["09:00", "09:45", "10:00", "10:15", "10:30", "10:45"]


def test_a_visit_that_began_before_the_search_is_seen(doctor: Doctor) -> None:
    book("2026-03-02 09:00", doctor=doctor, duration_minutes=60)
    assert starts(doctor, since=at("2026-03-02 09:30"), until=at("2026-03-02 11:00")) == ["10:00", "10:30"]


def test_another_doctors_visits_do_not_count(doctor: Doctor) -> None:
    book("2026-03-02 09:00")
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]


# --- What is asked ---------------------------------------------------------------------------------


def test_slots_start_in_the_future(doctor: Doctor) -> None:
    assert starts(doctor, now=at("2026-03-02 09:29:59")) == ["09:30", "10:00", "10:30"]
    assert starts(doctor, now=at("2026-03-02 09:30")) == ["10:00", "10:30"]
    assert starts(doctor, now=at("2026-03-02 09:30:01")) == ["10:00", "10:30"]
    assert starts(doctor, now=at("2026-03-02 10:30:00")) == []


def test_the_present_does_not_move_the_grid(doctor: Doctor) -> None:
    assert starts(doctor, since=at("2026-03-02 09:10"), until=TUESDAY, now=at("2026-03-02 09:10")) == [
        "09:30",
        "10:00",
        "10:30",
    ]


def test_instants_bound_the_whole_slot(doctor: Doctor) -> None:
    assert starts(doctor, since=at("2026-03-02 09:30"), until=at("2026-03-02 10:30")) == ["09:30", "10:00"]
    assert starts(doctor, since=at("2026-03-02 09:31"), until=at("2026-03-02 10:29")) == []
    assert starts(doctor, since=at("2026-03-02 09:29:30"), until=at("2026-03-02 10:00")) == ["09:30"]


def test_dates_are_local_days_of_the_location(auckland: Location) -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 00:00-00:30", "mon 23:30-00:00", "tue 00:00-00:30", location=auckland)
    # Monday 2 March in Auckland is Sunday 11:00 UTC to Monday 11:00 UTC.
    asked = {"now": at("2026-03-01 00:00"), "since": MONDAY, "until": MONDAY}
    assert starts(doctor, **asked) == ["03-01 11:00", "10:30"]
    assert starts(doctor, **asked | {"since": TUESDAY, "until": TUESDAY}) == ["11:00"]


def test_a_date_across_a_clock_change_is_its_whole_local_day() -> None:
    new_york = open_location(name="New York", time_zone="America/New_York")
    doctor = make_doctor(default_duration_minutes=60)
    set_hours(doctor, "sun 00:00-00:00", location=new_york)
    spring = find_slots(Search([doctor], since=date(2026, 3, 8), until=date(2026, 3, 8), now=NOW, limit=99))
    autumn = find_slots(Search([doctor], since=date(2026, 11, 1), until=date(2026, 11, 1), now=NOW, limit=99))
    assert (len(spring), spring[0].start, spring[-1].end) == (23, at("2026-03-08 05:00"), at("2026-03-09 04:00"))
    assert (len(autumn), autumn[0].start, autumn[-1].end) == (25, at("2026-11-01 04:00"), at("2026-11-02 05:00"))


def test_a_range_that_is_past_or_upside_down_has_no_slots(doctor: Doctor) -> None:
    assert starts(doctor, since=date(2025, 3, 3), until=date(2025, 3, 3)) == []
    assert starts(doctor, since=TUESDAY, until=MONDAY) == []
    assert starts(doctor, since=datetime(1, 1, 1, tzinfo=UTC), until=datetime(1, 1, 2, tzinfo=UTC)) == []
    assert starts(doctor, since=datetime(1, 1, 1, tzinfo=UTC), until=at("2026-03-02 10:00")) == ["09:00", "09:30"]


def test_across_doctors_the_earliest_comes_first_then_the_lowest_id() -> None:
    one, other, third = make_doctor(full_name="Zulu"), make_doctor(full_name="Alpha"), make_doctor(full_name="Mike")
    set_hours(one, "mon 09:00-10:00")
    set_hours(other, "mon 09:00-10:00")
    set_hours(third, "mon 08:45-09:45")
    found = find_slots(Search([third, other, one], since=MONDAY, until=MONDAY, now=NOW, limit=99))
    assert [(f"{slot.start:%H:%M}", slot.doctor.full_name) for slot in found] == [
        ("08:45", "Mike"),
        ("09:00", "Zulu"),
        ("09:00", "Alpha"),
        ("09:15", "Mike"),
        ("09:30", "Zulu"),
        ("09:30", "Alpha"),
    ]


def test_a_limit_gives_the_first_ones(doctor: Doctor) -> None:
    assert starts(doctor, limit=3) == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize("hours_back", range(0, 72, 5))
def test_a_round_the_clock_grid_does_not_depend_on_where_the_search_begins(doctor: Doctor, hours_back: int) -> None:
    set_hours(doctor, *(f"{day} 10:00-10:00" for day in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")))
    close(doctor, "2026-03-08 03:10", "2026-03-08 03:20")  # Sunday: its grid begins anew at 03:20
    midnight, noon = at("2026-03-11 00:00"), at("2026-03-11 12:00")
    since = noon - timedelta(hours=hours_back)
    found = find_slots(Search([doctor], since=since, until=noon, now=NOW, minutes=100, limit=1000))
    grid = [midnight + timedelta(minutes=100 * number) for number in range(7)]
    assert [slot.start for slot in found if slot.start >= midnight] == [start for start in grid if start >= since]


def test_the_grid_of_the_longest_day_is_settled_in_its_last_hour(doctor: Doctor) -> None:
    troll = open_location(name="Troll", time_zone="Antarctica/Troll")
    set_hours(doctor, *(f"{day} 00:00-00:00" for day in ("fri", "sat", "sun", "mon")), location=troll)
    # Sunday 25 October 2026 has 26 hours there, from Saturday 22:00 UTC: its sixteenth start is 25 hours later.
    asked = {"since": at("2026-10-25 23:00"), "until": at("2026-10-26 00:00")}
    assert starts(doctor, **asked, minutes=30, step=100) == ["10-25 23:00"]


# --- The hours of a visit that is there already ----------------------------------------------------


def test_visits_that_the_hours_no_longer_cover_are_reported_soonest_first(doctor: Doctor) -> None:
    late, early, kept = (book(f"2026-03-02 {time}", doctor=doctor) for time in ("10:30", "09:00", "10:00"))
    gone = book("2026-03-02 09:30", doctor=doctor)
    services.cancel(gone)
    set_hours(doctor, "mon 09:15-10:30")
    assert outside_hours(doctor, now=NOW) == [early, late]
    assert outside_hours(doctor, now=at("2026-03-02 09:30")) == [late]
    within = Interval(at("2026-03-02 08:00"), at("2026-03-02 10:00"))
    assert outside_hours(doctor, now=NOW, within=within) == [early]
    assert kept not in outside_hours(doctor, now=NOW)


def test_a_visit_whose_doctor_is_elsewhere_by_then_is_reported(doctor: Doctor, auckland: Location) -> None:
    visit, later = book("2026-03-02 09:30", doctor=doctor), book("2026-03-02 10:30", doctor=doctor)
    extra_clinic(doctor, "2026-03-02 09:00", "2026-03-02 10:00", auckland)
    assert outside_hours(doctor, now=NOW) == [visit]
    assert displaced(visit.location, now=NOW).visits == [visit]
    moved = services.reschedule(later, start=at("2026-03-02 09:00"))
    assert moved.location == auckland
    assert outside_hours(doctor, now=NOW) == [visit]


def test_every_visit_of_a_doctor_who_no_longer_sees_patients_is_reported(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-12:00")
    late, early = (book(f"2026-03-02 {time}", doctor=doctor) for time in ("10:30", "09:00"))
    doctor = doctor_services.deactivate(doctor)
    assert outside_hours(doctor, now=NOW) == [early, late]
    assert outside_hours(doctor, now=at("2026-03-02 09:30")) == [late]


# --- Queries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("doctors", "days", "queries"), [(1, 31, 1), (19, 14, 1), (20, 14, 2), (50, 14, 2)])
def test_slots_of_few_doctors_take_one_query_and_of_many_two_however_many_days(
    doctors: int, days: int, queries: int, django_assert_num_queries: NumQueries
) -> None:
    asked = [make_doctor() for _ in range(doctors)]
    patient = make_patient()
    for number, doctor in enumerate(asked):
        close(doctor, "2026-03-04 10:00", "2026-03-04 12:00")
        fill(doctor, patient, number * 20, 20)
    # Hours with their locations, exceptions, the locations' exceptions, holidays, visits, holds.
    with django_assert_num_queries(queries):
        found = find_slots(Search(asked, since=MONDAY, until=MONDAY + timedelta(days=days - 1), now=NOW, limit=100_000))
    assert {slot.doctor for slot in found} == set(asked)


@pytest.mark.parametrize("visits", [1, 300])
def test_booking_takes_the_same_queries_however_many_visits_there_are(
    visits: int, django_assert_num_queries: NumQueries
) -> None:
    doctor, patient = make_doctor(), make_patient()
    fill(doctor, patient, 0, visits)
    with django_assert_num_queries(7):
        services.book(doctor=doctor, patient=patient, start=at("2026-03-03 10:00"))


def fill(doctor: Doctor, patient: Patient, first: int, number: int) -> None:
    """Visits of a quarter of an hour in the year before."""
    begin = at("2025-01-06 00:00")
    Appointment.objects.bulk_create(
        Appointment(
            doctor=doctor,
            patient=patient,
            location=Location.objects.default(),
            start=begin + timedelta(minutes=15 * each),
            end=begin + timedelta(minutes=15 * each + 15),
        )
        for each in range(first, first + number)
    )
