"""The clinic in the admin: locations, their exceptions, holidays, rooms and appointment types."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from clinics import services
from clinics.errors import UnknownTimeZone
from clinics.models import AppointmentType, Holiday, Location, LocationException, Room
from doctors import places
from doctors import services as doctor_services
from tests.factories import at, book, make_doctor, weekly_hours
from tests.pages import AdminPages, entries, errors, messages

NOT_A_ZONE = "'Mars/Olympus' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, Location)


def test_added_location_opens_with_the_usual_hours(pages: AdminPages) -> None:
    assert errors(pages.add(name="Annex", time_zone="Asia/Kolkata")) == {}
    hours = Location.objects.get(name="Annex").opening_hours.values_list("weekday", "start", "end")
    assert list(hours) == [(weekday, time(8), time(18)) for weekday in range(5)]


def test_unknown_time_zone_is_refused_beside_the_field(pages: AdminPages) -> None:
    response = pages.add(name="Annex", time_zone="Mars/Olympus")
    assert errors(response) == {"time_zone": [NOT_A_ZONE]}
    assert Location.objects.count() == 1


@pytest.mark.django_db
def test_service_refuses_an_unknown_time_zone() -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        places.amend_location(Location.objects.default(), time_zone="Mars/Olympus")
    assert refusal.value.message == NOT_A_ZONE
    assert Location.objects.get().time_zone == "UTC"


def test_opening_hours_are_changed_as_one_week(pages: AdminPages) -> None:
    location = Location.objects.default()
    typed = {"opening_hours-0-end": "12:00", **{f"opening_hours-{row}-DELETE": "on" for row in (1, 2, 3)}}
    assert errors(pages.change(location.pk, **typed)) == {}
    hours = location.opening_hours.values_list("weekday", "start", "end")
    assert list(hours) == [(0, time(8), time(12)), (4, time(8), time(18))]


def test_last_active_location_stays_active(pages: AdminPages) -> None:
    location = Location.objects.default()
    unticked = entries(pages.client.get(pages.url("change", location.pk)))
    del unticked["active"]
    response = pages.client.post(pages.url("change", location.pk), unticked)
    assert errors(response) == {"active": ["A clinic keeps at least one active location. Open another one first."]}
    location.refresh_from_db()
    assert location.active


def test_another_location_can_be_deactivated(pages: AdminPages) -> None:
    annex = services.open_location(name="Annex", time_zone="UTC")
    unticked = entries(pages.client.get(pages.url("change", annex.pk)))
    del unticked["active"]
    pages.client.post(pages.url("change", annex.pk), unticked)
    assert list(Location.objects.active()) == [Location.objects.default()]


def test_locations_cannot_be_deleted(pages: AdminPages) -> None:
    location = Location.objects.default()
    assert pages.client.post(pages.url("delete", location.pk), {"post": "yes"}).status_code == 403
    assert Location.objects.count() == 1


# --- Exceptions, holidays, rooms and types ---------------------------------------------------------


def of(client: Client, user: User, model: type[Any]) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, model)


def test_closing_a_location_is_read_by_its_clock_and_tells_who_is_outside(client: Client, user: User) -> None:
    place = places.amend_location(Location.objects.default(), time_zone="Africa/Nairobi")
    book("2026-03-02 10:00")
    pages = of(client, user, LocationException)
    typed = {"location": place.pk, "kind": "closed", "start": "2026-03-02T12:00", "end": "2026-03-02T14:00"}
    response = pages.add(**typed, reason="Painting")
    exception = LocationException.objects.get()
    assert (exception.start, exception.end) == (at("2026-03-02 09:00"), at("2026-03-02 11:00"))
    assert messages(response)[0] == (
        "1 appointment is now outside the hours at Test Clinic: kept, for the desk to move or cancel."
    )
    assert errors(pages.change(exception.pk, end="2026-03-02T11:00")) == {"end": ["An exception ends after it starts."]}
    assert pages.run("remove", exception) == ["1 removed."]
    assert not LocationException.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_holiday_of_a_year_that_nothing_is_booked_in_is_refused_beside_its_day(
    client: Client, user: User, day: str
) -> None:
    refused = errors(of(client, user, Holiday).add(date=day, name="Our day"))
    assert (refused, Holiday.objects.count()) == ({"date": ["Enter a date from the years 1900 to 2199."]}, 0)


def test_holidays_are_added_changed_and_removed(client: Client, user: User) -> None:
    pages = of(client, user, Holiday)
    book("2026-03-03 10:00")
    response = pages.add(date="2026-03-03", name="Feast")
    assert messages(response)[0] == (
        "1 appointment is now outside the hours at the clinic: kept, for the desk to move or cancel."
    )
    assert errors(pages.add(date="2026-03-03", name="Fast")) == {
        "date": ["This day already is a holiday there. Change that one instead."]
    }
    holiday = Holiday.objects.get()
    assert errors(pages.change(holiday.pk, name="Fast")) == {}
    assert Holiday.objects.get().name == "Fast"
    assert pages.run("remove", holiday) == ["1 removed."]
    assert not Holiday.objects.exists()


def test_a_room_stays_at_its_location_and_has_a_name_of_its_own(client: Client, user: User) -> None:
    pages = of(client, user, Room)
    here, annex = Location.objects.default(), services.open_location(name="Annex", time_zone="UTC")
    assert errors(pages.add(location=here.pk, name="Room 1", kind="consulting")) == {}
    assert errors(pages.add(location=here.pk, name="ROOM 1", kind="consulting")) == {
        "name": ["This location already has a room with this name."]
    }
    room = Room.objects.get()
    pages.change(room.pk, location=annex.pk, kind="ultrasound")
    room.refresh_from_db()
    assert (room.location, room.kind) == (here, "ultrasound")


def test_a_type_is_stored_with_who_offers_it(client: Client, user: User) -> None:
    pages = of(client, user, AppointmentType)
    doctor = make_doctor()
    typed = {"name": "Scan", "specializations": '["Sports  Medicine"]', "doctors": doctor.pk}
    assert errors(pages.add(**typed)) == {}
    stored = AppointmentType.objects.get()
    assert (stored.specializations, list(stored.doctors.all())) == (["Sports Medicine"], [doctor])
    assert errors(pages.add(name="SCAN", doctors=[])) == {
        "name": ["An appointment type with this name already exists."]
    }
    assert errors(pages.change(stored.pk, specializations="[7]")) == {
        "specializations": ['Enter a list of names such as ["Cardiology", "Paediatrics"].']
    }
    assert errors(pages.change(stored.pk, duration_minutes="45", doctors=[])) == {}
    stored.refresh_from_db()
    assert (stored.duration_minutes, list(stored.doctors.all())) == (45, [])


@pytest.mark.parametrize("model", [LocationException, Holiday, Room, AppointmentType])
def test_lists_of_the_clinic_take_the_same_queries_however_long(client: Client, user: User, model: type[Any]) -> None:
    pages = of(client, user, model)
    here = Location.objects.default()

    def add(number: int) -> None:
        if model is LocationException:
            start = at(f"2026-03-0{number} 00:00")
            model.objects.create(location=here, kind="closed", start=start, end=start + timedelta(days=1))
        elif model is Holiday:
            model.objects.create(location=here, date=date(2026, 3, number), name="Feast")
        elif model is Room:
            model.objects.create(location=here, name=f"Room {number}", kind="consulting")
        else:
            model.objects.create(name=f"Type {number}")

    add(1)
    one = pages.queries_of_list(rows=1)
    for number in range(2, 6):
        add(number)
    assert pages.queries_of_list(rows=5) == one


def test_a_time_zone_that_puts_a_doctor_in_two_places_is_refused_beside_the_field(pages: AdminPages) -> None:
    here, annex = Location.objects.default(), services.open_location(name="Annex", time_zone="UTC")
    doctor = make_doctor(full_name="Ann Smith")
    week = [weekly_hours("mon 08:00-12:00", here), weekly_hours("mon 13:00-17:00", annex)]
    doctor_services.set_weekly_hours(doctor, week)
    assert errors(pages.change(annex.pk, time_zone="Africa/Nairobi")) == {
        "time_zone": [
            "Ann Smith: These hours put the doctor in two places at once: Test Clinic on mon 08:00-12:00 and Annex on "
            "mon 13:00-17:00."
        ]
    }
