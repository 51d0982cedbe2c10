"""Doctors, their hours and exceptions in the admin."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from appointments.models import Appointment
from clinics import services as clinic_services
from clinics.models import Location
from doctors import places, services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from tests.factories import at, book, make_doctor
from tests.pages import AdminPages, entries, errors, messages

ENTERED = {"full_name": "Ann Smith", "email": "ann@clinic.test", "specialization": "Cardiology"}
OUTSIDE = "1 appointment is now outside the hours of Ann Smith: kept, for the desk to move or cancel."


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, Doctor)


@pytest.fixture
def exceptions(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, AvailabilityException)


def week_of(doctor: Doctor) -> list[tuple[int, time, time]]:
    return list(doctor.weekly_hours.values_list("weekday", "start", "end"))


def new_window(number: int, weekday: int, start: str, end: str, location: Location) -> dict[str, Any]:
    window = {"weekday": weekday, "start": start, "end": end, "location": location.pk, "id": ""}
    return {
        "weekly_hours-TOTAL_FORMS": number + 1,
        **{f"weekly_hours-{number}-{name}": value for name, value in window.items()},
    }


# --- Records -----------------------------------------------------------------------------------------


def test_added_doctor_starts_with_the_clinics_opening_hours(pages: AdminPages) -> None:
    assert errors(pages.add(**ENTERED)) == {}
    assert week_of(Doctor.objects.get()) == [(weekday, time(8), time(18)) for weekday in range(5)]


def test_taken_email_is_refused_beside_the_field(pages: AdminPages) -> None:
    make_doctor(email="Ann@clinic.test")
    response = pages.add(**ENTERED)
    assert errors(response) == {"email": ["A doctor with this e-mail already exists."]}
    assert Doctor.objects.count() == 1


def test_change_is_stored_and_the_week_kept(pages: AdminPages) -> None:
    doctor = make_doctor()
    hours = list(doctor.weekly_hours.values())
    assert errors(pages.change(doctor.pk, default_duration_minutes=45)) == {}
    doctor.refresh_from_db()
    assert doctor.default_duration_minutes == 45
    assert list(doctor.weekly_hours.values()) == hours


def test_doctors_are_deactivated_and_reactivated(pages: AdminPages) -> None:
    doctors = [make_doctor(), make_doctor()]
    assert pages.run("deactivate", *doctors) == ["2 deactivated."]
    assert not Doctor.objects.active().exists()
    assert pages.run("reactivate", doctors[0]) == ["1 reactivated."]
    assert Doctor.objects.active().get() == doctors[0]


def test_doctors_cannot_be_deleted(pages: AdminPages) -> None:
    doctor = make_doctor()
    assert pages.client.post(pages.url("delete", doctor.pk), {"post": "yes"}).status_code == 403
    pages.run("delete_selected", doctor)
    assert Doctor.objects.count() == 1


# --- Weekly hours ------------------------------------------------------------------------------------


def test_windows_are_added_changed_and_removed_as_one_week(pages: AdminPages) -> None:
    doctor = make_doctor()
    typed = {
        "weekly_hours-0-end": "12:00",
        "weekly_hours-1-DELETE": "on",
        **new_window(5, 5, "22:00", "02:00", Location.objects.default()),
    }
    assert errors(pages.change(doctor.pk, **typed)) == {}
    assert week_of(doctor) == [
        (0, time(8), time(12)),
        *((weekday, time(8), time(18)) for weekday in (2, 3, 4)),
        (5, time(22), time(2)),
    ]


def test_two_places_at_once_are_refused_and_the_record_is_kept(pages: AdminPages) -> None:
    doctor = make_doctor(full_name="Ann Smith")
    annex = clinic_services.open_location(name="Annex", time_zone="UTC")
    before = week_of(doctor)
    response = pages.change(doctor.pk, full_name="Ann Jones", **new_window(5, 0, "17:00", "19:00", annex))
    assert response.status_code == 200
    assert errors(response) == {
        "__all__": [
            "These hours put the doctor in two places at once: Test Clinic on mon 08:00-18:00 and Annex on mon "
            "17:00-19:00."
        ]
    }
    doctor.refresh_from_db()
    assert (doctor.full_name, week_of(doctor)) == ("Ann Smith", before)


def test_window_that_ends_before_it_begins_to_hold_is_refused(pages: AdminPages) -> None:
    doctor = make_doctor()
    dates = {"weekly_hours-0-valid_from": "2026-03-10", "weekly_hours-0-valid_until": "2026-03-09"}
    response = pages.change(doctor.pk, **dates)
    (formset,) = response.context["inline_admin_formsets"]
    assert formset.formset.errors[0] == {"valid_until": ["This is before valid_from."]}
    assert not WeeklyHours.objects.exclude(valid_from=None).exists()


def test_week_that_somebody_else_has_replaced_is_refused(pages: AdminPages) -> None:
    doctor = make_doctor()
    stale = entries(pages.client.get(pages.url("change", doctor.pk)))
    location = Location.objects.default()
    services.set_weekly_hours(doctor, [WeeklyHours(weekday=0, start=time(8), end=time(10), location=location)])
    response = pages.client.post(pages.url("change", doctor.pk), {**stale, "weekly_hours-0-end": "12:00"})
    (formset,) = response.context["inline_admin_formsets"]
    assert (response.status_code, formset.formset.is_valid()) == (200, False)
    assert week_of(doctor) == [(0, time(8), time(10))]


def test_changed_hours_keep_visits_and_tell_how_many_are_outside(pages: AdminPages) -> None:
    doctor = make_doctor(full_name="Ann Smith")
    visit = book("2026-03-02 10:00", doctor=doctor)
    response = pages.change(doctor.pk, **{"weekly_hours-0-start": "12:00"})
    assert OUTSIDE in messages(response)
    assert Appointment.objects.get(pk=visit.pk).status == "scheduled"


# --- Exceptions --------------------------------------------------------------------------------------


def test_added_exception_is_read_by_the_clinics_clock_and_tells_who_is_outside(exceptions: AdminPages) -> None:
    places.amend_location(Location.objects.default(), time_zone="Africa/Nairobi")
    doctor = make_doctor(full_name="Ann Smith")
    book("2026-03-02 10:00", doctor=doctor)
    leave = {"doctor": doctor.pk, "kind": "closed", "start": "2026-03-02T12:00", "end": "2026-03-02T14:00"}
    response = exceptions.add(**leave)
    assert OUTSIDE in messages(response)
    (exception,) = doctor.exceptions.all()
    assert (exception.start, exception.end) == (at("2026-03-02 09:00"), at("2026-03-02 11:00"))


def test_exception_upside_down_is_refused(exceptions: AdminPages) -> None:
    doctor = make_doctor()
    leave = {"doctor": doctor.pk, "kind": "closed", "start": "2026-03-02T12:00", "end": "2026-03-02T12:00"}
    assert errors(exceptions.add(**leave)) == {"end": ["An exception ends after it starts."]}
    assert not AvailabilityException.objects.exists()


def test_shortened_extra_clinic_tells_who_is_outside(exceptions: AdminPages) -> None:
    doctor = make_doctor(full_name="Ann Smith")
    extra = services.add_exception(doctor, kind="open", start=at("2026-03-07 08:00"), end=at("2026-03-07 12:00"))
    book("2026-03-07 11:00", doctor=doctor)
    response = exceptions.change(extra.pk, end="2026-03-07T10:00")
    assert OUTSIDE in messages(response)
    extra.refresh_from_db()
    assert extra.end == at("2026-03-07 10:00")


def test_removed_extra_clinic_tells_who_is_outside(exceptions: AdminPages) -> None:
    doctor = make_doctor(full_name="Ann Smith")
    extra = services.add_exception(doctor, kind="open", start=at("2026-03-07 08:00"), end=at("2026-03-07 12:00"))
    book("2026-03-07 11:00", doctor=doctor)
    assert exceptions.run("remove", extra) == ["1 removed.", OUTSIDE]
    assert not AvailabilityException.objects.exists()


# --- Lists -------------------------------------------------------------------------------------------


def test_list_of_doctors_takes_the_same_queries_for_one_row_and_for_three(pages: AdminPages) -> None:
    make_doctor()
    one = pages.queries_of_list(rows=1)
    make_doctor()
    make_doctor()
    assert pages.queries_of_list(rows=3) == one


def test_list_of_exceptions_takes_the_same_queries_for_one_row_and_for_three(exceptions: AdminPages) -> None:
    def add() -> None:
        services.add_exception(make_doctor(), kind="closed", start=at("2026-03-07 08:00"), end=at("2026-03-07 12:00"))

    add()
    one = exceptions.queries_of_list(rows=1)
    add()
    add()
    assert exceptions.queries_of_list(rows=3) == one
