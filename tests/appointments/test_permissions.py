"""Which rows are whose: kind by kind, for a doctor and for a patient who have rows of their own beside others'."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from accounts.models import User
from accounts.roles import Right, Role
from appointments import holds, merging, waitlist
from appointments.models import Appointment, AppointmentChange, Hold, Series, WaitlistOffer
from appointments.permissions import PRIVATE, asks_as_patient, calendars_of, covers, visible_to
from clinics.models import Location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient, PatientMerge
from tests.factories import at, book, close, make_doctor, make_patient, make_user, set_hours

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Side:
    """A doctor and a patient, both of whom sign in, and one row of each kind that is about them."""

    doctor: Doctor
    patient: Patient
    rows: dict[type[Model], set[int]]

    @property
    def of_doctor(self) -> User:
        assert self.doctor.user
        return self.doctor.user

    @property
    def of_patient(self) -> User:
        assert self.patient.user
        return self.patient.user


def make_side() -> Side:
    doctor, patient = make_doctor(), make_patient()
    make_user(Role.DOCTOR, doctor=doctor)
    by = make_user(Role.PATIENT, patient=patient)
    set_hours(doctor, "mon 08:00-18:00")
    place, start, end = Location.objects.default(), at("2026-03-02 12:00"), at("2026-03-02 12:30")
    visit = book(doctor=doctor, patient=patient)
    held, _ = holds.hold(doctor=doctor, start=at("2026-03-02 11:00"), patient=patient, actor=by)
    entry = waitlist.join(patient=patient, doctor=doctor, earliest=date(2026, 3, 2), latest=date(2026, 3, 6))
    whose: dict[str, Any] = {"doctor": doctor, "location": place}
    offer = WaitlistOffer.objects.create(entry=entry, start=start, end=end, offered_at=start, expires_at=end, **whose)
    series = Series.objects.create(
        patient=patient, first_date=date(2026, 3, 9), time=time(9), duration_minutes=30, rule="FREQ=DAILY", **whose
    )
    leave = close(doctor, "2026-03-03 08:00", "2026-03-03 18:00")
    of_kind = (doctor, patient, visit, held, entry, offer, series, leave)
    return Side(
        doctor,
        patient,
        {
            **{type(row): {row.pk} for row in of_kind},
            AppointmentChange: set(visit.history.values_list("pk", flat=True)),
            WeeklyHours: set(WeeklyHours.objects.filter(doctor=doctor).values_list("pk", flat=True)),
            PatientMerge: set(),
        },
    )


def seen(user: User, kind: type[Model]) -> set[int]:
    return set(visible_to(user, kind._default_manager.all()).values_list("pk", flat=True))


def test_each_kind_of_private_row_shows_a_doctor_their_own_alone() -> None:
    mine, other = make_side(), make_side()
    merging.merge(make_patient(), make_patient())
    assert set(mine.rows) == set(PRIVATE)
    everybody = {Doctor: {mine.doctor.pk, other.doctor.pk}}  # the directory
    assert {kind: seen(mine.of_doctor, kind) for kind in PRIVATE} == {**mine.rows, Hold: set(), **everybody}


def test_each_kind_of_private_row_shows_a_patient_their_own_alone() -> None:
    mine, other = make_side(), make_side()
    merging.merge(make_patient(), make_patient())
    everybody = {Doctor: {mine.doctor.pk, other.doctor.pk}}
    nothing: dict[type[Model], set[int]] = {WeeklyHours: set(), AvailabilityException: set()}
    assert {kind: seen(mine.of_patient, kind) for kind in PRIVATE} == {**mine.rows, **everybody, **nothing}


def test_who_has_no_role_and_who_is_nobody_see_no_row() -> None:
    make_side()
    for user in (make_user(), AnonymousUser()):
        assert {kind: visible_to(user, kind._default_manager.all()).count() for kind in PRIVATE} == dict.fromkeys(
            PRIVATE, 0
        )


def test_a_right_covers_ones_own_row_and_no_other() -> None:
    mine, other = make_side(), make_side()
    visits = [Appointment.objects.get(doctor=side.doctor) for side in (mine, other)]
    assert [covers(mine.of_doctor, Right.RUN_THE_DAY, visit) for visit in visits] == [True, False]
    assert [covers(mine.of_patient, Right.BOOK, visit) for visit in visits] == [True, False]
    assert [covers(mine.of_patient, Right.RUN_THE_DAY, visit) for visit in visits] == [False, False]
    assert [covers(make_user(Role.RECEPTIONIST), Right.BOOK, visit) for visit in visits] == [True, True]


def test_a_doctor_books_into_no_other_calendar_than_their_own() -> None:
    mine, other = make_side(), make_side()
    assert set(calendars_of(mine.of_doctor, Doctor.objects.all())) == {mine.doctor}
    assert set(calendars_of(mine.of_patient, Doctor.objects.all())) == {mine.doctor, other.doctor}
    assert set(calendars_of(AnonymousUser(), Doctor.objects.all())) == set()


def test_the_rules_for_patients_hold_for_patients_alone() -> None:
    assert asks_as_patient(make_user(Role.PATIENT))
    assert not asks_as_patient(make_user(Role.DOCTOR))
    assert not asks_as_patient(make_user(Role.PATIENT, is_superuser=True))
    assert not asks_as_patient(AnonymousUser())
