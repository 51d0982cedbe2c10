"""A series is made, all of it, or what can be of it."""

from datetime import time
from typing import Any

import pytest

from appointments.errors import BadDuration, InThePast
from appointments.models import Appointment, AppointmentChange, Series
from appointments.series import services as series_services
from appointments.series.errors import DatesRefused, RuleRefused
from clinics.models import AppointmentType, Location, Room
from doctors import services as doctor_services
from doctors.models import Doctor
from patients.models import Patient
from tests.appointments.series.reading import (
    AWAY,
    ELSEWHERE,
    TAKEN,
    in_new_york,
    round_the_clock,
    sentences,
    starts,
    verdicts,
)
from tests.factories import at, book, close

pytestmark = pytest.mark.django_db


def test_every_visit_is_an_appointment_with_its_date_and_history(asked: dict[str, Any]) -> None:
    made = series_services.create(**asked, notes="Dressing")
    visits = list(made.series.appointments.order_by("start"))
    assert [(f"{v.start:%m-%d %H:%M}", f"{v.series_date}", v.duration_minutes, v.notes) for v in visits] == [
        ("03-03 10:00", "2026-03-03", 30, "Dressing"),
        ("03-10 10:00", "2026-03-10", 30, "Dressing"),
        ("03-17 10:00", "2026-03-17", 30, "Dressing"),
    ]
    assert made.skipped == []
    changes = AppointmentChange.objects.order_by("id").values_list("appointment", "action", "to_status")
    assert list(changes) == [(visit.pk, "booked", "scheduled") for visit in visits]


def test_the_series_keeps_its_terms(asked: dict[str, Any]) -> None:
    series = series_services.create(**{**asked, "rule": " rrule:freq=weekly;count=3"}, duration_minutes=45).series
    kept = (series.rule, f"{series.first_date} {series.time}", series.duration_minutes, series.version)
    assert kept == ("FREQ=WEEKLY;COUNT=3", "2026-03-03 10:00:00", 45, 1)


def test_wall_time_of_the_doctors_location_is_kept_when_the_clocks_go_forward(asked: dict[str, Any]) -> None:
    in_new_york()
    made = series_services.create(**{**asked, "start": at("2026-03-03 15:00")})
    assert starts(made.series) == ["03-03 15:00", "03-10 14:00", "03-17 14:00"]
    assert made.series.time == time(10)


def test_wall_time_of_the_doctors_location_is_kept_when_the_clocks_go_back(asked: dict[str, Any]) -> None:
    in_new_york()
    made = series_services.create(**{**asked, "start": at("2026-10-27 14:00")})
    assert starts(made.series) == ["10-27 14:00", "11-03 15:00", "11-10 15:00"]


def test_one_date_that_cannot_be_stops_the_whole_series(asked: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:15", doctor=doctor)
    close(doctor, "2026-03-17 00:00", "2026-03-18 00:00")
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    assert sentences(caught) == [f"2026-03-10 10:00: {TAKEN}", f"2026-03-17 10:00: {AWAY}"]
    assert (Series.objects.count(), Appointment.objects.count(), AppointmentChange.objects.count()) == (0, 1, 1)


def test_dates_that_cannot_be_are_skipped_if_asked(asked: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:15", doctor=doctor)
    made = series_services.create(**asked, on_conflict="skip")
    assert starts(made.series) == ["03-03 10:00", "03-17 10:00"]
    assert verdicts(made.skipped) == [("03-10 10:00", "slot_taken")]


def test_a_series_without_a_single_date_is_refused_even_if_dates_may_be_skipped(asked: dict[str, Any]) -> None:
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**{**asked, "start": at("2026-03-03 20:00")}, on_conflict="skip")
    assert sentences(caught) == [f"2026-03-{day} 20:00: {AWAY}" for day in ("03", "10", "17")]
    assert Series.objects.count() == 0


def test_the_patients_other_visits_count(asked: dict[str, Any], patient: Patient) -> None:
    book("2026-03-10 10:00", patient=patient)
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    assert sentences(caught) == [f"2026-03-10 10:00: {ELSEWHERE}"]


def test_holds_count(asked: dict[str, Any], doctor: Doctor) -> None:
    from appointments import holds

    holds.hold(doctor=doctor, start=at("2026-03-10 10:00"))
    assert verdicts(series_services.preview(**asked))[1] == ("03-10 10:00", "slot_held")


def test_visits_of_one_series_do_not_overlap_each_other(asked: dict[str, Any], doctor: Doctor) -> None:
    # The night on which the clocks go forward is an hour short: a visit of 24 hours runs into the next.
    in_new_york()
    round_the_clock(doctor)
    asked |= {"start": at("2026-03-06 15:00"), "rule": "FREQ=DAILY;COUNT=4", "duration_minutes": 1440}
    assert verdicts(series_services.preview(**asked)) == [
        ("03-06 10:00", "free"),
        ("03-07 10:00", "free"),
        ("03-08 10:00", "slot_taken"),
        ("03-09 10:00", "free"),
    ]
    assert starts(series_services.create(**asked, on_conflict="skip").series) == [
        "03-06 15:00",
        "03-07 15:00",
        "03-09 14:00",
    ]


def test_visits_of_one_series_keep_their_buffers_from_each_other(asked: dict[str, Any], doctor: Doctor) -> None:
    round_the_clock(doctor)
    kind = AppointmentType.objects.create(name="Infusion", duration_minutes=1380, buffer_after_minutes=120)
    asked |= {"rule": "FREQ=DAILY;COUNT=3", "appointment_type": kind}
    found = series_services.preview(**asked)
    assert verdicts(found) == [("03-03 10:00", "free"), ("03-04 10:00", "buffer_needed"), ("03-05 10:00", "free")]


def test_rooms_of_the_kind_are_given_one_a_date(asked: dict[str, Any], doctor: Doctor) -> None:
    kind = AppointmentType.objects.create(name="Scan", room_kind="Ultrasound")
    place = Location.objects.get()
    one, other = (Room.objects.create(location=place, name=name, kind="ultrasound") for name in "AB")
    book("2026-03-10 10:00", appointment_type=kind)
    book("2026-03-17 10:00", appointment_type=kind)
    book("2026-03-17 10:00", appointment_type=kind)
    made = series_services.create(**asked, appointment_type=kind, on_conflict="skip")
    assert [visit.room for visit in made.series.appointments.order_by("start")] == [one, other]
    assert verdicts(made.skipped) == [("03-17 10:00", "no_room_free")]


def test_a_named_room_is_booked_on_every_date(asked: dict[str, Any]) -> None:
    room = Room.objects.create(location=Location.objects.get(), name="A", kind="consulting")
    book("2026-03-10 10:00", room=room)
    made = series_services.create(**asked, room=room, on_conflict="skip")
    assert [visit.room for visit in made.series.appointments.all()] == [room, room]
    assert verdicts(made.skipped) == [("03-10 10:00", "room_taken")]


def test_a_type_brings_its_length_notice_and_horizon(asked: dict[str, Any]) -> None:
    kind = AppointmentType.objects.create(
        name="Check", duration_minutes=50, minimum_notice_minutes=2 * 24 * 60, booking_horizon_days=10
    )
    found = series_services.preview(**asked, appointment_type=kind)
    assert verdicts(found) == [("03-03 10:00", "too_soon"), ("03-10 10:00", "free"), ("03-17 10:00", "too_far_ahead")]
    assert found[1].end == at("2026-03-10 10:50")


def test_a_first_visit_in_the_past_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InThePast):
        series_services.create(**{**asked, "start": at("2026-03-02 06:00")})
    with pytest.raises(InThePast):
        series_services.preview(**{**asked, "start": at("0001-01-01 00:00")})


def test_a_rule_that_cannot_be_followed_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(RuleRefused) as caught:
        series_services.create(**{**asked, "rule": "FREQ=WEEKLY"})
    assert (caught.value.field, caught.value.message) == (
        "rule",
        "Say when it ends: either COUNT, how many visits with the first, or UNTIL, the last date.",
    )


def test_a_length_that_cannot_be_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(BadDuration):
        series_services.preview(**asked, duration_minutes=1441)


def test_a_deactivated_doctor_gets_no_series(asked: dict[str, Any], doctor: Doctor) -> None:
    doctor_services.deactivate(doctor)
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    assert sentences(caught)[0] == ("2026-03-03 10:00: This doctor no longer sees patients. Choose another doctor.")
