"""Who is offered a freed time, and what becomes of the offer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments import holds, hours, offers, services, waitlist
from appointments.errors import ForTheClinic, NotOnline, PatientBusy, SlotHeld, TooManyVisits
from appointments.finding import Search, find_slots
from appointments.merging import merge
from appointments.models import Appointment, Hold, WaitlistEntry, WaitlistOffer
from appointments.waitlist_errors import (
    EntryChanged,
    EntryOfAnother,
    EntryUpsideDown,
    LatestIsOver,
    NoOffer,
    WaitlistOver,
    WaitsForNothing,
)
from clinics.models import AppointmentType, Location, LocationException
from clinics.services import open_location
from common import clock as time_of_day
from doctors import places
from doctors import services as doctor_services
from doctors.models import Doctor
from tests.factories import (
    at,
    book,
    close,
    extra_clinic,
    make_doctor,
    make_patient,
    make_room,
    make_type,
    set_hours,
    weekly_hours,
)

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]


def wait(doctor: Doctor | None = None, **wishes: Any) -> WaitlistEntry:
    """Somebody who waits for a time in this week, with any doctor of the specialization if nobody is named."""
    wishes.setdefault("patient", None)
    wishes["patient"] = wishes["patient"] or make_patient()
    dates = {"earliest": date(2026, 3, 2), "latest": date(2026, 3, 6)}
    return waitlist.join(doctor=doctor, **{**dates, **wishes})


def on_offer(entry: WaitlistEntry) -> str | None:
    """The start that is offered, and the entry's status as it then has to be."""
    entry.refresh_from_db()
    offer = entry.offers.pending().first()
    assert entry.status == ("offered" if offer else "waiting")
    return f"{offer.start:%Y-%m-%d %H:%M}" if offer else None


def made(entry: WaitlistEntry) -> list[tuple[str, str]]:
    """Every offer that was ever made to the entry, and what became of it."""
    return [(f"{offer.start:%m-%d %H:%M}", offer.status) for offer in entry.offers.order_by("id")]


def fill(doctor: Doctor, *starts: str) -> list[Appointment]:
    return [book(start, doctor=doctor) for start in starts]


def free(doctor: Doctor, day: date = date(2026, 3, 2)) -> list[str]:
    found = find_slots(Search([doctor], since=day, until=day, now=time_of_day.now(), limit=100))
    return [f"{slot.start:%H:%M}" for slot in found]


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to half past ten."""
    doctor = make_doctor(specialization="Cardiology")
    set_hours(doctor, "mon 09:00-10:30")
    return doctor


@pytest.fixture
def full(doctor: Doctor) -> list[Appointment]:
    """The doctor's three visits of today, at nine, half past nine and ten."""
    return fill(doctor, "2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 10:00")


# --- Whose turn it is --------------------------------------------------------------------------------


def test_a_cancelled_visits_time_is_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[1])
    assert on_offer(entry) == "2026-03-02 09:30"
    [offer] = entry.offers.all()
    assert (offer.end, offer.location) == (at("2026-03-02 10:00"), Location.objects.default())
    assert (offer.offered_at, offer.expires_at) == (at("2026-03-02 06:00"), at("2026-03-02 07:00"))


def test_the_most_urgent_comes_first(doctor: Doctor, full: list[Appointment]) -> None:
    routine, urgent = wait(doctor, priority=0), wait(doctor, priority=5)
    services.cancel(full[0])
    assert (on_offer(routine), on_offer(urgent)) == (None, "2026-03-02 09:00")


def test_of_the_equally_urgent_whoever_has_waited_longest_comes_first(doctor: Doctor, full: list[Appointment]) -> None:
    short, long = wait(doctor), wait(doctor)
    WaitlistEntry.objects.filter(pk=long.pk).update(created_at=at("2026-02-01 00:00"))
    services.cancel(full[0])
    assert (on_offer(short), on_offer(long)) == (None, "2026-03-02 09:00")


def test_two_freed_times_go_to_two_patients(doctor: Doctor, full: list[Appointment]) -> None:
    first, second, third = wait(doctor), wait(doctor), wait(doctor)
    services.cancel(full[0])
    services.cancel(full[1])
    assert [on_offer(entry) for entry in (first, second, third)] == ["2026-03-02 09:00", "2026-03-02 09:30", None]


def test_an_entry_has_one_pending_offer(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    services.cancel(full[1])
    assert made(entry) == [("03-02 09:00", "pending")]
    assert free(doctor) == ["09:30"]


def test_a_long_visits_time_goes_to_several(doctor: Doctor) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    entries = [wait(doctor) for _ in range(4)]
    services.cancel(long)
    assert [on_offer(entry) for entry in entries] == ["2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 10:00", None]


# --- What suits --------------------------------------------------------------------------------------


def test_another_doctors_time_is_not_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(make_doctor())
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_a_specialization_is_matched_whatever_its_case(full: list[Appointment]) -> None:
    skin, heart = wait(specialization="Dermatology"), wait(specialization="cardiology")
    services.cancel(full[0])
    assert (on_offer(skin), on_offer(heart)) == (None, "2026-03-02 09:00")


def test_who_waits_for_a_type_gets_a_doctor_who_offers_it(full: list[Appointment]) -> None:
    skin = wait(appointment_type=make_type(specializations=["Dermatology"]), priority=9)
    heart = wait(appointment_type=make_type(specializations=["Cardiology"]))
    services.cancel(full[0])
    assert (on_offer(skin), on_offer(heart)) == (None, "2026-03-02 09:00")


def test_a_type_that_is_no_longer_offered_is_passed_over(full: list[Appointment]) -> None:
    kind = make_type()
    entry = wait(appointment_type=kind)
    AppointmentType.objects.update(active=False)
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_who_waits_for_a_type_gets_its_length(doctor: Doctor, full: list[Appointment]) -> None:
    hour = wait(doctor, appointment_type=make_type(duration_minutes=60))
    services.cancel(full[0])
    assert on_offer(hour) is None
    services.cancel(full[1])
    assert on_offer(hour) == "2026-03-02 09:00"
    assert hour.offers.get().end == at("2026-03-02 10:00")


def test_a_types_buffers_are_kept_between_offers(doctor: Doctor) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    kind = make_type(buffer_after_minutes=20)
    entries = [wait(doctor, appointment_type=kind) for _ in range(3)]
    services.cancel(long)
    assert [on_offer(entry) for entry in entries] == ["2026-03-02 09:00", "2026-03-02 09:50", None]


def test_two_who_need_the_only_room_are_not_offered_one_time(doctor: Doctor, full: list[Appointment]) -> None:
    make_room("ultrasound")
    kind = make_type(room_kind="ultrasound")
    other = make_doctor()
    set_hours(other, "mon 09:00-09:30")
    [elsewhere] = fill(other, "2026-03-02 09:00")
    first, second = wait(doctor, appointment_type=kind), wait(other, appointment_type=kind)
    services.cancel(full[0])
    services.cancel(elsewhere)
    assert (on_offer(first), on_offer(second)) == ("2026-03-02 09:00", None)


def test_another_location_does_not_suit(doctor: Doctor, full: list[Appointment]) -> None:
    there = open_location(name="Branch", time_zone="UTC")
    entry = wait(doctor, location=there)
    services.cancel(full[0])
    assert on_offer(entry) is None


@pytest.mark.parametrize(
    ("earliest", "latest", "offered"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), "2026-03-02 09:00"),
        (date(2026, 3, 3), date(2026, 3, 9), None),
        (date(2026, 3, 2), date(2026, 3, 9), "2026-03-02 09:00"),
    ],
)
def test_dates_are_inclusive(
    doctor: Doctor, full: list[Appointment], earliest: date, latest: date, offered: str | None
) -> None:
    entry = wait(doctor, earliest=earliest, latest=latest)
    services.cancel(full[0])
    assert on_offer(entry) == offered


@pytest.mark.parametrize(("weekdays", "offered"), [([0], "2026-03-02 09:00"), ([1, 4], None), ([], "2026-03-02 09:00")])
def test_weekdays(doctor: Doctor, full: list[Appointment], weekdays: list[int], offered: str | None) -> None:
    entry = wait(doctor, weekdays=weekdays)
    services.cancel(full[0])
    assert on_offer(entry) == offered


@pytest.mark.parametrize(
    ("start", "part"),
    [
        ("2026-03-02 11:30", "morning"),
        ("2026-03-02 12:00", "afternoon"),
        ("2026-03-02 16:30", "afternoon"),
        ("2026-03-02 17:00", "evening"),
    ],
)
def test_part_of_day_is_that_of_the_start(start: str, part: str) -> None:
    [visit] = fill(make_doctor(), start)
    set_hours(visit.doctor, f"mon {start[11:]}-{visit.end:%H:%M}")
    entries = {name: wait(visit.doctor, part_of_day=name) for name in ("morning", "afternoon", "evening")}
    services.cancel(visit)
    assert {name: on_offer(entry) for name, entry in entries.items()} == {
        name: (start if name == part else None) for name in entries
    }


def test_dates_weekdays_and_part_of_day_are_read_by_the_clock_on_the_locations_wall() -> None:
    # 22:30 UTC on Monday is half past seven on Tuesday morning in Tokyo.
    tokyo = open_location(name="Tokyo", time_zone="Asia/Tokyo")
    doctor = make_doctor()
    set_hours(doctor, "tue 07:30-08:00", location=tokyo)
    [visit] = fill(doctor, "2026-03-02 22:30")
    monday = wait(doctor, latest=date(2026, 3, 2), priority=9)
    mondays = wait(doctor, weekdays=[0], priority=8)
    evening = wait(doctor, part_of_day="evening", priority=7)
    suits = wait(doctor, earliest=date(2026, 3, 3), latest=date(2026, 3, 3), weekdays=[1], part_of_day="morning")
    services.cancel(visit)
    assert [on_offer(entry) for entry in (monday, mondays, evening, suits)] == [None, None, None, "2026-03-02 22:30"]


def test_a_patient_who_is_busy_elsewhere_is_passed_over(doctor: Doctor, full: list[Appointment]) -> None:
    busy, idle = wait(doctor, priority=9), wait(doctor)
    book("2026-03-02 09:15", patient=busy.patient)
    services.cancel(full[0])
    assert (on_offer(busy), on_offer(idle)) == (None, "2026-03-02 09:00")


def test_a_visit_that_stayed_with_a_merged_record_does_not_hide_the_time_after_it(doctor: Doctor) -> None:
    """Both records are one person, who is busy until 10:00: by five minutes more than a handful of times before it."""
    kept, duplicate = make_patient(), make_patient()
    for patient in (kept, duplicate):
        book("2026-03-02 09:00", patient=patient, doctor=make_doctor(), duration_minutes=60)
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    assert len(merge(kept, duplicate).overlapping) == 1
    services.cancel(kept.appointments.get())
    entry = wait(doctor, patient=kept)
    services.cancel(long)
    assert on_offer(entry) == "2026-03-02 10:00"


def test_a_patient_waits_online_for_no_more_than_may_be_booked_online(doctor: Doctor, settings: Any) -> None:
    settings.PATIENT_FUTURE_VISITS = 2
    patient = make_patient()
    book("2026-03-09 10:00", patient=patient)
    entry = wait(doctor, patient=patient, as_patient=True)
    with pytest.raises(TooManyVisits):
        wait(doctor, patient=patient, as_patient=True, weekdays=[0])
    wait(doctor, patient=patient)  # the clinic may
    assert WaitlistEntry.objects.count() == 2
    for standing in (entry, WaitlistEntry.objects.last()):
        waitlist.withdraw(standing)
    wait(doctor, patient=patient, as_patient=True)


def test_a_deactivated_patient_is_passed_over(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    entry.patient.active = False
    entry.patient.save()
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_a_deactivated_doctors_time_is_not_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    doctor_services.deactivate(doctor)
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_time_off_the_grid_is_offered_as_it_was() -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 09:00-10:00")
    off = book("2026-03-02 09:07", doctor=doctor, duration_minutes=30)
    fill_before = book("2026-03-02 09:00", doctor=doctor, duration_minutes=7)
    book("2026-03-02 09:37", doctor=doctor, duration_minutes=23)
    entry = wait(doctor)
    services.cancel(off)
    assert on_offer(entry) == "2026-03-02 09:07"
    assert fill_before.status == "scheduled"


def test_the_offer_is_nearest_to_the_freed_visits_start(doctor: Doctor) -> None:
    # What lies before it has been free all along.
    [visit] = fill(doctor, "2026-03-02 09:30")
    entry = wait(doctor)
    services.cancel(visit)
    assert on_offer(entry) == "2026-03-02 09:30"


def test_many_who_cannot_come_do_not_hide_the_one_who_can(doctor: Doctor, full: list[Appointment]) -> None:
    for _ in range(30):
        wait(doctor, priority=9, part_of_day="evening")
    entry = wait(doctor)
    services.cancel(full[0])
    assert on_offer(entry) == "2026-03-02 09:00"


def test_one_change_makes_a_bounded_number_of_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST_OFFERS", 2)
    long = book("2026-03-02 09:00", duration_minutes=120)
    entries = [wait(long.doctor) for _ in range(3)]
    services.cancel(long)
    assert [bool(on_offer(entry)) for entry in entries] == [True, True, False]


# --- What frees time ---------------------------------------------------------------------------------


def test_a_moved_visits_time_is_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.reschedule(full[0], start=at("2026-03-09 09:00"))
    assert on_offer(entry) == "2026-03-02 09:00"


def test_a_visit_that_moves_to_another_doctor_frees_the_first_ones_time(
    doctor: Doctor, full: list[Appointment]
) -> None:
    entry = wait(doctor)
    services.reschedule(full[0], start=full[0].start, doctor=make_doctor())
    assert on_offer(entry) == "2026-03-02 09:00"


def test_a_shortened_visits_rest_is_offered(doctor: Doctor) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    entry = wait(doctor)
    services.amend(long, duration_minutes=60)
    assert on_offer(entry) == "2026-03-02 10:00"


def test_the_rest_of_a_missed_visit_is_offered(doctor: Doctor, clock: Clock) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    entry = wait(doctor)
    clock.move_to(at("2026-03-02 09:20"))
    services.mark_no_show(long)
    assert on_offer(entry) == "2026-03-02 09:25"
    assert entry.offers.get().expires_at == at("2026-03-02 09:25")


def test_an_undone_move_frees_the_time_that_it_had_taken(doctor: Doctor, full: list[Appointment]) -> None:
    moved = services.reschedule(full[0], start=at("2026-03-09 09:00"))
    entry = wait(doctor, latest=date(2026, 3, 9), earliest=date(2026, 3, 9))
    services.undo(moved)
    assert on_offer(entry) == "2026-03-09 09:00"


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "completed"])
def test_a_step_that_frees_nothing_offers_nothing(doctor: Doctor, full: list[Appointment], status: str) -> None:
    entry = wait(doctor)
    services.set_status(full[0], status)
    assert made(entry) == []


def test_time_that_is_over_is_not_offered(doctor: Doctor, full: list[Appointment], clock: Clock) -> None:
    entry = wait(doctor)
    clock.move_to(at("2026-03-02 12:00"))
    services.mark_no_show(full[0])
    assert on_offer(entry) is None


def test_new_hours_are_offered(doctor: Doctor) -> None:
    entry = wait(doctor)
    week = [weekly_hours(window, Location.objects.default()) for window in ("mon 09:00-10:30", "thu 14:00-15:00")]
    hours.set_weekly_hours(doctor, week)
    assert on_offer(entry) == "2026-03-05 14:00"


def test_hours_that_were_there_before_are_not_offered(doctor: Doctor) -> None:
    entry = wait(doctor)
    hours.set_weekly_hours(doctor, [weekly_hours("mon 09:00-10:30", Location.objects.default())])
    assert on_offer(entry) is None


def test_hours_at_another_place_are_new_there(doctor: Doctor) -> None:
    branch = open_location(name="Branch", time_zone="UTC")
    entry = wait(doctor, location=branch)
    hours.set_weekly_hours(doctor, [weekly_hours("mon 09:00-10:30", branch)])
    assert on_offer(entry) == "2026-03-02 09:00"
    assert entry.offers.get().location == branch


def test_new_hours_beyond_what_is_free_already_are_offered_to_who_waits_for_that_day(doctor: Doctor) -> None:
    entry = wait(doctor, earliest=date(2026, 4, 17), latest=date(2026, 4, 17))
    set_hours(doctor, "mon 08:00-18:00", "tue 08:00-18:00", "wed 08:00-18:00")
    week = [f"{day} 08:00-18:00" for day in ("mon", "tue", "wed", "fri")]
    hours.set_weekly_hours(doctor, [weekly_hours(window, Location.objects.default()) for window in week])
    assert on_offer(entry) == "2026-04-17 08:00"


def test_an_extra_clinic_is_offered(doctor: Doctor) -> None:
    entries = [wait(doctor) for _ in range(3)]
    hours.add_exception(doctor, kind="open", start=at("2026-03-04 10:00"), end=at("2026-03-04 11:00"))
    assert [on_offer(entry) for entry in entries] == ["2026-03-04 10:00", "2026-03-04 10:30", None]


def test_removed_leave_is_offered(doctor: Doctor) -> None:
    leave = close(doctor, "2026-03-02 09:30", "2026-03-02 10:00")
    entry = wait(doctor)
    hours.remove_exception(leave)
    assert on_offer(entry) == "2026-03-02 09:30"


def test_shortened_leave_is_offered(doctor: Doctor) -> None:
    leave = close(doctor, "2026-03-02 09:00", "2026-03-02 10:30")
    entry = wait(doctor)
    hours.amend_exception(leave, end=at("2026-03-02 09:30"))
    assert on_offer(entry) == "2026-03-02 09:30"


def test_new_leave_offers_nothing(doctor: Doctor) -> None:
    entry = wait(doctor)
    hours.add_exception(doctor, kind="closed", start=at("2026-03-02 09:00"), end=at("2026-03-02 09:30"))
    assert made(entry) == []


def test_a_removed_extra_clinic_offers_nothing(doctor: Doctor) -> None:
    extra = extra_clinic(doctor, "2026-03-04 10:00", "2026-03-04 11:00")
    entry = wait(doctor)
    hours.remove_exception(extra)
    assert made(entry) == []


def test_a_removed_holiday_is_offered_with_every_doctor(doctor: Doctor) -> None:
    holiday = places.add_holiday(date=date(2026, 3, 2), name="Founder's Day")
    other = make_doctor()
    entries = [wait(doctor), wait(other)]
    hours.remove_holiday(holiday)
    assert [on_offer(entry) for entry in entries] == ["2026-03-02 09:00", "2026-03-02 08:00"]


def test_the_day_that_a_holiday_leaves_is_offered(doctor: Doctor) -> None:
    holiday = places.add_holiday(date=date(2026, 3, 2), name="Founder's Day", location=Location.objects.default())
    entry = wait(doctor)
    hours.amend_holiday(holiday, date=date(2026, 3, 3))
    assert on_offer(entry) == "2026-03-02 09:00"


def test_a_closure_that_is_taken_back_is_offered(doctor: Doctor) -> None:
    place = Location.objects.default()
    closure = hours.add_location_exception(
        place, kind=LocationException.Kind.CLOSED, start=at("2026-03-02 00:00"), end=at("2026-03-03 00:00")
    )
    first, second = wait(doctor), wait(doctor)
    hours.amend_location_exception(closure, start=at("2026-03-02 09:30"))
    assert (on_offer(first), on_offer(second)) == ("2026-03-02 09:00", None)
    hours.remove_location_exception(closure)
    assert on_offer(second) == "2026-03-02 09:30"


def test_a_place_that_opens_in_spite_of_a_holiday_is_offered(doctor: Doctor) -> None:
    places.add_holiday(date=date(2026, 3, 2), name="Founder's Day")
    entry = wait(doctor)
    edges = {"start": at("2026-03-02 10:00"), "end": at("2026-03-02 12:00")}
    hours.add_location_exception(Location.objects.default(), kind=LocationException.Kind.OPEN, **edges)
    assert on_offer(entry) == "2026-03-02 10:00"


# --- The offer ---------------------------------------------------------------------------------------


def test_what_is_offered_is_taken_for_everybody_else(doctor: Doctor, full: list[Appointment]) -> None:
    wait(doctor)
    services.cancel(full[0])
    assert free(doctor) == []
    with pytest.raises(SlotHeld):
        book("2026-03-02 09:00", doctor=doctor)


def test_a_cancellation_cannot_be_undone_while_its_time_is_on_offer(doctor: Doctor, full: list[Appointment]) -> None:
    wait(doctor)
    cancelled = services.cancel(full[0])
    with pytest.raises(SlotHeld):
        services.undo(cancelled)


def test_accepting_books_and_ends_the_hold(doctor: Doctor, full: list[Appointment]) -> None:
    kind = make_type(duration_minutes=25)
    entry = wait(doctor, appointment_type=kind)
    services.cancel(full[0])
    visit = waitlist.accept(entry)
    assert (visit.patient, visit.doctor, visit.appointment_type) == (entry.patient, doctor, kind)
    assert (visit.start, visit.end) == (at("2026-03-02 09:00"), at("2026-03-02 09:25"))
    entry.refresh_from_db()
    assert (entry.status, entry.appointment) == ("booked", visit)
    assert made(entry) == [("03-02 09:00", "accepted")]
    assert Hold.objects.count() == 0


def test_accepting_books_what_was_offered_though_the_wishes_have_changed(
    doctor: Doctor, full: list[Appointment]
) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    waitlist.amend(entry, appointment_type=make_type(duration_minutes=90), weekdays=[4])
    visit = waitlist.accept(entry)
    assert (visit.start, visit.end) == (at("2026-03-02 09:00"), at("2026-03-02 09:30"))
    assert visit.appointment_type is None


def test_an_offer_is_accepted_once(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    waitlist.accept(entry)
    with pytest.raises(NoOffer):
        waitlist.accept(entry)
    assert Appointment.objects.filter(patient=entry.patient).count() == 1


def test_whoever_has_no_offer_can_neither_accept_nor_decline(doctor: Doctor) -> None:
    entry = wait(doctor)
    with pytest.raises(NoOffer):
        waitlist.accept(entry)
    with pytest.raises(NoOffer):
        waitlist.decline(entry)


def test_a_refused_acceptance_leaves_the_offer(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    book("2026-03-02 09:15", patient=entry.patient)
    with pytest.raises(PatientBusy):
        waitlist.accept(entry)
    assert on_offer(entry) == "2026-03-02 09:00"


def test_declining_passes_it_on_and_waits_on(doctor: Doctor, full: list[Appointment]) -> None:
    first, second = wait(doctor), wait(doctor)
    services.cancel(full[0])
    waitlist.decline(first)
    assert (on_offer(first), on_offer(second)) == (None, "2026-03-02 09:00")
    assert made(first) == [("03-02 09:00", "declined")]


def test_a_patient_who_joins_twice_for_the_same_waits_once(doctor: Doctor) -> None:
    patient = make_patient()
    first = wait(doctor, patient=patient, weekdays=[1, 0], as_patient=True)
    assert wait(doctor, patient=patient, weekdays=[0, 1], as_patient=True) == first
    assert wait(doctor, patient=patient, weekdays=[0], as_patient=True) != first
    waitlist.withdraw(first)
    assert wait(doctor, patient=patient, weekdays=[0, 1], as_patient=True) != first


def test_a_patient_waits_for_nothing_that_the_clinic_books(doctor: Doctor) -> None:
    surgery, patient = make_type(bookable_online=False), make_patient()
    with pytest.raises(NotOnline):
        wait(doctor, patient=patient, appointment_type=surgery, as_patient=True)
    entry = wait(doctor, patient=patient, as_patient=True)
    with pytest.raises(NotOnline):
        waitlist.amend(entry, appointment_type=surgery, as_patient=True)
    assert WaitlistEntry.objects.get().appointment_type is None


def test_a_patient_says_not_how_urgent_it_is(doctor: Doctor) -> None:
    with pytest.raises(ForTheClinic) as caught:
        wait(doctor, priority=2, as_patient=True)
    assert caught.value.field == "priority"
    entry = wait(doctor, as_patient=True)
    with pytest.raises(ForTheClinic):
        waitlist.amend(entry, priority=2, as_patient=True)
    assert WaitlistEntry.objects.get().priority == entry.priority


def test_nobody_is_offered_the_same_time_twice(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    cancelled = services.cancel(full[0])
    waitlist.decline(entry)
    assert free(doctor) == ["09:00"]
    services.cancel(services.undo(cancelled))
    assert made(entry) == [("03-02 09:00", "declined")]


def test_nor_a_time_that_meets_one_that_was_declined(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    waitlist.decline(entry)
    services.amend(full[1], start=at("2026-03-09 09:00"))  # from nine to ten is free now
    assert made(entry) == [("03-02 09:00", "declined"), ("03-02 09:30", "pending")]


def test_what_a_patient_has_declined_is_not_offered_for_another_wish_of_theirs(
    doctor: Doctor, full: list[Appointment]
) -> None:
    first = wait(doctor, priority=5)
    another, somebody_else = wait(doctor, patient=first.patient, priority=3), wait(doctor)
    services.cancel(full[0])
    waitlist.decline(first)
    assert (made(another), on_offer(somebody_else)) == ([], "2026-03-02 09:00")


@pytest.mark.parametrize(
    "give_back", [services.cancel, lambda visit: services.reschedule(visit, start=at("2026-03-09 09:00"))]
)
def test_nobody_is_offered_what_they_have_given_back(
    doctor: Doctor, full: list[Appointment], give_back: Callable[[Appointment], Any]
) -> None:
    theirs, others = wait(doctor, patient=full[1].patient, priority=5), wait(doctor)
    give_back(full[1])
    assert (on_offer(theirs), on_offer(others)) == (None, "2026-03-02 09:30")
    waitlist.decline(others)
    assert (made(theirs), free(doctor)) == ([], ["09:30"])


def test_whoever_joins_after_giving_a_time_back_may_be_offered_it(
    doctor: Doctor, full: list[Appointment], clock: Clock
) -> None:
    cancelled = services.cancel(full[1])
    clock.move_to(at("2026-03-02 06:10"))
    taken = book("2026-03-02 09:30", doctor=doctor)
    entry = wait(doctor, patient=cancelled.patient)
    services.cancel(taken)
    assert on_offer(entry) == "2026-03-02 09:30"


def test_another_doctors_time_may_be_the_same(doctor: Doctor, full: list[Appointment]) -> None:
    other = make_doctor(specialization="Cardiology")
    [visit] = fill(other, "2026-03-02 09:00")
    set_hours(other, "mon 09:00-09:30")
    entry = wait(specialization="Cardiology")
    services.cancel(full[0])
    waitlist.decline(entry)
    services.cancel(visit)
    assert on_offer(entry) == "2026-03-02 09:00"


def test_an_offer_that_is_read_late_has_lapsed_without_a_job(
    doctor: Doctor, full: list[Appointment], clock: Clock
) -> None:
    first, second = wait(doctor), wait(doctor)
    services.cancel(full[0])
    clock.shift(timedelta(minutes=60))
    assert waitlist.lapse_due(first) == 1
    assert (on_offer(first), on_offer(second)) == (None, "2026-03-02 09:00")
    assert made(first) == [("03-02 09:00", "lapsed")]
    assert second.offers.get().expires_at == at("2026-03-02 08:00")


def test_an_offer_stands_until_its_last_second(doctor: Doctor, full: list[Appointment], clock: Clock) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    clock.shift(timedelta(minutes=59, seconds=59))
    assert waitlist.lapse_due() == 0
    assert waitlist.accept(entry).start == at("2026-03-02 09:00")


def test_an_offer_that_is_answered_too_late_is_gone(doctor: Doctor, full: list[Appointment], clock: Clock) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    clock.shift(timedelta(minutes=60))
    with pytest.raises(NoOffer):
        waitlist.accept(entry)


def test_once_an_offers_time_is_over_anybody_may_book_before_it_lapses(
    doctor: Doctor, full: list[Appointment], clock: Clock
) -> None:
    first, second = wait(doctor), wait(doctor)
    services.cancel(full[0])
    clock.shift(timedelta(minutes=60))
    book("2026-03-02 09:00", doctor=doctor)
    assert waitlist.lapse_due() == 1
    assert (on_offer(first), on_offer(second)) == (None, None)


def test_the_worker_passes_on_what_nobody_reads(doctor: Doctor, full: list[Appointment], clock: Clock) -> None:
    first, second = wait(doctor), wait(doctor)
    services.cancel(full[0])
    clock.shift(timedelta(minutes=90))
    out = StringIO()
    call_command("pass_on_offers", stdout=out)
    assert out.getvalue() == "Lapsed offers: 1.\n"
    assert (on_offer(first), on_offer(second)) == (None, "2026-03-02 09:00")


def test_the_worker_goes_on_after_a_batch(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(waitlist, "BATCH", 1)
    visits = [book("2026-03-02 09:00") for _ in range(3)]
    entries = [wait(visit.doctor) for visit in visits]
    for visit in visits:
        services.cancel(visit)
    clock.shift(timedelta(minutes=60))
    assert waitlist.lapse_all_due() == 3
    assert [on_offer(entry) for entry in entries] == [None, None, None]


def test_the_worker_closes_entries_whose_last_day_is_over_everywhere(doctor: Doctor, clock: Clock) -> None:
    open_location(name="Honolulu", time_zone="Pacific/Honolulu")
    entry = wait(doctor, latest=date(2026, 3, 2))
    clock.move_to(at("2026-03-03 09:59"))
    waitlist.lapse_all_due()
    assert on_offer(entry) is None
    clock.move_to(at("2026-03-03 10:00"))  # midnight in Honolulu
    waitlist.lapse_all_due()
    entry.refresh_from_db()
    assert entry.status == "expired"


def test_withdrawing_passes_it_on(doctor: Doctor, full: list[Appointment]) -> None:
    first, second = wait(doctor), wait(doctor)
    services.cancel(full[0])
    assert waitlist.withdraw(first).status == "withdrawn"
    assert on_offer(second) == "2026-03-02 09:00"
    assert made(first) == [("03-02 09:00", "declined")]
    assert waitlist.withdraw(first).status == "withdrawn"


def test_whoever_has_left_is_offered_nothing(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    waitlist.withdraw(entry)
    services.cancel(full[0])
    assert made(entry) == []


def test_whoever_has_booked_stays_booked(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    waitlist.accept(entry)
    assert waitlist.withdraw(entry).status == "booked"


def test_an_offer_made_by_another_at_the_same_moment_counts(
    doctor: Doctor, full: list[Appointment], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Somebody else offers the patient another time between the reading of the list and the offer.
    entry, following = wait(doctor), wait(doctor)
    keep = WaitlistEntry.take

    def late(self: WaitlistEntry, *args: Any) -> bool:
        WaitlistEntry.objects.filter(pk=entry.pk).update(status="offered")
        return keep(self, *args)

    monkeypatch.setattr(WaitlistEntry, "take", late)
    services.cancel(full[0])
    assert made(entry) == []
    assert on_offer(following) == "2026-03-02 09:00"


def test_an_offer_of_another_doctor_made_meanwhile_is_not_answered_unseen(
    doctor: Doctor, full: list[Appointment], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = wait(doctor)
    lock = type(WaitlistEntry.objects.all()).locked

    def late(self: Any) -> Any:
        monkeypatch.undo()
        services.cancel(full[0])
        return lock(self)

    monkeypatch.setattr(type(WaitlistEntry.objects.all()), "locked", late)
    with pytest.raises(EntryChanged):
        waitlist.withdraw(entry)


def test_a_hold_that_stands_is_not_offered(doctor: Doctor) -> None:
    holds.hold(doctor=doctor, start=at("2026-03-02 09:00"), duration_minutes=60)
    leave = close(doctor, "2026-03-02 09:00", "2026-03-02 10:30")
    entry = wait(doctor)
    hours.remove_exception(leave)
    assert on_offer(entry) == "2026-03-02 10:00"


def test_every_offer_that_is_pending_has_its_hold(doctor: Doctor, full: list[Appointment]) -> None:
    entries = [wait(doctor) for _ in range(3)]
    for visit in full:
        services.cancel(visit)
    waitlist.decline(entries[0])
    held = {(hold.doctor_id, hold.start, hold.expires_at) for hold in Hold.objects.all()}
    pending = WaitlistOffer.objects.pending()
    assert {(offer.doctor_id, offer.start, offer.expires_at) for offer in pending} == held
    assert len(held) == 2


# --- Entries -----------------------------------------------------------------------------------------


def test_latest_is_not_before_earliest(doctor: Doctor) -> None:
    with pytest.raises(EntryUpsideDown, match=r"^This is before earliest\.$"):
        wait(doctor, earliest=date(2026, 3, 4), latest=date(2026, 3, 3))


def test_an_entry_waits_for_something() -> None:
    with pytest.raises(WaitsForNothing):
        wait()


def test_nobody_waits_for_a_day_that_is_over(doctor: Doctor) -> None:
    with pytest.raises(LatestIsOver):
        wait(doctor, earliest=date(2026, 2, 1), latest=date(2026, 3, 1))


def test_changed_wishes_hold_from_the_next_freed_time_on(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor, weekdays=[4])
    services.cancel(full[0])
    waitlist.amend(entry, weekdays=[0])
    assert on_offer(entry) is None
    services.cancel(full[2])
    assert on_offer(entry) == "2026-03-02 10:00"


def test_weekdays_are_kept_once_and_in_order(doctor: Doctor) -> None:
    assert wait(doctor, weekdays=[4, 0, 4]).weekdays == [0, 4]


def test_an_entry_that_is_over_does_not_change(doctor: Doctor) -> None:
    entry = wait(doctor)
    waitlist.withdraw(entry)
    with pytest.raises(WaitlistOver, match=r"^This entry is withdrawn\. Put the patient on the list again\.$"):
        waitlist.amend(entry, priority=3)


def test_an_entry_stays_with_its_patient(doctor: Doctor) -> None:
    with pytest.raises(EntryOfAnother):
        waitlist.amend(wait(doctor), patient=make_patient())


# --- What it costs -----------------------------------------------------------------------------------


def waitlist_queries(change: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        change()
    return sum("waitlist" in query["sql"] for query in queries)


def test_cancelling_when_nobody_waits_costs_one_query(full: list[Appointment]) -> None:
    assert waitlist_queries(lambda: services.cancel(full[0])) == 1


def test_a_step_that_frees_nothing_costs_none(full: list[Appointment]) -> None:
    assert waitlist_queries(lambda: services.confirm(full[0])) == 0


def test_new_hours_when_nobody_waits_cost_one_query(doctor: Doctor) -> None:
    wait(make_doctor())
    new = [weekly_hours("tue 09:00-10:00", Location.objects.default())]
    assert waitlist_queries(lambda: hours.set_weekly_hours(doctor, new)) == 1


@pytest.mark.parametrize("waiting", [1, 25])
def test_what_a_cancellation_costs_does_not_grow_with_those_who_wait_in_vain(
    doctor: Doctor, full: list[Appointment], waiting: int, django_assert_num_queries: NumQueries
) -> None:
    for _ in range(waiting):
        wait(doctor, part_of_day="evening")
    # Savepoint and release, five to cancel, who waits, five for what is free, and what was offered and booked before.
    with django_assert_num_queries(11):
        services.cancel(full[0])
