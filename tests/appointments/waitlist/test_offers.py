"""What becomes of an offer: it is accepted, declined, or somebody else is asked."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import time_machine

from appointments import holds, hours, services, waitlist
from appointments.errors import PatientBusy, SlotHeld
from appointments.models import Appointment, Hold, WaitlistEntry, WaitlistOffer
from appointments.waitlist_errors import (
    EntryChanged,
    NoOffer,
)
from doctors.models import Doctor
from tests.appointments.waitlist.waiting import fill, free, made, on_offer, wait
from tests.factories import (
    at,
    book,
    close,
    make_doctor,
    make_patient,
    make_type,
    set_hours,
)

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]


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
