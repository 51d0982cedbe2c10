"""An offer that nobody answers lapses, and its time goes to the next."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from appointments import services, waitlist
from appointments.models import Appointment
from appointments.waitlist_errors import (
    NoOffer,
)
from clinics.services import open_location
from doctors.models import Doctor
from tests.appointments.waitlist.waiting import made, on_offer, wait
from tests.factories import (
    at,
    book,
)

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]


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
