"""Who is locked when something changes at a place: see `doctors.places`. SQLite has one lock for all writers."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.errors import LocationNameTaken
from clinics.models import Location, LocationException
from clinics.services import open_location
from doctors import places, services
from doctors.models import Doctor
from tests.factories import at, extra_clinic, make_doctor, set_hours, weekly_hours

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
LEAVE = {"kind": "closed", "start": at("2026-03-03 00:00"), "end": at("2026-03-04 00:00")}


def locks(action: Callable[[], object]) -> list[str]:
    """The tables whose rows an action locks, in order."""
    with CaptureQueriesContext(connection) as captured:
        action()
    statements = [query["sql"] for query in captured.captured_queries]
    return [found[1] for sql in statements if "FOR NO KEY UPDATE" in sql and (found := re.search(r'FROM "(\w+)"', sql))]


@pytest.fixture
def here() -> Location:
    return Location.objects.default()


@pytest.fixture
def annex() -> Location:
    return open_location(name="Annex", time_zone="UTC")


@on_postgresql
def test_locations_are_locked_before_doctors(here: Location) -> None:
    doctor = make_doctor()
    both = ["clinics_location", "doctors_doctor"]
    window = weekly_hours("mon 08:00-12:00", here)
    assert locks(lambda: services.add(full_name="Ann", email="ann@clinic.test", specialization="GP")) == both[:1]
    assert locks(lambda: services.set_weekly_hours(doctor, [window])) == both
    assert locks(lambda: services.add_exception(doctor, **LEAVE)) == both
    assert locks(lambda: services.amend_exception(doctor.exceptions.get(), kind="open")) == both
    assert locks(lambda: places.add_location_exception(here, **LEAVE)) == both
    exception = LocationException.objects.get()
    assert locks(lambda: places.amend_location_exception(exception, reason="Painting")) == [
        *both,
        "clinics_locationexception",
    ]
    assert locks(lambda: places.remove_location_exception(exception)) == both
    assert locks(lambda: places.add_holiday(date=date(2026, 3, 3), name="Feast", location=here)) == both
    # Whatever is about every location locks them all, and once more those that were opened meanwhile.
    everywhere = ["clinics_location", *both]
    assert locks(lambda: places.add_holiday(date=date(2026, 3, 3), name="Feast")) == everywhere
    assert locks(lambda: places.import_holidays(country="KE", year=2026)) == everywhere
    assert locks(lambda: open_location(name="Annex", time_zone="UTC")) == both[:1]
    assert locks(lambda: places.amend_location(here, time_zone="Africa/Nairobi")) == everywhere
    assert locks(lambda: places.deactivate_location(here)) == everywhere
    assert locks(lambda: places.amend_location(here, name="Main Street")) == both[:1]


def test_everybody_who_sees_patients_at_a_place_is_locked_with_it(here: Location, annex: Location) -> None:
    weekly, extra, elsewhere = make_doctor(), make_doctor(), make_doctor()
    set_hours(weekly, "mon 08:00-12:00", location=annex)
    extra_clinic(extra, "2026-03-07 09:00", "2026-03-07 12:00", location=annex)
    locked = services.atomic(places.lock_everybody)
    assert locked(annex) == [weekly, extra]
    assert locked(here) == [extra, elsewhere]
    assert locked(here, annex) == [weekly, extra, elsewhere]
    assert locked(None) == list(Doctor.objects.order_by("id"))


def test_a_name_that_is_taken_is_refused_whatever_its_case(annex: Location) -> None:
    with pytest.raises(LocationNameTaken):
        open_location(name="ANNEX", time_zone="UTC")
