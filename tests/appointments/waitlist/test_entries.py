"""What is waited for, and what an entry costs those who do not wait."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments import hours, merging, services, waitlist
from appointments.errors import ForTheClinic, NotOnline
from appointments.models import Appointment, WaitlistEntry
from appointments.waitlist_errors import (
    EntryOfAnother,
    EntryUpsideDown,
    LatestIsOver,
    WaitlistOver,
    WaitsForNothing,
)
from clinics.models import Location
from doctors.models import Doctor
from tests.appointments.waitlist.waiting import on_offer, wait
from tests.factories import (
    make_doctor,
    make_patient,
    make_type,
    weekly_hours,
)

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]


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


def test_whoever_waits_with_the_id_of_a_merged_record_waits_for_the_kept_one(doctor: Doctor) -> None:
    kept, duplicate = make_patient(), make_patient()
    merging.merge(kept, duplicate)
    assert wait(doctor, patient=duplicate).patient == kept


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
