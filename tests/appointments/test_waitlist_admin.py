"""The waiting list in the admin, and what its pages of hours offer."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from appointments import services, waitlist
from appointments.models import Appointment, WaitlistEntry
from clinics.models import Holiday, Location, LocationException
from doctors import places
from doctors.models import AvailabilityException, Doctor
from tests.factories import at, book, close, make_doctor, make_patient, set_hours
from tests.pages import AdminPages, errors

pytestmark = pytest.mark.django_db
DATES = {"earliest": date(2026, 3, 2), "latest": date(2026, 3, 6)}


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, WaitlistEntry)


@pytest.fixture
def doctor() -> Doctor:
    doctor = make_doctor(full_name="Ann Smith")
    set_hours(doctor, "mon 09:00-09:30")
    return doctor


@pytest.fixture
def visit(doctor: Doctor) -> Appointment:
    return book("2026-03-02 09:00", doctor=doctor)


def wait(doctor: Doctor, name: str = "Jane Doe", **wishes: Any) -> WaitlistEntry:
    return waitlist.join(doctor=doctor, patient=make_patient(full_name=name), **{**DATES, **wishes})


def status(entry: WaitlistEntry) -> str:
    entry.refresh_from_db()
    return entry.status


def test_a_patient_is_put_on_the_list(pages: AdminPages, doctor: Doctor, user: User) -> None:
    patient = make_patient()
    response = pages.add(patient=patient.pk, doctor=doctor.pk, **DATES, weekdays=["0", "3"], priority=4)
    assert errors(response) == {}
    entry = WaitlistEntry.objects.get()
    assert (entry.patient, entry.doctor, entry.weekdays, entry.priority) == (patient, doctor, [0, 3], 4)
    assert entry.created_by == user


def test_what_the_service_refuses_is_shown_beside_the_field(pages: AdminPages, doctor: Doctor) -> None:
    edges = {"earliest": "2026-03-06", "latest": "2026-03-05"}
    response = pages.add(patient=make_patient().pk, doctor=doctor.pk, **edges)
    assert errors(response) == {"latest": ["This is before earliest."]}
    response = pages.add(patient=make_patient().pk, **DATES)
    assert errors(response) == {"__all__": ["Name a doctor, a specialization or an appointment type to wait for."]}
    assert WaitlistEntry.objects.count() == 0


def test_days_of_a_year_that_nothing_is_booked_in_are_refused_as_in_the_api(pages: AdminPages, doctor: Doctor) -> None:
    edges = {"earliest": "0001-01-01", "latest": "9999-12-31"}
    response = pages.add(patient=make_patient().pk, doctor=doctor.pk, **edges)
    assert errors(response) == {name: ["Enter a date from the years 1900 to 2199."] for name in edges}


def test_wishes_are_changed_and_the_rest_stays(pages: AdminPages, doctor: Doctor) -> None:
    entry = wait(doctor, priority=2)
    assert errors(pages.change(entry.pk, part_of_day="morning")) == {}
    entry.refresh_from_db()
    assert (entry.part_of_day, entry.priority, entry.doctor) == ("morning", 2, doctor)


def test_an_entry_shows_what_was_offered_by_the_clock_of_the_place(
    pages: AdminPages, doctor: Doctor, visit: Appointment
) -> None:
    places.amend_location(Location.objects.default(), time_zone="Africa/Nairobi")
    set_hours(doctor, "mon 12:00-12:30")
    entry = wait(doctor)
    services.cancel(visit)
    page = pages.client.get(pages.url("change", entry.pk)).content.decode()
    assert "2026-03-02 12:00 EAT" in page
    assert "2026-03-02 10:00 EAT" in page  # until


def test_offers_are_answered(pages: AdminPages, doctor: Doctor, visit: Appointment) -> None:
    first, second, third = wait(doctor), wait(doctor), wait(doctor)
    services.cancel(visit)
    assert pages.run("decline", first) == ["1 declined."]
    assert pages.run("withdraw", second) == ["1 taken off the list."]
    no_offer = "There is no offer to answer: it was answered, or its time is over."
    assert pages.run("accept", first, third) == [f"{first}: {no_offer}", "1 booked."]
    assert [status(entry) for entry in (first, second, third)] == ["waiting", "withdrawn", "booked"]


def test_an_offer_that_is_read_late_has_lapsed(
    pages: AdminPages, doctor: Doctor, visit: Appointment, clock: time_machine.Traveller
) -> None:
    entry = wait(doctor)
    services.cancel(visit)
    clock.shift(timedelta(hours=1))
    pages.client.get(pages.url("changelist"))
    assert status(entry) == "waiting"


def test_the_list_is_searched_by_the_patients_name(pages: AdminPages, doctor: Doctor) -> None:
    wait(doctor)
    other = wait(doctor, "Achieng Otieno")
    found = pages.client.get(pages.url("changelist"), {"q": "otieno"}).context["cl"].result_list
    assert list(found) == [other]


def test_the_list_takes_a_fixed_number_of_queries(pages: AdminPages, doctor: Doctor) -> None:
    wait(doctor)
    one = pages.queries_of_list(rows=1)
    for _ in range(4):
        wait(doctor)
    assert pages.queries_of_list(rows=5) == one


def test_nothing_is_deleted(pages: AdminPages, doctor: Doctor) -> None:
    entry = wait(doctor)
    assert pages.client.get(pages.url("delete", entry.pk)).status_code == 403


# --- Hours, through the admin ------------------------------------------------------------------------


def test_a_doctors_new_week_is_offered(pages: AdminPages, doctor: Doctor, visit: Appointment) -> None:
    entry = wait(doctor)
    AdminPages(pages.client, Doctor).change(doctor.pk, **{"weekly_hours-0-end": "10:00"})
    assert entry.offers.get().start == at("2026-03-02 09:30")


def test_an_extra_clinic_is_offered(pages: AdminPages, doctor: Doctor, visit: Appointment) -> None:
    entry = wait(doctor)
    edges = {"start": "2026-03-04T10:00", "end": "2026-03-04T11:00"}
    AdminPages(pages.client, AvailabilityException).add(doctor=doctor.pk, kind="open", **edges)
    assert entry.offers.get().start == at("2026-03-04 10:00")


def test_changed_and_removed_leave_is_offered(pages: AdminPages, doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-10:00")
    leave = close(doctor, "2026-03-02 09:00", "2026-03-02 10:00")
    first, second = wait(doctor), wait(doctor)
    exceptions = AdminPages(pages.client, AvailabilityException)
    exceptions.change(leave.pk, end="2026-03-02T09:30")
    exceptions.run("remove", leave)
    starts = [entry.offers.get().start for entry in (first, second)]
    assert starts == [at("2026-03-02 09:30"), at("2026-03-02 09:00")]


def test_what_a_place_gives_back_is_offered(pages: AdminPages, doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-10:00")
    place = Location.objects.default()
    edges = {"start": at("2026-03-02 09:00"), "end": at("2026-03-02 10:00")}
    closure = places.add_location_exception(place, kind="closed", **edges)
    holiday = places.add_holiday(date=date(2026, 3, 9), name="Founder's Day")
    entries = [wait(doctor, latest=date(2026, 3, 31)) for _ in range(4)]
    closures = AdminPages(pages.client, LocationException)
    holidays = AdminPages(pages.client, Holiday)
    closures.change(closure.pk, end="2026-03-02T09:30")
    closures.run("remove", closure)
    holidays.change(holiday.pk, date="2026-03-16")
    assert [entry.offers.get().start for entry in entries] == [
        at("2026-03-02 09:30"),
        at("2026-03-02 09:00"),
        at("2026-03-09 09:00"),
        at("2026-03-09 09:30"),
    ]
    last = wait(doctor, latest=date(2026, 3, 31))
    holidays.run("remove", holiday)
    assert last.offers.get().start == at("2026-03-16 09:00")
    edges = {"start": "2026-03-23T09:00", "end": "2026-03-23T10:00"}
    places.add_holiday(date=date(2026, 3, 23), name="Another")
    late = wait(doctor, latest=date(2026, 3, 31), earliest=date(2026, 3, 23))
    closures.add(location=place.pk, kind="open", **edges)
    assert late.offers.get().start == at("2026-03-23 09:00")
