"""Files of doctors' weekly hours: a whole week, or nothing of it."""

import pytest

from clinics.models import Location
from clinics.services import open_location
from doctors.models import Doctor, WeeklyHours
from tests.factories import make_doctor, set_hours
from tests.files import Import, counts, failed

pytestmark = pytest.mark.django_db


def week_of(doctor: Doctor) -> list[str]:
    return [f"{hours} {hours.location}" for hours in WeeklyHours.objects.filter(doctor=doctor)]


def test_hours_are_a_doctors_whole_week(bring: Import) -> None:
    grace, other = make_doctor(email="grace@clinic.test"), make_doctor()
    open_location(name="West", time_zone="UTC")
    text = (
        "doctor_email,weekday,start,end,location,valid_from\n"
        "grace@clinic.test,tue,22:00,24:00,,2026-03-01\nGrace@clinic.test,Mon,8:00,12:00,west,\n"
    )
    assert bring("hours", text) == counts("hours", updated=2)
    assert week_of(grace) == ["mon 08:00-12:00 West", "tue 22:00-00:00 Test Clinic"]
    assert len(week_of(other)) == 5
    assert bring("hours", text) == counts("hours", unchanged=2)


def test_a_week_with_a_bad_row_is_not_stored(bring: Import) -> None:
    grace, joe = make_doctor(full_name="Grace"), make_doctor(full_name="Joe")
    set_hours(grace, "fri 08:00-12:00")
    set_hours(joe)
    said = bring(
        "hours",
        "doctor,doctor_name,weekday,start,end,location,valid_from,valid_until\n"
        f"{grace.pk},grace,mon,08:00,12:00,,,\n"
        f"{grace.pk},joe,mon,08:00,12:00,,,\n"
        f"{grace.pk},,monday,8,25:00,East,x,\n"
        f"{grace.pk},,mon,,12:00,99,2026-03-02,2026-03-01\n"
        f"{grace.pk},,mon,08:00,12:00,,2026-03-02,2026-03-01\n"
        f"{joe.pk},,mon,08:00,12:00,,,\n"
        "999999,,mon,08:00,12:00,,,\n",
    )
    assert said == (
        "Row 2: The week was not stored, because another of its rows was refused.\n"
        "Row 3, doctor_name: The person who was found has another name.\n"
        "Row 4, weekday: Choose from: mon, tue, wed, thu, fri, sat, sun.\n"
        "Row 4, start: Enter a time in whole minutes, such as 08:00.\n"
        "Row 4, end: Enter a time in whole minutes, such as 08:00.\n"
        "Row 4, valid_from: Enter a date such as 2026-05-29.\n"
        "Row 4, location: There is no location with this name.\n"
        "Row 5, start: This field cannot be blank.\n"
        "Row 5, location: There is no location with this id.\n"
        "Row 6, valid_until: This is before valid_from.\n"
        "Row 8, doctor: There is nobody with this id.\n" + counts("hours", created=1, refused=6) + failed(6)
    )
    assert week_of(grace) == ["fri 08:00-12:00 Test Clinic"]
    assert week_of(joe) == ["mon 08:00-12:00 Test Clinic"]


def test_a_week_in_two_places_at_once_is_refused(bring: Import) -> None:
    grace = make_doctor()
    west = open_location(name="West", time_zone="UTC")
    said = bring(
        "hours",
        f"doctor,weekday,start,end,location\n{grace.pk},mon,08:00,12:00,{west.pk}\n{grace.pk},mon,11:00,13:00,\n",
    )
    why = (
        "These hours put the doctor in two places at once: West on mon 08:00-12:00 and Test Clinic on mon 11:00-13:00."
    )
    assert said == f"Row 2: {why}\nRow 3: {why}\n" + counts("hours", refused=2) + failed(2)
    assert len(week_of(grace)) == 5


def test_a_week_whose_rows_do_not_stand_together_is_refused(bring: Import) -> None:
    """Each part of it would replace the one before."""
    grace, joe = make_doctor(email="grace@clinic.test"), make_doctor()
    said = bring(
        "hours",
        "doctor,doctor_email,weekday,start,end\n"
        f"{grace.pk},,mon,08:00,12:00\n{joe.pk},,mon,08:00,12:00\n,grace@clinic.test,tue,08:00,12:00\n",
    )
    why = "The rows of a doctor are a whole week and have to stand together. Sort the file by doctor."
    assert said == f"Row 2: {why}\nRow 4: {why}\n" + counts("hours", updated=1, refused=2) + failed(2)
    assert len(week_of(grace)) == 5


def test_a_week_has_an_end(bring: Import) -> None:
    grace = make_doctor()
    said = bring("hours", "doctor,weekday,start,end\n" + f"{grace.pk},mon,08:00,12:00\n" * 101)
    assert said.startswith("Row 2: A week has at most 100 rows.\n")
    assert said.endswith("Row 102: A week has at most 100 rows.\n" + counts("hours", refused=101) + failed(101))


def test_a_closed_location_takes_no_new_hours(bring: Import) -> None:
    grace = make_doctor()
    west = open_location(name="West", time_zone="UTC")
    text = f"doctor,weekday,start,end,location\n{grace.pk},mon,08:00,12:00,West\n"
    assert bring("hours", text) == counts("hours", updated=1)
    Location.objects.filter(pk=west.pk).update(active=False)
    assert bring("hours", text) == counts("hours", unchanged=1)
    assert bring("hours", text.replace("08", "09")) == (
        "Row 2, location: This location is closed for good.\n" + counts("hours", refused=1) + failed(1)
    )
