"""A clinic to test in: short names for the things that tests talk about."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from accounts.models import User
from appointments import services
from appointments.models import Appointment
from clinics import services as clinic_services
from clinics.models import AppointmentType, Location, Room
from doctors import offering
from doctors import services as doctor_services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients import services as patient_services
from patients.models import Patient
from scheduling.hours import WEEKDAYS

# A Monday. The test clinic is in UTC and opens Monday to Friday, 08:00-18:00.
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

numbers = count(1)


def at(text: str) -> datetime:
    """The instant of an ISO text, UTC unless it says otherwise: at("2026-03-02 10:00")."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_doctor(**fields: Any) -> Doctor:
    """A doctor with the clinic's opening hours."""
    number = next(numbers)
    defaults = {"full_name": f"Doctor {number}", "email": f"d{number}@clinic.test", "specialization": "General"}
    return doctor_services.add(**{**defaults, **fields})


def make_patient(**fields: Any) -> Patient:
    number = next(numbers)
    return patient_services.register(**{"full_name": f"Patient {number}", "phone_number": f"07{number:08}", **fields})


def make_user(role: str = "", *, doctor: Doctor | None = None, patient: Patient | None = None, **fields: Any) -> User:
    """Somebody who signs in, as the doctor or patient of that record if one is given."""
    fields = {"password": "a-long-password", **fields}
    user = User.objects.create_user(f"user{next(numbers)}", role=role, **fields)
    for record in filter(None, (doctor, patient)):
        record.user = user
        record.save()
    return user


def make_type(*, doctors: Iterable[Doctor] = (), **fields: Any) -> AppointmentType:
    """An appointment type that everybody offers, unless specializations or doctors are named."""
    return offering.add_type(doctors=doctors, **{"name": f"Type {next(numbers)}", **fields})


def make_room(kind: str = "consulting", *, location: Location | None = None, **fields: Any) -> Room:
    place = location or Location.objects.default()
    return clinic_services.add_room(location=place, **{"name": f"Room {next(numbers)}", "kind": kind, **fields})


def book(start: str = "2026-03-02 10:00", **fields: Any) -> Appointment:
    """A booked visit, of a new patient to a new doctor unless they are given."""
    fields.setdefault("doctor", None)
    fields.setdefault("patient", None)
    fields["doctor"] = fields["doctor"] or make_doctor()
    fields["patient"] = fields["patient"] or make_patient()
    return services.book(start=at(start), **fields)


def set_hours(doctor: Doctor, *windows: str, location: Location | None = None, **valid: date) -> None:
    """The doctor's whole week: set_hours(doctor, "mon 08:00-12:00", "fri 22:00-06:00")."""
    place = location or Location.objects.default()
    doctor_services.set_weekly_hours(doctor, [weekly_hours(window, place, **valid) for window in windows])


def weekly_hours(window: str, location: Location, **valid: date) -> WeeklyHours:
    weekday, edges = window.split(" ")
    start, end = (time.fromisoformat(edge) for edge in edges.split("-"))
    return WeeklyHours(weekday=WEEKDAYS.index(weekday), start=start, end=end, location=location, **valid)


def close(doctor: Doctor, start: str, end: str) -> AvailabilityException:
    """Leave."""
    return doctor_services.add_exception(doctor, kind="closed", start=at(start), end=at(end))


def extra_clinic(doctor: Doctor, start: str, end: str, location: Location | None = None) -> AvailabilityException:
    return doctor_services.add_exception(doctor, kind="open", start=at(start), end=at(end), location=location)
