"""Reports of a tiny clinic, number by number."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from appointments import online, services
from appointments.errors import BadPeriod
from appointments.models import Appointment
from appointments.reports import Scope, report
from appointments.reports.tables import TABLES
from appointments.reports.waits import Wait
from clinics import services as clinic_services
from clinics.models import Location
from doctors import places
from doctors.models import Doctor
from tests.factories import (
    NOW,
    at,
    book,
    close,
    extra_clinic,
    make_doctor,
    make_patient,
    make_room,
    make_type,
    make_user,
    set_hours,
)

pytestmark = pytest.mark.django_db


def scope(first: str = "2026-03-02", last: str = "2026-03-08", **fields: Any) -> Scope:
    fields.setdefault("doctors", Doctor.objects.all())
    fields.setdefault("now", NOW)
    return Scope(date.fromisoformat(first), date.fromisoformat(last), **fields)


def rows(name: str, asked: Scope | None = None) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in TABLES[name].rows(asked or scope())]


@pytest.fixture
def doctor() -> Doctor:
    doctor = make_doctor(full_name="Anna One")
    set_hours(doctor, "mon 08:00-12:00", "wed 13:00-17:00")
    return doctor


# --- The period ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2026-03-02", "2026-03-01", "The last day is before the first."),
        ("2025-01-01", "2026-01-02", "Ask about 366 days at most."),
        ("1899-12-31", "1900-01-02", "Ask about days from the years 1900 to 2199."),
    ],
)
def test_period_is_bounded(first: str, last: str, told: str) -> None:
    with pytest.raises(BadPeriod, match=told):
        scope(first, last)


def test_longest_period_is_a_leap_year() -> None:
    assert len(scope("2024-01-01", "2024-12-31").days) == 366


# --- Bookings --------------------------------------------------------------------------------------


def test_bookings_are_counted_by_day_and_by_what_became_of_them(doctor: Doctor) -> None:
    book("2026-03-02 08:00", doctor=doctor)
    book("2026-03-02 09:00", doctor=doctor)
    services.cancel(book("2026-03-02 10:00", doctor=doctor))
    services.mark_no_show(book("2026-03-04 13:00", doctor=doctor))
    assert rows("bookings", scope("2026-03-02", "2026-03-05")) == [
        (date(2026, 3, 2), 2, 1, 0),
        (date(2026, 3, 3), 0, 0, 0),
        (date(2026, 3, 4), 0, 0, 1),
        (date(2026, 3, 5), 0, 0, 0),
    ]


def test_days_are_those_of_each_visits_location() -> None:
    auckland = clinic_services.open_location(name="Auckland", time_zone="Pacific/Auckland")
    here, there = make_doctor(), make_doctor()
    set_hours(there, "tue 08:00-18:00", location=auckland)
    book("2026-03-02 17:00", doctor=here)
    book("2026-03-02 20:00", doctor=there)  # Tuesday, 9 o'clock
    assert rows("bookings", scope("2026-03-02", "2026-03-03")) == [
        (date(2026, 3, 2), 1, 0, 0),
        (date(2026, 3, 3), 1, 0, 0),
    ]
    assert rows("bookings", scope("2026-03-03", "2026-03-03", location=auckland)) == [(date(2026, 3, 3), 1, 0, 0)]


def test_only_doctors_who_are_asked_about_are_counted(doctor: Doctor) -> None:
    book("2026-03-02 08:00", doctor=doctor)
    book("2026-03-02 08:00")
    asked = scope("2026-03-02", "2026-03-02", doctors=Doctor.objects.filter(pk=doctor.pk))
    assert rows("bookings", asked) == [(date(2026, 3, 2), 1, 0, 0)]
    assert [row[1] for row in rows("utilisation-by-doctor", asked)] == ["Anna One"]


# --- Utilisation -----------------------------------------------------------------------------------


def test_utilisation_is_booked_over_open_minutes(doctor: Doctor) -> None:
    book("2026-03-02 08:00", doctor=doctor, duration_minutes=60)
    services.cancel(book("2026-03-02 10:00", doctor=doctor))
    book("2026-03-04 13:00", doctor=doctor, duration_minutes=120)
    assert rows("utilisation-by-doctor") == [(doctor.pk, "Anna One", 480, 180, 0.375)]
    assert rows("utilisation-by-weekday") == [
        ("mon", 240, 60, 0.25),
        ("tue", 0, 0, None),
        ("wed", 240, 120, 0.5),
        ("thu", 0, 0, None),
        ("fri", 0, 0, None),
        ("sat", 0, 0, None),
        ("sun", 0, 0, None),
    ]


def test_leave_holidays_and_extra_clinics_change_open_minutes(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 08:00", "2026-03-02 09:00")
    places.add_holiday(date=date(2026, 3, 4), name="Closed")
    extra_clinic(doctor, "2026-03-07 09:00", "2026-03-07 10:30")
    assert rows("utilisation-by-doctor") == [(doctor.pk, "Anna One", 180 + 90, 0, 0.0)]


def test_utilisation_can_be_more_than_all(doctor: Doctor) -> None:
    set_hours(doctor, "mon 08:00-09:00")
    book("2026-03-02 08:00", doctor=doctor, duration_minutes=60)
    book("2026-03-02 09:00", doctor=doctor, duration_minutes=30, override=True, reason="Urgent.")
    assert rows("utilisation-by-doctor") == [(doctor.pk, "Anna One", 60, 90, 1.5)]


def test_open_minutes_are_the_same_counted_in_months_or_at_once(doctor: Doctor) -> None:
    whole = rows("utilisation-by-doctor", scope("2026-01-01", "2026-12-31"))[0][2]
    months = [(f"2026-{month:02}-01", (date(2026, month % 12 + 1, 1) - timedelta(1)).day) for month in range(1, 13)]
    single = [rows("utilisation-by-doctor", scope(first, f"{first[:8]}{last:02}"))[0][2] for first, last in months]
    assert (whole, sum(single)) == (480 * 52, 480 * 52)


def test_doctor_out_of_use_is_listed_only_with_visits(doctor: Doctor) -> None:
    gone, idle = make_doctor(full_name="Zoe Gone"), make_doctor(full_name="Yves Idle")
    book("2026-03-02 08:00", doctor=gone)
    for one in (gone, idle):
        one.active = False
        one.save()
    assert rows("utilisation-by-doctor") == [
        (doctor.pk, "Anna One", 480, 0, 0.0),
        (gone.pk, "Zoe Gone", 0, 30, None),
    ]


# --- Attendance ------------------------------------------------------------------------------------


def test_no_show_rate_is_over_visits_of_which_the_outcome_is_known(doctor: Doctor) -> None:
    for hour in (8, 9, 10):
        services.complete(book(f"2026-03-02 {hour:02}:00", doctor=doctor))
    services.mark_no_show(book("2026-03-02 11:00", doctor=doctor))
    services.cancel(book("2026-03-04 13:00", doctor=doctor))
    book("2026-03-04 14:00", doctor=doctor)
    later = scope(now=at("2026-03-05"))
    assert rows("no-shows", later) == [(doctor.pk, "Anna One", 3, 1, 1, 0.25)]
    assert rows("no-shows") == [(doctor.pk, "Anna One", 3, 1, 0, 0.25)]


def test_rate_of_nothing_is_none(doctor: Doctor) -> None:
    total = report(scope()).attendance.total
    assert (total.attended, total.no_shows, total.unrecorded, total.rate) == (0, 0, 0, None)


# --- Lead times ------------------------------------------------------------------------------------


def test_lead_times_run_from_booking_to_the_start_that_was_booked(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    set_hours(doctor, "mon 06:00-18:00", "tue 06:00-18:00", "wed 06:00-18:00")
    book("2026-03-02 06:30", doctor=doctor)  # half an hour
    book("2026-03-03 06:00", doctor=doctor)  # a day, to the minute
    visit = book("2026-03-04 06:00", doctor=doctor)  # two
    services.reschedule(visit, start=at("2026-03-03 08:00"))  # counts as it was booked
    found = report(scope()).lead_times
    assert [(bucket.lead, bucket.visits) for bucket in found.distribution] == [
        ("under_1_day", 1),
        ("1_day", 1),
        ("2_to_6_days", 1),
        ("7_to_13_days", 0),
        ("14_to_27_days", 0),
        ("28_days_or_more", 0),
    ]
    assert (found.visits, found.mean_hours) == (3, 24.2)


def test_lead_times_of_nothing(doctor: Doctor) -> None:
    assert (report(scope()).lead_times.visits, report(scope()).lead_times.mean_hours) == (0, None)


# --- Cancellations ---------------------------------------------------------------------------------


def test_cancellations_are_told_by_lead_who_and_reason(doctor: Doctor) -> None:
    patient = make_user(Role.PATIENT)
    desk = make_user(Role.RECEPTIONIST)

    def cancel(start: str, reason: str = "", **who: Any) -> None:
        services.cancel(book(start, doctor=doctor), reason=reason, **who)

    set_hours(doctor, *[f"{day} 06:00-18:00" for day in ("mon", "tue", "wed", "sun")])
    cancel("2026-03-02 08:00", "Ill", actor=patient)
    cancel("2026-03-03 06:00", "Ill", actor=desk)
    cancel("2026-03-04 06:00", "Moved to her sister in Kisumu", actor=desk)
    cancel("2026-03-08 17:00")
    undone = services.cancel(book("2026-03-04 10:00", doctor=doctor), reason="Ill")
    services.undo(undone)
    found = report(scope()).cancellations
    assert found.total == 4
    assert [(row.name, row.visits) for row in found.by_lead] == [
        ("after_start", 0),
        ("under_1_day", 1),
        ("1_day", 1),
        ("2_to_6_days", 2),
        ("7_days_or_more", 0),
    ]
    assert [(row.name, row.visits) for row in found.by_whom] == [("patient", 1), ("clinic", 2), ("system", 1)]
    # What was written once only may be about a person.
    assert rows("cancellations-by-reason") == [("Ill", 2), ("other", 1), ("", 1)]


def test_what_is_cancelled_by_its_private_link_a_patient_has_cancelled(doctor: Doctor, client: Client) -> None:
    booking = online.book(
        token="t" * 43,
        kind=make_type(),
        doctor=doctor,
        start=at("2026-03-04 13:00"),
        hold="",
        visitor=online.Visitor("Jane Doe", "0712 345 678"),
    )
    assert client.post(f"/visit/{'t' * 43}/cancel/").status_code == 302
    booking.appointment.refresh_from_db()
    assert booking.appointment.status == "cancelled"
    found = report(scope()).cancellations
    assert [(row.name, row.visits) for row in found.by_whom] == [("patient", 1), ("clinic", 0), ("system", 0)]


def test_visit_that_was_cancelled_twice_counts_once_by_its_last_time(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visit = services.cancel(book("2026-03-04 13:00", doctor=doctor))
    services.undo(visit)
    clock.shift(timedelta(days=2))
    services.cancel(Appointment.objects.get(pk=visit.pk))
    found = report(scope()).cancellations
    assert (found.total, [row.visits for row in found.by_lead]) == (1, [0, 1, 0, 0, 0])


def test_what_becomes_of_a_cancelled_visit_afterwards_is_no_cancellation(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    patient, desk = make_user(Role.PATIENT), make_user(Role.RECEPTIONIST)
    has_a_room, was_put_back = (
        services.cancel(book(f"2026-03-04 {hour}:00", doctor=doctor), reason="Ill", actor=patient) for hour in (13, 14)
    )
    clock.shift(timedelta(days=2))
    services.amend(has_a_room, room=make_room(), reason="Tidied", actor=desk)
    services.set_status(was_put_back, "scheduled", actor=desk)
    services.undo(was_put_back, reason="Mistaken", actor=desk)
    found = report(scope()).cancellations
    assert (found.total, [row.visits for row in found.by_lead]) == (2, [0, 0, 0, 2, 0])
    assert [(row.name, row.visits) for row in found.by_whom] == [("patient", 2), ("clinic", 0), ("system", 0)]
    assert rows("cancellations-by-reason") == [("Ill", 2)]


# --- Waits -----------------------------------------------------------------------------------------


def seen(start: str, arrives: str, begins: str, clock: time_machine.Traveller, **fields: Any) -> Appointment:
    """A visit that is checked in and started at these times."""
    clock.move_to(NOW, tick=False)
    visit = book(start, **fields)
    clock.move_to(at(arrives), tick=False)
    services.check_in(visit)
    clock.move_to(at(begins), tick=False)
    return services.begin(visit)


def test_waits_are_told_by_their_median_and_what_nine_of_ten_did_not_exceed(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    for number, minutes in enumerate((40, 0, 12, 10)):
        hour = f"2026-03-02 {8 + number:02}"
        seen(f"{hour}:30", f"{hour}:10", f"{hour}:{10 + minutes}", clock, doctor=doctor)
    seen(
        "2026-03-04 13:00", "2026-03-04 12:50:59", "2026-03-04 13:05:01", clock, doctor=make_doctor(full_name="Ben Two")
    )
    asked = scope("2026-03-02", "2026-03-04")
    assert rows("waits-by-day", asked) == [
        (date(2026, 3, 2), 4, 10, 40),
        (date(2026, 3, 3), 0, None, None),
        (date(2026, 3, 4), 1, 15, 15),
    ]
    assert [row[1:] for row in rows("waits-by-doctor", asked)] == [("Anna One", 4, 10, 40), ("Ben Two", 1, 15, 15)]
    total = report(asked).waits.total
    assert (total.visits, total.median_minutes, total.p90_minutes) == (5, 12, 40)


def test_what_nine_of_ten_did_not_exceed_is_a_wait_that_somebody_had() -> None:
    assert Wait.of(dict.fromkeys(range(1, 12), 1)) == Wait(11, 6, 10)
    assert Wait.of({7: 1}) == Wait(1, 7, 7)
    assert Wait.of({}) == Wait(0, None, None)


def test_who_was_not_checked_in_or_has_not_begun_has_no_known_wait(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    services.begin(book("2026-03-02 08:00", doctor=doctor))
    services.check_in(book("2026-03-02 09:00", doctor=doctor))
    services.complete(services.check_in(book("2026-03-02 10:00", doctor=doctor)))
    services.undo(seen("2026-03-02 11:00", "2026-03-02 10:50", "2026-03-02 11:00", clock, doctor=doctor))
    assert rows("waits-by-doctor") == []


def test_a_start_that_was_taken_back_does_not_end_the_wait(doctor: Doctor, clock: time_machine.Traveller) -> None:
    visit = seen("2026-03-02 09:00", "2026-03-02 08:50", "2026-03-02 09:00", clock, doctor=doctor)
    visit = services.undo(visit)
    clock.move_to(at("2026-03-02 09:20"), tick=False)
    services.complete(services.begin(visit))
    assert [row[2:] for row in rows("waits-by-doctor")] == [(1, 30, 30)]


def test_a_visit_that_is_completed_once_its_start_was_taken_back_tells_nothing(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    services.complete(
        services.undo(seen("2026-03-02 09:00", "2026-03-02 08:50", "2026-03-02 09:00", clock, doctor=doctor))
    )
    assert rows("waits-by-doctor") == []


def test_a_completion_that_was_taken_back_leaves_the_wait(doctor: Doctor, clock: time_machine.Traveller) -> None:
    services.undo(
        services.complete(seen("2026-03-02 09:00", "2026-03-02 08:50", "2026-03-02 09:00", clock, doctor=doctor))
    )
    assert [row[2:] for row in rows("waits-by-doctor")] == [(1, 10, 10)]


def test_a_patient_who_is_given_a_room_meanwhile_waits_from_check_in_to_start(
    doctor: Doctor, clock: time_machine.Traveller
) -> None:
    first, second = make_room(), make_room()
    visit = book("2026-03-02 09:00", doctor=doctor)
    for now, change in (
        ("2026-03-02 08:50", {"status": "checked_in", "room": first}),
        ("2026-03-02 08:55", {"room": second}),
        ("2026-03-02 09:10", {"status": "in_progress", "room": first}),
        ("2026-03-02 09:15", {"room": second}),
    ):
        clock.move_to(at(now), tick=False)
        visit = services.amend(visit, **change)
    assert [row[2:] for row in rows("waits-by-doctor")] == [(1, 20, 20)]


# --- Cost ------------------------------------------------------------------------------------------


def test_report_takes_the_same_queries_whatever_the_calendar_holds(doctor: Doctor) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            report(scope("2026-01-01", "2026-12-31"))
        return len(captured)

    book("2026-03-02 08:00", doctor=doctor, patient=make_patient())
    one = count()
    other = make_doctor()
    services.cancel(book("2026-03-02 10:00", doctor=doctor), reason="Ill")
    book("2026-03-04 13:00", doctor=doctor)
    book("2026-03-04 13:00", doctor=other)
    assert (one, count()) == (12, 12)


def test_day_that_the_calendar_skipped_has_nothing_to_report(doctor: Doctor) -> None:
    places.amend_location(Location.objects.default(), time_zone="Pacific/Apia")
    asked = scope("2011-12-30", "2011-12-30")
    assert [rows(name, asked) for name in ("bookings", "utilisation-by-doctor")] == [
        [(date(2011, 12, 30), 0, 0, 0)],
        [(doctor.pk, "Anna One", 0, 0, None)],
    ]


def test_location_without_visits_is_all_noughts() -> None:
    empty = clinic_services.open_location(name="Empty", time_zone="UTC")
    found = report(scope(location=Location.objects.get(pk=empty.pk)))
    assert ({day.booked for day in found.bookings}, found.cancellations.total) == ({0}, 0)
