"""Three patients of the demo clinic wait for a time that is better, or for one at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from appointments import waitlist
from appointments.models import WaitlistEntry
from clinics.models import Location
from doctors.models import Doctor
from patients.models import Patient

# What they wait for, beside the days: the third takes anybody of a specialization.
WISHES: tuple[dict[str, Any], ...] = (
    {"priority": 5, "part_of_day": "morning"},
    {"priority": 0, "weekdays": [0, 3]},
    {"priority": 1, "specialization": "Cardiology"},
)
WAIT = timedelta(days=21)


def let_wait(doctors: Sequence[Doctor], patients: Sequence[Patient], now: datetime, desk: User) -> None:
    """Put them on the waiting list, unless somebody is on it already."""
    if WaitlistEntry.objects.exists():
        return
    today = Location.objects.default().local(now).date()
    waiting = [patient for patient in patients if patient.active][-len(WISHES) :]
    for patient, doctor, wish in zip(waiting, doctors[-len(WISHES) :], WISHES, strict=True):
        whom: dict[str, Any] = {} if "specialization" in wish else {"doctor": doctor}
        waitlist.join(patient=patient, earliest=today, latest=today + WAIT, actor=desk, **whom, **wish)
