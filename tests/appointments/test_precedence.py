"""Which of two contradicting hours holds: a doctor's exception, a location's exception, a holiday, the weekly hours.

One test a pair, from the strongest on. The doctor works Mondays and Tuesdays, 08:00-12:00, with visits of two hours.
"""

from datetime import date

import pytest
import time_machine

from appointments.finding import Search, find_slots
from clinics.models import Location
from clinics.services import open_location
from common import clock as common_clock
from doctors import places
from doctors.models import Doctor
from tests.factories import at, close, extra_clinic, make_doctor, set_hours

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def here() -> Location:
    return Location.objects.default()


@pytest.fixture
def doctor() -> Doctor:
    doctor = make_doctor(default_duration_minutes=120)
    set_hours(doctor, "mon 08:00-12:00", "tue 08:00-12:00")
    return doctor


def free(doctor: Doctor, day: date = MONDAY) -> list[str]:
    """When, in UTC, the doctor can be booked on a local day."""
    slots = find_slots(Search([doctor], since=day, until=day, now=common_clock.now(), limit=100))
    return [f"{slot.start:%d %H:%M}" for slot in slots]


def shut(location: Location, start: str, end: str) -> None:
    places.add_location_exception(location, kind="closed", start=at(start), end=at(end))


def open_anyway(location: Location, start: str, end: str) -> None:
    places.add_location_exception(location, kind="open", start=at(start), end=at(end))


def feast(day: date = MONDAY, location: Location | None = None) -> None:
    places.add_holiday(date=day, name="Feast", location=location)


# --- A doctor's exception --------------------------------------------------------------------------


def test_a_doctors_leave_beats_the_weekly_hours(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 08:00", "2026-03-02 10:00")
    assert free(doctor) == ["02 10:00"]


def test_a_doctors_extra_clinic_beats_a_location_that_is_closed(doctor: Doctor, here: Location) -> None:
    shut(here, "2026-03-02 00:00", "2026-03-03 00:00")
    extra_clinic(doctor, "2026-03-02 09:00", "2026-03-02 11:00")
    assert free(doctor) == ["02 09:00"]


def test_a_doctors_leave_beats_a_location_that_is_open(doctor: Doctor, here: Location) -> None:
    open_anyway(here, "2026-03-02 00:00", "2026-03-03 00:00")
    close(doctor, "2026-03-02 10:00", "2026-03-02 12:00")
    assert free(doctor) == ["02 08:00"]


def test_a_doctors_extra_clinic_beats_a_holiday(doctor: Doctor) -> None:
    feast()
    extra_clinic(doctor, "2026-03-02 09:00", "2026-03-02 11:00")
    assert free(doctor) == ["02 09:00"]


def test_a_doctors_leave_beats_the_doctors_extra_clinic(doctor: Doctor) -> None:
    extra_clinic(doctor, "2026-03-02 13:00", "2026-03-02 17:00")
    close(doctor, "2026-03-02 08:00", "2026-03-02 15:00")
    assert free(doctor) == ["02 15:00"]


# --- A location's exception ------------------------------------------------------------------------


def test_a_closed_location_beats_the_weekly_hours(doctor: Doctor, here: Location) -> None:
    shut(here, "2026-03-02 08:00", "2026-03-02 10:00")
    assert free(doctor) == ["02 10:00"]


def test_an_open_location_beats_a_holiday_and_brings_back_the_weekly_hours(doctor: Doctor, here: Location) -> None:
    feast()
    open_anyway(here, "2026-03-02 00:00", "2026-03-02 10:00")
    assert free(doctor) == ["02 08:00"]


def test_an_open_location_gives_nobody_hours_of_their_own(doctor: Doctor, here: Location) -> None:
    feast()
    open_anyway(here, "2026-03-02 00:00", "2026-03-03 00:00")
    assert free(doctor) == ["02 08:00", "02 10:00"]
    open_anyway(here, "2026-03-04 00:00", "2026-03-05 00:00")
    assert free(doctor, date(2026, 3, 4)) == []


def test_a_closed_location_beats_the_same_location_open(doctor: Doctor, here: Location) -> None:
    feast()
    open_anyway(here, "2026-03-02 00:00", "2026-03-03 00:00")
    shut(here, "2026-03-02 08:00", "2026-03-02 10:00")
    assert free(doctor) == ["02 10:00"]


def test_a_location_that_is_closed_closes_no_other(doctor: Doctor) -> None:
    shut(open_location(name="Annex", time_zone="UTC"), "2026-03-02 00:00", "2026-03-03 00:00")
    assert free(doctor) == ["02 08:00", "02 10:00"]


# --- A holiday -------------------------------------------------------------------------------------


def test_a_holiday_beats_the_weekly_hours(doctor: Doctor) -> None:
    feast()
    assert free(doctor) == []
    assert free(doctor, TUESDAY) == ["03 08:00", "03 10:00"]


def test_a_locations_holiday_is_a_working_day_elsewhere(doctor: Doctor, here: Location) -> None:
    feast(location=open_location(name="Annex", time_zone="UTC"))
    assert free(doctor) == ["02 08:00", "02 10:00"]
    feast(location=here)
    assert free(doctor) == []


@pytest.mark.parametrize(
    ("zone", "monday", "tuesday"),
    [
        # Auckland's Tuesday has gone by in UTC when New York's has hardly begun.
        pytest.param("Pacific/Auckland", ["01 19:00", "01 21:00"], ["02 19:00", "02 21:00"], id="auckland"),
        pytest.param("America/New_York", ["02 13:00", "02 15:00"], ["03 13:00", "03 15:00"], id="new-york"),
    ],
)
def test_a_holiday_is_a_local_day_of_each_location(
    doctor: Doctor, zone: str, monday: list[str], tuesday: list[str], clock: time_machine.Traveller
) -> None:
    clock.move_to(at("2026-03-01 00:00"))
    places.amend_location(Location.objects.default(), time_zone=zone)
    assert (free(doctor, MONDAY), free(doctor, TUESDAY)) == (monday, tuesday)
    feast(TUESDAY)
    assert (free(doctor, MONDAY), free(doctor, TUESDAY)) == (monday, [])


def test_a_holiday_on_a_day_that_the_calendar_skipped_closes_nothing(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    clock.move_to(at("2011-12-01 00:00"))
    places.amend_location(Location.objects.default(), time_zone="Pacific/Apia")
    set_hours(doctor, "thu 08:00-10:00", "fri 08:00-10:00", "sat 08:00-10:00")
    feast(date(2011, 12, 30))
    assert (free(doctor, date(2011, 12, 29)), free(doctor, date(2011, 12, 31))) == (["29 18:00"], ["30 18:00"])
    assert free(doctor, date(2011, 12, 30)) == []


def test_one_holiday_everywhere_is_two_days_for_a_doctor_in_two_zones(
    here: Location, clock: time_machine.Traveller
) -> None:
    clock.move_to(at("2026-03-01 00:00"))
    auckland = open_location(name="Auckland", time_zone="Pacific/Auckland")
    new_york = open_location(name="New York", time_zone="America/New_York")
    early, late = (make_doctor(default_duration_minutes=120) for _ in range(2))
    for doctor, place in ((early, auckland), (late, new_york)):
        set_hours(doctor, "tue 08:00-10:00", "wed 08:00-10:00", location=place)
    slots = Search(
        [early, late], since=at("2026-03-02 00:00"), until=at("2026-03-06 00:00"), now=at("2026-03-01 00:00"), limit=9
    )
    assert [f"{slot.start:%d %H:%M}" for slot in find_slots(slots)] == ["02 19:00", "03 13:00", "03 19:00", "04 13:00"]
    feast(TUESDAY)
    assert [f"{slot.start:%d %H:%M}" for slot in find_slots(slots)] == ["03 19:00", "04 13:00"]
