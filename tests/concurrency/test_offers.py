"""A time on offer is accepted by several at the same moment, or freed and withdrawn by several: one of them wins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, Clinic, told

pytestmark = pytest.mark.xdist_group("concurrency")

NO_OFFER = '{"detail":"There is no offer to answer: it was answered, or its time is over."}'
CHANGED = '{"detail":"Somebody else has just changed this entry. Read it again and decide anew."}'


def put_on(clinic: Clinic, **wishes: Any) -> int:
    today = datetime.now(UTC).date()
    dates = {"earliest": f"{today}", "latest": f"{today + timedelta(days=60)}"}
    entry: int = clinic.ask(Call("POST", "/api/waitlist/", {"patient": clinic.patient(), **dates, **wishes}))["id"]
    return entry


def answer(entry: int, how: str) -> Call:
    return Call("POST", f"/api/waitlist/{entry}/{how}/")


def cancel(visit: int) -> Call:
    return Call("POST", f"/api/appointments/{visit}/cancel/", {})


def offered(clinic: Clinic) -> tuple[int, int]:
    """A doctor, and the entry to which the doctor's time is on offer."""
    doctor = clinic.doctor()
    [start] = clinic.slots(doctor, 1)
    visit = clinic.book(clinic.patient(), doctor, start)
    entry = put_on(clinic, doctor=doctor)
    clinic.ask(cancel(visit))
    return doctor, entry


def pending(clinic: Clinic, *doctors: int) -> list[int]:
    """Whom the doctors' times are on offer to."""
    query = (
        "SELECT entry_id FROM appointments_waitlistoffer WHERE status = 'pending' AND doctor_id = ? ORDER BY entry_id"
    )
    return [entry for doctor in doctors for (entry,) in clinic.database.rows(query, doctor)]


def test_of_16_who_accept_one_offer_exactly_one_gets_it(clinic: Clinic) -> None:
    doctor, entry = offered(clinic)

    answers = clinic.at_once([answer(entry, "accept")] * 16)

    assert told(answers) == {(201, ""): 1, (409, NO_OFFER): 15}
    assert clinic.booked(doctor) == 1
    assert clinic.ask(Call("GET", f"/api/waitlist/{entry}/"))["status"] == "booked"


def test_an_offer_is_accepted_or_declined_and_passed_on_never_both(clinic: Clinic) -> None:
    for _ in range(6):
        doctor, entry = offered(clinic)
        following = put_on(clinic, doctor=doctor)

        answers = clinic.at_once([answer(entry, how) for how in ("accept", "decline") * 4])

        [winner] = [number for number, told_him in enumerate(answers) if told_him.is_success]
        assert {told_him.text for told_him in answers if not told_him.is_success} == {NO_OFFER}
        accepted = winner % 2 == 0
        assert clinic.booked(doctor) == (1 if accepted else 0)
        assert pending(clinic, doctor) == ([] if accepted else [following])


def test_two_times_freed_at_once_are_offered_to_two_patients(clinic: Clinic) -> None:
    # Both wait for either doctor, and each of the two cancellations would offer its time to the first of them.
    for number in range(6):
        doctors = clinic.doctors(2)
        practice = f"Practice {number} of {doctors[0]}"
        visits = []
        for doctor in doctors:
            clinic.ask(Call("PATCH", f"/api/doctors/{doctor}/", {"specialization": practice}))
            visits.append(clinic.book(clinic.patient(), doctor, clinic.slots(doctor, 1)[0]))
        entries = [put_on(clinic, specialization=practice) for _ in range(2)]

        answers = clinic.at_once([cancel(visit) for visit in visits])

        assert told(answers) == {(200, ""): 2}
        assert sorted(pending(clinic, *doctors)) == entries


def test_nobody_who_leaves_the_list_keeps_an_offer(clinic: Clinic) -> None:
    for _ in range(6):
        doctor = clinic.doctor()
        visit = clinic.book(clinic.patient(), doctor, clinic.slots(doctor, 1)[0])
        leaving, staying = (put_on(clinic, doctor=doctor) for _ in range(2))

        gone, freed = clinic.at_once([Call("DELETE", f"/api/waitlist/{leaving}/"), cancel(visit)])

        assert freed.status_code == 200
        assert told([gone]) in ({(204, ""): 1}, {(409, CHANGED): 1})
        assert pending(clinic, doctor) == [staying if gone.is_success else leaving]


def test_an_offers_log_is_calm(calm: Clinic) -> None:
    for _ in range(3):
        _, entry = offered(calm)
        calm.at_once([answer(entry, how) for how in ("accept", "decline") * 4])


def test_without_lock_and_constraint_one_offer_is_booked_twice(serve: Serve) -> None:
    with serve(lock=False, guards=False) as clinic:
        for _ in range(100):
            doctor, entry = offered(clinic)
            clinic.at_once([answer(entry, "accept")] * 16)
            if clinic.booked(doctor) > 1:
                break

        assert clinic.booked(doctor) > 1
        assert clinic.overlaps() > 0
