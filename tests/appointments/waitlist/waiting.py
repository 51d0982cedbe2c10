"""Those who wait, and what they are offered."""

from datetime import date
from typing import Any

from appointments import waitlist
from appointments.finding import Search, find_slots
from appointments.models import Appointment, WaitlistEntry
from common import clock as time_of_day
from doctors.models import Doctor
from tests.factories import (
    book,
    make_patient,
)


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
