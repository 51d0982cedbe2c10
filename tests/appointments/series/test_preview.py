"""Looking first: which dates can be, what is offered for the others, and what it costs."""

from typing import Any

import pytest

from appointments.models import Appointment, Series
from appointments.series import services as series_services
from appointments.series.errors import DatesRefused
from clinics.models import AppointmentType, Location, Room
from doctors.models import Doctor
from patients.models import Patient
from tests.appointments.series.reading import in_new_york, offered, round_the_clock, sentences, starts, verdicts
from tests.factories import at, book, close, set_hours

pytestmark = pytest.mark.django_db


def test_a_date_in_the_gap_is_reported_and_not_shifted(asked: dict[str, Any], doctor: Doctor) -> None:
    in_new_york()
    round_the_clock(doctor)
    asked |= {"start": at("2026-03-07 07:30"), "rule": "FREQ=DAILY;COUNT=3"}
    found = series_services.preview(**asked)
    assert verdicts(found) == [("03-07 02:30", "free"), ("03-08 02:30", "nonexistent_time"), ("03-09 02:30", "free")]
    assert offered(found) == [None, "03-08 07:30", None]
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    gap = "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it."
    assert sentences(caught) == [gap]


def test_a_refused_date_comes_with_the_nearest_free_slot(asked: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 09:30", doctor=doctor, duration_minutes=90)  # to 11:00: the nearest are 09:00 and 11:00
    close(doctor, "2026-03-17 00:00", "2026-03-18 00:00")  # the nearest is the evening before
    found = series_services.preview(**asked)
    assert verdicts(found) == [("03-03 10:00", "free"), ("03-10 10:00", "slot_taken"), ("03-17 10:00", "outside_hours")]
    assert offered(found) == [None, "03-10 09:00", "03-16 17:30"]


def test_the_nearest_free_slot_is_free_for_the_patient_too(
    asked: dict[str, Any], doctor: Doctor, patient: Patient
) -> None:
    book("2026-03-10 10:00", doctor=doctor)
    book("2026-03-10 09:00", patient=patient, duration_minutes=60)
    assert offered(series_services.preview(**asked)) == [None, "03-10 10:30", None]


def test_no_slot_is_offered_twice(asked: dict[str, Any], doctor: Doctor) -> None:
    set_hours(doctor, "mon 10:00-11:00")
    asked |= {"start": at("2026-03-09 10:00"), "rule": "FREQ=DAILY;COUNT=3"}
    assert offered(series_services.preview(**asked)) == [None, "03-09 10:30", "03-16 10:00"]


def test_where_nothing_is_free_within_a_week_nothing_is_offered(asked: dict[str, Any], doctor: Doctor) -> None:
    close(doctor, "2026-03-03 10:30", "2026-03-25 00:00")
    found = series_services.preview(**asked)
    assert (verdicts(found)[1], offered(found)) == (("03-10 10:00", "outside_hours"), [None, None, None])


def test_looking_writes_nothing(asked: dict[str, Any]) -> None:
    series_services.preview(**asked)
    assert (Series.objects.count(), Appointment.objects.count()) == (0, 0)


def test_what_is_listed_as_free_is_what_is_booked(asked: dict[str, Any], doctor: Doctor, patient: Patient) -> None:
    for start in ("2026-03-05 10:00", "2026-03-11 09:45", "2026-03-13 10:29"):
        book(start, doctor=doctor)
    book("2026-03-18 10:10", patient=patient)
    asked["rule"] = "FREQ=DAILY;COUNT=20"
    found = series_services.preview(**asked)
    made = series_services.create(**asked, on_conflict="skip")
    assert starts(made.series) == [when for when, verdict in verdicts(found) if verdict == "free"]
    assert verdicts(made.skipped) == [pair for pair in verdicts(found) if pair[1] != "free"]


@pytest.mark.parametrize("count", [2, 60])
def test_the_number_of_queries_does_not_depend_on_the_number_of_dates(
    asked: dict[str, Any], doctor: Doctor, django_assert_num_queries: Any, count: int
) -> None:
    kind = AppointmentType.objects.create(name="Scan", room_kind="ultrasound", booking_horizon_days=400)
    Room.objects.create(location=Location.objects.get(), name="A", kind="ultrasound")
    book("2026-03-04 10:00", doctor=doctor)
    asked |= {"rule": f"FREQ=DAILY;COUNT={count}", "appointment_type": kind}
    with django_assert_num_queries(10):
        found = series_services.preview(**asked)
    assert verdicts(found)[1] == ("03-04 10:00", "slot_taken")
    with django_assert_num_queries(15):
        series_services.create(**asked, on_conflict="skip")
